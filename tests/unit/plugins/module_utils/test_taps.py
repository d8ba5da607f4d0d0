# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib
import pwd
import types

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import netlink, paths, tap_device, taps
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.netlink import Netdev
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

MAC = "52:54:00:00:00:01"
PORT = {
    "netdev": "exc0",
    "mac": MAC,
    "mtu": 9000,
    "addresses": ["192.0.2.1/24", "2001:db8::1/64"],
    "routes": [{"to": "default", "via": "192.0.2.254"}, {"to": "2001:db8:1::/48", "via": "2001:db8::2", "metric": 50}],
}


class Session:
    """A kernel with netdevs, and the netlink session with it; ``did`` is what was asked of it."""

    def __init__(self):
        self.links, self.flags, self.owners, self.attached, self.did = {}, {}, {}, set(), []
        self.dumps = 0

    def shown(self):
        """The links as iproute2 shows them."""
        return {name: self._shown(name) for name in self.links}

    def _shown(self, name):
        flags = self.flags.get(name, ())
        if not flags:
            return {"ifname": name}
        data = {flag: flag in flags for flag in ("multi_queue", "vnet_hdr", "persist")} | {"type": "tap", "numqueues": int(name in self.attached)}
        return {"ifname": name, "linkinfo": {"info_kind": "tun", "info_data": data | {"user": str(self.owners.get(name, 0))}}}

    def __enter__(self):
        return self

    def __exit__(self, *_fault):
        pass

    def netdevs(self, names):
        self.dumps += 1
        return {name: self._copy(link) for name, link in self.links.items() if name in names}

    def made(self, name):
        return self._copy(self.links[name])

    @staticmethod
    def _copy(link):
        return Netdev(**{**vars(link), "addresses": list(link.addresses), "routes": list(link.routes)})

    def index(self, name):
        return self.links[name].index

    def _of(self, index):
        return next(link for link in self.links.values() if link.index == index)

    def create(self, name, uid):
        self.links[name] = Netdev(100 + len(self.did), "aa:aa:aa:aa:aa:aa", 1500, 1000, False)
        self.flags[name], self.owners[name] = tap_device.WANTED, uid
        self.did.append(f"create {name}")

    def set_owner(self, name, uid):
        self.owners[name] = uid
        self.did.append(f"owner of {name}")

    def set_link(self, index, what, **attributes):
        link = self._of(index)
        for key, value in attributes.items():
            setattr(link, {"address": "mac", "txqlen": "txqueuelen", "state": "up"}.get(key, key), True if key == "state" else value)
        self.did.append(what)

    def delete_link(self, index, what):
        self.links = {name: link for name, link in self.links.items() if link.index != index}
        self.did.append(what)

    def add_address(self, index, address, what):
        assert self._of(index).up, "IPv6 addresses are lost on a netdev that is down"
        self._of(index).addresses.append(address)
        self.did.append(what)

    def delete_address(self, index, address, what):
        link = self._of(index)
        link.addresses.remove(address)
        # The kernel drops routes whose gateway is not reachable any more.
        link.routes = [key for key in link.routes if address != "192.0.2.1/24" or key[1] != "192.0.2.254"]
        self.did.append(what)

    def add_route(self, index, route, what):
        self._of(index).routes.append(netlink.route_key(route))
        self.did.append(what)

    def delete_route(self, index, key, what):
        self._of(index).routes.remove(key)
        self.did.append(what)


@pytest.fixture
def session(etc, commands, monkeypatch):
    fake = Session()
    monkeypatch.setattr(netlink, "Netlink", lambda: fake)
    monkeypatch.setattr(taps, "IpRoute", lambda: types.SimpleNamespace(links=fake.shown))
    monkeypatch.setattr(tap_device, "create", fake.create)
    monkeypatch.setattr(tap_device, "set_owner", fake.set_owner)
    systemd(commands)
    return fake


def systemd(commands):
    """systemctl that makes and removes the links of enabled units."""

    def link(unit):
        path = pathlib.Path(paths.UNITS, "multi-user.target.wants", unit)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    commands.on("systemctl enable", do=lambda command: [link(unit).symlink_to("/x") for unit in command[3:]] and "")
    commands.on("systemctl disable", do=lambda command: [link(unit).unlink() for unit in command[3:]] and "")
    commands.on("systemctl").on("udevadm")


