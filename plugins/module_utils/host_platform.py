# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What kind of host this is, as far as compiled code cares."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpu_flags, host, paths


def facts():
    release = _os_release(host.read(paths.OS_RELEASE, ""))
    machine, libc = os.uname().machine, _libc()
    distribution = " ".join(filter(None, (release.get("ID"), release.get("VERSION_ID") or release.get("VERSION_CODENAME"))))
    return {
        "machine": machine,
        "libc": libc,
        "distribution": distribution,
        "cpu_flags": cpu_flags.present(host.read(f"{paths.PROC}/cpuinfo", "")),
        # Hosts of one platform run each other's builds.
        "platform": f"{machine}, {distribution}, {libc['name']} {libc['version']}",
    }


def _os_release(text):
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key: value.strip("\"'") for key, _equals, value in pairs}


def _libc():
    try:
        name, version = os.confstr("CS_GNU_LIBC_VERSION").split()
    except (AttributeError, OSError, ValueError):
        return {"name": "other", "version": "0"}
    return {"name": name, "version": version}
