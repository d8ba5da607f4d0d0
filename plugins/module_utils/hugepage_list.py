# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module hugepages."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, nics as nic_names, ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import UNIT, Hugepages
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd


def present(params, check_mode=False, pages=None, systemd=None):
    pages, systemd = pages or Hugepages(), systemd or Systemd()
    megabytes = params["mb_per_node"]
    nodes = params["nodes"] or nodes_of(params["ports"])
    if megabytes < 1:
        raise ExceptionPathError(f"{megabytes} MB of huge pages are none: give mb_per_node of at least 64")
    raise_if(pages.problems(nodes, megabytes))
    changes = Changes()
    totals = {node: pages.total(node, megabytes) for node in nodes}
    dropped = [int(node) for node in pages.memory if int(node) not in nodes]
    for node in dropped:
        _give_back(pages, node, changes, check_mode)
    for node in nodes:
        count, had = pages.count(node), pages.ours(node)
        # Others' pages stay as they are; of ours go those that are not needed any more.
        wanted = max(totals[node], count - max(0, had - pages.pages(megabytes)))
        changes.note(f"huge pages of node {node}", count, wanted)
        changes.note(f"huge pages of node {node} for the data plane", had, pages.pages(megabytes))
        if check_mode:
            continue
        if wanted < count:
            pages.set(node, wanted)
        if had != pages.pages(megabytes):
            pages.remember(node, pages.pages(megabytes))
        if wanted > count:
            _raise_to(pages, node, wanted, count, had)
    _unit(pages.unit_text(totals), systemd, changes, check_mode)
    return dict(changes.result(), pages={str(node): pages.count(node) for node in nodes}, page_size_kb=pages.page_kb())


def absent(_params, check_mode=False, pages=None, systemd=None):
    pages, systemd = pages or Hugepages(), systemd or Systemd()
    changes = Changes()
    for node in sorted(int(node) for node in pages.memory):
        _give_back(pages, node, changes, check_mode)
    _unit(None, systemd, changes, check_mode)
    return dict(changes.result(), pages={}, page_size_kb=pages.page_kb())


def nodes_of(raw_ports):
    """NUMA nodes of the NICs in the list."""
    pci = Pci()
    nics, problems = nic_names.resolve(port_model.parse(raw_ports, need=("nic",)), pci, IpRoute().links(), NicMemory())
    raise_if(problems)
    return sorted({pci.numa_node(nic.address) for nic in nics})


def _raise_to(pages, node, total, count, had):
    given = pages.set(node, total)
    if given < total:
        pages.set(node, count)
        if had:
            pages.remember(node, had)
        else:
            pages.forget(node)
        raise ExceptionPathError(
            f"the kernel gave {given} of {total} huge pages ({pages.page_kb()} kB each) on NUMA node {node}, so they were given back: "
            "its memory is in pieces or too small; lower exception_path_hugepages_mb, or reboot and run again"
        )


def _give_back(pages, node, changes, check_mode):
    left = max(0, pages.count(node) - pages.memory[str(node)]["ours"])
    changes.note(f"huge pages of node {node}", pages.count(node), left)
    if not check_mode:
        pages.set(node, left)
        pages.forget(node)


def _unit(text, systemd, changes, check_mode):
    path = systemd.path(UNIT)
    old = host.read(path)
    if old is not None:
        old += "\n"
    new = changes.note(path, old, text)
    # A run that was cut short may have written it and not enabled it.
    disabled = text is not None and not systemd.is_enabled(UNIT)
    if disabled:
        changes.note(UNIT, "disabled", "enabled")
    if check_mode:
        return
    if new and text is None:
        systemd.disable(UNIT)
        host.remove(path)
        systemd.reload()
    elif new:
        host.write(path, text)
        systemd.reload()
    if disabled:
        systemd.enable(UNIT)
