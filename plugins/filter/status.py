# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of exception_path_info and packet_probe as people read them."""

from __future__ import annotations

from ansible.errors import AnsibleFilterError

from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils import status_report
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


def status_faults(facts, raw_ports, data_plane="forwarder"):
    try:
        return status_report.faults(facts, port_model.parse(raw_ports), data_plane)
    except ExceptionPathError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    def filters(self):
        return {
            "probe_lines": status_report.probe_lines,
            "status_faults": status_faults,
            "status_lines": status_report.lines,
        }
