# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which artifacts are on the host, and whether their files are still what they were."""

from __future__ import annotations

import hashlib
import json
import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, host, paths

# Written last by an installation, so that what was cut short is not taken for whole.
STAMP = "installed.json"


def folder(name):
    return os.path.join(paths.RELEASES, name)


def names():
    """Every artifact that is there, whole or not."""
    try:
        return sorted(name for name in os.listdir(paths.RELEASES) if not name.startswith("."))
    except OSError:
        return []


def linked(link):
    """Name of the artifact that ``current`` or ``previous`` leads to, or None."""
    try:
        return os.path.basename(os.readlink(link))
    except OSError:
        return None


def release(name):
    """``{present, intact, sha256, damaged, manifest}``; ``sha256`` is that of the archive it came from."""
    stamp, text = _stamp(name), host.read(os.path.join(folder(name), artifact_archive.MANIFEST))
    if stamp is None:
        return {"present": os.path.isdir(folder(name)), "intact": False, "sha256": None, "damaged": [STAMP], "manifest": None}
    if text is None or hashlib.sha256((text + "\n").encode()).hexdigest() != stamp.get("manifest_sha256"):
        return {"present": True, "intact": False, "sha256": stamp["sha256"], "damaged": [artifact_archive.MANIFEST], "manifest": None}
    manifest = json.loads(text)
    damaged = damages(name, manifest)
    return {"present": True, "intact": not damaged, "sha256": stamp["sha256"], "damaged": damaged, "manifest": manifest}


def damages(name, manifest):
    """Files of the manifest that are not there as they should be."""
    return sorted(file for file, facts in manifest["files"].items() if not _is(os.path.join(folder(name), file), facts))


def forwarder():
    """What exception_path_info tells: the artifact in use and the one before it."""
    name = linked(paths.CURRENT)
    found = release(name) if name else {"present": False, "intact": False, "sha256": None, "damaged": [], "manifest": None}
    manifest = found.pop("manifest")
    wired = os.path.islink(paths.PROGRAMS) and os.path.realpath(paths.PROGRAMS) == os.path.realpath(os.path.join(paths.CURRENT, "bin"))
    if found["present"] and not wired:
        found.update(intact=False, damaged=[*found["damaged"], paths.PROGRAMS])
    return dict(found, name=name, dpdk=manifest["dpdk"] if manifest else None, previous=linked(paths.PREVIOUS))


def _stamp(name):
    try:
        stamp = json.loads(host.read(os.path.join(folder(name), STAMP), ""))
    except ValueError:
        return None
    return stamp if isinstance(stamp, dict) and "sha256" in stamp else None


def _is(path, facts):
    return digests.sha256(path) == facts["sha256"] and os.access(path, os.X_OK if facts["mode"] == "0755" else os.R_OK) and not os.path.islink(path)
