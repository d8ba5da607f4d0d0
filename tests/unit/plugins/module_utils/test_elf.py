# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import elf, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

DYNAMIC = """
Dynamic section at offset 0x2d58 contains 30 entries:
  Tag        Type                         Name/Value
 0x0000000000000001 (NEEDED)             Shared library: [libnuma.so.1]
 0x0000000000000001 (NEEDED)             Shared library: [libsystemd.so.0]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
Version needs section '.gnu.version_r' contains 2 entries:
  0x0010:   Name: GLIBC_2.3.4  Flags: none  Version: 7
  0x0020:   Name: GLIBC_2.34  Flags: none  Version: 6
  0x0030:   Name: LIBSYSTEMD_209  Flags: none  Version: 5
"""


@pytest.fixture
def root(tmp_path):
    (tmp_path / "root/bin").mkdir(parents=True)
    (tmp_path / "root/bin/forwarder").write_bytes(b"\x7fELF")
    (tmp_path / "root/bin/script").write_text("#!/bin/sh\n")
    return tmp_path / "root"


def test_what_programs_ask_for(root, commands):
    commands.on("readelf", DYNAMIC)
    assert elf.requirements(str(root)) == {"libraries": ["libc.so.6", "libnuma.so.1", "libsystemd.so.0"], "glibc": "2.34"}
    assert commands.calls == [f"readelf --wide --dynamic --version-info {root}/bin/forwarder"]


def test_what_a_host_may_lack_is_shipped_with_its_licence(root, commands, tmp_path, monkeypatch):
    (tmp_path / "libnuma.so.1").write_bytes(b"\x7fELF numa")
    commands.on("readelf", DYNAMIC).on("cc -print-file-name=libnuma.so.1", f"{tmp_path}/libnuma.so.1\n")
    commands.on("dpkg-query --search */libnuma.so.1", "libnuma1:amd64: /usr/lib/x86_64-linux-gnu/libnuma.so.1\n")
    monkeypatch.setattr(paths, "DPKG", str(tmp_path / "libnuma.so.1"))
    monkeypatch.setattr(elf.host, "read", lambda path: "LGPL" if path == "/usr/share/doc/libnuma1/copyright" else None)
    elf.ship_libraries(str(root))
    assert (root / "lib/libnuma.so.1").read_bytes() == b"\x7fELF numa" and (root / "licenses/libnuma1/copyright").read_text() == "LGPL\n"
    assert elf.requirements(str(root))["libraries"] == ["libc.so.6", "libsystemd.so.0"]


def test_a_library_that_is_nowhere(root, commands):
    commands.on("readelf", DYNAMIC).on("cc -print-file-name=libnuma.so.1", "libnuma.so.1\n")
    with pytest.raises(ExceptionPathError, match="the built programs need libnuma.so.1, and the builder's compiler does not find it"):
        elf.ship_libraries(str(root))


@pytest.mark.parametrize(
    "soname", ["libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1", "libsystemd.so.0", "libibverbs.so.1", "libmlx5.so.1"]
)
def test_what_is_the_hosts_own_is_not_shipped(root, commands, soname):
    commands.on("readelf", f" 0x1 (NEEDED)  Shared library: [{soname}]\n")
    elf.ship_libraries(str(root))
    assert not os.path.exists(root / "lib")


def test_the_package_of_a_library(commands, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "DPKG", str(tmp_path / "none"))
    assert elf.package_of("libc.so.6") is None
    pathlib.Path(paths.DPKG).write_text("")
    commands.on("dpkg-query --search */libc.so.6", "libc6:amd64: /lib/x86_64-linux-gnu/libc.so.6\n").on("dpkg-query --search */x", code=1)
    assert elf.package_of("libc.so.6") == "libc6" and elf.package_of("x") is None
