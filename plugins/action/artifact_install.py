# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings the archive to the host, but only when the host lacks it."""

from __future__ import annotations

from ansible.plugins.action import ActionBase

MODULE = "dataplane.exception_path.artifact_install"


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        archive = arguments.pop("archive", None)
        try:
            result = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
            if result.get("archive_needed"):
                self._display.display(f"[{task_vars['inventory_hostname']}] copying {result['name']}")
                arguments["archive"] = self._bring(archive)
                result = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _bring(self, archive):
        if self._connection._shell.tmpdir is None:
            self._make_tmp_path()
        remote = self._connection._shell.join_path(self._connection._shell.tmpdir, "artifact.tar.xz")
        self._transfer_file(archive, remote)
        self._fixup_perms2((self._connection._shell.tmpdir, remote))
        return remote
