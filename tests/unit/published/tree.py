# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own files, as its tests look at them."""

from __future__ import annotations

import ast
import pathlib

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
NAME = "dataplane.exception_path"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
LOOKUPS = sorted(path.stem for path in (ROOT / "plugins" / "lookup").glob("*.py"))
FILTERS = sorted(path.stem for path in (ROOT / "plugins" / "filter").glob("*.yml"))
ACTIONS = sorted(path.stem for path in (ROOT / "plugins" / "action").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
PLAYBOOKS = sorted((ROOT / "playbooks").glob("*.yml"))


def load(*parts):
    """A YAML file of the tree."""
    return yaml.safe_load(ROOT.joinpath(*parts).read_text(encoding="utf-8"))


def texts(path):
    """The texts that a Python file assigns to names (DOCUMENTATION, EXAMPLES ...), without running it."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.update({target.id: node.value.value for target in node.targets})
    return found


def tasks(tree):
    """Every task in what YAML made of a play, of a list of tasks, or of an example."""
    if isinstance(tree, list):
        return [task for entry in tree for task in tasks(entry)]
    if not isinstance(tree, dict):
        return []
    inner = [task for key in ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always") for task in tasks(tree.get(key))]
    return inner + ([] if "hosts" in tree or "block" in tree else [tree])


def variables_set(loaded):
    """Names of variables that tasks set: what they register, facts, and ``vars`` of plays and tasks."""
    names = set()
    for entry in [*(loaded if isinstance(loaded, list) else []), *tasks(loaded)]:
        names |= {entry["register"]} if "register" in entry else set()
        names |= set(entry.get("ansible.builtin.set_fact", {})) | set(entry.get("vars", {}))
    return names
