#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EAL arguments of the ports."""

from __future__ import annotations

DOCUMENTATION = r"""
module: vdev_args
short_description: Render and validate the DPDK arguments of an exception path
version_added: 0.1.0
description:
  - Turns the list of ports into EAL arguments (C(--vdev), C(-a), C(-l), C(--file-prefix), C(--socket-mem)) and into the C(--pair) arguments of
    the bundled forwarder. Everything is validated; nothing on the host is read or changed, so it may run on the controller.
  - DPDK itself accepts many faults silently (a bad MAC becomes a random one, C(abc) queues become 0, a long interface name is cut).
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  lcores:
    description: The lcores, as a list of CPUs such as V(2-5).
    type: str
    default: "0"
  idle:
    description: What the forwarder's lcores do while nothing comes. V(adaptive) sleeps, V(poll) spins and takes a whole CPU for each lcore.
    type: str
    choices: [adaptive, poll]
    default: adaptive
  instance:
    description: Name of the instance, which makes the file prefix.
    type: str
    default: default
  path:
    description: The vhost-net device.
    type: path
    default: /dev/vhost-net
  in_memory:
    description: Add C(--in-memory), so that no file stays in hugetlbfs.
    type: bool
    default: true
  in_order:
    description:
      - V(false) adds C(in_order=0), with which virtio_user does not take VIRTIO_F_IN_ORDER.
      - Set it for programs other than the bundled forwarder, which never takes it, on hosts with Linux 6.18 or newer. vhost-net offers it
        there, and the virtio driver of DPDK (seen in 25.11) then misreads what it gets, so that packets carry the data of others. Older kernels do
        not offer it.
    type: bool
    default: true
  socket_mb:
    description: "Memory in MB to take at start, by NUMA node, such as V({0: 512})."
    type: dict
    default: {}
  dpdk_version:
    description: Version of DPDK to validate against, such as V(22.11). Without it limits of single versions are not looked at.
    type: str
notes:
  - In O(ports), C(nic) has to be a PCI address here, since nothing is looked up. C(mac) C(inherit) renders no C(mac=).
extends_documentation_fragment:
  - dataplane.exception_path.ports.required
  - dataplane.exception_path.ports.attributes_info
seealso:
  - name: Poll Mode Driver for Emulated Virtio NIC
    description: The arguments of virtio_user.
    link: https://doc.dpdk.org/guides/nics/virtio.html
  - name: EAL parameters
    description: The arguments of DPDK's environment abstraction layer.
    link: https://doc.dpdk.org/guides/linux_gsg/linux_eal_parameters.html
"""

EXAMPLES = r"""
- name: The arguments of the howto
  dataplane.exception_path.vdev_args:
    lcores: "2-3"
    ports:
      - nic: "0000:03:00.0"
        netdev: exc0
        queues: 1
        queue_size: 1024
  delegate_to: localhost
"""

RETURN = r"""
vdevs:
  description: The C(--vdev) arguments, one for each port.
  returned: success
  type: list
  elements: str
  sample: ["--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0"]
eal:
  description: All EAL arguments.
  returned: success
  type: list
  elements: str
forwarder:
  description: The arguments of the forwarder that follow C(--). What is as by default is left out.
  returned: success
  type: list
  elements: str
  sample: ["--pair", "nic=0000:03:00.0,kernel=virtio_user0,netdev=exc0,queues=1,queue_size=1024,mtu=1500,tso=off,limit_icmp=500"]
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import rendered_args
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "ports": {"type": "list", "elements": "dict", "required": True},
            "lcores": {"type": "str", "default": "0"},
            "idle": {"type": "str", "choices": ["adaptive", "poll"], "default": "adaptive"},
            "instance": {"type": "str", "default": "default"},
            "path": {"type": "path", "default": "/dev/vhost-net"},
            "in_memory": {"type": "bool", "default": True},
            "in_order": {"type": "bool", "default": True},
            "socket_mb": {"type": "dict", "default": {}},
            "dpdk_version": {"type": "str"},
        },
        supports_check_mode=True,
    )
    finish(module, rendered_args.render, module.params)


if __name__ == "__main__":
    main()
