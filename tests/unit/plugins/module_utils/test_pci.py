# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

A, B, C = "0000:03:00.0", "0000:03:00.1", "0000:04:00.0"


@pytest.fixture
def pci(kernel):
    kernel.add_nic(A, "ens3", group=7, node=1)
    kernel.add_function(B, None, "0x060400", group=7)
    kernel.add_nic(C, "eth0", driver="virtio-pci", virtio=True, ids=("0x1af4", "0x1041"))
    return Pci(kernel.root)


def test_functions(pci):
    assert pci.addresses() == [A, B, C]
    assert pci.exists(A) and not pci.exists("0000:05:00.0")
    assert (pci.is_network(A), pci.is_network(B), pci.is_bridge(A), pci.is_bridge(B)) == (True, False, False, True)
    assert (pci.ids(A), pci.ids(C), pci.ids("0000:05:00.0")) == ("8086:10d3", "1af4:1041", "????:????")


def test_a_node_that_the_firmware_does_not_name_is_node_0(pci):
    assert (pci.numa_node(A), pci.numa_node(C), pci.numa_node("0000:05:00.0")) == (1, 0, 0)


def test_drivers(pci, kernel):
    assert (pci.driver(A), pci.driver(B), pci.driver("0000:05:00.0")) == ("e1000e", None, None)
    assert pci.driver_override(A) is None
    kernel.write(pci.function(A, "driver_override"), "vfio-pci")
    assert pci.driver_override(A) == "vfio-pci"


def test_groups(pci):
    assert (pci.iommu_group(A), pci.iommu_group(C)) == ("7", None)
    assert pci.group_members(A) == [A, B]
    assert pci.group_members(C) == [C]
    assert pci.has_iommu()


def test_no_iommu(tmp_path):
    assert not Pci(str(tmp_path)).has_iommu()
    assert Pci(str(tmp_path)).addresses() == []


def test_netdevs_also_behind_a_virtio_device(pci, kernel):
    kernel.add_upper("bond0", "ens3")
    assert pci.netdevs(A) == ["ens3"]
    assert pci.netdevs(B) == []
    assert pci.of_netdev("eth0") == C
    assert pci.of_netdev("bond0") is None
    assert pci.of_netdev("none") is None


def test_virtual_functions(pci, kernel):
    kernel.add_virtual_function(A, C)
    assert pci.virtual_functions(A) == [C]
    assert pci.virtual_functions(C) == []


def test_who_holds_a_group_open(pci, kernel):
    kernel.add_process(40, 1, "dpdk-testpmd", files=["/dev/null", "/dev/vfio/7"])
    kernel.add_process(41, 1, "other", files=["/dev/vfio/77"])
    kernel.add_process(42, 1, "unsafe", files=["/dev/vfio/noiommu-7"])
    assert sorted(pci.group_users("7")) == [(40, "dpdk-testpmd"), (42, "unsafe")]
    assert pci.group_users("8") == []
