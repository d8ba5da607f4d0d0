# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results of testpmd_howto as people read them."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import howto_report


class FilterModule:
    def filters(self):
        return {"howto_lines": howto_report.lines}
