# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That every plugin is documented, with examples that its own documentation allows."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.dataplane.exception_path.tests.unit.published import tree

PLUGINS = (
    [("modules", name) for name in tree.MODULES]
    + [("lookup", name) for name in tree.LOOKUPS]
    + [("filter", name) for name in tree.FILTERS]
)


def documentation(kind, name):
    """``(DOCUMENTATION, EXAMPLES, RETURN)`` as YAML makes them."""
    if kind == "filter":
        found = tree.load("plugins", kind, f"{name}.yml")
        return found["DOCUMENTATION"], yaml.safe_load(found["EXAMPLES"]), found["RETURN"]
    found = tree.texts(tree.ROOT / "plugins" / kind / f"{name}.py")
    return tuple(yaml.safe_load(found[part]) for part in ("DOCUMENTATION", "EXAMPLES", "RETURN"))


def options(told):
    """The options of a plugin, those of its fragments too."""
    found = dict(told.get("options", {}))
    for fragment in told.get("extends_documentation_fragment", []):
        file, _dot, part = fragment.removeprefix(f"{tree.NAME}.").partition(".")
        text = class_texts(file)[(part or "documentation").upper()]
        found.update(yaml.safe_load(text).get("options", {}))
    return found


def class_texts(file):
    from importlib import import_module

    return vars(import_module(f"ansible_collections.{tree.NAME}.plugins.doc_fragments.{file}").ModuleDocFragment)


@pytest.mark.parametrize("kind, name", PLUGINS)
def test_it_is_documented(kind, name):
    told, examples, returned = documentation(kind, name)
    assert told.get("module" if kind == "modules" else "name") == name
    assert told["short_description"] and told["description"] and told["version_added"] and told["author"]
    assert examples and returned
    for option, about in options(told).items():
        assert about["description"] and about["type"], option


@pytest.mark.parametrize("name", tree.MODULES)
def test_examples_use_options_that_there_are(name):
    told, examples, _returned = documentation("modules", name)
    known, used = options(told), 0
    for task in tree.tasks(examples):
        assert task["name"]
        arguments = task.get(f"{tree.NAME}.{name}", {})
        used += f"{tree.NAME}.{name}" in task
        assert set(arguments or {}) <= set(known)
        assert {option for option, about in known.items() if about.get("required")} <= set(arguments or {}) or f"{tree.NAME}.{name}" not in task
    assert used


@pytest.mark.parametrize("kind, name", PLUGINS)
def test_what_is_returned_is_described(kind, name):
    for key, about in documentation(kind, name)[2].items():
        assert about["description"] and about["type"], key
        assert about["type"] != "list" or about["elements"], key


@pytest.mark.parametrize("name", tree.ACTIONS)
def test_an_action_is_documented_by_its_module(name):
    assert name in tree.MODULES


def test_every_filter_is_documented():
    from importlib import import_module

    there = set()
    for path in (tree.ROOT / "plugins" / "filter").glob("*.py"):
        there |= set(import_module(f"ansible_collections.{tree.NAME}.plugins.filter.{path.stem}").FilterModule().filters())
    assert there == set(tree.FILTERS)


@pytest.mark.parametrize("path", [*tree.PLAYBOOKS, *sorted((tree.ROOT / "roles").glob("*/tasks/*.yml"))], ids=lambda path: path.stem)
def test_actions_are_called_by_their_full_names(path):
    keywords = {"name", "when", "register", "vars", "loop", "until", "retries", "delay", "delegate_to", "delegate_facts", "become", "run_once",
                "async", "poll", "changed_when", "failed_when", "check_mode", "notify", "tags", "environment", "no_log", "block", "rescue", "always", "args"}
    for task in tree.tasks(yaml.safe_load(path.read_text())):
        (action,) = set(task) - keywords
        assert action.startswith(("ansible.builtin.", f"{tree.NAME}."))
        assert not action.startswith(f"{tree.NAME}.") or action.rpartition(".")[2] in tree.MODULES
