# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib

from ansible_collections.dataplane.exception_path.plugins.module_utils import host_platform, paths


def test_facts_of_a_host(etc):
    for path, text in ((paths.OS_RELEASE, 'PRETTY_NAME="Debian"\nID=debian\nVERSION_ID="12"\n'), (f"{paths.PROC}/cpuinfo", "flags\t: fpu sse4_2\n")):
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_text(text)
    facts = host_platform.facts()
    name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
    assert facts == {
        "machine": os.uname().machine,
        "libc": {"name": name, "version": version},
        "distribution": "debian 12",
        "cpu_flags": ["fpu", "sse4_2"],
        "platform": f"{os.uname().machine}, debian 12, {name} {version}",
    }


def test_a_host_that_tells_little(etc, monkeypatch):
    def unknown(_name):
        raise ValueError

    monkeypatch.setattr(host_platform.os, "confstr", unknown)
    facts = host_platform.facts()
    assert facts["libc"] == {"name": "other", "version": "0"} and facts["distribution"] == "" and facts["cpu_flags"] == []


def test_a_distribution_without_a_number(etc):
    pathlib.Path(paths.OS_RELEASE).parent.mkdir(parents=True)
    pathlib.Path(paths.OS_RELEASE).write_text("ID=debian\nVERSION_CODENAME=sid\n")
    assert host_platform.facts()["distribution"] == "debian sid"
