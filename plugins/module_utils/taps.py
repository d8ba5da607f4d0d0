# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module tap_netdev: taps as the inventory wants them, over netlink.

A tap is made before the forwarder runs and outlives it. What the inventory names is set; an
address that an earlier inventory named and this one does not is removed; any other address
(keepalived's, an engineer's) is left alone unless asked otherwise.
"""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, netdev_boot, netlink, nics as nic_names, paths, tap_device
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

# The kernel's default (DEFAULT_TX_QUEUE_LEN); the tap's own ring has this length.
_TXQUEUELEN = 1000


@dataclass(frozen=True)
class Wish:
    name: str
    mac: str | None
    mtu: int
    txqueuelen: int
    addresses: tuple
    routes: tuple


def recorded():
    """Names of the netdevs that this collection has made on the host."""
    try:
        files = os.listdir(paths.NETDEV_RECORDS)
    except OSError:
        return []
    return sorted(name[: -len(".create")] for name in files if name.endswith(".create"))


def name_problems(ports, links):
    """A problem for every netdev name that an interface of somebody else has."""
    ours = recorded()
    return [
        f"{port.label}: netdev {port.netdev} is the name of an interface that this collection did not make: choose another name, or remove that interface"
        for port in ports
        if port.netdev in links and (port.netdev not in ours or not tap_device.flags(links[port.netdev]))
    ]


def present(params, check_mode=False):
    links = IpRoute().links()
    wishes = _wishes(port_model.parse(params["ports"], need=("netdev",)), links)
    uid = _uid(params["owner"], check_mode)
    changes = Changes()
    boot = _Boot(params["boot"], changes, check_mode)
    # On a virgin host in check mode pyroute2 may not be there yet; nor is any netdev to look at.
    if check_mode and netlink.pyroute2() is None and not any(wish.name in links for wish in wishes):
        boot.record(wishes, params["owner"])
        for wish in wishes:
            _Tap(wish, None, None, {}, changes, True).converge(uid)
            boot.keep(wish, params["owner"])
        boot.enable([wish.name for wish in wishes])
        return dict(changes.result(), leftover=[])
    with netlink.Netlink() as session:
        before = {wish.name: netdev_boot.addresses_of(host.read(netdev_boot.ip_path(wish.name))) for wish in wishes}
        boot.record(wishes, params["owner"])
        now = session.netdevs({wish.name for wish in wishes})
        for wish in wishes:
            tap = _Tap(wish, session, now.get(wish.name), links.get(wish.name, {}), changes, check_mode)
            tap.converge(uid, before[wish.name], params["unlisted_addresses"] == "remove")
            boot.keep(wish, params["owner"])
        boot.enable([wish.name for wish in wishes])
    return dict(changes.result(), leftover=sorted(set(recorded()) - {wish.name for wish in wishes}))


def absent(params, check_mode=False):
    names = _to_remove(params)
    changes = Changes()
    # In check mode the forwarder of a teardown still runs: it has not been stopped either.
    links = IpRoute().links() if names else {}
    # In check mode the forwarder of a teardown still runs: it has not been stopped either.
    busy = [] if check_mode else [name for name in names if tap_device.attached_queues(links.get(name, {}))]
    raise_if([f"netdev {name} is served by a running forwarder: stop it first, then run again" for name in busy])
    there = [name for name in names if name in links]
    for name in names:
        if name in there:
            changes.note(name, "present", "absent")
        for path in (netdev_boot.create_path(name), netdev_boot.ip_path(name), netdev_boot.link_path(name)):
            if os.path.exists(path):
                changes.note(path, "present", "absent")
    if not check_mode:
        if there:
            with netlink.Netlink() as session:
                for name in there:
                    session.delete_link(session.index(name), f"removing {name}")
        _Boot(True, changes, check_mode).drop(names)
    return dict(changes.result(), removed=names)


class _Tap:
    """One netdev on its way from what it is to what it should be."""

    def __init__(self, wish, session, now, link, changes, check_mode):
        self.wish = wish
        self.session = session
        self.now = now
        self.link = link
        self.made = False
        self.changes = changes
        self.check_mode = check_mode

    def converge(self, uid, earlier=(), remove_unlisted=False):
        name = self.wish.name
        flags = tap_device.flags(self.link)
        if self.changes.note(f"{name} device", " ".join(flags), " ".join(tap_device.WANTED)):
            self._make(uid)
        elif uid is not None and self.changes.note(f"{name} owner", tap_device.owner(self.link), uid) and not self.check_mode:
            tap_device.set_owner(name, uid)
        self._attributes()
        routes = list(self.now.routes) if self.now else []
        self._addresses(earlier, remove_unlisted)
        self._routes(routes)

    def _make(self, uid):
        name = self.wish.name
        if self.check_mode:
            self.now = None
            return
        if self.now:
            self.session.delete_link(self.now.index, f"removing {name} to make it anew")
        tap_device.create(name, uid)
        self.made = True
        self.now = self.session.made(name)

    def _attributes(self):
        # What the kernel gave to a tap that was made a moment ago is no state from before.
        wish, now = self.wish, None if self.made else self.now
        for word, attribute, before, after in (
            ("MAC", "address", now and now.mac, wish.mac),
            ("MTU", "mtu", now and now.mtu, wish.mtu),
            ("txqueuelen", "txqlen", now and now.txqueuelen, wish.txqueuelen),
        ):
            if after is not None and self.changes.note(f"{wish.name} {word}", before, after):
                self._do(f"{word} {after} on {wish.name}", "set_link", **{attribute: after})
        # Up before the addresses: IPv6 ones are dropped by a netdev that is down.
        if self.changes.note(f"{wish.name} state", "up" if now and now.up else "down", "up"):
            self._do(f"setting {wish.name} up", "set_link", state="up")

    def _addresses(self, earlier, remove_unlisted):
        name = self.wish.name
        present_now = list(self.now.addresses) if self.now else []
        ours = [address for address in present_now if not address.startswith("fe80:") or address in self.wish.addresses]
        drop = [address for address in ours if address not in self.wish.addresses and (remove_unlisted or address in earlier)]
        add = [address for address in self.wish.addresses if address not in present_now]
        kept = [address for address in ours if address not in drop]
        self.changes.note(f"{name} addresses", sorted(ours), sorted(kept + add))
        for address in drop:
            self._do(f"removing address {address} of {name}", "delete_address", address)
        for address in add:
            self._do(f"address {address} on {name}", "add_address", address)
        if drop and not self.check_mode:
            # A route goes when its source address does: look again before routes are compared.
            self.now.routes = self.session.netdevs({name})[name].routes

    def _routes(self, before):
        name = self.wish.name
        wanted = {netlink.route_key(route): route for route in self.wish.routes}
        present_now = list(self.now.routes) if self.now else []
        self.changes.note(f"{name} routes", _shown(before), _shown(wanted))
        for key in present_now:
            if key not in wanted:
                self._do(f"removing route to {key[0]} through {name}", "delete_route", key)
        for key, route in wanted.items():
            if key not in present_now:
                self._do(f"route to {route.to} through {name}", "add_route", route)

    def _do(self, what, method, *arguments, **attributes):
        if not self.check_mode:
            getattr(self.session, method)(self.now.index, *arguments, what=what, **attributes)


class _Boot:
    """The files and units that bring the netdevs back."""

    def __init__(self, wanted, changes, check_mode):
        self.wanted = wanted
        self.changes = changes
        self.check_mode = check_mode
        self.systemd = Systemd()

    def record(self, wishes, owner):
        """Before the netdevs themselves: so they are on record as ours from the first moment."""
        new_links = False
        for wish in wishes:
            files = netdev_boot.files(wish.name, wish, owner)
            self._write(netdev_boot.create_path(wish.name), files[netdev_boot.create_path(wish.name)])
            link = netdev_boot.link_path(wish.name)
            new_links |= self._write(link, files[link])
        if new_links and not self.check_mode:
            host.run(["udevadm", "control", "--reload"], check=False)

    def keep(self, wish, owner):
        """After the netdev: until it is as wanted, the file tells what an earlier run has set."""
        path = netdev_boot.ip_path(wish.name)
        self._write(path, netdev_boot.files(wish.name, wish, owner)[path])

    def enable(self, names):
        if self._write(self.systemd.path(netdev_boot.TEMPLATE), netdev_boot.template_text()) and not self.check_mode:
            self.systemd.reload()
        wrong = [netdev_boot.unit(name) for name in names if os.path.islink(self._enabled_link(name)) != self.wanted]
        for unit in wrong:
            self.changes.note(unit, *(("disabled", "enabled") if self.wanted else ("enabled", "disabled")))
        if not self.check_mode:
            (self.systemd.enable if self.wanted else self.systemd.disable)(*wrong)

    def drop(self, names):
        self.systemd.disable(*[netdev_boot.unit(name) for name in names if os.path.islink(self._enabled_link(name))])
        units = [netdev_boot.unit(name) for name in names]
        if units:
            self.systemd.call("stop", *units, check=False)
        for name in names:
            for path in (netdev_boot.ip_path(name), netdev_boot.link_path(name), netdev_boot.create_path(name)):
                host.remove(path)
        host.remove_empty_folder(paths.NETDEV_RECORDS)
        host.remove_empty_folder(paths.SETTINGS)
        if units:
            self.systemd.call("reset-failed", *units, check=False)
        if not recorded() and host.remove(self.systemd.path(netdev_boot.TEMPLATE)):
            self.systemd.reload()

    def _enabled_link(self, name):
        return self.systemd.path(f"multi-user.target.wants/{netdev_boot.unit(name)}")

    def _write(self, path, text):
        old = host.read(path)
        if not self.changes.note(path, None if old is None else old + "\n", text):
            return False
        if not self.check_mode:
            host.write(path, text)
        return True


def _wishes(ports, links):
    """Ports to netdevs; ``mac: inherit`` is looked up on the host."""
    raise_if(name_problems(ports, links))
    inherit = [port for port in ports if port.mac == port_model.INHERIT and port.nic]
    nics, problems = nic_names.resolve(inherit, Pci(), links, NicMemory())
    problems += mac_problems(nics)
    raise_if(problems)
    inherited = {nic.port.index: nic.mac for nic in nics}
    return [
        Wish(
            name=port.netdev,
            mac=inherited.get(port.index) if port.mac == port_model.INHERIT else port.mac,
            mtu=port.mtu,
            txqueuelen=max(_TXQUEUELEN, port.queue_size),
            addresses=port.addresses,
            routes=port.routes,
        )
        for port in ports
    ]


def mac_problems(nics):
    return [
        f"{nic.port.label}: the MAC of nic {nic.port.nic} ({nic.address}) is not known, for it had no kernel driver when it was first seen: "
        "give mac: an address instead of inherit"
        for nic in nics
        if nic.wanted_mac is None
    ]


def _uid(owner, check_mode):
    try:
        return pwd.getpwnam(owner).pw_uid
    except KeyError:
        if check_mode:
            return None
        raise ExceptionPathError(f"the user {owner} is not on the host: create it (role forwarder does), or name another owner") from None


def _to_remove(params):
    if params["ports"] is not None:
        wanted = [port.netdev for port in port_model.parse(params["ports"], need=("netdev",))]
        return [name for name in wanted if name in recorded()]
    kept = {port.netdev for port in port_model.parse(params["keep"], need=("netdev",))}
    return [name for name in recorded() if name not in kept]


def _shown(keys):
    return sorted(to + (f" via {via}" if via else "") + (f" metric {metric}" if metric else "") for to, via, metric in keys)
