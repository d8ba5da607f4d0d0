# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's way into a container, by the `exec` of whatever engine runs it. Needs no further collection."""

from __future__ import annotations

import os
import shlex
import subprocess

from ansible.errors import AnsibleError
from ansible.plugins.connection import ConnectionBase

DOCUMENTATION = """
name: container
short_description: Runs tasks in a container through its engine
description:
  - Runs commands in a running container as its root user. Engines are those with the command line of docker.
author: The dataplane.exception_path authors (@dataplane)
options:
  host:
    description: Name of the container.
    default: inventory_hostname
    vars:
      - name: inventory_hostname
  engine:
    description: Program that runs containers.
    default: podman
    vars:
      - name: container_engine
extends_documentation_fragment:
  - connection_pipelining
"""


class Connection(ConnectionBase):
    transport = "container"
    has_pipelining = True

    def _connect(self):
        self._connected = True
        return self

    def exec_command(self, cmd, in_data=None, sudoable=False):
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        done = self._exec(cmd, in_data or b"")
        return done.returncode, done.stdout, done.stderr

    def put_file(self, in_path, out_path):
        with open(in_path, "rb") as file:
            content = file.read()
        self._checked(f"cat > {shlex.quote(out_path)}", content, f"copying {in_path} to {out_path}")

    def fetch_file(self, in_path, out_path):
        content = self._checked(f"cat {shlex.quote(in_path)}", b"", f"fetching {in_path}")
        target = os.path.join(out_path, os.path.basename(in_path)) if os.path.isdir(out_path) else out_path
        with open(target, "wb") as file:
            file.write(content)

    def close(self):
        self._connected = False

    def _checked(self, command, content, what):
        done = self._exec(command, content)
        if done.returncode:
            raise AnsibleError(f"{what} failed: {done.stderr.decode(errors='replace')}")
        return done.stdout

    def _exec(self, command, content):
        argv = [self.get_option("engine"), "exec", "--interactive", self.get_option("host"), "/bin/sh", "-c", command]
        return subprocess.run(argv, input=content, capture_output=True, check=False)
