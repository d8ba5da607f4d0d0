# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All that can be known to go wrong, looked for before anything is touched; read-only."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpus, eal, ethtool, guard, host_platform, howto_checks, kernel_modules, nic_checks
from ansible_collections.dataplane.exception_path.plugins.module_utils import packages, rendered_args, taps, testpmd_lacks
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import Hugepages
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

# Of an artifact that has not been looked into.
ANY_VERSION = "any"
_NEEDED = ("vhost_net", "tun")


def check(params):
    """The host's answers to the inventory, or one error with every problem of the host."""
    ports, problems = port_model.read(params["ports"])
    if not params["ports"]:
        problems.append("exception_path_ports is empty: give the host at least one entry with nic: and netdev:")
    pci, memory = Pci(), NicMemory()
    links = IpRoute().links()
    with_nic = [port for port in ports if port.nic]
    nics, nic_problems = nic_checks.check(with_nic, pci, IpRoute(), memory, params["force"], params["allow_unsafe_noiommu"], links)
    dpdk = _version(params["dpdk_version"], problems)
    nodes = sorted({pci.numa_node(nic.address) for nic in nics})
    lcores, lcore_problems = _lcores(params["lcores"], ports, nodes)
    problems += nic_problems
    if not params["force"]:
        problems += guard.route_problems(ports, nics, pci, IpRoute(), taps.recorded())
    problems += taps.name_problems([port for port in ports if port.netdev], links)
    problems += taps.mac_problems(nics)
    problems += _queue_problems(nics, pci, memory)
    problems += eal.queue_problems(ports, dpdk)
    problems += lcore_problems
    problems += _hugepage_problems(params["hugepages_mb"], nodes)
    problems += kernel_modules.missing_problems([*_NEEDED, *({"vfio-pci"} if any(port.driver == "vfio-pci" for port in ports) else ())])
    if params.get("howto"):
        problems += howto_checks.problems(params["howto"], nics, pci, links)
    elif params["data_plane"] == "testpmd":
        problems += testpmd_lacks.problems(ports, params["idle"], params["prometheus"])
    raise_if(problems)
    return {
        "nics": [_nic(nic, pci) for nic in nics],
        "numa_nodes": nodes,
        "lcores": lcores,
        "dpdk_version": ".".join(f"{part:02d}" for part in dpdk) if dpdk else None,
        "platform": host_platform.facts(),
        "packages_missing": packages.missing(params["packages"]) if params["packages"] else [],
    }


def _nic(nic, pci):
    return {"netdev": nic.port.netdev, "address": nic.address, "ids": pci.ids(nic.address), "mac": nic.mac, "driver": pci.driver(nic.address)}


def max_queues(nic, pci, memory):
    """What the NIC's kernel driver said while it had one, or None."""
    for name in pci.netdevs(nic.address):
        return ethtool.max_queues(name, pci.root)
    return (memory.get(nic.address) or {}).get("max_queues")


def _queue_problems(nics, pci, memory):
    problems = []
    for nic in nics:
        limit = max_queues(nic, pci, memory)
        if limit and nic.port.queues > limit:
            problems.append(f"{nic.port.label}: queues {nic.port.queues} is more than nic {nic.port.nic} ({nic.address}) has, which is {limit}: lower it")
    return problems


def _lcores(wish, ports, nodes):
    try:
        return cpus.choose(wish, sum(port.queues for port in ports), nodes), []
    except ExceptionPathError as fault:
        return [], fault.problems


def _hugepage_problems(megabytes, nodes):
    if megabytes is None:
        return []
    if megabytes < 1:
        return [f"exception_path_hugepages_mb {megabytes} is no memory at all: give 64 or more"]
    return Hugepages().problems(nodes, megabytes)


def _version(text, problems):
    if text == ANY_VERSION:
        return None
    if text:
        return rendered_args.version(text, problems)
    try:
        return packages.version(["dpdk"])
    except ExceptionPathError:
        return None
