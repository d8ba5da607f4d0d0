# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import packages
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

POLICY = """dpdk:
  Installed: (none)
  Candidate: 22.11.11-1~deb12u1
  Version table:
     22.11.11-1~deb12u1 500
driverctl:
  Installed: (none)
  Candidate: 0.115-1
  Version table:
"""


@pytest.fixture
def apt(commands, tmp_path, monkeypatch):
    """A Debian with fresh lists, where tun-tools is removed but configured and pciutils is there."""
    (tmp_path / "deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4").write_text("")
    monkeypatch.setattr(packages, "_LISTS", str(tmp_path))
    there = {"pciutils"}
    states = {"tun-tools": "config-files", "purged": "not-installed", "broken": "half-installed"}
    commands.on(
        "dpkg-query",
        do=lambda command: "".join(f"{name} {'installed' if name in there else states[name]}\n" for name in command[3:] if name in there or name in states),
    )
    commands.on("apt-cache policy", POLICY).on("dpkg --configure --pending").on("apt-get")
    commands.on("apt-get -o DPkg::Lock::Timeout=600 --quiet --yes", do=lambda command: there.update(command[7:]) or None)
    return there


def present(names, check_mode=False, cache_valid_time=86400):
    return packages.present({"names": names, "cache_valid_time": cache_valid_time}, check_mode)


def test_all_there_costs_one_call(apt, commands):
    assert present(["pciutils"]) == {"changed": False, "diff": {"before": "", "after": ""}, "installed": []}
    assert len(commands.calls) == 1


def test_what_is_missing_is_installed_in_one_call(apt, commands):
    result = present(["driverctl", "pciutils", "dpdk"])
    assert result["installed"] == ["driverctl", "dpdk"]
    assert result["diff"]["after"] == "package driverctl: installed\npackage dpdk: installed\n"
    assert "apt-get -o DPkg::Lock::Timeout=600 --quiet --yes --no-install-recommends install driverctl dpdk" in commands.calls
    assert not any(" update" in call for call in commands.calls)
    assert commands.calls.index("dpkg --configure --pending") < len(commands.calls) - 2


def test_check_mode(apt, commands):
    told = present(["driverctl"], check_mode=True)
    assert "apt-get" not in commands and told == present(["driverctl"])


def test_removed_with_its_configuration_left_is_not_installed(apt):
    assert packages.missing(["tun-tools", "pciutils", "purged", "broken", "unheard-of"]) == ["tun-tools", "purged", "broken", "unheard-of"]


@pytest.mark.parametrize("reason", ["old lists", "no lists", "unknown package", "no candidate"])
def test_lists_are_fetched_when_they_do_not_do(apt, commands, tmp_path, reason):
    names = ["driverctl"]
    if reason == "old lists":
        os.utime(tmp_path, (0, 0))
    elif reason == "no lists":
        next(tmp_path.glob("*_Packages*")).unlink()
    elif reason == "unknown package":
        names = ["unheard-of"]
    else:
        commands.on("apt-cache policy", "driverctl:\n  Installed: (none)\n  Candidate: (none)\n")
    present(names)
    assert "apt-get -o DPkg::Lock::Timeout=600 --quiet update" in commands.calls


def test_apt_that_did_nothing_and_says_it_is_well(apt, commands):
    commands.on("apt-get -o DPkg::Lock::Timeout=600 --quiet --yes")
    with pytest.raises(ExceptionPathError, match="apt-get ended well, but driverctl is not installed: see /var/log/apt/term.log"):
        present(["driverctl"])


def test_apt_that_fails(apt, commands):
    commands.on("apt-get -o DPkg::Lock::Timeout=600 --quiet --yes", stderr="E: Unable to locate package driverctl\n", code=100)
    with pytest.raises(ExceptionPathError, match="failed with exit code 100: E: Unable to locate package driverctl"):
        present(["driverctl"])


def test_another_distribution(commands):
    with pytest.raises(ExceptionPathError) as caught:
        packages.missing(["dpdk", "driverctl"])
    assert str(caught.value) == (
        "this host has no dpkg, and the collection installs packages on Debian and its like only: install what stands for dpdk, driverctl by hand "
        "and set exception_path_manage_packages: false"
    )


@pytest.mark.parametrize(
    "policy, version",
    [
        (POLICY, (22, 11)),
        ("dpdk:\n  Installed: 24.11.8-1\n  Candidate: 25.11.4-1\n", (24, 11)),
        ("dpdk:\n  Installed: 1:25.11.4\n  Candidate: 1\n", (25, 11)),
        ("dpdk:\n  Installed: (none)\n  Candidate: (none)\n", None),
        ("", None),
    ],
)
def test_the_version_that_is_or_would_be_installed(commands, policy, version):
    commands.on("apt-cache policy dpdk", policy)
    assert packages.version(["dpdk"]) == version


@pytest.mark.parametrize(
    "said, version",
    [
        ("libdpdk-dev:\n  Installed: 22.11.11-1~deb12u1\n  Candidate: 22.11.12-1\n", "22.11.11"),
        ("libdpdk-dev:\n  Installed: (none)\n  Candidate: 1:24.11.8+dfsg-1\n", "24.11.8"),
        ("libdpdk-dev:\n  Installed: (none)\n  Candidate: (none)\n", None),
        ("", None),
    ],
)
def test_the_upstream_version_of_a_package(commands, said, version):
    commands.on("apt-cache policy libdpdk-dev", said)
    assert packages.full_version("libdpdk-dev") == version
