# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module forwarder_service: one instance of the forwarder, or of testpmd in its place, on this host."""

from __future__ import annotations

import glob
import os
import pwd
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpus, eal, host, installed, nics as nic_names, paths, tap_device, taps, telemetry
from ansible_collections.dataplane.exception_path.plugins.module_utils import testpmd_args, unit_files
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci
from ansible_collections.dataplane.exception_path.plugins.module_utils.systemd import Systemd

_JOURNAL_LINES = 30
# Autonegotiation takes a few seconds; a NIC without a cable never ends it.
_LINK_SECONDS = 10


class Service:
    """``params`` are the module's options; nothing is written in check mode."""

    def __init__(self, params, check_mode=False):
        self.instance = params["instance"]
        self.params = params
        self.check_mode = check_mode
        self.systemd = Systemd()
        self.changes = Changes()
        self.unit = unit_files.unit(self.instance)

    def started(self):
        wanted, netdevs, digest = self._wanted()
        state = self._state()
        files_changed = [path for path, text in wanted.items() if self._note_file(path, text)]
        enabled = self.systemd.is_enabled(self.unit)
        self.changes.note(f"{self.unit} at boot", "enabled" if enabled else "disabled", "enabled")
        restart = self._why_restart(state, digest, netdevs)
        self.changes.note(self.unit, f"{state['ActiveState']}{restart and ', ' + restart}", "active, forwarding" if restart else state["ActiveState"])
        if not self.check_mode:
            for path in files_changed:
                host.write(path, wanted[path], 0o755 if path == paths.TESTPMD_PREPARE else 0o644)
            if any(path.startswith(paths.UNITS) for path in files_changed) or state["NeedDaemonReload"] == "yes":
                self.systemd.reload()
            if not enabled:
                self.systemd.enable(self.unit)
            if restart:
                self._restart(netdevs)
                return dict(self._result(restarted=True), links_down=self._wait_for_links())
        return dict(self._result(restarted=bool(restart)), links_down=[])

    def stopped(self):
        state = self._state()
        running = state["ActiveState"] not in ("inactive", "failed")
        self.changes.note(self.unit, state["ActiveState"], "inactive" if running else state["ActiveState"])
        if running and not self.check_mode:
            self.systemd.call("stop", self.unit)
        return self._result(restarted=False)

    def absent(self):
        result = self.stopped()
        drop_in = unit_files.drop_in_path(self.instance)
        template = self.systemd.path(unit_files.TEMPLATE)
        others = set(_instances()) - {self.instance}
        gone = [unit_files.settings_path(self.instance), drop_in] + ([] if others else [template, paths.TESTPMD_PREPARE])
        enabled = self.systemd.is_enabled(self.unit)
        self.changes.note(f"{self.unit} at boot", "enabled" if enabled else "disabled", "disabled")
        there = [path for path in gone if os.path.exists(path)]
        for path in there:
            self.changes.note(path, "present", "absent")
        if not self.check_mode:
            if enabled:
                self.systemd.disable(self.unit)
            for path in there:
                host.remove(path)
            host.remove_empty_folder(os.path.dirname(drop_in))
            host.remove_empty_folder(paths.SETTINGS)
            if there:
                self.systemd.reload()
            self.systemd.call("reset-failed", self.unit, check=False)
            if not others:
                _take_back_vhost_net()
                host.remove_empty_folder(paths.RUNTIME)
        return dict(result, **self.changes.result())

    def _wanted(self):
        """``({path: text}, {netdev: its NIC's address}, digest)`` for the ports of the inventory."""
        ports = port_model.parse(self.params["ports"])
        pci, memory, links = Pci(), NicMemory(), IpRoute().links()
        nics, problems = nic_names.resolve(ports, pci, links, memory)
        problems += taps.mac_problems(nics)
        nodes = sorted({pci.numa_node(nic.address) for nic in nics})
        lcores = cpus.choose(self.params["lcores"], sum(port.queues for port in ports), nodes)
        testpmd = self.params["testpmd"]
        if not self.check_mode:
            problems += _testpmd_problems(testpmd) if testpmd else _forwarder_problems()
            problems += _host_problems(ports, links)
        raise_if(problems)
        endpoints = [eal.Endpoint(nic.port, nic.address, nic.wanted_mac) for nic in nics]
        memory_mb = dict.fromkeys(nodes, self.params["hugepages_mb"]) if self.params["hugepages_mb"] else None
        if testpmd:
            # testpmd wants buffers on its main lcore's node, too, and the huge pages are on those of the NICs.
            main = testpmd_args.main_cpu(lcores, cpus.of_nodes(nodes) or cpus.online())
            eal_arguments = testpmd_args.service_eal(endpoints, main, lcores, self.instance, memory_mb)
            own_arguments = testpmd_args.service(endpoints, lcores)
        else:
            eal_arguments = eal.eal_arguments(endpoints, lcores, self.instance, memory_mb)
            own_arguments = eal.forwarder_arguments(endpoints, self.params["idle"])
        vfio = [nic for nic in nics if nic.port.driver == "vfio-pci"]
        netdevs = {nic.port.netdev: nic.address for nic in nics}
        template = unit_files.template_text()
        drop_in = unit_files.drop_in_text(netdevs, [nic.address for nic in vfio], bool(vfio) and not pci.has_iommu(), testpmd)
        drivers = [(nic.address, nic.port.driver) for nic in nics]
        # The netdev is the control plane: a new MTU or MAC reaches a running forwarder by it.
        arguments = eal.without_followed(eal_arguments), eal.without_followed(own_arguments)
        binaries = _binaries(self.params["artifact"], testpmd) + ([self.params["prepare"]] if testpmd else [])
        digest = unit_files.digest(template, drop_in, *arguments, drivers, *binaries)
        return (
            {
                self.systemd.path(unit_files.TEMPLATE): template,
                unit_files.drop_in_path(self.instance): drop_in,
                unit_files.settings_path(self.instance): unit_files.settings_text(eal_arguments, own_arguments, drivers, digest),
                **({paths.TESTPMD_PREPARE: self.params["prepare"]} if testpmd else {}),
            },
            netdevs,
            digest,
        )

    def _state(self):
        return self.systemd.show(self.unit, "ActiveState", "SubState", "NeedDaemonReload", "NRestarts", "MainPID")

    def _note_file(self, path, text):
        old = host.read(path)
        return self.changes.note(path, None if old is None else old + "\n", text)

    def _why_restart(self, state, digest, netdevs):
        """A reason to (re)start it, or an empty text when it runs as it should."""
        if state["ActiveState"] != "active":
            return "not running"
        if host.read(f"{paths.RUNTIME}/{self.instance}/config-digest") != digest:
            return "started with other settings"
        missing = self._not_forwarding(netdevs)
        return f"not forwarding ({missing})" if missing else ""

    def _not_forwarding(self, netdevs):
        """What is still missing, or an empty text."""
        served = tap_device.attached()
        unserved = [name for name in netdevs if name not in served]
        if unserved:
            return f"no queue attached to {', '.join(unserved)}"
        try:
            pairs = {pair.get("netdev"): pair for pair in telemetry.pairs(self.instance).values()}
        except ExceptionPathError as fault:
            return str(fault)
        unknown = [name for name in netdevs if name not in pairs]
        if unknown:
            return f"telemetry shows no pair for {', '.join(unknown)}"
        lost = [f"{name}: {telemetry.lost_side(pairs[name])}" for name in netdevs if telemetry.lost_side(pairs[name])]
        if self.params["testpmd"]:
            # It pairs ports by number, and a NIC that makes no port, or several, would shift those of the others. The forwarder is told their names.
            lost += [f"{name} is paired with {pairs[name]['nic']} instead of {address}" for name, address in netdevs.items() if pairs[name]["nic"] != address]
        return ", ".join(lost)

    def _restart(self, netdevs):
        done = self.systemd.call("restart", self.unit, check=False, timeout=self.params["timeout"] + 60)
        if done.returncode != 0:
            raise self._failure(done.stderr.strip() or "systemctl restart failed")
        deadline = time.monotonic() + self.params["timeout"]
        missing = self._not_forwarding(netdevs)
        while missing and time.monotonic() < deadline:
            time.sleep(0.2)
            # It counts as started before it has looked at its arguments. The forwarder has told that it is ready; what it loses then, systemd brings back.
            if self.params["testpmd"] and self._state()["ActiveState"] != "active":
                raise self._failure("it ended again")
            missing = self._not_forwarding(netdevs)
        if missing:
            raise self._failure(f"it does not forward after {self.params['timeout']} s: {missing}")

    def _wait_for_links(self):
        """Netdevs whose NIC has no link: no fault of ours, but worth a warning."""
        for _attempt in range(_LINK_SECONDS * 2):
            down = [pair["netdev"] for pair in telemetry.pairs(self.instance).values() if pair["link"] != "up"]
            if not down:
                break
            time.sleep(0.5)
        return down

    def _failure(self, what):
        journal = self.systemd.journal(self.unit, _JOURNAL_LINES)
        return ExceptionPathError(f"{self.unit} did not come up: {what}\nThe last lines of its journal:\n{journal}")

    def _result(self, restarted):
        return dict(self.changes.result(), unit=self.unit, restarted=restarted)