def present(*ports, check_mode=False, owner="root", boot=True, unlisted="keep"):
    return taps.present({"ports": list(ports), "owner": owner, "boot": boot, "unlisted_addresses": unlisted}, check_mode)


def absent(ports=None, keep=(), check_mode=False):
    return taps.absent({"ports": ports, "keep": list(keep)}, check_mode)


def test_made_and_then_left_alone(session):
    result = present(PORT)
    link = session.links["exc0"]
    assert (link.mac, link.mtu, link.txqueuelen, link.up) == (MAC, 9000, 1024, True)
    assert link.addresses == PORT["addresses"]
    assert link.routes == [("0.0.0.0/0", "192.0.2.254", 0), ("2001:db8:1::/48", "2001:db8::2", 50)]
    assert session.owners["exc0"] == 0
    assert session.did[0] == "create exc0" and "setting exc0 up" in session.did
    assert (
        "exc0 MTU: 9000\n" in result["diff"]["after"]
        and "exc0 routes: 0.0.0.0/0 via 192.0.2.254, 2001:db8:1::/48 via 2001:db8::2 metric 50\n" in result["diff"]["after"]
    )
    assert result["leftover"] == [] and taps.recorded() == ["exc0"]
    did = len(session.did)
    assert present(PORT) == {"changed": False, "diff": {"before": "", "after": ""}, "leftover": []}
    assert len(session.did) == did


def test_check_mode_on_a_host_with_and_without_it(session):
    told = present(PORT, check_mode=True)
    assert not session.did and taps.recorded() == [] and not os.path.exists(paths.UNITS)
    assert told["diff"] == present(PORT)["diff"]
    changed = dict(PORT, mtu=1500, addresses=["192.0.2.1/24", "2001:db8::2/64"])
    did = len(session.did)
    told = present(changed, check_mode=True)
    assert len(session.did) == did
    assert told["diff"] == present(changed)["diff"]
    told = absent(check_mode=True)
    assert session.links and taps.recorded()
    assert told == absent()


def test_check_mode_on_a_virgin_host_without_pyroute2_and_user(session, monkeypatch):
    monkeypatch.setattr(netlink, "pyroute2", lambda: None)
    monkeypatch.setattr(netlink, "Netlink", None)
    told = present(PORT, check_mode=True, owner="no-such-user")
    assert "exc0 addresses: 192.0.2.1/24, 2001:db8::1/64\n" in told["diff"]["after"] and told["leftover"] == []


@pytest.mark.parametrize(
    "attribute, value, done",
    [
        ("mac", "aa:aa:aa:aa:aa:aa", f"MAC {MAC} on exc0"),
        ("mtu", 1500, "MTU 9000 on exc0"),
        ("txqueuelen", 7, "txqueuelen 1024 on exc0"),
        ("up", False, "setting exc0 up"),
    ],
)
def test_drift_is_put_right_and_nothing_else_touched(session, attribute, value, done):
    present(PORT)
    setattr(session.links["exc0"], attribute, value)
    session.did.clear()
    assert present(PORT)["changed"]
    assert session.did == [done]


def test_drift_of_addresses_and_routes(session):
    present(PORT)
    link = session.links["exc0"]
    link.addresses.remove("2001:db8::1/64")
    link.routes[0] = ("0.0.0.0/0", "192.0.2.9", 0)
    session.did.clear()
    present(PORT)
    assert session.did == ["address 2001:db8::1/64 on exc0", "removing route to 0.0.0.0/0 through exc0", "route to 0.0.0.0/0 through exc0"]


def test_an_owner_that_changed(session):
    present(PORT)
    session.did.clear()
    present(PORT, owner="nobody")
    assert session.did == ["owner of exc0"] and session.owners["exc0"] == pwd.getpwnam("nobody").pw_uid


