# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import suitability

MANIFEST = {
    "name": "a-1",
    "machine": "x86_64",
    "libc": {"name": "glibc", "minimum": "2.34"},
    "cpu_flags": ["avx2", "sse4_2"],
    "libraries": [{"soname": "libc.so.6", "package": "libc6"}, {"soname": "librte_eal.so.23", "package": "librte-eal23"}],
    "dpdk": {"method": "package", "version": "22.11.11"},
}
PLATFORM = {"machine": "x86_64", "libc": {"name": "glibc", "version": "2.36"}, "cpu_flags": ["avx2", "fpu", "sse4_2"]}


def problems(**changes):
    return suitability.problems(MANIFEST, {**copy.deepcopy(PLATFORM), **changes})


def test_a_host_that_suits():
    assert problems() == []
    assert problems(libc={"name": "glibc", "version": "2.34"}) == []
    assert problems(libc={"name": "glibc", "version": "2.100"}) == []


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"machine": "aarch64", "cpu_flags": []}, "artifact a-1 is for x86_64, this host is aarch64: build one on a host of that architecture"),
        (
            {"libc": {"name": "glibc", "version": "2.31"}},
            "artifact a-1 needs glibc 2.34 or newer, this host has 2.31: build it on a host of the fleet's oldest distribution (exception_path_builder)",
        ),
        (
            {"libc": {"name": "other", "version": "0"}},
            "artifact a-1 needs the C library glibc, this host has other: build one on a host of this distribution",
        ),
        (
            {"cpu_flags": ["sse4_2"]},
            "artifact a-1 needs CPU flags that this host lacks: avx2: "
            "build it with exception_path_dpdk_platform: generic, which runs on every CPU that DPDK supports",
        ),
    ],
)
def test_a_host_that_does_not(changes, problem):
    assert problems(**changes) == [problem]


def test_all_reasons_at_once():
    assert len(problems(libc={"name": "glibc", "version": "2.31"}, cpu_flags=[])) == 2


def test_libraries():
    assert suitability.library_problems(MANIFEST, lambda soname: True) == []
    assert suitability.library_problems(MANIFEST, {"libc.so.6"}.__contains__) == [
        "artifact a-1 needs shared libraries that this host lacks: librte_eal.so.23: install librte-eal23 (it was built with the distribution's DPDK 22.11.11)"
    ]
    unknown = dict(MANIFEST, libraries=[{"soname": "libx.so.1", "package": None}], dpdk={"method": "source"})
    assert suitability.library_problems(unknown, {}.__contains__) == [
        "artifact a-1 needs shared libraries that this host lacks: libx.so.1: install the packages that have them"
    ]
