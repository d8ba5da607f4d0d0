# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib
import types

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths, service, tap_device, telemetry
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

UNIT = "exception-path@default.service"
PORTS = [{"nic": "0000:03:00.0", "netdev": "exc0"}, {"nic": "ens4", "netdev": "exc1", "queues": 2}]


class Host:
    """The forwarder as systemd, the kernel and telemetry show it."""

    def __init__(self, commands):
        self.state, self.enabled, self.reload_needed = "inactive", False, "no"
        self.digest = None
        self.dark, self.silent, self.unserved, self.links_down, self.comes_up = set(), False, set(), set(), True
        self.netdevs = {"exc0", "exc1"}
        self.nics = {"exc0": "0000:03:00.0", "exc1": "0000:04:00.0"}
        # ``old``: a forwarder that was built before the mirror.
        self.states, self.old = {}, False
        self.commands = commands
        commands.on(
            "systemctl show", do=lambda _command: f"ActiveState={self.state}\nSubState=x\nNeedDaemonReload={self.reload_needed}\nNRestarts=0\nMainPID=0\n"
        )
        commands.on("systemctl is-enabled", do=lambda _command: "enabled\n" if self.enabled else "disabled\n")
        commands.on("systemctl enable", do=lambda _command: setattr(self, "enabled", True))
        commands.on("systemctl disable", do=lambda _command: setattr(self, "enabled", False))
        commands.on("systemctl restart", do=self.restart)
        commands.on("systemctl stop", do=lambda _command: setattr(self, "state", "inactive"))
        commands.on("systemctl daemon-reload").on("systemctl reset-failed")
        commands.on("journalctl", "EAL: no free hugepages\nexception-path-forwarder: giving up\n")

    def restart(self, _command):
        self.state = "active"
        settings = pathlib.Path(paths.SETTINGS, "default.env").read_text().splitlines()
        digest = next(line.partition("=")[2] for line in settings if line.startswith("CONFIG_DIGEST="))
        place = pathlib.Path(paths.RUNTIME, "default/config-digest")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(digest + "\n")
        if self.comes_up:
            self.dark, self.silent, self.unserved, self.states = set(), False, set(), {}

    def attached(self):
        return self.netdevs - self.dark if self.state == "active" else set()

    def pairs(self, _instance):
        if self.silent:
            raise ExceptionPathError("instance default does not answer")
        names = sorted(self.netdevs - self.unserved)
        return {f"virtio_user{index}": self.pair(name) for index, name in enumerate(names)}

    def pair(self, name):
        pair = {"netdev": name, "link": "down" if name in self.links_down else "up", "nic": self.nics.get(name)}
        return pair if self.old else dict(pair, mirror={"state": self.states.get(name, "forwarding")})


@pytest.fixture
def host(etc, kernel, commands, monkeypatch, no_waiting):
    kernel.add_nic("0000:03:00.0", "ens3", mac="52:54:00:00:00:03", group=1)
    kernel.add_nic("0000:04:00.0", "ens4", mac="52:54:00:00:00:04", group=2, node=1)
    found = Host(commands)
    monkeypatch.setattr(service, "Pci", lambda: Pci(kernel.root))
    monkeypatch.setattr(service, "IpRoute", lambda: types.SimpleNamespace(links=lambda: IpRoute(kernel.run).links() | dict.fromkeys(found.netdevs, {})))
    monkeypatch.setattr(service.cpus, "choose", lambda wish, queues, nodes: [1, 2] if wish == "auto" else [int(wish)])
    monkeypatch.setattr(service.pwd, "getpwnam", lambda _name: os.stat("/proc/self") and type("User", (), {"pw_uid": 990}))
    monkeypatch.setattr(tap_device, "attached", found.attached)
    monkeypatch.setattr(telemetry, "pairs", found.pairs)
    for path in (paths.FORWARDER, paths.PREPARE, paths.VHOST_NET, paths.TUN):
        place = pathlib.Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text("")
        place.chmod(0o755)
    return found


def act(state="started", check_mode=False, **changes):
    params = {"ports": PORTS, "instance": "default", "lcores": "auto", "idle": "adaptive", "hugepages_mb": 64, "timeout": 30, "artifact": None}
    params = {**params, "testpmd": None, "prepare": None, **changes}
    return getattr(service.Service(params, check_mode), state)()


def files():
    return sorted(str(path) for folder in (paths.SETTINGS, paths.UNITS) for path in pathlib.Path(folder).rglob("*") if path.is_file())


