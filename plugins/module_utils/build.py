# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module forwarder_install: the forwarder from source, or as a finished binary."""

from __future__ import annotations

import base64
import binascii
import os
import shutil
import subprocess
import tempfile

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, installed, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_LINES = 40
_SECONDS = 3600


def install(params, check_mode=False):
    now = installed.forwarder()
    changes = Changes()
    if not now["intact"] or now["digest"] != params["digest"]:
        state = "none" if not now["present"] else now["digest"] + ("" if now["intact"] else ", damaged")
        changes.note(paths.FORWARDER, state, params["digest"])
        if not check_mode:
            _install(params)
    return changes.result()


def _install(params):
    binary = _decoded(params["binary"]) if params["binary"] else _built(params["sources"])
    # The stamp goes first and comes back last: whatever is cut short here is not taken for whole.
    host.remove(paths.FORWARDER_STAMP)
    _place(paths.FORWARDER, binary)
    _place(paths.PREPARE, params["prepare"].encode())
    said = _fault_of(paths.FORWARDER)
    if said:
        raise ExceptionPathError(
            f"{paths.FORWARDER} does not run on this host: {said}; it has to be built against the host's own DPDK and libc: "
            "correct exception_path_forwarder_binary, or leave it empty to build on the host"
        )
    installed.write_stamp(params["digest"])


def _fault_of(program):
    """Why it does not run here, or an empty text."""
    try:
        done = host.run([program, "--version"], check=False)
    except ExceptionPathError as fault:
        return str(fault)
    return "" if done.returncode == 0 else (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"


def _decoded(text):
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ExceptionPathError("binary is not base64: give it as {{ lookup('file', path, rstrip=false) | b64encode }} or through the role") from None


def _place(path, content):
    """Write beside and rename: a running forwarder keeps the file that it was started from."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(temporary, 0o755)
    os.replace(temporary, path)


def _built(sources):
    folder = tempfile.mkdtemp(prefix="exception-path-build-", dir="/var/tmp")
    try:
        for name, text in sources.items():
            path = os.path.join(folder, "source", name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        build = os.path.join(folder, "build")
        # One unit: DPDK's headers, most of the work on a slow machine, are read once. A warning of
        # a compiler newer than this collection must not stop a deployment.
        _step(["meson", "setup", "--unity=on", "-Dunity_size=1000", "-Dwerror=false", "-Dtests=disabled", build, os.path.join(folder, "source")])
        _step(["ninja", "-C", build, "exception-path-forwarder"])
        with open(os.path.join(build, "exception-path-forwarder"), "rb") as file:
            return file.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _step(command):
    try:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=_SECONDS)
    except FileNotFoundError:
        raise ExceptionPathError(
            f"{command[0]} is not on the host, so the forwarder can not be built there: install it, or give a finished one with "
            "exception_path_forwarder_binary"
        ) from None
    if done.returncode != 0:
        last = "\n".join(done.stdout.splitlines()[-_LINES:])
        raise ExceptionPathError(f"building the forwarder failed: {' '.join(command[:2])} ended with exit code {done.returncode}; its last lines:\n{last}")
