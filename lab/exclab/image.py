"""The guest's disk, kernel and initrd: Debian by mmdebstrap, ext4 by mke2fs; no loop mount."""

import os
import shutil

from . import mirror, store
from .errors import LabError
from .paths import RECIPE
from .progress import say, step
from .run import run

SUITES = ("bookworm", "trixie")
SIZE = "8G"
PARTS = [RECIPE / name for name in ("packages", "prefetched", "customize", "guest")]


def words(file):
    """The entries of a list file, comments left out."""
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line]


def known(suite):
    if suite not in SUITES:
        raise LabError(f"Suite {suite} is not one of {', '.join(SUITES)}.")
    return suite


def image(suite):
    """The folder with disk.raw, vmlinuz and initrd of the suite, built if it is not there."""
    key = store.digest(known(suite), SIZE, *PARTS, *mirror.addresses())
    return store.made(f"image-{suite}", key, lambda work: _build(suite, work))


def _build(suite, work):
    root = work / "root"
    with step(f"image of {suite}: installing Debian (once; kept in the cache)"):
        debootstrap(
            suite, root, words(RECIPE / "packages"),
            f"--setup-hook=cp -r --no-preserve=ownership {RECIPE}/guest/. \"$1\"",
            f"--customize-hook={RECIPE}/customize \"$1\" {' '.join(words(RECIPE / 'prefetched'))}",
            "--skip=cleanup/apt,cleanup/reproducible",
        )
    with step(f"image of {suite}: making the disk"):
        for part in ("vmlinuz", "initrd"):
            newest = sorted((root / "boot").glob(f"{part}*"))[-1]
            shutil.copyfile(newest, work / (part if part == "vmlinuz" else "initrd"))
        run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", root, work / "disk.raw", SIZE], "making the disk")
        shutil.rmtree(root)
    say(f"image of {suite}: {os.stat(work / 'disk.raw').st_blocks * 512 >> 20} MB on disk")


def debootstrap(suite, root, packages, *options):
    """A minimal Debian in the folder root."""
    run(
        ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", *options,
         f"--include={','.join(packages)}", suite, root, *mirror.sources(suite)],
        f"installing Debian {suite}",
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
    )
