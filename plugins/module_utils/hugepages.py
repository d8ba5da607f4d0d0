# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Huge pages per NUMA node (kernel: Documentation/admin-guide/mm/hugetlbpage.rst).

Others on the host may have reserved pages too, so ours come on top: ``before`` is what a node had
when it was first asked, ``ours`` what the data plane needs, and the node gets the sum.
"""

from __future__ import annotations

import os
import re

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

UNIT = "exception-path-hugepages.service"


class Hugepages:
    def __init__(self, root="/", memory_path=paths.HUGEPAGE_MEMORY):
        self.root = root
        self.memory_path = memory_path
        self.memory = host.read_json(memory_path, {})

    def _node(self, node, *parts):
        return os.path.join(self.root, "sys/devices/system/node", f"node{node}", *parts)

    def page_kb(self):
        """Size of the default huge page in KiB (2048 on x86-64 unless the kernel was told)."""
        found = re.search(r"^Hugepagesize:\s+(\d+) kB", host.read(os.path.join(self.root, "proc/meminfo"), ""), re.M)
        if not found:
            raise ExceptionPathError("the running kernel has no huge pages: use one with CONFIG_HUGETLBFS, as every distribution's is")
        return int(found[1])

    def count_path(self, node):
        return self._node(node, "hugepages", f"hugepages-{self.page_kb()}kB", "nr_hugepages")

    def count(self, node):
        return int(host.read(self.count_path(node), "0"))

    def pages(self, megabytes):
        """Pages that hold ``megabytes``, rounded up."""
        return -(-megabytes * 1024 // self.page_kb())

    def ours(self, node):
        """Pages of the node that were reserved for the data plane."""
        return self.memory.get(str(node), {}).get("ours", 0)

    def before(self, node):
        return self.memory.get(str(node), {}).get("before", self.count(node))

    def total(self, node, megabytes):
        """What the node must have: what it had, and ours on top."""
        return self.before(node) + self.pages(megabytes)

    def available_mb(self, node):
        """Memory that the node can turn into huge pages: free, or clean cache that can be dropped."""
        text = host.read(self._node(node, "meminfo"), "")
        kilobytes = {key: int(value) for key, value in re.findall(r"Node \d+ (\S+):\s+(\d+) kB", text)}
        return sum(kilobytes.get(key, 0) for key in ("MemFree", "Inactive(file)", "Active(file)", "SReclaimable")) // 1024

    def problems(self, nodes, megabytes):
        problems = []
        for node in nodes:
            if not os.path.isdir(self._node(node)):
                problems.append(f"NUMA node {node} is not on this host: name a node that it has")
                continue
            missing_mb = (self.total(node, megabytes) - self.count(node)) * self.page_kb() // 1024
            if missing_mb > self.available_mb(node):
                problems.append(
                    f"{megabytes} MB of huge pages do not fit on NUMA node {node}: {missing_mb} MB are missing and "
                    f"{self.available_mb(node)} MB are available; lower exception_path_hugepages_mb or free memory"
                )
        return problems

    def set(self, node, count):
        """Ask the kernel for ``count`` pages on the node; it may give fewer: the number it gave."""
        with open(self.count_path(node), "w", encoding="ascii") as file:
            file.write(str(count))
        return self.count(node)

    def remember(self, node, ours):
        self.memory[str(node)] = {"before": self.before(node), "ours": ours}
        host.write_json(self.memory_path, self.memory)

    def forget(self, node):
        self.memory.pop(str(node), None)
        if self.memory:
            host.write_json(self.memory_path, self.memory)
        else:
            host.remove(self.memory_path)
            host.remove_empty_folder(os.path.dirname(self.memory_path))

    def unit_text(self, totals):
        """The boot unit: raises each node to its total, and never lowers what others reserved."""
        raise_node = "ExecStart=/bin/sh -c '[ $$(cat {path}) -ge {total} ] || echo {total} > {path}'"
        commands = [raise_node.format(path=self.count_path(node), total=totals[node]) for node in sorted(totals)]
        return "\n".join(
            [
                "# Written by the Ansible collection dataplane.exception_path (module hugepages).",
                "[Unit]",
                "Description=Huge pages of the exception path",
                # Early, while memory is not yet in pieces, and after the host's own sysctl settings.
                "DefaultDependencies=no",
                "After=systemd-sysctl.service systemd-remount-fs.service",
                "Before=sysinit.target shutdown.target",
                "Conflicts=shutdown.target",
                "",
                "[Service]",
                "Type=oneshot",
                "RemainAfterExit=yes",
                *commands,
                "",
                "[Install]",
                "WantedBy=sysinit.target",
                "",
            ]
        )
