# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import pmds


@pytest.mark.parametrize(
    "ids, driver",
    [
        ("8086:10d3", "net/e1000"),
        ("8086:10fb", "net/ixgbe"),
        ("8086:1572", "net/i40e"),
        ("8086:1592", "net/ice"),
        ("8086:1889", "net/iavf"),
        ("15b3:1019", "net/mlx5"),
        ("15b3:1003", "net/mlx4"),
        ("1af4:1041", "net/virtio"),
        ("15ad:07b0", "net/vmxnet3"),
        ("1425:5410", "net/cxgbe"),
        ("1d0f:ec20", "net/ena"),
        ("10ec:8168", None),
        ("????:????", None),
    ],
)
def test_the_pmd_of_a_nic(ids, driver):
    assert pmds.of_nic(ids) == driver


def test_nics_that_nobody_drives_are_named():
    drivers, problems = pmds.of_nics([{"address": "0000:01:00.0", "ids": "8086:10d3"}, {"address": "0000:02:00.0", "ids": "10ec:8168"}])
    assert drivers == ["net/e1000"]
    assert problems == [
        "NIC 0000:02:00.0 has the PCI id 10ec:8168, of which the collection does not know the PMD: name it in exception_path_dpdk_drivers, such as [net/ixgbe]"
    ]


@pytest.mark.parametrize(
    "driver, helpers",
    [
        ("net/ice", ["common/iavf", "net/intel/iavf", "net/intel/ice"]),
        ("net/mlx5", ["bus/auxiliary", "common/mlx5"]),
        ("net/ixgbe", ["net/intel/ixgbe"]),
        ("net/sfc", ["common/sfc_efx"]),
        ("net/bnxt", []),
    ],
)
def test_helpers_come_by_themselves(driver, helpers):
    assert pmds.enabled([driver]) == sorted([*pmds.ALWAYS, driver, *helpers])
    assert sorted(pmds.checked([driver])) == sorted([*pmds.ALWAYS, driver])


def test_what_tells_that_a_driver_is_built():
    macros = pmds.checked(["net/intel/ixgbe", "net/igc"])
    assert macros["net/intel/ixgbe"] == ["RTE_NET_IXGBE"] and macros["bus/pci"] == ["RTE_BUS_PCI"]
    assert macros["net/igc"] == ["RTE_NET_IGC", "RTE_NET_E1000"]


def test_what_is_left_out_is_not_what_a_driver_needs():
    assert {"sched", "ip_frag", "eventdev"} <= set(pmds.disabled_libraries([]))
    assert not {"sched", "ip_frag"} & set(pmds.disabled_libraries(["net/bonding"]))
    # gso, hash, vhost and what they stand on are of use to the drivers that are always there.
    assert not {"gso", "vhost", "hash", "cryptodev", "dmadev", "metrics"} & set(pmds.disabled_libraries([]))


def test_packages_of_drivers():
    assert pmds.packages(["net/mlx5", "net/mlx4", "net/ixgbe"]) == ["libibverbs-dev"]
    assert pmds.pkg_config(["net/mlx5"]) == ["libibverbs", "libmlx5"]


@pytest.mark.parametrize("name", ["ixgbe", "net/", "a/b/c/d", "net/ix gbe", "net/ixgbe,net/ice", "../net", 5])
def test_what_is_no_driver(name):
    assert pmds.problems(["net/ixgbe", name]) == [
        f"exception_path_dpdk_drivers: {name!r} is no driver of DPDK: give names such as net/ixgbe, as in DPDK's folder drivers"
    ]
