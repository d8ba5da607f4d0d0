# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib
import stat

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import hugepage_list, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import Hugepages


class Kernel(Hugepages):
    """Pages in a folder; ``gives[node]`` is the most that the kernel has for a node."""

    gives = {}

    def set(self, node, count):
        super().set(node, min(count, self.gives.get(node, count)))
        return self.count(node)


@pytest.fixture
def host(etc, commands):
    """Two nodes with 2 GB free each; somebody else has 10 pages on node 0."""
    (etc / "proc").mkdir(parents=True)
    (etc / "proc/meminfo").write_text("MemTotal:        8000000 kB\nHugepagesize:       2048 kB\n")
    for node, count in ((0, 10), (1, 0)):
        folder = etc / f"sys/devices/system/node/node{node}"
        (folder / "hugepages/hugepages-2048kB").mkdir(parents=True)
        (folder / "hugepages/hugepages-2048kB/nr_hugepages").write_text(f"{count}\n")
        (folder / "meminfo").write_text(f"Node {node} MemTotal: 4000000 kB\nNode {node} MemFree: 1048576 kB\nNode {node} Inactive(file): 1048576 kB\n")
    state = {"enabled": False}
    commands.on("systemctl daemon-reload")
    commands.on("systemctl is-enabled", do=lambda _command: "enabled\n" if state["enabled"] else "disabled\n")
    commands.on("systemctl enable", do=lambda _command: state.update(enabled=True))
    commands.on("systemctl disable", do=lambda _command: state.update(enabled=False))
    Kernel.gives = {}
    return etc


def present(megabytes, nodes=(0,), check_mode=False):
    return hugepage_list.present({"mb_per_node": megabytes, "nodes": list(nodes), "ports": None}, check_mode, Kernel())


def absent(check_mode=False):
    return hugepage_list.absent({}, check_mode, Kernel())


def counts():
    return [Kernel().count(0), Kernel().count(1)]


def unit():
    path = pathlib.Path(paths.UNITS, "exception-path-hugepages.service")
    return path.read_text(encoding="ascii") if path.exists() else None


def test_ours_come_on_top_and_go_again(host, commands):
    result = present(512)
    assert result["pages"] == {"0": 266} and result["page_size_kb"] == 2048 and counts() == [266, 0]
    assert "huge pages of node 0: 10\n" in result["diff"]["before"] and "huge pages of node 0: 266\n" in result["diff"]["after"]
    assert "systemctl enable --quiet exception-path-hugepages.service" in commands
    again = present(512)
    assert not again["changed"] and counts() == [266, 0]
    assert absent()["changed"]
    assert counts() == [10, 0] and unit() is None and not os.path.exists(paths.MEMORY)
    assert not absent()["changed"]


def test_the_boot_unit_raises_and_never_lowers(host):
    present(512, (0, 1))
    text = unit()
    for node, total in ((0, 266), (1, 256)):
        path = f"{host}/sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages"
        assert f"ExecStart=/bin/sh -c '[ $$(cat {path}) -ge {total} ] || echo {total} > {path}'\n" in text
    assert "DefaultDependencies=no\n" in text and "WantedBy=sysinit.target\n" in text and "Type=oneshot\n" in text
    assert stat.S_IMODE(os.stat(f"{paths.UNITS}/exception-path-hugepages.service").st_mode) == 0o644


def test_check_mode(host, commands):
    told = present(512, check_mode=True)
    assert counts() == [10, 0] and unit() is None and not os.path.exists(paths.HUGEPAGE_MEMORY) and "systemctl enable" not in commands
    assert told["diff"] == present(512)["diff"]
    told = absent(check_mode=True)
    assert counts() == [266, 0] and unit()
    assert told["diff"] == absent()["diff"]


def test_rounded_up_to_whole_pages(host):
    assert present(3)["pages"] == {"0": 12}


def test_after_a_boot_at_which_the_unit_found_less(host):
    present(512)
    Kernel().set(0, 100)
    assert present(512)["changed"] and counts() == [266, 0]


