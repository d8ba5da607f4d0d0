# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files by URL, taken only when their SHA-256 is the one that was asked for.

On the controller only: it needs more of Ansible than is on a host that builds.
"""

from __future__ import annotations

import errno
import fcntl
import http.client
import os
import time
import urllib.error

from ansible.module_utils.urls import open_url
from ansible_collections.dataplane.exception_path.plugins.module_utils.digests import sha256
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_ATTEMPTS = 4
_TIMEOUT = 60
_CHUNK = 1 << 20


def fetch(url, wanted, target, say=lambda text: None):
    """See that ``target`` is the file with the digest ``wanted``; True when it had to be fetched.

    What a broken connection leaves is kept beside it, and the next attempt or run goes on from there.
    """
    if sha256(target) == wanted:
        return False
    part = target + ".part"
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(part + ".lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if sha256(target) != wanted:
                _fetch(url, wanted, part, say)
                os.replace(part, target)
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise ExceptionPathError(f"no space left below {os.path.dirname(target)} for {url}: make room there, and run again") from None
        raise ExceptionPathError(f"{fault.filename or target} can not be written: {fault.strerror}") from None
    return True


def _fetch(url, wanted, part, say):
    resumed = os.path.exists(part)
    _transfer(url, part, say)
    found = sha256(part)
    if found != wanted and resumed:
        # The beginning may be of another file, which had been there before.
        os.unlink(part)
        _transfer(url, part, say)
        found = sha256(part)
    if found != wanted:
        size = os.path.getsize(part)
        os.unlink(part)
        raise ExceptionPathError(
            f"{url} is refused: its SHA-256 is {found} ({size} bytes), and {wanted} was asked for. Nothing was unpacked. "
            "Compare both with what the publisher says: either the digest of the inventory or the file is wrong"
        )


def _transfer(url, part, say):
    """Until the server says that this is all; goes on where it was cut off, a few times."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            fault = _once(url, part, say)
        except urllib.error.HTTPError as refused:
            if refused.code == 416:  # what is there already is all, or more than all
                return
            fault = f"the server answers {refused.code} {refused.reason}"
            if refused.code < 500 and refused.code not in (408, 429):
                raise ExceptionPathError(f"{url} can not be fetched: {fault}: correct the address") from None
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError) as broken:
            reason = getattr(broken, "reason", broken)
            if isinstance(reason, FileNotFoundError) or url.startswith("file:"):
                raise ExceptionPathError(f"{url} can not be read on the controller: {getattr(reason, 'strerror', None) or reason}: correct the path") from None
            fault = str(reason) or type(reason).__name__
        if not fault:
            return
        say(f"{url}: {fault}; attempt {attempt} of {_ATTEMPTS}")
        if attempt < _ATTEMPTS:
            time.sleep(2**attempt / 2)
    got = os.path.getsize(part) if os.path.exists(part) else 0
    raise ExceptionPathError(
        f"{url} can not be fetched after {_ATTEMPTS} attempts: {fault}. {got} bytes are kept, the next run goes on from there: "
        "see whether the controller reaches the server (proxies come from http_proxy and https_proxy), or give a file:// address"
    )


def _once(url, part, say):
    """What is wrong with the end of this transfer, or an empty text."""
    have = os.path.getsize(part) if os.path.exists(part) else 0
    with open_url(url, headers={"Range": f"bytes={have}-"} if have else None, timeout=_TIMEOUT) as answer:
        if getattr(answer, "status", None) != 206:
            have = 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        with open(part, "r+b" if have else "wb") as file:
            file.seek(have)
            told = time.monotonic()
            while chunk := answer.read(_CHUNK):
                file.write(chunk)
                have += len(chunk)
                if time.monotonic() - told > 5:
                    told = time.monotonic()
                    say(f"{url}: {have >> 20} of {total >> 20 if total else '?'} MB")
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
    return f"it ended after {have} of {total} bytes" if total and have < total else ""
