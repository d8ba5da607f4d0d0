# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import pathlib
import re

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import info, kernel_modules, tap_device, taps, telemetry
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

LINK = {
    "ifname": "exc0",
    "flags": ["BROADCAST", "UP", "LOWER_UP"],
    "linkinfo": {"info_kind": "tun", "info_data": {"type": "tap", "multi_queue": True, "numqueues": 3, "numdisabled": 1}},
    "address": "52:54:00:00:00:03",
    "mtu": 1500,
    "num_rx_queues": 4,
    "addr_info": [{"family": "inet", "local": "192.0.2.1", "prefixlen": 24}],
    "stats64": {"rx": {"packets": 7, "dropped": 1}, "tx": {"packets": 5, "dropped": 2}},
}


@pytest.fixture
def host(etc, kernel, commands, monkeypatch):
    (etc / "proc").mkdir(parents=True)
    (etc / "proc/meminfo").write_text("Hugepagesize:       2048 kB\n")
    (etc / "proc/1").mkdir()
    (etc / "proc/1/exe").symlink_to("/usr/bin/dpdk-testpmd (deleted)")
    kernel.add_nic("0000:03:00.0", "ens3", group=4)
    commands.on("ip -json -details -statistics address show", json.dumps([LINK]))
    commands.on(
        "systemctl show exception-path@default.service",
        "ActiveState=active\nSubState=running\nUnitFileState=enabled\nMainPID=1\nNRestarts=2\nActiveEnterTimestamp=Mon\nUser=exception-path\n",
    )
    commands.on("systemctl show exception-path-netdev@exc0.service", "ActiveState=active\n")
    commands.on("systemctl show exception-path-netdev@exc1.service", "ActiveState=failed\n")
    monkeypatch.setattr(info, "Pci", lambda: Pci(kernel.root))
    monkeypatch.setattr(taps, "recorded", lambda: ["exc0", "exc1"])
    monkeypatch.setattr(tap_device, "flags", lambda link: tap_device.WANTED)
    monkeypatch.setattr(telemetry, "pairs", lambda instance: {"virtio_user0": {"netdev": "exc0"}})
    monkeypatch.setattr(telemetry, "lcores", lambda instance: {"1": {"queues": 1, "idle_ppm": 990000}})
    monkeypatch.setattr(kernel_modules, "is_loaded", lambda name: name != "tun")
    return kernel


def gather(*subset):
    return info.gather({"gather": list(subset), "instance": "default"})


def test_all_of_it(host):
    assert sorted(gather()) == ["exporter", "forwarder", "hugepages", "kernel_modules", "lcores", "netdevs", "nics", "pairs", "service"]


def test_nics(host):
    NicMemory().save("0000:03:00.0", {"driver": "e1000e", "ids": "8086:10d3", "mac": "52:54:00:00:00:03", "name": "ens3"})
    NicMemory().save("0000:09:00.0", {"driver": "igb", "ids": "8086:10c9", "mac": None, "name": None})
    here, gone = gather("nics")["nics"]
    assert here == {
        "address": "0000:03:00.0",
        "driver": "e1000e",
        "driver_before": "e1000e",
        "iommu_group": "4",
        "ids": "8086:10d3",
        "mac": "52:54:00:00:00:03",
        "name_before": "ens3",
        "numa_node": 0,
        "present": True,
    }
    assert (gone["present"], gone["driver"], gone["numa_node"]) == (False, None, None)


def test_netdevs(host):
    assert gather("netdevs")["netdevs"] == [
        {
            "name": "exc0",
            "present": True,
            "up": True,
            "carrier": True,
            "attached_queues": 4,
            "mac": "52:54:00:00:00:03",
            "mtu": 1500,
            "flags": list(tap_device.WANTED),
            "queues": 4,
            "addresses": ["192.0.2.1/24"],
            "rx_packets": 7,
            "rx_dropped": 1,
            "tx_packets": 5,
            "tx_dropped": 2,
            "unit_state": "active",
        },
        {"name": "exc1", "present": False, "unit_state": "failed"},
    ]


def test_a_nic_without_a_link_takes_the_carrier_and_leaves_the_queues(host, commands):
    commands.on("ip -json -details -statistics address show", json.dumps([dict(LINK, flags=["NO-CARRIER", "BROADCAST", "UP"])]))
    netdev = gather("netdevs")["netdevs"][0]
    assert netdev["attached_queues"] == 4 and netdev["carrier"] is False


def test_lcores(host):
    assert gather("lcores") == {"lcores": {"1": {"queues": 1, "idle_ppm": 990000}}}


def test_the_service_and_what_it_may(host):
    service = gather("service")["service"]
    assert service.pop("capabilities") == int(re.search(r"CapBnd:\s+(\S+)", pathlib.Path("/proc/1/status").read_text())[1], 16)
    assert service == {
        "unit": "exception-path@default.service",
        "state": "active",
        "sub_state": "running",
        "enabled": True,
        "pid": 1,
        "restarts": 2,
        "since": "Mon",
        "user": "exception-path",
        "program": "/usr/bin/dpdk-testpmd",
    }


def test_a_host_that_has_nothing(etc, commands, monkeypatch):
    (etc / "proc").mkdir(parents=True)
    (etc / "proc/meminfo").write_text("Hugepagesize:       2048 kB\n")
    commands.on("ip -json").on("systemctl show", "ActiveState=inactive\nUnitFileState=\nMainPID=0\nNRestarts=0\nUser=\n")
    facts = gather()
    assert (facts["nics"], facts["netdevs"], facts["pairs"], facts["lcores"]) == ([], [], {}, {})
    assert not facts["forwarder"]["present"] and not facts["forwarder"]["intact"]
    assert facts["hugepages"] == {"page_size_kb": 2048, "nodes": {}}
    assert (facts["service"]["state"], facts["service"]["enabled"], facts["service"]["capabilities"]) == ("inactive", False, None)
    assert facts["service"]["program"] is None


def test_pages_and_modules(host, etc):
    node = etc / "sys/devices/system/node/node0/hugepages/hugepages-2048kB"
    node.mkdir(parents=True)
    (node / "nr_hugepages").write_text("300\n")
    (etc / "var/lib/exception-path").mkdir(parents=True)
    (etc / "var/lib/exception-path/hugepages.json").write_text('{"0": {"before": 44, "ours": 256}}')
    assert gather("hugepages")["hugepages"]["nodes"] == {"0": {"before": 44, "ours": 256, "count": 300}}
    assert gather("kernel_modules") == {"kernel_modules": {"vhost": True, "vhost_net": True, "tun": False, "vfio-pci": True}}


def test_a_word_that_is_unknown(host):
    with pytest.raises(ExceptionPathError, match="gather: nic, x is unknown: known are exporter, forwarder, hugepages, kernel_modules, lcores, netdevs, "
                       "nics, pairs, service"):
        gather("nic", "nics", "x")
