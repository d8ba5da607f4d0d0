# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder of source files with a digest of its content."""

from __future__ import annotations

DOCUMENTATION = r"""
name: source_tree
short_description: Read a folder of source files on the controller
version_added: 0.1.0
description:
  - Reads every file below a folder, and makes a digest that changes with any name or content.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  _terms:
    description: Folders.
    type: list
    elements: path
    required: true
  suffixes:
    description: Only files with these endings.
    type: list
    elements: str
    default: [.c, .h, .build, .txt]
  exclude:
    description: Names of folders to leave out.
    type: list
    elements: str
    default: [tests]
"""

EXAMPLES = r"""
- name: Which sources are these?
  ansible.builtin.debug:
    msg: "{{ lookup('dataplane.exception_path.source_tree', role_path ~ '/files/forwarder').digest }}"
"""

RETURN = r"""
_raw:
  description: For each folder C(files), the text by relative path, and C(digest), a SHA-256 in hexadecimal digits.
  type: list
  elements: dict
"""

import hashlib
import os

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        return [_tree(term, tuple(self.get_option("suffixes")), set(self.get_option("exclude"))) for term in terms]


def _tree(folder, suffixes, exclude):
    if not os.path.isdir(folder):
        raise AnsibleLookupError(f"{folder} is no folder on the controller: is the collection installed whole?")
    files = {}
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - exclude)
        for name in names:
            path = os.path.join(place, name)
            if name.endswith(suffixes):
                with open(path, encoding="utf-8") as file:
                    files[os.path.relpath(path, folder)] = file.read()
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path}\0{len(files[path])}\0{files[path]}".encode())
    return {"files": files, "digest": digest.hexdigest()}
