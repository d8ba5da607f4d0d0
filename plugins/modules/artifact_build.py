#!/usr/bin/python
# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build an artifact, once for all hosts of a platform."""

from __future__ import annotations

DOCUMENTATION = r"""
module: artifact_build
short_description: Build one archive with the forwarder, and with DPDK, unless there is one of the same inputs
version_added: 0.1.0
description:
  - Runs on a builder. Looks for an artifact of the same inputs in the controller's store and on the builder, and only then compiles; the
    result is kept on both. The name tells what it is and ends with a digest of all inputs - release and digest of DPDK, options, drivers,
    sources of the forwarder, architecture, C library, compiler.
  - With O(method=source) DPDK's release is downloaded to the controller, checked and unpacked on the builder, and reduced to the buses,
    libraries and drivers that the exception path and the given PMDs need. A driver that meson would leave out without a word is a fault.
  - While it compiles, a line tells how far it is every few seconds. A build that was cut short goes on at the next run. Only one build runs
    on a builder at a time; who comes second waits, and takes what is built if it is the same.
author:
  - The dataplane.exception_path authors (@dataplane)
options:
  method:
    description: Where DPDK comes from, V(source) or the distribution's V(package)s, against which only the forwarder is built.
    type: str
    choices: [package, source]
    required: true
  dpdk_version:
    description: DPDK's release.
    type: str
    default: ""
  source_url:
    description: Address of its tarball, as the controller reaches it (http, https or file).
    type: str
    default: ""
  source_sha256:
    description: SHA-256 of the tarball.
    type: str
    default: ""
  platform:
    description: DPDK's build option C(platform). V(generic) runs on every CPU of the architecture that DPDK supports.
    type: str
    default: generic
  drivers:
    description: PMDs beyond the virtual ones that are always there, such as V(net/ixgbe). Helpers that they need come by themselves.
    type: list
    elements: str
    default: []
  drivers_exact:
    description: Do not take an artifact that has more drivers.
    type: bool
    default: false
  compiler_exact:
    description: Do not take an artifact that another compiler has made, unless the builder has none.
    type: bool
    default: true
  sources:
    description: The forwarder's source files, text by relative path.
    type: dict
    required: true
  sources_digest:
    description: A digest of O(sources).
    type: str
    required: true
  prepare:
    description: Text of the helper that runs as root before the forwarder starts.
    type: str
    required: true
  licenses:
    description: Licences to put in, text by name.
    type: dict
    default: {}
  manage_packages:
    description: Install the packages that compiling needs on the builder. If not, they have to be there.
    type: bool
    default: true
  folder:
    description: Folder of the builder for its work. Default is C(/var/cache/exception-path) for root, C(~/.cache/exception-path/builder) for others.
    type: path
  store:
    description: Folder of the controller in which artifacts and source tarballs are kept.
    type: path
  state:
    description: For the action plugin, which calls the module in turn; leave it alone.
    type: str
    choices: [queried, built, watched]
    default: queried
  known:
    description: For the action plugin - what is in O(store).
    type: list
    elements: dict
    default: []
  source:
    description: For the action plugin - path of the tarball on the builder.
    type: path
  progress:
    description: For the action plugin - file in which the builder tells what it does.
    type: path
extends_documentation_fragment:
  - dataplane.exception_path.ports.attributes
"""

EXAMPLES = r"""
- name: DPDK 22.11 for hosts with Intel's 10 Gbit/s NICs
  dataplane.exception_path.artifact_build:
    method: source
    dpdk_version: 22.11.11
    source_url: https://fast.dpdk.org/rel/dpdk-22.11.11.tar.xz
    source_sha256: 27a3bb1f57e02eb68c7c0a6f8bbf9fb74ec198c5aab74ed602da5b71c492a476
    drivers: [net/ixgbe]
    sources: "{{ tree.files }}"
    sources_digest: "{{ tree.digest }}"
    prepare: "{{ lookup('ansible.builtin.file', 'prepare', rstrip=false) }}"
    store: ~/.cache/exception-path
  delegate_to: builder12
"""

RETURN = r"""
name:
  description: The artifact. Empty in check mode when the compiler is yet to be installed.
  returned: success
  type: str
path:
  description: Where the archive is on the controller.
  returned: when it is there
  type: str
sha256:
  description: Digest of the archive.
  returned: when it is there
  type: str
manifest:
  description: What is in it and what it needs of a host.
  returned: when it is there
  type: dict
to_do:
  description: What has been done to have it, or would be in check mode.
  returned: success
  type: list
  elements: str
seconds:
  description: How long the build took.
  returned: when it was built
  type: int
cpu_seconds:
  description: CPU time of the build.
  returned: when it was built
  type: int
problems:
  description: Every fault, one sentence each.
  returned: on failure
  type: list
  elements: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.dataplane.exception_path.plugins.module_utils.artifact_build import ArtifactBuild
from ansible_collections.dataplane.exception_path.plugins.module_utils.outcome import finish

_ACTS = {"queried": "query", "built": "build", "watched": "watch"}


def main():
    module = AnsibleModule(
        argument_spec={
            "method": {"type": "str", "choices": ["package", "source"], "required": True},
            "dpdk_version": {"type": "str", "default": ""},
            "source_url": {"type": "str", "default": ""},
            "source_sha256": {"type": "str", "default": ""},
            "platform": {"type": "str", "default": "generic"},
            "drivers": {"type": "list", "elements": "str", "default": []},
            "drivers_exact": {"type": "bool", "default": False},
            "compiler_exact": {"type": "bool", "default": True},
            "sources": {"type": "dict", "required": True},
            "sources_digest": {"type": "str", "required": True},
            "prepare": {"type": "str", "required": True},
            "licenses": {"type": "dict", "default": {}},
            "manage_packages": {"type": "bool", "default": True},
            "folder": {"type": "path"},
            "store": {"type": "path"},
            "state": {"type": "str", "choices": list(_ACTS), "default": "queried"},
            "known": {"type": "list", "elements": "dict", "default": []},
            "source": {"type": "path"},
            "progress": {"type": "path"},
        },
        supports_check_mode=True,
    )
    finish(module, _run, module)


def _run(module):
    return getattr(ArtifactBuild(module.params, module.check_mode), _ACTS[module.params["state"]])()


if __name__ == "__main__":
    main()
