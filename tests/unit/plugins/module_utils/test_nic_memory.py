# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import nic_memory, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory, restore_commands, snapshot
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

A = "0000:03:00.0"


def taken(kernel):
    links = IpRoute(kernel.run)
    return snapshot(Pci(kernel.root), A, links.links(), links.routes())


def test_a_nic_with_everything(kernel):
    kernel.add_nic(
        A,
        "exctest3",
        mac="52:54:00:00:00:03",
        group=1,
        mtu=9000,
        flags=["BROADCAST", "UP"],
        master="br0",
        permaddr="52:54:00:00:00:99",
        addr_info=[
            {"family": "inet", "local": "192.0.2.1", "prefixlen": 24, "broadcast": "192.0.2.255", "scope": "global", "label": "exctest3:1"},
            {"family": "inet", "local": "192.0.2.7", "address": "192.0.2.8", "prefixlen": 32, "scope": "global", "label": "exctest3"},
            {"family": "inet", "local": "192.0.2.9", "prefixlen": 24, "scope": "global", "dynamic": True},
            {"family": "inet6", "local": "2001:db8::1", "prefixlen": 64, "scope": "global"},
            {"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"},
            {"family": "inet6", "local": "2001:db8::dead", "prefixlen": 64, "scope": "global", "dynamic": True, "mngtmpaddr": True},
        ],
    )
    kernel.routes[4] += [
        {"dst": "default", "gateway": "192.0.2.254", "dev": "exctest3", "protocol": "static", "metric": 100, "flags": ["onlink"]},
        {"dst": "192.0.2.0/24", "dev": "exctest3", "protocol": "kernel", "scope": "link", "prefsrc": "192.0.2.1", "flags": []},
        {"dst": "198.51.100.0/24", "dev": "exctest3", "scope": "link", "prefsrc": "192.0.2.1", "table": "100", "protocol": "boot", "flags": []},
        {"dst": "203.0.113.0/24", "gateway": "192.0.2.3", "dev": "exctest3", "protocol": "bird", "flags": []},
        {"dst": "203.0.113.0/24", "gateway": "192.0.2.3", "dev": "other", "protocol": "static", "flags": []},
        {"type": "local", "dst": "192.0.2.1", "dev": "exctest3", "table": "local", "protocol": "kernel", "flags": []},
    ]
    kernel.routes[6] += [
        {"dst": "default", "gateway": "fe80::fe", "dev": "exctest3", "protocol": "static", "metric": 1024, "flags": [], "pref": "medium"},
        {"dst": "default", "dev": "exctest3", "protocol": "boot", "metric": 2048, "flags": [], "pref": "medium"},
        {"dst": "default", "gateway": "fe80::fe", "dev": "exctest3", "protocol": "ra", "metric": 1024, "flags": [], "pref": "medium"},
        {"dst": "2001:db8:1::/48", "dev": "exctest3", "protocol": "static", "scope": "link", "metric": 5, "table": "mgmt", "flags": []},
    ]
    nic = json.loads(json.dumps(taken(kernel)))
    assert (nic["driver"], nic["driver_override"], nic["ids"], nic["name"], nic["mac"]) == ("e1000e", None, "8086:10d3", "exctest3", "52:54:00:00:00:99")
    assert restore_commands("eth0", nic) == [
        "link set dev eth0 down",
        "link set dev eth0 name exctest3",
        "link set dev exctest3 address 52:54:00:00:00:03",
        "link set dev exctest3 mtu 9000",
        "link set dev exctest3 master br0",
        "link set dev exctest3 up",
        "address replace 192.0.2.1/24 broadcast 192.0.2.255 scope global label exctest3:1 dev exctest3",
        "address replace 192.0.2.7 peer 192.0.2.8/32 scope global label exctest3 dev exctest3",
        "address replace 2001:db8::1/64 scope global dev exctest3",
        "route replace 0.0.0.0/0 via 192.0.2.254 metric 100 proto static onlink dev exctest3",
        "route replace 198.51.100.0/24 proto boot src 192.0.2.1 table 100 scope link dev exctest3",
        "route replace ::/0 via fe80::fe metric 1024 proto static dev exctest3",
        "route replace ::/0 metric 2048 proto boot dev exctest3",
        "route replace 2001:db8:1::/48 metric 5 proto static table mgmt dev exctest3",
    ]


def test_a_plain_nic_that_was_down(kernel):
    kernel.add_nic(A, "exctest3", mac="52:54:00:00:00:03", group=1)
    nic = taken(kernel)
    assert nic["mac"] == "52:54:00:00:00:03" and nic["set_mac"] is None
    assert restore_commands("exctest3", nic) == ["link set dev exctest3 mtu 1500"]


def test_a_function_without_a_netdev(kernel):
    kernel.add_function(A, "other", "0x020000")
    nic = taken(kernel)
    assert (nic["name"], nic["mac"], nic["driver"]) == (None, None, "other")
    assert restore_commands("eth0", nic) == []


def test_saved_found_and_forgotten(etc):
    memory = NicMemory()
    memory.save(A, {"name": "ens3", "mac": "52:54:00:00:00:03"})
    memory.save("0000:04:00.0", {"name": "ens4", "mac": None})
    again = NicMemory()
    assert again.get(A)["name"] == "ens3" and again.get("0000:05:00.0") is None
    assert again.find("name", "ens4") == ["0000:04:00.0"]
    assert again.find("mac", "52:54:00:00:00:03") == [A]
    again.forget("0000:05:00.0")
    again.forget(A)
    assert list(NicMemory().nics) == ["0000:04:00.0"]
    again.forget("0000:04:00.0")
    assert not os.path.exists(paths.MEMORY), "nothing stays behind"


def test_a_damaged_memory_is_no_empty_one(tmp_path):
    (tmp_path / "nics.json").write_text('{"0000:03')
    with pytest.raises(ExceptionPathError, match="is damaged .no JSON.: restore it from a backup, or remove it to forget what it remembers"):
        nic_memory.NicMemory(str(tmp_path / "nics.json"))
