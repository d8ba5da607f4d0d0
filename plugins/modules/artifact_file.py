#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished artifact from a path or an address."""

from __future__ import annotations

DOCUMENTATION = r"""
module: artifact_file
short_description: Take a finished artifact from a path or an address, when its digest is right
version_added: 0.1.0
description:
  - Runs on the controller. Downloads the archive into the store unless it is there, goes on where an earlier download was cut off, and
    refuses what has another digest. A path is used where it is.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  artifact:
    description: Path of the archive, or its address (http, https or file).
    type: str
    required: true
  sha256:
    description: SHA-256 of the archive.
    type: str
    required: true
  store:
    description: Folder of the controller in which downloads are kept.
    type: path
    required: true
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
"""

EXAMPLES = r"""
- name: The artifact that somebody else has built
  dataplane.exception_path.artifact_file:
    artifact: https://files.example.org/exception-path-dpdk22.11.11-built-x86_64-glibc2.36-7c1f.tar.xz
    sha256: 7d865e959b2466918c9863afca942d0fb89d7c9ac0c99bafc3749504ded97730
    store: ~/.cache/exception-path
  delegate_to: localhost
"""

RETURN = r"""
path:
  description: Where the archive is on the controller.
  returned: success
  type: str
sha256:
  description: Its digest.
  returned: success
  type: str
manifest:
  description: What is in it. Empty in check mode when it is yet to be downloaded.
  returned: success
  type: dict
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_file
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "artifact": {"type": "str", "required": True},
            "sha256": {"type": "str", "required": True},
            "store": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    finish(module, artifact_file.take, module.params, module.check_mode)


if __name__ == "__main__":
    main()
