# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeping a binding over reboots, in driverctl's own form.

A file in ``/etc/driverctl.d`` makes driverctl's udev rule start ``driverctl@pci-ADDRESS.service``
as soon as the function shows at boot. Two of driverctl's ways are not taken:

- ``driverctl set-override`` unbinds a function although it is bound rightly and in use;
- ``driverctl load-override`` of 0.115 (Debian 13) writes the NIC's device id into vfio-pci's
  ``new_id``, whereupon vfio-pci also takes every other NIC of that model that has no driver yet at
  that moment of the boot - the management NIC, perhaps. Hence the drop-in: the same service, for
  this one function only.
"""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths

_BY = "# Written by the Ansible collection dataplane.exception_path (module nic_driver).\n"


def unit(address):
    return f"driverctl@pci-{address}.service"


class Driverctl:
    def __init__(self, root="/", run=host.run):
        self.root = root
        self._run = run

    def installed(self):
        return any(os.path.exists(os.path.join(self.root, folder, "driverctl")) for folder in ("usr/sbin", "sbin", "usr/bin"))

    def driver(self, address):
        """The driver that the function gets at boot, or None."""
        return host.read(self._conf(address))

    def is_kept(self, address, driver):
        return self.driver(address) == driver and host.read(self._drop_in(address)) == drop_in_text(address, driver).rstrip("\n")

    def keep(self, address, driver):
        host.write(self._drop_in(address), drop_in_text(address, driver))
        host.write(self._conf(address), driver + "\n")
        self._run(["systemctl", "daemon-reload"])

    def drop(self, address, former=None):
        """Back to ``former``, what driverctl was told before us."""
        if former:
            host.write(self._conf(address), former + "\n")
        else:
            host.remove(self._conf(address))
            host.remove_empty_folder(os.path.dirname(self._conf(address)))
        if os.path.exists(self._drop_in(address)):
            # With the drop-in it may be stopped; what it once did at boot is undone by now.
            self._run(["systemctl", "stop", unit(address)], check=False)
            host.remove(self._drop_in(address))
            host.remove_empty_folder(os.path.dirname(self._drop_in(address)))
            self._run(["systemctl", "daemon-reload"])

    def _conf(self, address):
        return os.path.join(self.root, paths.DRIVERCTL_CONF.lstrip("/"), f"pci-{address}")

    def _drop_in(self, address):
        return os.path.join(self.root, paths.UNITS.lstrip("/"), f"{unit(address)}.d", "exception-path.conf")


def drop_in_text(address, driver):
    function = f"/sys/bus/pci/devices/{address}"
    script = (
        f"modprobe {driver} && echo {driver} > {function}/driver_override && "
        f"{{ [ ! -e {function}/driver ] || echo {address} > {function}/driver/unbind; }} && echo {address} > /sys/bus/pci/drivers_probe"
    )
    bound = f'[ "$$(readlink {function}/driver)" != "" ] && [ "$$(basename $$(readlink {function}/driver))" = {driver} ]'
    return _BY + (
        "# driverctl 0.115 would give vfio-pci every other NIC of this model that has no driver yet, too.\n"
        "[Unit]\n"
        "RefuseManualStop=no\n"
        "\n"
        "[Service]\n"
        "ExecStart=\n"
        f"ExecStart=/bin/sh -c '{bound} || {{ {script}; }}'\n"
    )
