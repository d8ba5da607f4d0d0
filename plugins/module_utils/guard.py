# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What must not be taken from the kernel: the NICs that carry the host's management.

Protected are the netdev of the SSH connection that this very run came by (found in the
environment of the parent processes, since sudo drops it), the netdev that leads back to the
controller, and the netdevs of every default route in every table of both families. From each of
them it looks down through bridges, bonds, teams, VLANs and VRFs to the PCI functions.
"""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host

OVERRIDE = "force: true (exception_path_force: true)"


def management_problems(nics, pci, iproute, root="/"):
    """A problem for each NIC whose binding would cut the host off."""
    protected = protected_functions(pci, iproute, root)
    problems = []
    for nic in nics:
        for address in affected(pci, nic.address):
            if address in protected:
                what = "it" if address == nic.address else f"{address}, which goes with it,"
                problems.append(
                    f"{nic.port.label}: nic {nic.port.nic} ({nic.address}) is refused, for {what} carries {protected[address]}: "
                    f"choose another NIC, or set {OVERRIDE} if the host can be reached in another way"
                )
                break
    return problems


def group_problems(nics, pci, wanted_driver="vfio-pci"):
    """VFIO opens a group only when none of its functions has a host driver: a problem for each
    function in use that is not in the list (kernel: Documentation/driver-api/vfio.rst)."""
    chosen = {nic.address for nic in nics}
    problems = []
    for nic in nics:
        for address in pci.group_members(nic.address):
            driver = pci.driver(address)
            if address in chosen or pci.is_bridge(address) or driver in (None, wanted_driver, "pci-stub"):
                continue
            problems.append(
                f"{nic.port.label}: nic {nic.port.nic} ({nic.address}) shares IOMMU group {pci.iommu_group(nic.address)} with {address}, "
                f"which {driver} drives: give that function too, release it, or put the NIC into a slot with a group of its own"
            )
    return problems


def route_problems(ports, nics, pci, iproute, ours=()):
    """A problem for each route of the inventory that would take the place of the host's own: of one
    destination and metric the kernel keeps one route, and that may be the way to the controller.
    ``ours`` are the netdevs that this collection made, for this inventory or an earlier one."""
    netdevs = set(ours) | {port.netdev for port in ports} | {name for nic in nics for name in pci.netdevs(nic.address)}
    taken = {_slot(route): route for route in iproute.routes() if route.get("table", "main") == "main" and not _devices(route) <= netdevs}
    return [
        f"{port.label}: route to {route.to} would replace the host's own through {', '.join(sorted(_devices(taken[route.slot])))}: "
        f"give it a metric other than {route.slot[1]}, or set {OVERRIDE}"
        for port in ports
        for route in port.routes
        if route.slot in taken
    ]


def _slot(route):
    everything = "0.0.0.0/0" if route["version"] == 4 else "::/0"
    return (everything if route["dst"] == "default" else _with_length(route["dst"]), route.get("metric", 0))


def _with_length(destination):
    return destination if "/" in destination else destination + ("/128" if ":" in destination else "/32")


def _devices(route):
    return {hop["dev"] for hop in [route] + route.get("nexthops", []) if hop.get("dev")}


def affected(pci, address):
    """The functions that lose their kernel driver or their device along with ``address``."""
    return [address] + sorted((set(pci.group_members(address)) | set(pci.virtual_functions(address))) - {address})


def protected_functions(pci, iproute, root="/"):
    """``{PCI address: what it carries}``"""
    reasons = dict(iproute.default_route_netdevs())
    for client, local in ssh_connections(root):
        for name in [iproute.netdev_towards(client)] + iproute.netdevs_with(local):
            if name:
                reasons[name] = f"the management connection from {client}"
    protected = {}
    for name, reason in reasons.items():
        for lower in below(name, root):
            address = pci.of_netdev(lower)
            if address:
                through = f" through {name}" if lower != name else f" on {name}"
                protected.setdefault(address, reason + through)
    return protected


def below(name, root="/"):
    """``name`` and every netdev under it, over the kernel's ``lower_*`` links."""
    found, waiting = [], [name]
    while waiting:
        current = waiting.pop()
        folder = os.path.join(root, "sys/class/net", current)
        if current in found or not os.path.isdir(folder):
            continue
        found.append(current)
        waiting += [entry[len("lower_") :] for entry in os.listdir(folder) if entry.startswith("lower_")]
    return found


def ssh_connections(root="/", pid=None):
    """``[(client, local address)]`` of the SSH sessions above this process."""
    found = []
    current = str(pid or os.getpid())
    while current not in ("0", ""):
        pair = _ssh_connection(host.read(os.path.join(root, "proc", current, "environ"), ""))
        if pair and pair not in found:
            found.append(pair)
        # Field 4 of stat; the command in field 2 may hold blanks, so count behind its ")".
        stat = host.read(os.path.join(root, "proc", current, "stat"), "").rpartition(")")[2].split()
        current = stat[1] if len(stat) > 1 else ""
    return found


def _ssh_connection(environ):
    for variable in environ.split("\0"):
        name, equals, value = variable.partition("=")
        fields = value.split()
        if name == "SSH_CONNECTION" and len(fields) == 4:
            return fields[0].partition("%")[0], fields[2].partition("%")[0]
    return None
