#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forwarder as a systemd service."""

from __future__ import annotations

DOCUMENTATION = r"""
module: forwarder_service
short_description: Run an instance of the forwarder, or of testpmd in its place, as an unprivileged systemd service
version_added: 0.1.0
description:
  - Writes C(exception-path@.service), the instance's drop-in and C(/etc/exception-path/INSTANCE.env), all rendered from O(ports), and enables
    and starts C(exception-path@INSTANCE.service).
  - Returns only when every pair forwards, that is when each netdev has a queue attached and the telemetry of the forwarder names the pair with
    both of its sides. Otherwise it fails with the last lines of the journal. The carrier of the netdev does not count, since it follows the
    link of the NIC; a NIC without a link is warned of.
  - Restarts only when something that the running forwarder was started with has changed (arguments, unit, the forwarder's or DPDK's files), or
    when it does not forward. A run that was cut short is made good by the next one.
  - With O(testpmd) that program runs in place of the forwarder, in the same unit; see C(docs/testpmd.md) for what it lacks.
  - C(mtu) and C(mac) of a port restart nothing. They are written for the next start, and the running forwarder takes them from the netdev,
    which M(dataplane.exception_path.tap_netdev) sets.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  instance:
    description: Name of the instance.
    type: str
    default: default
  state:
    description: V(started) runs it now and at boot, V(stopped) ends it until the next boot, V(absent) removes units and settings.
    type: str
    choices: [started, stopped, absent]
    default: started
  lcores:
    description: CPUs to poll on; V(auto) or a list such as V(2-5).
    type: str
    default: auto
  idle:
    description: >-
      What the forwarder's lcores do while nothing comes. V(adaptive) sleeps, V(poll) spins and takes a whole CPU for each lcore. Without effect
      with O(testpmd), which spins.
    type: str
    choices: [adaptive, poll]
    default: adaptive
  testpmd:
    description: Path of DPDK's C(dpdk-testpmd), to run it in place of the forwarder.
    type: path
  prepare:
    description: Text of the program that binds NICs and hands over devices before testpmd starts. The forwarder's artifact has it.
    type: str
  hugepages_mb:
    description: Huge page memory in MB to take at start on each NUMA node with a NIC. What the kernel gives on demand when not given.
    type: int
  timeout:
    description: Seconds to wait until every pair forwards.
    type: int
    default: 120
  artifact:
    description: SHA-256 of the archive that is to be in use. Default is the one that is; check mode restarts for one that is yet to be installed.
    type: str
extends_documentation_fragment:
  - dataplane.exception_path.ports
  - dataplane.exception_path.ports.attributes
"""

EXAMPLES = r"""
- name: Run the forwarder for the ports of the inventory
  dataplane.exception_path.forwarder_service:
    ports: "{{ exception_path_ports }}"
    lcores: "2-5"
    hugepages_mb: 512
"""

RETURN = r"""
unit:
  description: The systemd unit.
  returned: success
  type: str
  sample: exception-path@default.service
restarted:
  description: Whether the forwarder was (re)started, or would be in check mode.
  returned: success
  type: bool
links_down:
  description: Netdevs whose NIC had no link within 10 seconds after a start.
  returned: with O(state=started)
  type: list
  elements: str
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish
from ansible_collections.dataplane.exception_path.plugins.module_utils.service import Service


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict"},
            "instance": {"type": "str", "default": "default"},
            "state": {"type": "str", "choices": ["started", "stopped", "absent"], "default": "started"},
            "lcores": {"type": "str", "default": "auto"},
            "idle": {"type": "str", "choices": ["adaptive", "poll"], "default": "adaptive"},
            "hugepages_mb": {"type": "int"},
            "testpmd": {"type": "path"},
            "prepare": {"type": "str"},
            "timeout": {"type": "int", "default": 120},
            "artifact": {"type": "str"},
        },
        required_if=[("state", "started", ["ports"])],
        required_by={"testpmd": ["prepare"]},
        supports_check_mode=True,
    )
    finish(module, _run, module)


def _run(module):
    service = Service(module.params, module.check_mode)
    result = getattr(service, module.params["state"])()
    for netdev in result.get("links_down", []):
        module.warn(f"The NIC of {netdev} has no link: check the cable and the far end.")
    return result


if __name__ == "__main__":
    main()
