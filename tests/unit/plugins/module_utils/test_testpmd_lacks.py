# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model, testpmd_lacks

PORT = {"nic": "0000:03:00.0", "netdev": "exc0"}
ZERO, ONE = "exception_path_ports[0] (exc0)", "exception_path_ports[1] (exc1)"


def problems(*ports, **wishes):
    return testpmd_lacks.problems(port_model.parse(list(ports)), **wishes)


@pytest.mark.parametrize("offloads", ["auto", "off", {"checksum": "off", "tso": "auto"}])
def test_what_testpmd_does_is_no_problem(offloads):
    assert problems(dict(PORT, offloads=offloads, mtu=9000), dict(PORT, nic="0000:04:00.0", netdev="exc1", queue_size=512), idle="poll") == []


def test_nothing_that_was_asked_for_is_left_out_silently():
    first = dict(PORT, offloads={"checksum": "on", "tso": "on", "gro": "off"}, limits={"icmp": 500, "rest": 9})
    assert problems(first, {"nic": "0000:04:00.0", "netdev": "exc1", "queues": 2}, idle="adaptive", prometheus=True) == [
        f"{ZERO}: testpmd has no offloads, and checksum, tso is on: set it to auto or off, or set exception_path_data_plane to forwarder",
        f"{ZERO}: testpmd limits nothing, and limits are given for icmp, rest: drop limits, or set exception_path_data_plane to forwarder",
        f"{ONE}: queues 2 differs from 1 of {ZERO}, and testpmd has one number for all ports: give all the same, "
        "or set exception_path_data_plane to forwarder",
        "exception_path_idle is adaptive, and testpmd always polls: set it to poll or drop it, or set exception_path_data_plane to forwarder",
        "exception_path_prometheus is true, and the metrics are the forwarder's: set it to false, or set exception_path_data_plane to forwarder",
    ]
