# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PCI functions as sysfs shows them (kernel: Documentation/ABI/testing/sysfs-bus-pci)."""

from __future__ import annotations

import os
import re

from ansible_collections.dataplane.exception_path.plugins.module_utils import host

_ADDRESS = re.compile(r"^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$")
_NETWORK_CLASS = "0x02"
_BRIDGE_CLASS = "0x06"


class Pci:
    """``root`` is where the host's file system begins; tests give a folder of their own."""

    def __init__(self, root="/"):
        self.root = root

    def path(self, *parts):
        return os.path.join(self.root, *parts)

    def function(self, address, *parts):
        return self.path("sys/bus/pci/devices", address, *parts)

    def exists(self, address):
        return os.path.isdir(self.function(address))

    def addresses(self):
        """Every PCI function of the host."""
        return sorted(_entries(self.path("sys/bus/pci/devices")))

    def read(self, address, name, default=None):
        return host.read(self.function(address, name), default)

    def driver(self, address):
        """Name of the bound driver, or None."""
        return _link_name(self.function(address, "driver"))

    def driver_override(self, address):
        value = self.read(address, "driver_override")
        return None if value in (None, "", "(null)") else value

    def is_network(self, address):
        return self.read(address, "class", "").startswith(_NETWORK_CLASS)

    def is_bridge(self, address):
        return self.read(address, "class", "").startswith(_BRIDGE_CLASS)

    def ids(self, address):
        """``vendor:device`` in hexadecimal digits, as lspci -n prints it."""
        return ":".join(self.read(address, name, "0x????")[2:] for name in ("vendor", "device"))

    def numa_node(self, address):
        """The NUMA node; 0 where the firmware names none (the kernel says -1)."""
        return max(0, int(self.read(address, "numa_node", "-1")))

    def iommu_group(self, address):
        """Number of the IOMMU group as text, or None without an IOMMU. It may change over a boot."""
        return _link_name(self.function(address, "iommu_group"))

    def group_members(self, address):
        """All functions of the IOMMU group of ``address``, itself included."""
        members = [name for name in _entries(self.function(address, "iommu_group", "devices")) if _ADDRESS.match(name)]
        return sorted(set(members) | {address})

    def virtual_functions(self, address):
        links = [name for name in _entries(self.function(address)) if name.startswith("virtfn")]
        return sorted(os.path.basename(os.path.realpath(self.function(address, name))) for name in links)

    def netdevs(self, address):
        """Names of the kernel netdevs that this function carries."""
        return sorted(name for name in _entries(self.path("sys/class/net")) if self.of_netdev(name) == address)

    def of_netdev(self, name):
        """The PCI address below a netdev, or None. A virtio netdev hangs on a virtio device, whose
        parent is the function: hence the last PCI address of the resolved path."""
        device = self.path("sys/class/net", name, "device")
        if not os.path.exists(device):
            return None
        parts = [part for part in os.path.realpath(device).split("/") if _ADDRESS.match(part)]
        return parts[-1] if parts else None

    def has_iommu(self):
        return bool(_entries(self.path("sys/class/iommu")))

    def group_users(self, group):
        """``[(pid, command)]`` of the processes that hold the VFIO group open."""
        wanted = {f"/dev/vfio/{group}", f"/dev/vfio/noiommu-{group}"}
        users = []
        for pid in filter(str.isdigit, _entries(self.path("proc"))):
            folder = self.path("proc", pid, "fd")
            if any(_readlink(os.path.join(folder, fd)) in wanted for fd in _entries(folder)):
                users.append((int(pid), host.read(self.path("proc", pid, "comm"), "?")))
        return users


def _entries(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []


def _readlink(path):
    try:
        return os.readlink(path)
    except OSError:
        return None


def _link_name(path):
    target = _readlink(path)
    return os.path.basename(target) if target else None