def test_more_and_less_than_before(host):
    present(512)
    present(1024)
    assert counts() == [522, 0]
    present(256)
    assert counts() == [138, 0], "what is not needed any more goes back"
    absent()
    assert counts() == [10, 0]


def test_a_node_that_lost_its_nic_gives_back(host):
    present(512, (0, 1))
    result = present(512, (1,))
    assert counts() == [10, 256] and "huge pages of node 0: 10\n" in result["diff"]["after"]


def test_others_raised_theirs_meanwhile(host):
    present(512)
    Kernel().set(0, 300)
    assert not present(512)["changed"]
    absent()
    assert counts() == [44, 0], "only ours go"


def test_the_kernel_gives_fewer_than_asked(host):
    Kernel.gives = {1: 200}
    with pytest.raises(ExceptionPathError) as caught:
        present(512, (0, 1))
    assert str(caught.value) == (
        "the kernel gave 200 of 256 huge pages (2048 kB each) on NUMA node 1, so they were given back: "
        "its memory is in pieces or too small; lower exception_path_hugepages_mb, or reboot and run again"
    )
    assert counts()[1] == 0
    absent()
    assert counts() == [10, 0]


def test_the_kernel_gives_fewer_when_more_is_wanted(host):
    """What was had before stays ours, and goes with the teardown."""
    present(512)
    Kernel.gives = {0: 300}
    with pytest.raises(ExceptionPathError, match="the kernel gave 300 of 522"):
        present(1024)
    assert counts() == [266, 0]
    Kernel.gives = {}
    assert not present(512)["changed"]
    absent()
    assert counts() == [10, 0]


def test_a_run_cut_short_before_the_unit_was_enabled(host, commands):
    def cut(_command):
        raise KeyboardInterrupt

    commands.on("systemctl enable", do=cut)
    with pytest.raises(KeyboardInterrupt):
        present(512)
    enabled = []
    commands.on("systemctl enable", do=enabled.append)
    assert present(512)["changed"] and enabled
    commands.on("systemctl is-enabled", "enabled\n")
    assert not present(512)["changed"]


@pytest.mark.parametrize(
    "megabytes, nodes, sentence",
    [
        (0, [0], "0 MB of huge pages are none: give mb_per_node of at least 64"),
        (64, [7], "NUMA node 7 is not on this host: name a node that it has"),
        (
            4096,
            [1],
            "4096 MB of huge pages do not fit on NUMA node 1: 4096 MB are missing and 2048 MB are available; "
            "lower exception_path_hugepages_mb or free memory",
        ),
    ],
)
def test_what_can_not_be(host, megabytes, nodes, sentence):
    with pytest.raises(ExceptionPathError) as caught:
        present(megabytes, nodes)
    assert str(caught.value) == sentence and counts() == [10, 0]


def test_all_nodes_that_do_not_fit_are_told(host):
    with pytest.raises(ExceptionPathError) as caught:
        present(4096, [0, 1, 7])
    assert len(caught.value.problems) == 3


def test_a_kernel_without_huge_pages(host):
    (host / "proc/meminfo").write_text("MemTotal: 1 kB\n")
    with pytest.raises(ExceptionPathError, match="the running kernel has no huge pages: use one with CONFIG_HUGETLBFS"):
        present(64)


def test_the_nodes_are_those_of_the_nics(host, kernel, monkeypatch):
    from ansible_collections.dataplane.exception_path.plugins.module_utils.iproute import IpRoute
    from ansible_collections.dataplane.exception_path.plugins.module_utils.pci import Pci

    kernel.add_nic("0000:03:00.0", "ens3", node=1)
    monkeypatch.setattr(hugepage_list, "Pci", lambda: Pci(kernel.root))
    monkeypatch.setattr(hugepage_list, "IpRoute", lambda: IpRoute(kernel.run))
    result = hugepage_list.present({"mb_per_node": 64, "nodes": None, "ports": [{"nic": "ens3"}]}, False, Kernel())
    assert result["pages"] == {"1": 32}
    with pytest.raises(ExceptionPathError, match="nic ens9 is not on this host"):
        hugepage_list.nodes_of([{"nic": "ens9"}])
