# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who builds for whom: one builder for all hosts that can run the same artifact. Pure."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import pmds
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import raise_if

LOCALHOST = "localhost"


def plan(wishes):
    """``{host: {"first", "builder", "drivers"}}`` for ``{host: {"artifact", "method", "builder", "platform", "drivers", "nics"}}``.

    ``first`` is the host whose tasks do the work of its group, ``builder`` is where it is done.
    """
    groups, problems = {}, []
    for host, wish in wishes.items():
        groups.setdefault(_group(wish), []).append(host)
    planned = {}
    for hosts in groups.values():
        drivers, faults = _drivers([(host, wishes[host]) for host in hosts])
        problems += faults
        builder = LOCALHOST if wishes[hosts[0]]["artifact"] else wishes[hosts[0]]["builder"] or hosts[0]
        planned.update({host: {"first": hosts[0], "builder": builder, "drivers": drivers} for host in hosts})
    raise_if(problems)
    return planned


def _group(wish):
    """What hosts have in common that share an artifact."""
    if wish["artifact"]:
        return ("artifact", wish["artifact"], wish["sha256"])
    what = (wish["method"], wish["version"], wish["sha256"], wish["dpdk_platform"], *wish["drivers"])
    return ("builder", wish["builder"], *what) if wish["builder"] else ("platform", wish["platform"], *what)


def _drivers(wishes):
    """What was named, or what all NICs of the group need."""
    if wishes[0][1]["method"] != "source" or wishes[0][1]["artifact"]:
        return [], []
    if wishes[0][1]["drivers"]:
        return sorted(wishes[0][1]["drivers"]), []
    found, problems = set(), []
    for host, wish in wishes:
        drivers, faults = pmds.of_nics(wish["nics"])
        found.update(drivers)
        problems += [f"{host}: {fault}" for fault in faults]
    return sorted(found - set(pmds.ALWAYS)), problems
