"""The QEMU process of a guest."""

import json
import os
import pathlib
import signal
import socket
import time

from .errors import LabError
from .run import run

MANAGEMENT_MAC = "52:54:00:00:00:01"
KERNEL = "root=/dev/vda rw console=ttyS0 loglevel=5 mitigations=off fsck.mode=skip"
IOMMU_KERNEL = "intel_iommu=on iommu=pt"
STOP_PATIENCE = 10


def command(folder, image, accelerator, guest, nic_arguments):
    """QEMU's command line. Root disk and management port stay out of the IOMMU's way."""
    iommu = guest["iommu"]
    words = [KERNEL, IOMMU_KERNEL if iommu else "", f"systemd.hostname={guest['name']}",
             f"lab.key={guest['public_key']}", guest["append"]]
    return [
        "qemu-system-x86_64", "-name", guest["name"], *accelerator,
        "-machine", "q35,kernel-irqchip=split", "-smp", str(guest["cpus"]), "-m", str(guest["mem"]),
        "-nodefaults", "-display", "none", "-daemonize", "-pidfile", str(folder / "pid"),
        *(["-device", "intel-iommu,intremap=on,caching-mode=on"] if iommu else []),
        "-kernel", str(image / "vmlinuz"), "-initrd", str(image / "initrd"), "-append", " ".join(filter(None, words)),
        "-drive", f"file={folder / 'disk.qcow2'},if=none,id=root,cache=unsafe,discard=unmap",
        "-device", "virtio-blk-pci,drive=root,addr=0x2",
        "-netdev", f"user,id=management,ipv6=off,hostfwd=tcp:127.0.0.1:{guest['port']}-:22",
        "-device", f"virtio-net-pci,netdev=management,mac={MANAGEMENT_MAC},addr=0x3,romfile=",
        "-device", "virtio-rng-pci,addr=0x4",
        "-chardev", f"file,id=console,path={folder / 'console.log'},append=on", "-serial", "chardev:console",
        "-qmp", f"unix:{folder / 'qmp'},server=on,wait=off",
        *nic_arguments,
    ]


def make_disk(folder, image):
    run(["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", image / "disk.raw", folder / "disk.qcow2"],
        "making the guest's disk")


def start(argv, fds):
    run(argv, "starting QEMU", pass_fds=fds)


def process(folder):
    """The id of the guest's QEMU if it is alive: by its pid file, and by what it has open."""
    try:
        pid = int((folder / "pid").read_text())
        argv = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, ValueError):
        return None
    return pid if str(folder / "pid").encode() in argv else None


def stop(folder):
    """Ends the guest at once, as by pulling its plug."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        pid = process(folder)
        if pid is None:
            return
        os.kill(pid, number)
        until = time.monotonic() + STOP_PATIENCE
        while process(folder) and time.monotonic() < until:
            time.sleep(0.1)
    if process(folder):
        raise LabError(f"QEMU, process {process(folder)}, does not end.")


def set_link(folder, nic, up):
    """Whether a NIC sees a signal on its cable."""
    with socket.socket(socket.AF_UNIX) as monitor:
        monitor.settimeout(STOP_PATIENCE)
        monitor.connect(str(folder / "qmp"))
        with monitor.makefile("rw") as talk:
            talk.readline()
            _ask(talk, "qmp_capabilities")
            _ask(talk, "set_link", name=nic.backend_name, up=up)


def _ask(talk, command, **arguments):
    talk.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
    talk.flush()
    # Between a command and its answer come events.
    for line in talk:
        answer = json.loads(line)
        if "return" in answer:
            return
        if "error" in answer:
            raise LabError(f"QEMU refuses {command}: {answer['error']['desc']}")
    raise LabError(f"QEMU went away during {command}.")
