# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That meta/runtime.yml and the roles' metadata say the same as everything else."""

from __future__ import annotations

import re

import pytest

from ansible_collections.dataplane.exception_path.tests.unit.published import tree

RUNTIME = tree.load("meta", "runtime.yml")


def test_the_oldest_ansible_is_named_alike_everywhere():
    oldest = re.search(r"ansible-core>=([\d.]+)", (tree.ROOT / "requirements.txt").read_text())[1]
    assert RUNTIME["requires_ansible"] == f">={oldest}.0"
    for role in tree.ROLES:
        assert tree.load("roles", role, "meta", "main.yml")["galaxy_info"]["min_ansible_version"] == oldest, role
    assert f"ansible-core {oldest} or newer" in (tree.ROOT / "README.md").read_text()


def test_the_action_group_names_every_module():
    assert RUNTIME["action_groups"] == {"all": tree.MODULES}


def test_nothing_else_is_said():
    assert sorted(RUNTIME) == ["action_groups", "requires_ansible"]


@pytest.mark.parametrize("role", tree.ROLES)
def test_a_role_is_named_as_its_folder(role):
    meta = tree.load("roles", role, "meta", "main.yml")
    assert meta["galaxy_info"]["role_name"] == role
    assert meta["dependencies"] == []
