# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tap device itself, which netlink can show but not make: ioctls on /dev/net/tun.

What is shown comes from iproute2's dict of the link and not from sysfs, which shows the network
namespace that it was mounted in.

Source: the kernel's Documentation/networking/tuntap.rst, include/uapi/linux/if_tun.h, and
IFLA_TUN_NUM_QUEUES of include/uapi/linux/if_link.h.
"""

from __future__ import annotations

import fcntl
import os
import pwd
import struct

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute

_TUNSETIFF = 0x400454CA
_TUNSETPERSIST = 0x400454CB
_TUNSETOWNER = 0x400454CC
_IFF_TAP = 0x0002
_IFF_MULTI_QUEUE = 0x0100
_IFF_NO_PI = 0x1000
_IFF_VNET_HDR = 0x4000
_IFF_TUN_EXCL = 0x8000

# What virtio_user asks for (DPDK: drivers/net/virtio/virtio_user/vhost_kernel_tap.c). Without
# multi_queue a second queue is refused; the flags of a live tap can not be changed.
WANTED = ("tap", "multi_queue", "vnet_hdr", "persist")


def flags(link):
    """Those of :data:`WANTED` that the link has; empty for anything but a tun or tap."""
    data = _details(link)
    return tuple(flag for flag in WANTED if (data.get("type") == "tap" if flag == "tap" else data.get(flag)))


def owner(link):
    """The uid that may attach to the tap, or None."""
    user = _details(link).get("user")
    if user is None:
        return None
    try:
        return pwd.getpwnam(str(user)).pw_uid
    except KeyError:  # iproute2 gives the number of a user that has no name
        return int(user)


def attached_queues(link):
    """How many queues of a tap processes hold; 0 for what is no tap.

    Not the carrier, which follows the link of the NIC (TUNSETCARRIER): a port without a cable is
    served all the same.
    """
    data = _details(link)
    return data.get("numqueues", 0) + data.get("numdisabled", 0)


def attached():
    """Names of the taps that a process serves."""
    return {name for name, link in IpRoute().links().items() if attached_queues(link)}


def _details(link):
    """What is special to the kind of the link; of a tun or tap only."""
    info = link.get("linkinfo", {})
    return info.get("info_data", {}) if info.get("info_kind") == "tun" else {}


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
