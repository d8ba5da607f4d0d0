#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reserve huge pages per NUMA node, now and at boot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: hugepages
short_description: Reserve huge pages for the data plane on NUMA nodes, now and at boot
version_added: 0.1.0
description:
  - Reserves pages of the kernel's default huge page size on the NUMA nodes that hold the chosen NICs, on top of what the host has already.
  - What the kernel really gave is read back, node by node; if it is less, the pages are given back and the module fails.
  - At boot C(exception-path-hugepages.service) does the same.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  mb_per_node:
    description: Memory for the data plane on each node, in MB. Needed with O(state=present).
    type: int
  nodes:
    description: NUMA nodes. Default is the nodes of the NICs in O(ports).
    type: list
    elements: int
  state:
    description: V(absent) gives the pages back and removes the boot unit.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - dataplane.exception_path.ports
  - dataplane.exception_path.ports.attributes
seealso:
  - name: HugeTLB pages
    description: The sysfs files that this module reads and writes.
    link: https://docs.kernel.org/admin-guide/mm/hugetlbpage.html
"""

EXAMPLES = r"""
- name: 512 MB on each node with a NIC of the exception path
  dataplane.exception_path.hugepages:
    ports: "{{ exception_path_ports }}"
    mb_per_node: 512

- name: Give them back
  dataplane.exception_path.hugepages:
    state: absent
"""

RETURN = r"""
pages:
  description: Huge pages of each node after the run, others' included.
  returned: success
  type: dict
  sample: {"0": 256}
page_size_kb:
  description: Size of one page in KiB.
  returned: success
  type: int
  sample: 2048
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import hugepage_list
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict"},
            "mb_per_node": {"type": "int"},
            "nodes": {"type": "list", "elements": "int"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        required_if=[("state", "present", ["mb_per_node"]), ("state", "present", ["ports", "nodes"], True)],
        supports_check_mode=True,
    )
    act = hugepage_list.present if module.params["state"] == "present" else hugepage_list.absent
    finish(module, act, module.params, module.check_mode)


if __name__ == "__main__":
    main()
