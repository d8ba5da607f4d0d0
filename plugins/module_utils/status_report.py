# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From facts to words: what runs where, and what is not as the inventory wants it. Pure."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths, telemetry

_MODULES = ("vhost_net", "tun")
_PROGRAMS = {"forwarder": os.path.basename(paths.FORWARDER), "testpmd": os.path.basename(paths.TESTPMD)}
_WAYS = (("to_kernel", "towards the kernel"), ("to_nic", "towards the NIC"))


def lines(facts):
    """The status of a host, a line for each thing."""
    service = facts["service"]
    shown = [f"{service['unit']}: {service['state']}, at boot {'on' if service['enabled'] else 'off'}, restarts {service['restarts']}"]
    if service["program"]:
        shown.append(f"program {service['program']}")
    if facts["forwarder"]["present"]:
        shown.append(_artifact_line(facts["forwarder"]))
    for nic in facts["nics"]:
        shown.append(f"NIC {nic['address']} ({nic['ids']}): driver {nic['driver']}; before {nic['driver_before']}, interface {nic['name_before']}")
    for netdev in facts["netdevs"]:
        shown.append(_netdev_line(netdev))
    for name, pair in sorted(facts["pairs"].items()):
        shown.append(_pair_line(name, pair))
    for lcore, share in sorted(facts.get("lcores", {}).items(), key=lambda item: int(item[0])):
        shown.append(f"lcore {lcore}: {share['queues']} queues, idle {share['idle_ppm'] / 10000:.1f} %")
    for node, share in sorted(facts["hugepages"]["nodes"].items()):
        shown.append(f"huge pages of node {node}: {share['count']} ({share['ours']} for the data plane), {facts['hugepages']['page_size_kb']} kB each")
    return shown


def _artifact_line(forwarder):
    dpdk = forwarder["dpdk"]
    origin = f"DPDK {dpdk['version']} {'of the distribution' if dpdk['method'] == 'package' else 'built from source'}" if dpdk else "damaged"
    return f"artifact {forwarder['name']}: {origin}; previous {forwarder['previous'] or '(none)'}"


def _pair_line(name, pair):
    """Link, offloads and drops are told as far as the forwarder tells them: an older one may still run."""
    parts = [f"link {pair['link']}"]
    if telemetry.lost_side(pair):
        parts.append(telemetry.lost_side(pair))
    parts.append(f"{pair['to_kernel']['packets']} packets to the kernel, {pair['to_nic']['packets']} to the NIC")
    parts += [f"dropped {drops} {where}" for way, where in _WAYS if (drops := _drops(pair[way]))]
    if pair.get("offloads"):
        parts.append("offloads " + ", ".join(f"{key} {value}" for key, value in pair["offloads"].items()))
    return f"pair {pair['nic']} <-> {name} ({pair['netdev']}): " + "; ".join(parts)


def _drops(counters):
    """``7 (full 5, limited 2)``, or an empty text when nothing was dropped, or nobody tells."""
    if not counters.get("dropped"):
        return ""
    prefix = "dropped_"
    reasons = ", ".join(f"{key[len(prefix):]} {count}" for key, count in counters.items() if key.startswith(prefix) and count)
    return f"{counters['dropped']}" + (f" ({reasons})" if reasons else "")


def _netdev_line(netdev):
    if not netdev["present"]:
        return f"netdev {netdev['name']}: missing"
    state = f"{'up' if netdev['up'] else 'down'}, {'carrier' if netdev['carrier'] else 'no carrier'}"
    addresses = ", ".join(netdev["addresses"]) or "no address"
    return f"netdev {netdev['name']}: {state}, MTU {netdev['mtu']}, MAC {netdev['mac']}, {addresses}, rx {netdev['rx_packets']}, tx {netdev['tx_packets']}"


def faults(facts, ports, data_plane="forwarder"):
    """What differs from the inventory, a sentence each; empty when the host is as wanted."""
    found = [f"kernel module {name} is not loaded: run site" for name in _MODULES if not facts["kernel_modules"].get(name)]
    program = facts["service"]["program"] or ""
    # The distribution's testpmd needs none of what is installed.
    if not facts["forwarder"]["intact"] and (data_plane == "forwarder" or program.startswith(paths.INSTALLED)):
        found.append(f"{_forwarder_fault(facts['forwarder'])}: run site")
    found += _service_faults(facts["service"])
    if program and os.path.basename(program) != _PROGRAMS[data_plane]:
        found.append(f"{facts['service']['unit']} runs {program}, and {data_plane} is wanted: run site")
    drivers = {nic["address"]: nic["driver"] for nic in facts["nics"]}
    netdevs = {netdev["name"]: netdev for netdev in facts["netdevs"]}
    pairs = {pair["netdev"]: pair for pair in facts["pairs"].values()}
    for port in ports:
        found += [f"{port.label}: {fault}" for fault in _port_faults(port, netdevs.get(port.netdev), pairs.get(port.netdev), drivers)]
    return found


def _forwarder_fault(forwarder):
    if not forwarder["present"]:
        return "no forwarder is installed"
    return f"artifact {forwarder['name']} is damaged ({', '.join(forwarder['damaged'])})"


def _service_faults(service):
    if service["state"] != "active":
        return [f"{service['unit']} is {service['state']}: see its journal, or run site"]
    found = []
    if not service["enabled"]:
        found.append(f"{service['unit']} does not start at boot: run site")
    return found


def _port_faults(port, netdev, pair, drivers):
    found = []
    if netdev is None or not netdev["present"]:
        found.append("the netdev is missing: run site")
    else:
        found += _netdev_faults(port, netdev)
    if pair is None:
        return found + ["the data plane has no pair for it: run site"]
    if port.driver == "vfio-pci" and drivers.get(pair["nic"]) != "vfio-pci":
        found.append(f"NIC {pair['nic']} is not bound to vfio-pci: run site")
    for key, wanted in (("queues", port.queues), ("queue_size", port.queue_size)):
        if pair[key] != wanted:
            found.append(f"the data plane runs with {key} {pair[key]} instead of {wanted}: run site")
    if telemetry.lost_side(pair):
        found.append(f"the pair does not forward: {telemetry.lost_side(pair)}: see the journal of the service")
    elif pair["link"] != "up":
        found.append(f"NIC {pair['nic']} has no link: check the cable and the far end")
    elif netdev and netdev["present"] and netdev["up"] and netdev["attached_queues"] and not netdev["carrier"]:
        found.append(f"NIC {pair['nic']} has a link, but the netdev has no carrier: see the journal of the service")
    return found


def _netdev_faults(port, netdev):
    found = []
    if not netdev["up"]:
        found.append("the netdev is down: run site")
    if not netdev["attached_queues"]:
        found.append("no queue of the netdev is attached, so nothing serves it: see the journal of the service")
    if netdev["unit_state"] == "failed":
        found.append(f"exception-path-netdev@{port.netdev}.service failed, so the netdev may not come back at boot: see its journal")
    if netdev["mtu"] != port.mtu:
        found.append(f"MTU is {netdev['mtu']} instead of {port.mtu}: run site")
    missing = [address for address in port.addresses if address not in netdev["addresses"]]
    if missing:
        found.append(f"address {', '.join(missing)} is missing: run site")
    return found


def probe_lines(results):
    """The proof of packet_probe, a line for each ping."""
    return [
        f"{result['netdev']}: {ping['received']} of {ping['sent']} answers from {ping['target']} in {ping['rtt_ms']} ms; "
        f"data plane passed {result['to_nic']} packets kernel -> NIC, {result['to_kernel']} NIC -> kernel"
        for result in results
        for ping in result["pings"]
    ]