def test_started_and_left_alone(host, commands):
    result = act()
    assert result["restarted"] and result["unit"] == UNIT and result["links_down"] == []
    assert f"{UNIT}: inactive, not running\n" in result["diff"]["before"] and f"{UNIT}: active, forwarding\n" in result["diff"]["after"]
    assert len(files()) == 3 and host.enabled
    settings = pathlib.Path(paths.SETTINGS, "default.env").read_text()
    assert "-l 1-2 -a 0000:03:00.0 -a 0000:04:00.0 --vdev=virtio_user0," in settings and "--socket-mem=64,64" in settings
    assert "mac=52:54:00:00:00:04" in settings and 'NICS="0000:03:00.0=vfio-pci 0000:04:00.0=vfio-pci"' in settings
    commands.calls.clear()
    again = act()
    assert again == {"changed": False, "diff": {"before": "", "after": ""}, "unit": UNIT, "restarted": False, "links_down": []}
    assert not [call for call in commands.calls if call.split()[1] not in ("show", "is-enabled")]


def test_check_mode_writes_and_starts_nothing(host, commands):
    told = act(check_mode=True)
    assert files() == [] and not host.enabled and "systemctl restart" not in commands and "systemctl daemon-reload" not in commands
    assert told["restarted"] and told["diff"] == act()["diff"]
    told = act("absent", check_mode=True)
    assert len(files()) == 3 and host.enabled and host.state == "active"
    assert told["diff"] == act("absent")["diff"]


def test_check_mode_on_a_host_that_has_nothing_yet(host):
    host.netdevs.clear()
    os.unlink(paths.FORWARDER)
    os.unlink(paths.VHOST_NET)
    assert act(check_mode=True)["restarted"]


@pytest.mark.parametrize(
    "change",
    [
        {"lcores": "3"},
        {"idle": "poll"},
        {"hugepages_mb": 128},
        {"hugepages_mb": None},
        {"ports": PORTS[:1]},
        {"ports": [dict(PORTS[0], queue_size=512), PORTS[1]]},
        {"ports": [dict(PORTS[0], offloads={"tso": False}), PORTS[1]]},
        {"ports": [dict(PORTS[0], limits={"icmp": 500}), PORTS[1]]},
        {"ports": [dict(PORTS[0], driver="kernel"), PORTS[1]]},
    ],
)
def test_other_settings_restart_it(host, change):
    act()
    told = act(check_mode=True, **change)
    result = act(**change)
    assert result["restarted"] and "active, started with other settings\n" in result["diff"]["before"] and told["diff"] == result["diff"]
    assert not act(**change)["changed"]


def test_addresses_and_routes_do_not_restart_it(host):
    act()
    assert not act(ports=[dict(PORTS[0], addresses=["192.0.2.1/24"], routes=[{"to": "default"}]), PORTS[1]])["changed"]


@pytest.mark.parametrize("change, text", [({"mtu": 9000}, "mtu=9000"), ({"mac": "52:54:00:00:00:77"}, "mac=52:54:00:00:00:77")])
def test_mtu_and_mac_are_followed_and_restart_nothing(host, change, text):
    act()
    changed = [dict(PORTS[0], **change), PORTS[1]]
    told = act(check_mode=True, ports=changed)
    result = act(ports=changed)
    assert result["changed"] and not result["restarted"] and told["diff"] == result["diff"]
    assert text in pathlib.Path(paths.SETTINGS, "default.env").read_text(), "the next start has it"
    assert not act(ports=changed)["changed"]


def test_another_artifact_restarts_it(host, monkeypatch):
    found = {"present": True, "intact": True, "sha256": "1" * 64, "dpdk": {"method": "source"}}
    monkeypatch.setattr(service.installed, "forwarder", lambda: found)
    act()
    assert not act()["changed"] and not act(artifact="1" * 64)["changed"]
    assert act(check_mode=True, artifact="2" * 64)["restarted"], "the one that is to be installed"
    found["sha256"] = "2" * 64
    assert act()["restarted"]


def test_a_new_dpdk_of_the_distribution_restarts_what_uses_it(host, monkeypatch, tmp_path):
    library = tmp_path / "librte_eal.so.23"
    library.write_text("old")
    monkeypatch.setattr(service.glob, "glob", lambda pattern: [str(library)] if pattern.startswith("/usr/lib/*") else [])
    found = {"present": True, "intact": True, "sha256": "1" * 64, "dpdk": {"method": "package"}}
    monkeypatch.setattr(service.installed, "forwarder", lambda: found)
    act()
    library.write_text("newer")
    assert act()["restarted"]
    found["dpdk"] = {"method": "source"}
    act()
    library.write_text("newest")
    assert not act()["restarted"]


