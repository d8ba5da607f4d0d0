"""Where things are kept. Nothing of it is in the tree."""

import os
import pathlib

TREE = pathlib.Path(__file__).resolve().parents[2]
RECIPE = TREE / "lab" / "recipe"
BUILD = TREE / ".build"
# The collection, installed from its archive.
COLLECTION = BUILD / "collections" / "ansible_collections" / "dataplane" / "exception_path"


def cache():
    """Images, build roots, binaries, running guests. Root by way of sudo uses the caller's own."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = pathlib.Path(os.environ.get("EXCEPTION_PATH_CACHE") or os.path.join(base, "exception-path"))
    path.mkdir(parents=True, exist_ok=True)
    return path


def guests():
    path = cache() / "vms"
    path.mkdir(exist_ok=True)
    return path


def venv_first():
    """What is started from here is the virtualenv's, although this very process may have been
    started before there was one, by a wrapper that put itself in front of PATH."""
    os.environ["PATH"] = f"{TREE / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
