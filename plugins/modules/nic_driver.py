#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bind the NICs of the exception path to vfio-pci, or give them back."""

from __future__ import annotations

DOCUMENTATION = r"""
module: nic_driver
short_description: Bind NICs to vfio-pci for DPDK, and give them back to the kernel
version_added: 0.1.0
description:
  - Takes the whole list of ports, checks all of it, and then binds every NIC that is not bound yet through C(driver_override) in sysfs.
    Each step is read back from sysfs.
  - Refuses a NIC that carries the SSH connection of this run, the way back to the controller, or a default route of any table (policy
    routing and VRFs included, IPv4 and IPv6), be it through bridges, bonds, teams or VLANs, or as another function of the IOMMU group,
    or as a virtual function of the NIC.
  - Before the first unbind, driver, interface name, MAC, MTU, addresses and routes of the NIC are kept in
    C(/var/lib/exception-path/nics.json). O(state=restored) puts them back.
  - The binding lasts over reboots by driverctl's configuration where driverctl is installed; the forwarder's unit sees to it in any case.
  - If one NIC of the list can not be bound, those that this run has bound are given back.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  state:
    description:
      - V(bound) binds the NICs of O(ports), which it needs.
      - V(restored) gives the NICs of O(ports) back to the driver that they had, or, without O(ports), all that the host remembers.
    type: str
    choices: [bound, restored]
    default: bound
  keep:
    description: With O(state=restored) and no O(ports), NICs that stay bound (an C(exception_path_ports) list). Others are given back.
    type: list
    elements: dict
    default: []
  force:
    description: Bind even what carries the management connection or a default route. The host may be cut off.
    type: bool
    default: false
  allow_unsafe_noiommu:
    description:
      - Turn on VFIO's C(enable_unsafe_noiommu_mode) when the host has no IOMMU.
      - The NIC can then write to any memory of the host, and the forwarder has to run with privileges. For laboratories.
    type: bool
    default: false
extends_documentation_fragment:
  - dataplane.exception_path.ports
  - dataplane.exception_path.ports.attributes
seealso:
  - name: VFIO
    description: IOMMU groups and why they have to be free of host drivers.
    link: https://docs.kernel.org/driver-api/vfio.html
  - name: driverctl
    description: Keeps a device's driver over reboots.
    link: https://gitlab.com/driverctl/driverctl
  - module: dataplane.exception_path.preflight
"""

EXAMPLES = r"""
- name: Bind the NICs of the inventory
  dataplane.exception_path.nic_driver:
    ports: "{{ exception_path_ports }}"

- name: Give every bound NIC back to the kernel
  dataplane.exception_path.nic_driver:
    state: restored

- name: Give back those that have left the inventory
  dataplane.exception_path.nic_driver:
    state: restored
    keep: "{{ exception_path_ports }}"
"""

RETURN = r"""
nics:
  description: The NICs of the list, after the run.
  returned: with O(state=bound)
  type: list
  elements: dict
  sample: [{address: "0000:03:00.0", driver: vfio-pci, iommu_group: "12", mac: "52:54:00:12:34:56", netdev: exc0, numa_node: 0}]
leftover:
  description: PCI addresses that the host remembers as bound by this module and that are not in O(ports).
  returned: with O(state=bound)
  type: list
  elements: str
restored:
  description: PCI addresses given back.
  returned: with O(state=restored)
  type: list
  elements: str
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import nic_bind_list
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict"},
            "state": {"type": "str", "choices": ["bound", "restored"], "default": "bound"},
            "keep": {"type": "list", "elements": "dict", "default": []},
            "force": {"type": "bool", "default": False},
            "allow_unsafe_noiommu": {"type": "bool", "default": False},
        },
        required_if=[("state", "bound", ["ports"])],
        supports_check_mode=True,
    )
    act = nic_bind_list.bound if module.params["state"] == "bound" else nic_bind_list.restored
    finish(module, act, module.params, module.check_mode, module.warn)


if __name__ == "__main__":
    main()
