# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of this collection document together."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  ports:
    description:
      - The ports of the exception path, as the inventory's C(exception_path_ports) has them.
      - Every entry is checked as a whole; all faults of the list are reported in one error before anything is touched.
      - "C(nic): the NIC as a PCI address (C(0000:03:00.0)), a MAC address, or its present kernel interface name (C(ens3)). What is
        bound to vfio-pci has neither name nor MAC any more; the host remembers both, so that later runs still find it."
      - "C(netdev): name of the kernel netdev (tap), at most 15 characters."
      - "C(addresses): list of IPv4 and IPv6 addresses with prefix length. Default: none."
      - "C(routes): list of routes through the netdev, each with C(to) (a network, or C(default)) and optionally C(via) (a gateway in
        the network of one of the addresses), C(metric) and C(onlink) (take the gateway as reachable though no address covers it)."
      - "C(mtu): MTU in bytes, 68 (1280 with an IPv6 address) to 9698. Default: 1500."
      - "C(mac): MAC address of the netdev, or C(inherit) for that of the NIC. Default: C(inherit)."
      - "C(queues): Rx and Tx queues of both sides; at most what the NIC has, 256, and 8 before DPDK 23.03. Default: 1."
      - "C(queue_size): descriptors in each queue of the virtio_user port, a power of two, at most 32768. Default: 1024."
      - "C(driver): C(vfio-pci), or C(kernel) for a NIC that stays with its kernel driver because its PMD shares it (mlx5).
        Default: C(vfio-pci)."
      - "C(offloads): C(auto), C(off), or a table of C(checksum), C(tso) (both kernel -> NIC), C(rx_checksum) and C(gro) (both NIC -> kernel),
        each C(auto) (where the ports can), C(on) (required) or C(off). C(tso) needs C(checksum), C(gro) needs C(rx_checksum). Default: C(auto)."
      - "C(limits): table of the most that reaches the kernel, by class, C(neighbor), C(icmp), C(routing), C(local) or C(rest), each as C(rate) in
        packets per second, or C({rate:, burst:}) with the packets that may come at once. Default: none, all traffic passes. The default of
        C(burst) is a tenth of C(rate), at least 32."
    type: list
    elements: dict
"""

    ATTRIBUTES = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode) and tells what it would change.
    support: full
  diff_mode:
    description: Shows before and after in C(diff_mode).
    support: full
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
"""

    ATTRIBUTES_INFO = r"""
options: {}
attributes:
  check_mode:
    description: Can run in C(check_mode), which is no different from a normal run.
    support: full
    details: This module changes nothing.
  diff_mode:
    description: Shows before and after in C(diff_mode).
    support: N/A
    details: This module changes nothing.
  idempotent:
    description: A second run with the same options changes nothing.
    support: full
    details: This module changes nothing.
"""


# Not in the class: ansible-test's yamllint wants a literal there, and one text is enough.
ModuleDocFragment.REQUIRED = ModuleDocFragment.DOCUMENTATION + "    required: true\n"  # type: ignore[attr-defined]
