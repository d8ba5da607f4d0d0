# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import guard, nics, ports
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

MANAGEMENT, OTHER, THIRD = "0000:01:00.0", "0000:02:00.0", "0000:03:00.0"
SSH = b"LANG=C\0SSH_CONNECTION=192.0.2.9 50000 192.0.2.1 22\0HOME=/root\0"


@pytest.fixture
def host(kernel):
    kernel.add_nic(MANAGEMENT, "ens1", group=1)
    kernel.add_nic(OTHER, "ens2", group=2)
    kernel.add_nic(THIRD, "ens3", group=3)
    return kernel


def protected(kernel):
    return guard.protected_functions(Pci(kernel.root), IpRoute(kernel.run), kernel.root)


def refused(kernel, *names):
    listed = ports.parse([{"nic": name, "netdev": f"exc{index}"} for index, name in enumerate(names)])
    chosen = [nics.Nic(port, Pci(kernel.root).of_netdev(port.nic.value), None) for port in listed]
    return guard.management_problems(chosen, Pci(kernel.root), IpRoute(kernel.run), kernel.root)


def default_route(kernel, name, version=4, **more):
    kernel.routes[version].append(dict({"dst": "default", "gateway": "192.0.2.254" if version == 4 else "fe80::1", "dev": name, "flags": []}, **more))


def test_nothing_to_protect(host):
    assert protected(host) == {}
    assert refused(host, "ens1", "ens2") == []


def test_the_error_names_the_nic_the_reason_and_the_way_out(host):
    default_route(host, "ens1")
    assert refused(host, "ens2", "ens1") == [
        "exception_path_ports[1] (exc1): nic ens1 (0000:01:00.0) is refused, for it carries the IPv4 default route of table main on ens1: "
        "choose another NIC, or set force: true (exception_path_force: true) if the host can be reached in another way"
    ]


@pytest.mark.parametrize(
    "version, route, reason",
    [
        (4, {}, "the IPv4 default route of table main"),
        (6, {}, "the IPv6 default route of table main"),
        (4, {"table": "100"}, "the IPv4 default route of table 100"),
        (6, {"table": "mgmt"}, "the IPv6 default route of table mgmt"),
        (4, {"dst": "0.0.0.0/1"}, "the IPv4 default route of table main"),
        (4, {"dst": "128.0.0.0/1"}, "the IPv4 default route of table main"),
        (6, {"dst": "8000::/1"}, "the IPv6 default route of table main"),
    ],
)
def test_default_routes_of_every_family_and_table(host, version, route, reason):
    default_route(host, "ens1", version, **route)
    assert protected(host) == {MANAGEMENT: f"{reason} on ens1"}


def test_a_default_route_over_several_nics(host):
    host.routes[6].append({"dst": "default", "flags": [], "nexthops": [{"gateway": "fe80::1", "dev": "ens1"}, {"gateway": "fe80::2", "dev": "ens2"}]})
    assert protected(host) == {MANAGEMENT: "the IPv6 default route of table main on ens1", OTHER: "the IPv6 default route of table main on ens2"}


def test_a_route_to_somewhere_protects_nothing(host):
    default_route(host, "ens1", dst="198.51.100.0/24")
    host.routes[4].append({"type": "unreachable", "dst": "default", "metric": 4278198272})
    assert protected(host) == {}


def stacked(kernel, kind):
    if kind == "VLAN over bond":
        kernel.add_upper("bond0", "ens1", "ens2")
        kernel.add_upper("bond0.7", "bond0")
        return "bond0.7", {MANAGEMENT, OTHER}
    if kind == "bridge over bond over two and a third port":
        kernel.add_upper("bond0", "ens1", "ens2")
        kernel.add_upper("br0", "bond0", "ens3")
        return "br0", {MANAGEMENT, OTHER, THIRD}
    kernel.add_upper("top0", "ens1")
    return "top0", {MANAGEMENT}


@pytest.mark.parametrize("kind", ["VLAN over bond", "bridge over bond over two and a third port", "team", "VRF", "macvlan"])
def test_it_looks_through_what_is_stacked_on_a_nic(host, kind):
    top, below = stacked(host, kind)
    default_route(host, top)
    assert protected(host) == dict.fromkeys(below, f"the IPv4 default route of table main through {top}")
    assert len(refused(host, "ens1", "ens2", "ens3")) == len(below)


def test_a_loop_of_netdevs_ends(host):
    host.add_upper("a0", "ens1")
    host.add_upper("b0", "a0")
    os.symlink(os.path.realpath(os.path.join(host.root, "sys/class/net/b0")), os.path.join(host.root, "sys/class/net/a0/lower_b0"))
    assert sorted(guard.below("b0", host.root)) == ["a0", "b0", "ens1"]
    assert guard.below("gone", host.root) == []


def session(kernel, environ=SSH):
    """sshd -> bash -> sudo (which drops the environment) -> python, this very run."""
    kernel.add_process(10, 1, "sshd: a) b (c")
    kernel.add_process(11, 10, "bash", environ)
    kernel.add_process(12, 11, "sudo", b"SUDO_USER=admin\0")
    kernel.add_process(os.getpid(), 12, "python3", b"LANG=C\0")


def test_the_ssh_connection_is_found_above_sudo(host):
    session(host)
    assert guard.ssh_connections(host.root) == [("192.0.2.9", "192.0.2.1")]


def test_an_environment_that_is_not_utf_8_hides_nothing(host):
    session(host, b"NAME=Andr\xe9\0" + SSH)
    assert guard.ssh_connections(host.root) == [("192.0.2.9", "192.0.2.1")]


