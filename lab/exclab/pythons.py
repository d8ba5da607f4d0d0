"""The Pythons of this machine, and a virtualenv of each with its newest ansible-core."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

from . import store
from .paths import TREE
from .progress import step
from .run import run

OLDEST = (3, 11)  # of the oldest ansible-core in requirements.txt
REQUIREMENTS = TREE / "requirements.txt"
# A version manager's stand-in may not start, and a distribution may come without venv.
_ASK = "import ensurepip, json, sys, venv; print(json.dumps([sys.version_info[:2], sys.version, sys.base_prefix]))"


def at_hand():
    """One interpreter of each minor version, the distribution's first: `{"3.11": path}`."""
    found = {}
    for path in _candidates():
        version = _told(path)
        if version and tuple(version[0]) >= OLDEST:
            found.setdefault(tuple(version[0]), path)
    return {f"{major}.{minor}": found[major, minor] for major, minor in sorted(found)}


def with_ansible(python):
    """A virtualenv of this interpreter with the newest ansible-core that requirements.txt allows it.

    It is moved once it is complete, so its programs are to be called as modules: `bin/python -m ansible`.
    """
    (major, minor), *told = _told(python)
    name = f"ansible-python{major}.{minor}"

    def make(folder):
        with step(f"installing ansible-core for Python {major}.{minor}"):
            run([python, "-m", "venv", folder], f"making a virtualenv of {python}")
            run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
                f"installing ansible-core for Python {major}.{minor}")

    return store.made(name, store.digest(python, *told, REQUIREMENTS.read_text()), make)


def _candidates():
    """Paths of what is called python3.N: the distribution's, PATH's, pyenv's, and the one that runs this."""
    managed = pathlib.Path(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv")) / "versions"
    folders = ["/usr/bin", *os.environ["PATH"].split(os.pathsep), *sorted(managed.glob("*/bin"), reverse=True), f"{sys.base_prefix}/bin"]
    for folder in dict.fromkeys(folders):
        for path in sorted(pathlib.Path(folder or ".").glob("python3.*")):
            if path.suffix[1:].isdigit() and shutil.which(path):
                yield str(path)


def _told(python):
    """Minor version, full version and place of an interpreter that can make virtualenvs; None of another one."""
    done = subprocess.run(
        [python, "-I", "-c", _ASK], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
    )
    return json.loads(done.stdout) if done.returncode == 0 else None
