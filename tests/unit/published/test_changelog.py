# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the next release has its changelog: fragments that antsibull-changelog takes."""

from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.tests.unit.published import tree

CONFIG = tree.load("changelogs", "config.yaml")
SECTIONS = {name for name, _title in CONFIG["sections"]}
FRAGMENTS = sorted((tree.ROOT / "changelogs" / CONFIG["fragments_dir"]).glob("*"))


def test_there_are_fragments_or_a_release():
    version = tree.load("MANIFEST.json")["collection_info"]["version"] if (tree.ROOT / "MANIFEST.json").exists() else tree.load("galaxy.yml")["version"]
    assert FRAGMENTS or version in tree.load("changelogs", "changelog.yaml")["releases"]


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.stem)
def test_a_fragment_says_things_in_sections(path):
    assert path.suffix == ".yml"
    told = tree.load("changelogs", CONFIG["fragments_dir"], path.name)
    assert told
    for section, entries in told.items():
        if section in (CONFIG["prelude_section_name"], CONFIG["trivial_section_name"]):
            continue
        assert section in SECTIONS
        assert entries and all(isinstance(entry, str) and entry.strip().endswith(".") for entry in entries)
