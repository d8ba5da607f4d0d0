# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module artifact_build, on the builder: one archive with the forwarder, and DPDK unless it is the distribution's."""

from __future__ import annotations

import errno
import json
import os
import re
import shlex
import shutil
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import (
    artifact_archive,
    artifact_inputs,
    build_steps,
    cpu_flags,
    elf,
    host,
    host_platform,
    packages,
)
from ansible_collections.dataplane.exception_path.plugins.module_utils import paths, pmds
from ansible_collections.dataplane.exception_path.plugins.module_utils.artifact_store import Store
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.dpdk_build import DpdkBuild
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if

FORWARDER = "exception-path-forwarder"
# What is kept on a builder; the controller keeps what it shipped.
_KEEP = 3
_MB = 1 << 20
_SPACE_MB = {"package": 100, "source": 1500}
_COMMON = ("gcc", "libc6-dev", "libsystemd-dev", "meson", "ninja-build", "pkgconf")
_PACKAGES = {"package": (*_COMMON, "libdpdk-dev"), "source": (*_COMMON, "libnuma-dev", "python3-pyelftools", "tar", "xz-utils")}
# A program, and the package that has it.
_PROGRAMS = {"cc": "gcc", "meson": "meson", "ninja": "ninja-build", "pkg-config": "pkgconf", "readelf": "binutils"}
_SOURCE_PROGRAMS = {"tar": "tar", "xz": "xz-utils"}


def folder():
    """Where a builder keeps its work unless it is told: the machine's for root, the user's otherwise."""
    return paths.BUILDER if os.geteuid() == 0 else os.path.expanduser("~/.cache/exception-path/builder")


