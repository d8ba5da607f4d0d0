# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That the people who write inventories are told of every variable that there is, and of no other."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.dataplane.exception_path.plugins.module_utils import ports
from ansible_collections.dataplane.exception_path.tests.unit.published import tree

# The inventory's variables, and those of the playbook of this name alone.
VARIABLE = re.compile(r"(?<![\w.-])(?:exception_path|testpmd_howto)_[a-z0-9_]*[a-z0-9]\b(?![*.-])")
READ = [*tree.PLAYBOOKS, *sorted((tree.ROOT / "roles").glob("*/[dmtv]*/*.yml"))]
DOCUMENTS = [tree.ROOT / "README.md", *sorted((tree.ROOT / "docs").glob("*.md"))]
TEXTS = [*DOCUMENTS, *sorted((tree.ROOT / "roles").glob("*/README.md"))]
ROW = re.compile(r"^\| `(\w+)` \|", re.M)


def read(path):
    return path.read_text(encoding="utf-8")


def retired():
    """Variables that only get a word on what has taken their place."""
    return {name for path in READ for name in re.findall(r"\b(\w+) is no longer used", read(path))}


def used():
    """Variables of the inventory that playbooks and roles look at: neither set by a task nor the name of a module."""
    set_by_tasks = {name for path in READ for name in tree.variables_set(yaml.safe_load(read(path)))}
    return {name for path in READ for name in VARIABLE.findall(read(path))} - set_by_tasks - set(tree.MODULES) - retired()


def test_every_variable_is_in_a_table():
    rows = {name for path in DOCUMENTS for name in ROW.findall(read(path))}
    # The ports have a table of their own, key by key.
    assert used() - rows == {"exception_path_ports"}


def test_the_readme_s_tables_have_the_inventory_s_variables():
    inventory = {name for name in used() if name.startswith("exception_path_")}
    assert inventory - {"exception_path_ports"} == {name for name in ROW.findall(read(DOCUMENTS[0])) if name.startswith("exception_path_")}


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(tree.ROOT)))
def test_documents_name_no_variable_that_there_is_not(path):
    assert set(VARIABLE.findall(read(path))) - used() - retired() - set(tree.MODULES) - {playbook.stem for playbook in tree.PLAYBOOKS} == set()


def test_every_key_of_a_port_is_in_the_readme_s_table():
    assert set(ports._Entry.KEYS) <= set(ROW.findall(read(DOCUMENTS[0])))


def test_every_document_is_in_the_index():
    index = read(tree.ROOT / "docs" / "README.md")
    for document in (tree.ROOT / "docs").glob("*.md"):
        assert document.name == "README.md" or f"({document.name}" in index, document.name


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(tree.ROOT)))
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", read(path)):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(tree.ROOT)))
def test_links_to_headings_lead_to_one(path):
    for target, heading in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", read(path)):
        there = read(path.parent / target if target else path)
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.+)$", there, re.M)}
        assert heading in anchors, f"{target}#{heading}"


def test_every_playbook_is_told_of():
    text = "".join(read(path) for path in DOCUMENTS)
    for playbook in tree.PLAYBOOKS:
        assert f"{tree.NAME}.{playbook.stem} " in text, playbook.stem
