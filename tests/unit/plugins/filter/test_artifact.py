# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.dataplane.exception_path.plugins.filter import artifact

WISH = {"artifact": "", "sha256": "1", "method": "source", "version": "22.11.11", "builder": "", "platform": "p", "dpdk_platform": "generic", "drivers": []}


def test_the_plan_of_a_fleet():
    hosts = {"a": {"artifact_wish": {**WISH, "nics": [{"address": "x", "ids": "8086:10fb"}]}}}
    assert artifact.FilterModule().filters()["artifact_plan"](["a"], hosts) == {"a": {"first": "a", "builder": "a", "drivers": ["net/ixgbe"]}}


def test_faults_end_the_task():
    with pytest.raises(AnsibleFilterError, match="a: NIC x has the PCI id 1:2"):
        artifact.plan(["a"], {"a": {"artifact_wish": {**WISH, "nics": [{"address": "x", "ids": "1:2"}]}}})
