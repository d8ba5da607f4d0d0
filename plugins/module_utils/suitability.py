# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an artifact can run on a host: its manifest compared with what the host is. Pure."""

from __future__ import annotations


def version(text):
    return tuple(int(part) for part in text.split(".") if part.isdigit())


def problems(manifest, platform):
    """Why the host can not run it, a sentence each; ``platform`` is what host_platform.facts() tells."""
    name, found = manifest["name"], []
    if manifest["machine"] != platform["machine"]:
        found.append(f"artifact {name} is for {manifest['machine']}, this host is {platform['machine']}: build one on a host of that architecture")
        return found
    libc, own = manifest["libc"], platform["libc"]
    if libc["name"] != own["name"]:
        found.append(f"artifact {name} needs the C library {libc['name']}, this host has {own['name']}: build one on a host of this distribution")
    elif version(libc["minimum"]) > version(own["version"]):
        found.append(
            f"artifact {name} needs {libc['name']} {libc['minimum']} or newer, this host has {own['version']}: "
            "build it on a host of the fleet's oldest distribution (exception_path_builder)"
        )
    missing = sorted(set(manifest["cpu_flags"]) - set(platform["cpu_flags"]))
    if missing:
        found.append(
            f"artifact {name} needs CPU flags that this host lacks: {', '.join(missing)}: "
            "build it with exception_path_dpdk_platform: generic, which runs on every CPU that DPDK supports"
        )
    return found


def library_problems(manifest, known):
    """``known(soname)`` tells whether the host has a shared library."""
    missing = [library for library in manifest["libraries"] if not known(library["soname"])]
    if not missing:
        return []
    packages = sorted({library["package"] for library in missing if library["package"]})
    remedy = f"install {', '.join(packages)}" if packages else "install the packages that have them"
    if manifest["dpdk"]["method"] == "package":
        remedy += f" (it was built with the distribution's DPDK {manifest['dpdk']['version']})"
    return [f"artifact {manifest['name']} needs shared libraries that this host lacks: {', '.join(library['soname'] for library in missing)}: {remedy}"]
