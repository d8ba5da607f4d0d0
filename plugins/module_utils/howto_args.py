# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command lines of both testpmds, as the howto has them. Pure."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import eal
from ansible_collections.dataplane.exception_path.plugins.module_utils.testpmd_args import buffers, lcores, main_cpu

PREFIX = "exception-path-howto"
# The first is the howto's, and testpmd's own.
FORWARD_MODES = ("io", "macswap", "5tswap", "icmpecho")


def split_cpus(chosen, online):
    """``(main, first's workers, second's worker)``: testpmd's main lcore only reads commands."""
    main = main_cpu(chosen, online)
    workers = [cpu for cpu in chosen if cpu != main] or [main]
    if len(workers) > 1:
        return main, workers[:-1], workers[-1]
    further = [cpu for cpu in online if cpu not in (main, *chosen)]
    return main, workers, further[0] if further else main


def first(program, nic, mac, variant, main, workers, in_order=True):
    """NIC <-> virtio_user. ``variant`` is a :class:`howto_options.Variant`."""
    port = nic.port
    vdev = eal.vdev(eal.Endpoint(_with(port, variant), nic.address, mac), in_order=in_order)
    cores = min(len(workers), variant.queues)
    return [
        program, *lcores(main, workers), "-a", nic.address, f"--file-prefix={PREFIX}", "--huge-unlink", vdev,
        "--", "-i", *([f"--nb-cores={cores}"] if cores > 1 else []), f"--total-num-mbufs={buffers(2, variant.queues, variant.queue_size)}", *variant.arguments,
    ]  # fmt: skip


def second(program, netdev, variant, main, worker, forward_mode):
    """What the kernel has <-> itself."""
    mode = [] if forward_mode == "io" else [f"--forward-mode={forward_mode}"]
    return [
        program, *lcores(main, [worker]), f"--vdev=net_af_packet0,iface={netdev}", "--in-memory", "--no-pci",
        "--", "-i", f"--total-num-mbufs={buffers(1, variant.queues, variant.queue_size)}", *mode,
    ]  # fmt: skip


def _with(port, variant):
    """The port as this run has it. The netdev's name is the port's own, the vdev is always the howto's virtio_user0."""
    return type(port)(index=0, nic=port.nic, netdev=port.netdev, queues=variant.queues, queue_size=variant.queue_size)
