"""KVM where a guest really starts with it, software emulation elsewhere."""

import os
import pathlib
import select
import subprocess
import time

from . import store
from .paths import cache
from .progress import say

TCG = ["-accel", "tcg,thread=multi", "-cpu", "max"]
KVM = ["-accel", "kvm", "-cpu", "host"]
PATIENCE = 20
REACHED = b"Run /init as init process"


def accelerator(image):
    """QEMU's arguments; the probe's answer holds until this machine reboots."""
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    answer = cache() / f"kvm-{store.digest(boot, str(image))}"
    if not answer.exists():
        answer.write_text("yes" if _probe(image) else "no")
    usable = answer.read_text() == "yes"
    return KVM if usable else TCG


def _probe(image):
    """Boots the image's kernel: does it reach user space? /dev/kvm alone promises nothing."""
    if not pathlib.Path("/dev/kvm").exists():
        return False
    say("trying KVM with the guest's kernel ...")
    argv = ["qemu-system-x86_64", *KVM, "-machine", "q35,kernel-irqchip=split", "-m", "512", "-nodefaults",
            "-display", "none", "-no-reboot", "-serial", "stdio", "-kernel", str(image / "vmlinuz"),
            "-initrd", str(image / "initrd"), "-append", "console=ttyS0 panic=-1"]
    with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as guest:
        reached = _reads(guest, REACHED)
        guest.kill()
    say("KVM works" if reached else "KVM does not run a guest here: software emulation")
    return reached


def _reads(guest, wanted):
    seen, until = b"", time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if select.select([guest.stdout], [], [], 0.5)[0]:
            data = os.read(guest.stdout.fileno(), 65536)
            if not data:
                return wanted in seen
            seen += data
            if wanted in seen:
                return True
    return False
