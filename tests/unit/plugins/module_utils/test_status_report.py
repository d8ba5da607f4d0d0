# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import ports, status_report

UNIT = "exception-path@default.service"
PORTS = ports.parse([{"nic": "0000:03:00.0", "netdev": "exc0", "addresses": ["192.0.2.1/24", "2001:db8::1/64"], "mtu": 9000}])
GOOD = {
    "forwarder": {"present": True, "intact": True, "damaged": [], "name": "a-1", "previous": "a-0", "dpdk": {"method": "source", "version": "22.11.11"}},
    "hugepages": {"page_size_kb": 2048, "nodes": {"0": {"before": 2, "ours": 256, "count": 258}}},
    "kernel_modules": {"vhost": True, "vhost_net": True, "tun": True, "vfio-pci": True},
    "netdevs": [
        {
            "name": "exc0",
            "present": True,
            "up": True,
            "carrier": True,
            "attached_queues": 1,
            "mac": "52:54:00:00:00:03",
            "mtu": 9000,
            "unit_state": "active",
            "queues": 1,
            "addresses": ["192.0.2.1/24", "2001:db8::1/64", "fe80::1/64"],
            "rx_packets": 7,
            "tx_packets": 5,
            "rx_dropped": 0,
            "tx_dropped": 0,
        }
    ],
    "nics": [
        {"address": "0000:03:00.0", "driver": "vfio-pci", "driver_before": "e1000e", "ids": "8086:10d3", "mac": "52:54:00:00:00:03", "name_before": "ens3"}
    ],
    "pairs": {
        "virtio_user0": {
            "nic": "0000:03:00.0",
            "netdev": "exc0",
            "link": "up",
            "queues": 1,
            "queue_size": 1024,
            "to_kernel": {"packets": 7, "dropped": 1},
            "to_nic": {"packets": 5, "dropped": 0},
        }
    },
    "service": {"unit": UNIT, "state": "active", "enabled": True, "restarts": 0, "program": "/opt/exception-path/releases/a-1/bin/exception-path-forwarder"},
}
TESTPMD = "/usr/bin/dpdk-testpmd"


def changed(path, value):
    facts = copy.deepcopy(GOOD)
    *folders, name = path
    place = facts
    for folder in folders:
        place = place[folder]
    place[name] = value
    return facts


def test_as_wanted():
    assert status_report.faults(GOOD, PORTS) == []


@pytest.mark.parametrize(
    "path, value, fault",
    [
        (["kernel_modules", "vhost_net"], False, "kernel module vhost_net is not loaded: run site"),
        (["kernel_modules"], {"vhost_net": True}, "kernel module tun is not loaded: run site"),
        (["forwarder"], {"present": False, "intact": False}, "no forwarder is installed: run site"),
        (["forwarder"], {"present": True, "intact": False, "name": "a-1", "damaged": ["bin/x"]}, "artifact a-1 is damaged (bin/x): run site"),
        (["service", "program"], TESTPMD, f"{UNIT} runs {TESTPMD}, and forwarder is wanted: run site"),
        (["service", "state"], "failed", f"{UNIT} is failed: see its journal, or run site"),
        (["service", "enabled"], False, f"{UNIT} does not start at boot: run site"),
        (["netdevs"], [], "exception_path_ports[0] (exc0): the netdev is missing: run site"),
        (["netdevs", 0], {"name": "exc0", "present": False}, "exception_path_ports[0] (exc0): the netdev is missing: run site"),
        (["netdevs", 0, "up"], False, "exception_path_ports[0] (exc0): the netdev is down: run site"),
        (
            ["netdevs", 0, "attached_queues"],
            0,
            "exception_path_ports[0] (exc0): no queue of the netdev is attached, so nothing serves it: see the journal of the service",
        ),
        (
            ["netdevs", 0, "carrier"],
            False,
            "exception_path_ports[0] (exc0): NIC 0000:03:00.0 has a link, but the netdev has no carrier: see the journal of the service",
        ),
        (
            ["pairs", "virtio_user0", "mirror"],
            {"state": "no NIC"},
            "exception_path_ports[0] (exc0): the pair does not forward: no NIC: see the journal of the service",
        ),
        (["netdevs", 0, "mtu"], 1500, "exception_path_ports[0] (exc0): MTU is 1500 instead of 9000: run site"),
        (["netdevs", 0, "addresses"], ["192.0.2.1/24"], "exception_path_ports[0] (exc0): address 2001:db8::1/64 is missing: run site"),
        (
            ["netdevs", 0, "unit_state"],
            "failed",
            "exception_path_ports[0] (exc0): exception-path-netdev@exc0.service failed, so the netdev may not come back at boot: see its journal",
        ),
        (["pairs"], {}, "exception_path_ports[0] (exc0): the data plane has no pair for it: run site"),
        (["nics", 0, "driver"], "e1000e", "exception_path_ports[0] (exc0): NIC 0000:03:00.0 is not bound to vfio-pci: run site"),
        (["nics"], [], "exception_path_ports[0] (exc0): NIC 0000:03:00.0 is not bound to vfio-pci: run site"),
        (["pairs", "virtio_user0", "queues"], 2, "exception_path_ports[0] (exc0): the data plane runs with queues 2 instead of 1: run site"),
        (["pairs", "virtio_user0", "queue_size"], 256, "exception_path_ports[0] (exc0): the data plane runs with queue_size 256 instead of 1024: run site"),
        (["pairs", "virtio_user0", "link"], "down", "exception_path_ports[0] (exc0): NIC 0000:03:00.0 has no link: check the cable and the far end"),
    ],
)
def test_each_fault_is_seen_and_alone(path, value, fault):
    assert status_report.faults(changed(path, value), PORTS) == [fault]


