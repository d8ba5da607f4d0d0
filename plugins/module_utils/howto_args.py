# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of both testpmds, as the howto has them. Pure."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import eal
from ansible_collections.dataplane.exception_path.plugins.module_utils import lcores as cpus

PREFIX = "exception-path-howto"
# The first is the howto's, and testpmd's own.
FORWARD_MODES = ("io", "macswap", "5tswap", "icmpecho")
# Buffers beyond those in rings: caches of lcores and bursts. testpmd's own default takes 350 MB.
_SPARE_BUFFERS = 4096
# Some PMDs fill two rings for each Rx queue (vmxnet3).
_RINGS = 3
_LEAST_DESCRIPTORS = 1024


def split_cpus(chosen, online):
    """``(main, first's workers, second's worker)``: testpmd's main lcore only reads commands."""
    spare = [cpu for cpu in online if cpu not in chosen]
    main, workers = (spare[0], list(chosen)) if spare else (chosen[0], list(chosen[1:]) or [chosen[0]])
    if len(workers) > 1:
        return main, workers[:-1], workers[-1]
    further = spare[1:]
    return main, workers, further[0] if further else main


def lcores(main, workers):
    """``-l``, or ``--lcores`` where two lcores have to share a CPU."""
    if main < min(workers):
        return ["-l", cpus.as_list([main, *workers])]
    return ["--lcores=" + ",".join(f"{number}@{cpu}" for number, cpu in enumerate([main, *workers]))]


def first(program, nic, mac, variant, main, workers):
    """NIC <-> virtio_user. ``variant`` is a :class:`howto_options.Variant`."""
    port = nic.port
    vdev = eal.vdev(eal.Endpoint(_with(port, variant), nic.address, mac))
    cores = min(len(workers), variant.queues)
    return [
        program, *lcores(main, workers), "-a", nic.address, f"--file-prefix={PREFIX}", "--huge-unlink", vdev,
        "--", "-i", *([f"--nb-cores={cores}"] if cores > 1 else []), f"--total-num-mbufs={buffers(2, variant)}", *variant.arguments,
    ]  # fmt: skip


def second(program, netdev, variant, main, worker, forward_mode):
    """What the kernel has <-> itself."""
    mode = [] if forward_mode == "io" else [f"--forward-mode={forward_mode}"]
    return [
        program, *lcores(main, [worker]), f"--vdev=net_af_packet0,iface={netdev}", "--in-memory", "--no-pci",
        "--", "-i", f"--total-num-mbufs={buffers(1, variant)}", *mode,
    ]  # fmt: skip


def buffers(ports, variant):
    return _SPARE_BUFFERS + ports * variant.queues * _RINGS * max(_LEAST_DESCRIPTORS, variant.queue_size)


def _with(port, variant):
    """The port as this run has it. The netdev's name is the port's own, the vdev is always the howto's virtio_user0."""
    return type(port)(index=0, nic=port.nic, netdev=port.netdev, queues=variant.queues, queue_size=variant.queue_size)
