# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the collection importable from a checkout of any name, and keeps tests off the host."""

from __future__ import annotations

import importlib
import os
import sys
import types

import pytest

_ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
_PACKAGE = "ansible_collections.dataplane.exception_path"


def _is_this_collection():
    """True when the import system leads to this tree already, as under ansible-test."""
    try:
        package = importlib.import_module(_PACKAGE)
    except ImportError:
        return False
    return _ROOT in [os.path.realpath(path) for path in package.__path__]


def _register():
    """Packages made by hand, of which only the last has a folder: this checkout."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "ansible_collections"]:
        del sys.modules[name]
    parent = None
    parts = _PACKAGE.split(".")
    for depth in range(1, len(parts) + 1):
        module = types.ModuleType(".".join(parts[:depth]))
        module.__path__ = [_ROOT] if depth == len(parts) else []
        sys.modules[module.__name__] = module
        if parent:
            setattr(parent, parts[depth - 1], module)
        parent = module


if not _is_this_collection():
    _register()


@pytest.fixture
def commands(monkeypatch):
    """Stands for every program that the code under test would run on the host."""
    from ansible_collections.dataplane.exception_path.plugins.module_utils import host
    from ansible_collections.dataplane.exception_path.tests.unit.fake_commands import FakeCommands

    fake = FakeCommands()
    monkeypatch.setattr(host.subprocess, "run", fake.run)
    return fake


@pytest.fixture
def etc(monkeypatch, tmp_path):
    """The places that the collection writes to, below a folder of the test's own."""
    from ansible_collections.dataplane.exception_path.plugins.module_utils import nic_memory, paths, hugepages, systemd

    root = tmp_path / "host"
    for name, value in list(vars(paths).items()):
        if (
            isinstance(value, str) and value.startswith("/") and not name.startswith("_") and name != "DRIVERCTL_CONF"
        ):  # binding.py asks for that below the root of sysfs
            monkeypatch.setattr(paths, name, str(root) + value)
    # Defaults of arguments are bound when a module is imported.
    monkeypatch.setattr(nic_memory.NicMemory.__init__, "__defaults__", (paths.NIC_MEMORY,))
    monkeypatch.setattr(hugepages.Hugepages.__init__, "__defaults__", (str(root), paths.HUGEPAGE_MEMORY))
    monkeypatch.setattr(systemd.Systemd.__init__, "__defaults__", (systemd.Systemd.__init__.__defaults__[0], paths.UNITS))
    return root


@pytest.fixture
def no_waiting(monkeypatch):
    """Time passes, nobody waits for it."""
    import time

    now = [1000.0]
    monkeypatch.setattr(time, "sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def kernel(tmp_path):
    from ansible_collections.dataplane.exception_path.tests.unit.fake_kernel import FakeKernel

    return FakeKernel(tmp_path / "kernel")
