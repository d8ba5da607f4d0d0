# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpus, ethtool, lcores, preflight, tap_device, taps
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

PORTS = [{"nic": "ens3", "netdev": "exc0"}, {"nic": "52:54:00:00:00:04", "netdev": "exc1"}]


@pytest.fixture
def host(etc, kernel, commands, monkeypatch):
    """Four CPUs, one NUMA node with 2 GB free, two NICs behind an IOMMU, DPDK 22.11 in the package lists."""
    kernel.add_nic("0000:03:00.0", "ens3", mac="52:54:00:00:00:03", group=1)
    kernel.add_nic("0000:04:00.0", "ens4", mac="52:54:00:00:00:04", group=2)
    (etc / "proc").mkdir(parents=True)
    (etc / "proc/meminfo").write_text("Hugepagesize:       2048 kB\n")
    node = etc / "sys/devices/system/node/node0"
    (node / "hugepages/hugepages-2048kB").mkdir(parents=True)
    (node / "hugepages/hugepages-2048kB/nr_hugepages").write_text("0\n")
    (node / "meminfo").write_text("Node 0 MemFree: 2097152 kB\n")
    commands.on("modprobe --dry-run").on("apt-cache policy", "dpdk:\n  Installed: (none)\n  Candidate: 22.11.11-1\n").on("dpkg-query", "dpdk installed\n")
    monkeypatch.setattr(preflight, "Pci", lambda: Pci(kernel.root))
    monkeypatch.setattr(preflight, "IpRoute", lambda: IpRoute(kernel.run))
    monkeypatch.setattr(cpus, "choose", lambda wish, queues, nodes: lcores.choose(wish, range(4), queues))
    monkeypatch.setattr(ethtool, "max_queues", lambda name, root: 4)
    return kernel


def check(*ports, **changes):
    return preflight.check(
        dict(
            {
                "ports": list(ports) or PORTS,
                "lcores": "auto",
                "hugepages_mb": 512,
                "dpdk_version": None,
                "packages": ["dpdk", "driverctl"],
                "force": False,
                "allow_unsafe_noiommu": False,
                "data_plane": "forwarder",
                "idle": "",
                "prometheus": False,
            },
            **changes,
        )
    )


def problems(*ports, **changes):
    with pytest.raises(ExceptionPathError) as caught:
        check(*ports, **changes)
    return caught.value.problems


def test_a_good_host(host):
    result = check()
    assert not result.get("changed")
    assert result["platform"]["machine"] == os.uname().machine
    assert {key: value for key, value in result.items() if key not in ("changed", "platform")} == {
        "nics": [
            {"netdev": "exc0", "address": "0000:03:00.0", "ids": "8086:10d3", "mac": "52:54:00:00:00:03", "driver": "e1000e"},
            {"netdev": "exc1", "address": "0000:04:00.0", "ids": "8086:10d3", "mac": "52:54:00:00:00:04", "driver": "e1000e"},
        ],
        "numa_nodes": [0],
        "lcores": [1, 2],
        "dpdk_version": "22.11",
        "packages_missing": ["driverctl"],
    }
    assert not host.writes


def test_every_problem_of_the_host_at_once(host, commands, monkeypatch):
    """Ten faults of ten kinds, from the text of the inventory to the kernel."""
    host.add_upper("taken0")
    host.routes[4].append({"dst": "default", "gateway": "192.0.2.254", "dev": "ens4", "flags": []})
    commands.on("modprobe --dry-run --quiet vhost_net", code=1)
    found = problems(
        {"nic": "ens3", "netdev": "taken0", "queues": 6, "mtu": 9999, "adress": []},
        {"nic": "ens4", "netdev": "exc1", "queue_size": 1000},
        {"nic": "0000:09:00.0", "netdev": "exc2", "queues": 9},
        lcores="7",
        hugepages_mb=4096,
    )
    for words in (
        "unknown key 'adress': did you mean addresses?",
        "mtu 9999 is above 9698",
        "queue_size 1000 is not a power of two",
        "nic 0000:09:00.0 is not on this host: there are 0000:03:00.0 (ens3 52:54:00:00:00:03), 0000:04:00.0 (ens4 52:54:00:00:00:04); correct nic:",
        "nic ens4 (0000:04:00.0) is refused, for it carries the IPv4 default route",
        "netdev taken0 is the name of an interface that this collection did not make",
        "queues 6 is more than nic ens3 (0000:03:00.0) has, which is 4: lower it",
        "queues 9 is above 8, the most that virtio_user of DPDK 22.11 takes",
        "exception_path_lcores 7: the host has no lcore 7 online: choose from 0-3, or write auto",
        "4096 MB of huge pages do not fit on NUMA node 0",
        "has no module vhost_net",
    ):
        assert len([problem for problem in found if words in problem]) == 1, words
    assert len(found) == 11
    assert not host.writes


