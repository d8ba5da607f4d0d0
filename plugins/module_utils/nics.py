# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory's word for a NIC to the PCI function on this host.

A NIC that is bound to vfio-pci has no kernel name and shows no MAC any more: then the memory of
the host (``nic_memory.py``) answers, so that the second run finds what the first one bound.
"""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import permanent_mac
from ansible_collections.dataplane.exception_path.plugins.module_utils.ports import INHERIT


@dataclass(frozen=True)
class Nic:
    """The NIC of a port: its PCI address and the MAC that it was made with, if that is known."""

    port: object
    address: str
    mac: str | None

    @property
    def wanted_mac(self):
        """The MAC of the port's netdev."""
        return self.mac if self.port.mac == INHERIT else self.port.mac


def resolve(ports, pci, links, memory):
    """``(nics, problems)``: a :class:`Nic` for every port whose NIC is on the host."""
    nics, problems, first = [], [], {}
    for port in ports:
        candidates = _candidates(port.nic, pci, links, memory)
        problem = _problem(port, candidates, pci, links)
        if problem is None and candidates[0] in first:
            if first[candidates[0]].nic == port.nic:
                continue  # the same word twice: ports.py has told so already
            problem = f"nic {port.nic} is the same function {candidates[0]} as that of {first[candidates[0]].label}: every port has its own"
        if problem:
            problems.append(f"{port.label}: {problem}")
            continue
        address = candidates[0]
        first[address] = port
        nics.append(Nic(port, address, known_mac(address, pci, links, memory)))
    return nics, problems


def known_mac(address, pci, links, memory):
    for name in pci.netdevs(address):
        if name in links:
            return permanent_mac(links[name])
    return (memory.get(address) or {}).get("mac")


def _candidates(ref, pci, links, memory):
    if ref.kind == "pci":
        return [ref.value] if pci.exists(ref.value) else []
    # What the kernel shows now comes before what is remembered: a name may have a new owner.
    if ref.kind == "name":
        now = [pci.of_netdev(ref.value)] if ref.value in links else []
    else:
        now = [pci.of_netdev(name) for name, link in links.items() if permanent_mac(link) == ref.value]
    now = sorted({address for address in now if address})
    return now or [address for address in memory.find(ref.kind, ref.value) if pci.exists(address)]


def _problem(port, candidates, pci, links):
    ref = port.nic
    if not candidates:
        if ref.kind == "name" and ref.value in links:
            return f"nic {ref} is no PCI NIC: vfio-pci can only drive PCI functions, choose another"
        return f"nic {ref} is not on this host: there are {_inventory(pci, links)}; correct nic:"
    if len(candidates) > 1:
        return f"nic {ref} fits {', '.join(candidates)}: name the one you mean by its PCI address"
    if not pci.is_network(candidates[0]):
        return f"nic {ref} is no network controller (class {pci.read(candidates[0], 'class')}): correct nic:"
    return None


def _inventory(pci, links):
    shown = []
    for address in pci.addresses():
        if pci.is_network(address):
            names = [f"{name} {permanent_mac(links[name])}" for name in pci.netdevs(address) if name in links]
            shown.append(f"{address} ({', '.join(names) or 'driver ' + str(pci.driver(address))})")
    return ", ".join(shown) or "no PCI network controllers"
