#!/usr/bin/python3
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 The dataplane.exception_path authors
"""Serves one telemetry endpoint to Prometheus, for releases of DPDK without
dpdk-telemetry-exporter.py. Metrics have the same names from both."""

import argparse
import importlib.util
import json
import logging
import os
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

_SECONDS = 5
_GREETING_BYTES = 1024
_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


class Telemetry:
    """DPDK's telemetry socket; one answer is one packet of it."""

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

    def cmd(self, uri, arg=None):
        self._socket.send((uri if arg is None else f"{uri},{arg}").encode())
        return json.loads(self._socket.recv(self._length)).get(uri)


class Collection:
    """What one scrape found, in the form that prometheus_client writes out."""

    def __init__(self, endpoint, telemetry):
        self._families = {}
        info = endpoint.info()
        for name, value, labels in endpoint.metrics(telemetry):
            description, kind = info[name]
            full = f"dpdk_{endpoint.__name__}_{name}"
            family = self._families.setdefault(name, _FAMILIES[kind](full, description, labels=list(labels)))
            family.add_metric([str(label) for label in labels.values()], value)

    def collect(self):
        return self._families.values()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):  # the name that http.server calls
        if self.path.partition("?")[0] not in ("/", "/metrics"):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        try:
            with Telemetry(self.server.socket_path) as telemetry:
                body = generate_latest(Collection(self.server.endpoint, telemetry))
        except (OSError, ValueError, KeyError) as fault:
            logging.warning("no answer from %s: %s", self.server.socket_path, fault)
            self.send_error(HTTPStatus.SERVICE_UNAVAILABLE, "the forwarder does not answer")
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_line):
        """A line for each scrape is of no use."""


def load(path):
    """The endpoint's module; its name, which is the file's, is a part of the metrics' names."""
    sys.dont_write_bytecode = True
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_server(address, port, endpoint, socket_path):
    server = ThreadingHTTPServer((address, port), Handler)
    server.endpoint, server.socket_path = endpoint, socket_path
    return server


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", required=True, help="IPv4 address to listen on")
    parser.add_argument("--port", type=int, required=True, help="TCP port to listen on")
    parser.add_argument("--endpoint", required=True, help="Python file with info() and metrics()")
    parser.add_argument("--socket-path", required=True, help="telemetry socket of the forwarder")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with make_server(options.address, options.port, load(options.endpoint), options.socket_path) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
