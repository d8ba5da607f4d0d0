#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The forwarder's telemetry for Prometheus as a systemd service."""

from __future__ import annotations

DOCUMENTATION = r"""
module: exporter_service
short_description: Serve the telemetry of a forwarder to Prometheus
version_added: 0.1.0
description:
  - Runs C(exception-path-exporter@INSTANCE.service), which answers C(GET /metrics) with what the forwarder's telemetry tells at that moment.
  - It is DPDK's own C(dpdk-telemetry-exporter.py) where the host's DPDK has it, else the program given as O(exporter), which needs the Python
    library prometheus_client. Both load O(endpoint), so the metrics are the same.
  - Returns only when metrics are served. Otherwise it fails with the last lines of the journal.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  instance:
    description: Instance of the forwarder.
    type: str
    default: default
  state:
    description: V(started) runs it now and at boot, V(absent) removes it.
    type: str
    choices: [started, absent]
    default: started
  address:
    description: IPv4 address to listen on, V(0.0.0.0) for all. There is no authentication.
    type: str
    default: 127.0.0.1
  port:
    description: TCP port to listen on, 1024 to 65535. The default is that of DPDK's exporter.
    type: int
    default: 9876
  endpoint:
    description: Text of the Python file that turns telemetry into metrics. Needed with O(state=started).
    type: str
  exporter:
    description: Text of the program that serves them on a host whose DPDK has no exporter. Needed with O(state=started).
    type: str
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
seealso:
  - module: dataplane.exception_path.forwarder_service
  - name: DPDK telemetry exporter
    description: The program, and what an endpoint is.
    link: https://doc.dpdk.org/guides/howto/telemetry.html
"""

EXAMPLES = r"""
- name: Metrics on port 9876 of the management address
  dataplane.exception_path.exporter_service:
    address: 203.0.113.11
    endpoint: "{{ lookup('ansible.builtin.file', 'exporter/exception_path.py', rstrip=false) }}"
    exporter: "{{ lookup('ansible.builtin.file', 'exporter/exporter.py', rstrip=false) }}"
"""

RETURN = r"""
unit:
  description: The systemd unit.
  returned: success
  type: str
  sample: exception-path-exporter@default.service
program:
  description: Whose exporter runs, C(dpdk) or C(own).
  returned: with O(state=started)
  type: str
  sample: dpdk
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils.exporter import Exporter
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "instance": {"type": "str", "default": "default"},
            "state": {"type": "str", "choices": ["started", "absent"], "default": "started"},
            "address": {"type": "str", "default": "127.0.0.1"},
            "port": {"type": "int", "default": 9876},
            "endpoint": {"type": "str"},
            "exporter": {"type": "str"},
        },
        required_if=[("state", "started", ["endpoint", "exporter"])],
        supports_check_mode=True,
    )
    finish(module, _run, module)


def _run(module):
    return getattr(Exporter(module.params, module.check_mode), module.params["state"])()


if __name__ == "__main__":
    main()
