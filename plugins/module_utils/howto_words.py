# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What testpmd says, as figures. Pure.

Source: DPDK's testpmd application user guide, and the output of 22.11 and 24.11.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

PROMPT = "testpmd> "
_TROUBLE = re.compile(r"fail|error|can't|cannot|invalid|not support|unable|doesn't match|not all ports|no such|unrecognized", re.I)
# A virtio_user port knows no promiscuous mode, and testpmd goes on.
_HARMLESS = re.compile(r"- ignore$|device error handling", re.I)
_MOST_LINES = 4


@dataclass(frozen=True)
class Count:
    """Packets of a port since forwarding was started; ``dropped`` are those that the port could not take or send."""

    received: int = 0
    sent: int = 0
    dropped: int = 0


@dataclass(frozen=True)
class Abilities:
    """What a port can do: names of offloads as testpmd has them, queues, and descriptors in a queue."""

    driver: str
    rx: frozenset
    tx: frozenset
    rx_queues: int
    tx_queues: int
    descriptors: int


def plain(output):
    """Output of a terminal as text."""
    return output.replace("\r", "")


def counts(stopped):
    """``{port: Count}`` of what ``stop`` prints."""
    found = {}
    for port, body in re.findall(r"Forward statistics for port (\d+) .*?\n(.*?)\n\s*-{20}", stopped, re.S):
        received = re.search(r"RX-packets: (\d+)\s+RX-dropped: (\d+)", body)
        sent = re.search(r"TX-packets: (\d+)\s+TX-dropped: (\d+)", body)
        if received and sent:
            found[int(port)] = Count(int(received[1]), int(sent[1]), int(received[2]) + int(sent[2]))
    return found


def abilities(info, rx_capabilities, tx_capabilities):
    """Of ``show port info`` and both ``show port N ..x_offload capabilities``."""
    return Abilities(
        driver=_first(r"Driver name: (\S+)", info) or "unknown",
        rx=frozenset(offloads(rx_capabilities)),
        tx=frozenset(offloads(tx_capabilities)),
        rx_queues=int(_first(r"Max possible RX queues: (\d+)", info) or 1),
        tx_queues=int(_first(r"Max possible TX queues: (\d+)", info) or 1),
        descriptors=min(_descriptors("RX", info), _descriptors("TX", info)),
    )


def offloads(text):
    """Every offload that is named for the port or a queue of it."""
    return {word for line in re.findall(r"^\s+(?:Per Queue|Per Port|Port|Queue\[ *\d+\])\s*:(.*)$", text, re.M) for word in line.split()}


def queues(rxtx, port):
    """``(Rx queues, Tx queues, Rx descriptors, Tx descriptors)`` of a port, of ``show config rxtx``; None for what is not told."""
    body = _first(rf"^  port {port}: (.*?)(?=^  port \d+:|\Z)", rxtx, re.M | re.S) or ""
    found = [_first(pattern, body) for pattern in (r"RX queue number: (\d+)", r"Tx queue number: (\d+)", r"RX desc=(\d+)", r"TX desc=(\d+)")]
    return tuple(int(number) if number is not None else None for number in found)


def link_is_up(summary, device):
    """Of ``show port summary all``."""
    return any(device in line.split() and re.search(r"\bup\b", line.partition(device)[2]) for line in summary.splitlines())


def trouble(output):
    """testpmd's own words of why it does not do a thing, or an empty text."""
    lines = [line.strip() for line in output.splitlines() if _TROUBLE.search(line) and not _HARMLESS.search(line)]
    return "; ".join(dict.fromkeys(lines[-_MOST_LINES:]))


def _first(pattern, text, flags=0):
    found = re.search(pattern, text, flags)
    return found[1] if found else None


def _descriptors(way, info):
    return int(_first(rf"Max possible number of {way}Ds per queue: (\d+)", info) or 0) or 65535
