# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, kernel_modules, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

NAMES = ["vhost", "vhost_net", "tun", "vfio-pci"]


@pytest.fixture
def modules(etc, monkeypatch, commands):
    """A set of loaded modules with modprobe; ``used`` are those with a user outside of the kernel."""

    class Modules:
        needs = {"vhost_net": ["vhost"], "vhost": [], "tun": [], "vfio-pci": []}
        loaded = set()
        used = set()
        builtin = set()

        def holders(self, name):
            return [holder.replace("-", "_") for holder in self.loaded if name in self.needs[holder]]

        def load(self, command):
            for name in command[2:]:
                self.loaded |= {name, *self.needs[name]}

        def remove(self, command):
            name = command[2]
            if name in self.used or self.holders(name):
                commands.on(f"modprobe --remove {name}", code=1)
                return
            self.loaded.discard(name)
            self.loaded -= {lower for lower in self.needs[name] if not self.holders(lower) and lower not in self.used}

    found = Modules()
    found.loaded, found.used, found.builtin = set(), set(), set()
    real_read = host.read

    def read(path, default=None):
        parts = path.split("/")
        if parts[:3] == ["", "sys", "module"]:
            name = parts[3].replace("vfio_pci", "vfio-pci")
            return str(len(found.holders(name)) + (name in found.used))
        return real_read(path, default)

    monkeypatch.setattr(kernel_modules, "is_loaded", lambda name: name in found.loaded)
    monkeypatch.setattr(kernel_modules, "_holders", found.holders)
    monkeypatch.setattr(host, "read", read)
    commands.on("modprobe --dry-run")
    commands.on("modprobe --all", do=found.load)
    commands.on("modprobe --remove", do=found.remove)
    commands.on("modprobe --show-depends", do=lambda command: "builtin x\n" if command[2] in found.builtin else "insmod /lib/modules/x.ko\n")
    return found


def test_loaded_and_unloaded(modules):
    result = kernel_modules.present(NAMES)
    assert result["loaded"] == NAMES and modules.loaded == set(NAMES)
    assert pathlib.Path(paths.MODULES_LOAD).read_text().splitlines()[1:] == NAMES
    assert kernel_modules.present(NAMES) == {"changed": False, "diff": {"before": "", "after": ""}, "loaded": []}
    result = kernel_modules.absent(NAMES)
    assert result["changed"] and result["in_use"] == [] and modules.loaded == set()
    assert not os.path.exists(paths.MODULES_LOAD) and not os.path.exists(paths.MEMORY)
    assert not kernel_modules.absent(NAMES)["changed"]


def test_check_mode(modules, commands):
    told = kernel_modules.present(NAMES, check_mode=True)
    assert modules.loaded == set() and not os.path.exists(paths.MODULES_LOAD) and not os.path.exists(paths.MODULE_MEMORY)
    assert told == kernel_modules.present(NAMES)
    told = kernel_modules.absent(NAMES, check_mode=True)
    assert modules.loaded == set(NAMES) and os.path.exists(paths.MODULES_LOAD)
    assert told == kernel_modules.absent(NAMES)


def test_what_was_there_before_stays(modules):
    modules.loaded = {"tun"}
    assert kernel_modules.present(NAMES)["loaded"] == ["vhost", "vhost_net", "vfio-pci"]
    kernel_modules.absent(NAMES)
    assert modules.loaded == {"tun"}


def test_the_memory_grows_over_runs(modules):
    kernel_modules.present(["tun"])
    kernel_modules.present(NAMES)
    kernel_modules.absent(NAMES)
    assert modules.loaded == set()


def test_what_is_built_in_is_not_loaded(modules):
    modules.builtin = {"tun"}
    assert kernel_modules.present(NAMES)["loaded"] == ["vhost", "vhost_net", "vfio-pci"]


def test_what_is_in_use_stays_and_is_told(modules):
    kernel_modules.present(NAMES)
    modules.used = {"tun"}
    result = kernel_modules.absent(NAMES)
    assert result["in_use"] == ["tun"] and modules.loaded == {"tun"}
    assert "module tun" not in result["diff"]["before"]


@pytest.mark.parametrize(
    "installed, remedy",
    [
        (False, "its modules are not here, as after a kernel upgrade: reboot into the installed kernel; for a container, load them on its host"),
        (True, "install a kernel that has them (on Debian linux-image-amd64 instead of a cloud kernel) and reboot"),
    ],
)
def test_modules_that_the_kernel_does_not_have(modules, commands, monkeypatch, installed, remedy):
    commands.on("modprobe --dry-run --quiet vhost_net", code=1).on("modprobe --dry-run --quiet vfio-pci", code=1)
    monkeypatch.setattr(kernel_modules.os.path, "isdir", lambda _path: installed)
    with pytest.raises(ExceptionPathError) as caught:
        kernel_modules.present(NAMES)
    assert str(caught.value) == f"the running kernel {os.uname().release} has no module vhost_net, vfio-pci: {remedy}"
    assert not modules.loaded and not os.path.exists(paths.MODULES_LOAD)


@pytest.mark.parametrize("name, device", [("tun", "tun"), ("vhost_net", "vhost-net")])
def test_what_is_built_in_shows_by_its_device(tmp_path, name, device):
    (tmp_path / "sys/class/misc" / device).mkdir(parents=True)
    assert kernel_modules.is_loaded(name, str(tmp_path)) and not kernel_modules.is_loaded("vhost", str(tmp_path))


def test_what_is_loaded_shows_in_sysfs(tmp_path):
    (tmp_path / "sys/module/vfio_pci").mkdir(parents=True)
    assert kernel_modules.is_loaded("vfio-pci", str(tmp_path)) and not kernel_modules.is_loaded("tun", str(tmp_path))
    assert kernel_modules._holders("no-such-module") == []
