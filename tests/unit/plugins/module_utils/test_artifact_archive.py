# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io
import os
import tarfile

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.tests.unit import artifacts


def test_the_same_bytes_for_the_same_files(tmp_path):
    first, sha256, manifest = artifacts.make(tmp_path)
    os.utime(tmp_path / "a-1.root/bin/exception-path-forwarder", (0, 0))
    os.rename(tmp_path / "a-1.root", tmp_path / "elsewhere")
    again = str(tmp_path / "again.tar.xz")
    artifact_archive.write(str(tmp_path / "elsewhere"), manifest, again)
    assert digests.sha256(again) == sha256 and sorted(os.listdir(tmp_path)) == ["a-1.tar.xz", "again.tar.xz", "elsewhere"]


def test_what_is_read_is_what_was_written(tmp_path):
    path, _sha256, manifest = artifacts.make(tmp_path)
    assert artifact_archive.read_manifest(path) == manifest
    assert manifest["files"]["bin/exception-path-forwarder"]["mode"] == "0755" and manifest["files"]["licenses/x"]["mode"] == "0644"
    assert dict(artifact_archive.contents(path, {"licenses/x"})) == {"licenses/x": b"free\n"}
    with tarfile.open(path) as archive:
        assert [entry.name for entry in archive][0] == "manifest.json"


@pytest.mark.parametrize("cut", [0, 10, 200, 1000])
def test_what_is_cut_short(tmp_path, cut):
    path, _sha256, manifest = artifacts.make(tmp_path, files={"bin/big": "x" * 100_000 + str(list(range(20_000)))})
    with open(path, "rb") as file:
        content = file.read()
    with open(path, "wb") as file:
        file.write(content[:cut])
    with pytest.raises(ExceptionPathError, match="is no artifact of this collection, or a damaged one: "):
        artifact_archive.read_manifest(path)
        list(artifact_archive.contents(path, set(manifest["files"])))


def archive(path, name, content):
    with tarfile.open(path, "w:xz") as packed:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        packed.addfile(entry, io.BytesIO(content))
    return str(path)


@pytest.mark.parametrize(
    "name, content, why",
    [
        ("bin/x", b"", "it does not begin with manifest.json"),
        ("manifest.json", b"{", "its manifest.json is no JSON"),
        ("manifest.json", b"[]", "its manifest.json lacks schema, name"),
        ("manifest.json", b'{"schema": 1}', "its manifest.json lacks name, machine"),
    ],
)
def test_what_is_no_artifact(tmp_path, name, content, why):
    with pytest.raises(ExceptionPathError, match=why):
        artifact_archive.read_manifest(archive(tmp_path / "x.tar.xz", name, content))


def test_no_archive_and_none_at_all(tmp_path):
    (tmp_path / "x.tar.xz").write_text("not packed")
    with pytest.raises(ExceptionPathError, match="is no artifact of this collection"):
        artifact_archive.read_manifest(str(tmp_path / "x.tar.xz"))
    with pytest.raises(ExceptionPathError, match="none can not be read: No such file or directory: correct the path"):
        artifact_archive.read_manifest(str(tmp_path / "none"))


@pytest.mark.parametrize(
    "changes, why",
    [
        ({"schema": 99}, "is of schema 99, this version of the collection reads 1"),
        ({"files": {"/etc/passwd": {}}}, "names files outside of the artifact: /etc/passwd"),
        ({"files": {"bin/../../x": {}}}, "names files outside of the artifact: bin/../../x"),
        ({"name": "../x"}, "names files outside of the artifact: ../x"),
    ],
)
def test_a_manifest_that_is_refused(tmp_path, changes, why):
    _path, _sha256, manifest = artifacts.make(tmp_path)
    assert artifact_archive.manifest_problem(manifest) == ""
    assert why in artifact_archive.manifest_problem({**manifest, **changes})
