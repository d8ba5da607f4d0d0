#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load kernel modules, now and at boot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: kernel_modules
short_description: Load kernel modules, now and at boot, the whole list at once
version_added: 0.1.0
description:
  - Loads the modules of O(names) and lists them in C(/etc/modules-load.d/exception-path.conf) for the next boot.
  - Checks first that the running kernel has every one of them.
  - O(state=absent) removes the file and unloads what this module has loaded, as far as nothing uses it.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  names:
    description: Names of kernel modules.
    type: list
    elements: str
    default: [vhost, vhost_net, tun, vfio-pci]
  state:
    description: V(present) loads, V(absent) unloads.
    type: str
    choices: [present, absent]
    default: present
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
"""

EXAMPLES = r"""
- name: What the exception path needs
  dataplane.exception_path.kernel_modules:
    names: [vhost, vhost_net, tun, vfio-pci]
"""

RETURN = r"""
loaded:
  description: Modules that this run loaded, or would load in check mode.
  returned: with O(state=present)
  type: list
  elements: str
in_use:
  description: Modules that were left because something uses them.
  returned: with O(state=absent)
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import kernel_modules
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "default": ["vhost", "vhost_net", "tun", "vfio-pci"]},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
    )
    act = kernel_modules.present if module.params["state"] == "present" else kernel_modules.absent
    finish(module, act, module.params["names"], module.check_mode)


if __name__ == "__main__":
    main()
