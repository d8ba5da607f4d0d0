#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel netdevs of the exception path."""

from __future__ import annotations

DOCUMENTATION = r"""
module: tap_netdev
short_description: Persistent tap netdevs for virtio_user, now and at boot
version_added: 0.1.0
description:
  - Makes a tap for every port of the list that the forwarder can attach to without a privilege (persistent, C(multi_queue), C(vnet_hdr),
    owned by O(owner)), and sets its MAC, MTU, addresses and routes over netlink.
  - The netdev outlives the forwarder. After a crash or an upgrade addresses and routes are still there, only the carrier drops.
  - At boot C(exception-path-netdev@NAME.service) makes it again from C(/etc/exception-path/netdevs/NAME.ip), a file of C(ip) commands.
  - What is wanted is set; addresses that an earlier run set and that are no longer wanted are removed, static routes likewise.
requirements:
  - pyroute2 0.7.2 or newer on the host (Debian python3-pyroute2)
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  state:
    description:
      - V(present) makes the netdevs of O(ports), which it needs.
      - V(absent) removes the netdevs of O(ports), or, without O(ports), all that this module has made on the host.
    type: str
    choices: [present, absent]
    default: present
  keep:
    description: With O(state=absent) and no O(ports), netdevs that stay (an C(exception_path_ports) list).
    type: list
    elements: dict
    default: []
  owner:
    description: User that may attach to the netdevs, the one the forwarder runs as.
    type: str
    default: exception-path
  boot:
    description: Bring the netdevs back at boot.
    type: bool
    default: true
  unlisted_addresses:
    description:
      - What to do with addresses that neither this list nor an earlier one names, such as those of keepalived.
    type: str
    choices: [keep, remove]
    default: keep
extends_documentation_fragment:
  - dataplane.exception_path.ports
  - dataplane.exception_path.ports.attributes
seealso:
  - name: Universal TUN/TAP device driver
    description: What the flags of a tap mean.
    link: https://docs.kernel.org/networking/tuntap.html
  - module: dataplane.exception_path.forwarder_service
"""

EXAMPLES = r"""
- name: The netdevs of the inventory
  dataplane.exception_path.tap_netdev:
    ports: "{{ exception_path_ports }}"

- name: One netdev, without a NIC
  dataplane.exception_path.tap_netdev:
    ports:
      - netdev: exc0
        mac: "52:54:00:12:34:56"
        addresses: [192.0.2.1/24, "2001:db8::1/64"]
        routes: [{to: 198.51.100.0/24, via: 192.0.2.254}]

- name: Only what the inventory says, whoever set another address
  dataplane.exception_path.tap_netdev:
    ports: "{{ exception_path_ports }}"
    unlisted_addresses: remove

- name: Remove those that have left the inventory
  dataplane.exception_path.tap_netdev:
    state: absent
    keep: "{{ exception_path_ports }}"
"""

RETURN = r"""
leftover:
  description: Netdevs that this module has made and that are not in O(ports).
  returned: with O(state=present)
  type: list
  elements: str
removed:
  description: Netdevs removed.
  returned: with O(state=absent)
  type: list
  elements: str
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import taps
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict"},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "keep": {"type": "list", "elements": "dict", "default": []},
            "owner": {"type": "str", "default": "exception-path"},
            "boot": {"type": "bool", "default": True},
            "unlisted_addresses": {"type": "str", "choices": ["keep", "remove"], "default": "keep"},
        },
        required_if=[("state", "present", ["ports"])],
        supports_check_mode=True,
    )
    act = taps.present if module.params["state"] == "present" else taps.absent
    finish(module, act, module.params, module.check_mode)


if __name__ == "__main__":
    main()
