# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module changed or would change: one record that serves result, check mode and diff."""

from __future__ import annotations


class Changes:
    """Collects ``(subject, before, after)``; only differences count."""

    def __init__(self):
        self._before = []
        self._after = []

    def note(self, subject, before, after):
        """Record a difference; True when there is one."""
        if before == after:
            return False
        self._before.append(f"{subject}: {_text(before)}")
        self._after.append(f"{subject}: {_text(after)}")
        return True

    def __bool__(self):
        return bool(self._before)

    def result(self):
        """``changed`` and ``diff`` as Ansible wants them."""
        return {
            "changed": bool(self),
            "diff": {"before": _lines(self._before), "after": _lines(self._after)},
        }


def _lines(entries):
    return "".join(entry + "\n" for entry in entries)


def _text(value):
    if value is None or value == "" or value == []:
        return "(none)"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    text = str(value)
    return "\n" + text.rstrip("\n") if "\n" in text.rstrip("\n") else text.rstrip("\n")
