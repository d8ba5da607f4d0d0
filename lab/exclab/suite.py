"""`make test`: every suite as a child whose output is shown, counted and summed up."""

import argparse
import os
import subprocess
import sys
import time

from . import container_cli, lint
from .errors import LabError
from .paths import BUILD, COLLECTION, TREE, venv_first
from .progress import say
from .tally import Tally

# Suites whose jobs count as one test each where they count none.
UNCOUNTED = ("containers", "lint")
SHORT_FUZZ_SECONDS = "5"  # per target: `make fuzz` looks longer


def main(argv):
    """Returns 0 when every test of every suite named passed."""
    suites = _suites()
    parser = argparse.ArgumentParser(prog="lab/suite", description=__doc__)
    parser.add_argument("name", nargs="+", choices=["all", *suites])
    names = parser.parse_args(argv).name
    chosen = list(suites) if "all" in names else names
    os.chdir(TREE)
    venv_first()
    try:
        _prepare()
    except LabError as error:
        print(f"lab/suite: {error}\n0 passed, 1 failed")
        return 1
    results = [_run(*job, counts=name not in UNCOUNTED) for name in chosen for job in suites[name]]
    print()
    for title, tally, seconds in results:
        print(f"{'FAILED' if tally.failed else 'ok':8}{title}: {tally.passed} passed, {tally.failed} failed, {seconds:.0f} s")
    failed = sum(tally.failed for _, tally, _ in results)
    print(f"{sum(tally.passed for _, tally, _ in results)} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def _suites():
    """The commands of each suite: title, command line, folder, in the order in which they are run."""
    releases = os.environ.get("EXC_SUITES", "trixie bookworm").split()
    return {
        "forwarder": [
            (f"forwarder's unit tests, {release}", ["lab/vm", "forwarder", "--suite", release, "--test"], TREE)
            for release in releases
        ] + [
            ("forwarder, fuzzed shortly", ["lab/vm", "forwarder", "--suite", releases[0], "--fuzz", SHORT_FUZZ_SECONDS], TREE)
        ],
        "unit": [
            ("unit tests of the collection", ["pytest", "-q", "-p", "no:cacheprovider", "--cov=plugins", "--cov=roles", "tests/unit"], COLLECTION),
            ("unit tests of the benchmark", ["pytest", "-q", "bench/tests"], TREE),
        ],
        "archive": [("the collection's archive on every Python at hand", ["lab/archive", "test"], TREE)],
        "lint": lint.jobs(),
        # An image that has to be made is seen here: inside of molecule nobody would see it grow.
        "containers": [
            (f"containers, {scenario}", ["lab/container", "test", scenario], TREE) for scenario in container_cli.scenarios()
        ],
        "molecule": [
            # The image first: inside of molecule nobody would see it grow.
            (f"virtual host, {release}", ["sh", "-euc", f"lab/vm image --suite {release} > /dev/null; "
                                          f"EXC_SUITE={release} exec molecule test -s vm"], TREE)
            for release in releases
        ],
    }


def _prepare():
    """What the suites need: packages, virtualenv, the collection installed from its tarball."""
    for target in ("deps", "venv", "collection"):
        say(f"make {target}")
        if subprocess.run(["make", "--no-print-directory", target], stdin=subprocess.DEVNULL, check=False).returncode:
            raise LabError(f"`make {target}` failed: see above.")


def _run(title, command, where, counts):
    say(f"== {title}: {' '.join(command)}")
    tally, begin = Tally(), time.monotonic()
    quiet = {**os.environ, "PY_COLORS": "0", "NO_COLOR": "1", "ANSIBLE_NOCOLOR": "1", "PYTHONUNBUFFERED": "1",
             "PYTHONPATH": str(COLLECTION.parents[2]), "COVERAGE_FILE": str(BUILD / "coverage")}
    with subprocess.Popen(
        command, cwd=where, env=quiet, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace",
    ) as child:
        for line in child.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            tally.read(line)
    tally.finish(child.returncode, counts)
    say(f"== {title}: {'failed' if tally.failed else 'passed'} after {time.monotonic() - begin:.0f} s")
    return title, tally, time.monotonic() - begin
