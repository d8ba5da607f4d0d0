# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Binding and giving back on a simulated sysfs, with all that can go wrong on the way."""

from __future__ import annotations

import copy
import errno
import os
import pathlib

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import nic_bind_list, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.binding import Binder
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci
from ansible_collections.dataplane.exception_path.tests.unit.fake_kernel import Interrupted

A, B = "0000:03:00.0", "0000:04:00.0"
PORTS = [{"nic": "ens3", "netdev": "exc0"}, {"nic": "ens4", "netdev": "exc1"}]
ADDRESSES = [
    {"family": "inet", "local": "192.0.2.1", "prefixlen": 24, "scope": "global"},
    {"family": "inet6", "local": "2001:db8::1", "prefixlen": 64, "scope": "global"},
]

pytestmark = pytest.mark.usefixtures("etc", "no_waiting")


@pytest.fixture
def host(kernel):
    kernel.add_nic(A, "ens3", mac="52:54:00:00:00:03", group=1, mtu=9000, flags=["BROADCAST", "UP"], addr_info=copy.deepcopy(ADDRESSES))
    kernel.add_nic(B, "ens4", driver="virtio-pci", virtio=True, group=2, flags=["UP"])
    kernel.routes[4].append({"dst": "198.51.100.0/24", "gateway": "192.0.2.254", "dev": "ens3", "protocol": "static", "flags": []})
    kernel.routes[6].append({"dst": "default", "gateway": "fe80::1", "dev": "ens3", "protocol": "static", "flags": [], "table": "main"})
    return kernel


def binder(kernel):
    return Binder(Pci(kernel.root), NicMemory(), IpRoute(kernel.run), kernel.run, kernel.write)


def bind(kernel, ports=None, check_mode=False, warnings=None, force=True, noiommu=False):
    warn = (lambda text: None) if warnings is None else warnings.append
    return nic_bind_list.bound({"ports": ports or PORTS, "force": force, "allow_unsafe_noiommu": noiommu}, check_mode, warn, binder(kernel))


def restore(kernel, ports=None, keep=(), check_mode=False):
    return nic_bind_list.restored({"ports": ports, "keep": list(keep)}, check_mode, binder=binder(kernel))


def state(kernel):
    """All that teardown promises to bring back."""
    return (
        {address: (kernel.driver(address), kernel.override(address)) for address in (A, B)},
        {name: {key: link[key] for key in ("address", "mtu", "addr_info")} | {"up": "UP" in link["flags"]} for name, link in kernel.links.items()},
        {version: [(route["dst"], route.get("gateway"), route["dev"]) for route in routes] for version, routes in kernel.routes.items()},
        os.path.exists(paths.NIC_MEMORY),
    )


def drop_in(kernel, address):
    return os.path.join(kernel.root, paths.UNITS.lstrip("/"), f"driverctl@pci-{address}.service.d", "exception-path.conf")


def with_driverctl(kernel):
    path = os.path.join(kernel.root, "usr/sbin/driverctl")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="ascii"):
        pass
    return [os.path.join(kernel.root, "etc/driverctl.d", f"pci-{address}") for address in (A, B)]


def test_bind_and_bind_again(host):
    result = bind(host)
    assert result["changed"]
    assert result["diff"] == {
        "before": f"{A}: driver e1000e\n{B}: driver virtio-pci\n",
        "after": f"{A}: driver vfio-pci\n{B}: driver vfio-pci\n",
    }
    assert result["nics"][0] == {"address": A, "driver": "vfio-pci", "iommu_group": "1", "mac": "52:54:00:00:00:03", "netdev": "exc0", "numa_node": 0}
    assert (host.driver(A), host.driver(B)) == ("vfio-pci", "vfio-pci")
    assert host.writes == [
        "vfio-pci > driver_override",
        f"{A} > unbind",
        f"{A} > drivers_probe",
        "vfio-pci > driver_override",
        f"{B} > unbind",
        f"{B} > drivers_probe",
    ]
    again = bind(host)
    assert not again["changed"] and again["diff"] == {"before": "", "after": ""}
    assert again["nics"] == result["nics"], "the names are gone, and the memory knows them"
    assert len(host.writes) == 6


def test_there_and_back(host):
    before = state(host)
    bind(host)
    assert host.links == {}
    result = restore(host)
    assert (result["changed"], result["restored"]) == (True, [A, B])
    assert f"{A}: driver e1000e, interface ens3\n" in result["diff"]["after"]
    assert state(host) == before
    assert not restore(host)["changed"]


