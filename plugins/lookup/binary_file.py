# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A binary file of the controller, as a module can take it."""

from __future__ import annotations

DOCUMENTATION = r"""
name: binary_file
short_description: Read a binary file on the controller
version_added: 0.1.0
description:
  - Reads a file of any content, which P(ansible.builtin.file#lookup) can not.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  _terms:
    description: Paths of files.
    type: list
    elements: path
    required: true
"""

EXAMPLES = r"""
- name: Which binary is this?
  ansible.builtin.debug:
    msg: "{{ lookup('dataplane.exception_path.binary_file', '/srv/exception-path-forwarder').digest }}"
"""

RETURN = r"""
_raw:
  description: For each file C(base64), its content, and C(digest), a SHA-256 in hexadecimal digits.
  type: list
  elements: dict
"""

import base64
import hashlib
import os

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase


class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        return [_file(os.path.expanduser(term)) for term in terms]


def _file(path):
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError as fault:
        raise AnsibleLookupError(f"{path} can not be read on the controller: {fault.strerror}; correct the path") from fault
    return {"base64": base64.b64encode(content).decode("ascii"), "digest": hashlib.sha256(content).hexdigest()}
