#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distribution packages, the whole list in one call."""

from __future__ import annotations

DOCUMENTATION = r"""
module: packages
short_description: Install Debian packages, truthful in check mode on a virgin host
version_added: 0.1.0
description:
  - Installs what is missing of a list with C(apt-get), without recommended packages, and changes nothing when all of it is there.
  - Other than M(ansible.builtin.apt) it needs no Python binding of apt on the host, which a minimal Debian lacks and check mode can not
    install. It keeps to names; use M(ansible.builtin.apt) for anything else.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  names:
    description: Names of packages.
    type: list
    elements: str
    required: true
  cache_valid_time:
    description: Refresh the package lists before an installation when they are older than this many seconds.
    type: int
    default: 86400
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
"""

EXAMPLES = r"""
- name: Tools to look at a DPDK process
  dataplane.exception_path.packages:
    names: [dpdk, pciutils]
"""

RETURN = r"""
installed:
  description: Packages that this run installed, or would install in check mode.
  returned: success
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import packages
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "cache_valid_time": {"type": "int", "default": 86400},
        },
        supports_check_mode=True,
    )
    finish(module, packages.present, module.params, module.check_mode)


if __name__ == "__main__":
    main()
