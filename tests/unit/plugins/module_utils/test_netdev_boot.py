# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import netdev_boot, ports
from ansible_collections.dataplane.exception_path.plugins.module_utils.taps import Wish

HEAD = "# Written by the Ansible collection dataplane.exception_path (module tap_netdev).\n"


def wish(mac="52:54:00:00:00:01", **port):
    (read,) = ports.parse([dict({"netdev": "exc0"}, **port)], need=("netdev",))
    return Wish("exc0", mac, read.mtu, 1000, read.addresses, read.routes)


def texts(a_wish):
    return list(netdev_boot.files("exc0", a_wish, "exception-path").values())


def test_the_places():
    assert list(netdev_boot.files("exc0", wish(), "me")) == [
        "/etc/exception-path/netdevs/exc0.create",
        "/etc/exception-path/netdevs/exc0.ip",
        "/etc/systemd/network/10-exception-path-exc0.link",
    ]
    assert netdev_boot.unit("exc0") == "exception-path-netdev@exc0.service"


def test_how_the_tap_is_made():
    assert texts(wish())[0] == HEAD + "tuntap add dev exc0 mode tap multi_queue vnet_hdr user exception-path\n"


def test_all_that_it_gets_in_an_order_that_works():
    """Up before the addresses, addresses before the routes. No -6: a line of a batch takes no options."""
    assert texts(
        wish(
            mtu=9000,
            addresses=["192.0.2.1/24", "2001:db8::1/64"],
            routes=[
                {"to": "default", "via": "192.0.2.254"},
                {"to": "default", "via": "2001:db8::fe", "metric": 50},
                {"to": "198.51.100.0/24"},
                {"to": "203.0.113.0/24", "via": "198.51.100.9", "onlink": True},
            ],
        )
    )[1] == HEAD + (
        "link set dev exc0 mtu 9000 txqueuelen 1000 address 52:54:00:00:00:01\n"
        "link set dev exc0 up\n"
        "address replace 192.0.2.1/24 dev exc0\n"
        "address replace 2001:db8::1/64 dev exc0\n"
        "route replace 0.0.0.0/0 via 192.0.2.254 dev exc0 proto static\n"
        "route replace ::/0 via 2001:db8::fe dev exc0 proto static metric 50\n"
        "route replace 198.51.100.0/24 dev exc0 proto static\n"
        "route replace 203.0.113.0/24 via 198.51.100.9 dev exc0 proto static onlink\n"
    )


def test_without_a_mac_none_is_set():
    assert "address" not in texts(wish(mac=None))[1].replace("addresses", "")


def test_udev_keeps_its_hands_off():
    assert texts(wish())[2] == HEAD + "[Match]\nOriginalName=exc0\n\n[Link]\nMACAddressPolicy=none\nNamePolicy=keep\n"


def test_the_addresses_of_an_earlier_run():
    assert netdev_boot.addresses_of(texts(wish(addresses=["192.0.2.1/24", "2001:db8::1/64"]))[1]) == ["192.0.2.1/24", "2001:db8::1/64"]
    assert netdev_boot.addresses_of(None) == []
    assert netdev_boot.addresses_of("link set dev exc0 up\n") == []


def test_the_unit_is_done_before_the_network_is():
    lines = netdev_boot.template_text().splitlines()
    for line in (
        "Before=network.target",
        "Type=oneshot",
        "RemainAfterExit=yes",
        "WantedBy=multi-user.target",
        "ExecStart=ip -force -batch /etc/exception-path/netdevs/%i.ip",
    ):
        assert line in lines
    (before,) = [line for line in lines if line.startswith("ExecStartPre=")]
    assert "/etc/exception-path/netdevs/%i.create" in before
