# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an inventory testpmd can not do, so that nothing of it is left out silently. Pure."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils.port_traffic import OFFLOADS, ON

_OR_FORWARDER = "or set exception_path_data_plane to forwarder"


def problems(ports, idle="", prometheus=False):
    """A sentence for everything that was asked for. ``idle`` is empty when nobody has set it."""
    found = []
    for port in ports:
        wanted = [name for name in OFFLOADS if getattr(port.offloads, name) == ON]
        if wanted:
            found.append(f"{port.label}: testpmd has no offloads, and {', '.join(wanted)} is on: set it to auto or off, {_OR_FORWARDER}")
        if port.limits:
            names = ", ".join(limit.name for limit in port.limits)
            found.append(f"{port.label}: testpmd limits nothing, and limits are given for {names}: drop limits, {_OR_FORWARDER}")
        if port.queues != ports[0].queues:
            found.append(
                f"{port.label}: queues {port.queues} differs from {ports[0].queues} of {ports[0].label}, and testpmd has one number for all ports: "
                f"give all the same, {_OR_FORWARDER}"
            )
    if idle == "adaptive":
        found.append(f"exception_path_idle is adaptive, and testpmd always polls: set it to poll or drop it, {_OR_FORWARDER}")
    if prometheus:
        found.append(f"exception_path_prometheus is true, and the metrics are the forwarder's: set it to false, {_OR_FORWARDER}")
    return found
