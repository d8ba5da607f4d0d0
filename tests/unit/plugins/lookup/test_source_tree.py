# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os

import pytest
from ansible.errors import AnsibleLookupError

from ansible_collections.dataplane.exception_path.plugins.lookup import source_tree


@pytest.fixture
def lookup(monkeypatch):
    options = {"suffixes": [".c", ".build"], "exclude": ["tests"]}
    monkeypatch.setattr(source_tree.LookupModule, "set_options", lambda self, **_options: None)
    monkeypatch.setattr(source_tree.LookupModule, "get_option", lambda self, name: options[name])
    return source_tree.LookupModule()


@pytest.fixture
def tree(tmp_path):
    for name, text in (("meson.build", "project()\n"), ("src/main.c", "int main;\n"), ("README.md", "read me"), ("tests/main_test.c", "int test;")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_the_sources_and_nothing_else(lookup, tree):
    (found,) = lookup.run([str(tree)])
    assert found["files"] == {"meson.build": "project()\n", "src/main.c": "int main;\n"}
    assert len(found["digest"]) == 64


def test_the_digest_is_that_of_names_and_contents(lookup, tree):
    def digest():
        return lookup.run([str(tree)])[0]["digest"]

    first = digest()
    (tree / "README.md").write_text("changed")
    (tree / "tests/main_test.c").write_text("changed")
    os.utime(tree / "src/main.c", (0, 0))
    assert digest() == first
    (tree / "src/main.c").write_text("int main, more;\n")
    second = digest()
    os.rename(tree / "src/main.c", tree / "src/other.c")
    assert len({first, second, digest()}) == 3


def test_no_folder(lookup, tmp_path):
    with pytest.raises(AnsibleLookupError, match="none is no folder on the controller: is the collection installed whole"):
        lookup.run([str(tmp_path / "none")])
