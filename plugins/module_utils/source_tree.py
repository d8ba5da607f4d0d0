# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of source files, with a digest that changes with any name or content."""

from __future__ import annotations

import hashlib
import os

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

SUFFIXES = (".c", ".h", ".build", ".txt")
EXCLUDE = ("tests",)


def read(folder, suffixes=SUFFIXES, exclude=EXCLUDE):
    """``{"files": {relative path: text}, "digest": SHA-256}``"""
    if not os.path.isdir(folder):
        raise ExceptionPathError(f"{folder} is no folder on the controller: is the collection installed whole?")
    files = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - set(exclude))
        for name in names:
            path = os.path.join(place, name)
            if name.endswith(tuple(suffixes)):
                with open(path, encoding="utf-8") as file:
                    files[os.path.relpath(path, folder)] = file.read()
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0{files[path]}".encode())
    return {"files": files, "digest": digest.hexdigest()}
