# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one exception that every expected fault of this collection becomes."""

from __future__ import annotations


class ExceptionPathError(Exception):
    """One or more problems, each a sentence that names its remedy.

    Modules turn it into ``fail_json(msg=str(error), problems=error.problems)``.
    """

    def __init__(self, problems):
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__(str(self))

    def __str__(self):
        if len(self.problems) == 1:
            return self.problems[0]
        lines = "\n".join(f"- {problem}" for problem in self.problems)
        return f"{len(self.problems)} problems:\n{lines}"


def raise_if(problems):
    """Raise all of ``problems`` at once, if there are any."""
    if problems:
        raise ExceptionPathError(problems)
