# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that has to be true of the host before a NIC may be bound; read-only."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import guard, host, nics as nic_names

VFIO = "vfio-pci"


def check(ports, pci, iproute, memory, force=False, allow_unsafe_noiommu=False, links=None):
    """``(nics, problems)`` of the ports on this host."""
    links = iproute.links() if links is None else links
    nics, problems = nic_names.resolve(ports, pci, links, memory)
    to_bind = [nic for nic in nics if nic.port.driver == VFIO and pci.driver(nic.address) != VFIO]
    if not force:
        problems += guard.management_problems(to_bind, pci, iproute, pci.root)
    vfio = [nic for nic in nics if nic.port.driver == VFIO]
    problems += guard.group_problems(vfio, pci)
    if any(port.driver == VFIO for port in ports):
        problems += _iommu_problems(vfio, pci, allow_unsafe_noiommu)
    return nics, problems


def _iommu_problems(nics, pci, allow_unsafe_noiommu):
    if allow_unsafe_noiommu:
        return []
    if not pci.has_iommu():
        return [
            f"the kernel has no IOMMU, which {VFIO} needs to keep a NIC inside the forwarder's memory: turn on VT-d, AMD-Vi or SMMU "
            f"in the firmware, add {_command_line(pci)} to the kernel command line and reboot; "
            "for a machine that has none, set allow_unsafe_noiommu: true (exception_path_allow_unsafe_noiommu: true)"
        ]
    # In noiommu mode VFIO makes groups up at bind time: only a NIC of the kernel can be judged.
    return [
        f"{nic.port.label}: nic {nic.port.nic} ({nic.address}) is behind no IOMMU although the host has one: "
        f"use a slot that the firmware puts behind it, or add {_command_line(pci)} to the kernel command line and reboot"
        for nic in nics
        if pci.iommu_group(nic.address) is None
    ]


def _command_line(pci):
    vendor = host.read(pci.path("proc/cpuinfo"), "")
    if "AuthenticAMD" in vendor:
        return "amd_iommu=on iommu=pt"
    if "GenuineIntel" in vendor:
        return "intel_iommu=on iommu=pt"
    return "intel_iommu=on iommu=pt (Intel), amd_iommu=on iommu=pt (AMD) or iommu.passthrough=1 (Arm)"