def test_check_mode_tells_and_touches_nothing(host):
    before = state(host)
    told = bind(host, check_mode=True)
    assert state(host) == before and not host.writes and "modprobe" not in " ".join(host.ran)
    assert told["diff"] == bind(host)["diff"]
    after = state(host)
    told = restore(host, check_mode=True)
    assert state(host) == after and len(host.writes) == 6
    assert told["diff"] == restore(host)["diff"]


def test_a_nic_left_to_its_driver_is_not_touched(host):
    result = bind(host, [dict(PORTS[0], driver="kernel")])
    assert not result["changed"] and not host.writes
    assert result["nics"][0]["driver"] == "e1000e"


def test_problems_come_together_and_before_anything_is_touched(host):
    host.routes[4].append({"dst": "default", "gateway": "192.0.2.254", "dev": "ens3", "flags": []})
    with pytest.raises(ExceptionPathError) as caught:
        bind(host, [*PORTS, {"nic": "ens9", "netdev": "exc2"}], force=False)
    # The IPv6 default route of the fixture and this one are one reason.
    assert [problem.partition(" is ")[0] for problem in caught.value.problems] == [
        "exception_path_ports[2] (exc2): nic ens9",
        "exception_path_ports[0] (exc0): nic ens3 (0000:03:00.0)",
    ]
    assert not host.writes
    assert bind(host, PORTS, force=True)["changed"]


def test_driverctl_keeps_the_binding_over_reboots(host):
    files = with_driverctl(host)
    assert "at boot: vfio-pci" in bind(host)["diff"]["after"]
    assert [pathlib.Path(path).read_text(encoding="ascii") for path in files] == ["vfio-pci\n"] * 2
    os.unlink(files[1])
    repaired = bind(host)
    assert repaired["diff"] == {"before": f"{B} at boot: (none)\n", "after": f"{B} at boot: vfio-pci through driverctl@pci-{B}.service\n"}
    restore(host)
    assert not os.path.exists(os.path.dirname(files[0]))
    assert not os.path.exists(os.path.dirname(drop_in(host, A)))


def test_at_boot_no_other_nic_of_the_model_goes_to_vfio(host):
    with_driverctl(host)
    bind(host)
    text = pathlib.Path(drop_in(host, A)).read_text(encoding="ascii")
    assert "ExecStart=\nExecStart=/bin/sh -c" in text, "driverctl's own way is replaced, not followed by ours"
    assert "new_id" not in text and f"echo vfio-pci > /sys/bus/pci/devices/{A}/driver_override" in text


def test_what_driverctl_was_told_before_is_told_again(host):
    files = with_driverctl(host)
    os.makedirs(os.path.dirname(files[0]))
    pathlib.Path(files[0]).write_text("uio_pci_generic\n", encoding="ascii")
    bind(host)
    assert pathlib.Path(files[0]).read_text(encoding="ascii") == "vfio-pci\n"
    restore(host)
    assert pathlib.Path(files[0]).read_text(encoding="ascii") == "uio_pci_generic\n"


def test_on_the_way_back_only_the_old_driver_is_asked(host):
    """vfio-pci would take the NIC again if somebody has written its device id into new_id."""
    bind(host)
    host.writes.clear()
    restore(host)
    assert [write for write in host.writes if "driver_override" in write][:2] == ["e1000e > driver_override", " > driver_override"]


def test_after_a_boot_without_driverctl_the_first_memory_counts(host):
    before = state(host)
    bind(host)
    host.boot()
    assert host.driver(A) == "e1000e"
    assert bind(host)["changed"]
    restore(host)
    assert state(host) == before


@pytest.mark.parametrize("fault", ["deaf", "busy"])
def test_the_second_fails_so_all_have_their_old_state_again(host, fault):
    files = with_driverctl(host)
    before = state(host)
    if fault == "deaf":
        host.deaf[B] = ["vfio-pci"]
    else:
        host.unbind_errno[B] = errno.EBUSY
    with pytest.raises(ExceptionPathError) as caught:
        bind(host)
    if fault == "deaf":
        assert str(caught.value).startswith(f"{B} did not go to vfio-pci: sysfs shows no driver after 10 s; see the kernel log (dmesg)")
    else:
        assert f"writing '{B}' to " in str(caught.value) and "failed: Device or resource busy; see the kernel log (dmesg)" in str(caught.value)
    assert str(caught.value).endswith(f"({A}, {B}: as before this run)")
    assert state(host) == before
    assert not any(os.path.exists(path) for path in files)


def test_a_failed_nic_has_its_addresses_again_too(host):
    before = state(host)
    host.deaf[A] = ["vfio-pci"]
    with pytest.raises(ExceptionPathError, match="did not go to vfio-pci"):
        bind(host)
    assert state(host) == before