def test_a_tap_with_other_flags_is_made_anew(session):
    present(PORT)
    session.flags["exc0"] = ("tap", "persist")
    session.did.clear()
    result = present(PORT)
    assert session.did[:2] == ["removing exc0 to make it anew", "create exc0"]
    assert "exc0 device: tap persist\n" in result["diff"]["before"] and session.links["exc0"].addresses == PORT["addresses"]


def test_addresses_of_others_stay_and_ours_of_before_go(session):
    present(PORT)
    session.links["exc0"].addresses += ["192.0.2.77/32", "fe80::1/64"]
    present(dict(PORT, addresses=["198.51.100.1/24", "2001:db8::1/64"], routes=PORT["routes"][1:]))
    assert sorted(session.links["exc0"].addresses) == ["192.0.2.77/32", "198.51.100.1/24", "2001:db8::1/64", "fe80::1/64"]
    assert session.links["exc0"].routes == [("2001:db8:1::/48", "2001:db8::2", 50)]


def test_an_address_that_was_dropped_goes_although_the_run_was_cut_short(session, monkeypatch):
    present(dict(PORT, addresses=["192.0.2.1/24", "203.0.113.1/24"], routes=[]))

    def cut(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(taps._Tap, "converge", cut)
        with pytest.raises(KeyboardInterrupt):
            present(dict(PORT, addresses=["192.0.2.1/24"], routes=[]))
    assert present(dict(PORT, addresses=["192.0.2.1/24"], routes=[]))["changed"]
    assert "203.0.113.1/24" not in session.links["exc0"].addresses


def test_addresses_of_others_go_when_asked(session):
    present(PORT)
    session.links["exc0"].addresses += ["192.0.2.77/32", "fe80::1/64"]
    assert present(PORT, unlisted="remove")["diff"] == {
        "before": "exc0 addresses: 192.0.2.1/24, 192.0.2.77/32, 2001:db8::1/64\n",
        "after": "exc0 addresses: 192.0.2.1/24, 2001:db8::1/64\n",
    }
    assert session.links["exc0"].addresses == ["192.0.2.1/24", "2001:db8::1/64", "fe80::1/64"]


def test_an_address_that_goes_takes_its_route_along(session):
    """The same route is wanted over the new address: it has to be set again in the same run."""
    present(PORT)
    present(dict(PORT, addresses=["192.0.2.2/24", "2001:db8::1/64"]))
    assert ("0.0.0.0/0", "192.0.2.254", 0) in session.links["exc0"].routes
    assert not present(dict(PORT, addresses=["192.0.2.2/24", "2001:db8::1/64"]))["changed"]


def test_many_take_one_dump_and_one_call_of_each_tool(session, commands):
    many = [{"netdev": f"exc{number}", "mac": f"52:54:00:00:00:{number:02x}"} for number in range(9)]
    present(*many)
    assert session.dumps == 1
    absent()
    called = [" ".join(call.split()[:2]) for call in commands.calls]
    assert {words: called.count(words) for words in called} == {
        "udevadm control": 1,
        "systemctl daemon-reload": 2,
        "systemctl enable": 1,
        "systemctl disable": 1,
        "systemctl stop": 1,
        "systemctl reset-failed": 1,
    }


def test_at_boot_or_not(session, commands):
    result = present(PORT)
    assert "exception-path-netdev@exc0.service: enabled\n" in result["diff"]["after"]
    assert "udevadm control --reload" in commands and "systemctl daemon-reload" in commands
    assert present(PORT, boot=False)["diff"] == {
        "before": "exception-path-netdev@exc0.service: enabled\n",
        "after": "exception-path-netdev@exc0.service: disabled\n",
    }
    assert not present(PORT, boot=False)["changed"]


def test_removed_whole(session, commands):
    present(PORT, {"netdev": "exc1", "mac": "52:54:00:00:00:02"})
    result = absent()
    assert result["removed"] == ["exc0", "exc1"] and not session.links
    left = [str(path) for path in pathlib.Path(paths.SETTINGS).parent.parent.rglob("*") if not path.is_dir()]
    assert left == []
    assert "systemctl stop exception-path-netdev@exc0.service" in commands
    assert not absent()["changed"]


def test_what_the_inventory_dropped(session):
    other = {"netdev": "exc1", "mac": "52:54:00:00:00:02"}
    present(PORT, other)
    assert present(PORT)["leftover"] == ["exc1"]
    assert absent(keep=[PORT])["removed"] == ["exc1"]
    assert list(session.links) == ["exc0"] and os.path.exists(f"{paths.UNITS}/exception-path-netdev@.service")
    assert absent([other])["removed"] == [], "not one that is not ours"
    assert absent([PORT])["removed"] == ["exc0"]


def test_a_record_without_a_netdev(session):
    present(PORT)
    session.links.clear()
    assert absent()["removed"] == ["exc0"] and taps.recorded() == []


def test_a_served_netdev_is_not_removed(session):
    present(PORT)
    session.attached.add("exc0")
    with pytest.raises(ExceptionPathError, match="netdev exc0 is served by a running forwarder: stop it first, then run again"):
        absent()
    assert session.links and taps.recorded()
    assert absent(check_mode=True)["removed"] == ["exc0"], "a teardown in check mode has not stopped it"


@pytest.mark.parametrize("ours, flags", [(False, tap_device.WANTED), (True, ())])
def test_the_name_of_somebody_elses_interface(session, ours, flags):
    if ours:
        present(PORT)
    session.links["exc0"] = Netdev(1, MAC, 1500, 1000, True)
    session.flags["exc0"] = flags
    session.did.clear()
    with pytest.raises(ExceptionPathError) as caught:
        present(PORT)
    assert str(caught.value) == (
        "exception_path_ports[0] (exc0): netdev exc0 is the name of an interface that this collection did not make: "
        "choose another name, or remove that interface"
    )
    assert not session.did


def test_no_user(session):
    with pytest.raises(ExceptionPathError, match="the user no-such-user is not on the host: create it .role forwarder does., or name another owner"):
        present(PORT, owner="no-such-user")
    assert not session.did and taps.recorded() == []


def test_the_mac_of_the_nic(session, kernel, monkeypatch):
    kernel.add_nic("0000:03:00.0", "ens3", mac="52:54:00:00:00:03", group=1)
    kernel.add_function("0000:04:00.0", "vfio-pci", "0x020000", group=2)
    monkeypatch.setattr(taps, "Pci", lambda: Pci(kernel.root))
    monkeypatch.setattr(taps, "IpRoute", lambda: types.SimpleNamespace(links=lambda: {**IpRoute(kernel.run).links(), **session.shown()}))
    present({"nic": "ens3", "netdev": "exc0"})
    assert session.links["exc0"].mac == "52:54:00:00:00:03"
    with pytest.raises(ExceptionPathError) as caught:
        present({"nic": "0000:04:00.0", "netdev": "exc1"})
    assert str(caught.value) == (
        "exception_path_ports[0] (exc1): the MAC of nic 0000:04:00.0 (0000:04:00.0) is not known, for it had no kernel driver when it was first seen: "
        "give mac: an address instead of inherit"
    )


def test_a_long_ring_has_a_long_queue(session):
    present(dict(PORT, queue_size=4096))
    assert session.links["exc0"].txqueuelen == 4096


def test_pyroute2_is_needed(monkeypatch):
    monkeypatch.setattr(netlink, "pyroute2", lambda: None)
    with pytest.raises(ExceptionPathError, match="pyroute2 is not on the host: install the package python3-pyroute2, or let the role netdevs ship a wheel"):
        netlink.Netlink()


def test_pyroute2_may_come_as_a_wheel(etc, monkeypatch):
    import sys

    wheels = pathlib.Path(paths.WHEELS)
    wheels.mkdir(parents=True)
    (wheels / "pyroute2-0.9.7-py3-none-any.whl").write_text("")
    monkeypatch.setattr(sys, "path", list(sys.path))
    netlink.pyroute2()
    netlink.pyroute2()
    assert [path for path in sys.path if path.startswith(str(wheels))] == [str(wheels / "pyroute2-0.9.7-py3-none-any.whl")]
    monkeypatch.setitem(sys.modules, "pyroute2", None)
    assert netlink.pyroute2() is None
