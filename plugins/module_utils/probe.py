# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module packet_probe: real packets through every pair, counted at each station.

A reply proves both directions at once: the request left through the NIC, the answer came in by
it. The counters of the forwarder prove that it went the way it should, not by another NIC.
"""

from __future__ import annotations

import ipaddress
import re

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, ports as port_model, telemetry
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if

# All nodes on the link: every host with IPv6 answers, and no address has to be known.
_ALL_NODES = ipaddress.ip_address("ff02::1")


def probe(params):
    ports = port_model.parse(params["ports"])
    targets = {port.netdev: _targets(port, params["targets"]) for port in ports}
    unknown = sorted(set(params["targets"]) - set(targets))
    raise_if([f"targets names {name}, which is no netdev of exception_path_ports: correct it" for name in unknown])
    before = _by_netdev(params["instance"])
    raise_if([f"{port.label}: the data plane has no pair for it: run site, or see the journal of the service" for port in ports if port.netdev not in before])
    results = []
    for port in ports:
        pings = [_ping(port.netdev, target, params["count"]) for target in targets[port.netdev]]
        results.append({"netdev": port.netdev, "pings": pings})
    after = _by_netdev(params["instance"])
    for result in results:
        for way in ("to_kernel", "to_nic"):
            result[way] = after[result["netdev"]][way]["packets"] - before[result["netdev"]][way]["packets"]
    raise_if([problem for result in results for problem in _problems(result)])
    return {"results": results}


def _targets(port, given):
    """What the user names, else the gateways of the port, else everybody on the link."""
    named = given.get(port.netdev)
    if named:
        try:
            return [ipaddress.ip_address(address) for address in ([named] if isinstance(named, str) else named)]
        except ValueError as fault:
            raise ExceptionPathError(f"targets of {port.netdev}: {fault}: give IP addresses") from None
    gateways = sorted({route.via for route in port.routes if route.via})
    return [ipaddress.ip_address(address) for address in gateways] or [_ALL_NODES]


def _by_netdev(instance):
    return {pair["netdev"]: pair for pair in telemetry.pairs(instance).values()}


def _ping(netdev, target, count):
    # -w bounds the whole call: neighbour discovery after a restart may take a few seconds.
    command = ["ping", "-n", "-c", str(count), "-i", "0.2", "-w", str(count + 10), "-I", netdev, str(target)]
    done = host.run(command, check=False, timeout=count + 30)
    found = re.search(r"(\d+) packets transmitted, (\d+) received", done.stdout)
    sent, received = (int(found[1]), int(found[2])) if found else (0, 0)
    time = re.search(r"= [\d.]+/([\d.]+)/", done.stdout)
    return {"target": str(target), "sent": sent, "received": received, "rtt_ms": float(time[1]) if time else None, "said": done.stderr.strip()}


def _problems(result):
    for ping in result["pings"]:
        if not ping["received"]:
            yield (
                f"{result['netdev']}: no answer from {ping['target']} to {ping['sent']} packets "
                f"({result['to_nic']} went to the NIC, {result['to_kernel']} came from it){': ' + ping['said'] if ping['said'] else ''}; "
                "check the cable and the far end, or name a host that answers in exception_path_verify_targets"
            )
            return
    for way, text in (("to_nic", "kernel -> NIC"), ("to_kernel", "NIC -> kernel")):
        if result[way] <= 0:
            yield f"{result['netdev']}: answers came, but no packet through the data plane {text}: another interface has a way to the target"
