# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import hashlib

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.dataplane.exception_path.plugins.lookup import binary_file


@pytest.fixture
def lookup(monkeypatch):
    monkeypatch.setattr(binary_file.LookupModule, "set_options", lambda self, **_options: None)
    return binary_file.LookupModule()


def test_any_content(lookup, tmp_path, monkeypatch):
    content = bytes(range(256)) + b"\n\n"
    (tmp_path / "it").write_bytes(content)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert lookup.run([str(tmp_path / "it"), "~/it"]) == [{"base64": base64.b64encode(content).decode(), "digest": hashlib.sha256(content).hexdigest()}] * 2


def test_a_path_that_is_wrong(lookup, tmp_path):
    with pytest.raises(AnsibleLookupError, match="none can not be read on the controller: No such file or directory; correct the path"):
        lookup.run([str(tmp_path / "none")])
