# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import os
import pathlib

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import build, installed, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

BINARY = base64.b64encode(b"\x7fELF a forwarder").decode()
SOURCES = {"meson.build": "project('x')\n", "src/main.c": "int main(void) { return 0; }\n"}


@pytest.fixture
def host(etc, commands, tmp_path, monkeypatch):
    commands.on(f"{paths.FORWARDER} --version", "0.1.0\n")
    monkeypatch.setattr(build.tempfile, "mkdtemp", lambda **_options: (tmp_path / "build").mkdir() or str(tmp_path / "build"))
    seen = {}

    def ninja(command):
        seen.update({str(path.relative_to(tmp_path / "build/source")): path.read_text() for path in (tmp_path / "build/source").rglob("*") if path.is_file()})
        folder = pathlib.Path(command[2])
        folder.mkdir(parents=True)
        (folder / "exception-path-forwarder").write_bytes(b"built")
        return None

    commands.on("meson setup").on("ninja -C", do=ninja)
    return seen


def install(check_mode=False, **params):
    return build.install(dict({"digest": "abc", "prepare": "#!/bin/sh\n", "sources": None, "binary": None}, **params), check_mode)


def test_a_finished_binary(host):
    assert installed.forwarder() == {"present": False, "intact": False, "digest": None}
    assert install(binary=BINARY)["diff"] == {"before": f"{paths.FORWARDER}: none\n", "after": f"{paths.FORWARDER}: abc\n"}
    assert pathlib.Path(paths.FORWARDER).read_bytes() == b"\x7fELF a forwarder" and os.access(paths.FORWARDER, os.X_OK) and os.access(paths.PREPARE, os.X_OK)
    assert installed.forwarder() == {"present": True, "intact": True, "digest": "abc"}
    assert not install(binary=BINARY)["changed"]


def test_built_on_the_host(host, commands, tmp_path):
    install(sources=SOURCES)
    assert host == SOURCES, "what is compiled is what was given"
    assert pathlib.Path(paths.FORWARDER).read_bytes() == b"built"
    assert not (tmp_path / "build").exists(), "nothing stays of the build"
    assert "meson setup" in commands and any(call.startswith("ninja -C") and call.endswith(" exception-path-forwarder") for call in commands.calls)


def test_check_mode(host):
    told = install(check_mode=True, sources=SOURCES)
    assert not os.path.exists(paths.INSTALLED) and not host
    assert told == install(sources=SOURCES)


def test_another_build_replaces_it(host):
    install(binary=BINARY)
    assert install(digest="def", sources=SOURCES)["diff"]["before"] == f"{paths.FORWARDER}: abc\n"
    assert installed.forwarder()["digest"] == "def"


@pytest.mark.parametrize("damage", ["FORWARDER", "PREPARE"])
@pytest.mark.parametrize("how", ["changed", "removed", "not executable"])
def test_a_damaged_one_is_made_good(host, damage, how):
    install(binary=BINARY)
    path = pathlib.Path(getattr(paths, damage))
    if how == "changed":
        path.write_text("x")
    elif how == "removed":
        path.unlink()
    else:
        path.chmod(0o644)
    assert not installed.forwarder()["intact"]
    assert install(binary=BINARY)["diff"]["before"] == f"{paths.FORWARDER}: abc, damaged\n"
    assert installed.forwarder()["intact"]


@pytest.mark.parametrize(
    "answer, said",
    [
        ({"stderr": "error while loading shared libraries: librte_eal.so.23\n", "code": 127}, "error while loading shared libraries: librte_eal.so.23"),
        ({"code": 139}, "exit code 139"),
    ],
)
def test_a_binary_for_another_host(host, commands, answer, said):
    commands.on(f"{paths.FORWARDER} --version", **answer)
    with pytest.raises(ExceptionPathError) as caught:
        install(binary=BINARY)
    assert str(caught.value) == (
        f"{paths.FORWARDER} does not run on this host: {said}; it has to be built against the host's own DPDK and libc: "
        "correct exception_path_forwarder_binary, or leave it empty to build on the host"
    )
    assert not installed.forwarder()["intact"]


def test_a_binary_for_another_machine(host, commands):
    def refuse(_command):
        raise OSError(8, "Exec format error")

    commands.on(f"{paths.FORWARDER} --version", do=refuse)
    with pytest.raises(ExceptionPathError, match="does not run on this host: .*Exec format error.*correct exception_path_forwarder_binary"):
        install(binary=BINARY)


def test_no_base64(host):
    with pytest.raises(ExceptionPathError, match="binary is not base64"):
        install(binary="?")
    assert not os.path.exists(paths.FORWARDER)


def test_a_build_that_fails_shows_its_last_lines(host, commands, tmp_path):
    commands.on("ninja -C", stdout="".join(f"line {number}\n" for number in range(100)), code=1)
    with pytest.raises(ExceptionPathError) as caught:
        install(sources=SOURCES)
    lines = str(caught.value).splitlines()
    assert lines[0] == "building the forwarder failed: ninja -C ended with exit code 1; its last lines:"
    assert lines[1:] == [f"line {number}" for number in range(60, 100)]
    assert not (tmp_path / "build").exists() and not os.path.exists(paths.FORWARDER)


def test_no_compiler(etc, commands):
    with pytest.raises(ExceptionPathError) as caught:
        install(sources=SOURCES)
    assert str(caught.value) == (
        "meson is not on the host, so the forwarder can not be built there: install it, or give a finished one with exception_path_forwarder_binary"
    )