def test_the_first_fault_is_told_when_the_way_back_fails_too(host):
    host.deaf[B] = ["vfio-pci", "virtio-pci"]
    with pytest.raises(ExceptionPathError, match="did not go to vfio-pci") as caught:
        bind(host)
    assert len(caught.value.problems) == 2 and "did not go to virtio-pci" in caught.value.problems[1]
    assert host.driver(A) == "e1000e", "what can be given back is"
    host.deaf.clear()
    restore(host)
    assert (host.driver(B), "ens4" in host.links) == ("virtio-pci", True)


def test_giving_back_fails_loudly_and_succeeds_later(host):
    bind(host)
    host.deaf[A] = ["e1000e"]
    with pytest.raises(ExceptionPathError, match=f"{A} did not go to e1000e: sysfs shows no driver"):
        restore(host)
    assert NicMemory().get(A), "still remembered"
    host.deaf.clear()
    restore(host)
    assert host.driver(A) == "e1000e" and "ens3" in host.links


def test_the_netdev_comes_back_with_another_name(host):
    before = state(host)
    bind(host)
    host.name_at_return[A] = "eth0"
    restore(host)
    assert state(host) == before


def test_the_old_name_is_somebody_elses_by_now(host):
    bind(host)
    host.name_at_return[A] = "eth0"
    host.add_upper("ens3")
    with pytest.raises(ExceptionPathError) as caught:
        restore(host)
    assert str(caught.value) == f"{A} was ens3 and is now eth0, but another interface has the name ens3: rename that one, then run again"
    assert NicMemory().get(A)


def test_no_netdev_comes_back(host):
    bind(host)
    host.without_netdev.add(A)
    with pytest.raises(ExceptionPathError, match=f"{A} is back with driver e1000e, but no netdev came up within 30 s"):
        restore(host)


def test_a_nic_in_use_is_not_unbound_for_that_would_hang(host):
    bind(host)
    host.add_process(70, 1, "exception-path-", files=["/dev/vfio/2"])
    writes = len(host.writes)
    with pytest.raises(ExceptionPathError) as caught:
        restore(host)
    assert str(caught.value) == f"{B} is in use by exception-path- (process 70): stop it first, then run again"
    assert len(host.writes) == writes, "the first of the list neither"


def test_in_check_mode_a_forwarder_that_still_runs_is_no_fault(host):
    """A teardown in check mode has not stopped it."""
    bind(host)
    host.add_process(70, 1, "exception-path-", files=["/dev/vfio/2"])
    assert restore(host, check_mode=True)["restored"] == [A, B]


def test_teardown_after_a_nic_was_pulled_out(host):
    files = with_driverctl(host)
    bind(host)
    host.pull_out(A)
    restore(host)
    assert host.driver(B) == "virtio-pci"
    assert NicMemory().nics == {} and not any(os.path.exists(path) for path in files)


def test_what_the_inventory_dropped_is_told_and_can_be_given_back(host):
    bind(host)
    assert bind(host, PORTS[:1])["leftover"] == [B]
    assert restore(host, keep=PORTS[:1])["restored"] == [B]
    assert (host.driver(A), host.driver(B)) == ("vfio-pci", "virtio-pci")


def test_a_nic_that_goes_to_the_kernel_driver_is_given_back_too(host):
    bind(host)
    assert bind(host, [PORTS[0], dict(PORTS[1], driver="kernel")])["leftover"] == [B]
    assert restore(host, keep=[PORTS[0], dict(PORTS[1], driver="kernel")])["restored"] == [B]


def test_only_the_ports_given_are_given_back(host):
    bind(host)
    assert restore(host, PORTS[1:])["restored"] == [B]
    with pytest.raises(ExceptionPathError, match="nic ens9 is not on this host"):
        restore(host, [{"nic": "ens9", "netdev": "exc9"}])
    assert restore(host, [{"nic": "ens4"}])["restored"] == [], "not one that is not bound"


def test_a_nic_without_a_driver_goes_back_to_none(host):
    host.add_function("0000:05:00.0", None, "0x020000", group=5)
    host._native["0000:05:00.0"] = None
    bind(host, [{"nic": "0000:05:00.0", "netdev": "exc5"}])
    assert host.driver("0000:05:00.0") == "vfio-pci"
    restore(host)
    assert (host.driver("0000:05:00.0"), host.override("0000:05:00.0")) == (None, "(null)")


def test_an_override_of_somebody_else_is_put_back(host):
    host.write(os.path.join(host.root, "sys/bus/pci/devices", A, "driver_override"), "e1000e")
    before = state(host)
    bind(host)
    restore(host)
    assert state(host) == before and host.override(A) == "e1000e"