@pytest.mark.parametrize(
    "fault, why",
    [
        ({"dark": {"exc1"}}, "not forwarding (no queue attached to exc1)"),
        ({"states": {"exc0": "no NIC", "exc1": "no netdev"}}, "not forwarding (exc0: no NIC, exc1: no netdev)"),
        ({"silent": True}, "not forwarding (instance default does not answer)"),
        ({"unserved": {"exc0"}}, "not forwarding (telemetry shows no pair for exc0)"),
        ({"state": "failed"}, "failed, not running"),
    ],
)
def test_what_does_not_forward_is_restarted(host, fault, why):
    act()
    for name, value in fault.items():
        setattr(host, name, value)
    result = act()
    assert result["restarted"] and why in result["diff"]["before"]
    assert not act()["changed"]


def test_a_run_cut_short_after_the_files_is_made_good(host, commands):
    def cut(_command):
        raise KeyboardInterrupt

    commands.on("systemctl restart", do=cut)
    with pytest.raises(KeyboardInterrupt):
        act()
    commands.on("systemctl restart", do=host.restart)
    assert act()["restarted"] and not act()["changed"]


def test_a_run_cut_short_before_the_reload_is_made_good(host, commands):
    act()
    host.reload_needed = "yes"
    commands.calls.clear()
    act()
    assert "systemctl daemon-reload" in commands


def test_not_enabled_is_enabled_without_a_restart(host):
    act()
    host.enabled = False
    result = act()
    assert host.enabled and not result["restarted"] and result["diff"] == {"before": f"{UNIT} at boot: disabled\n", "after": f"{UNIT} at boot: enabled\n"}


def test_it_does_not_come_up_so_the_journal_is_in_the_error(host, commands):
    commands.on("systemctl restart", stderr="Job for exception-path@default.service failed.\n", code=1)
    with pytest.raises(ExceptionPathError) as caught:
        act()
    assert str(caught.value) == (
        f"{UNIT} did not come up: Job for exception-path@default.service failed.\n"
        "The last lines of its journal:\nEAL: no free hugepages\nexception-path-forwarder: giving up"
    )
    assert f"journalctl --unit {UNIT} --lines 30 --no-pager --output=short-iso" in commands.calls


def test_it_runs_and_never_forwards(host, no_waiting):
    host.comes_up, host.dark = False, {"exc1"}
    begin = no_waiting[0]
    with pytest.raises(ExceptionPathError, match="it does not forward after 30 s: no queue attached to exc1\nThe last lines of its journal:\nEAL: no free"):
        act()
    assert 30 <= no_waiting[0] - begin < 32


def test_it_waits_until_every_pair_forwards(host, monkeypatch, no_waiting):
    host.comes_up, host.dark = False, {"exc0"}
    ready = no_waiting[0] + 7
    monkeypatch.setattr(tap_device, "attached", lambda: host.netdevs if host.state == "active" and no_waiting[0] > ready else set())
    assert act()["restarted"] and no_waiting[0] > ready


def test_a_forwarder_that_systemd_brings_back_is_waited_for(host, monkeypatch, no_waiting):
    host.comes_up, host.dark = False, {"exc0"}
    ready = no_waiting[0] + 7

    def attached():
        host.state = "active" if no_waiting[0] > ready else "activating"
        return host.netdevs if host.state == "active" else set()

    monkeypatch.setattr(tap_device, "attached", attached)
    assert act()["restarted"] and no_waiting[0] > ready


def test_a_netdev_that_is_down_is_no_fault(host):
    act()
    host.states = {"exc0": "down"}
    assert not act()["changed"]


def test_a_forwarder_older_than_the_mirror(host):
    host.old = True
    assert act()["restarted"] and not act()["changed"]


def test_a_nic_without_a_cable_is_told_and_is_no_fault(host):
    host.links_down = {"exc1"}
    assert act()["links_down"] == ["exc1"]
    assert act()["links_down"] == [], "nothing was started, so nothing was waited for"


