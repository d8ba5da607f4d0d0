# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters for the role artifact."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_plan, suitability
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


def plan(hosts, hostvars):
    """Every host's ``artifact_wish`` to who builds for whom."""
    try:
        return artifact_plan.plan({host: hostvars[host]["artifact_wish"] for host in hosts})
    except ExceptionPathError as fault:
        raise AnsibleFilterError(str(fault)) from fault


class FilterModule:
    def filters(self):
        return {"artifact_plan": plan, "artifact_problems": suitability.problems}
