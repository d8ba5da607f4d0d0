"""DPDK's release as Debian archives it, checked by apt against Debian's signatures."""

import pathlib
import tempfile

from exclab import mirror
from exclab.errors import LabError
from exclab.run import run

# The only suite whose source the archives reliably serve next to the packages.
SUITE = "bookworm"


def fetch(target):
    """Unpacks the source into the folder target."""
    with tempfile.TemporaryDirectory() as name:
        lists = f"{name}/sources.list"
        with open(lists, "w", encoding="ascii") as file:
            file.write("\n".join(line.replace("deb ", "deb-src ", 1) for line in mirror.sources(SUITE)) + "\n")
        pathlib.Path(name, "lists", "partial").mkdir(parents=True)
        options = ["-o", f"Dir::Etc::SourceList={lists}", "-o", "Dir::Etc::SourceParts=/dev/null",
                   "-o", f"Dir::State::Lists={name}/lists", "-o", "APT::Sandbox::User=root"]
        run(["apt-get", *options, "-q", "update"], "reading the list of sources")
        run(["apt-get", *options, "-q", "source", "--download-only", "dpdk"], "fetching DPDK's source", cwd=name)
        found = run(["sh", "-c", f"ls {name}/dpdk_*.orig.tar.*"], "looking for DPDK's source").split()
        if len(found) != 1:
            raise LabError(f"The archive gave {len(found)} source tarballs of DPDK instead of one.")
        target.mkdir()
        run(["tar", "-x", "--strip-components=1", "-f", found[0], "-C", target], "unpacking DPDK's source")
