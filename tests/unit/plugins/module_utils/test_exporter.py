# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import http.server
import os
import pathlib
import re
import threading

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import exporter, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

UNIT = "exception-path-exporter@default.service"


class Host:
    """systemd, and the exporter that it starts."""

    def __init__(self, commands):
        self.state, self.enabled, self.installed = "inactive", False, {"dpdk", exporter.LIBRARY}
        self.candidate = "24.11.8-0+deb13u1"
        commands.on("systemctl show", do=lambda _command: f"ActiveState={self.state}\nMainPID=7\n")
        commands.on("systemctl is-enabled", do=lambda _command: "enabled\n" if self.enabled else "disabled\n")
        commands.on("systemctl enable", do=lambda _command: setattr(self, "enabled", True))
        commands.on("systemctl disable", do=lambda _command: setattr(self, "enabled", False))
        commands.on("systemctl restart", do=self.restart)
        commands.on("systemctl stop", do=lambda _command: setattr(self, "state", "inactive"))
        commands.on("systemctl daemon-reload").on("systemctl reset-failed").on("/usr/bin/python3 -c")
        commands.on("journalctl", "Address already in use\n")
        commands.on("dpkg-query", do=lambda command: "".join(f"{name} installed\n" for name in command if name in self.installed))
        commands.on("apt-cache policy", do=lambda _command: f"dpdk:\n  Installed: (none)\n  Candidate: {self.candidate}\n")

    def restart(self, _command):
        self.state = "active"
        (digest,) = re.findall("^Environment=(.*)$", unit_text(), re.M)
        place = pathlib.Path(paths.PROC, "7/environ")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"LANG=C\0{digest}\0")


def unit_text():
    return pathlib.Path(paths.UNITS, UNIT).read_text()


@pytest.fixture
def host(etc, commands, monkeypatch, no_waiting):
    found = Host(commands)
    found.fault = ""
    monkeypatch.setattr(exporter, "_fault_of", lambda _url: found.fault)
    touch(paths.DPKG)
    return found


@pytest.fixture
def dpdk(host):
    """A release whose DPDK has the exporter."""
    touch(paths.DPDK_EXPORTER)
    return host


def touch(path):
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).write_text("")


def act(state="started", check_mode=False, **changes):
    params = dict({"instance": "default", "address": "127.0.0.1", "port": 9876, "endpoint": "E\n", "exporter": "X\n"}, **changes)
    return getattr(exporter.Exporter(params, check_mode), state)()


def test_dpdks_own_where_it_is(dpdk, commands):
    result = act()
    assert result["changed"] and result["program"] == "dpdk" and result["unit"] == UNIT and dpdk.enabled
    assert not os.path.exists(paths.EXPORTER) and pathlib.Path(paths.ENDPOINT).read_text() == "E\n"
    (command,) = re.findall("^ExecStart=(.*)$", unit_text(), re.M)
    assert command.split() == [
        paths.DPDK_EXPORTER,
        "--output=openmetrics://127.0.0.1:9876",
        f"--load-path={os.path.dirname(paths.ENDPOINT)}",
        f"--socket-path={paths.RUNTIME}/default/dpdk/exception-path-default/dpdk_telemetry.v2",
    ]
    commands.calls.clear()
    again = act()
    assert (again["changed"], again["diff"]) == (False, {"before": "", "after": ""}) and "systemctl restart" not in commands


def test_ours_elsewhere(host):
    assert act(address="0.0.0.0", port=9000)["program"] == "own"
    assert pathlib.Path(paths.EXPORTER).read_text() == "X\n"
    (command,) = re.findall("^ExecStart=(.*)$", unit_text(), re.M)
    assert command.split()[:5] == ["/usr/bin/python3", paths.EXPORTER, "--address=0.0.0.0", "--port=9000", f"--endpoint={paths.ENDPOINT}"]
    assert not act(address="0.0.0.0", port=9000)["changed"]