@pytest.mark.parametrize("writes", range(6))
def test_a_run_cut_short_before_any_write_is_finished_by_the_next(host, writes):
    before = state(host)
    host.interrupt_before_write = writes
    with pytest.raises(Interrupted):
        bind(host)
    host.interrupt_before_write = None
    bind(host)
    assert (host.driver(A), host.driver(B)) == ("vfio-pci", "vfio-pci")
    assert not bind(host)["changed"]
    restore(host)
    assert state(host) == before


@pytest.mark.parametrize("writes", range(6))
def test_a_run_cut_short_can_be_taken_back_right_away(host, writes):
    before = state(host)
    host.interrupt_before_write = writes
    with pytest.raises(Interrupted):
        bind(host)
    host.interrupt_before_write = None
    restore(host)
    assert state(host) == before


@pytest.mark.parametrize("writes", range(6))
def test_a_teardown_cut_short_is_finished_by_the_next(host, writes):
    before = state(host)
    bind(host)
    host.interrupt_before_write = len(host.writes) + writes
    with pytest.raises(Interrupted):
        restore(host)
    host.interrupt_before_write = None
    restore(host)
    assert state(host) == before


def test_no_iommu_is_said_with_what_to_add_to_the_command_line(kernel):
    kernel.add_nic(A, "ens3")
    with open(os.path.join(kernel.root, "proc/cpuinfo"), "w", encoding="ascii") as file:
        file.write("vendor_id\t: AuthenticAMD\n")
    with pytest.raises(ExceptionPathError) as caught:
        bind(kernel, PORTS[:1])
    assert str(caught.value) == (
        "the kernel has no IOMMU, which vfio-pci needs to keep a NIC inside the forwarder's memory: turn on VT-d, AMD-Vi or SMMU in the firmware, "
        "add amd_iommu=on iommu=pt to the kernel command line and reboot; "
        "for a machine that has none, set allow_unsafe_noiommu: true (exception_path_allow_unsafe_noiommu: true)"
    )


@pytest.mark.parametrize(
    "vendor, words",
    [
        ("GenuineIntel", "add intel_iommu=on iommu=pt to"),
        ("CPU implementer : 0x41", "add intel_iommu=on iommu=pt (Intel), amd_iommu=on iommu=pt (AMD) or iommu.passthrough=1 (Arm) to"),
    ],
)
def test_one_nic_outside_of_the_iommu(host, vendor, words):
    host.add_nic("0000:06:00.0", "ens6")
    with open(os.path.join(host.root, "proc/cpuinfo"), "w", encoding="ascii") as file:
        file.write(vendor)
    with pytest.raises(ExceptionPathError) as caught:
        bind(host, [{"nic": "ens6", "netdev": "exc6"}])
    assert "nic ens6 (0000:06:00.0) is behind no IOMMU although the host has one: " in str(caught.value) and words in str(caught.value)


@pytest.fixture
def unsafe_mode(monkeypatch, etc, commands):
    """The parameter of the kernel module vfio, and modprobe that makes it."""
    path = etc / "enable_unsafe_noiommu_mode"
    monkeypatch.setattr(nic_bind_list, "_NOIOMMU", str(path))
    commands.on("modprobe vfio", do=lambda _command: path.parent.mkdir(exist_ok=True) or path.write_text("N\n") and "")
    return path


def test_unsafe_mode_on_request_only_and_with_a_warning(kernel, unsafe_mode):
    kernel.add_nic(A, "ens3")
    warnings = []
    told = bind(kernel, PORTS[:1], check_mode=True, warnings=warnings, noiommu=True)
    assert not unsafe_mode.exists() and not os.path.exists(paths.NOIOMMU_CONF)
    result = bind(kernel, PORTS[:1], warnings=warnings, noiommu=True)
    assert told["diff"] == result["diff"] and "unsafe no-IOMMU mode: Y\n" in result["diff"]["after"]
    assert len(warnings) == 2 and "can write to any memory of the host" in warnings[0]
    assert unsafe_mode.read_text() == "1"
    unsafe_mode.write_text("Y\n")
    assert not bind(kernel, PORTS[:1], noiommu=True)["changed"]
    assert restore(kernel, check_mode=True)["changed"] and unsafe_mode.read_text() == "Y\n"
    restore(kernel)
    assert unsafe_mode.read_text() == "0" and not os.path.exists(paths.NOIOMMU_CONF)


def test_the_default_binder_looks_at_this_host_and_writes_for_real(commands, tmp_path):
    assert nic_bind_list.default_binder().pci.root == "/"
    nic_bind_list.default_binder()._write(str(tmp_path / "driver_override"), "vfio-pci")
    assert (tmp_path / "driver_override").read_text() == "vfio-pci"
