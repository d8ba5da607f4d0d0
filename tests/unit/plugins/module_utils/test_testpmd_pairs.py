# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Against answers as those of DPDK 24.11's testpmd."""

from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import testpmd_pairs

VDEV = "--vdev=virtio_user{},path=/dev/vhost-net,queues=1,queue_size={},iface=exc{},mac=52:54:00:00:00:03"


@pytest.fixture
def answers():
    """The second port of the inventory has the NIC with the lower address."""
    found = {
        "/exception_path/pairs": None,
        "/eal/params": ["/usr/bin/dpdk-testpmd", "-l", "0-1", "-a", "0000:04:00.0", "-a", "0000:03:00.0", VDEV.format(0, 1024, 0), VDEV.format(1, 512, 1)],
        "/eal/app_params": ["--portlist=1,2,0,3", "--port-topology=paired"],
    }
    for port, name in enumerate(("0000:03:00.0", "0000:04:00.0", "virtio_user0", "virtio_user1")):
        found[f"/ethdev/info,{port}"] = {"name": name, "dev_started": 1, "nb_rx_queues": 1, "mtu": 1500}
        found[f"/ethdev/link_status,{port}"] = {"status": "UP", "speed": 10000}
        found[f"/ethdev/stats,{port}"] = {"opackets": 10 + port, "obytes": 1000 + port, "ipackets": 99}
    return found


def test_pairs_are_those_of_its_list_of_ports(answers):
    assert testpmd_pairs.read(answers.get) == {
        "virtio_user0": {
            "nic": "0000:04:00.0",
            "netdev": "exc0",
            "queues": 1,
            "queue_size": 1024,
            "mtu": 1500,
            "link": "up",
            "speed": 10000,
            "to_kernel": {"packets": 12, "bytes": 1002},
            "to_nic": {"packets": 11, "bytes": 1001},
        },
        "virtio_user1": {
            "nic": "0000:03:00.0",
            "netdev": "exc1",
            "queues": 1,
            "queue_size": 512,
            "mtu": 1500,
            "link": "up",
            "speed": 10000,
            "to_kernel": {"packets": 13, "bytes": 1003},
            "to_nic": {"packets": 10, "bytes": 1000},
        },
    }


@pytest.mark.parametrize("port", [1, 2])
def test_a_pair_is_there_when_both_of_its_sides_are_started(answers, port):
    answers[f"/ethdev/info,{port}"]["dev_started"] = 0
    assert list(testpmd_pairs.read(answers.get)) == ["virtio_user1"]
    answers[f"/ethdev/info,{port}"] = None
    assert list(testpmd_pairs.read(answers.get)) == ["virtio_user1"]


def test_a_link_that_is_down_and_one_of_unknown_speed(answers):
    answers["/ethdev/link_status,1"] = {"status": "DOWN"}
    answers["/ethdev/link_status,0"] = {"status": "UP", "speed": 4294967295}
    pairs = testpmd_pairs.read(answers.get)
    assert [(pairs[name]["link"], pairs[name]["speed"]) for name in sorted(pairs)] == [("down", 0), ("up", 0)]


def test_two_nics_in_a_pair_are_no_pair(answers):
    answers["/eal/app_params"] = ["--portlist=0,1,2,3"]
    assert list(testpmd_pairs.read(answers.get)) == ["virtio_user1"]
