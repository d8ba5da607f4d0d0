# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dataplane.exception_path authors
"""Runs every fuzzing target for some seconds, a few at a time, and says how many found nothing.

    python3 tests/fuzz/run.py [--seconds N] [--jobs N] [--findings FOLDER] BUILD

BUILD is a folder that `CC=clang meson setup -Dfuzz=true` made and `ninja fuzz` was run in. An input
that makes a target fail is kept in FOLDER; `BUILD/tests/fuzz/<target>_fuzz FILE` shows it again.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

CORPUS = pathlib.Path(__file__).resolve().parent / "corpus"
LONGEST_INPUT_SECONDS = 5
LARGEST_INPUT = 2048


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", metavar="BUILD", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=30, help="per target (default: 30)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="targets at a time (default: one per CPU)")
    parser.add_argument("--findings", metavar="FOLDER", type=pathlib.Path, default=pathlib.Path("fuzz-findings"))
    arguments = parser.parse_args()
    if arguments.seconds < 1:
        parser.error("--seconds must be at least 1")  # 0 would be without end
    targets = sorted((arguments.build / "tests" / "fuzz").glob("*_fuzz"))
    begin = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        failed = sum(not good for good in pool.map(lambda target: run(target, arguments), targets))
    if not targets:
        print(f"no fuzzing target in {arguments.build}: was `ninja fuzz` run?")
        return 1
    print(f"{len(targets) - failed} passed, {failed} failed in {time.monotonic() - begin:.1f}s", flush=True)
    return 1 if failed else 0


def run(target, arguments):
    """True if no input of that time made the target fail."""
    name = target.name.removesuffix("_fuzz")
    seeds = CORPUS / name
    arguments.findings.mkdir(parents=True, exist_ok=True)
    prefix = arguments.findings / f"{name}-"
    with tempfile.TemporaryDirectory() as grown:
        done = subprocess.run(
            [target, f"-max_total_time={arguments.seconds}", f"-timeout={LONGEST_INPUT_SECONDS}",
             f"-max_len={LARGEST_INPUT}", f"-artifact_prefix={prefix}", "-print_final_stats=1", grown,
             *([seeds] if seeds.is_dir() else [])],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
            check=False,
        )
    if done.returncode:
        sys.stdout.write(f"{done.stdout}\n{name}: FAILED; {_kept(prefix)}\n")
        return False
    runs = re.search(r"number_of_executed_units: (\d+)", done.stdout)
    sys.stdout.write(f"{name}: {runs[1] if runs else '?'} inputs, nothing found\n")
    return True


def _kept(prefix):
    files = sorted(prefix.parent.glob(f"{prefix.name}*"))
    return f"input kept in {', '.join(map(str, files))}" if files else "no input kept"


if __name__ == "__main__":
    sys.exit(main())
