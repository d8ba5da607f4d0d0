#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of an exception path."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exception_path_info
short_description: What runs where - NICs, netdevs, service, queues and counters of an exception path
version_added: 0.1.0
description:
  - Reads sysfs, the kernel's links, systemd and the telemetry of the forwarder. Changes nothing.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  instance:
    description: Instance of the forwarder.
    type: str
    default: default
  gather:
    description: What to look at. Default is all of V(forwarder), V(hugepages), V(kernel_modules), V(netdevs), V(nics), V(pairs) and V(service).
    type: list
    elements: str
    default: []
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes_info
"""

EXAMPLES = r"""
- name: Look at the exception path
  dataplane.exception_path.exception_path_info:
  register: path

- name: Packets that went to the kernel
  ansible.builtin.debug:
    msg: "{{ path.pairs.virtio_user0.to_kernel.packets }}"
"""

RETURN = r"""
forwarder:
  description: The installed build. C(intact) tells that its files are what was installed.
  returned: when gathered
  type: dict
  sample: {present: true, intact: true, digest: 5f2c}
hugepages:
  description: Size of a page in KiB, and for each NUMA node the pages it has (C(count)), had before (C(before)) and gave us (C(ours)).
  returned: when gathered
  type: dict
kernel_modules:
  description: Which of the needed kernel modules are loaded.
  returned: when gathered
  type: dict
netdevs:
  description: The kernel netdevs that the collection made, with addresses, carrier and packet counters.
  returned: when gathered
  type: list
  elements: dict
nics:
  description: The NICs that the collection bound, with their driver and interface name before.
  returned: when gathered
  type: list
  elements: dict
pairs:
  description: What the forwarder's telemetry says of each pair, by the name of its kernel port. Empty when it does not run.
  returned: when gathered
  type: dict
service:
  description: State of the systemd unit, and the capability bounding set of the running process.
  returned: when gathered
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import info
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "instance": {"type": "str", "default": "default"},
            "gather": {"type": "list", "elements": "str", "default": []},
        },
        supports_check_mode=True,
    )
    finish(module, info.gather, module.params)


if __name__ == "__main__":
    main()
