# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tap device itself, which netlink can not make: ioctls on /dev/net/tun.

Source: the kernel's Documentation/networking/tuntap.rst, include/uapi/linux/if_tun.h, and
IFLA_TUN_NUM_QUEUES of include/uapi/linux/if_link.h.
"""

from __future__ import annotations

import fcntl
import os
import struct

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute

_TUNSETIFF = 0x400454CA
_TUNSETPERSIST = 0x400454CB
_TUNSETOWNER = 0x400454CC
_IFF_TAP = 0x0002
_IFF_MULTI_QUEUE = 0x0100
_IFF_PERSIST = 0x0800
_IFF_NO_PI = 0x1000
_IFF_VNET_HDR = 0x4000
_IFF_TUN_EXCL = 0x8000

# What virtio_user asks for (DPDK: drivers/net/virtio/virtio_user/vhost_kernel_tap.c). Without
# multi_queue a second queue is refused; the flags of a live tap can not be changed.
WANTED = ("tap", "multi_queue", "vnet_hdr", "persist")
_FLAGS = {"tap": _IFF_TAP, "multi_queue": _IFF_MULTI_QUEUE, "vnet_hdr": _IFF_VNET_HDR, "persist": _IFF_PERSIST}


def exists(name):
    return os.path.exists(f"/sys/class/net/{name}")


def flags(name):
    """Those of :data:`WANTED` that the netdev has; empty for anything but a tun or tap."""
    text = host.read(f"/sys/class/net/{name}/tun_flags")
    if text is None:
        return ()
    value = int(text, 16)
    return tuple(flag for flag in WANTED if value & _FLAGS[flag])


def owner(name):
    """The uid that may attach to the tap, or None."""
    uid = int(host.read(f"/sys/class/net/{name}/owner", "-1"))
    return uid if uid >= 0 else None


def attached_queues(link):
    """How many queues of a tap processes hold, of iproute2's dict of the link; 0 for what is no tap.

    Not the carrier, which follows the link of the NIC (TUNSETCARRIER): a port without a cable is
    served all the same.
    """
    data = link.get("linkinfo", {}).get("info_data", {})
    return data.get("numqueues", 0) + data.get("numdisabled", 0)


def attached():
    """Names of the taps that a process serves."""
    return {name for name, link in IpRoute().links().items() if attached_queues(link)}


def create(name, uid):
    """Make a persistent tap that ``uid`` may attach to without a privilege."""
    _with_queue(name, _IFF_TUN_EXCL, ((_TUNSETOWNER, uid), (_TUNSETPERSIST, 1)))


def set_owner(name, uid):
    _with_queue(name, 0, ((_TUNSETOWNER, uid),))


def _with_queue(name, more_flags, calls):
    handle = None
    try:
        handle = os.open(paths.TUN, os.O_RDWR | os.O_CLOEXEC)
        asked = _IFF_TAP | _IFF_NO_PI | _IFF_MULTI_QUEUE | _IFF_VNET_HDR | more_flags
        fcntl.ioctl(handle, _TUNSETIFF, struct.pack("16sH22x", name.encode(), asked))
        for request, value in calls:
            fcntl.ioctl(handle, request, value)
    except OSError as fault:
        raise ExceptionPathError(f"the tap {name} can not be made or attached to through {paths.TUN}: {fault.strerror}; is the module tun loaded?") from None
    finally:
        if handle is not None:
            os.close(handle)
