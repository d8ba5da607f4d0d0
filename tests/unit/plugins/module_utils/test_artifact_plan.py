# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_plan
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

WISH = {
    "artifact": "",
    "sha256": "1",
    "method": "source",
    "version": "22.11.11",
    "builder": "",
    "platform": "x86_64, debian 12, glibc 2.36",
    "dpdk_platform": "generic",
    "drivers": [],
    "nics": [{"address": "0000:01:00.0", "ids": "8086:10fb"}],
}
TRIXIE = "x86_64, debian 13, glibc 2.41"


def plan(**hosts):
    return artifact_plan.plan({host: {**WISH, **changes} for host, changes in hosts.items()})


def test_one_host_of_each_platform_builds_with_the_drivers_of_all():
    found = plan(a={}, b={"nics": [{"address": "0000:02:00.0", "ids": "8086:1572"}, {"address": "0000:03:00.0", "ids": "1af4:1041"}]}, c={"platform": TRIXIE})
    assert found["a"] == found["b"] == {"first": "a", "builder": "a", "drivers": ["net/i40e", "net/ixgbe"]}
    assert found["c"] == {"first": "c", "builder": "c", "drivers": ["net/ixgbe"]}


def test_a_named_builder_builds_for_all():
    found = plan(a={"builder": "localhost"}, b={"builder": "localhost", "platform": TRIXIE}, c={"builder": "other"})
    assert found["a"] == found["b"] and found["a"]["builder"] == "localhost" and found["c"] == {"first": "c", "builder": "other", "drivers": ["net/ixgbe"]}


def test_named_drivers_are_all():
    assert plan(a={"drivers": ["net/ice"], "nics": [{"address": "x", "ids": "1:2"}]})["a"]["drivers"] == ["net/ice"]


def test_other_versions_are_other_builds():
    assert plan(a={}, b={"version": "24.11.8"}, c={"sha256": "2"}, d={"dpdk_platform": "native"})["d"]["first"] == "d"


def test_the_distributions_dpdk_has_all_drivers():
    assert plan(a={"method": "package", "nics": [{"address": "x", "ids": "1:2"}]})["a"] == {"first": "a", "builder": "a", "drivers": []}


def test_a_finished_artifact_is_taken_by_the_controller():
    found = plan(a={"artifact": "/srv/x"}, b={"artifact": "/srv/x", "platform": TRIXIE}, c={"artifact": "/srv/y"})
    assert found["a"] == found["b"] == {"first": "a", "builder": "localhost", "drivers": []} and found["c"]["first"] == "c"


def test_every_nic_without_pmd_is_told():
    with pytest.raises(ExceptionPathError) as caught:
        plan(a={"nics": [{"address": "0000:01:00.0", "ids": "1:2"}]}, b={"nics": [{"address": "0000:09:00.0", "ids": "3:4"}]})
    assert [problem[:19] for problem in caught.value.problems] == ["a: NIC 0000:01:00.0", "b: NIC 0000:09:00.0"]
