# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module exception_path_info: what runs where, read only."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import exporter, host, installed, kernel_modules, netdev_boot, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils import tap_device, taps, telemetry, unit_files
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import Hugepages
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

_SERVICE_FACTS = ("ActiveState", "SubState", "UnitFileState", "MainPID", "NRestarts", "ActiveEnterTimestamp", "User")
_MODULES = ("vhost", "vhost_net", "tun", "vfio-pci")


def gather(params):
    known = {
        "exporter": lambda: exporter.facts(params["instance"]),
        "forwarder": installed.forwarder,
        "hugepages": _hugepages,
        "lcores": lambda: _telemetry(telemetry.lcores, params["instance"]),
        "kernel_modules": lambda: {name: kernel_modules.is_loaded(name) for name in _MODULES},
        "netdevs": _netdevs,
        "nics": _nics,
        "pairs": lambda: _telemetry(telemetry.pairs, params["instance"]),
        "service": lambda: _service(params["instance"]),
    }
    subset = params["gather"] or sorted(known)
    unknown = [name for name in subset if name not in known]
    if unknown:
        raise ExceptionPathError(f"gather: {', '.join(unknown)} is unknown: known are {', '.join(sorted(known))}")
    return {name: known[name]() for name in subset}


def _nics():
    """Bound NICs, with what they were before."""
    pci, memory = Pci(), NicMemory()
    return [
        {
            "address": address,
            "driver": pci.driver(address),
            "driver_before": nic["driver"],
            "iommu_group": pci.iommu_group(address),
            "ids": nic["ids"],
            "mac": nic["mac"],
            "name_before": nic["name"],
            "numa_node": pci.numa_node(address) if pci.exists(address) else None,
            "present": pci.exists(address),
        }
        for address, nic in sorted(memory.nics.items())
    ]


def _netdevs():
    links = IpRoute().links()
    return [dict(_netdev(name, links.get(name)), unit_state=_unit_state(name)) for name in taps.recorded()]


def _unit_state(name):
    """``active`` or ``inactive``; ``failed`` when it could not make the netdev as recorded."""
    return Systemd().show(netdev_boot.unit(name), "ActiveState").get("ActiveState")


def _netdev(name, link):
    if link is None:
        return {"name": name, "present": False}
    statistics = link.get("stats64", {})
    return {
        "name": name,
        "present": True,
        "up": "UP" in link["flags"],
        "carrier": "LOWER_UP" in link["flags"],
        "attached_queues": tap_device.attached_queues(link),
        "mac": link["address"],
        "mtu": link["mtu"],
        "flags": list(tap_device.flags(link)),
        "queues": link.get("num_rx_queues"),
        "addresses": [f"{entry['local']}/{entry['prefixlen']}" for entry in link.get("addr_info", [])],
        "rx_packets": statistics.get("rx", {}).get("packets"),
        "rx_dropped": statistics.get("rx", {}).get("dropped"),
        "tx_packets": statistics.get("tx", {}).get("packets"),
        "tx_dropped": statistics.get("tx", {}).get("dropped"),
    }


def _service(instance):
    unit = unit_files.unit(instance)
    facts = Systemd().show(unit, *_SERVICE_FACTS)
    return dict(
        unit=unit,
        state=facts.get("ActiveState"),
        sub_state=facts.get("SubState"),
        enabled=facts.get("UnitFileState") == "enabled",
        pid=int(facts.get("MainPID", "0")),
        restarts=int(facts.get("NRestarts", "0")),
        since=facts.get("ActiveEnterTimestamp"),
        user=facts.get("User"),
        program=_program(facts.get("MainPID", "0")),
        capabilities=_bounding_set(facts.get("MainPID", "0")),
    )


def _program(pid):
    """What really runs: exception-path-forwarder or dpdk-testpmd, with its path."""
    try:
        return os.readlink(f"{paths.PROC}/{pid}/exe").removesuffix(" (deleted)")
    except OSError:
        return None


def _bounding_set(pid):
    """The bounding set of the running process as the kernel shows it, not as a file wants it."""
    for line in host.read(f"/proc/{pid}/status", "").splitlines():
        if line.startswith("CapBnd:"):
            return int(line.split()[1], 16)
    return None


def _telemetry(look, instance):
    """What a running forwarder says; nothing when there is none."""
    try:
        return look(instance)
    except ExceptionPathError:
        return {}


def _hugepages():
    pages = Hugepages()
    return {
        "page_size_kb": pages.page_kb(),
        "nodes": {node: dict(share, count=pages.count(node)) for node, share in pages.memory.items()},
    }
