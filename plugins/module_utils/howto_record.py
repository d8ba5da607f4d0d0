# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the howto brings onto a host and takes back: on disk before anything is touched.

A run that was cut short leaves the record, and the next one takes back all that both have brought.
"""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, howto_checks, howto_session, nics as nic_names, paths, taps
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import Hugepages
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

# What a host may have of the exception path, apart from NICs.
_PARTS = ("kernel_modules", "hugepages", "artifact")


def begun(params, check_mode=False):
    """Keeps and tells what is to be brought, and taken back in the end."""
    pci, memory = Pci(), NicMemory()
    nics, problems = nic_names.resolve(port_model.parse(params["ports"]), pci, IpRoute().links(), memory)
    raise_if(problems)
    record = host.read_json(paths.HOWTO_MEMORY, {"nics": [], "parts": []})
    deployed = howto_checks.settings()
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
    """Ends a run that still goes on, and forgets what was to be taken back."""
    stopped = howto_session.stop(check_mode=check_mode)
    changes = Changes()
    if changes.note(paths.HOWTO_MEMORY, "present" if os.path.exists(paths.HOWTO_MEMORY) else None, None) and not check_mode:
        host.remove(paths.HOWTO_MEMORY)
        host.remove_empty_folder(paths.MEMORY)
    return dict(changes.result(), changed=bool(changes) or stopped["changed"])


def _there(part):
    if part == "kernel_modules":
        return os.path.exists(paths.MODULES_LOAD)
    return bool(Hugepages().memory) if part == "hugepages" else os.path.exists(paths.INSTALLED)


def configured(netdev):
    """True for a netdev that site has made: it has its addresses, and outlives testpmd."""
    return netdev in taps.recorded()
