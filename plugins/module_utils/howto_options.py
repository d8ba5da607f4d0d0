# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The howto's advanced options: what a NIC can do of each, and what testpmd has to say then. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Of the howto's --tx-offloads=0x02c (DPDK: rte_ethdev.h).
TX_OFFLOADS = {"UDP_CKSUM": 0x04, "TCP_CKSUM": 0x08, "TCP_TSO": 0x20}
RX_CHECKSUMS = ("TCP_CKSUM", "UDP_CKSUM")
LRO = "TCP_LRO"
QUEUES = 2
DESCRIPTORS = 1024
NAMES = ("tx_offloads", "lro", "rx_checksum", "two_queues")
NIC, KERNEL = 0, 1


@dataclass(frozen=True)
class Proof:
    """``command`` asks testpmd; ``wanted`` are the offloads that the answer has to name, or the figures of a port's queues."""

    command: str
    wanted: tuple
    port: int


@dataclass(frozen=True)
class Variant:
    """One run of the howto. Units: queues in pairs, descriptors in each queue; None: testpmd's own default."""

    name: str
    queues: int
    queue_size: int
    arguments: tuple = ()
    commands: tuple = ()
    proofs: tuple = ()
    lacks: tuple = ()
    possible: bool = True


def plain(port):
    """The howto itself, with the port's queues."""
    queues = (f"--rxq={port.queues}", f"--txq={port.queues}") if port.queues > 1 else ()
    return Variant("howto", port.queues, port.queue_size, queues)


def variant(name, base, nic, kernel):
    """What is run for the option ``name``; ``nic`` and ``kernel`` are the :class:`Abilities` of the two ports."""
    return {"tx_offloads": _tx_offloads, "lro": _lro, "rx_checksum": _rx_checksum, "two_queues": _two_queues}[name](base, nic, kernel)


def _tx_offloads(base, nic, kernel):
    usable = [name for name in TX_OFFLOADS if name in nic.tx & kernel.tx]
    lacks = _lacking(TX_OFFLOADS, nic.tx, kernel.tx)
    mask = sum(TX_OFFLOADS[name] for name in usable)
    argument = f"--tx-offloads=0x{mask:03x}"
    if lacks and usable:
        lacks.append(f"run with {argument} ({', '.join(usable)})")
    return Variant(
        "tx_offloads", base.queues, base.queue_size, (*base.arguments, argument), (),
        tuple(Proof(f"show port {port} tx_offload configuration", tuple(usable), port) for port in (NIC, KERNEL)), tuple(lacks), bool(usable),
    )  # fmt: skip


def _lro(base, nic, kernel):
    lacks = _lacking([LRO], nic.rx, kernel.rx)
    ports = [port for port, able in ((NIC, nic), (KERNEL, kernel)) if LRO in able.rx]
    arguments, commands = (), ()
    if len(ports) == 2:
        arguments = ("--enable-lro",)
    elif ports:
        commands = tuple(command.format(ports[0]) for command in ("port stop {}", "port config {} rx_offload tcp_lro on", "port start {}"))
        lacks.append(f"run with TCP_LRO on {'the NIC' if ports == [NIC] else 'virtio_user, the port to the kernel,'} alone")
    return Variant(
        "lro", base.queues, base.queue_size, (*base.arguments, *arguments), commands,
        tuple(Proof(f"show port {port} rx_offload configuration", (LRO,), port) for port in ports), tuple(lacks), bool(ports),
    )  # fmt: skip


def _rx_checksum(base, nic, _kernel):
    usable = [name for name in RX_CHECKSUMS if name in nic.rx]
    lacks = _lacking(RX_CHECKSUMS, nic.rx)
    if lacks and usable:
        lacks.append(f"run with {', '.join(usable)}")
    commands = ("port stop 0", *(f"port config 0 rx_offload {name.lower()} on" for name in usable), "port start 0")
    return Variant(
        "rx_checksum", base.queues, base.queue_size, base.arguments, commands,
        (Proof("show port 0 rx_offload configuration", tuple(usable), NIC),), tuple(lacks), bool(usable),
    )  # fmt: skip


def _two_queues(_base, nic, _kernel):
    queues = min(QUEUES, nic.rx_queues, nic.tx_queues)
    descriptors = min(DESCRIPTORS, nic.descriptors)
    lacks = []
    if queues < QUEUES:
        lacks.append(f"the NIC lacks a second queue (Rx queues: {nic.rx_queues}, Tx queues: {nic.tx_queues}): run with one")
    if descriptors < DESCRIPTORS:
        lacks.append(f"the NIC lacks queues of {DESCRIPTORS} descriptors: run with {descriptors}")
    return queued(queues, descriptors, lacks)


def queued(queues, descriptors, lacks):
    """The option two_queues with what is left of it."""
    arguments = (f"--txq={queues}", f"--rxq={queues}", f"--txd={descriptors}", f"--rxd={descriptors}")
    figures = (queues, queues, descriptors, descriptors)
    return Variant(
        "two_queues", queues, DESCRIPTORS, arguments, (), tuple(Proof("show config rxtx", figures, port) for port in (NIC, KERNEL)), tuple(lacks)
    )


def _lacking(names, nic, kernel=None):
    found = []
    for who, able in (("the NIC", nic), ("virtio_user, the port to the kernel,", kernel)):
        missing = [name for name in names if able is not None and name not in able]
        if missing:
            found.append(f"{who} lacks {', '.join(missing)}")
    return found