@pytest.mark.parametrize(
    "what, sentence",
    [
        ("FORWARDER", "{path} is not on the host: run the role forwarder, which installs it"),
        ("PREPARE", "{path} is not on the host: run the role forwarder, which installs it"),
        ("VHOST_NET", "{path} is missing: load the kernel module vhost_net (role kernel_modules)"),
        ("TUN", "{path} is missing: load the kernel module tun (role kernel_modules)"),
    ],
)
def test_what_the_host_lacks(host, what, sentence):
    path = getattr(paths, what)
    os.unlink(path)
    with pytest.raises(ExceptionPathError) as caught:
        act()
    assert str(caught.value) == sentence.format(path=path) and files() == []


def test_all_that_the_host_lacks_at_once(host, monkeypatch):
    def unknown(_name):
        raise KeyError

    monkeypatch.setattr(service.pwd, "getpwnam", unknown)
    host.netdevs.clear()
    for path in (paths.FORWARDER, paths.PREPARE, paths.VHOST_NET, paths.TUN):
        os.unlink(path)
    with pytest.raises(ExceptionPathError) as caught:
        act(ports=[*PORTS, {"nic": "ens9", "netdev": "exc9"}])
    assert len(caught.value.problems) == 9
    assert "exception_path_ports[1] (exc1): netdev exc1 does not exist: make it with the module tap_netdev (role netdevs)" in caught.value.problems
    assert "the user exception-path does not exist: run the role forwarder, which creates it" in caught.value.problems


def test_without_an_iommu_it_gets_privileges(host, monkeypatch):
    monkeypatch.setattr(Pci, "has_iommu", lambda self: False)
    act()
    assert "CapabilityBoundingSet=CAP_SYS_RAWIO" in pathlib.Path(paths.UNITS, f"{UNIT}.d/ports.conf").read_text()


@pytest.fixture
def testpmd(host, monkeypatch, etc):
    """Options that run the distribution's testpmd, of a host with neither forwarder nor artifact."""
    place = etc / "usr/bin/dpdk-testpmd"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("24.11")
    place.chmod(0o755)
    for path in (paths.FORWARDER, paths.PREPARE):
        os.unlink(path)
    monkeypatch.setattr(service.cpus, "online", lambda: [0, 1, 2, 3])
    monkeypatch.setattr(service.cpus, "of_nodes", lambda nodes: [])
    return {"testpmd": str(place), "prepare": "#!/bin/sh\n"}


def test_testpmd_in_its_place(host, testpmd, commands):
    result = act(**testpmd)
    assert result["restarted"]
    settings = pathlib.Path(paths.SETTINGS, "default.env").read_text()
    assert 'EAL_ARGS="-l 0-2 -a 0000:03:00.0' in settings and 'FORWARDER_ARGS="--portlist=0,2,1,3 --port-topology=paired' in settings
    assert f"ExecStart={testpmd['testpmd']} $EAL_ARGS" in pathlib.Path(paths.UNITS, f"{UNIT}.d/ports.conf").read_text()
    assert os.access(paths.TESTPMD_PREPARE, os.X_OK) and pathlib.Path(paths.TESTPMD_PREPARE).read_text() == testpmd["prepare"]
    commands.calls.clear()
    assert not act(**testpmd)["changed"]
    assert not [call for call in commands.calls if call.split()[1] not in ("show", "is-enabled")]
    act("absent")
    assert files() == [] and not os.path.exists(paths.TESTPMD_PREPARE)


def test_the_main_lcore_is_on_a_node_with_huge_pages(host, testpmd, monkeypatch):
    """On NUMA node 1, which has CPUs 2 and 3, and the NIC."""
    monkeypatch.setattr(service.cpus, "of_nodes", lambda nodes: {(1,): [2, 3]}[tuple(nodes)])
    act(ports=PORTS[1:], **testpmd)
    assert 'EAL_ARGS="--lcores=0@3,1@1,2@2 -a 0000:04:00.0' in pathlib.Path(paths.SETTINGS, "default.env").read_text()


def test_testpmd_ends_again_while_its_start_is_waited_for(host, testpmd, monkeypatch, no_waiting):
    """It is active as soon as it is there, whatever becomes of it."""
    host.comes_up, host.dark = False, {"exc0"}
    begin = no_waiting[0]
    monkeypatch.setattr(tap_device, "attached", lambda: no_waiting[0] > begin + 1 and setattr(host, "state", "failed") or set())
    with pytest.raises(ExceptionPathError, match="did not come up: it ended again\nThe last lines of its journal:\nEAL: no free"):
        act(**testpmd)
    assert no_waiting[0] - begin < 2


