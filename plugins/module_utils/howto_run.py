# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The howto on every NIC of the list, one after the other: its example, then each advanced option."""

from __future__ import annotations

import contextlib
import os
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpus, howto_args, howto_compare, howto_options, howto_record
from ansible_collections.dataplane.exception_path.plugins.module_utils import howto_session, howto_words as words
from ansible_collections.dataplane.exception_path.plugins.module_utils import nics as nic_names, paths, taps, vhost_net
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if
from ansible_collections.dataplane.exception_path.plugins.module_utils.howto_options import KERNEL, NIC
from ansible_collections.dataplane.exception_path.plugins.module_utils.howto_testpmd import Ended, Testpmd
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

# Autonegotiation takes a few seconds; a NIC without a cable never ends it.
_LINK_SECONDS = 10
# What is on its way when the first testpmd stops has arrived at the second by then.
_SETTLE_SECONDS = 0.3


def run(params, check_mode=False):
    """Results of each NIC; with a fault that is not a NIC's lack the result is a failed one, and still has them all."""
    ports = port_model.parse(params["ports"])
    pci, links = Pci(), IpRoute().links()
    nics, problems = nic_names.resolve(ports, pci, links, NicMemory())
    problems += taps.mac_problems(nics)
    raise_if(problems)
    wanted = [nic.port.queues for nic in nics] + ([howto_options.QUEUES] if "two_queues" in params["options"] else [])
    # One more for the second testpmd.
    queues = max(wanted) + 1
    chosen = cpus.choose(params["lcores"], queues, sorted({pci.numa_node(nic.address) for nic in nics}))
    program = _program(check_mode)
    changes, results, faults = Changes(), [], []
    with contextlib.nullcontext() if check_mode else howto_session.session() as runtime:
        for nic in nics:
            howto = Howto(nic, program, howto_args.split_cpus(chosen, cpus.online()), params, runtime)
            for command in howto.commands(howto_options.plain(nic.port)):
                changes.note(f"{nic.port.netdev}, for the howto", None, command)
            if check_mode:
                continue
            results.append(howto.result())
            faults += [f"{nic.port.label}: {run['name']}: {run['fault']}" for run in results[-1]["runs"] if run["fault"]]
    failure = {"failed": True, "msg": str(ExceptionPathError(faults)), "problems": faults} if faults else {}
    return dict(changes.result(), results=results, **failure)


def _program(check_mode):
    found = [path for path in (f"{paths.PROGRAMS}/dpdk-testpmd", paths.TESTPMD, "/usr/local/bin/dpdk-testpmd") if os.access(path, os.X_OK)]
    if not found and not check_mode:
        raise ExceptionPathError(f"dpdk-testpmd is not on the host: install {paths.TESTPMD} (Debian has it in dpdk-dev), or use DPDK from source")
    return found[0] if found else paths.TESTPMD


