# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_file
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.tests.unit import artifacts


def take(tmp_path, artifact, sha256, check_mode=False):
    return artifact_file.take({"artifact": str(artifact), "sha256": sha256, "store": str(tmp_path / "store")}, check_mode)


def test_a_path_is_used_where_it_is(tmp_path):
    path, sha256, manifest = artifacts.make(tmp_path)
    assert take(tmp_path, path, sha256) == {"changed": False, "diff": {"before": "", "after": ""}, "path": path, "sha256": sha256, "manifest": manifest}
    assert take(tmp_path, path, sha256, True) == take(tmp_path, path, sha256) and not os.path.exists(tmp_path / "store")


def test_an_address_is_kept(tmp_path):
    path, sha256, manifest = artifacts.make(tmp_path)
    told = take(tmp_path, f"file://{path}", sha256, True)
    assert told["changed"] and told["manifest"] == {} and not os.path.exists(tmp_path / "store")
    found = take(tmp_path, f"file://{path}", sha256)
    assert found["changed"] and found["manifest"] == manifest and found["path"] == str(tmp_path / f"store/downloads/{sha256}.tar.xz")
    os.unlink(path)
    assert not take(tmp_path, f"file://{path}", sha256)["changed"]


def test_a_digest_that_is_wrong_by_one_digit(tmp_path):
    path, sha256, _manifest = artifacts.make(tmp_path)
    wrong = sha256[:-1] + ("0" if sha256[-1] != "0" else "1")
    for artifact in (path, f"file://{path}"):
        with pytest.raises(ExceptionPathError, match=f"is refused: its SHA-256 is {sha256} .[0-9]+ bytes., and {wrong} was asked for. Nothing was unpacked"):
            take(tmp_path, artifact, wrong)


@pytest.mark.parametrize(
    "artifact, sha256, said",
    [
        ("/none", "0" * 64, "exception_path_artifact /none is not there on the controller: correct the path"),
        ("", "0" * 64, "exception_path_artifact is empty"),
        ("ftp://x/y", "0" * 64, "exception_path_artifact 'ftp://x/y' is no address"),
        ("/none", "", "exception_path_artifact_sha256 '' is no SHA-256"),
    ],
)
def test_bad_input(tmp_path, artifact, sha256, said):
    with pytest.raises(ExceptionPathError, match=said):
        take(tmp_path, artifact, sha256)


def test_what_is_no_artifact(tmp_path):
    (tmp_path / "x").write_text("x")
    with pytest.raises(ExceptionPathError, match="is no artifact of this collection"):
        take(tmp_path, tmp_path / "x", "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881")