@pytest.mark.parametrize(
    "ports, changes, words",
    [
        ([{"nic": "lo0", "netdev": "exc0"}], {}, "nic lo0 is not on this host: there are "),
        ([{"nic": "bond0", "netdev": "exc0"}], {}, "nic bond0 is no PCI NIC: vfio-pci can only drive PCI functions, choose another"),
        ([{"nic": "0000:05:00.0", "netdev": "exc0"}], {}, "nic 0000:05:00.0 is no network controller (class 0x010802): correct nic:"),
        (
            [{"nic": "52:54:00:00:00:05", "netdev": "exc0"}],
            {},
            "nic 52:54:00:00:00:05 fits 0000:06:00.0, 0000:07:00.0: name the one you mean by its PCI address",
        ),
        (
            [{"nic": "ens3", "netdev": "exc0"}, {"nic": "0000:03:00.0", "netdev": "exc1"}],
            {},
            "nic 0000:03:00.0 is the same function 0000:03:00.0 as that of exception_path_ports[0] (exc0): every port has its own",
        ),
        (PORTS, {"hugepages_mb": 0}, "exception_path_hugepages_mb 0 is no memory at all: give 64 or more"),
        (PORTS, {"dpdk_version": "newest"}, "dpdk_version 'newest' is no version of DPDK: write it as 22.11"),
        (PORTS, {"lcores": "all"}, "exception_path_lcores 'all' is neither auto nor a list of CPUs"),
        (
            [{"nic": "ens3", "netdev": "exc0"}, {"nic": "ens3", "netdev": "exc1"}],
            {},
            "nic ens3 is given already in exception_path_ports[0] (exc0): every port has its own",
        ),
    ],
)
def test_one_problem(host, ports, changes, words):
    host.add_upper("bond0", "ens3")
    host.add_function("0000:05:00.0", "nvme", group=5)
    host.add_nic("0000:06:00.0", "ens6", mac="52:54:00:00:00:05", group=6)
    host.add_nic("0000:07:00.0", "ens7", mac="52:54:00:00:00:05", group=7)
    (problem,) = problems(*ports, **changes)
    assert words in problem


def test_an_empty_list(host):
    (problem,) = problems(ports=[])
    assert problem == "exception_path_ports is empty: give the host at least one entry with nic: and netdev:"


def test_nothing_on_the_host(host):
    host.pull_out("0000:03:00.0")
    host.pull_out("0000:04:00.0")
    (problem,) = problems({"nic": "ens3", "netdev": "exc0"})
    assert "there are no PCI network controllers" in problem


def test_a_bound_nic_is_found_again_by_all_its_words_and_keeps_its_limits(host):
    NicMemory().save("0000:03:00.0", {"name": "ens3", "mac": "52:54:00:00:00:03", "max_queues": 2, "driver": "e1000e"})
    host.write(f"{host.root}/sys/bus/pci/devices/0000:03:00.0/driver_override", "vfio-pci")
    host.write(f"{host.root}/sys/bus/pci/devices/0000:03:00.0/driver/unbind", "0000:03:00.0")
    host.write(f"{host.root}/sys/bus/pci/drivers_probe", "0000:03:00.0")
    for word in ("ens3", "52:54:00:00:00:03", "03:00.0"):
        result = check({"nic": word, "netdev": "exc0"})
        assert result["nics"] == [{"netdev": "exc0", "address": "0000:03:00.0", "ids": "8086:10d3", "mac": "52:54:00:00:00:03", "driver": "vfio-pci"}]
        (problem,) = problems({"nic": word, "netdev": "exc0", "queues": 3})
        assert "has, which is 2: lower it" in problem


