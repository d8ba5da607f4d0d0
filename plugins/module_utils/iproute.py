# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel knows of links, addresses and routes, read through iproute2's JSON.

The guard and the memory of a NIC have to work on a host that nothing was installed on yet, in
check mode too; iproute2 is everywhere, pyroute2 is not. Only ``taps.py`` sets up netdevs, and it
speaks netlink through pyroute2.
"""

from __future__ import annotations

import json

from ansible_collections.dataplane.exception_path.plugins.module_utils import host

# Halves of the address space: how VPN clients take over a default route without touching it.
_DEFAULTS = ("default", "0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1")


class IpRoute:
    def __init__(self, run=host.run):
        self._run = run

    def _json(self, *arguments):
        text = self._run(["ip", "-json", *arguments]).stdout
        return json.loads(text) if text.strip() else []

    def links(self):
        """All links with their addresses: ``{name: ip's own dict}``."""
        return {link["ifname"]: link for link in self._json("-details", "-statistics", "address", "show")}

    def routes(self):
        """Unicast routes of both families in every table: policy routing's and the VRFs' too."""
        return [
            dict(route, version=version)
            for version in (4, 6)
            for route in self._json(f"-{version}", "route", "show", "table", "all")
            if route.get("type", "unicast") == "unicast"
        ]

    def default_route_netdevs(self):
        found = {}
        for route in self.routes():
            if route.get("dst") in _DEFAULTS:
                for hop in [route] + route.get("nexthops", []):
                    if hop.get("dev"):
                        found.setdefault(hop["dev"], f"the IPv{route['version']} default route of table {route.get('table', 'main')}")
        return found

    def netdev_towards(self, address):
        """The netdev by which ``address`` is reached, or None."""
        done = self._run(["ip", "-json", "route", "get", address], check=False)
        if done.returncode != 0 or not done.stdout.strip():
            return None
        return json.loads(done.stdout)[0].get("dev")

    def netdevs_with(self, address):
        return [
            name
            for name, link in self.links().items()
            if any(entry.get("local") == address for entry in link.get("addr_info", []))
        ]

    def batch(self, lines):
        """Carry out ``ip`` commands; all of them are tried, and every failure is in the error."""
        if lines:
            self._run(["ip", "-force", "-batch", "-"], stdin="\n".join(lines) + "\n")


def permanent_mac(link):
    return link.get("permaddr", link.get("address"))
