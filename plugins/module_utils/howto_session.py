# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One howto at a time on a host, and an end to one whose controller is gone.

A lock tells whether a run still goes on, however the one before it ended. Both testpmds end with the
process that holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_END_SECONDS = 20


@contextlib.contextmanager
def session():
    """Holds the lock; gives the folder for what testpmd keeps while it runs, which goes with the session."""
    os.makedirs(paths.HOWTO_RUNTIME, mode=0o700, exist_ok=True)
    with open(_lock(), "a+", encoding="ascii") as file:
        if not _taken(file):
            raise ExceptionPathError(f"another run of the howto goes on (process {host.read(_lock())}): wait until it has ended")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield paths.HOWTO_RUNTIME
        finally:
            shutil.rmtree(paths.HOWTO_RUNTIME, ignore_errors=True)


def stop(_params=None, check_mode=False):
    """Ends a run that still goes on, with both of its testpmds."""
    changes = Changes()
    pid = running()
    if pid and changes.note(f"unfinished howto, process {pid}", "runs", "ended") and not check_mode:
        os.kill(pid, signal.SIGKILL)
        for _attempt in range(_END_SECONDS * 10):
            if running() is None:
                break
            time.sleep(0.1)
        else:
            raise ExceptionPathError(f"process {pid}, which runs the howto, does not end: see the kernel log (dmesg)")
    if not running() and not check_mode:
        shutil.rmtree(paths.HOWTO_RUNTIME, ignore_errors=True)
    return changes.result()


def running():
    """The process that runs the howto, or None."""
    try:
        with open(_lock(), "r+", encoding="ascii") as file:
            return None if _taken(file) else int(file.read() or 0) or None
    except FileNotFoundError:
        return None


def _lock():
    return os.path.join(paths.HOWTO_RUNTIME, "lock")


def _taken(file):
    """Takes the lock; False when another process has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
