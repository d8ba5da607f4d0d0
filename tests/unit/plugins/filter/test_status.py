# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.dataplane.exception_path.plugins.filter.status import FilterModule
from ansible_collections.dataplane.exception_path.plugins.module_utils import status_report


def test_the_filters():
    filters = FilterModule().filters()
    assert sorted(filters) == ["probe_lines", "status_faults", "status_lines"]
    assert filters["status_lines"] is status_report.lines and filters["probe_lines"] is status_report.probe_lines


def test_faults_of_an_inventory():
    facts = {
        "kernel_modules": {},
        "forwarder": {"present": True, "intact": True, "name": "a-1", "previous": None, "dpdk": {"method": "package", "version": "24.11.8"}},
        "service": {"unit": "u", "state": "active", "enabled": True, "program": None},
        "nics": [],
        "netdevs": [],
        "pairs": {},
    }
    assert FilterModule().filters()["status_faults"](facts, []) == [
        "kernel module vhost_net is not loaded: run site",
        "kernel module tun is not loaded: run site",
    ]


def test_an_inventory_that_is_wrong():
    with pytest.raises(AnsibleFilterError, match="exception_path_ports is a dict: write a list with an entry for every NIC"):
        FilterModule().filters()["status_faults"]({}, {})
