# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian packages through dpkg-query, apt-cache and apt-get."""

from __future__ import annotations

import glob
import os
import re
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import host
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_LISTS = "/var/lib/apt/lists"
_LOCK_SECONDS = 600


def present(params, check_mode=False, run=host.run):
    absent = missing(params["names"], run)
    changes = Changes()
    for name in absent:
        changes.note(f"package {name}", "not installed", "installed")
    if absent and not check_mode:
        install(absent, params["cache_valid_time"], run)
    return dict(changes.result(), installed=absent)


def missing(names, run=host.run):
    """Those of ``names`` that are not installed, in their order."""
    try:
        done = run(["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names], check=False)
    except ExceptionPathError:
        raise ExceptionPathError(
            f"this host has no dpkg, and the collection installs packages on Debian and its like only: install what stands for {', '.join(names)} "
            "by hand and set exception_path_manage_packages: false"
        ) from None
    installed = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def install(names, cache_valid_time=86400, run=host.run):
    """Install ``names``; waits for another apt at work, finishes what an interrupted dpkg left."""
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    lock = ["-o", f"DPkg::Lock::Timeout={_LOCK_SECONDS}"]
    if lists_age() > cache_valid_time or not _known(names, run):
        run(["apt-get", *lock, "--quiet", "update"], timeout=1800, environment=environment)
    # Does nothing on a sound host; apt-get refuses to work before it on one that lost power.
    run(["dpkg", "--configure", "--pending"], timeout=1800, environment=environment)
    run(
        ["apt-get", *lock, "--quiet", "--yes", "--no-install-recommends", "install", *names],
        timeout=3600,
        environment=environment,
    )
    left = missing(names, run)
    if left:
        raise ExceptionPathError(f"apt-get ended well, but {', '.join(left)} is not installed: see /var/log/apt/term.log")


def lists_age():
    """Seconds since the package lists were fetched; infinite when there are none."""
    files = glob.glob(os.path.join(_LISTS, "*_Packages*"))
    return time.time() - max(os.path.getmtime(_LISTS), 0) if files else float("inf")


def _known(names, run):
    done = run(["apt-cache", "policy", *names], check=False)
    known = re.findall(r"^(\S+):\n  Installed: .*\n  Candidate: (?!\(none\))", done.stdout, re.M)
    return set(names) <= set(known)


def version(names, run=host.run):
    """``(major, minor)`` of the first of ``names`` that is installed or could be, else None."""
    done = run(["apt-cache", "policy", *names], check=False)
    found = re.search(r"^  (?:Installed|Candidate): (?:\d+:)?(\d+)\.(\d+)", done.stdout, re.M)
    return (int(found[1]), int(found[2])) if found else None


def full_version(name, run=host.run):
    """The upstream part of a package's version, installed or to be had, else None."""
    done = run(["apt-cache", "policy", name], check=False)
    found = re.search(r"^  (?:Installed|Candidate): (?:\d+:)?(\d[^-+~\s]*)", done.stdout, re.M)
    return found[1] if found else None
