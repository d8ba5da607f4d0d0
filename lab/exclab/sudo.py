"""Commands that need root."""

import os
import shutil
import sys

from .errors import LabError
from .paths import cache
from .progress import CLOCK

# What a caller says by the environment.
_KEPT = ("EXC_ENGINE", "EXC_SUITES")


def become_root(argv):
    """The same command through sudo, with the caller's own cache."""
    if os.geteuid() == 0:
        return
    if not shutil.which("sudo"):
        raise LabError("This needs root, and there is no sudo here.")
    keep = [f"EXCEPTION_PATH_CACHE={cache()}", f"{CLOCK}={os.environ[CLOCK]}",
            f"PATH={os.environ.get('PATH', '')}:/usr/sbin:/sbin",
            *(f"{name}={os.environ[name]}" for name in _KEPT if name in os.environ)]
    os.execvp("sudo", ["sudo", "env", *keep, sys.executable, os.path.realpath(sys.argv[0]), *argv])
