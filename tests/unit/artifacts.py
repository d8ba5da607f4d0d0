# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small artifacts for tests: the real format, programs that are scripts."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, host_platform

FORWARDER = "#!/bin/sh\necho exception-path-forwarder 1.0.0\n"


def make(folder, name="a-1", files=None, **changes):
    """``(path of the archive, its SHA-256, manifest)`` of an artifact that this very machine can run."""
    root = folder / f"{name}.root"
    for path, text in {"bin/exception-path-forwarder": FORWARDER, "libexec/prepare": "#!/bin/sh\n", "licenses/x": "free\n", **(files or {})}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        (root / path).chmod(0o755 if path.startswith(("bin/", "libexec/")) else 0o644)
    platform = host_platform.facts()
    manifest = {
        "schema": artifact_archive.SCHEMA,
        "name": name,
        "inputs": "1" * 64,
        "compiler": "cc 12",
        "machine": platform["machine"],
        "libc": {"name": platform["libc"]["name"], "minimum": "2.0"},
        "cpu_flags": [],
        "libraries": [],
        "dpdk": {"method": "source", "version": "22.11.11", "drivers": ["net/e1000"]},
        "files": artifact_archive.listing(str(root)),
        **changes,
    }
    path = os.path.join(folder, name + artifact_archive.SUFFIX)
    artifact_archive.write(str(root), manifest, path)
    return path, digests.sha256(path), manifest
