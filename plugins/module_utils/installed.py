# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which build of the forwarder is on the host, and whether its files are still what they were."""

from __future__ import annotations

import hashlib
import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths


def forwarder():
    """``{present, intact, digest}``; ``digest`` names what it was built from.

    The stamp is written last by an installation, so what was cut short is not ``intact``.
    """
    stamp = host.read_json(paths.FORWARDER_STAMP, None)
    if stamp is None:
        return {"present": False, "intact": False, "digest": None}
    intact = all(os.access(path, os.X_OK) and sha256(path) == wanted for path, wanted in stamp["files"].items())
    return {"present": True, "intact": intact, "digest": stamp["digest"]}


def write_stamp(digest):
    files = {path: sha256(path) for path in (paths.FORWARDER, paths.PREPARE)}
    host.write_json(paths.FORWARDER_STAMP, {"digest": digest, "files": files})


def sha256(path):
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return None
