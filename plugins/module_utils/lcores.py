# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which CPUs the forwarder polls on: the lcores of DPDK's ``-l``. Pure."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

AUTO = "auto"


def parse_list(text):
    """The numbers of a CPU list as the kernel writes it (``0-3,8``), in ascending order."""
    numbers = set()
    for part in str(text).strip().split(","):
        low, dash, high = part.partition("-")
        if not low.strip().isdigit() or (dash and not high.strip().isdigit()):
            raise ValueError(text)
        last = int(high) if dash else int(low)
        if last < int(low):
            raise ValueError(text)
        numbers.update(range(int(low), last + 1))
    return sorted(numbers)


def choose(wish, online, queues, isolated=(), near=()):
    """The lcores to use.

    ``wish``: ``auto`` or a CPU list. ``online``: the host's CPUs. ``queues``: how many queue pairs
    there are to serve; more lcores than that would idle. ``isolated``: CPUs kept free of other
    work at boot, taken first. ``near``: CPUs of the NICs' NUMA nodes, taken before others.
    """
    online = sorted(online)
    if str(wish) != AUTO:
        return _checked(wish, online)
    # The first CPU is left to the kernel, which serves most interrupts and the vhost workers there.
    spare = online[1:] or online
    best = sorted(spare, key=lambda cpu: (cpu not in isolated, cpu not in near, cpu))
    return sorted(best[: max(1, queues)])


def _checked(wish, online):
    try:
        lcores = parse_list(wish)
    except ValueError:
        raise ExceptionPathError(f"exception_path_lcores {wish!r} is neither auto nor a list of CPUs like 2-5,8: correct it") from None
    missing = [cpu for cpu in lcores if cpu not in online]
    if missing:
        names = ", ".join(str(cpu) for cpu in missing)
        raise ExceptionPathError(
            f"exception_path_lcores {wish}: the host has no lcore {names} online: choose from {as_list(online)}, or write auto"
        )
    return lcores


def as_list(numbers):
    """``[0, 1, 2, 8]`` as ``0-2,8``, the shortest form that DPDK and the kernel read."""
    parts = []
    for number in sorted(numbers):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)
