"""The forwarder, compiled outside of the guest with the guest's own libraries.

An emulated guest compiles ten to fifteen times slower than this machine.
"""

import os
import pathlib
import shutil
import subprocess

from . import store
from .errors import LabError
from .image import debootstrap, known, words
from .mirror import addresses
from .paths import RECIPE, TREE
from .progress import step
from .run import run

SOURCES = TREE / "roles" / "forwarder" / "files" / "forwarder"
BINARY = "exception-path-forwarder"
PACKAGES = RECIPE / "build-packages"

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
COMPILE = "meson setup -Dtests=disabled /work/build /src && ninja -C /work/build"
TEST = """
meson setup -Dtests=enabled /work/build /src
ninja -C /work/build
failed=0
meson test -C /work/build --print-errorlogs || failed=1
export FORWARDER=/work/build/exception-path-forwarder OFFLOAD_TOOL=/work/build/tests/offload_tool
python3 -B -m pytest -p no:cacheprovider -q -rs /src/tests || failed=1
exit $failed
"""


def build_root(suite):
    """A Debian of the suite with the compiler and the libraries, made once."""
    def make(work):
        with step(f"build root of {suite}: installing compiler and libraries (once; kept in the cache)"):
            debootstrap(suite, work / "root", words(PACKAGES))
        for name in ("src", "work"):
            (work / "root" / name).mkdir()

    key = store.digest(known(suite), PACKAGES, *addresses())
    return store.made(f"buildroot-{suite}", key, make) / "root"


def binary(suite):
    """The forwarder's executable for the suite, compiled when its sources changed."""
    root = build_root(suite)

    def make(work):
        with step(f"compiling the forwarder for {suite}"):
            run(_inside(root, work, COMPILE), f"compiling the forwarder for {suite}")
        shutil.move(work / "build" / BINARY, work / BINARY)
        shutil.rmtree(work / "build")

    return store.made(f"forwarder-{suite}", store.digest(SOURCES, str(root)), make) / BINARY


def test(suite):
    """Compiles the forwarder and runs its tests with the suite's libraries; True when all passed."""
    root = build_root(suite)
    work = pathlib.Path(run(["mktemp", "-d"], "making a folder").strip())
    try:
        return subprocess.run(_inside(root, work, TEST), stdin=subprocess.DEVNULL, check=False).returncode == 0
    finally:
        shutil.rmtree(work)


def copy_to(suite, target):
    """Puts the executable where the caller wants it."""
    try:
        shutil.copy2(binary(suite), target)
    except OSError as error:
        raise LabError(f"Could not write {target}: {error.strerror}.") from error
    if "SUDO_UID" in os.environ:
        os.chown(target, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def _inside(root, work, script):
    return ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", INSIDE, "sh", root, SOURCES, work, script]
