# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module nic_driver: whole lists of NICs, checked before the first is touched."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import driverctl, host, nic_checks, nics as nic_names, paths, ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.binding import VFIO, Binder
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

_NOIOMMU = "/sys/module/vfio/parameters/enable_unsafe_noiommu_mode"


def bound(params, check_mode=False, warn=lambda text: None, binder=None):
    binder = binder or default_binder()
    ports = port_model.parse(params["ports"], need=("nic",))
    nics, problems = nic_checks.check(ports, binder.pci, binder.iproute, binder.memory, params["force"], params["allow_unsafe_noiommu"])
    raise_if(problems)
    changes = Changes()
    vfio = [nic for nic in nics if nic.port.driver == VFIO]
    if vfio and not binder.pci.has_iommu():
        warn("The host has no IOMMU: vfio-pci runs in its unsafe no-IOMMU mode, and a NIC can write to any memory of the host.")
        _allow_noiommu(changes, check_mode)
    _bind_all(vfio, binder, changes, check_mode)
    chosen = {nic.address for nic in vfio}
    return dict(
        changes.result(),
        nics=[_shown(nic, binder.pci) for nic in nics],
        leftover=sorted(set(binder.memory.nics) - chosen),
    )


def restored(params, check_mode=False, _warn=None, binder=None):
    binder = binder or default_binder()
    addresses = _to_restore(params, binder)
    # In check mode the forwarder of a teardown still runs: it has not been stopped either.
    for address in [] if check_mode else addresses:
        binder.refuse_when_in_use(address)
    changes = Changes()
    for address in addresses:
        nic = binder.memory.get(address)
        changes.note(address, f"driver {binder.pci.driver(address)}", f"driver {nic['driver']}, interface {nic['name']}")
        if not check_mode:
            binder.restore(address)
    if not binder.memory.nics or (check_mode and set(addresses) == set(binder.memory.nics)):
        _forbid_noiommu(changes, check_mode)
    return dict(changes.result(), restored=addresses)


def default_binder():
    return Binder(Pci(), NicMemory(), IpRoute())


def _bind_all(nics, binder, changes, check_mode):
    done = []
    for nic in nics:
        address = nic.address
        rebind = changes.note(address, f"driver {binder.pci.driver(address)}", f"driver {VFIO}")
        keep = binder.driverctl.installed() and not binder.driverctl.is_kept(address, VFIO)
        if keep:
            changes.note(f"{address} at boot", binder.driverctl.driver(address), f"{VFIO} through {driverctl.unit(address)}")
        if check_mode:
            continue
        if rebind or keep:
            binder.remember(address)
        if rebind:
            try:
                binder.bind(address)
            except ExceptionPathError as fault:
                _take_back([*done, address], binder, fault)
            done.append(address)
        if keep:
            binder.driverctl.keep(address, VFIO)


def _take_back(addresses, binder, fault):
    """Give back what this run has touched, whole, and tell why."""
    problems = []
    for address in reversed(addresses):
        try:
            binder.restore(address)
        except ExceptionPathError as further:
            problems += further.problems
    if problems:
        raise ExceptionPathError([*fault.problems, *problems])
    raise ExceptionPathError(f"{fault} ({', '.join(addresses)}: as before this run)")


def _to_restore(params, binder):
    remembered = set(binder.memory.nics)
    links = binder.iproute.links()
    if params["ports"] is not None:
        nics, problems = nic_names.resolve(port_model.parse(params["ports"], need=("nic",)), binder.pci, links, binder.memory)
        raise_if(problems)
        return sorted(remembered & {nic.address for nic in nics})
    # A kept NIC that can not be found is no reason to give it back: resolve what there is.
    kept, _problems = nic_names.resolve(port_model.parse(params["keep"], need=("nic",)), binder.pci, links, binder.memory)
    return sorted(remembered - {nic.address for nic in kept if nic.port.driver == VFIO})


def _shown(nic, pci):
    return {
        "address": nic.address,
        "driver": pci.driver(nic.address),
        "iommu_group": pci.iommu_group(nic.address),
        "mac": nic.mac,
        "netdev": nic.port.netdev,
        "numa_node": pci.numa_node(nic.address),
    }


def _allow_noiommu(changes, check_mode):
    now = changes.note("unsafe no-IOMMU mode", host.read(_NOIOMMU), "Y")
    boot = changes.note(paths.NOIOMMU_CONF, host.read(paths.NOIOMMU_CONF), "options vfio enable_unsafe_noiommu_mode=1")
    if check_mode:
        return
    if boot:
        host.write(paths.NOIOMMU_CONF, "options vfio enable_unsafe_noiommu_mode=1\n")
    if now:
        host.run(["modprobe", "vfio"])
        with open(_NOIOMMU, "w", encoding="ascii") as file:
            file.write("1")


def _forbid_noiommu(changes, check_mode):
    if not changes.note(paths.NOIOMMU_CONF, host.read(paths.NOIOMMU_CONF), None) or check_mode:
        return
    host.remove(paths.NOIOMMU_CONF)
    if os.path.exists(_NOIOMMU):
        with open(_NOIOMMU, "w", encoding="ascii") as file:
            file.write("0")
