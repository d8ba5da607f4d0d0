# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module artifact_file, on the controller: a finished artifact from a path or an address."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, download, urls
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if


def take(params, check_mode=False):
    raise_if(_problems(params))
    changes, address, wanted = Changes(), params["artifact"], params["sha256"]
    if "://" not in address:
        path = os.path.expanduser(address)
        _check(path, wanted)
    else:
        path = os.path.join(params["store"], "downloads", f"{wanted}{artifact_archive.SUFFIX}")
        if digests.sha256(path) != wanted:
            changes.note(path, None, address)
            if check_mode:
                return dict(changes.result(), path=path, sha256=wanted, manifest={})
            download.fetch(address, wanted, path)
    return dict(changes.result(), path=path, sha256=wanted, manifest=artifact_archive.read_manifest(path))


def _problems(params):
    found = [] if params["artifact"] else ["exception_path_artifact is empty: give the path or address of an artifact"]
    if "://" in params["artifact"]:
        found += urls.url_problems("exception_path_artifact", params["artifact"])
    return found + digests.digest_problems("exception_path_artifact_sha256", params["sha256"])


def _check(path, wanted):
    if not os.path.isfile(path):
        raise ExceptionPathError(f"exception_path_artifact {path} is not there on the controller: correct the path")
    found = digests.sha256(path)
    if found != wanted:
        raise ExceptionPathError(
            f"{path} is refused: its SHA-256 is {found} ({os.path.getsize(path)} bytes), and {wanted} was asked for. Nothing was unpacked. "
            "Either exception_path_artifact_sha256 or the file is wrong"
        )
