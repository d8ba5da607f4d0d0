#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the bundled forwarder."""

from __future__ import annotations

DOCUMENTATION = r"""
module: forwarder_install
short_description: Build the bundled forwarder on the host, or install a finished binary of it
version_added: 0.1.0
description:
  - Puts the forwarder and its helper below C(/opt/exception-path), unless the build named by O(digest) is there and whole.
  - A running forwarder is not disturbed; M(dataplane.exception_path.forwarder_service) restarts it.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  digest:
    description: Name of this build, different for different sources.
    type: str
    required: true
  prepare:
    description: Text of the helper that runs as root before the forwarder starts.
    type: str
    required: true
  sources:
    description: Source files, text by relative path, built with meson and ninja on the host.
    type: dict
  binary:
    description: A binary built for the host's distribution, in base64.
    type: str
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
"""

EXAMPLES = r"""
- name: Build and install the forwarder
  dataplane.exception_path.forwarder_install:
    digest: "{{ tree.digest }}"
    sources: "{{ tree.files }}"
    prepare: "{{ lookup('ansible.builtin.file', 'prepare') }}"
"""

RETURN = r""" # """

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import build
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "digest": {"type": "str", "required": True},
            "prepare": {"type": "str", "required": True},
            "sources": {"type": "dict"},
            "binary": {"type": "str"},
        },
        required_one_of=[("sources", "binary")],
        mutually_exclusive=[("sources", "binary")],
        supports_check_mode=True,
    )
    finish(module, build.install, module.params, module.check_mode)


if __name__ == "__main__":
    main()
