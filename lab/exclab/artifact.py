"""Artifacts of the collection, made by its own code in a root of the suite."""

import contextlib
import json
import shutil

from . import dpdk_source, store
from .errors import LabError
from .forwarder import artifact_root, build_root, give_back, inside
from .image import known
from .paths import RECIPE, TREE, cache
from .progress import every, say, step
from .run import run

FORWARDER_FILES = TREE / "roles" / "forwarder" / "files"
MODULE_UTILS = TREE / "plugins" / "module_utils"
BUILD = RECIPE / "build-artifact"
PACKAGE = "collections/ansible_collections/dataplane/exception_path"
BEAT = 5
# What makes an artifact what it is, beside its inputs.
BUILDING = ("artifact_archive", "artifact_build", "artifact_inputs", "build_steps", "cpu_flags", "dpdk_build", "elf", "pmd_ids", "pmds")
# The PMDs of the lab's NICs.
DRIVERS = "net/e1000,net/vmxnet3"


def artifact(suite, method, platform="generic", drivers=DRIVERS):
    """Path of the archive; `method` is package (the suite's DPDK) or source. Built when it has to be."""
    root = artifact_root(known(suite)) if method == "source" else build_root(known(suite))
    name = f"builder-{suite}-{method}"
    with store.locked(name):
        work = _folder(name, root)
        params = {"method": method, "dpdk_version": "", "source_url": "", "source_sha256": "", "source": "", "platform": platform,
                  "drivers": [], "drivers_exact": True, "compiler_exact": True}
        if method == "source":
            params.update(_source(work), drivers=sorted(drivers.split(",")))
        with step(f"artifact for {suite}, DPDK by {method}"), _progress(work / "progress"):
            said = run(inside(root, FORWARDER_FILES, work, 'exec python3 -B /work/build "$1"', json.dumps(params)), "making the artifact")
    made = json.loads(said.splitlines()[-1])
    if made["seconds"] is not None:
        say(f"{made['name']}: built in {made['seconds']} s, {made['cpu_seconds']} s of CPU time")
    return work / "builder" / "artifacts" / f"{made['name']}.tar.xz"


def forget_others(builder, root):
    """What other code of the collection, or another root, has built is not taken; ccache's work is."""
    builder.mkdir(parents=True, exist_ok=True)
    code = store.digest(*(MODULE_UTILS / f"{name}.py" for name in BUILDING), str(root))
    stamp = builder / "code"
    if not stamp.exists() or stamp.read_text() != code:
        for part in ("artifacts", "builds"):
            shutil.rmtree(builder / part, ignore_errors=True)
        stamp.write_text(code)


def _progress(path):
    """Says what the builder tells of itself."""
    told = None

    def tell():
        nonlocal told
        with contextlib.suppress(FileNotFoundError):
            text = json.loads(path.read_text())["text"]
            if text != told:
                say(text)
            told = text

    return every(BEAT, tell)


def copy_to(path, target):
    """Puts the archive where the caller wants it, and its digest beside it."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
        digest = target.with_name(target.name + ".sha256")
        digest.write_text(json.loads(path.with_name(path.name.removesuffix(".tar.xz") + ".json").read_text())["sha256"] + "\n")
    except OSError as error:
        raise LabError(f"Could not write {target}: {error.strerror}.") from error
    give_back(target, digest)


def _folder(name, root):
    """The builder's folder with the code that builds."""
    work = cache() / name
    work.mkdir(exist_ok=True)
    shutil.rmtree(work / "collections", ignore_errors=True)
    shutil.copytree(MODULE_UTILS, work / PACKAGE / "plugins" / "module_utils", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(BUILD, work / "build")
    shutil.copy(TREE / "LICENSE", work / "LICENSE")
    forget_others(work / "builder", root)
    return work


def _source(work):
    tarball = dpdk_source.tarball()
    shutil.copy(tarball, work / "dpdk.tar")
    digest = run(["sha256sum", tarball], "reading DPDK's source").split()[0]
    version = run(["sh", "-euc", 'tar -xOf "$1" --wildcards "*/VERSION" --no-anchored --exclude="*/*/*"', "sh", tarball], "reading DPDK's version").split()[0]
    return {"dpdk_version": version, "source_sha256": digest, "source_url": f"file://{tarball}", "source": "/work/dpdk.tar"}
