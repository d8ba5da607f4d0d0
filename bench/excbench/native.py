"""A root with its own DPDK in which programs run on this machine's CPU, without a guest."""

import shutil
import subprocess

from exclab import forwarder, mirror, store
from exclab.image import debootstrap, words
from exclab.progress import step
from exclab.run import run

from . import dpdk_source
from .paths import BENCH

PACKAGES = BENCH / "recipe" / "native-packages"
BUILD_DPDK = BENCH / "recipe" / "build-dpdk"
BUILD_PROGRAMS = BENCH / "recipe" / "build-programs"
PREFIX = "opt/dpdk"

# In a mount and network namespace of its own: nothing of it is left on this machine.
INSIDE = """
set -eu
root=$1 sources=$2 programs=$3 work=$4
shift 4
mount --bind "$root" "$root"
mount --bind "$sources" "$root/src"
mount --bind "$programs" "$root/bench"
mount --bind "$work" "$root/work"
mount --rbind /dev "$root/dev"
mount -t sysfs sysfs "$root/sys"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/work "$@"
"""


def argv(root, work, command):
    """The command line that runs `command` in the root; its process is the command's in the end."""
    return ["unshare", "--mount", "--net", "--propagation", "private", "sh", "-c", INSIDE, "sh",
            root, forwarder.SOURCES, BENCH / "src", work, *command]


def root():
    """Debian with a compiler, valgrind, and DPDK built from source below /opt/dpdk."""
    def make_root(work):
        with step("root of the native rig: installing compiler and valgrind (once; kept in the cache)"):
            debootstrap(dpdk_source.SUITE, work / "root", words(PACKAGES))
        for name in ("src", "work", "bench"):
            (work / "root" / name).mkdir()
        with step("native rig: fetching DPDK's source"):
            dpdk_source.fetch(work / "source")
        with step("native rig: building DPDK (once; kept in the cache)"):
            run(argv(work / "root", work, ["sh", "-euc", BUILD_DPDK.read_text()]), "building DPDK")
        shutil.move(work / "out" / PREFIX, work / "root" / PREFIX)
        for name in ("source", "build", "out"):
            shutil.rmtree(work / name)

    key = store.digest(dpdk_source.SUITE, PACKAGES, BUILD_DPDK, *mirror.addresses())
    return store.made("bench-native-root", key, make_root) / "root"


def programs(base):
    """The folder with the forwarder and vv.so, built against the root's DPDK."""
    def make(work):
        with step("native rig: compiling the forwarder"):
            run(argv(base, work, ["sh", "-euc", BUILD_PROGRAMS.read_text()]), "compiling the forwarder")
        shutil.move(work / "build" / forwarder.BINARY, work / forwarder.BINARY)
        shutil.rmtree(work / "build")

    key = store.digest(forwarder.SOURCES, BENCH / "src" / "vv.c", BUILD_PROGRAMS, str(base))
    return store.made("bench-native-programs", key, make)


def dpdk_version(base):
    """As pkg-config names it."""
    return run(["sh", "-c", f"sed -n 's/^Version: //p' {base / PREFIX}/lib/pkgconfig/libdpdk.pc"],
               "asking DPDK for its version").strip()


def start(base, work, command, **kwargs):
    """A process in the root; its id is the program's."""
    return subprocess.Popen([str(word) for word in argv(base, work, command)], **kwargs)
