# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few things that modules ask of systemd, in as few calls as it allows."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths


class Systemd:
    def __init__(self, run=host.run, folder=paths.UNITS):
        self._run = run
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def is_enabled(self, unit):
        done = self._run(["systemctl", "is-enabled", unit], check=False)
        return done.stdout.strip() == "enabled"

    def show(self, unit, *properties):
        """``{property: value}`` of a unit."""
        done = self._run(["systemctl", "show", unit, "--property=" + ",".join(properties)])
        return dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)

    def reload(self):
        self._run(["systemctl", "daemon-reload"])

    def enable(self, *units):
        if units:
            self._run(["systemctl", "enable", "--quiet", *units])

    def disable(self, *units):
        if units:
            self._run(["systemctl", "disable", "--quiet", *units], check=False)

    def call(self, verb, *units, check=True, timeout=300):
        return self._run(["systemctl", verb, *units], check=check, timeout=timeout)

    def journal(self, unit, lines=30):
        """The last lines that the unit left in the journal."""
        done = self._run(["journalctl", "--unit", unit, "--lines", str(lines), "--no-pager", "--output=short-iso"], check=False)
        return done.stdout.strip()
