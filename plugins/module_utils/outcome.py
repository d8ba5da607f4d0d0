# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How every module of this collection ends."""

from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


def finish(module, act, *arguments):
    """Exit with what ``act(*arguments)`` returns, or fail with every problem that it tells."""
    try:
        result = act(*arguments)
    except ExceptionPathError as error:
        module.fail_json(msg=str(error), problems=error.problems)
    module.exit_json(**{"changed": False, **result})
