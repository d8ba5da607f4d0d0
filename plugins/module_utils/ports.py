# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one model of a port of the exception path.

``parse()`` (or ``read()``, which collects faults) turns the inventory's ``exception_path_ports`` into :class:`Port` objects and is the
only place where an entry is validated as such. It is pure: what only the host can tell (is the
NIC there, does the netdev name collide) is checked in ``preflight.py``.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.port_traffic import Offloads, hint, integer, read_limits, read_offloads

# IFNAMSIZ is 16 with the closing NUL; the virtio_user PMD cuts a longer `iface=` silently.
NETDEV_NAME_MAX = 15
# VIRTIO_MAX_RX_PKTLEN 9728 - Ethernet header 14 - VLAN tag 4 - mergeable virtio-net header 12.
MTU_MAX = 9698
MTU_MIN = 68
# RFC 8200, section 5: no link that carries IPv6 may be smaller.
MTU_MIN_IPV6 = 1280
# Split virtqueues hold a power of two of descriptors, at most 2^15 (virtio 1.1, section 2.6).
QUEUE_SIZE_MAX = 32768
# The kernel's tap takes 256 queues (MAX_TAP_QUEUES).
QUEUES_MAX = 256
# Of a route without a metric (kernel: IP6_RT_PRIO_USER); that of IPv4 is 0.
IPV6_DEFAULT_METRIC = 1024
INHERIT = "inherit"
DRIVERS = ("vfio-pci", "kernel")

_PCI = re.compile(r"^(?:([0-9a-f]{4}):)?([0-9a-f]{2}):([01][0-9a-f])\.([0-7])\Z")
_MAC = re.compile(r"^[0-9a-f]{2}(:[0-9a-f]{2}){5}\Z")


@dataclass(frozen=True)
class NicRef:
    """How the inventory names a NIC: ``kind`` is ``pci``, ``mac`` or ``name``."""

    kind: str
    value: str

    def __str__(self):
        return self.value


@dataclass(frozen=True)
class Route:
    to: str
    via: str | None = None
    metric: int | None = None
    onlink: bool = False

    @property
    def version(self):
        return 6 if ":" in self.to else 4

    @property
    def slot(self):
        """What the kernel's table has room for once: ``(to, metric)``, with the metric that it takes by itself."""
        return (self.to, self.metric if self.metric is not None else (IPV6_DEFAULT_METRIC if self.version == 6 else 0))


@dataclass(frozen=True)
class Port:
    """A NIC and the kernel netdev that stands for it. Units: mtu in bytes, queue_size in
    descriptors, queues in pairs of one Rx and one Tx queue."""

    index: int
    nic: NicRef | None
    netdev: str | None
    addresses: tuple = ()
    routes: tuple = ()
    mtu: int = 1500
    mac: str = INHERIT
    queues: int = 1
    queue_size: int = 1024
    driver: str = "vfio-pci"
    offloads: Offloads = Offloads()
    limits: tuple = ()

    @property
    def vdev(self):
        """Name of the virtio_user device; DPDK wants it to begin with ``virtio_user``."""
        return f"virtio_user{self.index}"

    @property
    def label(self):
        return label(self.index, self.netdev)


def label(index, netdev=None):
    return f"exception_path_ports[{index}]" + (f" ({netdev})" if netdev else "")


def parse_nic(text):
    """A :class:`NicRef` of a PCI address, a MAC address or an interface name, or None."""
    value = str(text).strip().lower()
    pci = _PCI.match(value)
    if pci:
        return NicRef("pci", f"{pci[1] or '0000'}:{pci[2]}:{pci[3]}.{pci[4]}")
    if _MAC.match(value):
        return NicRef("mac", value)
    name = str(text).strip()
    if name and ":" not in name and _netdev_name_problem(name) is None:
        return NicRef("name", name)
    return None


def read(raw, need=("nic", "netdev")):
    """``(ports, problems)`` of the inventory's list. A port is given for every entry, with defaults
    where the entry is faulty, so that what the host says of the rest can be told together with it.

    ``need`` names the keys that the caller can not do without.
    """
    if not isinstance(raw, (list, tuple)):
        return [], [f"exception_path_ports is a {type(raw).__name__}: write a list with an entry for every NIC"]
    problems = []
    ports = [_Entry(index, entry, need, problems).port() for index, entry in enumerate(raw)]
    _refuse_twice(ports, problems)
    _refuse_same_routes(ports, problems)
    return ports, problems


def parse(raw, need=("nic", "netdev")):
    """The ports of ``raw``, or one error with every problem of it."""
    ports, problems = read(raw, need)
    raise_if(problems)
    return ports


