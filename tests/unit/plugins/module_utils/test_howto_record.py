# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the howto has brought is taken back, and nothing that was there before or that site has made its own."""

from __future__ import annotations

import os

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import host as files, howto_record, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
from ansible_collections.dataplane.exception_path.plugins.module_utils.nic_memory import NicMemory
from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

A, B, BIFURCATED = "0000:03:00.0", "0000:04:00.0", "0000:05:00.0"
PORTS = [
    {"nic": "ens3", "netdev": "exc0"},
    {"nic": "ens4", "netdev": "exc1"},
    {"nic": "ens5", "netdev": "exc2", "driver": "kernel"},
]
ALL = ["kernel_modules", "hugepages", "artifact"]


@pytest.fixture(autouse=True)
def host(kernel, etc, monkeypatch):
    kernel.add_nic(A, "ens3", mac="52:54:00:00:00:03")
    kernel.add_nic(B, "ens4", mac="52:54:00:00:00:04")
    kernel.add_nic(BIFURCATED, "ens5", driver="mlx5_core", mac="52:54:00:00:00:05")
    monkeypatch.setattr(howto_record, "Pci", lambda: Pci(kernel.root))
    monkeypatch.setattr(howto_record, "IpRoute", lambda: IpRoute(kernel.run))
    return kernel


def begun(ports=None, check_mode=False):
    return howto_record.begun({"ports": ports or PORTS}, check_mode)


def kept():
    return files.read_json(paths.HOWTO_MEMORY, None)


def there(*files_of_the_host):
    for path in files_of_the_host:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="ascii") as file:
            file.write("")


def test_a_host_with_nothing_gets_all_and_gives_all_back():
    found = begun()
    assert found["changed"] and found["parts"] == ALL and found["give_back"] == [{"nic": A}, {"nic": B}]
    assert kept() == {"nics": [A, B], "parts": ALL}
    assert begun()["changed"] is False


def test_what_was_there_stays():
    there(paths.MODULES_LOAD, paths.INSTALLED)
    NicMemory().save(A, {"name": "ens3"})
    files.write_json(paths.HUGEPAGE_MEMORY, {"0": {"before": 0, "ours": 256}})
    found = begun()
    assert found["parts"] == [] and found["give_back"] == [{"nic": B}]


def test_check_mode_keeps_nothing():
    found = begun(check_mode=True)
    assert found["changed"] and found["parts"] == ALL and kept() is None


def test_what_a_run_that_was_cut_short_has_brought_is_taken_back_by_the_next():
    begun(PORTS[:1])
    there(paths.MODULES_LOAD, paths.INSTALLED)
    NicMemory().save(A, {"name": "ens3"})
    found = begun(PORTS[1:])
    assert found["parts"] == ALL and found["give_back"] == [{"nic": A}, {"nic": B}]


def test_what_site_has_taken_over_since_is_not_taken_back():
    begun()
    there(paths.MODULES_LOAD, paths.INSTALLED)
    NicMemory().save(A, {"name": "ens3"})
    NicMemory().save(B, {"name": "ens4"})
    os.makedirs(paths.SETTINGS)
    with open(f"{paths.SETTINGS}/default.env", "w", encoding="ascii") as file:
        file.write(f"EAL=-a {A}")
    files.write_json(paths.HUGEPAGE_MEMORY, {"0": {"before": 0, "ours": 256}})
    found = begun()
    assert found["parts"] == [] and found["give_back"] == [{"nic": B}]


def test_a_nic_that_is_not_there_is_named_and_nothing_is_kept():
    with pytest.raises(ExceptionPathError, match="ens9"):
        begun([{"nic": "ens9", "netdev": "exc0"}])
    assert kept() is None


def test_the_end_forgets_all():
    begun()
    assert howto_record.ended({}, check_mode=True)["changed"] and kept()
    assert howto_record.ended({})["changed"] and not os.path.exists(paths.MEMORY)
    assert howto_record.ended({})["changed"] is False


def test_a_netdev_of_site_keeps_its_configuration(monkeypatch):
    monkeypatch.setattr(howto_record.taps, "recorded", lambda: {"exc0": {}})
    assert howto_record.configured("exc0") and not howto_record.configured("exc1")
