# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SHA-256 of files, as inventories and artifacts name them."""

from __future__ import annotations

import hashlib
import re

_CHUNK = 1 << 20
_SHA256 = re.compile(r"^[0-9a-f]{64}$")


def sha256(path):
    """Of a file's content, or None when it can not be read."""
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError:
        return None
    return digest.hexdigest()


def digest_problems(name, value):
    if _SHA256.match(value or ""):
        return []
    return [f"{name} {value!r} is no SHA-256: give its 64 hexadecimal digits in lower case, as sha256sum prints them"]
