#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Put an artifact in use on a host, or go back to the one before."""

from __future__ import annotations

DOCUMENTATION = r"""
module: artifact_install
short_description: Install an artifact on the host and switch to it, or back to the one before
version_added: 0.1.0
description:
  - Artifacts lie side by side below C(/opt/exception-path/releases). C(/opt/exception-path/current) leads to the one in use and is switched
    in one step; C(/opt/exception-path/previous) leads to the one that was in use before. Others are removed.
  - The manifest is compared with the host before anything is copied - architecture, C library, CPU flags, shared libraries, space - and the
    forwarder is tried before the switch, so a host never runs into an illegal instruction. A damaged file is replaced.
  - The archive is copied to the host only when the host lacks the artifact or a file of it.
  - A running forwarder is not disturbed; M(dataplane.exception_path.forwarder_service) restarts it.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  state:
    description: V(present) installs the artifact and switches to it. V(previous) goes back to the one that was in use before.
    type: str
    choices: [present, previous]
    default: present
  archive:
    description: Path of the archive on the controller.
    type: path
  sha256:
    description: SHA-256 of the archive.
    type: str
  manifest:
    description: What is in the archive's C(manifest.json). Empty in check mode, for an artifact that is yet to be built.
    type: dict
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
notes:
  - With O(state=previous) a second run goes forth again; the playbook C(rollback) is what calls it.
"""

EXAMPLES = r"""
- name: Switch to an artifact
  dataplane.exception_path.artifact_install:
    archive: "{{ made.path }}"
    sha256: "{{ made.sha256 }}"
    manifest: "{{ made.manifest }}"

- name: Back to the one before
  dataplane.exception_path.artifact_install:
    state: previous
"""

RETURN = r"""
name:
  description: The artifact in use.
  returned: success
  type: str
sha256:
  description: Of the archive that the artifact in use came from.
  returned: success
  type: str
archive_needed:
  description: Whether nothing was done for want of the archive; the action plugin brings it then.
  returned: success
  type: bool
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish
from ansible_collections.dataplane.exception_path.plugins.module_utils.releases import Releases


def main():
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "previous"], "default": "present"},
            "archive": {"type": "path"},
            "sha256": {"type": "str"},
            "manifest": {"type": "dict"},
        },
        required_if=[("state", "present", ["sha256", "manifest"])],
        supports_check_mode=True,
    )
    # The service's user has to read all of it, whatever root's habit is.
    os.umask(0o022)
    finish(module, _run, module)


def _run(module):
    return getattr(Releases(module.params, module.check_mode), module.params["state"])()


if __name__ == "__main__":
    main()
