#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Check an inventory against a host before anything is touched."""

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Check the ports of the exception path against a host, all problems at once
version_added: 0.1.0
description:
  - Reads the whole list of ports and looks at the host for everything that would make the deployment fail, and reports every problem in one
    error, each with its remedy. Changes nothing, and needs nothing but Python and iproute2 on the host.
  - Looks at the NICs (present, no management connection, IOMMU group free, enough queues), the names of the netdevs, lcores, huge pages, and
    the kernel modules of the running kernel.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  lcores:
    description: V(auto), or a list of CPUs such as V(2-5).
    type: str
    default: auto
  hugepages_mb:
    description: Huge page memory in MB that each NUMA node with a chosen NIC is to have. Not looked at when not given.
    type: int
  dpdk_version:
    description: Version of DPDK that will be used, such as V(24.11), or V(any) to know no limits of it. Default is what the distribution's package
      C(dpdk) has.
    type: str
  packages:
    description: Distribution packages to look for.
    type: list
    elements: str
    default: []
  data_plane:
    description: What will move the packets. With V(testpmd), all that it can not do and the inventory asks for is a problem.
    type: str
    choices: [forwarder, testpmd]
    default: forwarder
  idle:
    description: What lcores are to do while nothing comes, as far as somebody has said so. Only looked at with O(data_plane=testpmd).
    type: str
    default: ""
  prometheus:
    description: Whether metrics are to be served. Only looked at with O(data_plane=testpmd).
    type: bool
    default: false
  howto:
    description: >-
      What M(dataplane.exception_path.testpmd_howto) is to do (C(options), C(seconds), C(forward_mode)), to be checked too, together with whether NICs
      and netdevs are free for it. Empty for anything but the howto.
    type: dict
    default: {}
  force:
    description: Do not refuse NICs that carry the management connection or a default route.
    type: bool
    default: false
  allow_unsafe_noiommu:
    description: Do not ask for an IOMMU.
    type: bool
    default: false
extends_documentation_fragment:
  - dataplane.exception_path.ports.required
  - dataplane.exception_path.ports.attributes_info
"""

EXAMPLES = r"""
- name: Would this inventory work on the host?
  dataplane.exception_path.preflight:
    ports: "{{ exception_path_ports }}"
    lcores: "{{ exception_path_lcores }}"
    hugepages_mb: "{{ exception_path_hugepages_mb }}"
"""

RETURN = r"""
nics:
  description: What the NICs of the list are on this host.
  returned: success
  type: list
  elements: dict
  sample: [{address: "0000:03:00.0", driver: e1000e, ids: "8086:10d3", mac: "52:54:00:12:34:56", netdev: exc0}]
numa_nodes:
  description: NUMA nodes of the NICs.
  returned: success
  type: list
  elements: int
lcores:
  description: CPUs that the forwarder will poll on.
  returned: success
  type: list
  elements: int
dpdk_version:
  description: Version of DPDK that was assumed.
  returned: success
  type: str
platform:
  description: What compiled code sees of the host - architecture, C library, distribution, CPU flags. Hosts with the same C(platform) share builds.
  returned: success
  type: dict
packages_missing:
  description: Those of O(packages) that are not installed.
  returned: success
  type: list
  elements: str
problems:
  description: Every problem, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import preflight
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict", "required": True},
            "lcores": {"type": "str", "default": "auto"},
            "hugepages_mb": {"type": "int"},
            "dpdk_version": {"type": "str"},
            "packages": {"type": "list", "elements": "str", "default": []},
            "data_plane": {"type": "str", "choices": ["forwarder", "testpmd"], "default": "forwarder"},
            "idle": {"type": "str", "default": ""},
            "prometheus": {"type": "bool", "default": False},
            "howto": {"type": "dict", "default": {}},
            "force": {"type": "bool", "default": False},
            "allow_unsafe_noiommu": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    finish(module, preflight.check, module.params)


if __name__ == "__main__":
    main()