class ArtifactBuild:
    """``params`` are the module's options."""

    def __init__(self, params, check_mode=False):
        self.params = params
        self.check_mode = check_mode
        self.store = Store(params["folder"] or folder())
        self.changes = Changes()

    def query(self):
        """What there is, and what it takes to have it; changes nothing."""
        raise_if(artifact_inputs.problems(self.params))
        builder = self._builder()
        chosen = artifact_inputs.choose(self.params["known"], self.params, builder)
        if chosen:
            return dict(self.changes.result(), name=chosen, here=False, to_do=[])
        chosen = artifact_inputs.choose(self.store.known(), self.params, builder)
        found = chosen and self.store.get(chosen)
        if found:
            return dict(self.changes.result(), name=chosen, here=True, to_do=[], **found)
        missing = self._missing_packages()
        to_do = [f"install {', '.join(missing)}"] if missing else []
        return dict(
            self.changes.result(),
            name=self._name(builder) if builder["compiler"] and not missing else None,
            here=False,
            to_do=[*to_do, "build"],
            source_needed=self.params["method"] == "source" and not self._unpacked(builder),
        )

    def watch(self):
        """What a running build tells of itself, and whether it is still there."""
        told = json.loads(host.read(self.params["progress"], "null"))
        if told is None:
            return {"text": "", "alive": True}
        return {"text": told["text"], "alive": os.path.isdir(f"{paths.PROC}/{told['pid']}")}

    def build(self):
        raise_if(artifact_inputs.problems(self.params))
        begin = time.monotonic()
        steps = self._steps("setup")
        try:
            with self.store.locked(lambda: steps.say("waiting for another build on this builder")) as lock:
                found = self._built(steps, lock)
        except OSError as fault:
            if fault.errno == errno.ENOSPC:
                raise ExceptionPathError(
                    f"no space left on the builder below {self.store.folder}: make room there, and run again; what is compiled is not lost"
                ) from None
            raise ExceptionPathError(f"building failed on {fault.filename or self.store.folder}: {fault.strerror or fault}") from None
        finally:
            if self.params["progress"]:
                host.remove(self.params["progress"])
        self.changes.note("artifact", None, found["manifest"]["name"])
        return dict(
            self.changes.result(),
            name=found["manifest"]["name"],
            seconds=round(time.monotonic() - begin),
            cpu_seconds=round(build_steps.cpu_seconds()),
            **found,
        )

    def _built(self, steps, lock):
        missing = self._missing_packages()
        if missing:
            steps.say(f"installing {', '.join(missing)}")
            packages.install(missing)
        self._check_programs()
        builder = self._builder()
        name = self._name(builder)
        found = self.store.get(name)
        if found:
            return found
        self._check_space()
        work = self.store.work(name)
        self._begin(work)
        steps = self._steps(name, lock)
        dpdk = self._dpdk(work, steps)
        if dpdk:
            dpdk.make(self.params["source"])
        program, machine_options = self._forwarder(work, steps, dpdk)
        root = self._fill(work, program, dpdk)
        manifest = self._manifest(name, builder, root, machine_options, work)
        steps.say("packing")
        path = self.store.archive(name)
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        artifact_archive.write(root, manifest, path)
        found = self.store.record(name)
        self.store.prune(_KEEP)
        return found

    def _builder(self):
        facts = host_platform.facts()
        compiler = host.run(["cc", "--version"], check=False).stdout.partition("\n")[0] if shutil.which("cc") else None
        return dict(facts, compiler=compiler, packaged_dpdk=_packaged_dpdk() if self.params["method"] == "package" else None)

    def _name(self, builder):
        version = self.params["dpdk_version"] if self.params["method"] == "source" else builder["packaged_dpdk"]
        return artifact_inputs.name(self.params, builder, re.match(r"[\d.]*", version or "")[0])

    def _unpacked(self, builder):
        return bool(builder["compiler"]) and DpdkBuild(self.store.work(self._name(builder)), self.params, None).unpacked()

    def _missing_packages(self):
        if not self.params["manage_packages"]:
            return []
        wanted = [*_PACKAGES[self.params["method"]], *(pmds.packages(self.params["drivers"]) if self.params["method"] == "source" else ())]
        missing = packages.missing(wanted)
        if missing and os.geteuid() != 0:
            raise ExceptionPathError(
                f"the builder lacks packages, and this user may not install them: {', '.join(missing)}: install them, or name another exception_path_builder"
            )
        return missing

    def _check_programs(self):
        source = self.params["method"] == "source"
        programs = {**_PROGRAMS, **(_SOURCE_PROGRAMS if source else {})}
        absent = [program for program in programs if not shutil.which(program)]
        if source and host.run(["python3", "-c", "import elftools"], check=False).returncode:
            absent.append("python3-pyelftools")
        if absent:
            names = ", ".join(programs.get(program, program) for program in absent)
            raise ExceptionPathError(
                f"the builder can not compile, it lacks {', '.join(absent)}: install {names} there "
                "(exception_path_manage_packages: true does), or name another exception_path_builder"
            )

    def _check_space(self):
        os.makedirs(self.store.folder, mode=0o755, exist_ok=True)
        status, wanted = os.statvfs(self.store.folder), _SPACE_MB[self.params["method"]]
        free = status.f_bavail * status.f_frsize // _MB
        if free < wanted:
            raise ExceptionPathError(
                f"a build needs {wanted} MB below {self.store.folder}, the builder has {free} MB free there: make room, or name another exception_path_builder"
            )

    @staticmethod
    def _begin(work):
        """What was compiled before a power cut may not be whole on disk."""
        boot = host.read(f"{paths.PROC}/sys/kernel/random/boot_id", "")
        stamp = os.path.join(work, "boot-id")
        if host.read(stamp) != boot:
            shutil.rmtree(work, ignore_errors=True)
            os.makedirs(work, mode=0o755)
            host.write(stamp, boot + "\n")

    def _steps(self, name, lock=None):
        environment = {"CCACHE_DIR": os.path.join(self.store.folder, "ccache"), "HOME": self.store.folder}
        return build_steps.Steps(self.store.log(name), self.params["progress"], environment, lock)

    def _dpdk(self, work, steps):
        return DpdkBuild(work, self.params, steps) if self.params["method"] == "source" else None

    def _forwarder(self, work, steps, dpdk):
        """The program, and the compiler's options that say for which CPU."""
        source, build = os.path.join(work, "forwarder"), os.path.join(work, "forwarder-build")
        shutil.rmtree(source, ignore_errors=True)
        shutil.rmtree(build, ignore_errors=True)
        for name, text in self.params["sources"].items():
            host.write(os.path.join(source, name), text)
        # One unit: DPDK's headers, most of the work, are read once. A warning of a compiler newer than
        # this collection must not stop a deployment.
        options = ["--unity=on", "-Dunity_size=1000", "-Dwerror=false", "-Dtests=disabled"]
        environment = {}
        if dpdk:
            options += ["-Dlinkage=whole", f"-Dc_link_args={elf.RPATH}"]
            environment = dpdk.environment()
        steps.run(["meson", "setup", *options, build, source], "configuring the forwarder", environment=environment)
        steps.run(["ninja", "-C", build, FORWARDER], "compiling the forwarder")
        return os.path.join(build, FORWARDER), _machine_options(build)

    def _fill(self, work, program, dpdk):
        root = os.path.join(work, "root")
        shutil.rmtree(root, ignore_errors=True)
        os.makedirs(os.path.join(root, "bin"))
        shutil.copy(program, os.path.join(root, "bin", FORWARDER))
        host.write(os.path.join(root, "libexec", "prepare"), self.params["prepare"], 0o755)
        for name, text in self.params["licenses"].items():
            host.write(os.path.join(root, "licenses", "exception-path", name), text)
        if dpdk:
            dpdk.fill(root)
            elf.ship_libraries(root)
        return root

    def _manifest(self, name, builder, root, machine_options, work):
        needs = elf.requirements(root)
        macros = host.run(["cc", *machine_options, "-dM", "-E", "-x", "c", "/dev/null"]).stdout
        done = host.run([os.path.join(root, "bin", FORWARDER), "--version"], check=False)
        if done.returncode != 0:
            raise ExceptionPathError(
                f"the forwarder was built, but does not run on the builder: {(done.stderr or done.stdout).strip() or done.returncode}; the build is in {work}"
            )
        source = self.params["method"] == "source"
        return {
            "schema": artifact_archive.SCHEMA,
            "name": name,
            "inputs": artifact_inputs.inputs(self.params, builder),
            "dpdk": {
                "method": self.params["method"],
                "version": self.params["dpdk_version"] if source else builder["packaged_dpdk"],
                "source_sha256": self.params["source_sha256"] if source else None,
                "platform": self.params["platform"] if source else None,
                "drivers": sorted(self.params["drivers"]),
                "built": pmds.enabled(self.params["drivers"]) if source else [],
            },
            "forwarder": {"version": done.stdout.strip(), "source_sha256": self.params["sources_digest"]},
            "machine": builder["machine"],
            "libc": {"name": builder["libc"]["name"], "built": builder["libc"]["version"], "minimum": needs["glibc"]},
            "built_on": builder["distribution"],
            "compiler": builder["compiler"],
            "cpu_flags": cpu_flags.needed(builder["machine"], macros),
            "libraries": [{"soname": soname, "package": elf.package_of(soname)} for soname in needs["libraries"]],
            "files": artifact_archive.listing(root),
        }


def _packaged_dpdk():
    """The distribution's DPDK to compile with: installed, or what would be."""
    installed = host.run(["pkg-config", "--modversion", "libdpdk"], check=False) if shutil.which("pkg-config") else None
    if installed and installed.returncode == 0:
        return installed.stdout.strip()
    return packages.full_version("libdpdk-dev")


def _machine_options(build):
    """``-march`` and its like, of the compiler's call for the forwarder, which has them from DPDK."""
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        words = [word for entry in json.load(file) for word in shlex.split(entry["command"])]
    return sorted({word for word in words if re.match(r"-m(arch|cpu|tune|sse|avx|no-)", word)})
