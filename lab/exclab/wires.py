"""The cables: a network namespace outside of the guest holds the far end of each."""

from . import netns


def lay(nic):
    """Makes the far end; returns the descriptors QEMU plugs the NIC into.

    The namespace and its tap stay when the guest reboots, and when QEMU dies.
    """
    netns.add(nic.netns)
    fds = netns.open_tap(nic.netns, nic.ifname, nic.backend_queues())
    netns.ip(nic.netns, "link", "set", "lo", "up")
    netns.ip(nic.netns, "link", "set", nic.ifname, "address", nic.far_mac, "up")
    for address in nic.far_addresses:
        more = ["nodad"] if ":" in address else []
        netns.ip(nic.netns, "address", "add", address, "dev", nic.ifname, *more)
    return fds


def remove(nic):
    netns.delete(nic.netns)
