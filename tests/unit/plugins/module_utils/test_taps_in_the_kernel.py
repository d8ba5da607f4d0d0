# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same for real: taps of a network namespace of the test's own."""

from __future__ import annotations

import ctypes
import json
import os
import pwd
import subprocess

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import netlink, paths, tap_device, taps
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)

MAC = "52:54:00:00:00:01"
PORT = {
    "netdev": "exc0",
    "mac": MAC,
    "mtu": 9000,
    "queue_size": 2048,
    "addresses": ["192.0.2.1/24", "2001:db8::1/64"],
    "routes": [
        {"to": "default", "via": "192.0.2.254"},
        {"to": "198.51.100.0/24"},
        {"to": "198.51.100.0/24", "metric": 7},
        {"to": "203.0.113.0/24", "via": "198.18.0.1", "onlink": True},
        {"to": "default", "via": "2001:db8::fe"},
        {"to": "2001:db8:1::/48", "via": "fe80::1", "metric": 50},
        {"to": "2001:db8:2::/48"},
    ],
}
ROUTES = {
    ("0.0.0.0/0", "192.0.2.254", 0),
    ("198.51.100.0/24", None, 0),
    ("198.51.100.0/24", None, 7),
    ("203.0.113.0/24", "198.18.0.1", 0),
    ("::/0", "2001:db8::fe", 1024),
    ("2001:db8:1::/48", "fe80::1", 50),
    ("2001:db8:2::/48", None, 1024),
}


def _can():
    return os.geteuid() == 0 and os.path.exists("/dev/net/tun") and netlink.pyroute2() is not None


pytestmark = pytest.mark.skipif(not _can(), reason="needs root, /dev/net/tun and pyroute2")


