# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module exporter_service: the forwarder's telemetry for Prometheus.

DPDK's own dpdk-telemetry-exporter.py serves it where the release has it (Debian 13), else the
program that the role ships; both load the same endpoint, so the metrics are the same.
"""

from __future__ import annotations

import glob
import ipaddress
import os
import time
import urllib.error
import urllib.request

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, packages, paths, unit_files
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

LIBRARY = "python3-prometheus-client"
_PYTHON = "/usr/bin/python3"
# Of DPDK's releases that have been looked at, the first whose Debian package has the exporter.
_DPDK_WITH_EXPORTER = (24, 11)
_DIGEST = "EXCEPTION_PATH_DIGEST"
_PORT_MIN, _PORT_MAX = 1024, 65535
_SECONDS = 30
_JOURNAL_LINES = 30


def unit(instance):
    return f"exception-path-exporter@{instance}.service"


def facts(instance):
    """What is there, and what is needed: asked before packages are installed."""
    own = not dpdk_has_it()
    return {
        "present": os.path.exists(f"{paths.UNITS}/{unit(instance)}"),
        "program": "own" if own else "dpdk",
        "packages_missing": packages.missing([LIBRARY]) if own and _is_debian() else [],
    }


def dpdk_has_it():
    """True when DPDK's exporter is on the host, or will be once its package is installed."""
    if os.path.exists(paths.DPDK_EXPORTER):
        return True
    if not _is_debian() or not packages.missing(["dpdk"]):
        return False
    return (packages.version(["dpdk"]) or (0, 0)) >= _DPDK_WITH_EXPORTER


def _is_debian():
    return os.path.exists(paths.DPKG)


class Exporter:
    """``params`` are the module's options; nothing is written in check mode."""

    def __init__(self, params, check_mode=False):
        self.params = params
        self.check_mode = check_mode
        self.systemd = Systemd()
        self.changes = Changes()
        self.unit = unit(params["instance"])

    def started(self):
        raise_if(_problems(self.params))
        own = not dpdk_has_it()
        if own and not self.check_mode:
            _check_library()
        wanted = self._wanted(own)
        digest = unit_files.digest(sorted(wanted.items()), _unit_text(self.params, own, ""))
        wanted[self.systemd.path(self.unit)] = _unit_text(self.params, own, digest)
        state = self.systemd.show(self.unit, "ActiveState", "MainPID")
        changed = [path for path, text in wanted.items() if self._note_file(path, text)]
        enabled = self.systemd.is_enabled(self.unit)
        self.changes.note(f"{self.unit} at boot", "enabled" if enabled else "disabled", "enabled")
        restart = self._why_restart(state, digest)
        self.changes.note(self.unit, f"{state['ActiveState']}{restart and ', ' + restart}", "active" if restart else state["ActiveState"])
        if not self.check_mode:
            for path in changed:
                host.write(path, wanted[path])
            if restart:
                self.systemd.reload()
            if not enabled:
                self.systemd.enable(self.unit)
            if restart:
                self._restart()
        return dict(self.changes.result(), unit=self.unit, program="own" if own else "dpdk")

    def absent(self):
        path = self.systemd.path(self.unit)
        others = set(glob.glob(self.systemd.path("exception-path-exporter@*.service"))) - {path}
        gone = [path] + ([] if others else [paths.EXPORTER, paths.ENDPOINT])
        there = [name for name in gone if os.path.exists(name)]
        for name in there:
            self.changes.note(name, "present", "absent")
        if there and not self.check_mode:
            if path in there:
                self.systemd.call("stop", self.unit)
                self.systemd.disable(self.unit)
            for name in there:
                host.remove(name)
            host.remove_empty_folder(os.path.dirname(paths.ENDPOINT))
            self.systemd.reload()
            self.systemd.call("reset-failed", self.unit, check=False)
        return dict(self.changes.result(), unit=self.unit)

    def _wanted(self, own):
        files = {paths.ENDPOINT: self.params["endpoint"]}
        if own:
            files[paths.EXPORTER] = self.params["exporter"]
        return files

    def _note_file(self, path, text):
        old = host.read(path)
        return self.changes.note(path, None if old is None else old + "\n", text)

    def _why_restart(self, state, digest):
        if state["ActiveState"] != "active":
            return "not running"
        # Asked of the process itself, so that a run cut short between writing and starting is made good.
        started_with = f"{_DIGEST}={digest}" in host.read(f"{paths.PROC}/{state['MainPID']}/environ", "").split("\0")
        return "" if started_with else "started with other settings"

    def _restart(self):
        done = self.systemd.call("restart", self.unit, check=False)
        if done.returncode != 0:
            raise self._failure(done.stderr.strip() or "systemctl restart failed")
        address = "127.0.0.1" if self.params["address"] == "0.0.0.0" else self.params["address"]
        url = f"http://{address}:{self.params['port']}/metrics"
        deadline = time.monotonic() + _SECONDS
        fault = _fault_of(url)
        while fault and time.monotonic() < deadline:
            time.sleep(0.2)
            fault = _fault_of(url)
        if fault:
            raise self._failure(f"{url} gives no metrics after {_SECONDS} s: {fault}")

    def _failure(self, what):
        journal = self.systemd.journal(self.unit, _JOURNAL_LINES)
        return ExceptionPathError(f"{self.unit} did not come up: {what}\nThe last lines of its journal:\n{journal}")


