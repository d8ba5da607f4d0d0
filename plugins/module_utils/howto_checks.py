# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the howto refuses, on top of what preflight does; read-only."""

from __future__ import annotations

import glob
import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, howto_args, howto_options, paths, tap_device
from ansible_collections.dataplane.exception_path.plugins.module_utils.port_traffic import integer
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

SECONDS_MAX = 3600


def problems(wish, nics, pci, links, systemd=None):
    """A sentence for every fault of ``wish`` (options, seconds, forward_mode), and for every NIC and netdev that somebody uses."""
    return _wish_problems(wish) + _use_problems(nics, pci, links, systemd or Systemd())


def settings():
    """``{instance: settings}`` of the deployed data planes."""
    return {os.path.basename(path)[: -len(".env")]: host.read(path, "") for path in glob.glob(f"{paths.SETTINGS}/*.env")}


def _wish_problems(wish):
    found = []
    options = wish.get("options", [])
    if not isinstance(options, (list, tuple)):
        found.append(f"testpmd_howto_options {options!r} is not a list: choose of {', '.join(howto_options.NAMES)}, or write []")
        options = []
    found += [
        f"testpmd_howto_options: {name!r} is no option of the howto: choose of {', '.join(howto_options.NAMES)}"
        for name in options
        if name not in howto_options.NAMES
    ]
    seconds = integer(wish.get("seconds", 1))
    if seconds is None or not 1 <= seconds <= SECONDS_MAX:
        found.append(f"testpmd_howto_seconds {wish['seconds']!r} is not a whole number from 1 to {SECONDS_MAX}: correct it")
    mode = wish.get("forward_mode", howto_args.FORWARD_MODES[0])
    if mode not in howto_args.FORWARD_MODES:
        found.append(f"testpmd_howto_forward_mode {mode!r} is not known: choose of {', '.join(howto_args.FORWARD_MODES)}")
    return found


def _use_problems(nics, pci, links, systemd):
    found, explained = [], set()
    for instance, text in settings().items():
        unit = f"exception-path@{instance}.service"
        served = [nic for nic in nics if nic.address in text]
        if served and systemd.show(unit, "ActiveState").get("ActiveState") not in ("inactive", "failed"):
            explained |= {nic.address for nic in served}
            found.append(
                f"{unit} runs on {', '.join(f'{nic.address} ({nic.port.netdev})' for nic in served)}, and the howto needs NIC and netdev for itself: "
                f"stop it with 'systemctl stop {unit}' and start it again after the howto, or run teardown, or name other NICs in exception_path_ports"
            )
    for nic in nics:
        if nic.address in explained:
            continue
        users = pci.group_users(pci.iommu_group(nic.address)) if pci.driver(nic.address) == "vfio-pci" else []
        if users:
            who = ", ".join(f"{command} (process {pid})" for pid, command in users)
            found.append(f"{nic.port.label}: nic {nic.port.nic} ({nic.address}) is in use by {who}: stop it first, then run again")
        elif tap_device.attached_queues(links.get(nic.port.netdev, {})):
            found.append(f"{nic.port.label}: netdev {nic.port.netdev} is served by a running program: stop it first, then run again")
    return found