def test_a_name_that_a_new_nic_has_is_the_new_nic(host):
    NicMemory().save("0000:04:00.0", {"name": "ens3", "mac": "52:54:00:00:00:99", "driver": "e1000e"})
    assert check({"nic": "ens3", "netdev": "exc0"})["nics"][0]["address"] == "0000:03:00.0"


def test_a_nic_bound_by_somebody_else_has_no_mac_to_inherit(host):
    host.add_function("0000:08:00.0", "vfio-pci", "0x020000", group=8)
    (problem,) = problems({"nic": "0000:08:00.0", "netdev": "exc0"})
    assert "the MAC of nic 0000:08:00.0 (0000:08:00.0) is not known" in problem
    assert check({"nic": "0000:08:00.0", "netdev": "exc0", "mac": "52:54:00:00:00:08"})["nics"][0]["mac"] is None


def test_force_and_newer_dpdk_and_no_memory(host):
    host.routes[4].append({"dst": "default", "gateway": "192.0.2.254", "dev": "ens3", "flags": []})
    result = check(force=True, dpdk_version="24.11", hugepages_mb=None, packages=[])
    assert result["dpdk_version"] == "24.11" and result["packages_missing"] == []


def test_a_bifurcated_nic_needs_no_vfio(host, commands):
    commands.on("modprobe --dry-run --quiet vfio-pci", code=1)
    check(dict(PORTS[0], driver="kernel"))
    (problem,) = problems(PORTS[0])
    assert "has no module vfio-pci" in problem


def test_a_host_without_apt_has_no_known_version(host, commands):
    def gone(_command):
        raise FileNotFoundError

    commands.on("apt-cache", do=gone)
    commands.on("apt-cache policy", do=gone)
    assert check(packages=[])["dpdk_version"] is None


def test_limits_of_no_version_when_any_may_come(host):
    ports = [dict(PORTS[0], queues=9)]
    host.add_nic("0000:09:00.0", "ens9", mac="52:54:00:00:00:09", group=9)
    assert check(*PORTS, dpdk_version="any")["dpdk_version"] is None
    assert not any("of DPDK" in problem for problem in problems(*ports, dpdk_version="any"))


def test_the_howto_s_faults_are_told_with_the_others(host, commands):
    commands.on("systemctl show", "ActiveState=inactive\n")
    found = problems({"nic": "ens9", "netdev": "exc0"}, howto={"options": ["faster"]})
    assert any("nic ens9 is not on this host" in problem for problem in found)
    assert any(problem.startswith("testpmd_howto_options: 'faster' is no option of the howto") for problem in found)


def test_our_own_netdev_may_be_there(host, monkeypatch):
    host.add_upper("exc0")
    monkeypatch.setattr(taps, "recorded", lambda: ["exc0"])
    monkeypatch.setattr(tap_device, "flags", lambda link: tap_device.WANTED)
    assert check()["nics"]


def test_what_testpmd_lacks_is_a_problem_with_testpmd_only(host):
    limited = dict(PORTS[0], limits={"icmp": 500})
    assert check(limited, PORTS[1], idle="adaptive", prometheus=True)
    assert len(problems(limited, PORTS[1], data_plane="testpmd", idle="adaptive", prometheus=True)) == 3
    assert check(*PORTS, data_plane="testpmd")


def test_the_howto_asks_nothing_of_the_data_plane(host, monkeypatch):
    monkeypatch.setattr(preflight.howto_checks, "problems", lambda *_given: [])
    assert check(dict(PORTS[0], limits={"icmp": 500}), data_plane="testpmd", howto={"options": [], "seconds": 1, "forward_mode": "io"})
