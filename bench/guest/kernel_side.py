"""NICs, netdevs, namespaces, and what they count."""

import pathlib
import socket
import time

from programs import output

CALLS = ["bind", "netdev_of", "tap", "remove_netdev", "address", "counters", "sink", "namespace",
         "remove_namespace", "move", "carrier", "veth"]
PCI = pathlib.Path("/sys/bus/pci")
NET = pathlib.Path("/sys/class/net")
# Enough for a driver to come up under emulation.
PATIENCE = 20
_sinks = []


def _driver(pci):
    link = PCI / "devices" / pci / "driver"
    return link.resolve().name if link.exists() else ""


def bind(pci, driver):
    """The NIC gets the driver; "" is the kernel's own."""
    if driver and _driver(pci) == driver:
        return
    device = PCI / "devices" / pci
    (device / "driver_override").write_text(f"{driver}\n")
    if _driver(pci):
        (device / "driver" / "unbind").write_text(pci)
    (PCI / "drivers_probe").write_text(pci)
    if not _driver(pci) or (driver and _driver(pci) != driver):
        raise RuntimeError(f"{pci} has driver {_driver(pci)!r}")


def _netdevs_of(pci):
    device = (PCI / "devices" / pci).resolve()
    return [path.name for path in NET.iterdir() if (path / "device").resolve().is_relative_to(device)]


def netdev_of(pci):
    """The kernel's own netdev of a NIC, once it is there under the name that it keeps."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if _netdevs_of(pci):
            # udev gives a new netdev another name.
            output("udevadm settle")
            return _netdevs_of(pci)[0]
        time.sleep(0.2)
    raise RuntimeError(f"{pci} has no netdev")


def tap(name, mac, addresses=(), mtu=1500):
    """A persistent tap of the kind that the collection makes."""
    remove_netdev(name)
    output(f"ip tuntap add dev {name} mode tap multi_queue vnet_hdr")
    output(f"ip link set {name} address {mac} mtu {mtu}")
    address(name, addresses)


def remove_netdev(name):
    if (NET / name).exists():
        output(f"ip link del {name}")


def address(name, addresses, netns=None):
    """The netdev is up with these addresses."""
    inside = f"-n {netns} " if netns else ""
    output(f"ip {inside}address flush dev {name}")
    output(f"ip {inside}link set {name} up")
    for each in addresses:
        output(f"ip {inside}address add {each} dev {name}{' nodad' if ':' in each else ''}")


def carrier(name):
    """Waits for the carrier: somebody serves the netdev."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if (NET / name / "carrier").read_text().strip() == "1":
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{name} has no carrier")


def counters(name):
    """Packets and bytes that the netdev has received."""
    folder = NET / name / "statistics"
    return {key: int((folder / key).read_text()) for key in ("rx_packets", "rx_bytes", "tx_packets")}


def sink(address):
    """Somebody listens on the discard port, so that no errors are sent back. Nothing is read."""
    while _sinks:
        _sinks.pop().close()
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    listener.bind((address, 9))
    _sinks.append(listener)


def namespace(name):
    remove_namespace(name)
    output(f"ip netns add {name}")
    output(f"ip -n {name} link set lo up")


def remove_namespace(name):
    if pathlib.Path(f"/run/netns/{name}").exists():
        output(f"ip netns del {name}")


def move(name, netns, addresses):
    output(f"ip link set {name} netns {netns}")
    address(name, addresses, netns)


def veth(one, other):
    """A veth pair; each is (name, namespace, addresses)."""
    output(f"ip link add {one[0]} netns {one[1]} type veth peer name {other[0]} netns {other[1]}")
    for name, netns, addresses in (one, other):
        address(name, addresses, netns)
