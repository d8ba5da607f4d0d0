"""Things made once and kept under a digest of what they are made of."""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import tempfile

from .paths import cache
from .progress import say

KEPT = 2


def digest(*parts):
    """A short digest of strings, files and whole folders (names, contents, executable bits)."""
    total = hashlib.sha256()
    for part in parts:
        if not isinstance(part, pathlib.Path):
            total.update(f"text {part}\n".encode())
            continue
        files = sorted(p for p in part.rglob("*") if p.is_file()) if part.is_dir() else [part]
        for file in files:
            total.update(f"file {file.relative_to(part.parent)} {os.access(file, os.X_OK)}\n".encode())
            total.update(file.read_bytes())
    return total.hexdigest()[:16]


@contextlib.contextmanager
def locked(name):
    """One maker at a time; the second one waits and finds the work done."""
    with open(cache() / f"{name}.lock", "w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another process that makes {name} ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def made(name, key, make):
    """The folder <name>-<key>, made by make(folder) if it is not there.

    It gets its name only when it is complete; what an interrupted maker left behind is removed.
    """
    path = cache() / f"{name}-{key}"
    with locked(name):
        if not path.is_dir():
            for left in cache().glob(f"{name}.tmp*"):
                shutil.rmtree(left)
            work = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}.tmp", dir=cache()))
            work.chmod(0o755)
            try:
                make(work)
                work.rename(path)
            except BaseException:
                shutil.rmtree(work, ignore_errors=True)
                raise
            _forget_old(name, path)
        os.utime(path)
    return path


def _forget_old(name, keep):
    others = [p for p in cache().glob(f"{name}-*") if p.is_dir() and p != keep]
    for old in sorted(others, key=lambda p: p.stat().st_mtime)[: 1 - KEPT or None]:
        shutil.rmtree(old)
