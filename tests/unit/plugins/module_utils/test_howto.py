# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import types

from ansible_collections.dataplane.exception_path.plugins.module_utils import howto_args, howto_checks, howto_compare, howto_options, howto_session, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.howto_words import Abilities, Count

PORT = port_model.parse([{"nic": "0000:03:00.0", "netdev": "exc0"}])[0]
ALL = frozenset(["UDP_CKSUM", "TCP_CKSUM", "TCP_TSO", "TCP_LRO"])
KERNEL = Abilities("net_virtio_user", ALL, ALL, 256, 256, 65535)


def nic(offloads, queues=1):
    return Abilities("net_x", frozenset(offloads), frozenset(offloads), queues, queues, 4096)


def variant(name, able):
    return howto_options.variant(name, howto_options.plain(PORT), able, KERNEL)


def test_options_of_a_nic_that_has_all():
    able = nic(ALL, 4)
    assert variant("tx_offloads", able).arguments == ("--tx-offloads=0x02c",)
    assert variant("lro", able).arguments == ("--enable-lro",)
    assert "port config 0 rx_offload udp_cksum on" in variant("rx_checksum", able).commands
    assert variant("two_queues", able).arguments == ("--txq=2", "--rxq=2", "--txd=1024", "--rxd=1024")
    assert not any(variant(name, able).lacks for name in howto_options.NAMES)


def test_a_nic_without_an_offload_is_told_and_run_with_the_rest():
    found = variant("tx_offloads", nic(["UDP_CKSUM", "TCP_CKSUM"]))
    assert found.possible and found.arguments == ("--tx-offloads=0x00c",) and found.lacks[0] == "the NIC lacks TCP_TSO"
    assert not variant("tx_offloads", nic([])).possible
    assert variant("lro", nic([])).commands[1] == "port config 1 rx_offload tcp_lro on"
    assert variant("rx_checksum", nic(["TCP_CKSUM"])).lacks[-1] == "run with TCP_CKSUM"
    assert "lacks a second queue" in variant("two_queues", nic([])).lacks[0]


def test_the_second_command_is_the_howtos():
    words = howto_args.second("dpdk-testpmd", "exc0", howto_options.plain(PORT), 0, 1, "io")
    assert words[:6] == ["dpdk-testpmd", "-l", "0-1", "--vdev=net_af_packet0,iface=exc0", "--in-memory", "--no-pci"]
    assert not any("forward-mode" in word for word in words)


def test_a_kernel_that_offers_what_dpdk_misreads():
    nic = types.SimpleNamespace(port=PORT, address="0000:03:00.0")
    plain = howto_options.plain(PORT)
    assert not any("in_order" in word for word in howto_args.first("dpdk-testpmd", nic, None, plain, 0, [1]))
    assert any(word.endswith(",in_order=0") for word in howto_args.first("dpdk-testpmd", nic, None, plain, 0, [1], in_order=False))


def test_statistics_are_compared_hop_by_hop():
    fine = howto_compare.Statistics(Count(50, 52), Count(52, 50), Count(52, 52))
    assert fine.returned == 50 and howto_compare.fault(fine) is None
    assert howto_compare.sentences(fine)[0].startswith("all 50 packets")
    lossy = howto_compare.Statistics(Count(50, 48), Count(49, 50), Count(50, 49))
    assert howto_compare.sentences(lossy)[0].startswith("48 of 50 packets") and howto_compare.fault(lossy) is None
    silent = howto_compare.Statistics(Count(0, 3), Count(3, 0), Count(5, 2))
    none, _lost, heard, *_more = howto_compare.sentences(silent)
    assert none.startswith("no traffic was seen") and "the second testpmd received 5 more" in _lost + heard
    broken = howto_compare.Statistics(Count(50, 0), Count(0, 50), Count(50, 0))
    assert "none went through the second testpmd" in howto_compare.fault(broken)


def test_every_fault_of_the_wish_at_once(etc):
    wish = {"options": ["lro", "tso"], "seconds": 0, "forward_mode": "mac"}
    found = howto_checks.problems(wish, [], None, {}, types.SimpleNamespace())
    assert len(found) == 3 and all("choose of" in text or "correct it" in text for text in found)


def test_one_session_at_a_time(etc):
    assert howto_session.stop()["changed"] is False
    with howto_session.session() as folder:
        assert folder.endswith("exception-path-howto") and howto_session.running()
    assert howto_session.running() is None


def test_options_that_are_no_list():
    assert "is not a list: choose of" in howto_checks.problems({"options": "lro"}, [], None, {}, types.SimpleNamespace())[0]


class Pci:
    """A NIC on vfio-pci that process 7 has open, if ``users``."""

    def __init__(self, users=()):
        self.users = list(users)

    def driver(self, _address):
        return "vfio-pci"

    def iommu_group(self, _address):
        return "1"

    def group_users(self, _group):
        return self.users


def use_problems(pci, links, state):
    nics = [types.SimpleNamespace(port=PORT, address="0000:03:00.0")]
    return howto_checks.problems({}, nics, pci, links, types.SimpleNamespace(show=lambda _unit, *_names: {"ActiveState": state}))


def test_a_nic_that_somebody_uses_is_refused(etc):
    served = {"exc0": {"linkinfo": {"info_kind": "tun", "info_data": {"numqueues": 1}}}}
    assert "is in use by other (process 7): stop it first" in use_problems(Pci([(7, "other")]), {}, "inactive")[0]
    assert "netdev exc0 is served by a running program" in use_problems(Pci(), served, "inactive")[0]
    assert use_problems(Pci(), {}, "inactive") == []
    os.makedirs(paths.SETTINGS)
    with open(paths.SETTINGS + "/default.env", "w", encoding="ascii") as file:
        file.write("EAL=-a 0000:03:00.0")
    (problem,) = use_problems(Pci([(7, "forwarder")]), served, "active")
    assert "exception-path@default.service runs on 0000:03:00.0 (exc0)" in problem and "run teardown" in problem
