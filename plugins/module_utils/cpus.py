# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host's CPUs, as sysfs shows them (kernel: Documentation/admin-guide/cputopology.rst)."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, lcores


def _cpus(root, path):
    text = host.read(os.path.join(root, path), "")
    return lcores.parse_list(text) if text.strip() else []


def online(root="/"):
    return _cpus(root, "sys/devices/system/cpu/online")


def isolated(root="/"):
    return _cpus(root, "sys/devices/system/cpu/isolated")


def of_nodes(nodes, root="/"):
    return sorted({cpu for node in nodes for cpu in _cpus(root, f"sys/devices/system/node/node{node}/cpulist")})


def choose(wish, queues, nodes, root="/"):
    """The lcores for ``queues`` queue pairs of NICs on the NUMA nodes ``nodes``."""
    return lcores.choose(wish, online(root), queues, isolated(root), of_nodes(nodes, root))
