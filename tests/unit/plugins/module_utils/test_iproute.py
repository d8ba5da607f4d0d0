# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute, permanent_mac

# As iproute2 6.1 of Debian 12 prints them.
LINKS = """[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"operstate":"UNKNOWN","link_type":"loopback",
"address":"00:00:00:00:00:00","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8,"scope":"host","label":"lo","valid_life_time":4294967295}]},
{"ifindex":2,"ifname":"ens3","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500,"master":"bond0","operstate":"UP","link_type":"ether",
"address":"52:54:00:00:00:01","permaddr":"52:54:00:00:00:99","addr_info":[{"family":"inet6","local":"2001:db8::1","prefixlen":64,"scope":"global"}]}]"""
ROUTES_4 = """[{"dst":"default","gateway":"192.0.2.254","dev":"ens3","protocol":"static","flags":["onlink"]},
{"dst":"default","gateway":"198.51.100.1","dev":"ens4","table":"100","flags":[]},
{"type":"unreachable","dst":"default","table":"mgmt","metric":4278198272,"flags":[]},
{"dst":"default","table":"vrf-blue","protocol":"static","flags":[],"nexthops":[{"gateway":"203.0.113.1","dev":"ens5","weight":1,"flags":[]},
{"gateway":"203.0.113.2","dev":"ens6","weight":1,"flags":[]}]},
{"type":"local","dst":"192.0.2.1","dev":"ens3","table":"local","protocol":"kernel","scope":"host","prefsrc":"192.0.2.1","flags":[]},
{"type":"broadcast","dst":"192.0.2.255","dev":"ens3","table":"local","protocol":"kernel","scope":"link","prefsrc":"192.0.2.1","flags":[]}]"""
ROUTES_6 = """[{"dst":"default","dev":"ens7","protocol":"static","metric":1024,"flags":[],"pref":"medium"},
{"dst":"2001:db8::/64","dev":"ens3","protocol":"kernel","metric":256,"flags":[],"pref":"medium"},
{"type":"multicast","dst":"ff00::/8","dev":"ens3","table":"local","protocol":"kernel","metric":256,"flags":[],"pref":"medium"}]"""


@pytest.fixture
def ip(commands):
    commands.on("ip -json -details -statistics address show", LINKS)
    commands.on("ip -json -4 route show table all", ROUTES_4)
    commands.on("ip -json -6 route show table all", ROUTES_6)
    return IpRoute()


def test_links(ip):
    links = ip.links()
    assert list(links) == ["lo", "ens3"] and links["ens3"]["mtu"] == 1500
    assert permanent_mac(links["ens3"]) == "52:54:00:00:00:99"
    assert permanent_mac(links["lo"]) == "00:00:00:00:00:00"


def test_only_unicast_routes_each_with_its_family(ip):
    assert [(route["version"], route["dst"], route.get("table", "main")) for route in ip.routes()] == [
        (4, "default", "main"),
        (4, "default", "100"),
        (4, "default", "vrf-blue"),
        (6, "default", "main"),
        (6, "2001:db8::/64", "main"),
    ]


def test_default_routes(ip):
    assert ip.default_route_netdevs() == {
        "ens3": "the IPv4 default route of table main",
        "ens4": "the IPv4 default route of table 100",
        "ens5": "the IPv4 default route of table vrf-blue",
        "ens6": "the IPv4 default route of table vrf-blue",
        "ens7": "the IPv6 default route of table main",
    }


def test_who_has_an_address(ip):
    assert ip.netdevs_with("2001:db8::1") == ["ens3"] and ip.netdevs_with("2001:db8::2") == []


def test_a_host_without_routes(commands):
    commands.on("ip -json", "")
    assert IpRoute().routes() == []


def test_the_way_to_an_address(ip, commands):
    commands.on("ip -json route get 192.0.2.9", '[{"dst":"192.0.2.9","dev":"ens3","prefsrc":"192.0.2.1","flags":[],"uid":0,"cache":[]}]')
    commands.on("ip -json route get 203.0.113.9", stderr="RTNETLINK answers: Network is unreachable", code=2)
    commands.on("ip -json route get ::1", "")
    assert [ip.netdev_towards(address) for address in ("192.0.2.9", "203.0.113.9", "::1")] == ["ens3", None, None]


def test_a_batch(ip, commands):
    commands.on("ip -force -batch -")
    ip.batch([])
    assert not commands.calls
    ip.batch(["link set dev ens3 up", "link set dev ens4 up"])
    assert (commands.calls, commands.stdin) == (["ip -force -batch -"], ["link set dev ens3 up\nlink set dev ens4 up\n"])


def test_a_batch_that_fails(ip, commands):
    commands.on("ip -force -batch -", stderr='Cannot find device "ens4"\nCommand failed -:2\n', code=1)
    with pytest.raises(ExceptionPathError) as caught:
        ip.batch(["link set dev ens4 up"])
    assert str(caught.value) == 'ip -force -batch - failed with exit code 1: Cannot find device "ens4"\nCommand failed -:2'
