# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the host's NICs were before they were bound: the promise that teardown can keep.

One JSON file, written before the first unbind and emptied by the restore. An entry is made of
facts the kernel forgets once the netdev is gone: its name, MAC, driver, addresses and routes.
"""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import ethtool, host, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import permanent_mac

# Routes with these origins come back by themselves once the address is there (or by the daemon).
_OWN_PROTOCOLS = ("kernel", "ra", "redirect", "bird", "zebra", "bgp", "ospf", "isis", "rip", "eigrp", "babel", "dhcp")


class NicMemory:
    def __init__(self, path=paths.NIC_MEMORY):
        self.path = path
        self.nics = host.read_json(path, {})

    def get(self, address):
        return self.nics.get(address)

    def find(self, kind, value):
        """PCI addresses of remembered NICs whose ``kind`` (``mac`` or ``name``) is ``value``."""
        return [address for address, nic in self.nics.items() if nic.get(kind) == value]

    def save(self, address, nic):
        self.nics[address] = nic
        host.write_json(self.path, self.nics)

    def forget(self, address):
        self.nics.pop(address, None)
        if self.nics:
            host.write_json(self.path, self.nics)
        else:
            host.remove(self.path)
            host.remove_empty_folder(paths.MEMORY)


def snapshot(pci, address, links, routes):
    """The present state of a NIC, as :class:`NicMemory` keeps it."""
    names = pci.netdevs(address)
    nic = {
        "driver": pci.driver(address),
        "driver_override": pci.driver_override(address),
        "ids": pci.ids(address),
        "name": names[0] if names else None,
        "mac": None,
    }
    link = links.get(nic["name"]) if nic["name"] else None
    if link:
        nic.update(
            mac=permanent_mac(link),
            set_mac=link["address"] if link["address"] != permanent_mac(link) else None,
            mtu=link["mtu"],
            max_queues=ethtool.max_queues(nic["name"], pci.root),
            up="UP" in link.get("flags", []),
            master=link.get("master"),
            addresses=[_address(entry) for entry in link.get("addr_info", []) if _is_set_by_hand(entry)],
            routes=[route for route in routes if _is_static(route, nic["name"])],
        )
    return nic


def _is_set_by_hand(entry):
    return not entry.get("dynamic") and not (entry.get("family") == "inet6" and entry.get("scope") == "link")


def _address(entry):
    address = {"local": entry["local"], "prefixlen": entry["prefixlen"]}
    for key in ("broadcast", "address", "label", "scope"):
        if entry.get(key):
            address[key] = entry[key]
    return address


def _is_static(route, name):
    return route.get("dev") == name and route.get("protocol", "boot") not in _OWN_PROTOCOLS and route.get("table") != "local"


def restore_commands(name, nic):
    """``ip -batch`` lines that give the netdev ``name`` back what ``nic`` remembers of it."""
    lines = []
    if nic.get("name") and name != nic["name"]:
        lines += [f"link set dev {name} down", f"link set dev {name} name {nic['name']}"]
        name = nic["name"]
    if nic.get("set_mac"):
        lines.append(f"link set dev {name} address {nic['set_mac']}")
    if nic.get("mtu"):
        lines.append(f"link set dev {name} mtu {nic['mtu']}")
    if nic.get("master"):
        lines.append(f"link set dev {name} master {nic['master']}")
    if nic.get("up"):
        lines.append(f"link set dev {name} up")
    lines += [_address_command(name, address) for address in nic.get("addresses", [])]
    lines += [_route_command(name, route) for route in nic.get("routes", [])]
    return lines


def _address_command(name, address):
    command = f"address replace {address['local']}"
    if address.get("address"):
        command += f" peer {address['address']}"
    command += f"/{address['prefixlen']}"
    for key, word in (("broadcast", "broadcast"), ("scope", "scope"), ("label", "label")):
        if address.get(key) and not (key == "label" and ":" in address["local"]):
            command += f" {word} {address[key]}"
    return f"{command} dev {name}"


def _route_command(name, route):
    # ``ip -batch`` takes no -6 on a line; the destination itself has to tell the family.
    ipv6 = route.get("version") == 6
    destination = {True: "::/0", False: "0.0.0.0/0"}[ipv6] if route["dst"] == "default" else route["dst"]
    command = f"route replace {destination}"
    for key, word in (("gateway", "via"), ("metric", "metric"), ("protocol", "proto"), ("prefsrc", "src"), ("table", "table"), ("scope", "scope")):
        if route.get(key) is not None and not (key == "scope" and ipv6):
            command += f" {word} {route[key]}"
    if "onlink" in route.get("flags", []):
        command += " onlink"
    return f"{command} dev {name}"
