# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Artifacts that are kept, on the controller and on builders: an archive and a record of it, side by side."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, host
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


class Store:
    """``folder`` is made when something is put into it. Whoever may read it may read what is in it."""

    def __init__(self, folder):
        self.folder = folder

    def archive(self, name):
        return os.path.join(self.folder, "artifacts", name + artifact_archive.SUFFIX)

    def source(self, sha256):
        """Where the tarball of DPDK with this digest is kept."""
        return os.path.join(self.folder, "sources", f"dpdk-{sha256}.tar")

    def get(self, name):
        """``{"path", "sha256", "manifest"}``, or None when it is not there or not whole."""
        record = self._record(name)
        path = self.archive(name)
        if record is None or digests.sha256(path) != record["sha256"]:
            return None
        return {"path": path, "sha256": record["sha256"], "manifest": record["manifest"]}

    def known(self):
        """What can be chosen from: name, and what it was made of; without a look at the archives."""
        try:
            names = sorted(entry[: -len(".json")] for entry in os.listdir(os.path.join(self.folder, "artifacts")) if entry.endswith(".json"))
        except OSError:
            return []
        records = ((name, self._record(name)) for name in names)
        return [
            {"name": name, "inputs": record["manifest"]["inputs"], "drivers": record["manifest"]["dpdk"]["drivers"], "compiler": record["manifest"]["compiler"]}
            for name, record in records
            if record and os.path.exists(self.archive(name))
        ]

    def record(self, name):
        """Write down what has been put at ``archive(name)``; only from then on it is there."""
        path = self.archive(name)
        host.write_json(self._record_path(name), {"sha256": digests.sha256(path), "manifest": artifact_archive.read_manifest(path)})
        return self.get(name)

    def adopt(self, path, sha256):
        """Move a fetched archive in."""
        found = digests.sha256(path)
        if found != sha256:
            raise ExceptionPathError(f"the artifact was damaged on its way from the builder: SHA-256 {found} instead of {sha256}: run again")
        name = artifact_archive.read_manifest(path)["name"]
        os.makedirs(os.path.dirname(self.archive(name)), mode=0o755, exist_ok=True)
        os.replace(path, self.archive(name))
        return self.record(name)

    def incoming(self):
        """A folder for what is on its way, on the same file system."""
        path = os.path.join(self.folder, "incoming")
        os.makedirs(path, mode=0o755, exist_ok=True)
        return path

    def work(self, name):
        return os.path.join(self.folder, "builds", name)

    def log(self, name):
        return os.path.join(self.folder, "logs", name + ".log")

    def prune(self, keep):
        """Leave the newest ``keep`` artifacts, and nothing of builds that were given up."""
        records = sorted(self.known(), key=lambda entry: os.path.getmtime(self.archive(entry["name"])))
        for entry in records[:-keep]:
            host.remove(self._record_path(entry["name"]))
            host.remove(self.archive(entry["name"]))
        shutil.rmtree(os.path.join(self.folder, "builds"), ignore_errors=True)

    @contextlib.contextmanager
    def locked(self, waiting=lambda: None):
        """One at a time; ends with the process, and with those that it gave the file descriptor to, however they end."""
        os.makedirs(self.folder, mode=0o755, exist_ok=True)
        with open(os.path.join(self.folder, "lock"), "w", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock.fileno()

    def _record(self, name):
        try:
            return host.read_json(self._record_path(name), None)
        except ExceptionPathError:
            return None

    def _record_path(self, name):
        return os.path.join(self.folder, "artifacts", name + ".json")
