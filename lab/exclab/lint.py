"""`make lint`: the gates, each of them one command whose exit status is the verdict.

None is left out because its tool is missing: that is a failure.
"""

import argparse
import os
import subprocess
import sys

from . import importer, sanity, sources
from .errors import LabError
from .paths import COLLECTION, TREE, venv_first

CHECK_SUITE = "trixie"  # whatever releases are tested: other versions of the tools find other things


def jobs():
    """The gates as jobs of a suite."""
    return [(name, ["lab/lint", name], TREE) for name in GATES]


def main(argv):
    """Returns 0 when every gate named lets the tree pass."""
    parser = argparse.ArgumentParser(prog="lab/lint", description=__doc__)
    parser.add_argument("gate", nargs="*", help=f"of {', '.join(GATES)}; none is all")
    chosen = parser.parse_args(argv).gate or list(GATES)
    if unknown := set(chosen) - set(GATES):
        parser.error(f"no such gate: {', '.join(sorted(unknown))}")
    venv_first()
    failed = []
    for name in chosen:
        try:
            if GATES[name]():
                failed.append(name)
        except LabError as error:
            print(f"lab/lint {name}: {error}", file=sys.stderr)
            failed.append(name)
    if len(chosen) > 1:
        print(f"failed: {', '.join(failed)}" if failed else "every gate is passed")
    return 1 if failed else 0


def _call(*argv, where=TREE, **environment):
    try:
        return subprocess.run(
            argv, cwd=where, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, check=False
        ).returncode
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is not installed: `make venv` brings it.") from error


def _mypy():
    """The plugins as Ansible imports them, then the lab and the benchmark."""
    plugins = _call("mypy", "--package", "ansible_collections.dataplane.exception_path.plugins", MYPYPATH=str(COLLECTION.parents[2]))
    return plugins | _call("mypy", "lab/exclab", "bench/excbench", MYPYPATH="lab:bench")


def _in_root(check):
    """What needs DPDK's headers runs in the root in which the forwarder is fuzzed."""
    return _call("lab/vm", "forwarder", "--suite", CHECK_SUITE, "--check", check)


GATES = {
    "ruff": lambda: _call("ruff", "check", *sources.of("python")),
    "mypy": _mypy,
    "yamllint": lambda: _call("yamllint", "--strict", "."),
    "shellcheck": lambda: _call("shellcheck", *sources.of("shell")),
    "clang-format": lambda: _call("clang-format", "--dry-run", "-Werror", *sources.of("c")),
    "cppcheck": lambda: _in_root("cppcheck"),
    "clang-tidy": lambda: _in_root("clang-tidy"),
    "ansible-lint": lambda: _call("ansible-lint", "--offline", "--strict", where=COLLECTION, ANSIBLE_COLLECTIONS_PATH=str(COLLECTION.parents[2])),
    "ansible-test": sanity.check,
    "antsibull-docs": lambda: _call("antsibull-docs", "lint-collection-docs", "--plugin-docs", "--validate-collection-refs=self", ".", where=COLLECTION),
    "galaxy-importer": importer.check,
    "antsibull-changelog": lambda: _call("antsibull-changelog", "lint"),
}
