# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the howto brings onto a host and takes back: on disk before anything is touched.

A run that was cut short leaves the record, and the next one takes back all that both have brought.
"""

from __future__ import annotations

import glob
import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, nics as nic_names, paths, tap_device, taps
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import Hugepages
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

# What a host may have of the exception path, apart from NICs.
_PARTS = ("kernel_modules", "hugepages", "artifact")


def begun(params, check_mode=False, pci=None, memory=None, systemd=None):
    """Refuses NICs and netdevs that are in use, and tells what is to be brought, and taken back in the end."""
    pci, memory, systemd = pci or Pci(), memory or NicMemory(), systemd or Systemd()
    nics, problems = nic_names.resolve(port_model.parse(params["ports"]), pci, IpRoute().links(), memory)
    problems += _use_problems(nics, pci, systemd)
    raise_if(problems)
    record = host.read_json(paths.HOWTO_MEMORY, {"nics": [], "parts": []})
    deployed = _settings()
    # What site has taken over since is not the howto's any more.
    ours = [] if deployed else record["parts"]
    kept = [address for address in record["nics"] if not any(address in text for text in deployed.values())]
    new = {
        "nics": sorted({*kept, *(nic.address for nic in nics if nic.port.driver == "vfio-pci" and memory.get(nic.address) is None)}),
        "parts": [part for part in _PARTS if part in ours or not _there(part)],
    }
    changes = Changes()
    if changes.note(paths.HOWTO_MEMORY, record if os.path.exists(paths.HOWTO_MEMORY) else None, new) and not check_mode:
        host.write_json(paths.HOWTO_MEMORY, new)
    return dict(changes.result(), parts=new["parts"], give_back=[{"nic": address} for address in new["nics"]])


def ended(_params, check_mode=False):
    """Forgets it, once all is taken back."""
    changes = Changes()
    if changes.note(paths.HOWTO_MEMORY, "present" if os.path.exists(paths.HOWTO_MEMORY) else None, None) and not check_mode:
        host.remove(paths.HOWTO_MEMORY)
        host.remove_empty_folder(paths.MEMORY)
    return changes.result()


def _there(part):
    if part == "kernel_modules":
        return os.path.exists(paths.MODULES_LOAD)
    return bool(Hugepages().memory) if part == "hugepages" else os.path.exists(paths.INSTALLED)


def _settings():
    """``{instance: settings}`` of the deployed data planes."""
    return {os.path.basename(path)[: -len(".env")]: host.read(path, "") for path in glob.glob(f"{paths.SETTINGS}/*.env")}


def _use_problems(nics, pci, systemd):
    problems, explained = [], set()
    for instance, text in _settings().items():
        unit = f"exception-path@{instance}.service"
        served = [nic for nic in nics if nic.address in text]
        if served and systemd.show(unit, "ActiveState").get("ActiveState") not in ("inactive", "failed"):
            explained |= {nic.address for nic in served}
            problems.append(
                f"{unit} runs on {', '.join(f'{nic.address} ({nic.port.netdev})' for nic in served)}, and the howto needs NIC and netdev for itself: "
                f"stop it with 'systemctl stop {unit}' and start it again after the howto, or run teardown, or name other NICs in exception_path_ports"
            )
    links = IpRoute().links()
    for nic in nics:
        if nic.address in explained:
            continue
        users = pci.group_users(pci.iommu_group(nic.address)) if pci.driver(nic.address) == "vfio-pci" else []
        if users:
            who = ", ".join(f"{command} (process {pid})" for pid, command in users)
            problems.append(f"{nic.port.label}: nic {nic.port.nic} ({nic.address}) is in use by {who}: stop it first, then run again")
        elif tap_device.attached_queues(links.get(nic.port.netdev, {})):
            problems.append(f"{nic.port.label}: netdev {nic.port.netdev} is served by a running program: stop it first, then run again")
    return problems


def configured(netdev):
    """True for a netdev that site has made: it has its addresses, and outlives testpmd."""
    return netdev in taps.recorded()