@pytest.fixture
def namespace(etc, monkeypatch):
    """This thread in a network namespace of its own; /sys still shows the one around it."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if _LIBC.unshare(_CLONE_NEWNET) != 0:
        pytest.skip(f"no namespace: {os.strerror(ctypes.get_errno())}")
    try:
        monkeypatch.setattr(paths, "TUN", "/dev/net/tun")
        # No systemd of a namespace: what its units do is tested on the virtual host.
        monkeypatch.setattr(Systemd, "enable", lambda self, *units: None)
        monkeypatch.setattr(Systemd, "disable", lambda self, *units: None)
        monkeypatch.setattr(Systemd, "reload", lambda self: None)
        monkeypatch.setattr(Systemd, "call", lambda self, *words, **options: None)
        monkeypatch.setattr(taps.os.path, "islink", lambda path, islink=os.path.islink: path.startswith(paths.UNITS) or islink(path))
        yield
    finally:
        _LIBC.setns(home, 0)
        os.close(home)


def ip(*arguments):
    done = subprocess.run(["ip", "-json", "-details", *arguments], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout or "[]")


def present(*ports, check_mode=False, owner="nobody", unlisted="keep"):
    return taps.present({"ports": list(ports), "owner": owner, "boot": True, "unlisted_addresses": unlisted}, check_mode)


def absent():
    return taps.absent({"ports": None, "keep": []})


def now(name="exc0"):
    with netlink.Netlink() as session:
        return session.netdevs({name}).get(name)


def shown(name="exc0"):
    return IpRoute().links().get(name, {})


def test_made_as_virtio_user_needs_it_and_left_alone(namespace):
    assert present(PORT)["changed"]
    (link,) = ip("link", "show", "exc0")
    assert (link["address"], link["mtu"], link["txqlen"]) == (MAC, 9000, 2048) and "UP" in link["flags"]
    assert link["linkinfo"]["info_data"] == {
        "type": "tap",
        "pi": False,
        "vnet_hdr": True,
        "multi_queue": True,
        "numqueues": 0,
        "numdisabled": 0,
        "persist": True,
        "user": "nobody",
    } | {key: value for key, value in link["linkinfo"]["info_data"].items() if key in ("numqueues", "numdisabled")}
    assert shown() and tap_device.flags(shown()) == tap_device.WANTED
    assert tap_device.owner(shown()) == pwd.getpwnam("nobody").pw_uid and tap_device.attached() == set()
    assert now().addresses == PORT["addresses"] and set(now().routes) == ROUTES
    assert present(PORT) == {"changed": False, "diff": {"before": "", "after": ""}, "leftover": []}


def test_check_mode_makes_nothing(namespace):
    told = present(PORT, check_mode=True)
    assert not shown() and told["changed"]
    assert told["diff"] == present(PORT)["diff"]


def test_drift(namespace):
    present(PORT)
    for words in (
        "link set exc0 mtu 1400",
        "link set exc0 txqueuelen 5",
        "link set exc0 address 52:54:00:00:00:77",
        "addr del 192.0.2.1/24 dev exc0",
        "addr add 192.0.2.99/32 dev exc0",
        "route add 10.0.0.0/8 dev exc0 proto static",
        "-6 route del 2001:db8:2::/48 dev exc0",
        "link set exc0 down",
    ):
        subprocess.run(["ip", *words.split()], check=True)
    told = present(PORT, check_mode=True)
    done = present(PORT)
    assert told["diff"] == done["diff"]
    assert sorted(now().addresses) == ["192.0.2.1/24", "192.0.2.99/32", "2001:db8::1/64"] and set(now().routes) == ROUTES
    assert (now().mtu, now().txqueuelen, now().mac, now().up) == (9000, 2048, MAC, True)
    assert not present(PORT)["changed"]
    assert present(PORT, unlisted="remove")["changed"]
    assert sorted(now().addresses) == PORT["addresses"]


def test_another_inventory(namespace):
    present(PORT)
    other = dict(
        PORT,
        addresses=["192.0.2.2/24", "2001:db8::2/64", "fe80::77/64"],
        mac="52:54:00:00:00:02",
        routes=[{"to": "default", "via": "192.0.2.253"}, {"to": "default", "via": "2001:db8::fe"}, {"to": "2001:db8:2::/48", "via": "2001:db8::9"}],
    )
    told = present(other, check_mode=True)
    assert told["diff"] == present(other)["diff"]
    assert sorted(address for address in now().addresses if not address.startswith("fe80:5054")) == ["192.0.2.2/24", "2001:db8::2/64", "fe80::77/64"]
    assert set(now().routes) == {("0.0.0.0/0", "192.0.2.253", 0), ("::/0", "2001:db8::fe", 1024), ("2001:db8:2::/48", "2001:db8::9", 1024)}
    assert not present(other)["changed"]


@pytest.mark.parametrize("to", ["198.51.100.0/24", "2001:db8:9::/48"])
@pytest.mark.parametrize("names", [("exc0", "exc1"), ("exc1", "exc0")])
def test_a_route_moves_to_another_port(namespace, to, names):
    def ports(holder):
        return [{"netdev": name, "mac": MAC[:-1] + name[-1], "routes": [{"to": to}] if name == holder else []} for name in ("exc0", "exc1")]

    present(*ports(names[0]))
    told = present(*ports(names[1]), check_mode=True)
    assert told["diff"] == present(*ports(names[1]))["diff"]
    assert now(names[0]).routes == [] and [route[0] for route in now(names[1]).routes] == [to]
    assert not present(*ports(names[1]))["changed"]


def test_another_owner(namespace):
    present(PORT)
    assert "\nexc0 owner: 0\n" in present(PORT, owner="root")["diff"]["after"]
    assert tap_device.owner(shown()) == 0 and not present(PORT, owner="root")["changed"]


def test_a_tap_without_multi_queue_is_made_anew(namespace):
    present(PORT)
    subprocess.run(["ip", "link", "del", "exc0"], check=True)
    subprocess.run(["ip", "tuntap", "add", "exc0", "mode", "tap"], check=True)
    assert tap_device.flags(shown()) == ("tap", "persist") and tap_device.owner(shown()) is None
    present(PORT)
    assert tap_device.flags(shown()) == tap_device.WANTED and set(now().routes) == ROUTES


def test_a_served_tap_is_known_by_its_queues_and_not_by_its_carrier(namespace):
    import fcntl
    import struct

    present(PORT)
    queue = os.open("/dev/net/tun", os.O_RDWR)
    try:
        fcntl.ioctl(queue, 0x400454CA, struct.pack("16sH22x", b"exc0", 0x5102))
        assert tap_device.attached() == {"exc0"}
        # TUNSETCARRIER, as the forwarder does when its NIC loses the link.
        fcntl.ioctl(queue, 0x400454E2, struct.pack("i", 0))
        assert "LOWER_UP" not in shown()["flags"] and tap_device.attached() == {"exc0"}
        with pytest.raises(ExceptionPathError, match="exc0 is served by a running forwarder"):
            absent()
    finally:
        os.close(queue)
    assert absent()["removed"] == ["exc0"] and not shown() and now() is None


def test_the_boot_files_make_the_same_netdev(namespace):
    """What the unit does at boot: the two batches, without Python; and again, which changes nothing."""
    present(PORT)
    before = now()
    for path in (f"{paths.NETDEV_RECORDS}/exc0.create", f"{paths.NETDEV_RECORDS}/exc0.ip"):
        if path.endswith(".create"):
            subprocess.run(["ip", "link", "del", "exc0"], check=True)
        subprocess.run(["ip", "-force", "-batch", path], check=True)
    subprocess.run(["ip", "-force", "-batch", f"{paths.NETDEV_RECORDS}/exc0.ip"], check=True)
    after = now()
    assert (after.mac, after.mtu, after.txqueuelen, after.up) == (before.mac, before.mtu, before.txqueuelen, before.up)
    assert sorted(after.addresses) == sorted(before.addresses) and set(after.routes) == set(before.routes)
    assert not present(PORT)["changed"]


def test_a_name_that_somebody_has(namespace):
    subprocess.run(["ip", "link", "add", "exc0", "type", "veth", "peer", "name", "exc1"], check=True)
    with pytest.raises(ExceptionPathError, match="did not make"):
        present(PORT)
    assert tap_device.flags(shown()) == ()


def test_what_the_kernel_refuses_is_told(namespace):
    present(PORT)
    with netlink.Netlink() as session, pytest.raises(ExceptionPathError, match="address 192.0.2.1/24 on exc0 failed: the kernel says .*exists"):
        session.add_address(session.index("exc0"), "192.0.2.1/24", "address 192.0.2.1/24 on exc0")
    with pytest.raises(ExceptionPathError, match="the tap lo can not be made or attached to through /dev/net/tun: .*; is the module tun loaded"):
        tap_device.create("lo", 0)


def test_no_tun(namespace, monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "TUN", str(tmp_path / "tun"))
    with pytest.raises(ExceptionPathError, match="No such file or directory; is the module tun loaded"):
        tap_device.create("exc0", 0)


def test_an_owner_without_a_name(namespace):
    tap_device.create("exc0", 4000123)
    assert tap_device.owner(shown()) == 4000123
