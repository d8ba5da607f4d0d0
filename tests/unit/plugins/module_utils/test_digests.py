# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import hashlib

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import digests

SHA256 = hashlib.sha256(b"content").hexdigest()


@pytest.mark.parametrize("value", ["", "abc", SHA256[:-1], SHA256.upper(), SHA256 + "0"])
def test_what_is_no_digest(value):
    assert digests.digest_problems("x_sha256", value) == [
        f"x_sha256 {value!r} is no SHA-256: give its 64 hexadecimal digits in lower case, as sha256sum prints them"
    ]
    assert digests.digest_problems("x_sha256", SHA256) == []


def test_of_a_file_and_of_none(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    assert digests.sha256(tmp_path / "file") == SHA256 and digests.sha256(tmp_path / "none") is None
