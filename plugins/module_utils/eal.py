# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports to EAL and forwarder arguments. Pure.

Sources: DPDK's howto "Virtio_user as Exception Path", the guide of the virtio PMD (virtio_user
arguments) and "EAL parameters" of the Linux getting started guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ansible_collections.dataplane.exception_path.plugins.module_utils import lcores as cpus
from ansible_collections.dataplane.exception_path.plugins.module_utils.paths import VHOST_NET

# VIRTIO_MAX_VIRTQUEUE_PAIRS, lifted in 23.03.
QUEUES_MAX_BEFORE_23_03 = 8
# What an lcore does while nothing comes.
IDLE = ("adaptive", "poll")
IDLE_DEFAULT = IDLE[0]

# What the forwarder takes from the netdev when it starts, and follows while it runs.
_FOLLOWED = re.compile(r",(?:mtu|mac)=[^,]*")


@dataclass(frozen=True)
class Endpoint:
    """A port together with what only the host knows: where its NIC is and which MAC it has."""

    port: object
    pci: str
    mac: str | None = None


def vdev(endpoint, path=VHOST_NET, in_order=True):
    """``--vdev`` for the kernel side of a port. The MAC is always given when it is known:
    virtio_user would make up a new one at every start, and the neighbours' caches go stale.
    ``in_order`` is for programs other than the forwarder: see :mod:`vhost_net`."""
    port = endpoint.port
    arguments = [
        port.vdev,
        f"path={path}",
        f"queues={port.queues}",
        f"queue_size={port.queue_size}",
        f"iface={port.netdev}",
    ]
    if endpoint.mac:
        arguments.append(f"mac={endpoint.mac}")
    if not in_order:
        arguments.append("in_order=0")
    return "--vdev=" + ",".join(arguments)


def eal_arguments(endpoints, lcores, instance="default", socket_mb=None, path=VHOST_NET, in_memory=True, in_order=True):
    """The EAL part of the command line, a list. ``socket_mb`` is ``{NUMA node: MB}``."""
    return ["-l", cpus.as_list(lcores), *device_arguments(endpoints, instance, socket_mb, path, in_memory, in_order)]


def device_arguments(endpoints, instance="default", socket_mb=None, path=VHOST_NET, in_memory=True, in_order=True):
    """All of the EAL part but the lcores."""
    arguments = []
    for endpoint in endpoints:
        arguments += ["-a", endpoint.pci]
    arguments += [vdev(endpoint, path, in_order) for endpoint in endpoints]
    arguments.append(f"--file-prefix=exception-path-{instance}")
    if in_memory:
        arguments.append("--in-memory")
    if socket_mb:
        nodes = range(max(socket_mb) + 1)
        arguments.append("--socket-mem=" + ",".join(str(socket_mb.get(node, 0)) for node in nodes))
    return arguments


def forwarder_arguments(endpoints, idle=IDLE_DEFAULT):
    """The forwarder's own part of the command line, a list; what is as by default is left out."""
    arguments = [] if idle == IDLE_DEFAULT else [f"--idle={idle}"]
    for endpoint in endpoints:
        port = endpoint.port
        spec = [
            f"nic={endpoint.pci}",
            f"kernel={port.vdev}",
            f"netdev={port.netdev}",
            f"queues={port.queues}",
            f"queue_size={port.queue_size}",
            f"mtu={port.mtu}",
        ]
        if endpoint.mac:
            spec.append(f"mac={endpoint.mac}")
        spec += port.offloads.arguments()
        spec += [limit.argument for limit in port.limits]
        arguments += ["--pair", ",".join(spec)]
    return arguments


def without_followed(arguments):
    """Arguments without what a running forwarder learns from the netdev anyway: MTU and MAC."""
    return [_FOLLOWED.sub("", argument) for argument in arguments]


def queue_problems(ports, dpdk_version):
    """Ports with more queues than this DPDK's virtio_user takes. ``dpdk_version`` is ``(22, 11)``."""
    if not dpdk_version or tuple(dpdk_version) >= (23, 3):
        return []
    shown = ".".join(f"{part:02d}" for part in dpdk_version)
    return [
        f"{port.label}: queues {port.queues} is above {QUEUES_MAX_BEFORE_23_03}, "
        f"the most that virtio_user of DPDK {shown} takes: lower it, or use DPDK 23.03 or newer"
        for port in ports
        if port.queues > QUEUES_MAX_BEFORE_23_03
    ]