class _Entry:
    """One entry while it is read; every fault goes into the shared list of problems."""

    KEYS = ("nic", "netdev", "addresses", "routes", "mtu", "mac", "queues", "queue_size", "driver", "offloads", "limits")
    ROUTE_KEYS = ("to", "via", "metric", "onlink")

    def __init__(self, index, entry, need, problems):
        self.index = index
        self.problems = problems
        self.need = need
        if not isinstance(entry, dict):
            self.label = label(index)
            self.problem(f"is a {type(entry).__name__}: write nic: and netdev: below one dash")
            entry, self.need = {}, ()
        self.entry = entry
        netdev = entry.get("netdev")
        self.label = label(index, netdev if isinstance(netdev, str) and netdev else None)

    def problem(self, text):
        self.problems.append(f"{self.label}: {text}")

    def port(self):
        self._unknown_keys(self.entry, self.KEYS, "key")
        addresses = self._addresses()
        return Port(
            index=self.index,
            nic=self._nic(),
            netdev=self._netdev(),
            addresses=tuple(str(address) for address in addresses),
            routes=self._routes(addresses),
            mtu=self._mtu(addresses),
            mac=self._mac(),
            queues=self._integer("queues", 1, 1, QUEUES_MAX, "the kernel's tap takes at most 256"),
            queue_size=self._queue_size(),
            driver=self._driver(),
            offloads=read_offloads(self.entry.get("offloads"), self.problem),
            limits=read_limits(self.entry.get("limits"), self.problem),
        )

    def _unknown_keys(self, entry, known, what):
        for key in entry:
            if key not in known:
                self.problem(f"unknown {what} {key!r}: {hint(key, known)}")

    def _missing(self, key):
        if self.entry.get(key) in (None, ""):
            if key in self.need:
                self.problem(f"{key} is missing: add {key}:")
            return True
        return False

    def _nic(self):
        if self._missing("nic"):
            return None
        if not isinstance(self.entry["nic"], str):
            self.problem(f"nic {self.entry['nic']!r} is a number, as YAML reads an address of digits without quotes: put it in quotes")
            return None
        nic = parse_nic(self.entry["nic"])
        if nic is None:
            self.problem(
                f"nic {self.entry['nic']!r} is neither a PCI address (0000:03:00.0), nor a MAC address "
                "(52:54:00:12:34:56), nor an interface name (ens3): correct it"
            )
        return nic

    def _netdev(self):
        if self._missing("netdev"):
            return None
        name = self.entry["netdev"]
        fault = _netdev_name_problem(name)
        if fault:
            self.problem(f"netdev {name!r} {fault}")
        return name if isinstance(name, str) else None

    def _list(self, key, entry_is):
        value = self.entry.get(key)
        if value is None:
            return []
        if not isinstance(value, (list, tuple)):
            self.problem(f"{key} is not a list: write {key}: [{entry_is}]")
            return []
        return value

    def _addresses(self):
        addresses = []
        for text in self._list("addresses", "192.0.2.1/24"):
            address = self._address(text)
            if address is None:
                continue
            if address in addresses:
                self.problem(f"address {address} is given twice: drop one")
            addresses.append(address)
        return addresses

    def _address(self, text):
        if not isinstance(text, str) or "/" not in text:
            self.problem(f"address {text!r} has no prefix length: write it as 192.0.2.1/24 or 2001:db8::1/64")
            return None
        try:
            # Python takes a zone (fe80::1%ens3), netlink does not.
            address = ipaddress.ip_interface(text.replace("%", "?"))
        except ValueError:
            self.problem(f"address {text!r} is no address with a prefix length: write it as 192.0.2.1/24 or 2001:db8::1/64")
            return None
        if address.ip.is_multicast or address.ip.is_unspecified or address.ip.is_loopback:
            self.problem(f"address {text!r} can not be set on a netdev: give a unicast address")
            return None
        return address

    def _routes(self, addresses):
        routes = []
        for raw in self._list("routes", "{to: 198.51.100.0/24, via: 192.0.2.254}"):
            route = self._route(raw, addresses)
            if route:
                routes.append(route)
        return tuple(routes)

    def _route(self, raw, addresses):
        if not isinstance(raw, dict) or not raw.get("to"):
            self.problem(f"route {raw!r} has no destination: write it as {{to: 198.51.100.0/24, via: 192.0.2.254}}")
            return None
        self._unknown_keys(raw, self.ROUTE_KEYS, "key of a route,")
        via = raw.get("via")
        try:
            gateway = ipaddress.ip_address(str(via).replace("%", "?")) if via is not None else None
        except ValueError:
            self.problem(f"route to {raw['to']}: via {via!r} is not an IP address: give the gateway's address")
            return None
        destination = self._destination(raw["to"], gateway)
        if destination is None:
            return None
        metric = raw.get("metric")
        if metric is not None and (integer(metric) or 0) < 1:
            self.problem(f"route to {raw['to']}: metric {metric!r} is not a whole number above 0: correct or drop it")
            return None
        onlink = raw.get("onlink", False) in (True, "true", "yes")
        if gateway is not None and not self._reachable(raw, gateway, destination, addresses, onlink):
            return None
        return Route(str(destination), str(gateway) if gateway else None, integer(metric), onlink)

    def _destination(self, to, gateway):
        if to == "default":
            to = "::/0" if gateway is not None and gateway.version == 6 else "0.0.0.0/0"
        try:
            return ipaddress.ip_network(str(to))
        except ValueError as fault:
            cause = "its host bits are set" if "host bits" in str(fault) else "it is no network"
            self.problem(f"route to {to!r}: {cause}: write it as 198.51.100.0/24, 2001:db8:1::/48 or default")
            return None

    def _reachable(self, raw, gateway, destination, addresses, onlink):
        if gateway.version != destination.version:
            self.problem(f"route to {raw['to']}: via {gateway} is of the other IP version: give a gateway of the same")
            return False
        near = gateway.is_link_local or any(gateway in address.network for address in addresses)
        if not near and not onlink:
            self.problem(
                f"route to {raw['to']}: via {gateway} is in the network of no address of this port: "
                "correct it, or add onlink: true"
            )
        return near or onlink

    def _integer(self, key, default, low, high, why):
        value = self.entry.get(key)
        if value is None:
            return default
        number = integer(value)
        if number is None:
            self.problem(f"{key} {value!r} is not a whole number: give one from {low} to {high}")
        elif number < low:
            self.problem(f"{key} {number} is below {low}: give {low} to {high}")
        elif number > high:
            self.problem(f"{key} {number} is above {high} ({why}): lower it")
        else:
            return number
        return default

    def _mtu(self, addresses):
        ipv6 = any(address.version == 6 for address in addresses)
        low = MTU_MIN_IPV6 if ipv6 else MTU_MIN
        return self._integer("mtu", 1500, low, MTU_MAX, "the most a virtio_user port takes")

    def _queue_size(self):
        value = self._integer("queue_size", 1024, 1, QUEUE_SIZE_MAX, "the most a virtqueue holds")
        if value & (value - 1):
            self.problem(f"queue_size {value} is not a power of two: give {1 << value.bit_length() - 1} or {1 << value.bit_length()}")
            return 1024
        return value

    def _mac(self):
        value = self.entry.get("mac")
        if value is None or value == INHERIT:
            return INHERIT
        mac = str(value).lower()
        if not _MAC.match(mac):
            self.problem(f"mac {value!r} is no MAC address: write inherit, or one like 52:54:00:12:34:56 in quotes")
            return INHERIT
        if int(mac[:2], 16) & 1 or mac == "00:00:00:00:00:00":
            self.problem(f"mac {value!r} is a multicast or empty address: give a unicast one")
            return INHERIT
        return mac

    def _driver(self):
        value = self.entry.get("driver")
        if value is None:
            return DRIVERS[0]
        if value not in DRIVERS:
            self.problem(f"driver {value!r} is unknown: give vfio-pci, or kernel for a NIC whose PMD shares it with the kernel")
            return DRIVERS[0]
        return value


def _netdev_name_problem(name):
    if not isinstance(name, str):
        return "is not text: put it in quotes"
    if len(name.encode()) > NETDEV_NAME_MAX:
        return f"has {len(name.encode())} characters: the kernel takes at most {NETDEV_NAME_MAX}, shorten it"
    if name in (".", "..", "all", "default") or not re.match(r"^[A-Za-z0-9_.-]+\Z", name):
        return "is no name for an interface: use letters, digits, '-', '_' and '.'"
    return None


def _refuse_twice(ports, problems):
    for key in ("nic", "netdev"):
        first = {}
        for port in ports:
            value = getattr(port, key)
            if value is None:
                continue
            if value in first:
                problems.append(f"{port.label}: {key} {value} is given already in {first[value].label}: every port has its own")
            first.setdefault(value, port)


def _refuse_same_routes(ports, problems):
    """Of two routes to one destination with one metric each would replace the other at every run."""
    first = {}
    for port in ports:
        for route in port.routes:
            if route.slot in first:
                problems.append(
                    f"{port.label}: route to {route.to} is given already in {first[route.slot].label} with the same metric: "
                    "drop one, or give it a metric of its own"
                )
            first.setdefault(route.slot, port)
