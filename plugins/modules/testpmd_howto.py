#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DPDK's howto "Virtio_user as Exception Path" with testpmd."""

from __future__ import annotations

DOCUMENTATION = r"""
module: testpmd_howto
short_description: Run DPDK's howto "Virtio_user as Exception Path" with testpmd
version_added: 0.1.0
description:
  - On every NIC of the list, one after the other, runs testpmd between the NIC and a virtio_user port, configures the netdev that it makes, runs a
    second testpmd on the netdev through C(net_af_packet), and compares the statistics of both.
  - Then does the same with each advanced option of the howto, and asks testpmd whether the option is on.
  - What a NIC can not do is told in the results, and is no failure. It fails when testpmd does not run without options, or when packets come in and
    do not get through; then the results are there, too.
  - Ends every testpmd that it has started. The NICs have to be bound to vfio-pci. The playbook C(dataplane.exception_path.testpmd_howto)
    does all that belongs to it.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  state:
    description:
      - V(run) runs the howto.
      - V(begun) keeps what of the exception path the host has not yet, to be taken back in the end.
      - V(stopped) ends a run that still goes on since its controller is gone.
      - V(ended) does so, too, and forgets what was to be taken back.
    type: str
    choices: [begun, run, stopped, ended]
    default: run
  options:
    description: The advanced options of the howto to run after its example.
    type: list
    elements: str
    choices: [tx_offloads, lro, rx_checksum, two_queues]
    default: [tx_offloads, lro, rx_checksum, two_queues]
  seconds:
    description: How long each run forwards, in seconds, from 1 to 3600.
    type: int
    default: 10
  forward_mode:
    description:
      - How the second testpmd returns packets. V(io) is the howto's, and leaves them as they are, so that a switch at the other end of the
        cable takes their senders to be here for a moment. V(macswap) swaps the MAC addresses, V(5tswap) the IP
        addresses and ports as well, V(icmpecho) answers pings and ARP.
    type: str
    choices: [io, macswap, 5tswap, icmpecho]
    default: io
  lcores:
    description: V(auto), or CPUs for both testpmds such as V(2-5).
    type: str
    default: auto
extends_documentation_fragment:
  - dataplane.exception_path.ports
attributes:
  check_mode:
    description: Can run in C(check_mode) and tells what it would change.
    support: full
  diff_mode:
    description: Shows before and after in C(diff_mode).
    support: full
    details: The commands that are run.
  idempotent:
    description: A second run with the same options changes nothing.
    support: none
    details: Each run runs the howto.
seealso:
  - name: Virtio_user as Exception Path
    description: The howto.
    link: https://doc.dpdk.org/guides/howto/virtio_user_as_exception_path.html
"""

EXAMPLES = r"""
- name: The howto with one of its options
  dataplane.exception_path.testpmd_howto:
    ports: "{{ exception_path_ports }}"
    options: [two_queues]
    seconds: 5
  register: howto

- name: Show it
  ansible.builtin.debug:
    msg: "{{ howto.results | dataplane.exception_path.howto_lines }}"
"""

RETURN = r"""
results:
  description: What came of it, for each NIC and run; statistics are packets since forwarding was started.
  returned: with O(state=run), also on failure
  type: list
  elements: dict
  sample:
    - netdev: exc0
      nic: "0000:03:00.0"
      pmd: net_e1000_em
      runs:
        - name: tx_offloads
          lacks: [the NIC lacks TCP_TSO, "run with --tx-offloads=0x00c (UDP_CKSUM, TCP_CKSUM)"]
          returned: 50
          statistics:
            nic: {received: 50, sent: 52, dropped: 0}
            virtio_user: {received: 52, sent: 50, dropped: 0}
            af_packet: {received: 52, sent: 52, dropped: 0}
give_back:
  description: NICs that are given back in the end, as O(ports) of M(dataplane.exception_path.nic_driver).
  returned: with O(state=begun)
  type: list
  elements: dict
parts:
  description: What else is brought, and taken back in the end, of C(kernel_modules), C(hugepages) and C(artifact).
  returned: with O(state=begun)
  type: list
  elements: str
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import howto_args, howto_options, howto_record, howto_run, howto_session
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict"},
            "state": {"type": "str", "choices": ["begun", "run", "stopped", "ended"], "default": "run"},
            "options": {"type": "list", "elements": "str", "choices": list(howto_options.NAMES), "default": list(howto_options.NAMES)},
            "seconds": {"type": "int", "default": 10},
            "forward_mode": {"type": "str", "choices": list(howto_args.FORWARD_MODES), "default": howto_args.FORWARD_MODES[0]},
            "lcores": {"type": "str", "default": "auto"},
        },
        required_if=[("state", "begun", ["ports"]), ("state", "run", ["ports"])],
        supports_check_mode=True,
    )
    act = {"begun": howto_record.begun, "run": howto_run.run, "stopped": howto_session.stop, "ended": howto_record.ended}[module.params["state"]]
    finish(module, act, module.params, module.check_mode)


if __name__ == "__main__":
    main()