def test_from_the_forwarder_to_testpmd_and_back(host, testpmd):
    act(check_mode=True)
    for path in (paths.FORWARDER, paths.PREPARE):
        pathlib.Path(path).write_text("")
        os.chmod(path, 0o755)
    act()
    told = act(check_mode=True, **testpmd)
    result = act(**testpmd)
    assert result["restarted"] and told["diff"] == result["diff"] and "started with other settings" in result["diff"]["before"]
    assert not act(**testpmd)["changed"]
    told = act(check_mode=True)
    result = act()
    assert result["restarted"] and told["diff"] == result["diff"]
    assert "Type=exec" not in pathlib.Path(paths.UNITS, f"{UNIT}.d/ports.conf").read_text()
    assert not act()["changed"]


@pytest.mark.parametrize(
    "change, restarts",
    [({"mtu": 1400}, False), ({"mac": "52:54:00:00:00:77"}, False), ({"mtu": 9000}, True), ({"queue_size": 2048}, True), ({"limits": {"icmp": 5}}, False)],
)
def test_testpmd_restarts_for_what_it_was_started_with(host, testpmd, change, restarts):
    act(**testpmd)
    assert act(ports=[dict(PORTS[0], **change), PORTS[1]], **testpmd)["restarted"] is restarts


def test_another_testpmd_restarts_it(host, testpmd):
    act(**testpmd)
    pathlib.Path(testpmd["testpmd"]).write_text("25.11, and longer")
    assert act(**testpmd)["restarted"]
    assert act(**dict(testpmd, prepare="#!/bin/sh -e\n"))["restarted"]


def test_testpmd_of_an_artifact_restarts_with_it(host, testpmd, monkeypatch):
    found = {"present": True, "intact": True, "sha256": "1" * 64, "dpdk": {"method": "source"}}
    monkeypatch.setattr(service.installed, "forwarder", lambda: found)
    monkeypatch.setattr(paths, "INSTALLED", os.path.dirname(testpmd["testpmd"]))
    act(**testpmd)
    pathlib.Path(testpmd["testpmd"]).write_text("the same program from the same archive")
    assert not act(**testpmd)["changed"]
    found["sha256"] = "2" * 64
    assert act(**testpmd)["restarted"]


def test_no_testpmd_on_the_host(host, testpmd):
    os.unlink(testpmd["testpmd"])
    assert act(check_mode=True, **testpmd)["restarted"], "it is yet to be installed"
    with pytest.raises(ExceptionPathError) as caught:
        act(**testpmd)
    assert str(caught.value) == (
        f"{testpmd['testpmd']} is not on the host: run the role dpdk with dpdk_testpmd: true, or use DPDK from source, which has it"
    )


def test_a_nic_that_is_paired_with_another_netdev_does_not_forward(host, testpmd):
    act(**testpmd)
    host.nics = {"exc0": "0000:04:00.0", "exc1": "0000:03:00.0"}
    with pytest.raises(ExceptionPathError, match="exc0 is paired with 0000:04:00.0 instead of 0000:03:00.0, exc1 is paired with 0000:03:00.0 instead of"):
        act(**testpmd)


def test_stopped(host, commands):
    act()
    assert act("stopped", check_mode=True)["changed"] and host.state == "active"
    result = act("stopped")
    assert result["changed"] and host.state == "inactive" and host.enabled and len(files()) == 3
    assert not act("stopped")["changed"]
    host.state = "failed"
    assert not act("stopped")["changed"]


def test_absent_leaves_nothing_behind(host, monkeypatch):
    owners = []
    monkeypatch.setattr(service.os, "chown", lambda path, uid, gid: owners.append((path, uid, gid)))
    uid = os.stat(paths.VHOST_NET).st_uid
    monkeypatch.setattr(service.pwd, "getpwnam", lambda _name: type("User", (), {"pw_uid": uid}))
    act()
    assert act("absent", ports=None)["changed"]
    assert files() == [] and not host.enabled and not os.path.exists(paths.SETTINGS)
    assert not os.path.exists(f"{paths.UNITS}/{UNIT}.d") and owners == [(paths.VHOST_NET, 0, -1)]
    assert not act("absent", ports=None)["changed"]


def test_absent_when_the_user_is_gone_already(host, monkeypatch):
    act()

    def unknown(_name):
        raise KeyError

    monkeypatch.setattr(service.pwd, "getpwnam", unknown)
    assert act("absent")["changed"]


def test_another_instance_keeps_the_template(host):
    act()
    pathlib.Path(paths.SETTINGS, "blue.env").write_text("")
    act("absent")
    assert [os.path.basename(path) for path in files()] == ["blue.env", "exception-path@.service"]
