# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pairs of a running testpmd, as far as DPDK's own telemetry tells them."""

from __future__ import annotations

_SPEED_UNKNOWN = (1 << 32) - 1


def read(ask):
    """``{kernel port: facts}`` of the pairs that are started. ``ask`` sends a command to the telemetry socket.

    Which port is forwarded to which is what testpmd was started with: the ports of its list, two by two. Telemetry cuts an argument at
    127 characters, which those that are read here do not have.
    """
    vdevs = dict(_vdev(argument) for argument in ask("/eal/params") or [] if argument.startswith("--vdev="))
    order = next((argument.partition("=")[2].split(",") for argument in ask("/eal/app_params") or [] if argument.startswith("--portlist=")), [])
    found = {}
    for place in range(0, len(order) - 1, 2):
        nic, kernel = order[place : place + 2]
        infos = [ask(f"/ethdev/info,{port}") for port in (nic, kernel)]
        if all(info and info["dev_started"] for info in infos) and infos[1]["name"] in vdevs:
            found[infos[1]["name"]] = _pair(ask, nic, kernel, infos[0], vdevs[infos[1]["name"]])
    return found


def _vdev(argument):
    """``--vdev=virtio_user0,queues=1`` as ``(virtio_user0, {queues: 1})``"""
    name, *settings = argument.partition("=")[2].split(",")
    return name, dict(setting.split("=", 1) for setting in settings)


def _pair(ask, nic, kernel, info, vdev):
    link = ask(f"/ethdev/link_status,{nic}") or {}
    speed = link.get("speed", 0)
    return {
        "nic": info["name"],
        "netdev": vdev["iface"],
        "queues": info["nb_rx_queues"],
        "queue_size": int(vdev["queue_size"]),
        "mtu": info["mtu"],
        "link": link.get("status", "down").lower(),
        "speed": 0 if speed == _SPEED_UNKNOWN else speed,
        "to_kernel": _sent(ask, kernel),
        "to_nic": _sent(ask, nic),
    }


def _sent(ask, port):
    """What testpmd could not pass on, only it knows, and tells in its journal."""
    statistics = ask(f"/ethdev/stats,{port}") or {}
    return {"packets": statistics.get("opackets", 0), "bytes": statistics.get("obytes", 0)}
