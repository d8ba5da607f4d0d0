"""The guest's disk, kernel and initrd: Debian by mmdebstrap, ext4 by mke2fs; no loop mount."""

import os
import shutil

from . import mirror, store
from .errors import LabError
from .paths import RECIPE
from .progress import say, step
from .run import run

SUITES = ("bookworm", "trixie", "forky")
SIZE = "8G"
PARTS = [RECIPE / name for name in ("packages", "prefetched", "customize", "guest")]
# Variants of the image: a folder of the recipe each, with more packages and a script.
VARIANTS = ("bench",)


def words(file):
    """The entries of a list file, comments left out."""
    lines = (line.split("#")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line]


def known(suite):
    if suite not in SUITES:
        raise LabError(f"Suite {suite} is not one of {', '.join(SUITES)}.")
    return suite


def image(suite, variant=None):
    """The folder with disk.raw, vmlinuz and initrd of the suite, built if it is not there."""
    parts = [*PARTS, *([_folder(variant)] if variant else [])]
    key = store.digest(known(suite), SIZE, *parts, *mirror.addresses())
    name = f"{variant}-image-{suite}" if variant else f"image-{suite}"
    return store.made(name, key, lambda work: _build(suite, variant, work))


def _folder(variant):
    if variant not in VARIANTS:
        raise LabError(f"Variant {variant} of the image is not one of {', '.join(VARIANTS)}.")
    return RECIPE / "with" / variant


def _build(suite, variant, work):
    root = work / "root"
    title = f"image of {suite}{f' with {variant}' if variant else ''}"
    packages, hooks = words(RECIPE / "packages"), []
    if variant:
        packages += words(_folder(variant) / "packages")
        hooks.append(f"--customize-hook={_folder(variant)}/customize \"$1\"")
    with step(f"{title}: installing Debian (once; kept in the cache)"):
        debootstrap(
            suite, root, packages,
            f"--setup-hook=cp -r --no-preserve=ownership {RECIPE}/guest/. \"$1\"", *hooks,
            f"--customize-hook={RECIPE}/customize \"$1\" {' '.join(words(RECIPE / 'prefetched'))}",
            "--skip=cleanup/apt,cleanup/reproducible",
        )
    with step(f"{title}: making the disk"):
        for part in ("vmlinuz", "initrd"):
            newest = sorted((root / "boot").glob(f"{part}*"))[-1]
            shutil.copyfile(newest, work / (part if part == "vmlinuz" else "initrd"))
        run(["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", root, work / "disk.raw", SIZE], "making the disk")
        shutil.rmtree(root)
    say(f"{title}: {os.stat(work / 'disk.raw').st_blocks * 512 >> 20} MB on disk")


def debootstrap(suite, root, packages, *options):
    """A minimal Debian in the folder root."""
    run(
        ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", *options,
         f"--include={','.join(packages)}", suite, root, *mirror.sources(suite)],
        f"installing Debian {suite}",
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
    )
