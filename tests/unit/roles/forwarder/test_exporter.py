# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The exporter over HTTP, with a socket that answers as the forwarder's telemetry does."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import socket
import sys
import tempfile
import threading
import urllib.error
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

FILES = pathlib.Path(__file__).parents[4] / "roles/forwarder/files/exporter"
PREFIX = "dpdk_exception_path_"


def counters(packets, **more):
    reasons = {f"dropped_{reason}": 0 for reason in ("full", "invalid", "memory", "limited")}
    return dict({"packets": packets, "bytes": packets * 60, "dropped": 0, "cut": 1, "merged": 2, **reasons}, **more)


PAIR = {
    "nic": "0000:03:00.0",
    "nic_port": 0,
    "nic_driver": "net_vmxnet3",
    "kernel": "virtio_user0",
    "netdev": "exc0",
    "mtu": 1500,
    "mac": "52:54:00:00:00:03",
    "link": "up",
    "speed": 10000,
    "offloads": {"checksum": "nic", "tso": "software", "rx_checksum": "nic", "gro": "off"},
    "mirror": {"admin": "up", "carrier": "on", "state": "forwarding"},
    "limits": {"icmp": {"rate": 500, "burst": 50, "passed": 12, "dropped": 3}},
    "queue_stats": {
        "0": {"lcore": 1, "to_kernel": counters(7, dropped_limited=3), "to_nic": counters(5)},
        "1": {"lcore": 2, "to_kernel": counters(1), "to_nic": counters(2, dropped_full=4)},
    },
}
ANSWERS = {
    "/exception_path/version": {"version": "0.2.0", "dpdk": "DPDK 22.11.11"},
    "/exception_path/pairs": ["virtio_user0", "virtio_user9"],
    "/exception_path/pair,virtio_user0": PAIR,
    "/exception_path/pair,virtio_user9": None,
    "/ethdev/stats,0": {"port_id": 0, "imissed": 6, "ierrors": 1, "oerrors": 2, "rx_nombuf": 3},
    "/exception_path/lcores": {"1": {"queues": 1, "rounds": 100, "sleeps": 40, "waits": 10, "interrupts": 1, "idle_ppm": 900000}},
}
OLD_COUNTERS = {"packets": 7, "bytes": 420, "dropped": 2}
# What the forwarder told before offloads, mirror, limits and lcores.
OLD = {key: value for key, value in PAIR.items() if key not in ("offloads", "mirror", "limits")} | {
    "speed": 0,
    "link": "down",
    "queue_stats": {"0": {"lcore": 1, "to_kernel": OLD_COUNTERS, "to_nic": OLD_COUNTERS}},
}
OLD_ANSWERS = dict(ANSWERS, **{"/exception_path/pairs": ["virtio_user0"], "/exception_path/pair,virtio_user0": OLD, "/exception_path/lcores": None})


def load(name):
    spec = importlib.util.spec_from_file_location(name, FILES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


exporter = load("exporter")


def answer_all(listening, answers):
    while True:
        try:
            client, _address = listening.accept()
        except OSError:
            return
        with client:
            client.send(b'{"version": "DPDK", "pid": 7, "max_output_len": 16384}')
            while command := client.recv(1024).decode():
                client.send(json.dumps({command.partition(",")[0]: answers.get(command)}).encode())


@pytest.fixture
def scrape():
    """``scrape(answers)`` is ``{(name, labels): value}`` and the types of one GET /metrics."""
    # Not tmp_path: the path of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        path = f"{folder}/dpdk_telemetry.v2"
        server = exporter.make_server("127.0.0.1", 0, exporter.load(str(FILES / "exception_path.py")), path)
        threads = [threading.Thread(target=server.serve_forever, daemon=True)]

        def get(answers=None, place="/metrics"):
            if answers is not None:
                listening.bind(path)
                listening.listen(1)
                threads.append(threading.Thread(target=answer_all, args=(listening, answers), daemon=True))
                threads[-1].start()
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"http://127.0.0.1:{server.server_port}{place}", timeout=10) as answer:
                assert answer.headers["Content-Type"].startswith("text/plain")
                text = answer.read().decode()
            families = list(text_string_to_metric_families(text))
            samples = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for family in families for sample in family.samples}
            return samples, {family.name: family.type for family in families}

        threads[0].start()
        yield get
        server.shutdown()
        server.server_close()
        if len(threads) > 1:
            listening.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def key(name, **labels):
    return (PREFIX + name, tuple(sorted(labels.items())))


def of_pair(name, **labels):
    return key(name, pair="virtio_user0", nic="0000:03:00.0", netdev="exc0", **labels)


