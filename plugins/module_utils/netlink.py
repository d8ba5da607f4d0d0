# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, routes and attributes of netdevs over netlink, with pyroute2 (0.7.2 and newer).

pyroute2 comes from the distribution, or as a wheel that the role put under
``/opt/exception-path/python`` for hosts without network: a wheel is a zip that Python imports from.
"""

from __future__ import annotations

import errno
import glob
import ipaddress
import socket
import sys
from dataclasses import dataclass, field

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_IFF_UP = 1
_IFA_F_PERMANENT = 0x80
_MAIN_TABLE = 254
_PROTO_STATIC = 4


def pyroute2():
    """The library, or None."""
    sys.path.extend(wheel for wheel in glob.glob(f"{paths.WHEELS}/pyroute2-*.whl") if wheel not in sys.path)
    try:
        import pyroute2 as library
    except ImportError:
        return None
    return library


@dataclass
class Netdev:
    index: int
    mac: str
    mtu: int
    txqueuelen: int
    up: bool
    addresses: list = field(default_factory=list)
    # (to, via, metric) of the static routes in the main table.
    routes: list = field(default_factory=list)


def route_key(route):
    """A wanted route as it shows once the kernel has it."""
    to, metric = route.slot
    return (to, route.via, metric)


def _netdev(message):
    return Netdev(
        index=message["index"],
        mac=message.get_attr("IFLA_ADDRESS"),
        mtu=message.get_attr("IFLA_MTU"),
        txqueuelen=message.get_attr("IFLA_TXQLEN"),
        up=bool(message["flags"] & _IFF_UP),
    )


class Netlink:
    """A netlink session; use it in a ``with`` block."""

    def __init__(self):
        library = pyroute2()
        if library is None:
            raise ExceptionPathError(
                "pyroute2 is not on the host: install the package python3-pyroute2, or let the role netdevs ship a wheel "
                "(netdevs_pyroute2_wheel)"
            )
        self._fault = library.NetlinkError
        self._ip = library.IPRoute()

    def __enter__(self):
        return self

    def __exit__(self, *_fault):
        self._ip.close()

    def netdevs(self, names):
        """``{name: Netdev}`` of those of ``names`` that exist; three dumps whatever their number."""
        found = {}
        for message in self._ip.get_links():
            name = message.get_attr("IFLA_IFNAME")
            if name in names:
                found[name] = _netdev(message)
        by_index = {netdev.index: netdev for netdev in found.values()}
        if by_index:
            self._read_addresses(by_index)
            self._read_routes(by_index)
        return found

    def made(self, name):
        """The netdev that was made a moment ago, and has neither addresses nor routes yet; one message, no dump."""
        (message,) = self._ip.get_links(socket.if_nametoindex(name))
        return _netdev(message)

    def _read_addresses(self, by_index):
        for message in self._ip.get_addr():
            netdev = by_index.get(message["index"])
            flags = message.get_attr("IFA_FLAGS") or message["flags"]
            if netdev and flags & _IFA_F_PERMANENT:
                address = message.get_attr("IFA_LOCAL") or message.get_attr("IFA_ADDRESS")
                netdev.addresses.append(f"{address}/{message['prefixlen']}")

    def _read_routes(self, by_index):
        for family in (socket.AF_INET, socket.AF_INET6):
            for message in self._ip.get_routes(family=family):
                netdev = by_index.get(message.get_attr("RTA_OIF"))
                table = message.get_attr("RTA_TABLE") or message["table"]
                if netdev and table == _MAIN_TABLE and message["proto"] == _PROTO_STATIC:
                    zero = "0.0.0.0" if family == socket.AF_INET else "::"
                    to = f"{message.get_attr('RTA_DST') or zero}/{message['dst_len']}"
                    netdev.routes.append((to, message.get_attr("RTA_GATEWAY"), message.get_attr("RTA_PRIORITY") or 0))

    def index(self, name):
        return self._ip.link_lookup(ifname=name)[0]

    def set_link(self, index, what, **attributes):
        self._call(what, self._ip.link, "set", index=index, **attributes)

    def delete_link(self, index, what):
        self._call(what, self._ip.link, "del", index=index)

    def add_address(self, index, address, what):
        self._address("add", index, address, what)

    def delete_address(self, index, address, what):
        self._address("delete", index, address, what)

    def _address(self, verb, index, address, what):
        interface = ipaddress.ip_interface(address)
        family = socket.AF_INET if interface.version == 4 else socket.AF_INET6
        self._call(what, self._ip.addr, verb, index=index, family=family, address=str(interface.ip), prefixlen=interface.network.prefixlen)

    def add_route(self, index, route, what):
        self._route("replace", index, route_key(route), what, onlink=route.onlink)

    def delete_route(self, index, key, what):
        """A route that is gone by now is no fault: one that moved to another netdev left this one when it was set there."""
        self._route("del", index, key, what, tolerated=(errno.ESRCH,))

    def _route(self, verb, index, key, what, onlink=False, tolerated=()):
        to, via, metric = key
        attributes = {"dst": to, "oif": index, "proto": _PROTO_STATIC, "family": socket.AF_INET6 if ":" in to else socket.AF_INET}
        if via:
            attributes["gateway"] = via
        elif ":" not in to:
            attributes["scope"] = 253  # RT_SCOPE_LINK: the destination is on the link itself
        if metric:
            attributes["priority"] = metric
        if onlink:
            attributes["flags"] = 4  # RTNH_F_ONLINK
        self._call(what, self._ip.route, verb, tolerated=tolerated, **attributes)

    def _call(self, what, function, *arguments, tolerated=(), **attributes):
        try:
            function(*arguments, **attributes)
        except self._fault as fault:
            if fault.code in tolerated:
                return
            raise ExceptionPathError(f"{what} failed: the kernel says {fault.args[-1]}") from None
