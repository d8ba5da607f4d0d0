# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if


def test_nothing_changed():
    changes = Changes()
    assert changes.note("mtu", 1500, 1500) is False
    assert not changes
    assert changes.result() == {"changed": False, "diff": {"before": "", "after": ""}}


def test_only_differences_count():
    changes = Changes()
    assert changes.note("mtu", 1500, 9000) is True
    changes.note("mac", "a", "a")
    changes.note("state", "down", "up")
    assert changes
    assert changes.result() == {"changed": True, "diff": {"before": "mtu: 1500\nstate: down\n", "after": "mtu: 9000\nstate: up\n"}}


@pytest.mark.parametrize(
    "value, shown",
    [
        (None, "(none)"),
        ("", "(none)"),
        ([], "(none)"),
        (0, "0"),
        (["a", 1], "a, 1"),
        (("b",), "b"),
        ("one line\n", "one line"),
        ("two\nlines\n", "\ntwo\nlines"),
    ],
)
def test_how_values_are_shown(value, shown):
    changes = Changes()
    changes.note("it", value, "new")
    assert changes.result()["diff"]["before"] == f"it: {shown}\n"


def test_one_problem_is_a_sentence():
    error = ExceptionPathError("it is wrong: correct it")
    assert str(error) == "it is wrong: correct it" and error.problems == ["it is wrong: correct it"]


def test_several_problems_are_a_list():
    with pytest.raises(ExceptionPathError) as caught:
        raise_if(["one", "two"])
    assert str(caught.value) == "2 problems:\n- one\n- two" and caught.value.problems == ["one", "two"]
    raise_if([])
