# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of testpmd_howto as people read them. Pure."""

from __future__ import annotations

_TITLES = {
    "howto": "the howto's example",
    "tx_offloads": "option tx_offloads: checksums of UDP and TCP, and TSO, on transmit",
    "lro": "option lro: large packets from the kernel",
    "rx_checksum": "option rx_checksum: checksums of what the NIC receives",
    "two_queues": "option two_queues: two queues of 1024 descriptors",
}


def lines(results):
    """All that is shown of the results, a list of lines."""
    return [line for result in results for line in _port_lines(result)]


def _port_lines(result):
    yield f"{result['netdev']} <-> NIC {result['nic']} ({result['pmd'] or 'PMD not known'})"
    for run in result["runs"]:
        yield f"  {_TITLES[run['name']]}"
        yield from (f"    $ {command}" for command in run["commands"])
        yield from (f"    testpmd> {command}" for command in run["typed"])
        yield from (f"    NIC {result['nic']} ({result['pmd']}): {lack}" for lack in run["lacks"])
        yield from (f"    testpmd confirms: {proof}" for proof in run["proved"])
        if run["link"] == "down":
            yield "    the NIC has no link: check the cable and the far end"
        yield from (f"    {line}" for line in run["table"])
        yield from (f"    {sentence}" for sentence in run["sentences"])
        if run["fault"]:
            yield f"    FAULT: {run['fault']}"
