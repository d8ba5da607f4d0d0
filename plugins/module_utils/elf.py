# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs of an artifact ask of a host, by readelf, which comes with every compiler."""

from __future__ import annotations

import os
import re
import shutil

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths, suitability
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

# Where programs look for what is shipped with them.
RPATH = "-Wl,-rpath,$ORIGIN/../lib"
# The host's own, always: they belong to its C library, its systemd, its kernel's drivers.
_HOSTS_OWN = re.compile(r"^(ld-linux\S*|lib(c|m|dl|rt|pthread|resolv|gcc_s|systemd|ibverbs|mlx\d+|mana)\.so\S*)$")
_NEEDED = re.compile(r"\(NEEDED\)\s+Shared library: \[(.+)\]")
_GLIBC = re.compile(r"\bName: GLIBC_([0-9.]+)")


def requirements(root, run=host.run):
    """``{"libraries": [soname], "glibc": "2.34"}`` of all that is below ``root``, without what is there itself."""
    libraries, versions, own = set(), {"2.0"}, set()
    for path in _programs(root):
        dynamic = run(["readelf", "--wide", "--dynamic", "--version-info", path]).stdout
        libraries.update(_NEEDED.findall(dynamic))
        versions.update(_GLIBC.findall(dynamic))
        own.add(os.path.basename(path))
    return {"libraries": sorted(libraries - own), "glibc": max(versions, key=suitability.version)}


def ship_libraries(root, run=host.run):
    """Copy in the libraries that a host may lack, such as libnuma, and their licences."""
    while left := [name for name in requirements(root, run)["libraries"] if not _HOSTS_OWN.match(name)]:
        for soname in left:
            path = run(["cc", f"-print-file-name={soname}"]).stdout.strip()
            if not os.path.isabs(path):
                raise ExceptionPathError(f"the built programs need {soname}, and the builder's compiler does not find it: install the package that has it")
            target = os.path.join(root, "lib", soname)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(path, target)
            _ship_licence(root, soname, run)


def package_of(soname, run=host.run):
    """The Debian package that has a shared library, for those who have to install it; None elsewhere."""
    if not os.path.exists(paths.DPKG):
        return None
    found = re.search(r"^([^:,\s]+)(?::\w+)?: ", run(["dpkg-query", "--search", f"*/{soname}"], check=False).stdout, re.M)
    return found[1] if found else None


def _ship_licence(root, soname, run):
    package = package_of(soname, run)
    text = host.read(f"/usr/share/doc/{package}/copyright") if package else None
    if text:
        host.write(os.path.join(root, "licenses", package, "copyright"), text + "\n")


def _programs(root):
    for place, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path
