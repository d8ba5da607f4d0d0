# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Moving a PCI function from one driver to another, and back.

The tools for this job can exit 0 without having done it, so every step is read back from sysfs.
The order is such that a run cut short at any point is finished by the next one: memory first,
then driver_override, unbind, probe; and on the way back the memory is dropped last.
"""

from __future__ import annotations

import os
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, nic_memory
from ansible_collections.dataplane.exception_path.plugins.module_utils.driverctl import Driverctl
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

VFIO = "vfio-pci"
_READ_BACK_SECONDS = 10
_NETDEV_SECONDS = 30


def write_sysfs(path, text):
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


class Binder:
    def __init__(self, pci, memory, iproute, run=host.run, write=write_sysfs):
        self.pci = pci
        self.memory = memory
        self.iproute = iproute
        self._run = run
        self._write = write
        self.driverctl = Driverctl(pci.root, run)

    def remember(self, address):
        """Keep what the NIC is now, unless an earlier run, finished or not, has kept it."""
        if self.memory.get(address) is None:
            nic = nic_memory.snapshot(self.pci, address, self.iproute.links(), self.iproute.routes())
            self.memory.save(address, dict(nic, persistent_driver=self.driverctl.driver(address)))

    def bind(self, address, driver=VFIO):
        """Give the function to ``driver``; after a failure ``restore()`` makes good."""
        self._run(["modprobe", driver])
        self._move(address, driver, driver)

    def restore(self, address):
        """Give the function back as it is remembered: driver, name, MTU, addresses, routes."""
        nic = self.memory.get(address)
        self.refuse_when_in_use(address)
        self.driverctl.drop(address, nic.get("persistent_driver"))
        if not self.pci.exists(address):
            # Pulled out since: there is nothing to give back, and nothing to remember.
            self.memory.forget(address)
            return
        if self.pci.driver(address) != nic["driver"] or self.pci.driver_override(address) != nic.get("driver_override"):
            if nic["driver"]:
                self._run(["modprobe", nic["driver"]])
            self._move(address, nic["driver"], nic.get("driver_override"))
        if nic.get("name"):
            name = self._wait_for_netdev(address)
            self._refuse_taken_name(address, name, nic["name"])
            self.iproute.batch(nic_memory.restore_commands(name, nic))
        self.memory.forget(address)

    def refuse_when_in_use(self, address):
        """Unbinding a function from vfio-pci blocks in the kernel for as long as it is open."""
        if self.pci.driver(address) != VFIO:
            return
        users = self.pci.group_users(self.pci.iommu_group(address))
        if users:
            who = ", ".join(f"{command} (process {pid})" for pid, command in users)
            raise ExceptionPathError(f"{address} is in use by {who}: stop it first, then run again")

    def _move(self, address, driver, override):
        function = self.pci.function
        # With an override only that driver is asked: vfio-pci may have been told this NIC's device
        # id by others (new_id), and would take it again on its way back.
        self._sysfs(function(address, "driver_override"), driver or "\n")
        if self.pci.driver(address) not in (None, driver):
            self._sysfs(function(address, "driver", "unbind"), address)
            self._read_back(address, None)
        if driver and self.pci.driver(address) is None:
            # drivers_probe answers "no such device" when no driver takes the function.
            self._sysfs(self.pci.path("sys/bus/pci/drivers_probe"), address)
        self._read_back(address, driver)
        if override != driver:
            # A newline alone clears the override (kernel: sysfs-bus-pci, driver_override).
            self._sysfs(function(address, "driver_override"), override or "\n")

    def _sysfs(self, path, text):
        try:
            self._write(path, text)
        except OSError as fault:
            raise ExceptionPathError(f"writing {text.strip()!r} to {path} failed: {fault.strerror}; see the kernel log (dmesg)") from None

    def _read_back(self, address, driver):
        for _attempt in range(_READ_BACK_SECONDS * 10):
            if self.pci.driver(address) == driver:
                return
            time.sleep(0.1)
        raise ExceptionPathError(
            f"{address} did not go to {driver or 'no driver'}: sysfs shows {self.pci.driver(address) or 'no driver'} after "
            f"{_READ_BACK_SECONDS} s; see the kernel log (dmesg)"
        )

    def _wait_for_netdev(self, address):
        for _attempt in range(_NETDEV_SECONDS * 10):
            if self.pci.netdevs(address):
                # udev may be about to rename it: the name is only good once udev is done.
                self._run(["udevadm", "settle", "--timeout=30"], check=False)
                return self.pci.netdevs(address)[0]
            time.sleep(0.1)
        raise ExceptionPathError(
            f"{address} is back with driver {self.pci.driver(address)}, but no netdev came up within {_NETDEV_SECONDS} s; see the kernel log (dmesg)"
        )

    def _refuse_taken_name(self, address, name, wanted):
        if name != wanted and os.path.exists(self.pci.path("sys/class/net", wanted)):
            raise ExceptionPathError(
                f"{address} was {wanted} and is now {name}, but another interface has the name {wanted}: rename that one, then run again"
            )
