# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_inputs

SHA256 = "27a3bb1f57e02eb68c7c0a6f8bbf9fb74ec198c5aab74ed602da5b71c492a476"
PARAMS = {
    "method": "source",
    "dpdk_version": "22.11.11",
    "source_url": "https://example.org/dpdk.tar.xz",
    "source_sha256": SHA256,
    "platform": "generic",
    "drivers": ["net/ixgbe"],
    "drivers_exact": False,
    "compiler_exact": True,
    "sources_digest": "f" * 64,
    "prepare": "#!/bin/sh\n",
}
BUILDER = {
    "machine": "x86_64",
    "libc": {"name": "glibc", "version": "2.36"},
    "distribution": "debian 12",
    "cpu_flags": ["sse4_2"],
    "compiler": "cc 12",
    "packaged_dpdk": "22.11.11",
}


def params(**changes):
    return {**PARAMS, **changes}


def name(builder=None, **changes):
    return artifact_inputs.name(params(**changes), {**BUILDER, **(builder or {})}, "22.11.11")


def test_good_inputs():
    assert artifact_inputs.problems(PARAMS) == []
    assert artifact_inputs.problems(params(dpdk_version="24.11", source_url="file:///srv/x", platform="native", drivers=[])) == []
    assert artifact_inputs.problems(params(method="package", dpdk_version="", source_url="", source_sha256="")) == []


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"dpdk_version": "22"}, "exception_path_dpdk_version '22' is no version of DPDK: give one such as 22.11.11"),
        ({"dpdk_version": "21.11.9"}, "exception_path_dpdk_version 21.11.9 is none that the forwarder is written for: give one from 22.11 on and before 26.11"),
        ({"source_url": "/srv/x"}, "exception_path_dpdk_source_url '/srv/x' is no address"),
        ({"source_sha256": SHA256[1:]}, "exception_path_dpdk_source_sha256 '7a3bb1f"),
        ({"source_sha256": ""}, "exception_path_dpdk_source_sha256 is not given, and the collection does not know DPDK 22.11.11"),
        ({"platform": "a b"}, "exception_path_dpdk_platform 'a b' is none of DPDK's"),
        ({"drivers": ["ixgbe"]}, "exception_path_dpdk_drivers: 'ixgbe' is no driver of DPDK"),
    ],
)
def test_bad_inputs(changes, said):
    (problem,) = artifact_inputs.problems(params(**changes))
    assert problem.startswith(said)


def test_all_faults_at_once():
    assert len(artifact_inputs.problems(params(dpdk_version="x", source_url="", source_sha256="x", platform="", drivers=["x"]))) == 5


def test_the_name_tells_what_it_is():
    assert name().startswith("exception-path-dpdk22.11.11-built-x86_64-glibc2.36-") and name() == name(drivers_exact=True)
    assert name(method="package", drivers=[]).startswith("exception-path-dpdk22.11.11-packaged-x86_64-glibc2.36-")


@pytest.mark.parametrize(
    "builder, changes",
    [
        ({}, {"source_sha256": "0" * 64}),
        ({}, {"drivers": ["net/ice"]}),
        ({}, {"platform": "native"}),
        ({}, {"sources_digest": "0" * 64}),
        ({}, {"prepare": "x"}),
        ({"machine": "aarch64"}, {}),
        ({"libc": {"name": "glibc", "version": "2.41"}}, {}),
        ({"compiler": "cc 14"}, {}),
    ],
)
def test_another_input_is_another_name(builder, changes):
    assert name(builder, **changes) != name()


def test_what_does_not_matter():
    assert name({"cpu_flags": []}) == name() != name({"cpu_flags": []}, platform="native") != name(platform="native")
    assert name(source_url="file:///x") == name()
    assert name({"packaged_dpdk": "22.11.12"}) == name()
    assert name({"packaged_dpdk": "22.11.12"}, method="package") != name(method="package")


def entry(**changes):
    return {"name": "a-1", "inputs": artifact_inputs.inputs(PARAMS, BUILDER), "drivers": ["net/ixgbe"], "compiler": "cc 12", **changes}


@pytest.mark.parametrize(
    "known, builder, changes, chosen",
    [
        ([entry()], {}, {}, "a-1"),
        ([entry(compiler="cc 14")], {}, {}, None),
        ([entry(compiler="cc 14")], {"compiler": None}, {}, "a-1"),
        ([entry(compiler="cc 14")], {}, {"compiler_exact": False}, "a-1"),
        ([entry(compiler="cc 14"), entry(name="a-2")], {}, {"compiler_exact": False}, "a-2"),
        ([entry(inputs="0")], {}, {}, None),
        ([entry(drivers=["net/ice", "net/ixgbe"])], {}, {}, "a-1"),
        ([entry(drivers=["net/ice", "net/ixgbe"])], {}, {"drivers_exact": True}, None),
        ([entry(drivers=["net/ice"])], {}, {}, None),
        ([entry(drivers=["net/ice", "net/ixgbe"]), entry(name="a-2")], {}, {}, "a-2"),
        ([], {}, {}, None),
    ],
)
def test_an_artifact_of_the_same_inputs(known, builder, changes, chosen):
    assert artifact_inputs.choose(known, params(**changes), {**BUILDER, **builder}) == chosen
