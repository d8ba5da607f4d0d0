# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of DPDK's telemetry socket (DPDK programmer's guide, "Telemetry library")."""

from __future__ import annotations

import glob
import json
import os
import socket

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths, testpmd_pairs
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_SECONDS = 5
_GREETING_BYTES = 1024
# States of a pair that carries nothing, whatever its netdev and its NIC are told to do.
_LOST = ("no NIC", "no netdev")


def socket_path(instance):
    """The socket of a running instance, or None. DPDK puts it below systemd's RUNTIME_DIRECTORY."""
    found = glob.glob(f"{paths.RUNTIME}/{instance}/dpdk/*/dpdk_telemetry.v2*")
    return max(found, key=os.path.getmtime) if found else None


class Telemetry:
    """A connection; use it in a ``with`` block. Raises OSError when nobody answers."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.settimeout(_SECONDS)
        try:
            self._socket.connect(path)
            self._length = json.loads(self._socket.recv(_GREETING_BYTES))["max_output_len"]
        except BaseException:
            self._socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_fault):
        self._socket.close()

    def ask(self, command):
        """The answer to a command such as ``/exception_path/pair,virtio_user0``."""
        self._socket.send(command.encode())
        answer = json.loads(self._socket.recv(self._length))
        return answer.get(command.partition(",")[0])


def pairs(instance):
    """``{kernel port: facts}`` of a running forwarder or testpmd."""
    return _with(instance, _pairs)


def lcores(instance):
    """``{lcore: facts}`` of a running forwarder; empty from one that does not tell them."""
    return _with(instance, lambda telemetry: telemetry.ask("/exception_path/lcores") or {})


def lost_side(pair):
    """``no NIC`` or ``no netdev`` of a pair that has lost one, else None. A forwarder older than
    the mirror tells no state."""
    state = pair.get("mirror", {}).get("state")
    return state if state in _LOST else None


def _pairs(telemetry):
    names = telemetry.ask("/exception_path/pairs")
    if names is None:
        return testpmd_pairs.read(telemetry.ask)
    found = {name: telemetry.ask(f"/exception_path/pair,{name}") for name in names}
    return {name: pair for name, pair in found.items() if pair}


def _with(instance, look):
    path = socket_path(instance)
    if path is None:
        raise ExceptionPathError(f"instance {instance} has no telemetry socket below {paths.RUNTIME}/{instance}: is it running?")
    try:
        with Telemetry(path) as telemetry:
            return look(telemetry)
    except (OSError, ValueError, KeyError) as fault:
        raise ExceptionPathError(f"instance {instance} does not answer on {path}: {fault}") from None
