"""A guest from its making to its end. What is known of it is in <folder>/guest.json."""

import contextlib
import dataclasses
import json
import os
import re
import shutil
import socket

from . import accel, image, nics, qemu, ssh, wires
from .errors import LabError
from .paths import guests
from .progress import say, step

NAME = re.compile(r"[a-z][a-z0-9-]{0,30}")
BOOT_TIMEOUT = 300


@dataclasses.dataclass(frozen=True)
class Guest:
    """A guest that was started."""

    name: str
    suite: str
    port: int
    accelerator: str
    nics: list

    @property
    def folder(self):
        return guests() / self.name

    def running(self):
        return qemu.process(self.folder) is not None

    def wire(self, index):
        for nic in self.nics:
            if nic.index == index:
                return nic
        raise LabError(f"{self.name} has no NIC {index}: they count from 0 to {len(self.nics) - 1}.")


def names():
    """Every guest there is something left of."""
    return sorted(path.name for path in guests().iterdir() if path.is_dir())


def find(name, running=True):
    folder = guests() / name
    try:
        known = json.loads((folder / "guest.json").read_text())
    except FileNotFoundError:
        raise LabError(f"There is no guest {name}: `lab/vm up {name}` makes one.") from None
    known["nics"] = [nics.Nic(**nic) for nic in known["nics"]]
    guest = Guest(**known)
    if running and not guest.running():
        raise LabError(f"{name} does not run any more: `lab/vm down {name}` clears what is left of it.")
    return guest


def up(name, suite, models, *, queues=1, mem=4096, cpus=2, iommu=True, append="", far_addresses=None,
       variant=None):
    """Boots a guest and waits until it answers on ssh."""
    if not NAME.fullmatch(name):
        raise LabError(f"Guest name {name!r} must be at most 31 of a-z, 0-9 and -, beginning with a letter.")
    folder = guests() / name
    if qemu.process(folder):
        raise LabError(f"{name} runs already: `lab/vm down {name}` ends it.")
    planned = nics.plan(name, nics.parse(models), queues, far_addresses)
    base = image.image(suite, variant)
    accelerator = accel.accelerator(base)
    down(name)
    guest = Guest(name, suite, _free_port(), accelerator[1].split(",")[0], planned)
    folder.mkdir()
    try:
        _write(guest)
        settings = {"name": name, "port": guest.port, "public_key": ssh.make_key(folder), "cpus": cpus, "mem": mem,
                    "iommu": iommu, "append": append}
        ssh.write_config(folder, name, guest.port)
        qemu.make_disk(folder, base)
        _start(guest, base, accelerator, settings)
        _give_to_caller(folder)
        with step(f"{name}: booting {suite} ({guest.accelerator}, {len(planned)} NICs)"):
            ssh.wait_for_boot(folder, name, BOOT_TIMEOUT, guest.running)
    except BaseException:
        # The console of a guest that did not come up is worth keeping; its process and wires are not.
        _unplug(guest)
        raise
    return guest


def _start(guest, base, accelerator, settings):
    with contextlib.ExitStack() as open_fds:
        arguments, fds = [], []
        for nic in guest.nics:
            mine = wires.lay(nic)
            for fd in mine:
                open_fds.callback(os.close, fd)
            fds += mine
            arguments += nic.qemu(mine)
        qemu.start(qemu.command(guest.folder, base, accelerator, settings, arguments), fds)


def _write(guest):
    (guest.folder / "guest.json").write_text(json.dumps(dataclasses.asdict(guest), indent=2) + "\n")


def _give_to_caller(folder):
    """Who called sudo may use the key and the configuration without it."""
    if "SUDO_UID" in os.environ:
        for path in [folder, *folder.iterdir()]:
            os.chown(path, int(os.environ["SUDO_UID"]), int(os.environ["SUDO_GID"]))


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _unplug(guest):
    qemu.stop(guest.folder)
    for nic in guest.nics:
        wires.remove(nic)


def down(name):
    """Ends the guest and removes its wires, its disk and its key; quietly does nothing without a guest."""
    folder = guests() / name
    if not folder.is_dir():
        return False
    if (folder / "guest.json").exists():
        _unplug(find(name, running=False))
    shutil.rmtree(folder)
    return True


def reboot(guest):
    """Reboots the guest from within; QEMU and the wires stay."""
    before = ssh.boot_id(guest.folder, guest.name)
    if before is None:
        raise LabError(f"{guest.name} does not answer on ssh: `lab/vm console {guest.name}` shows its console.")
    with step(f"{guest.name}: rebooting"):
        ssh.ask(guest.folder, guest.name, "sudo systemctl reboot")
        ssh.wait_for_boot(guest.folder, guest.name, BOOT_TIMEOUT, guest.running, before)
    say(f"{guest.name}: is back")


def info(guest):
    """All there is to know, for programs."""
    return {
        **dataclasses.asdict(guest),
        "running": guest.running(),
        "host": "127.0.0.1",
        "user": ssh.USER,
        "key": str(guest.folder / "key"),
        "known_hosts": str(guest.folder / "known_hosts"),
        "ssh_config": str(guest.folder / "ssh_config"),
        "console": str(guest.folder / "console.log"),
        "qmp": str(guest.folder / "qmp"),
    }
