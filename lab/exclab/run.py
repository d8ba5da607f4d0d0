"""Running other programs."""

import shlex
import subprocess

from .errors import LabError

TAIL = 15


def run(argv, what, **kwargs):
    """Runs argv quietly, returns its output; a failure names `what` and shows the last lines."""
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run(
            argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **kwargs
        )
    except FileNotFoundError as error:
        raise LabError(f"{what} needs {error.filename}: `lab/vm deps` installs it.") from error
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-TAIL:])
        raise LabError(f"{what} failed ({shlex.join(map(str, argv[:6]))} ...):\n{tail}")
    return done.stdout
