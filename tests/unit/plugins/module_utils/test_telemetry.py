# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Against a socket that answers as DPDK's telemetry does."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import socket
import tempfile
import threading

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths, telemetry
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

PAIR = {"nic": "0000:03:00.0", "netdev": "exc0", "link": "up"}


class Server:
    """``answers``: what it says to a command; None hangs up."""

    def __init__(self, path, answers, greeting='{"version": "DPDK 24.11.8", "pid": 7, "max_output_len": 16384}'):
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.asked = []
        self._answers, self._greeting = answers, greeting
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._socket.bind(path)
        self._socket.listen(1)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        try:
            client, _address = self._socket.accept()
        except OSError:
            return
        with client:
            client.send(self._greeting.encode())
            while True:
                command = client.recv(1024).decode()
                answer = self._answers.get(command)
                self.asked.append(command)
                if answer is None:
                    return
                client.send(answer.encode())

    def close(self):
        if self._socket.fileno() >= 0:
            # Closing alone does not wake a thread that waits in accept().
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def serve(monkeypatch):
    # Not tmp_path: the path of a socket has at most 107 characters.
    folder = tempfile.mkdtemp(dir="/tmp")
    monkeypatch.setattr(paths, "RUNTIME", folder)
    servers = []

    def start(answers, instance="default", name="dpdk_telemetry.v2", **options):
        servers.append(Server(f"{paths.RUNTIME}/{instance}/dpdk/exception-path-{instance}/{name}", answers, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.close()
    shutil.rmtree(folder)


def test_all_pairs_over_one_connection(serve):
    server = serve(
        {
            "/exception_path/pairs": '{"/exception_path/pairs": ["virtio_user0", "virtio_user1"]}',
            "/exception_path/pair,virtio_user0": json.dumps({"/exception_path/pair": PAIR}),
            "/exception_path/pair,virtio_user1": json.dumps({"/exception_path/pair": dict(PAIR, netdev="exc1")}),
        }
    )
    assert telemetry.pairs("default") == {"virtio_user0": PAIR, "virtio_user1": dict(PAIR, netdev="exc1")}
    server.close()
    assert len(server.asked) == 4 and server.asked[-1] == "", "and it hangs up"


def test_lcores(serve):
    serve({"/exception_path/lcores": '{"/exception_path/lcores": {"2": {"idle_ppm": 7}}}'})
    assert telemetry.lcores("default") == {"2": {"idle_ppm": 7}}


def test_a_forwarder_that_knows_no_such_command(serve):
    serve({"/exception_path/lcores": '{"/exception_path/lcores": null}'})
    assert telemetry.lcores("default") == {}


@pytest.mark.parametrize(
    "pair, lost",
    [({}, None), ({"mirror": {}}, None), *[({"mirror": {"state": state}}, None) for state in ("forwarding", "down")]]
    + [({"mirror": {"state": state}}, state) for state in ("no NIC", "no netdev")],
)
def test_a_side_that_is_lost(pair, lost):
    assert telemetry.lost_side(pair) == lost


def test_no_pair_yet(serve):
    serve({"/exception_path/pairs": '{"/exception_path/pairs": []}'})
    assert telemetry.pairs("default") == {}


def test_a_forwarder_that_is_about_to_know_the_command(serve):
    serve(
        {
            "/exception_path/pairs": '{"/exception_path/pairs": null}',
            "/eal/params": '{"/eal/params": ["exception-path-forwarder", "-l", "1", "--vdev=virtio_user0,iface=exc0,queue_size=1024"]}',
            "/eal/app_params": '{"/eal/app_params": ["--pair", "nic=0000:03:00.0,kernel=virtio_user0,netdev=exc0"]}',
        }
    )
    assert telemetry.pairs("default") == {}


def test_a_pair_that_went_meanwhile_is_no_pair(serve):
    serve({"/exception_path/pairs": '{"/exception_path/pairs": ["virtio_user0"]}', "/exception_path/pair,virtio_user0": '{"/exception_path/pair": null}'})
    assert telemetry.pairs("default") == {}


def test_a_long_answer_is_read_whole(serve):
    names = [f"virtio_user{index}" for index in range(300)]
    answers = {f"/exception_path/pair,{name}": json.dumps({"/exception_path/pair": PAIR}) for name in names}
    serve({"/exception_path/pairs": json.dumps({"/exception_path/pairs": names}), **answers})
    assert len(telemetry.pairs("default")) == 300


def test_nobody_runs(serve):
    with pytest.raises(ExceptionPathError) as caught:
        telemetry.pairs("default")
    assert str(caught.value) == f"instance default has no telemetry socket below {paths.RUNTIME}/default: is it running?"


def test_a_socket_that_a_dead_process_left(serve):
    serve({}).close()
    with pytest.raises(ExceptionPathError, match="instance default does not answer on .*: .*Connection refused"):
        telemetry.pairs("default")


@pytest.mark.parametrize(
    "answers, greeting",
    [
        ({}, "no JSON"),
        ({}, "{}"),
        ({"/exception_path/pairs": "no JSON"}, '{"max_output_len": 100}'),
        ({}, '{"max_output_len": 100}'),
    ],
)
def test_an_answer_that_makes_no_sense(serve, answers, greeting):
    serve(answers, greeting=greeting)
    with pytest.raises(ExceptionPathError, match="instance default does not answer on"):
        telemetry.pairs("default")


def test_it_does_not_wait_for_ever(serve, monkeypatch):
    monkeypatch.setattr(telemetry, "_SECONDS", 0.1)
    path = f"{paths.RUNTIME}/default/dpdk/x/dpdk_telemetry.v2"
    os.makedirs(os.path.dirname(path))
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as silent:
        silent.bind(path)
        silent.listen(1)
        with pytest.raises(ExceptionPathError, match="does not answer on .*: timed out"):
            telemetry.pairs("default")


def test_the_newest_socket_of_the_instance(serve):
    serve({}, instance="other")
    old = serve({})
    serve({}, name="dpdk_telemetry.v2:1")
    folder = f"{paths.RUNTIME}/default/dpdk/exception-path-default"
    os.utime(f"{folder}/dpdk_telemetry.v2", (0, 0))
    assert telemetry.socket_path("default") == f"{folder}/dpdk_telemetry.v2:1"
    os.utime(f"{folder}/dpdk_telemetry.v2:1", (0, 0))
    os.utime(f"{folder}/dpdk_telemetry.v2")
    assert telemetry.socket_path("default") == f"{folder}/dpdk_telemetry.v2"
    assert telemetry.socket_path("none") is None and not old.asked
