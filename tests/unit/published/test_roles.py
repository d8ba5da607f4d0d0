# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That every role says what it takes, and takes what it says."""

from __future__ import annotations

import re

import pytest
import yaml

from ansible_collections.dataplane.exception_path.tests.unit.published import tree

PARTS = ("Requirements", "Variables", "Entry points", "Example", "What it leaves behind")
# | `name` | type | default | meaning |
ROW = re.compile(r"^\| `(\w+)` \| (\w+) \| (.+?) \| (.+) \|$", re.M)
# A default that is a variable of the inventory, or else a plain value.
LINKED = re.compile(r"\{\{ (exception_path_\w+) \| default\('?([^()']*)'?(?:, true)?\) \}\}")


@pytest.fixture(params=tree.ROLES)
def role(request):
    return request.param


@pytest.fixture
def defaults(role):
    return tree.load("roles", role, "defaults", "main.yml")


@pytest.fixture
def specs(role):
    return tree.load("roles", role, "meta", "argument_specs.yml")["argument_specs"]


@pytest.fixture
def readme(role):
    return (tree.ROOT / "roles" / role / "README.md").read_text(encoding="utf-8")


def entry_files(role):
    """Text of each file of tasks, by what ``tasks_from`` calls it."""
    return {path.stem: path.read_text(encoding="utf-8") for path in (tree.ROOT / "roles" / role / "tasks").glob("*.yml")}


def part(readme, title):
    """The text below a heading, up to the next one."""
    return readme.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def shown(value):
    """A default as a README has it."""
    if isinstance(value, str) and (linked := LINKED.fullmatch(value.strip())):
        return f"`{linked[1]}`, else {shown(yaml.safe_load(linked[2] or repr('')))}"
    if value == "":
        return "empty"
    text = yaml.safe_dump(value, default_flow_style=True, width=1000).partition("\n")[0]
    return f"`{text}`"


def test_the_argument_specs_have_the_defaults(defaults, specs):
    for entry, spec in specs.items():
        assert {name: option["default"] for name, option in spec["options"].items()} == defaults, entry


def test_variables_carry_the_role_s_name(role, defaults):
    assert [name for name in defaults if not name.startswith(f"{role}_")] == []


def test_every_option_is_described(specs):
    for name, option in specs["main"]["options"].items():
        assert option["description"] and option["type"], name
        assert option["type"] != "list" or option["elements"], name


def test_every_entry_point_is_described_for_itself(specs):
    assert len({spec["short_description"] for spec in specs.values()}) == len(specs)
    assert all(spec["version_added"] and spec["author"] for spec in specs.values())


def test_every_entry_point_is_checked(role, specs):
    """What somebody runs by tasks_from has its arguments checked, too; the rest is included by those."""
    files = entry_files(role)
    included = {name for text in files.values() for name in re.findall(r"(?:include|import)_tasks: (\w+)\.yml", text)}
    assert set(specs) <= set(files)
    assert set(files) - set(specs) <= included


def test_the_readme_answers(role, readme, specs):
    assert readme.startswith(f"# {role}\n")
    assert tuple(re.findall(r"^## (.+)$", readme, re.M)) == PARTS
    assert f"ansible-doc -t role {tree.NAME}.{role}" in readme
    assert {entry for entry in specs if f"`{entry}`" not in part(readme, "Entry points")} == set()


def test_the_readme_has_every_variable_with_its_type_and_default(readme, specs):
    rows = {name: (kind, default) for name, kind, default, _meaning in ROW.findall(part(readme, "Variables"))}
    options = specs["main"]["options"]
    assert {name: kind for name, (kind, _default) in rows.items()} == {name: option["type"] for name, option in options.items()}
    for name, option in options.items():
        default = rows[name][1]
        if isinstance(option["default"], str) and "{{" in option["default"] and not LINKED.fullmatch(option["default"].strip()):
            # Made of more than one variable: in words, which name those of the inventory.
            for variable in re.findall(r"exception_path_\w+", option["default"]):
                assert f"`{variable}`" in default, name
        else:
            assert default == shown(option["default"]), name


def test_the_readme_names_no_variable_that_there_is_not(role, readme, defaults):
    """An example is copied. A role may also be told of by its result, and by the module of its name."""
    named = set(re.findall(rf"\b{role}_\w+", readme))
    results = {name for text in entry_files(role).values() for name in tree.variables_set(yaml.safe_load(text))}
    assert named - set(defaults) - results - set(tree.ROLES) - set(tree.MODULES) == set()


def test_examples_of_the_readme_are_plays_of_the_role(role, readme, defaults):
    text = re.search(r"```yaml\n(.+?)```", part(readme, "Example"), re.S)[1]
    (play,) = yaml.safe_load(text)
    used = play.get("roles") or [
        {"role": task["ansible.builtin.import_role"]["name"], "entry": task["ansible.builtin.import_role"]["tasks_from"], **task} for task in play["tasks"]
    ]
    for call in used:
        assert call["role"] == f"{tree.NAME}.{role}"
        assert call.get("entry", "main") in entry_files(role)
        assert set(call.get("vars", {})) <= set(defaults)
