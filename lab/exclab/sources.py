"""The tree's own files, by what they are: the suffix tells, or the first line of those without one."""

import re

from .paths import TREE
from .run import run

_SUFFIXES = {"python": (".py",), "shell": (".sh",), "c": (".c", ".h")}
# "#!/usr/bin/env python3"; a fragment that another script runs says "# shellcheck shell=sh".
_FIRST_LINES = {
    "python": re.compile(r"#!.*\bpython3?\b"),
    "shell": re.compile(r"#!.*\b(ba)?sh\b|# shellcheck shell="),
    "c": re.compile(r"(?!)"),  # never
}


def of(kind):
    """Paths of all files of a kind (python, shell, c), relative to the tree."""
    return [path for path in _all() if path.endswith(_SUFFIXES[kind]) or _begins(path, _FIRST_LINES[kind])]


def _all():
    """What git knows of, and what it would: nothing that was built in the tree."""
    listed = run(["git", "-C", TREE, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], "listing the tree")
    return sorted(path for path in set(listed.split("\0")) if (TREE / path).is_file())


def _begins(path, pattern):
    if "." in path.rpartition("/")[2].lstrip("."):
        return False
    with (TREE / path).open("rb") as file:
        return bool(pattern.match(file.readline(200).decode(errors="replace")))
