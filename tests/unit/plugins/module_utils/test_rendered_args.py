# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import rendered_args
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

PORTS = [{"nic": "03:00.0", "netdev": "exc0", "mac": "52:54:00:00:00:01"}, {"nic": "0000:04:00.0", "netdev": "exc1", "queues": 2}]


def render(**changes):
    return rendered_args.render(
        dict(
            {
                "ports": PORTS,
                "lcores": "2-5",
                "idle": "adaptive",
                "instance": "default",
                "path": "/dev/vhost-net",
                "in_memory": True,
                "in_order": True,
                "socket_mb": {},
                "dpdk_version": None,
            },
            **changes,
        )
    )


def test_all_of_it():
    vdevs = [
        "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0,mac=52:54:00:00:00:01",
        "--vdev=virtio_user1,path=/dev/vhost-net,queues=2,queue_size=1024,iface=exc1",
    ]
    assert render() == {
        "vdevs": vdevs,
        "eal": ["-l", "2-5", "-a", "0000:03:00.0", "-a", "0000:04:00.0", *vdevs, "--file-prefix=exception-path-default", "--in-memory"],
        "forwarder": [
            "--pair",
            "nic=0000:03:00.0,kernel=virtio_user0,netdev=exc0,queues=1,queue_size=1024,mtu=1500,mac=52:54:00:00:00:01",
            "--pair",
            "nic=0000:04:00.0,kernel=virtio_user1,netdev=exc1,queues=2,queue_size=1024,mtu=1500",
        ],
    }


def test_in_order_can_be_declined():
    told = render(in_order=False)
    assert all(vdev.endswith(",in_order=0") for vdev in told["vdevs"]) and set(told["vdevs"]) <= set(told["eal"])


def test_idle_is_rendered_when_it_is_not_the_default():
    assert render(idle="poll")["forwarder"][:2] == ["--idle=poll", "--pair"]


def test_keys_of_a_table_come_from_jinja_as_text():
    assert render(socket_mb={"0": "512", 1: 256})["eal"][-1] == "--socket-mem=512,256"


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"lcores": "two"}, "lcores 'two' is not a list of CPUs: write it as 2-5,8"),
        ({"lcores": "5-2"}, "lcores '5-2' is not a list of CPUs"),
        ({"lcores": ""}, "lcores '' is not a list of CPUs"),
        ({"socket_mb": {"a": 1}}, "socket_mb {'a': 1} is not a table of MB by NUMA node: write it as {0: 512}"),
        ({"socket_mb": {0: None}}, "socket_mb {0: None} is not a table of MB by NUMA node: write it as {0: 512}"),
        ({"socket_mb": {-1: 512}}, "socket_mb {-1: 512} is not a table of MB by NUMA node: write it as {0: 512}"),
        ({"dpdk_version": "new"}, "dpdk_version 'new' is no version of DPDK: write it as 22.11"),
        ({"dpdk_version": "24"}, "dpdk_version '24' is no version of DPDK: write it as 22.11"),
        (
            {"dpdk_version": "22.11.6", "ports": [dict(PORTS[0], queues=16)]},
            "exception_path_ports[0] (exc0): queues 16 is above 8, the most that virtio_user of DPDK 22.11 takes",
        ),
        (
            {"ports": [{"nic": "ens3", "netdev": "exc0"}]},
            "exception_path_ports[0] (exc0): nic ens3 is no PCI address, and only a host can look it up: give one like 0000:03:00.0",
        ),
    ],
)
def test_faults(changes, sentence):
    with pytest.raises(ExceptionPathError) as caught:
        render(**changes)
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith(sentence)


def test_all_faults_at_once():
    with pytest.raises(ExceptionPathError) as caught:
        render(lcores="x", socket_mb={"x": 1}, dpdk_version="x", ports=[{"nic": "ens3", "netdev": "exc0", "mtu": 1}])
    assert len(caught.value.problems) == 5
