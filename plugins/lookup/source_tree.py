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

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.dataplane.exception_path.plugins.module_utils import source_tree
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        try:
            return [source_tree.read(term, self.get_option("suffixes"), self.get_option("exclude")) for term in terms]
        except ExceptionPathError as fault:
            raise AnsibleLookupError(str(fault)) from fault
