"""The NIC models a guest can have, and one NIC with its cable."""

import dataclasses

from .errors import LabError
from .run import run

# what a model needs to be told on top of its name
MODELS = {
    "e1000": "",
    "e1000e": "",
    "igb": "",
    "vmxnet3": "",
    "virtio-net-pci": "disable-legacy=on,iommu_platform=on",
}
ONLY_MULTI_QUEUE_BACKEND = "virtio-net-pci"
FIRST_SLOT = 0x10
MOST = 8


@dataclasses.dataclass(frozen=True)
class Nic:
    """One NIC: its place in the guest and the far end of its cable."""

    index: int
    model: str
    mac: str
    pci: str
    netns: str
    ifname: str
    far_mac: str
    far_addresses: list
    near_addresses: list
    queues: int = 1

    def qemu(self, fds):
        """QEMU's arguments: a root port of its own (so its own bus and IOMMU group), the NIC, its tap."""
        number = self.index + 1
        backend = f"fd={fds[0]}" if len(fds) == 1 else f"fds={':'.join(map(str, fds))}"
        options = [self.model, f"netdev={self.backend_name}", f"bus=port{self.index}", f"mac={self.mac}", "romfile="]
        if MODELS[self.model]:
            options.append(MODELS[self.model])
        if len(fds) > 1:
            options += ["mq=on", f"vectors={2 * len(fds) + 2}"]
        return [
            "-device", f"pcie-root-port,id=port{self.index},bus=pcie.0,addr={FIRST_SLOT + self.index:#x},"
                       f"chassis={number},slot={number}",
            "-netdev", f"tap,id={self.backend_name},{backend},vhost=off",
            "-device", ",".join(options),
        ]

    @property
    def backend_name(self):
        """What QEMU calls the near end of its cable."""
        return f"wire{self.index}"

    def backend_queues(self):
        return self.queues if self.model == ONLY_MULTI_QUEUE_BACKEND else 1


def parse(text):
    """`e1000e,vmxnet3,vmxnet3` as a list of models this machine's QEMU has."""
    models = [word.strip() for word in text.split(",") if word.strip()]
    if len(models) > MOST:
        raise LabError(f"{len(models)} NICs are more than the {MOST} that a guest can have.")
    for model in models:
        if model not in MODELS:
            raise LabError(f"NIC model {model} is not one of {', '.join(MODELS)}.")
    offered = run(["qemu-system-x86_64", "-device", "help"], "asking QEMU for its devices") if models else ""
    for model in models:
        if f'name "{model}"' not in offered:
            raise LabError(f"This machine's QEMU has no {model} (igb needs QEMU 8 or later).")
    return models


def plan(guest, models, queues=1, far_addresses=None):
    """The NICs of a guest. Cable i carries 198.18.<i>.0/24 and 2001:db8:<i>::/64: .1 is near, .2 far.

    Addresses and MACs are the same in every guest: a cable is shared with nobody.
    """
    nics = []
    for index, model in enumerate(models):
        mac = f"52:54:00:ec:{index:02x}"
        nics.append(Nic(
            index=index, model=model, queues=queues,
            mac=f"{mac}:01", far_mac=f"{mac}:02",
            pci=f"0000:{index + 1:02x}:00.0",
            netns=f"{guest}-w{index}", ifname="wire",
            near_addresses=[f"198.18.{index}.1/24", f"2001:db8:{index}::1/64"],
            far_addresses=(far_addresses or {}).get(index) or [f"198.18.{index}.2/24", f"2001:db8:{index}::2/64"],
        ))
    return nics
