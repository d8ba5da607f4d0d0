"""The command line of the containers: one function a command."""

import argparse
import json
import os
import subprocess
import sys

from . import containers
from .errors import LabError
from .paths import TREE, venv_first
from .sudo import become_root

SCENARIOS = TREE / "molecule"
ROOT_COMMANDS = {"test", "up", "down"}


def main(argv):
    """Runs one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command in ROOT_COMMANDS:
            become_root(argv)
        return arguments.call(arguments) or 0
    except LabError as error:
        print(f"lab/container {arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def scenarios():
    """Names of the scenarios in containers: those whose molecule.yml is the shared one."""
    return sorted(path.parent.name for path in SCENARIOS.glob("*/molecule.yml") if path.is_symlink())


def _test(arguments):
    venv_first()
    os.chdir(TREE)
    # Here it is seen that images are made; molecule shows nothing of it.
    for suite in containers.suites():
        containers.image(suite)
    # All of them are run, whatever becomes of the first.
    codes = [subprocess.run(["molecule", "test", "-s", name], check=False).returncode for name in arguments.scenario or scenarios()]
    return max(codes)


def _up(arguments):
    containers.up(arguments.scenario)


def _down(arguments):
    containers.down(arguments.scenario)


def _inventory(arguments):
    print(json.dumps(containers.inventory(arguments.scenario), indent=2))


def _parser():
    parser = argparse.ArgumentParser(prog="lab/container", description="Containers for the scenarios of molecule/, of each release in EXC_SUITES.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, call, text, **more):
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(call=call)
        added.add_argument("scenario", metavar="SCENARIO", choices=scenarios(), **more)

    command("test", _test, "run scenarios with molecule, or all", nargs="*")
    command("up", _up, "start the containers of a scenario")
    command("down", _down, "end them")
    command("inventory", _inventory, "an Ansible inventory with them, as JSON")
    return parser
