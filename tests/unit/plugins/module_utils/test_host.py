# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import stat

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import ethtool, host, systemd
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


def test_run_gives_output_and_takes_input_in_a_clean_environment(monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    done = host.run(["sh", "-c", "cat; echo $LC_ALL $MORE"], stdin="hello ", environment={"MORE": "more"})
    assert done.stdout == "hello C more\n"


def test_a_command_that_fails():
    with pytest.raises(ExceptionPathError) as caught:
        host.run(["sh", "-c", "echo out; echo bad >&2; exit 3"])
    assert str(caught.value) == "sh -c echo out; echo bad >&2; exit 3 failed with exit code 3: bad"
    assert host.run(["sh", "-c", "exit 3"], check=False).returncode == 3


def test_a_command_that_is_not_there():
    with pytest.raises(ExceptionPathError, match="no-such-program is not installed on the host: install the package that has it"):
        host.run(["no-such-program"])


def test_a_command_that_is_for_another_machine(tmp_path):
    program = tmp_path / "program"
    program.write_bytes(b"\x7fELF nonsense")
    program.chmod(0o755)
    with pytest.raises(ExceptionPathError, match="program can not be run: Exec format error"):
        host.run([str(program)])


def test_a_command_that_does_not_end():
    with pytest.raises(ExceptionPathError, match="sleep 9 did not end within 0.1 seconds: look at the host's journal"):
        host.run(["sleep", "9"], timeout=0.1)


def test_write_and_read(tmp_path):
    path = str(tmp_path / "new/folder/file")
    host.write(path, "one\ntwo\n", 0o600)
    assert host.read(path) == "one\ntwo" and stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert host.read(path + "x") is None and host.read(path + "x", "?") == "?" and host.read(str(tmp_path), "folder") == "folder"
    assert host.remove(path) and not host.remove(path)
    assert os.listdir(os.path.dirname(path)) == []


def test_a_write_cut_short_leaves_the_old_text(tmp_path, monkeypatch):
    path = str(tmp_path / "file")
    host.write(path, "old\n")

    def cut(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(host.os, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        host.write(path, "new\n")
    assert host.read(path) == "old" and os.listdir(tmp_path) == ["file"]


def test_json(tmp_path):
    path = str(tmp_path / "file")
    assert host.read_json(path, {}) == {}
    host.write_json(path, {"b": 1, "a": [2]})
    assert host.read(path).startswith('{\n  "a"') and host.read_json(path, None) == {"a": [2], "b": 1}


def test_a_folder_goes_when_it_is_empty(tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").write_text("")
    (tmp_path / "empty").mkdir()
    for name in ("full", "empty", "none"):
        host.remove_empty_folder(str(tmp_path / name))
    assert os.listdir(tmp_path) == ["full"]


def test_queues_of_a_nic(tmp_path, monkeypatch):
    for name in ("rx-0", "rx-1", "tx-0"):
        (tmp_path / "sys/class/net/exctest0/queues" / name).mkdir(parents=True)
    assert ethtool.max_queues("exctest0", str(tmp_path)) == 2
    assert ethtool.max_queues("exctest1", str(tmp_path)) is None
    assert ethtool._max_channels("exctest0") is None, "no such netdev in the kernel"

    def ioctl(_socket, request, argument):
        assert request == 0x8946 and argument[:16].rstrip(b"\0") == b"exctest0"
        import ctypes
        import struct

        (address,) = struct.unpack("Q", argument[16:24])
        assert ctypes.c_uint.from_address(address).value == 0x3C
        ctypes.c_uint.from_address(address + 4).value, ctypes.c_uint.from_address(address + 16).value = channels
        return b""

    monkeypatch.setattr(ethtool.fcntl, "ioctl", ioctl)
    for channels, most in (((0, 8), 8), ((4, 1), 4), ((0, 0), 2)):
        assert ethtool.max_queues("exctest0", str(tmp_path)) == most


def test_systemd(commands):
    commands.on("systemctl is-enabled on.service", "enabled\n").on("systemctl is-enabled off.service", "disabled\n", code=1)
    commands.on("systemctl show a.service --property=ActiveState,User", "ActiveState=active\nUser=\nrubbish\n")
    commands.on("systemctl daemon-reload").on("systemctl enable").on("systemctl disable", code=1).on("systemctl restart", code=1, stderr="no")
    commands.on("journalctl --unit a.service --lines 7 --no-pager --output=short-iso", "one\ntwo\n")
    unit = systemd.Systemd()
    assert unit.path("a.service") == "/etc/systemd/system/a.service"
    assert (unit.is_enabled("on.service"), unit.is_enabled("off.service")) == (True, False)
    assert unit.show("a.service", "ActiveState", "User") == {"ActiveState": "active", "User": ""}
    unit.reload()
    unit.enable()
    unit.disable()
    unit.enable("a.service", "b.service")
    unit.disable("a.service")
    assert commands.calls[-3:] == ["systemctl daemon-reload", "systemctl enable --quiet a.service b.service", "systemctl disable --quiet a.service"]
    assert unit.call("restart", "a.service", check=False).returncode == 1
    with pytest.raises(ExceptionPathError, match="systemctl restart a.service failed with exit code 1: no"):
        unit.call("restart", "a.service")
    assert unit.journal("a.service", 7) == "one\ntwo"
