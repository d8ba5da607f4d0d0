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
    description: What to look at. Default is all of V(exporter), V(forwarder), V(hugepages), V(kernel_modules), V(lcores), V(netdevs), V(nics), V(pairs) and
      V(service).
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
exporter:
  description: The service of metrics. C(present) tells that its unit is there, C(program) whose exporter fits the host (C(dpdk) or C(own)).
  returned: when gathered
  type: dict
  sample: {present: false, program: dpdk, packages_missing: []}
forwarder:
  description:
    - The artifact in use, its C(name), the C(sha256) of its archive and its C(dpdk), and the C(previous) one.
    - C(intact) tells that all of its files are what was installed; if not, C(damaged) names them.
  returned: when gathered
  type: dict
  sample: {present: true, intact: true, damaged: [], name: exception-path-dpdk22.11.11-built-x86_64-glibc2.36-5f2c, sha256: 7d86, previous: null}
hugepages:
  description: Size of a page in KiB, and for each NUMA node the pages it has (C(count)), had before (C(before)) and gave us (C(ours)).
  returned: when gathered
  type: dict
kernel_modules:
  description: Which of the needed kernel modules are loaded.
  returned: when gathered
  type: dict
lcores:
  description: What each lcore of the running forwarder does, by its number. Empty when none runs, and with testpmd.
  returned: when gathered
  type: dict
  contains:
    queues:
      description: Queues that it serves.
      type: int
    rounds:
      description: Rounds over all of its queues.
      type: int
    sleeps:
      description: Times that it slept by the clock.
      type: int
    waits:
      description: Times that it waited for an Rx interrupt.
      type: int
    interrupts:
      description: 1 if all of its queues give Rx interrupts, 0 if it sleeps by the clock only.
      type: int
    idle_ppm:
      description: Share of the last second without a packet, in millionths.
      type: int
  sample: {"1": {queues: 1, rounds: 90210, sleeps: 1203, waits: 881, interrupts: 1, idle_ppm: 986000}}
netdevs:
  description:
    - The kernel netdevs that the collection made, with addresses, carrier and packet counters.
    - C(attached_queues) is above 0 while a forwarder serves it; C(carrier) is that of the NIC's link then.
  returned: when gathered
  type: list
  elements: dict
nics:
  description: The NICs that the collection bound, with their driver and interface name before.
  returned: when gathered
  type: list
  elements: dict
pairs:
  description:
    - What the forwarder's telemetry says of each pair, by the name of its kernel port. Empty when it does not run.
    - Of testpmd there are C(nic), C(netdev), C(queues), C(queue_size), C(mtu), C(link), C(speed), and C(packets) and C(bytes) of both directions.
    - A forwarder of an earlier version that still runs lacks some of the keys.
  returned: when gathered
  type: dict
  contains:
    nic:
      description: The NIC's PCI address.
      type: str
    nic_driver:
      description: DPDK's driver of the NIC.
      type: str
    netdev:
      description: The kernel netdev.
      type: str
    queues:
      description: Queues of each side; C(queue_size) is their length in descriptors.
      type: int
    mtu:
      description: MTU in force, in bytes.
      type: int
    mac:
      description: MAC address in force.
      type: str
    link:
      description: Link of the NIC, C(up) or C(down).
      type: str
    speed:
      description: Speed of the link in Mbit/s, 0 if not known.
      type: int
    lcores:
      description: Lcores that serve it.
      type: list
      elements: int
    offloads:
      description: Where each of C(checksum), C(tso), C(rx_checksum) and C(gro) is done, C(nic), C(software) or C(off).
      type: dict
      sample: {checksum: nic, tso: software, rx_checksum: nic, gro: software}
    offloads_why:
      description: Why an offload is off or in software, by its name.
      type: dict
    mirror:
      description:
        - What the NIC has taken over from the netdev, with C(admin) (C(up) or C(down)), C(mtu), C(mac), C(promiscuous), C(allmulticast) and C(multicast)
          (number of addresses), and C(carrier) (C(on) or C(off)), which the netdev has taken over from the NIC.
        - C(state) is C(forwarding), C(down), C(no NIC) or C(no netdev).
      type: dict
    limits:
      description: For each limited class C(rate) in packets per second, C(burst) in packets, and the packets C(passed) and C(dropped).
      type: dict
    to_kernel:
      description:
        - Counters of the direction NIC -> kernel, namely C(packets), C(bytes), C(cut) (large packets cut here), C(merged) (segments merged here)
          and C(dropped), the sum of C(dropped_full) (no room), C(dropped_invalid) (malformed),
          C(dropped_memory) (no buffer) and C(dropped_limited) (over the rate of its class).
      type: dict
    to_nic:
      description: The same of the direction kernel -> NIC.
      type: dict
    queue_stats:
      description: The same counters and the lcore of each queue, by its number.
      type: dict
service:
  description: State of the systemd unit, and C(program) and capability bounding set (C(capabilities)) of the running process.
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
