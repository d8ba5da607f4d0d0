# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One archive with DPDK and the forwarder: how it is written, and how it is read."""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import os
import tarfile

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

SCHEMA = 1
SUFFIX = ".tar.xz"
MANIFEST = "manifest.json"
_NEEDED = ("schema", "name", "machine", "libc", "cpu_flags", "libraries", "dpdk", "files")


def text_of(manifest):
    return json.dumps(manifest, indent=2, sort_keys=True) + "\n"


def listing(folder):
    """``files`` of a manifest for all that is below a folder."""
    found = {}
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                content = file.read()
            mode = "0755" if os.access(path, os.X_OK) else "0644"
            found[os.path.relpath(path, folder)] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content), "mode": mode}
    return found


def write(folder, manifest, path):
    """The same bytes for the same files, whenever and wherever; complete or not there at all."""
    temporary = path + ".new"
    with lzma.open(temporary, "wb", preset=6) as packed, tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        _add(archive, MANIFEST, text_of(manifest).encode(), 0o644)
        for name, facts in sorted(manifest["files"].items()):
            with open(os.path.join(folder, name), "rb") as file:
                _add(archive, name, file.read(), int(facts["mode"], 8))
    with open(temporary, "rb") as file:
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _add(archive, name, content, mode):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    archive.addfile(entry, io.BytesIO(content))


def read_manifest(path):
    with _opened(path) as archive:
        first = archive.next()
        if first is None or first.name != MANIFEST:
            raise _no_artifact(path, f"it does not begin with {MANIFEST}")
        try:
            manifest = json.loads(archive.extractfile(first).read())
        except ValueError:
            raise _no_artifact(path, f"its {MANIFEST} is no JSON") from None
    problem = manifest_problem(manifest)
    if problem:
        raise _no_artifact(path, problem)
    return manifest


def manifest_problem(manifest):
    """Why it is not a manifest that this version of the collection understands, or an empty text."""
    missing = [key for key in _NEEDED if not isinstance(manifest, dict) or key not in manifest]
    if missing:
        return f"its {MANIFEST} lacks {', '.join(missing)}"
    if manifest["schema"] != SCHEMA:
        return f"its {MANIFEST} is of schema {manifest['schema']}, this version of the collection reads {SCHEMA}"
    names = [name for name in manifest["files"] if name.startswith("/") or ".." in name.split("/")]
    if names or "/" in manifest["name"] or manifest["name"].startswith("."):
        return f"its {MANIFEST} names files outside of the artifact: {', '.join(names) or manifest['name']}"
    return ""


def contents(path, wanted):
    """``(name, content)`` of those files of the archive that are in ``wanted``."""
    with _opened(path) as archive:
        for entry in archive:
            if entry.name in wanted and entry.isreg():
                yield entry.name, archive.extractfile(entry).read()


class _opened:
    """The archive, whose faults are told in words."""

    def __init__(self, path):
        self._path = path

    def __enter__(self):
        try:
            self._archive = tarfile.open(self._path, "r:xz")
        except (tarfile.TarError, lzma.LZMAError, EOFError) as fault:
            raise _no_artifact(self._path, str(fault)) from None
        except OSError as fault:
            raise ExceptionPathError(f"{self._path} can not be read: {fault.strerror}: correct the path") from None
        return self._archive

    def __exit__(self, kind, fault, _trace):
        self._archive.close()
        if isinstance(fault, (tarfile.TarError, lzma.LZMAError, EOFError)):
            raise _no_artifact(self._path, str(fault)) from None


def _no_artifact(path, why):
    return ExceptionPathError(
        f"{path} is no artifact of this collection, or a damaged one: {why}: make it again with the playbook artifact, or `make artifact`"
    )
