# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import port_traffic as traffic
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports

LABEL = "exception_path_ports[0] (exc0): "


def read(**keys):
    (port,), problems = ports.read([dict({"nic": "0000:03:00.0", "netdev": "exc0"}, **keys)])
    return port, [problem.removeprefix(LABEL) for problem in problems]


def port_of(**keys):
    port, problems = read(**keys)
    assert problems == []
    return port


@pytest.mark.parametrize(
    "value, arguments",
    [
        (None, []),
        ("auto", []),
        ({}, []),
        ("off", ["checksum=off", "tso=off", "rx_checksum=off", "gro=off"]),
        (False, ["checksum=off", "tso=off", "rx_checksum=off", "gro=off"]),
        ({"tso": True}, ["tso=on"]),
        ({"tso": "True", "gro": "False"}, ["tso=on", "gro=off"]),
        ({"gro": "on", "checksum": "OFF", "tso": "auto", "rx_checksum": None}, ["checksum=off", "gro=on"]),
        ({"tso": True, "checksum": "auto"}, ["tso=on"]),
        ({"tso": True, "checksum": True}, ["checksum=on", "tso=on"]),
        ({"tso": "off", "checksum": False}, ["checksum=off", "tso=off"]),
    ],
)
def test_offloads_as_yaml_and_jinja_leave_them(value, arguments):
    assert port_of(offloads=value).offloads.arguments() == arguments


@pytest.mark.parametrize(
    "value, arguments",
    [
        (None, []),
        ({}, []),
        ({"icmp": None}, []),
        ({"icmp": 500}, ["limit_icmp=500"]),
        ({"icmp": "500"}, ["limit_icmp=500"]),
        ({"icmp": {"rate": 500}}, ["limit_icmp=500"]),
        ({"icmp": {"rate": 500, "burst": None}}, ["limit_icmp=500"]),
        ({"rest": 1, "neighbor": {"rate": 1000, "burst": "200"}}, ["limit_neighbor=1000/200", "limit_rest=1"]),
        (dict.fromkeys(traffic.CLASSES, 1000000000), [f"limit_{name}=1000000000" for name in traffic.CLASSES]),
    ],
)
def test_limits_as_yaml_and_jinja_leave_them(value, arguments):
    assert [limit.argument for limit in port_of(limits=value).limits] == arguments


ALL = "neighbor, icmp, routing, local, rest"
WHOLE = "is neither auto nor off nor a table: write offloads: off, or name them as in offloads: {tso: on}"


@pytest.mark.parametrize(
    "keys, sentence",
    [
        ({"offloads": True}, f"offloads True {WHOLE}"),
        ({"offloads": ["tso"]}, f"offloads ['tso'] {WHOLE}"),
        ({"offloads": 1}, f"offloads 1 {WHOLE}"),
        ({"offloads": {"tos": "on"}}, "unknown offload 'tos': did you mean tso?"),
        ({"offloads": {"lro": "on"}}, "unknown offload 'lro': did you mean gro?"),
        ({"offloads": {"vlan": "on"}}, "unknown offload 'vlan': known are checksum, tso, rx_checksum, gro"),
        ({"offloads": {"tso": "maybe"}}, "offloads: tso 'maybe' is unknown: give auto, on or off"),
        ({"offloads": {"tso": 1}}, "offloads: tso 1 is unknown: give auto, on or off"),
        (
            {"offloads": {"tso": True, "checksum": False}},
            "offloads: tso is on and checksum is off, but tso needs checksum: set checksum to on or auto, or tso to off",
        ),
        (
            {"offloads": {"gro": "on", "rx_checksum": "off"}},
            "offloads: gro is on and rx_checksum is off, but gro needs rx_checksum: set rx_checksum to on or auto, or gro to off",
        ),
        ({"limits": 500}, "limits 500 is no table: write a rate for each class to limit, as in limits: {icmp: 500}"),
        ({"limits": {"arp": 500}}, f"unknown class of limits, 'arp': known are {ALL}"),
        ({"limits": {"neighbour": 500}}, "unknown class of limits, 'neighbour': did you mean neighbor?"),
        ({"limits": {"icmp": {"rate": 5, "brust": 7}}}, "unknown key of limits: icmp, 'brust': did you mean burst?"),
        ({"limits": {"icmp": {"burst": 7}}}, "limits: icmp has no rate: write icmp: {rate: 500}, in packets per second"),
        ({"limits": {"icmp": 0}}, "limits: rate of icmp 0 is not a whole number of packets per second: give one from 1 to 1000000000"),
        ({"limits": {"icmp": True}}, "limits: rate of icmp True is not a whole number of packets per second: give one from 1 to 1000000000"),
        ({"limits": {"icmp": "1k"}}, "limits: rate of icmp '1k' is not a whole number of packets per second: give one from 1 to 1000000000"),
        ({"limits": {"icmp": {"rate": 1000000001}}},
         "limits: rate of icmp 1000000001 is not a whole number of packets per second: give one from 1 to 1000000000"),
        ({"limits": {"icmp": {"rate": 5, "burst": 0}}}, "limits: burst of icmp 0 is not a whole number of packets: give one from 1 to 1000000000"),
    ],
)
def test_a_fault_is_one_clear_sentence(keys, sentence):
    assert read(**keys)[1] == [sentence]


def test_all_faults_of_both_keys_come_at_once():
    port, problems = read(offloads={"tso": "x", "gro": 2, "cheksum": "on"}, limits={"icmp": -1, "local": {}, "arp": 1, "rest": 9}, mtu=1)
    assert len(problems) == 7
    assert port.offloads == traffic.Offloads() and port.limits == (traffic.Limit("rest", 9),), "what is left is still a port"


def test_a_nic_that_stays_with_the_kernel_takes_them_as_well():
    port = port_of(driver="kernel", offloads={"gro": False}, limits={"local": 9})
    assert port.offloads.gro == "off" and port.limits[0].rate == 9
