"""DPDK's telemetry socket of a process that may live in another mount namespace."""

import json
import socket
import time

from exclab.errors import LabError

PATIENCE = 60
SETTLE = 0.05


class Telemetry:
    """A connection that stays open."""

    def __init__(self, process, prefix):
        path = f"/proc/{process.pid}/root/run/dpdk/{prefix}/dpdk_telemetry.v2"
        until = time.monotonic() + PATIENCE
        while True:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                self._socket.connect(path)
                break
            except OSError:
                self._socket.close()
            if process.poll() is not None or time.monotonic() > until:
                raise LabError(f"{prefix}: the data plane does not start (exit code {process.poll()}).")
            time.sleep(SETTLE)
        self._socket.settimeout(PATIENCE)
        self._socket.recv(65536)

    def ask(self, command):
        self._socket.send(command.encode())
        return next(iter(json.loads(self._socket.recv(65536)).values()))

    def received(self, ports):
        """Packets that these ports have received in all."""
        return sum(self.ask(f"/ethdev/stats,{port}")["ipackets"] for port in ports)

    def close(self):
        self._socket.close()