def test_all_that_a_forwarder_tells(scrape):
    samples, _types = scrape(ANSWERS)
    wanted = {
        key("build_info", version="0.2.0", dpdk="DPDK 22.11.11"): 1,
        of_pair("pair_info", driver="net_vmxnet3", mac="52:54:00:00:00:03"): 1,
        of_pair("link_up"): 1,
        of_pair("link_speed_bits_per_second"): 10e9,
        of_pair("carrier"): 1,
        of_pair("forwarding"): 1,
        of_pair("mtu_bytes"): 1500,
        of_pair("limit_packets_per_second", **{"class": "icmp"}): 500,
        of_pair("limit_burst_packets", **{"class": "icmp"}): 50,
        of_pair("limit_passed_packets_total", **{"class": "icmp"}): 12,
        of_pair("limit_dropped_packets_total", **{"class": "icmp"}): 3,
        of_pair("nic_missed_packets_total"): 6,
        of_pair("nic_rx_errors_total"): 1,
        of_pair("nic_tx_errors_total"): 2,
        of_pair("nic_rx_no_buffer_total"): 3,
        key("lcore_queues", lcore="1"): 1,
        key("lcore_idle_ratio", lcore="1"): 0.9,
        key("lcore_rounds_total", lcore="1"): 100,
        key("lcore_waits_total", lcore="1"): 10,
        key("lcore_sleeps_total", lcore="1"): 40,
    }
    wanted |= {of_pair("offload_info", offload=name, where=where): 1 for name, where in PAIR["offloads"].items()}
    for queue, way, packets in (("0", "to_kernel", 7), ("0", "to_nic", 5), ("1", "to_kernel", 1), ("1", "to_nic", 2)):
        marks = {"queue": queue, "direction": way}
        wanted |= {
            of_pair("packets_total", **marks): packets,
            of_pair("bytes_total", **marks): packets * 60,
            of_pair("cut_total", **marks): 1,
            of_pair("merged_total", **marks): 2,
        }
        drops = {("0", "to_kernel", "limited"): 3, ("1", "to_nic", "full"): 4}
        for reason in ("full", "invalid", "memory", "limited"):
            wanted[of_pair("dropped_packets_total", reason=reason, **marks)] = drops.get((queue, way, reason), 0)
    assert samples == wanted


def test_every_metric_has_its_type_and_is_told(scrape):
    _samples, types = scrape(ANSWERS)
    info = exporter.load(str(FILES / "exception_path.py")).info()
    # The parser, as OpenMetrics does, counts _total to the sample and not to the family.
    assert types == {PREFIX + name.removesuffix("_total"): kind for name, (_text, kind) in info.items()}
    assert all((kind == "counter") == name.endswith("_total") for name, (_text, kind) in info.items())


def test_a_forwarder_that_tells_less(scrape):
    samples, types = scrape(OLD_ANSWERS)
    assert samples[of_pair("link_up")] == 0
    assert samples[of_pair("dropped_packets_total", queue="0", direction="to_nic", reason="full")] == 2
    assert not {PREFIX + name for name in ("carrier", "forwarding", "offload_info", "lcore_queues", "link_speed_bits_per_second", "cut")} & set(types)


def test_the_root_is_the_same_page(scrape):
    assert scrape(ANSWERS, "/")[0] == scrape(place="/metrics?x=1")[0]


def test_another_page_is_not_found(scrape):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        scrape(ANSWERS, "/other")


def test_no_forwarder_is_told_as_such(scrape):
    with pytest.raises(urllib.error.HTTPError, match="503: the forwarder does not answer"):
        scrape()
    assert scrape(ANSWERS)[0], "and it goes on once there is one"


@pytest.mark.parametrize("answers", [{"/exception_path/pairs": ["virtio_user0"], "/exception_path/pair,virtio_user0": {"nic": "x"}}])
def test_an_answer_that_makes_no_sense(scrape, answers):
    with pytest.raises(urllib.error.HTTPError, match="503"):
        scrape(answers)


def test_its_arguments_are_what_is_served(monkeypatch):
    served = []

    def serve(server):
        served.append(server)

    monkeypatch.setattr(exporter.ThreadingHTTPServer, "serve_forever", serve)
    words = ["--address", "127.0.0.1", "--port", "0", "--endpoint", str(FILES / "exception_path.py"), "--socket-path", "/run/x"]
    monkeypatch.setattr(sys, "argv", ["exporter.py", *words])
    exporter.main()
    (server,) = served
    assert server.server_address[0] == "127.0.0.1" and server.endpoint.__name__ == "exception_path" and server.socket_path == "/run/x"