class Howto:
    """One NIC. ``cores`` are the main CPU, the first testpmd's workers, and the second's worker."""

    def __init__(self, nic, program, cores, params, runtime):
        self.nic = nic
        self.port = nic.port
        self.program = program
        self.main, self.workers, self.last = cores
        self.params = params
        self.runtime = runtime
        self.in_order = not vhost_net.offers_in_order()
        self.abilities = None

    def result(self):
        base = howto_options.plain(self.port)
        runs = [self._run(base)]
        if self.abilities:
            runs += [self._option(howto_options.variant(name, base, *self.abilities)) for name in self.params["options"]]
        driver = self.abilities[NIC].driver if self.abilities else None
        return {"netdev": self.port.netdev, "nic": self.nic.address, "pmd": driver, "runs": runs}

    def commands(self, variant):
        """What is typed: both testpmds, and between them the netdev."""
        first = howto_args.first(self.program, self.nic, self.nic.wanted_mac, variant, self.main, self.workers, self.in_order)
        second = howto_args.second(self.program, self.port.netdev, variant, self.main, self.last, self.params["forward_mode"])
        netdev = [] if howto_record.configured(self.port.netdev) else ["ip " + line for line in self._netdev_lines()]
        return [" ".join(first), *netdev, " ".join(second)]

    def _netdev_lines(self):
        """The howto's configuration of the netdev, with all that the inventory says of it but routes."""
        name = self.port.netdev
        addresses = [f"address replace {address} dev {name}" for address in self.port.addresses]
        return [f"link set dev {name} mtu {self.port.mtu}", *addresses, f"link set dev {name} up"]

    def _option(self, variant):
        """An option as far as the NIC can; what testpmd refuses with it is the NIC's lack, for without it all went well."""
        if not variant.possible:
            return self._shown(variant, lacks=[*variant.lacks, "not run"])
        run = self._run(variant)
        if run["refused"] and variant.name == "two_queues" and variant.queues > 1:
            lacks = [*variant.lacks, f"the NIC lacks a second queue, run with one; testpmd says: {run['refused']}"]
            run = self._run(howto_options.queued(1, min(howto_options.DESCRIPTORS, self.abilities[NIC].descriptors), lacks))
        if run["refused"]:
            run["lacks"] = [*run["lacks"], f"testpmd refuses it on these ports, not run; it says: {run['refused']}"]
            run["fault"] = None
        return run

    def _run(self, variant):
        first, *_netdev, second = self._programs(variant)
        shown = self._shown(variant)
        try:
            with Testpmd(first, self.runtime) as nic_side:
                said = nic_side.started + "".join(nic_side.ask(command) for command in variant.commands)
                if self.abilities is None:
                    self.abilities = [_abilities(nic_side, port) for port in (NIC, KERNEL)]
                shown["link"] = self._wait_for_link(nic_side)
                shown["proved"], missing = _proved(nic_side, variant)
                if missing:
                    shown["refused"] = words.trouble(said) or f"after {missing[0].command} no more than {_answer(nic_side, missing[0])}"
                    return dict(shown, fault=f"testpmd does not take it: {shown['refused']}")
                self._configure()
                with Testpmd(second, self.runtime) as kernel_side:
                    self._forward(nic_side, kernel_side, shown)
        except Ended as fault:
            shown["refused"] = fault.words
            shown["fault"] = str(fault)
        except ExceptionPathError as fault:
            shown["fault"] = str(fault)
        return shown

    def _programs(self, variant):
        first = howto_args.first(self.program, self.nic, self.nic.wanted_mac, variant, self.main, self.workers, self.in_order)
        return first, howto_args.second(self.program, self.port.netdev, variant, self.main, self.last, self.params["forward_mode"])

    def _configure(self):
        if not howto_record.configured(self.port.netdev):
            IpRoute().batch(self._netdev_lines())

    def _forward(self, nic_side, kernel_side, shown):
        kernel_side.ask("start")
        started = nic_side.ask("start")
        if "packet forwarding" not in started:
            raise ExceptionPathError(f"testpmd does not start to forward: {words.trouble(started) or started.strip()[-300:]}")
        time.sleep(self.params["seconds"])
        inner = words.counts(nic_side.ask("stop"))
        time.sleep(_SETTLE_SECONDS)
        outer = words.counts(kernel_side.ask("stop"))
        if not {NIC, KERNEL} <= set(inner) or 0 not in outer:
            raise ExceptionPathError("testpmd tells no statistics when it stops: use a release of DPDK from 22.11 to 25.11")
        found = howto_compare.Statistics(inner[NIC], inner[KERNEL], outer[0])
        shown.update(
            statistics=found.as_dict(), table=found.table(), sentences=howto_compare.sentences(found), fault=howto_compare.fault(found), returned=found.returned
        )

    def _wait_for_link(self, nic_side):
        for _attempt in range(_LINK_SECONDS * 2):
            if words.link_is_up(nic_side.ask("show port summary all"), self.nic.address):
                return "up"
            time.sleep(0.5)
        return "down"

    def _shown(self, variant, lacks=None):
        return {
            "name": variant.name,
            "commands": self.commands(variant) if variant.possible else [],
            "typed": list(variant.commands) if variant.possible else [],
            "lacks": list(variant.lacks) if lacks is None else lacks,
            "proved": [],
            "refused": None,
            "fault": None,
            "link": None,
            "returned": None,
            "statistics": None,
            "table": [],
            "sentences": [],
        }


def _abilities(testpmd, port):
    asked = (f"show port info {port}", f"show port {port} rx_offload capabilities", f"show port {port} tx_offload capabilities")
    return words.abilities(*(testpmd.ask(command) for command in asked))


def _answer(testpmd, proof):
    """What testpmd says of a proof: names of offloads, or figures of queues."""
    told = testpmd.ask(proof.command)
    return words.queues(told, proof.port) if proof.command == "show config rxtx" else tuple(sorted(words.offloads(told)))


def _proved(testpmd, variant):
    """``(sentences of what testpmd confirms, proofs that it does not)``"""
    proved, missing = [], []
    for proof in variant.proofs:
        answer = _answer(testpmd, proof)
        if proof.command == "show config rxtx":
            # A ring may be smaller than what was asked for (virtio has those of its host).
            fine = answer[:2] == proof.wanted[:2]
            text = f"{answer[0]} Rx and {answer[1]} Tx queues of {answer[2]} and {answer[3]} descriptors"
        else:
            fine = set(proof.wanted) <= set(answer)
            text = ", ".join(answer) or "none"
        if fine:
            proved.append(f"{'NIC' if proof.port == NIC else 'virtio_user0'}: {text} ({proof.command})")
        else:
            missing.append(proof)
    return proved, missing
