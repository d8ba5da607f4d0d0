"""The command line of the archive: one function a command."""

import argparse
import os
import subprocess
import sys

from . import archive, pythons
from .errors import LabError
from .paths import TREE, venv_first

TESTS = "lab/tests/archive"


def main(argv):
    """Runs one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    venv_first()
    try:
        return arguments.call(arguments) or 0
    except LabError as error:
        print(f"lab/archive {arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _build(arguments):
    print(archive.build(arguments.folder))


def _pythons(_arguments):
    for version, python in pythons.at_hand().items():
        print(f"{version}\t{python}\t{pythons.with_ansible(python)}")


def _test(arguments):
    os.chdir(TREE)
    # Here it is seen that virtualenvs are made; pytest shows nothing of it.
    for python in pythons.at_hand().values():
        pythons.with_ansible(python)
    return subprocess.run(["pytest", "-q", "-p", "no:cacheprovider", TESTS, *arguments.pytest], check=False).returncode


def _parser():
    parser = argparse.ArgumentParser(prog="lab/archive", description="The collection's archive, and whether it works on each Python of this machine.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, call, text):
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(call=call)
        return added

    command("test", _test, "look through the archive, install it and use it on each of them").add_argument("pytest", nargs="*", metavar="-- WORD")
    command("build", _build, "build the archive in a folder that has none, and print its path").add_argument("folder", metavar="FOLDER")
    command("pythons", _pythons, "the Pythons, and the virtualenv of each with ansible-core")
    return parser