def _problems(params):
    problems = [f"{name} is empty: give the file's text, as the role forwarder does" for name in ("endpoint", "exporter") if not params[name]]
    try:
        ipaddress.IPv4Address(params["address"])
    except ValueError:
        problems.append(f"exception_path_prometheus_address {params['address']!r} is no IPv4 address: give one of the host's, or 0.0.0.0 for all of them")
    if not _PORT_MIN <= params["port"] <= _PORT_MAX:
        problems.append(f"exception_path_prometheus_port {params['port']} is none that a service without privileges can take: give {_PORT_MIN} to {_PORT_MAX}")
    return problems


def _check_library():
    if host.run([_PYTHON, "-c", "import prometheus_client"], check=False).returncode != 0:
        raise ExceptionPathError(
            f"the Python library prometheus_client is not on the host: install the package {LIBRARY}, or set exception_path_prometheus: false"
        )


def _fault_of(url):
    """Why the exporter gives no metrics, or an empty text."""
    try:
        # Never by a proxy of the environment: it is this host that is asked.
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=10) as answer:
            answer.read()
    except (OSError, urllib.error.URLError) as fault:
        return str(fault)
    return ""


def _command(params, own):
    socket_path = f"{paths.RUNTIME}/{params['instance']}/dpdk/exception-path-{params['instance']}/dpdk_telemetry.v2"
    if own:
        words = [_PYTHON, paths.EXPORTER, f"--address={params['address']}", f"--port={params['port']}", f"--endpoint={paths.ENDPOINT}"]
    else:
        words = [paths.DPDK_EXPORTER, f"--output=openmetrics://{params['address']}:{params['port']}", f"--load-path={os.path.dirname(paths.ENDPOINT)}"]
    return " ".join([*words, f"--socket-path={socket_path}"])


def _unit_text(params, own, digest):
    # DPDK's exporter writes a line for each scrape; systemd before 253 has no filter and keeps them.
    quiet = "" if own else "LogFilterPatterns=~INFO .* GET\n"
    return f"""# Written by the Ansible collection dataplane.exception_path (module exporter_service).
[Unit]
Description=Metrics of the exception path for Prometheus, instance {params['instance']}
After=network.target {unit_files.unit(params['instance'])}

[Service]
Type=exec
Environment={_DIGEST}={digest}
ExecStart={_command(params, own)}
{quiet}# DPDK opens the telemetry socket to the user of the forwarder only.
User={paths.SERVICE_USER}
Restart=on-failure
RestartSec=5
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
DevicePolicy=closed
LockPersonality=yes
MemoryDenyWriteExecute=yes
PrivateDevices=yes
PrivateTmp=yes
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHome=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
ProtectSystem=strict
RestrictAddressFamilies=AF_UNIX AF_INET
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
UMask=0077

[Install]
WantedBy=multi-user.target
"""
