# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import probe, telemetry
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

PORTS = [
    {
        "nic": "0000:03:00.0",
        "netdev": "exc0",
        "addresses": ["192.0.2.1/24"],
        "routes": [{"to": "default", "via": "192.0.2.254"}, {"to": "198.51.100.0/24", "via": "192.0.2.254"}],
    },
    {"nic": "0000:04:00.0", "netdev": "exc1"},
]
ANSWERED = """PING {0} ({0}) from 192.0.2.1 exc0: 56(84) bytes of data.
64 bytes from {0}: icmp_seq=1 ttl=64 time=0.912 ms

--- {0} ping statistics ---
5 packets transmitted, 4 received, 20% packet loss, time 805ms
rtt min/avg/max/mdev = 0.409/0.612/0.912/0.251 ms
"""
LOST = "\n--- x ping statistics ---\n13 packets transmitted, 0 received, 100% packet loss, time 2000ms\n"


@pytest.fixture
def forwarder(monkeypatch, commands):
    """Counters that grow by 5 each way whenever a ping ran."""
    pairs = {f"virtio_user{index}": {"netdev": f"exc{index}", "to_kernel": {"packets": 100}, "to_nic": {"packets": 200}} for index in (0, 1)}
    grow = {"to_kernel": 5, "to_nic": 5}

    def ping(command):
        for pair in pairs.values():
            if pair["netdev"] == command[command.index("-I") + 1]:
                for way, packets in grow.items():
                    pair[way] = {"packets": pair[way]["packets"] + packets}
        return ANSWERED.format(command[-1])

    commands.on("ping", do=ping)
    monkeypatch.setattr(telemetry, "pairs", lambda _instance: {name: dict(pair) for name, pair in pairs.items()})
    return {"pairs": pairs, "grow": grow}


def run(ports=None, targets=None):
    return probe.probe({"ports": ports or PORTS, "targets": targets or {}, "count": 5, "instance": "default"})


def test_the_gateways_or_everybody_on_the_link(forwarder, commands):
    results = run()["results"]
    assert results[0] == {
        "netdev": "exc0",
        "to_kernel": 5,
        "to_nic": 5,
        "pings": [{"target": "192.0.2.254", "sent": 5, "received": 4, "rtt_ms": 0.612, "said": ""}],
    }
    assert commands.calls == ["ping -n -c 5 -i 0.2 -w 15 -I exc0 192.0.2.254", "ping -n -c 5 -i 0.2 -w 15 -I exc1 ff02::1"]


def test_the_targets_that_are_named(forwarder, commands):
    results = run(targets={"exc0": ["192.0.2.2", "2001:db8::2"], "exc1": "198.51.100.9"})["results"]
    assert [ping["target"] for result in results for ping in result["pings"]] == ["192.0.2.2", "2001:db8::2", "198.51.100.9"]
    assert results[0]["to_nic"] == 10


def test_no_answer(forwarder, commands):
    forwarder["grow"].clear()
    commands.on("ping", LOST, stderr="ping: Warning: IPv6 link-local address on ICMP datagram socket may require ifname or scope-id\n", code=1)
    with pytest.raises(ExceptionPathError) as caught:
        run()
    assert caught.value.problems[0] == (
        "exc0: no answer from 192.0.2.254 to 13 packets (0 went to the NIC, 0 came from it): ping: Warning: IPv6 link-local address on ICMP datagram "
        "socket may require ifname or scope-id; check the cable and the far end, or name a host that answers in exception_path_verify_targets"
    )
    assert len(caught.value.problems) == 2, "of each netdev one"


def test_ping_that_does_not_even_start(forwarder, commands):
    commands.on("ping", stderr="ping: connect: Network is unreachable\n", code=2)
    with pytest.raises(ExceptionPathError, match="no answer from 192.0.2.254 to 0 packets .*: ping: connect: Network is unreachable;"):
        run(PORTS[:1])


@pytest.mark.parametrize("way, text", [("to_nic", "kernel -> NIC"), ("to_kernel", "NIC -> kernel")])
def test_answers_by_another_way(forwarder, way, text):
    del forwarder["grow"][way]
    with pytest.raises(ExceptionPathError) as caught:
        run(PORTS[:1])
    assert str(caught.value) == f"exc0: answers came, but no packet through the data plane {text}: another interface has a way to the target"


def test_no_pair(forwarder, commands):
    del forwarder["pairs"]["virtio_user1"]
    with pytest.raises(ExceptionPathError) as caught:
        run()
    assert str(caught.value) == "exception_path_ports[1] (exc1): the data plane has no pair for it: run site, or see the journal of the service"
    assert not commands.calls


@pytest.mark.parametrize(
    "targets, sentence",
    [
        ({"exc7": ["192.0.2.2"]}, "targets names exc7, which is no netdev of exception_path_ports: correct it"),
        ({"exc0": ["host.example"]}, "targets of exc0: 'host.example' does not appear to be an IPv4 or IPv6 address: give IP addresses"),
    ],
)
def test_bad_targets(forwarder, commands, targets, sentence):
    with pytest.raises(ExceptionPathError) as caught:
        run(targets=targets)
    assert str(caught.value) == sentence and not commands.calls
