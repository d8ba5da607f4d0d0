#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real packets through an exception path."""

from __future__ import annotations

DOCUMENTATION = r"""
module: packet_probe
short_description: Prove with real packets that every pair forwards both ways
version_added: 0.1.0
description:
  - Pings from every netdev of the list, and compares the forwarder's counters before and after. Changes nothing.
  - Fails when no answer comes, or when it came by another way than through the forwarder.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  targets:
    description:
      - Addresses to ping, by netdev. For a netdev that is not named, the gateways of its routes; without routes, all IPv6 nodes on the link.
    type: dict
    default: {}
  count:
    description: Packets to each target.
    type: int
    default: 5
  instance:
    description: Instance of the forwarder.
    type: str
    default: default
requirements:
  - ping (Debian iputils-ping) on the host
extends_documentation_fragment:
  - dataplane.exception_path.ports.required
  - dataplane.exception_path.ports.attributes_info
"""

EXAMPLES = r"""
- name: Do packets pass?
  dataplane.exception_path.packet_probe:
    ports: "{{ exception_path_ports }}"
    targets:
      exc0: [192.0.2.2, "2001:db8::2"]
"""

RETURN = r"""
results:
  description: Pings and the packets that the forwarder passed meanwhile, for each netdev.
  returned: success
  type: list
  elements: dict
  sample:
    - netdev: exc0
      pings: [{target: 192.0.2.2, sent: 5, received: 5, rtt_ms: 0.21}]
      to_kernel: 6
      to_nic: 6
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import probe
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict", "required": True},
            "targets": {"type": "dict", "default": {}},
            "count": {"type": "int", "default": 5},
            "instance": {"type": "str", "default": "default"},
        },
        supports_check_mode=True,
    )
    finish(module, probe.probe, module.params)


if __name__ == "__main__":
    main()
