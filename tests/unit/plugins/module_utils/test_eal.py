# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import eal, ports

A, B = "0000:03:00.0", "0000:04:00.0"


def endpoints(*entries):
    listed = ports.parse([dict({"nic": A if index == 0 else B, "netdev": f"exc{index}"}, **entry) for index, entry in enumerate(entries)])
    return [eal.Endpoint(port, port.nic.value, None if port.mac == "inherit" else port.mac) for port in listed]


def test_the_vdev_of_the_howto():
    """ "Virtio_user as Exception Path": --vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024, and iface=."""
    (endpoint,) = endpoints({})
    assert eal.vdev(endpoint) == "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0"


def test_the_two_queues_of_the_howto():
    (endpoint,) = endpoints({"queues": 2})
    assert eal.vdev(endpoint).startswith("--vdev=virtio_user0,path=/dev/vhost-net,queues=2,queue_size=1024,")


def test_the_portargs_of_the_howto():
    """path=/dev/vhost-net,queues=1,queue_size=%u,iface=%s,mac=..., as its loop gives them to rte_eal_hotplug_add()."""
    (endpoint,) = endpoints({"netdev": "virtio_user0", "queue_size": 256, "mac": "52:54:00:AB:CD:EF"})
    assert eal.vdev(endpoint) == "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=256,iface=virtio_user0,mac=52:54:00:ab:cd:ef"


def test_the_command_line_of_one_port():
    assert eal.eal_arguments(endpoints({}), [2, 3]) == [
        "-l",
        "2-3",
        "-a",
        A,
        "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0",
        "--file-prefix=exception-path-default",
        "--in-memory",
    ]


def test_the_command_line_of_two_ports():
    both = endpoints({"queues": 4, "queue_size": 512, "mac": "52:54:00:00:00:01"}, {"mtu": 9000})
    assert eal.eal_arguments(both, [8, 1, 2], "blue", {1: 256}, "/dev/vhost-net-1", in_memory=False) == [
        "-l",
        "1-2,8",
        "-a",
        A,
        "-a",
        B,
        "--vdev=virtio_user0,path=/dev/vhost-net-1,queues=4,queue_size=512,iface=exc0,mac=52:54:00:00:00:01",
        "--vdev=virtio_user1,path=/dev/vhost-net-1,queues=1,queue_size=1024,iface=exc1",
        "--file-prefix=exception-path-blue",
        "--socket-mem=0,256",
    ]
    assert eal.forwarder_arguments(both) == [
        "--pair",
        f"nic={A},kernel=virtio_user0,netdev=exc0,queues=4,queue_size=512,mtu=1500,mac=52:54:00:00:00:01",
        "--pair",
        f"nic={B},kernel=virtio_user1,netdev=exc1,queues=1,queue_size=1024,mtu=9000",
    ]


def test_offloads_and_limits_follow_what_was_there_before():
    both = endpoints({"offloads": {"tso": False}, "limits": {"icmp": 500, "neighbor": {"rate": 9, "burst": 3}}, "mac": "52:54:00:00:00:01"}, {})
    assert eal.forwarder_arguments(both, "poll") == [
        "--idle=poll",
        "--pair",
        f"nic={A},kernel=virtio_user0,netdev=exc0,queues=1,queue_size=1024,mtu=1500,mac=52:54:00:00:00:01,tso=off,limit_neighbor=9/3,limit_icmp=500",
        "--pair",
        f"nic={B},kernel=virtio_user1,netdev=exc1,queues=1,queue_size=1024,mtu=1500",
    ]


def test_what_a_running_forwarder_follows():
    both = endpoints({"mac": "52:54:00:00:00:01", "limits": {"icmp": 5}}, {"mtu": 9000})
    assert eal.without_followed(eal.forwarder_arguments(both)) == [
        "--pair",
        f"nic={A},kernel=virtio_user0,netdev=exc0,queues=1,queue_size=1024,limit_icmp=5",
        "--pair",
        f"nic={B},kernel=virtio_user1,netdev=exc1,queues=1,queue_size=1024",
    ]
    assert eal.without_followed([eal.vdev(both[0])]) == ["--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0"]


@pytest.mark.parametrize("memory, text", [({0: 512}, "512"), ({0: 512, 1: 256}, "512,256"), ({2: 64}, "0,0,64")])
def test_memory_by_node(memory, text):
    assert eal.eal_arguments(endpoints({}), [1], socket_mb=memory)[-1] == f"--socket-mem={text}"


@pytest.mark.parametrize(
    "version, queues, refused",
    [
        ((22, 11), 8, False),
        ((22, 11), 9, True),
        ((23, 2), 9, True),
        ((23, 3), 9, False),
        ((24, 11), 256, False),
        (None, 256, False),
    ],
)
def test_queues_before_23_03(version, queues, refused):
    listed = ports.parse([{"nic": A, "netdev": "exc0", "queues": queues}, {"nic": B, "netdev": "exc1"}])
    shown = ".".join(f"{part:02d}" for part in version or ())
    assert eal.queue_problems(listed, version) == (
        [f"exception_path_ports[0] (exc0): queues {queues} is above 8, the most that virtio_user of DPDK {shown} takes: lower it, or use DPDK 23.03 or newer"]
        if refused
        else []
    )
