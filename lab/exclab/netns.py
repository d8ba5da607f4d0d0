"""Network namespaces and taps inside them."""

import contextlib
import ctypes
import fcntl
import os
import struct

from .errors import LabError
from .run import run

CLONE_NEWNET = 0x40000000
TUNSETIFF, TUNSETPERSIST = 0x400454CA, 0x400454CB
IFF_TAP, IFF_MULTI_QUEUE, IFF_NO_PI = 0x0002, 0x0100, 0x1000
_libc = ctypes.CDLL(None, use_errno=True)


def exists(name):
    return os.path.exists(f"/run/netns/{name}")


def add(name):
    if exists(name):
        raise LabError(f"Network namespace {name} exists already and is not ours: `ip netns del {name}` if nobody needs it.")
    run(["ip", "netns", "add", name], f"adding network namespace {name}")


def delete(name):
    if exists(name):
        run(["ip", "netns", "del", name], f"removing network namespace {name}")


def ip(name, *words):
    """`ip` within the namespace."""
    return run(["ip", "-n", name, *words], f"configuring {name}")


@contextlib.contextmanager
def entered(name):
    """This thread is in the namespace for a while."""
    with open("/proc/thread-self/ns/net", "rb") as home, open(f"/run/netns/{name}", "rb") as there:
        _setns(there)
        try:
            yield
        finally:
            _setns(home)


def _setns(file):
    if _libc.setns(file.fileno(), CLONE_NEWNET):
        raise LabError(f"Could not enter {file.name}: {os.strerror(ctypes.get_errno())}.")


def open_tap(name, ifname, queues):
    """File descriptors, one a queue, of a tap in the namespace that outlives them.

    Without a virtio header: what crosses it is a frame as on a cable, with its checksums filled in.
    """
    flags = IFF_TAP | IFF_NO_PI | (IFF_MULTI_QUEUE if queues > 1 else 0)
    fds = []
    with entered(name):
        for _ in range(queues):
            fd = os.open("/dev/net/tun", os.O_RDWR)
            fds.append(fd)
            fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", ifname.encode(), flags))
            fcntl.ioctl(fd, TUNSETPERSIST, 1)
    return fds
