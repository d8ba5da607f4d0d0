"""What this machine needs, from its own distribution."""

import os
import shutil
import subprocess

from .errors import LabError
from .progress import say, step
from .run import run

PACKAGES = [
    "ca-certificates", "debian-archive-keyring", "e2fsprogs", "iproute2", "iperf3", "iputils-ping", "make",
    "mmdebstrap", "openssh-client", "python3-venv", "qemu-system-x86", "qemu-utils", "tcpdump", "udev",
]
# With podman. crun, which podman takes by default, does not start where cgroups of both versions are mounted.
CONTAINERS = ["podman", "runc"]


def missing(packages):
    done = subprocess.run(
        ["dpkg-query", "-W", "-f=${db:Status-Abbrev} ${Package}\n", *packages],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False,
    )
    there = {line.split()[1] for line in done.stdout.splitlines() if line.startswith("ii ")}
    return [package for package in packages if package not in there]


def install(packages=PACKAGES):
    """Installs what is missing of them, and nothing else."""
    if not shutil.which("apt-get"):
        raise LabError("The lab runs on Debian and Ubuntu: there is no apt-get here.")
    wanted = missing(packages)
    if not wanted:
        say("this machine has all the packages the lab needs")
        return
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "NEEDRESTART_SUSPEND": "1"}
    with step(f"installing {' '.join(wanted)}"):
        run(["apt-get", "update", "-q"], "updating the package lists", env=quiet)
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *wanted], "installing packages", env=quiet)
