# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpus, lcores
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


@pytest.mark.parametrize(
    "text, numbers",
    [
        ("0", [0]),
        ("0-3", [0, 1, 2, 3]),
        ("0-1,8", [0, 1, 8]),
        ("8,0-1,1", [0, 1, 8]),
        (" 2 - 3 , 5 ", [2, 3, 5]),
        (4, [4]),
        ("7-7", [7]),
    ],
)
def test_lists_of_cpus(text, numbers):
    assert lcores.parse_list(text) == numbers


@pytest.mark.parametrize("text", ["", "a", "1-", "-1", "3-2", "1,,2", "1-2-3", "0x1", "1.5", "²", "(1,2)"])
def test_no_lists_of_cpus(text):
    with pytest.raises(ValueError):
        lcores.parse_list(text)


@pytest.mark.parametrize("numbers, text", [([], ""), ([3], "3"), ([0, 1, 2, 8], "0-2,8"), ([8, 2, 1], "1-2,8"), ([1, 3, 5], "1,3,5")])
def test_the_shortest_form(numbers, text):
    assert lcores.as_list(numbers) == text


@pytest.mark.parametrize(
    "online, queues, isolated, near, chosen",
    [
        (range(4), 1, (), (), [1]),
        (range(4), 2, (), (), [1, 2]),
        (range(4), 9, (), (), [1, 2, 3]),
        (range(4), 0, (), (), [1]),
        ([0], 4, (), (), [0]),
        ([3, 2], 1, (), (), [3]),
        (range(8), 2, [5, 6, 7], (), [5, 6]),
        (range(8), 2, (), [4, 5], [4, 5]),
        (range(8), 2, [2, 6], [4, 5, 6], [2, 6]),
        (range(8), 1, [2, 6], [4, 5, 6], [6]),
        (range(8), 4, [6], [5], [1, 2, 5, 6]),
    ],
)
def test_auto(online, queues, isolated, near, chosen):
    assert lcores.choose("auto", online, queues, isolated, near) == chosen


@pytest.mark.parametrize("isolated, near", [((), ()), (range(1, 8), ()), (range(8), range(8)), ((), range(4))])
@pytest.mark.parametrize("online", [2, 3, 4, 8])
def test_auto_always_leaves_a_cpu_for_the_vhost_workers(online, isolated, near):
    """However many queues there are; only a host with one CPU has no choice."""
    for queues in (1, online - 1, online, 64):
        chosen = lcores.choose("auto", range(online), queues, isolated, near)
        assert 0 not in chosen and len(chosen) == min(queues, online - 1)


def test_a_list_is_taken_as_it_is():
    assert lcores.choose("2-3", range(4), 1) == [2, 3]
    assert lcores.choose(2, range(4), 1) == [2]


def test_lcores_that_do_not_exist():
    with pytest.raises(ExceptionPathError) as caught:
        lcores.choose("2-5", [0, 1, 2, 3], 1)
    assert str(caught.value) == "exception_path_lcores 2-5: the host has no lcore 4, 5 online: choose from 0-3, or write auto"


def test_nonsense():
    with pytest.raises(ExceptionPathError) as caught:
        lcores.choose("all", [0], 1)
    assert str(caught.value) == "exception_path_lcores 'all' is neither auto nor a list of CPUs like 2-5,8: correct it"


@pytest.fixture
def root(tmp_path):
    for path, text in (
        ("sys/devices/system/cpu/online", "0-7\n"),
        ("sys/devices/system/cpu/isolated", "\n"),
        ("sys/devices/system/node/node0/cpulist", "0-3\n"),
        ("sys/devices/system/node/node1/cpulist", "4-7\n"),
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return str(tmp_path)


def test_the_cpus_of_the_host(root):
    assert cpus.online(root) == list(range(8))
    assert cpus.isolated(root) == []
    assert cpus.of_nodes([1], root) == [4, 5, 6, 7]
    assert cpus.of_nodes([1, 9], root) == [4, 5, 6, 7]
    assert cpus.choose("auto", 2, [1], root) == [4, 5]
    assert cpus.choose("auto", 2, [0], root) == [1, 2]


def test_a_host_without_numa(tmp_path):
    assert cpus.isolated(str(tmp_path)) == [] and cpus.of_nodes([0], str(tmp_path)) == []