@pytest.mark.parametrize("environ", [b"SSH_CONNECTION=nonsense\0", b"SSH_CONNECTION=\0", b"MY_SSH_CONNECTION=192.0.2.9 1 192.0.2.1 22\0", b""])
def test_no_ssh_connection(host, environ):
    session(host, environ)
    assert guard.ssh_connections(host.root) == []


def test_the_way_back_to_the_controller_is_protected(host):
    session(host)
    host.way_to["192.0.2.9"] = "ens2"
    assert protected(host) == {OTHER: "the management connection from 192.0.2.9 on ens2"}


def test_the_netdev_with_the_address_of_the_connection_is_protected(host):
    """In a VRF the main table does not know the way, or knows another."""
    session(host)
    host.add_upper("vrf-mgmt", "ens1")
    host.links["ens1"]["addr_info"] = [{"family": "inet", "local": "192.0.2.1", "prefixlen": 24}]
    host.way_to["192.0.2.9"] = "ens2"
    assert set(protected(host)) == {MANAGEMENT, OTHER}


def test_a_link_local_connection(host):
    session(host, b"SSH_CONNECTION=fe80::9%ens1 50000 fe80::1%ens1 22\0")
    host.links["ens1"]["addr_info"] = [{"family": "inet6", "local": "fe80::1", "prefixlen": 64, "scope": "link"}]
    assert protected(host) == {MANAGEMENT: "the management connection from fe80::9 on ens1"}


def test_another_function_of_the_iommu_group_goes_with_it(host):
    host.add_nic("0000:01:00.1", "ens1f1", group=1)
    default_route(host, "ens1")
    (problem,) = refused(host, "ens1f1")
    assert "nic ens1f1 (0000:01:00.1) is refused, for 0000:01:00.0, which goes with it, carries the IPv4 default route of table main on ens1" in problem


def test_a_virtual_function_goes_with_its_physical_one(host):
    host.add_nic("0000:03:10.0", "ens3v0", group=9)
    host.add_virtual_function(THIRD, "0000:03:10.0")
    default_route(host, "ens3v0")
    (problem,) = refused(host, "ens3")
    assert "for 0000:03:10.0, which goes with it, carries" in problem
    assert guard.affected(Pci(host.root), THIRD) == [THIRD, "0000:03:10.0"]
    assert guard.affected(Pci(host.root), "0000:03:10.0") == ["0000:03:10.0"]


def group_problems(kernel, *addresses):
    listed = ports.parse([{"nic": address, "netdev": f"exc{index}"} for index, address in enumerate(addresses)])
    return guard.group_problems([nics.Nic(port, port.nic.value, None) for port in listed], Pci(kernel.root))


def test_a_group_shared_with_what_the_kernel_drives(host):
    host.add_function("0000:01:00.2", "nvme", group=1)
    assert group_problems(host, MANAGEMENT, OTHER) == [
        "exception_path_ports[0] (exc0): nic 0000:01:00.0 (0000:01:00.0) shares IOMMU group 1 with 0000:01:00.2, which nvme drives: "
        "give that function too, release it, or put the NIC into a slot with a group of its own"
    ]


@pytest.mark.parametrize("driver, pci_class", [(None, "0x010802"), ("vfio-pci", "0x010802"), ("pci-stub", "0x010802"), ("pcieport", "0x060400")])
def test_a_group_shared_with_what_does_no_harm(host, driver, pci_class):
    host.add_function("0000:01:00.2", driver, pci_class, group=1)
    assert group_problems(host, MANAGEMENT) == []


def test_a_group_whose_functions_are_all_in_the_list(host):
    host.add_nic("0000:01:00.1", "ens1f1", group=1)
    assert len(group_problems(host, MANAGEMENT)) == 1
    assert group_problems(host, MANAGEMENT, "0000:01:00.1") == []


def route_problems(kernel, *routes, ours=()):
    listed = ports.parse([{"nic": "ens2", "netdev": "exc0", "addresses": ["198.51.100.1/24", "2001:db8::1/64"], "routes": list(routes)}])
    chosen = [nics.Nic(port, OTHER, None) for port in listed]
    return guard.route_problems(listed, chosen, Pci(kernel.root), IpRoute(kernel.run), ours)


V4, V6 = {"to": "default", "via": "198.51.100.9"}, {"to": "default", "via": "2001:db8::9"}


def test_the_hosts_own_route_is_not_replaced(host):
    default_route(host, "ens1")
    default_route(host, "ens1", 6, metric=1024)
    assert route_problems(host, V4, V6) == [
        "exception_path_ports[0] (exc0): route to 0.0.0.0/0 would replace the host's own through ens1: "
        "give it a metric other than 0, or set force: true (exception_path_force: true)",
        "exception_path_ports[0] (exc0): route to ::/0 would replace the host's own through ens1: "
        "give it a metric other than 1024, or set force: true (exception_path_force: true)",
    ]
    kernel_host = {"dst": "203.0.113.7", "dev": "ens1", "flags": []}
    host.routes[4].append(kernel_host)
    assert len(route_problems(host, {"to": "203.0.113.7/32", "via": "198.51.100.9"})) == 1


@pytest.mark.parametrize("more", [{"metric": 100}, {"table": "7"}, {"dev": "exc0"}, {"dev": "ens2"}, {"dev": "exc9"}])
def test_a_route_beside_the_hosts_own_is_fine(host, more):
    default_route(host, more.pop("dev", "ens1"), **more)
    assert route_problems(host, V4, ours=["exc9"]) == []
