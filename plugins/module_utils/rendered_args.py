# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module vdev_args: validated arguments for ports that name PCI addresses. Pure."""

from __future__ import annotations

import re

from ansible_collections.dataplane.exception_path.plugins.module_utils import eal, lcores as cpus, ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import raise_if


def render(params):
    ports, problems = port_model.read(params["ports"])
    problems += [
        f"{port.label}: nic {port.nic} is no PCI address, and only a host can look it up: give one like 0000:03:00.0"
        for port in ports
        if port.nic and port.nic.kind != "pci"
    ]
    lcores = _lcores(params["lcores"], problems)
    socket_mb = _socket_mb(params["socket_mb"], problems)
    problems += eal.queue_problems(ports, version(params["dpdk_version"], problems))
    raise_if(problems)
    endpoints = [eal.Endpoint(port, port.nic.value, None if port.mac == port_model.INHERIT else port.mac) for port in ports]
    return {
        "vdevs": [eal.vdev(endpoint, params["path"], params["in_order"]) for endpoint in endpoints],
        "eal": eal.eal_arguments(endpoints, lcores, params["instance"], socket_mb, params["path"], params["in_memory"], params["in_order"]),
        "forwarder": eal.forwarder_arguments(endpoints, params["idle"]),
    }


def _lcores(text, problems):
    try:
        return cpus.parse_list(text)
    except ValueError:
        problems.append(f"lcores {text!r} is not a list of CPUs: write it as 2-5,8")
        return []


def _socket_mb(raw, problems):
    if all(str(number).isdecimal() for number in [*raw.keys(), *raw.values()]):
        return {int(node): int(megabytes) for node, megabytes in raw.items()}
    problems.append(f"socket_mb {raw!r} is not a table of MB by NUMA node: write it as {{0: 512}}")
    return {}


def version(text, problems):
    """``(major, minor)`` of a version of DPDK as people write it."""
    if text is None:
        return None
    found = re.match(r"^(\d+)\.(\d+)", str(text))
    if not found:
        problems.append(f"dpdk_version {text!r} is no version of DPDK: write it as 22.11")
        return None
    return (int(found[1]), int(found[2]))
