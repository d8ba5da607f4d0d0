# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""testpmd's arguments: what its command lines have in common, and that of the service. Pure.

Source: DPDK's testpmd application user guide, "Running the Application", and app/test-pmd of 22.11 and 24.11.
"""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import eal
from ansible_collections.dataplane.exception_path.plugins.module_utils import lcores as cpus

# Buffers beyond those in rings: caches of lcores and bursts. testpmd's own default takes 350 MB.
_SPARE_BUFFERS = 4096
# Some PMDs fill two rings for each Rx queue (vmxnet3).
_RINGS = 3
_LEAST_DESCRIPTORS = 1024
# An Ethernet header and its checksum, as DPDK counts a frame.
_FRAME = 18
_MTU_DEFAULT = 1500
# In a buffer before and after a frame: RTE_PKTMBUF_HEADROOM, and room for the header of virtio and VLAN tags.
_AROUND_FRAME = 128 + 64
# Without it, and without a terminal, testpmd would end at once. Its figures go to the journal.
_STATS_SECONDS = 3600


def main_cpu(chosen, candidates):
    """Where the main lcore goes, which forwards nothing: a CPU that is not polled on, if there is one."""
    return next((cpu for cpu in candidates if cpu not in chosen), chosen[0])


def lcores(main, workers):
    """``-l``, or ``--lcores`` where two lcores have to share a CPU."""
    if main < min(workers):
        return ["-l", cpus.as_list([main, *workers])]
    return ["--lcores=" + ",".join(f"{number}@{cpu}" for number, cpu in enumerate([main, *workers]))]


def buffers(ports, queues, queue_size):
    return _SPARE_BUFFERS + ports * queues * _RINGS * max(_LEAST_DESCRIPTORS, queue_size)


def service_eal(endpoints, main, workers, instance, socket_mb):
    """The EAL part of the service's command line."""
    # Whatever kernel is booted next.
    return [*lcores(main, workers), *eal.device_arguments(endpoints, instance, socket_mb, in_order=False)]


def service(endpoints, workers):
    """testpmd's own part of it. It knows one setting for all ports: lengths are those of the port that wants most."""
    ports = [endpoint.port for endpoint in endpoints]
    queues, queue_size = ports[0].queues, max(port.queue_size for port in ports)
    return [
        f"--portlist={_port_list(endpoints)}", "--port-topology=paired", "--forward-mode=io", f"--nb-cores={len(workers)}",
        f"--rxq={queues}", f"--txq={queues}", f"--rxd={queue_size}", f"--txd={queue_size}",
        f"--total-num-mbufs={buffers(2 * len(ports), queues, queue_size)}", *_frames(max(port.mtu for port in ports)),
        "--disable-link-check", f"--stats-period={_STATS_SECONDS}",
    ]  # fmt: skip


def _port_list(endpoints):
    """Each NIC's port and its kernel side's, next to each other. EAL numbers PCI functions by their address, then virtual devices as given."""
    by_address = sorted(endpoint.pci for endpoint in endpoints)
    return ",".join(f"{by_address.index(endpoint.pci)},{len(endpoints) + place}" for place, endpoint in enumerate(endpoints))


def _frames(mtu):
    """NICs take 1500 bytes by themselves; a larger frame is to fit into one buffer, since not every NIC can scatter."""
    return [] if mtu <= _MTU_DEFAULT else [f"--max-pkt-len={mtu + _FRAME}", f"--mbuf-size={mtu + _FRAME + _AROUND_FRAME}"]
