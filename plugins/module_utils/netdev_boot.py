# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a netdev comes back at boot, without Ansible and without Python: files for iproute2,
systemd and udev. Pure text.

``NAME.create`` makes the tap, when it is not there; ``NAME.ip`` holds commands that can be
repeated at any time. Both are what one would type by hand, and are the record that
the netdev is ours.
"""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths

TEMPLATE = "exception-path-netdev@.service"
_BY = "# Written by the Ansible collection dataplane.exception_path (module tap_netdev).\n"
_REPLACE_ADDRESS = "address replace "


def unit(name):
    return f"exception-path-netdev@{name}.service"


def create_path(name):
    return f"{paths.NETDEV_RECORDS}/{name}.create"


def ip_path(name):
    return f"{paths.NETDEV_RECORDS}/{name}.ip"


def link_path(name):
    return f"{paths.LINKS}/10-exception-path-{name}.link"


def files(name, wish, owner):
    """``{path: text}`` of all that one netdev needs at boot."""
    return {
        create_path(name): _BY + f"tuntap add dev {name} mode tap multi_queue vnet_hdr user {owner}\n",
        ip_path(name): _ip_text(name, wish),
        link_path(name): _link_text(name),
    }


def addresses_of(ip_text):
    """The addresses that an ``.ip`` file sets: what was wanted when it was written."""
    words = [line.split() for line in (ip_text or "").splitlines() if line.startswith(_REPLACE_ADDRESS)]
    return [line[2] for line in words]


def _ip_text(name, wish):
    lines = [f"link set dev {name} mtu {wish.mtu} txqueuelen {wish.txqueuelen}"]
    if wish.mac:
        lines[0] += f" address {wish.mac}"
    # Up before the addresses: IPv6 ones are dropped by a netdev that is down.
    lines.append(f"link set dev {name} up")
    lines += [f"{_REPLACE_ADDRESS}{address} dev {name}" for address in wish.addresses]
    lines += [_route_line(name, route) for route in wish.routes]
    return _BY + "".join(line + "\n" for line in lines)


def _route_line(name, route):
    # The family shows from the destination, which is never written as "default".
    line = f"route replace {route.to}"
    if route.via:
        line += f" via {route.via}"
    line += f" dev {name} proto static"
    if route.metric is not None:
        line += f" metric {route.metric}"
    if route.onlink:
        line += " onlink"
    return line


def _link_text(name):
    # Without it udev may give the tap a MAC of its own a moment after it was made (systemd.link,
    # MACAddressPolicy=persistent is the default), behind the back of whoever had set one.
    return _BY + f"[Match]\nOriginalName={name}\n\n[Link]\nMACAddressPolicy=none\nNamePolicy=keep\n"


def template_text():
    return _BY + (
        "[Unit]\n"
        "Description=Kernel netdev %i of the exception path\n"
        "After=systemd-modules-load.service systemd-sysctl.service\n"
        "Before=network.target\n"
        "Wants=network.target\n"
        "\n"
        "[Service]\n"
        "Type=oneshot\n"
        "RemainAfterExit=yes\n"
        f"ExecStartPre=/bin/sh -c 'test -e /sys/class/net/%i || exec ip -batch {paths.NETDEV_RECORDS}/%i.create'\n"
        f"ExecStart=ip -force -batch {paths.NETDEV_RECORDS}/%i.ip\n"
        "\n"
        "[Install]\n"
        "WantedBy=multi-user.target\n"
    )
