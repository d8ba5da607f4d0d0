# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the host's own tools and writing its files, the same way everywhere."""

from __future__ import annotations

import json
import contextlib
import os
import subprocess
import tempfile

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

# Tools live in sbin, which is not in the PATH of every unprivileged or sudo session.
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def environment_with(more=None):
    """What programs run with: nothing of the session's own, so that they do the same in every one."""
    return {**_ENVIRONMENT, **(more or {})}


def run(command, check=True, stdin=None, timeout=300, environment=None):
    """Run ``command`` (a list) and return the finished process with text output."""
    try:
        done = subprocess.run(
            command,
            check=False,
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=timeout,
            env=environment_with(environment),
        )
    except FileNotFoundError:
        raise ExceptionPathError(f"{command[0]} is not installed on the host: install the package that has it") from None
    except OSError as fault:
        raise ExceptionPathError(f"{command[0]} can not be run: {fault.strerror}; see whether it was made for this host") from None
    except subprocess.TimeoutExpired:
        raise ExceptionPathError(f"{' '.join(command)} did not end within {timeout} seconds: look at the host's journal") from None
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise ExceptionPathError(f"{' '.join(command)} failed with exit code {done.returncode}: {said}")
    return done


def read(path, default=None):
    """The text of a file without the last newline; ``default`` when it can not be read."""
    try:
        # A stray byte must not hide the rest: the guard reads the environment of other processes.
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().rstrip("\n")
    except OSError:
        return default


def read_json(path, default):
    """The value kept in ``path``; ``default`` when there is no such file."""
    text = read(path)
    if text is None:
        return default
    try:
        return json.loads(text)
    except ValueError:
        raise ExceptionPathError(f"{path} is damaged (no JSON): restore it from a backup, or remove it to forget what it remembers") from None


def write(path, text, mode=0o644):
    """Replace ``path`` atomically, so that an interrupted run leaves the old or the new text."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix="." + os.path.basename(path))
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        remove(temporary)
        raise


def write_json(path, value):
    write(path, json.dumps(value, indent=2, sort_keys=True) + "\n")


def remove(path):
    """Remove a file; True when it was there."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def remove_empty_folder(path):
    with contextlib.suppress(OSError):
        os.rmdir(path)
