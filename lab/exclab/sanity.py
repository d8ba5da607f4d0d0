"""`ansible-test sanity` on the installed collection, without the network places that it would go to."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

from .errors import LabError
from .paths import COLLECTION, TREE, cache
from .run import run

# ansible-test makes a virtualenv for each test, and wants pip in it from a script that it would
# download. Python brings one: that is installed instead.
GET_PIP = '''\
"""Takes the place of get-pip.py: installs the pip that comes with Python."""
import ensurepip

ensurepip.bootstrap()
'''
PIP_VERSION = """
import types
from ansible_test._internal.python_requirements import get_venv_packages
print(get_venv_packages(types.SimpleNamespace(version=""))["pip"])
"""
_RUNNING = re.compile(r'Running sanity test "([\w-]+)"')
# A Python that is not here is none of a tree's faults.
_SKIPPING = re.compile(r"Skipping (?:sanity test|tests) (?!.*on Python \S+ because it could not be found).*")


def check():
    """Exit status: 0 when every test passed and none was skipped but on Pythons that are not here."""
    environment = _environment()
    _provide_pip(pathlib.Path(environment["HOME"]))
    with tempfile.TemporaryDirectory() as folder:
        # A copy, since ansible-test asks a git work tree around it which files there are.
        copy = pathlib.Path(folder) / "ansible_collections" / "dataplane" / "exception_path"
        shutil.copytree(COLLECTION, copy, ignore=shutil.ignore_patterns("__pycache__", ".*_cache", "output"))
        return _sanity(copy, environment)


def _environment():
    """A home of its own, where ansible-test keeps its virtualenvs; of the caller's it is told what pip reads.

    Its Pythons are the virtualenv's and the distribution's: a version manager's stand-ins may not start.
    """
    home = cache() / "ansible-test"
    home.mkdir(exist_ok=True)
    return {
        **os.environ, "HOME": str(home), "PATH": f"{TREE}/.venv/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "XDG_CONFIG_HOME": os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config"),
        "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"),
    }


def _sanity(where, environment):
    ran, skipped = [], []
    with subprocess.Popen(
        ["ansible-test", "sanity", "--local", "--python", "default", "--color", "no"], cwd=where, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
    ) as child:
        for line in child.stdout:
            print(line, end="", flush=True)
            ran += _RUNNING.findall(line)
            skipped += [found[0] for found in _SKIPPING.finditer(line)]
    print(f"{len(ran)} sanity tests ran")
    for line in skipped:
        print(f"not allowed to be left out: {line}")
    return child.returncode or bool(skipped) or not ran


def _provide_pip(home):
    """Where ansible-test looks for it before it downloads."""
    version = run(["python3", "-c", PIP_VERSION], "asking ansible-test which pip it wants").strip()
    if not version:
        raise LabError("ansible-test does not say which pip it wants.")
    script = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_text(GET_PIP)