def test_testpmd_in_its_place():
    facts = changed(["service", "program"], TESTPMD)
    assert status_report.faults(facts, PORTS, "testpmd") == []
    facts["forwarder"] = {"present": False, "intact": False}
    assert status_report.faults(facts, PORTS, "testpmd") == [], "the distribution's needs no artifact"
    assert status_report.faults(GOOD, PORTS, "testpmd") == [f"{UNIT} runs {GOOD['service']['program']}, and testpmd is wanted: run site"]


def test_testpmd_of_an_artifact_that_is_damaged():
    facts = changed(["forwarder"], {"present": True, "intact": False, "name": "a-1", "damaged": ["bin/dpdk-testpmd"]})
    facts["service"]["program"] = "/opt/exception-path/releases/a-1/bin/dpdk-testpmd"
    assert status_report.faults(facts, PORTS, "testpmd") == ["artifact a-1 is damaged (bin/dpdk-testpmd): run site"]


def test_lines_of_testpmd_tell_no_drops():
    facts = changed(["service", "program"], TESTPMD)
    facts["pairs"]["virtio_user0"].update(to_kernel={"packets": 7, "bytes": 700}, to_nic={"packets": 5, "bytes": 500})
    lines = status_report.lines(facts)
    assert lines[1] == f"program {TESTPMD}"
    assert "pair 0000:03:00.0 <-> virtio_user0 (exc0): link up; 7 packets to the kernel, 5 to the NIC" in lines


def test_a_bifurcated_nic_need_not_be_bound():
    kernel = ports.parse([{"nic": "0000:03:00.0", "netdev": "exc0", "driver": "kernel", "mtu": 9000}])
    assert status_report.faults(changed(["nics"], []), kernel) == []


def test_lines():
    assert status_report.lines(GOOD) == [
        f"{UNIT}: active, at boot on, restarts 0",
        "program /opt/exception-path/releases/a-1/bin/exception-path-forwarder",
        "artifact a-1: DPDK 22.11.11 built from source; previous a-0",
        "NIC 0000:03:00.0 (8086:10d3): driver vfio-pci; before e1000e, interface ens3",
        "netdev exc0: up, carrier, MTU 9000, MAC 52:54:00:00:00:03, 192.0.2.1/24, 2001:db8::1/64, fe80::1/64, rx 7, tx 5",
        "pair 0000:03:00.0 <-> virtio_user0 (exc0): link up; 7 packets to the kernel, 5 to the NIC; dropped 1 towards the kernel",
        "huge pages of node 0: 258 (256 for the data plane), 2048 kB each",
    ]


@pytest.mark.parametrize(
    "path, value, line",
    [
        (["service", "enabled"], False, f"{UNIT}: active, at boot off, restarts 0"),
        (["netdevs", 0], {"name": "exc0", "present": False}, "netdev exc0: missing"),
        (["netdevs", 0, "addresses"], [], "netdev exc0: up, carrier, MTU 9000, MAC 52:54:00:00:00:03, no address, rx 7, tx 5"),
        (
            ["netdevs", 0, "carrier"],
            False,
            "netdev exc0: up, no carrier, MTU 9000, MAC 52:54:00:00:00:03, 192.0.2.1/24, 2001:db8::1/64, fe80::1/64, rx 7, tx 5",
        ),
    ],
)
def test_lines_of_what_is_not_well(path, value, line):
    assert line in status_report.lines(changed(path, value))


def test_lines_of_the_proof():
    results = [{"netdev": "exc0", "to_nic": 6, "to_kernel": 5, "pings": [{"target": "192.0.2.2", "sent": 5, "received": 5, "rtt_ms": 0.2}]}]
    assert status_report.probe_lines(results) == ["exc0: 5 of 5 answers from 192.0.2.2 in 0.2 ms; data plane passed 6 packets kernel -> NIC, 5 NIC -> kernel"]


def test_the_line_of_a_pair_that_tells_all():
    facts = copy.deepcopy(GOOD)
    pair = facts["pairs"]["virtio_user0"]
    pair["link"], pair["mirror"] = "down", {"state": "no netdev", "carrier": "off"}
    pair["offloads"] = {"checksum": "nic", "tso": "software", "rx_checksum": "off", "gro": "off"}
    pair["to_kernel"] = {"packets": 7, "dropped": 0, "dropped_full": 0}
    pair["to_nic"] = {"packets": 5, "dropped": 9, "dropped_full": 4, "dropped_invalid": 5, "dropped_memory": 0, "dropped_limited": 0}
    facts["lcores"] = {"10": {"queues": 1, "idle_ppm": 0}, "2": {"queues": 3, "idle_ppm": 987654}}
    lines = status_report.lines(facts)
    assert lines[5:8] == [
        "pair 0000:03:00.0 <-> virtio_user0 (exc0): link down; no netdev; 7 packets to the kernel, 5 to the NIC; "
        "dropped 9 (full 4, invalid 5) towards the NIC; offloads checksum nic, tso software, rx_checksum off, gro off",
        "lcore 2: 3 queues, idle 98.8 %",
        "lcore 10: 1 queues, idle 0.0 %",
    ]