def test_it_runs_without_a_privilege(dpdk):
    act()
    for line in ("User=exception-path", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateDevices=yes"):
        assert line in unit_text().splitlines()


def test_check_mode_writes_and_starts_nothing(host, commands):
    told = act(check_mode=True)
    assert not os.path.exists(paths.ENDPOINT) and not host.enabled and "systemctl restart" not in commands
    assert told["diff"] == act()["diff"]
    told = act("absent", check_mode=True)
    assert os.path.exists(paths.ENDPOINT) and host.state == "active"
    assert told["diff"] == act("absent")["diff"]


@pytest.mark.parametrize("change", [{"port": 9877}, {"address": "192.0.2.1"}, {"endpoint": "E2\n"}, {"exporter": "X2\n"}])
def test_other_settings_restart_it(host, change, commands):
    act()
    commands.calls.clear()
    assert act(**change)["changed"] and "systemctl restart" in commands
    assert not act(**change)["changed"]


def test_dpdks_own_does_not_care_for_ours(dpdk):
    act()
    assert not act(exporter="X2\n")["changed"]


def test_what_died_is_started(dpdk):
    act()
    dpdk.state = "failed"
    assert f"{UNIT}: failed, not running\n" in act()["diff"]["before"] and dpdk.state == "active"


def test_a_run_cut_short_after_the_files_is_made_good(dpdk, commands):
    def cut(_command):
        raise KeyboardInterrupt

    act()
    commands.on("systemctl restart", do=cut)
    with pytest.raises(KeyboardInterrupt):
        act(port=9877)
    commands.on("systemctl restart", do=dpdk.restart)
    assert act(port=9877)["changed"] and not act(port=9877)["changed"]


def test_it_does_not_start_so_the_journal_is_in_the_error(dpdk, commands):
    commands.on("systemctl restart", stderr="Job failed.\n", code=1)
    with pytest.raises(ExceptionPathError) as caught:
        act()
    assert str(caught.value) == f"{UNIT} did not come up: Job failed.\nThe last lines of its journal:\nAddress already in use"


@pytest.mark.parametrize("address, asked", [("0.0.0.0", "127.0.0.1"), ("192.0.2.1", "192.0.2.1")])
def test_it_runs_and_serves_nothing(dpdk, address, asked, no_waiting):
    dpdk.fault, begin = "HTTP Error 503", no_waiting[0]
    with pytest.raises(ExceptionPathError, match=f"http://{asked}:9876/metrics gives no metrics after 30 s: HTTP Error 503\nThe last"):
        act(address=address)
    assert 30 <= no_waiting[0] - begin < 32


def test_absent_leaves_nothing_behind(host):
    act()
    assert act("absent")["changed"] and not host.enabled and host.state == "inactive"
    assert not [path for path in (paths.EXPORTER, os.path.dirname(paths.ENDPOINT), f"{paths.UNITS}/{UNIT}") if os.path.exists(path)]
    assert not act("absent")["changed"]


def test_another_instance_keeps_the_files(host):
    act()
    act(instance="blue")
    assert act("absent")["changed"] and os.path.exists(paths.EXPORTER) and os.path.exists(paths.ENDPOINT)
    act("absent", instance="blue")
    assert not os.path.exists(paths.EXPORTER)


def test_all_bad_values_at_once(host):
    with pytest.raises(ExceptionPathError) as caught:
        act(address="::1", port=80, endpoint="")
    assert caught.value.problems == [
        "endpoint is empty: give the file's text, as the role forwarder does",
        "exception_path_prometheus_address '::1' is no IPv4 address: give one of the host's, or 0.0.0.0 for all of them",
        "exception_path_prometheus_port 80 is none that a service without privileges can take: give 1024 to 65535",
    ]


def test_without_the_library(host, commands):
    commands.on("/usr/bin/python3 -c", stderr="ModuleNotFoundError\n", code=1)
    with pytest.raises(ExceptionPathError, match="install the package python3-prometheus-client, or set exception_path_prometheus: false"):
        act()
    assert act(check_mode=True)["changed"], "in check mode its package has not been installed either"


@pytest.mark.parametrize(
    "installed, candidate, there, program, lacking",
    [
        ({"dpdk"}, "24.11.8-1", True, "dpdk", []),
        ({"dpdk"}, "22.11.11-0+deb12u1", False, "own", [exporter.LIBRARY]),
        ({"dpdk", exporter.LIBRARY}, "22.11.11-0+deb12u1", False, "own", []),
        (set(), "22.11.11-0+deb12u1", False, "own", [exporter.LIBRARY]),
        (set(), "24.11.8-0+deb13u1", False, "dpdk", []),
        (set(), "(none)", False, "own", [exporter.LIBRARY]),
    ],
)
def test_what_a_host_needs_is_known_before_dpdk_is_there(host, installed, candidate, there, program, lacking):
    host.installed, host.candidate = installed, candidate
    if there:
        touch(paths.DPDK_EXPORTER)
    assert exporter.facts("default") == {"present": False, "program": program, "packages_missing": lacking}


def test_facts_where_there_is_no_dpkg(host):
    os.unlink(paths.DPKG)
    assert exporter.facts("default") == {"present": False, "program": "own", "packages_missing": []}
    act()
    assert exporter.facts("default")["present"]


def test_the_page_is_really_asked_for():
    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200 if self.path == "/metrics" else 503)
            self.end_headers()

        def log_message(self, *_line):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}"
            assert exporter._fault_of(f"{url}/metrics") == "" and "503" in exporter._fault_of(f"{url}/other")
        finally:
            server.shutdown()
            thread.join()
    assert "refused" in exporter._fault_of(f"{url}/metrics")
