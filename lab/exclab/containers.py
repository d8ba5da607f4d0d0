"""Containers in which systemd is PID 1: a Debian of each release for a scenario of molecule.

They have no network but what a test makes within, none of this machine's PCI devices, and no kernel
of their own.
"""

import os
import pathlib
import subprocess
import tempfile

from . import deps, mirror, store
from .errors import LabError
from .image import debootstrap, known, words
from .paths import RECIPE, cache
from .progress import step
from .run import run

ENGINES = ("podman", "docker")
BOOT_TIMEOUT = 60
LISTS = "/var/lib/apt/lists"
_RECIPE = RECIPE / "container"
# What the guest of the virtual host has, too: settings of apt and dpkg.
_LAID_OVER = [RECIPE / "guest" / "etc" / name for name in ("apt", "dpkg")]
_INIT = "/sbin/init"
# The limits are what systemd wants at least: a caller's lower ones would be refused.
_OPTIONS = [
    "--privileged", "--network=none", "--ulimit=nofile=20000:20000", "--ulimit=nproc=4096:4096", "--mount=type=tmpfs,destination=/sys/bus/pci,notmpcopyup",
]
_ENGINES_OPTIONS = {
    "podman": ["--systemd=always"],
    "docker": ["--cgroupns=host", "--volume=/sys/fs/cgroup:/sys/fs/cgroup", "--tmpfs=/run", "--tmpfs=/run/lock", "--env=container=docker"],
}


def engine():
    """podman, or what EXC_ENGINE says."""
    name = os.environ.get("EXC_ENGINE", ENGINES[0])
    if name not in ENGINES:
        raise LabError(f"EXC_ENGINE {name} is not one of {', '.join(ENGINES)}.")
    return name


def suites():
    """The releases of Debian that are gone through."""
    return [known(suite) for suite in os.environ.get("EXC_SUITES", "trixie bookworm").split()]


def name_of(scenario, suite):
    return f"exception-path-{scenario.replace('_', '-')}-{suite}"


def inventory(scenario):
    """What Ansible has to know, as a script's answer."""
    hosts = {
        name_of(scenario, suite): {"ansible_connection": "container", "ansible_become": False, "container_engine": engine(), "suite": suite}
        for suite in suites()
    }
    return {"exception_path": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}


def up(scenario):
    """Starts a container of each release and waits until they have booted."""
    images = {suite: image(suite) for suite in suites()}
    down(scenario)
    for suite, tag in images.items():
        name = name_of(scenario, suite)
        _engine(
            "run", "--detach", f"--name={name}", f"--hostname={name}", *_OPTIONS, *_ENGINES_OPTIONS[engine()], tag, _INIT,
            what=f"starting container {name}",
        )
    for suite in images:
        _wait_for_boot(name_of(scenario, suite))


def down(scenario):
    """Ends the scenario's containers; quietly does nothing where there is none."""
    wanted = [name_of(scenario, suite) for suite in suites()]
    listed = _engine("ps", "--all", "--format={{.Names}}", what="listing containers").split()
    for name in set(wanted) & set(listed):
        _engine("rm", "--force", "--volumes", *(["--time=0"] if engine() == "podman" else []), name, what=f"removing container {name}")


def image(suite):
    """The name of the release's image, made if the engine has it not."""
    if engine() == "podman":
        deps.install(deps.CONTAINERS)
    repository = f"localhost/exception-path-{known(suite)}"
    tag = f"{repository}:{store.digest(suite, _RECIPE, *_LAID_OVER, *mirror.addresses())}"
    with store.locked(f"container-{suite}"):
        if not _has(tag):
            _make(suite, tag)
            _forget_others(repository, tag)
    return tag


def _make(suite, tag):
    making = step(f"container of {suite}: installing Debian (once; kept by {engine()})")
    with tempfile.TemporaryDirectory(prefix="container.tmp", dir=cache()) as folder, making:
        root, archive = pathlib.Path(folder) / "root", pathlib.Path(folder) / "root.tar"
        laid_over = " && ".join(f"cp -r --no-preserve=ownership {part} \"$1\"/etc/" for part in _LAID_OVER)
        debootstrap(
            suite, root, words(_RECIPE / "packages"),
            f"--setup-hook=mkdir -p \"$1\"/etc && {laid_over}",
            f"--customize-hook={_RECIPE}/customize \"$1\" {' '.join(words(_RECIPE / 'prefetched'))}",
            "--skip=cleanup/apt,cleanup/reproducible",
        )
        run(["tar", "--numeric-owner", "-C", root, "-cf", archive, "."], "packing the image")
        _engine("import", archive, tag, what="importing the image")


def _forget_others(repository, tag):
    listed = _engine("images", "--format={{.Repository}}:{{.Tag}}", what="listing images").split()
    for other in listed:
        if other.startswith(f"{repository}:") and other != tag:
            # One that a container still has stays.
            subprocess.run([engine(), "rmi", other], stdin=subprocess.DEVNULL, capture_output=True, check=False)


def _has(tag):
    return subprocess.run([engine(), "image", "inspect", tag], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _wait_for_boot(name):
    """Some unit of the distribution may have no business in a container: that one fails is no fault."""
    inside = ["timeout", str(BOOT_TIMEOUT), "sh", "-euc", "until systemctl is-system-running | grep -qx -e running -e degraded; do sleep 0.1; done"]
    _engine("exec", name, *inside, what=f"booting container {name}")
    # As new as when they were fetched: there is no network to look for newer ones.
    _engine("exec", name, "touch", LISTS, what="dating the package lists")


def _engine(*words, what):
    runtime = ["--runtime=runc"] if engine() == "podman" else []
    return run([engine(), *runtime, *words], what)
