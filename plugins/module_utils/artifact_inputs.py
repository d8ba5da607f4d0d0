# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an artifact is made of, and the name that follows from it. Pure."""

from __future__ import annotations

import hashlib
import json
import re

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, pmds, urls

METHODS = ("package", "source")
# The releases that the forwarder is written for, as in its meson.build.
OLDEST, NEWEST = (22, 11), (26, 11)
_VERSION = re.compile(r"^(\d{2})\.(\d{2})(?:\.\d+)?(?:-rc\d+)?$")
_PLATFORM = re.compile(r"^[a-z0-9_]+$")


def problems(params):
    """All that is wrong with what the inventory says, a sentence each."""
    if params["method"] == "package":
        return []
    found = version_problems(params["dpdk_version"])
    found += urls.url_problems("exception_path_dpdk_source_url", params["source_url"])
    if params["source_sha256"]:
        found += digests.digest_problems("exception_path_dpdk_source_sha256", params["source_sha256"])
    else:
        found.append(
            f"exception_path_dpdk_source_sha256 is not given, and the collection does not know DPDK {params['dpdk_version']}: "
            "give the digest that the publisher tells"
        )
    if not _PLATFORM.match(params["platform"]):
        found.append(f"exception_path_dpdk_platform {params['platform']!r} is none of DPDK's: give generic, native, or a SoC such as cn10k")
    return found + pmds.problems(params["drivers"])


def version_problems(version):
    parts = _VERSION.match(version or "")
    if not parts:
        return [f"exception_path_dpdk_version {version!r} is no version of DPDK: give one such as 22.11.11"]
    if not OLDEST <= (int(parts[1]), int(parts[2])) < NEWEST:
        return [f"exception_path_dpdk_version {version} is none that the forwarder is written for: give one from {_text(OLDEST)} on and before {_text(NEWEST)}"]
    return []


def _text(version):
    return f"{version[0]}.{version[1]:02d}"


def inputs(params, builder):
    """A digest of everything but the compiler and the list of drivers. ``builder`` is what the builder is:
    machine, libc, and with the distribution's DPDK its version."""
    parts = {
        "schema": artifact_archive.SCHEMA,
        "method": params["method"],
        "forwarder": params["sources_digest"],
        "prepare": params["prepare"],
        "machine": builder["machine"],
        "libc": builder["libc"],
        "distribution": builder["distribution"],
    }
    if params["method"] == "package":
        parts["dpdk"] = builder["packaged_dpdk"]
    else:
        parts.update(
            dpdk=params["source_sha256"],
            platform=params["platform"],
            always=pmds.ALWAYS,
            apps=pmds.APPS,
            left_out=pmds.disabled_libraries(params["drivers"]),
        )
        # What "native" is depends on the CPU.
        if params["platform"] != "generic":
            parts["cpu"] = builder["cpu_flags"]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def name(params, builder, dpdk_version):
    """The artifact's name: readable, and different for whatever makes it different."""
    parts = [inputs(params, builder), builder["compiler"], *sorted(params["drivers"])]
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    libc = f"{builder['libc']['name']}{builder['libc']['version']}"
    origin = "packaged" if params["method"] == "package" else "built"
    return f"exception-path-dpdk{dpdk_version}-{origin}-{builder['machine']}-{libc}-{digest}"


def choose(known, params, builder):
    """Name of an artifact of ``known`` that is what would be built, or None.

    One with more drivers does too when the list was worked out from NICs: a run on a few hosts of the
    fleet is not to build anew. So does one of another compiler for a builder that has none, or that
    nobody named: a new compiler on some host of the fleet is no reason to restart all of them.
    """
    wanted, base = set(params["drivers"]), inputs(params, builder)

    def fits(entry):
        drivers = set(entry["drivers"])
        return (
            entry["inputs"] == base
            and (not params["compiler_exact"] or builder["compiler"] in (None, entry["compiler"]))
            and (drivers == wanted if params["drivers_exact"] else drivers >= wanted)
        )

    fitting = [entry for entry in known if fits(entry)]
    return min(fitting, key=lambda entry: (entry["compiler"] != builder["compiler"], len(entry["drivers"]), entry["name"]))["name"] if fitting else None
