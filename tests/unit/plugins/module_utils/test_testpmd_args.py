# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import eal, howto_args, ports as port_model, testpmd_args


def endpoints(*entries):
    """Of entries that name PCI addresses."""
    ports = port_model.parse([dict(entry, netdev=f"exc{index}") for index, entry in enumerate(entries)])
    return [eal.Endpoint(port, port.nic.value, f"52:54:00:00:00:0{port.index}") for port in ports]


def test_of_one_port():
    (one,) = endpoints({"nic": "0000:03:00.0"})
    assert testpmd_args.service_eal([one], 0, [1, 2], "default", {0: 64}) == [
        "-l", "0-2", "-a", "0000:03:00.0", "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0,mac=52:54:00:00:00:00,in_order=0",
        "--file-prefix=exception-path-default", "--in-memory", "--socket-mem=64",
    ]  # fmt: skip
    assert testpmd_args.service([one], [1, 2]) == [
        "--portlist=0,1", "--port-topology=paired", "--forward-mode=io", "--nb-cores=2", "--rxq=1", "--txq=1", "--rxd=1024", "--txd=1024",
        "--total-num-mbufs=10240", "--disable-link-check", "--stats-period=3600",
    ]  # fmt: skip


def test_each_nic_is_next_to_its_own_netdev_whatever_its_address():
    """EAL numbers the PCI functions in the order of their addresses, not in that of the inventory."""
    found = testpmd_args.service(endpoints({"nic": "0000:81:00.0"}, {"nic": "0000:03:00.1"}, {"nic": "0000:03:00.0"}), [1])
    assert found[0] == "--portlist=2,3,1,4,0,5"


def test_what_is_one_for_all_ports_is_the_largest():
    found = testpmd_args.service(
        endpoints({"nic": "0000:03:00.0", "queues": 2, "queue_size": 256, "mtu": 9000}, {"nic": "0000:04:00.0", "queues": 2, "queue_size": 4096}), [1]
    )
    assert {"--rxq=2", "--txq=2", "--rxd=4096", "--txd=4096", "--max-pkt-len=9018", "--mbuf-size=9210"} <= set(found)
    assert f"--total-num-mbufs={testpmd_args.buffers(4, 2, 4096)}" in found


@pytest.mark.parametrize("mtu, given", [(1400, False), (1500, False), (1501, True)])
def test_frames_of_1500_bytes_are_what_nics_take_by_themselves(mtu, given):
    found = testpmd_args.service(endpoints({"nic": "0000:03:00.0", "mtu": mtu}), [1])
    assert any(argument.startswith("--max-pkt-len") for argument in found) is given


@pytest.mark.parametrize(
    "chosen, online, main, words",
    [
        ([1], [0, 1], 0, ["-l", "0-1"]),
        ([0, 1], [0, 1, 2, 3], 2, ["--lcores=0@2,1@0,2@1"]),
        ([2, 3], [0, 1, 2, 3], 0, ["-l", "0,2-3"]),
        ([0], [0], 0, ["--lcores=0@0,1@0"]),
        ([0, 1], [0, 1], 0, ["--lcores=0@0,1@0,2@1"]),
    ],
)
def test_the_main_lcore_takes_no_cpu_that_is_polled_on_if_there_is_another(chosen, online, main, words):
    assert testpmd_args.main_cpu(chosen, online) == main
    assert testpmd_args.lcores(main, chosen) == words


@pytest.mark.parametrize(
    "chosen, online, cores",
    [
        ([1], [0, 1], (0, [1], 0)),
        ([1], [0, 1, 2], (0, [1], 2)),
        ([1, 2], [0, 1, 2], (0, [1], 2)),
        ([0, 1, 2], [0, 1, 2], (0, [1], 2)),
        ([0], [0], (0, [0], 0)),
    ],
)
def test_cpus_of_the_howto(chosen, online, cores):
    assert howto_args.split_cpus(chosen, online) == cores


def test_telemetry_can_tell_every_argument():
    """It cuts texts at 127 characters (RTE_TEL_MAX_STRING_LEN); DPDK takes 32 ports (RTE_MAX_ETHPORTS)."""
    entries = [{"nic": f"0000:{bus:02x}:00.0", "queues": 256, "queue_size": 32768} for bus in range(16)]
    found = [
        eal.Endpoint(dataclasses.replace(endpoint.port, netdev="exceptionpath" + f"{endpoint.port.index:02}"), endpoint.pci, "52:54:00:00:00:00")
        for endpoint in endpoints(*entries)
    ]
    asked = [argument for argument in testpmd_args.service_eal(found, 0, [1], "default", {}) if argument.startswith("--vdev=")]
    asked += [argument for argument in testpmd_args.service(found, [1]) if argument.startswith("--portlist=")]
    assert len(asked) == 17 and max(len(argument) for argument in asked) <= 127
