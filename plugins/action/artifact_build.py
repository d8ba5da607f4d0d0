# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's part of a build: the store, the source's download, and lines that tell how far it is."""

from __future__ import annotations

import os
import time
import uuid

from ansible.plugins.action import ActionBase

from ansible_collections.dataplane.exception_path.plugins.module_utils import download
from ansible_collections.dataplane.exception_path.plugins.module_utils.artifact_store import Store
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

MODULE = "dataplane.exception_path.artifact_build"
LIMIT = 4 * 3600
BEAT = 5


class Refused(Exception):
    """A result of the builder that ends the task."""


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        self._vars = task_vars
        self._arguments = dict(self._task.args)
        self._store = Store(os.path.expanduser(self._arguments.pop("store")))
        try:
            return self._run()
        except Refused as refused:
            return refused.args[0]
        except ExceptionPathError as fault:
            return {"failed": True, "changed": False, "msg": str(fault), "problems": fault.problems}
        except OSError as fault:
            return {"failed": True, "changed": False, "msg": f"{fault.filename or self._store.folder} on the controller: {fault.strerror or fault}"}
        finally:
            self._remove_tmp_path(self._connection._shell.tmpdir)

    def _run(self):
        query = self._module(state="queried", known=self._store.known())
        if not query["to_do"] and not query["here"]:
            kept = self._store.get(query["name"])
            if kept:
                return self._result(query, kept)
            # Damaged on the controller: whoever has it or can make it is asked again.
            query = self._module(state="queried", known=[])
        if query["here"]:
            if not self._task.check_mode:
                return self._result(query, self._fetch(query))
            return self._result(query, dict(query, path=self._store.archive(query["name"])))
        if self._task.check_mode:
            return self._result(query, {"manifest": {}, "path": None, "sha256": ""})
        source = self._source() if query.get("source_needed") else None
        built = self._build(source)
        return dict(self._result(query, self._fetch(built)), seconds=built["seconds"], cpu_seconds=built["cpu_seconds"])

    def _result(self, query, artifact):
        changed = bool(query["to_do"])
        return {
            "changed": changed,
            "diff": {"before": "", "after": "".join(f"{step}\n" for step in query["to_do"])},
            "name": artifact["manifest"].get("name", query["name"]),
            "to_do": query["to_do"],
            "path": artifact["path"],
            "sha256": artifact["sha256"],
            "manifest": artifact["manifest"],
        }

    def _source(self):
        """The tarball where the builder can read it."""
        wanted = self._arguments["source_sha256"]
        path = self._store.source(wanted)
        download.fetch(self._arguments["source_url"], wanted, path, self._say)
        if self._connection._shell.tmpdir is None:
            self._make_tmp_path()
        remote = self._connection._shell.join_path(self._connection._shell.tmpdir, "dpdk.tar")
        self._say("copying DPDK's source to the builder")
        self._transfer_file(path, remote)
        self._fixup_perms2((self._connection._shell.tmpdir, remote))
        return remote

    def _build(self, source):
        """Runs the module in the background of the builder, and shows what it is doing."""
        # The job's own clean-up must not take the source away under it.
        tmpdir, self._connection._shell.tmpdir = self._connection._shell.tmpdir, None
        kept = self._task.async_val
        self._task.async_val = LIMIT
        progress = os.path.join("/tmp", f"exception-path-{uuid.uuid4().hex}")  # noqa: S108
        try:
            job = self._execute_module(
                module_name=MODULE, module_args=dict(self._arguments, state="built", source=source, progress=progress), task_vars=self._vars, wrap_async=True
            )
        finally:
            self._task.async_val = kept
            self._connection._shell.tmpdir = tmpdir
        if "ansible_job_id" not in job:
            raise Refused(job)
        return self._watch(job, progress)

    def _watch(self, job, progress):
        told, dead = None, 0
        status = {"jid": job["ansible_job_id"], "_async_dir": os.path.dirname(job["results_file"])}
        while True:
            result = self._execute_module(module_name="ansible.legacy.async_status", module_args=status, task_vars=self._vars)
            if result.get("finished"):
                self._execute_module(module_name="ansible.legacy.async_status", module_args=dict(status, mode="cleanup"), task_vars=self._vars)
                return self._accepted(result)
            if result.get("failed"):
                raise Refused(dict(result, msg=f"the builder has lost the build ({result.get('msg')}): run again, what is compiled is not lost"))
            seen = self._module(state="watched", progress=progress)
            if seen["text"] and seen["text"] != told:
                told = seen["text"]
                self._say(told)
            dead = 0 if seen["alive"] else dead + 1
            if dead > 2:
                raise ExceptionPathError("the build was killed on the builder: run again, what is compiled is not lost")
            time.sleep(BEAT)

    def _fetch(self, built):
        """The archive from the builder into the store."""
        kept = self._store.get(built["name"])
        if kept:
            return kept
        incoming = os.path.join(self._store.incoming(), uuid.uuid4().hex)
        try:
            self._connection.fetch_file(built["path"], incoming)
            return self._store.adopt(incoming, built["sha256"])
        finally:
            if os.path.exists(incoming):
                os.unlink(incoming)

    def _module(self, **more):
        return self._accepted(self._execute_module(module_name=MODULE, module_args=dict(self._arguments, **more), task_vars=self._vars))

    @staticmethod
    def _accepted(result):
        if result.get("failed"):
            raise Refused({key: value for key, value in result.items() if key not in ("finished", "started")})
        return result

    def _say(self, text):
        host = self._task.delegate_to or self._vars["inventory_hostname"]
        self._display.display(f"[{host}] {text}")