def _forwarder_problems():
    absent = [path for path in (paths.FORWARDER, paths.PREPARE) if not os.access(path, os.X_OK)]
    return [f"{path} is not on the host: run the role forwarder, which installs it" for path in absent]


def _testpmd_problems(program):
    if os.access(program, os.X_OK):
        return []
    return [f"{program} is not on the host: run the role dpdk with dpdk_testpmd: true, or use DPDK from source, which has it"]


def _host_problems(ports, links):
    problems = []
    for path, module in ((paths.VHOST_NET, "vhost_net"), (paths.TUN, "tun")):
        if not os.path.exists(path):
            problems.append(f"{path} is missing: load the kernel module {module} (role kernel_modules)")
    for port in ports:
        if port.netdev not in links:
            problems.append(f"{port.label}: netdev {port.netdev} does not exist: make it with the module tap_netdev (role netdevs)")
    try:
        pwd.getpwnam(paths.SERVICE_USER)
    except KeyError:
        problems.append(f"the user {paths.SERVICE_USER} does not exist: run the role forwarder, which creates it")
    return problems


def _binaries(wanted, testpmd):
    """What runs is made of: the archive it came from, and the distribution's programs and DPDK if it uses those."""
    facts = installed.forwarder()
    packaged = testpmd and not testpmd.startswith(paths.INSTALLED)
    libraries = []
    if packaged or (facts["dpdk"] and facts["dpdk"]["method"] == "package"):
        libraries = glob.glob("/usr/lib/*/librte_eal.so.*") + glob.glob("/usr/lib64/librte_eal.so.*")
    origin = _identity(testpmd) if packaged else wanted or facts["sha256"]
    return [origin, *(_identity(path) for path in sorted(libraries))]


def _identity(path):
    try:
        status = os.stat(path)
    except OSError:
        return (path, None)
    return (path, status.st_size, status.st_mtime_ns)


def _instances():
    return [os.path.basename(path)[: -len(".env")] for path in glob.glob(f"{paths.SETTINGS}/*.env")]


def _take_back_vhost_net():
    """``prepare`` gave the device to the service user; a file of a removed user must not stay."""
    try:
        if os.stat(paths.VHOST_NET).st_uid == pwd.getpwnam(paths.SERVICE_USER).pw_uid:
            os.chown(paths.VHOST_NET, 0, -1)
    except (OSError, KeyError):
        pass
