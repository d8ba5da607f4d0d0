"""DPDK's release as Debian archives it, checked by apt against Debian's signatures."""

import pathlib
import shutil
import tempfile

from . import mirror, store
from .errors import LabError
from .progress import step
from .run import run

# The only suite whose source the archives reliably serve next to the packages.
SUITE = "bookworm"


def tarball():
    """Path of the release's tarball, fetched once."""
    folder = store.made("dpdk-source", store.digest(SUITE, *mirror.addresses()), _fetch)
    return next(folder.iterdir())


def fetch(target):
    """Unpacks the source into the folder target."""
    target.mkdir()
    run(["tar", "-x", "--strip-components=1", "-f", tarball(), "-C", target], "unpacking DPDK's source")


def _fetch(work):
    with step("fetching DPDK's source (once; kept in the cache)"), tempfile.TemporaryDirectory() as name:
        lists = f"{name}/sources.list"
        with open(lists, "w", encoding="ascii") as file:
            file.write("\n".join(line.replace("deb ", "deb-src ", 1) for line in mirror.sources(SUITE)) + "\n")
        pathlib.Path(name, "lists", "partial").mkdir(parents=True)
        options = ["-o", f"Dir::Etc::SourceList={lists}", "-o", "Dir::Etc::SourceParts=/dev/null",
                   "-o", f"Dir::State::Lists={name}/lists", "-o", "APT::Sandbox::User=root"]
        run(["apt-get", *options, "-q", "update"], "reading the list of sources")
        run(["apt-get", *options, "-q", "source", "--download-only", "dpdk"], "fetching DPDK's source", cwd=name)
        found = sorted(pathlib.Path(name).glob("dpdk_*.orig.tar.*[!c]"))
        if len(found) != 1:
            raise LabError(f"The archive gave {len(found)} source tarballs of DPDK instead of one.")
        shutil.copy(found[0], work)
