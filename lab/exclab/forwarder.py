"""The forwarder, compiled outside of the guest with the guest's own libraries.

An emulated guest compiles ten to fifteen times slower than this machine.
"""

import contextlib
import os
import pathlib
import shutil
import subprocess

from . import store
from .errors import LabError
from .image import debootstrap, known, words
from .mirror import addresses
from .paths import RECIPE, TREE
from .progress import say, step
from .run import run

SOURCES = TREE / "roles" / "forwarder" / "files" / "forwarder"
BINARY = "exception-path-forwarder"
PACKAGES = RECIPE / "build-packages"
ARTIFACT_PACKAGES = RECIPE / "artifact-packages"
CLANG_PACKAGES = RECIPE / "clang-packages"
BENCH_SOURCES = TREE / "bench" / "src"
FINDINGS = TREE / ".build" / "fuzz-findings"

# In namespaces of its own: whatever happens, no mount and no interface is left on this machine.
INSIDE = """
set -eu
root=$1 sources=$2 work=$3
shift 3
# ip(8) wants / to be a mount.
mount --bind "$root" "$root"
mount --bind "$sources" "$root/src"
mount -o remount,bind,ro "$root/src"
mount --bind "$work" "$root/work"
mount --rbind /dev "$root/dev"
mount -t sysfs sysfs "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/work sh -euc "$@"
"""
COMPILE = "meson setup -Dtests=disabled -Dlinkage=static /work/build /src && ninja -C /work/build"
# Twice: as it is, and with every memory error and undefined behaviour made a crash. With shared
# libraries, whose functions tests/inject.c can stand in for; the virtual host gets what is shipped.
TEST = """
ip link set lo up
failed=0
check() {
    build=$1
    shift
    meson setup -Dtests=enabled -Dlinkage=shared "$@" "$build" /src
    ninja -C "$build"
    meson test -C "$build" --print-errorlogs || failed=1
    export FORWARDER="$build/exception-path-forwarder" OFFLOAD_TOOL="$build/tests/offload_tool"
    python3 -B -m pytest -p no:cacheprovider -q -rs /src/tests || failed=1
}
check /work/build
echo "the same with AddressSanitizer and UndefinedBehaviorSanitizer"
export LSAN_OPTIONS=suppressions=/src/tests/lsan.supp:print_suppressions=0
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
check /work/sanitized --buildtype=debugoptimized -Db_sanitize=address,undefined
exit $failed
"""
FUZZ = """
CC=clang meson setup -Dfuzz=true -Dtests=disabled /work/build /src
ninja -C /work/build fuzz
exec python3 -B /src/tests/fuzz/run.py --seconds "$1" --findings /work/findings /work/build
"""
# Both read the command lines by which every file is compiled; the tests' and fuzzers' too are read by
# cppcheck, which takes seconds for all of them.
SETUP = """
CC=clang meson setup -Dtests=enabled -Dfuzz=true -Dlinkage=shared /work/build /src >/work/setup.log || {
    cat /work/setup.log
    exit 1
}
"""
CHECKS = {
    "cppcheck": SETUP + """
exec cppcheck --quiet --error-exitcode=1 --check-level=exhaustive --enable=warning,performance,portability -j "$(nproc)" \
    --suppress=*:/usr/include/* --project=/work/build/compile_commands.json
""",
    "clang-tidy": SETUP + """
run-clang-tidy -quiet -config-file=/work/clang-tidy.yml -p /work/build '/src/src/' >/work/tidy.log 2>&1 || {
    cat /work/tidy.log
    exit 1
}
exec clang-tidy --quiet --config-file=/work/clang-tidy.yml /work/bench/flood.c -- -std=gnu11 -Wall -Wextra
""",
}


def build_root(suite):
    """A Debian of the suite with the compiler and the libraries, made once."""
    return _root(f"buildroot-{suite}", suite, PACKAGES)


def artifact_root(suite):
    """A Debian of the suite with what a builder of DPDK has, made once."""
    return _root(f"artifactroot-{suite}", suite, ARTIFACT_PACKAGES)


def clang_root(suite):
    """That of build_root() with clang and its tools beside gcc, made once."""
    return _root(f"clangroot-{suite}", suite, PACKAGES, CLANG_PACKAGES)


def _root(name, suite, *lists):
    def make(work):
        with step(f"{name}: installing compiler and libraries (once; kept in the cache)"):
            debootstrap(suite, work / "root", [package for packages in lists for package in words(packages)])
        for folder in ("src", "work"):
            (work / "root" / folder).mkdir()

    return store.made(name, store.digest(known(suite), *lists, *addresses()), make) / "root"


def binary(suite):
    """The forwarder's executable for the suite, compiled when its sources changed."""
    root = build_root(suite)

    def make(work):
        with step(f"compiling the forwarder for {suite}"):
            run(inside(root, SOURCES, work, COMPILE), f"compiling the forwarder for {suite}")
        shutil.move(work / "build" / BINARY, work / BINARY)
        shutil.rmtree(work / "build")

    return store.made(f"forwarder-{suite}", store.digest(SOURCES, str(root)), make) / BINARY


def test(suite):
    """Compiles the forwarder and runs its tests with the suite's libraries; True when all passed."""
    with _folder() as work:
        return _passes(inside(build_root(suite), SOURCES, work, TEST))


def fuzz(suite, seconds):
    """Fuzzes each parser for that long; True when nothing was found. Keeps the input if something was."""
    with _folder() as work:
        passed = _passes(inside(clang_root(suite), SOURCES, work, FUZZ, str(seconds)))
        found = work / "findings"
        if not passed and found.is_dir():
            shutil.copytree(found, FINDINGS, dirs_exist_ok=True)
            give_back(FINDINGS, *FINDINGS.iterdir())
            say(f"/work/findings above is {FINDINGS} here")
        return passed


def check(suite, tool):
    """One of CHECKS on the C code of the forwarder and the benchmark; True when it finds nothing."""
    with _folder() as work:
        shutil.copytree(BENCH_SOURCES, work / "bench")
        shutil.copy(TREE / ".clang-tidy", work / "clang-tidy.yml")
        return _passes(inside(clang_root(suite), SOURCES, work, CHECKS[tool]))


@contextlib.contextmanager
def _folder():
    work = pathlib.Path(run(["mktemp", "-d"], "making a folder").strip())
    try:
        yield work
    finally:
        shutil.rmtree(work)


def _passes(command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode == 0


def copy_to(suite, target):
    """Puts the executable where the caller wants it."""
    try:
        shutil.copy2(binary(suite), target)
    except OSError as error:
        raise LabError(f"Could not write {target}: {error.strerror}.") from error
    give_back(target)


def give_back(*paths):
    """Files are the caller's, not root's."""
    if "SUDO_UID" in os.environ:
        for path in paths:
            os.chown(path, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def inside(root, sources, work, script, *arguments):
    """The command line that runs a script in the root, where `sources` is /src and `work` is /work."""
    return ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", INSIDE, "sh", root, sources, work, script,
            "sh", *arguments]
