# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DPDK from its release tarball, reduced to what the exception path needs."""

from __future__ import annotations

import errno
import glob
import os
import re
import shutil

from ansible_collections.dataplane.exception_path.plugins.module_utils import digests, elf, host, paths, pmds
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

# Where it will be on the hosts: EAL looks there, and nowhere else, for PMDs that somebody adds.
_PREFIX = paths.CURRENT
_USERTOOLS = ("dpdk-devbind.py", "dpdk-hugepages.py", "dpdk-telemetry.py")
_PROGRAMS = ("dpdk-testpmd",)
# Libraries that DPDK may link: what else happens to be on the builder must not become a need of the hosts.
_PKG_CONFIG = ("numa",)


class DpdkBuild:
    """In ``folder``; each step leaves a stamp when it is done, and is not done again."""

    def __init__(self, folder, params, steps):
        self.folder, self.params, self.steps = folder, params, steps
        self.source = os.path.join(folder, "dpdk")
        self.build = os.path.join(folder, "dpdk-build")
        self.stage = os.path.join(folder, "stage")

    def make(self, tarball):
        self._once("unpacked", lambda: self._unpack(tarball))
        self._check_version()
        self._once("configured", self._configure)
        self.steps.run(["ninja", "-C", self.build], "compiling DPDK")
        self._once("staged", self._install)

    def unpacked(self):
        return os.path.exists(self._stamp("unpacked"))

    def environment(self):
        """What the forwarder's build finds it by."""
        return {"PKG_CONFIG_LIBDIR": f"{self.stage}{_PREFIX}/lib/pkgconfig:{self.pkg_config(['libsystemd'])}"}

    def fill(self, target):
        """Put programs, tools and licences where the artifact is packed."""
        for name in _PROGRAMS:
            _copy(f"{self.stage}{_PREFIX}/bin/{name}", f"{target}/bin/{name}")
        for name in _USERTOOLS:
            path = f"{self.source}/usertools/{name}"
            if os.path.exists(path):
                _copy(path, f"{target}/bin/{name}")
        for path in sorted(glob.glob(f"{self.source}/license/*")):
            _copy(path, f"{target}/licenses/dpdk/{os.path.basename(path)}")

    def pkg_config(self, more=()):
        """A folder with the .pc files of the wanted libraries, and of those that they name, only."""
        folder = os.path.join(self.folder, "pkgconfig" + "".join(f"-{name}" for name in more))
        os.makedirs(folder, exist_ok=True)
        left = [*_PKG_CONFIG, *pmds.pkg_config(self.params["drivers"]), *more]
        while left:
            name = left.pop()
            place = host.run(["pkg-config", "--variable=pcfiledir", name], check=False).stdout.strip()
            link = os.path.join(folder, f"{name}.pc")
            if not place or os.path.lexists(link):
                continue
            os.symlink(os.path.join(place, f"{name}.pc"), link)
            for kind in ("--print-requires", "--print-requires-private"):
                left += [line.split()[0] for line in host.run(["pkg-config", kind, name], check=False).stdout.splitlines() if line.strip()]
        return folder

    def _unpack(self, tarball):
        found = digests.sha256(tarball)
        if found != self.params["source_sha256"]:
            raise ExceptionPathError(
                f"the source of DPDK on the builder has the SHA-256 {found} instead of {self.params['source_sha256']}. Nothing was unpacked: run again"
            )
        shutil.rmtree(self.source, ignore_errors=True)
        os.makedirs(self.source)
        self.steps.run(["tar", "--extract", "--no-same-owner", "--strip-components=1", f"--file={tarball}", f"--directory={self.source}"], "unpacking DPDK")

    def _check_version(self):
        version = host.read(os.path.join(self.source, "VERSION"), "").strip()
        # A release's first tarball is 24.11, and calls itself 24.11.0.
        if self.params["dpdk_version"] not in (version, version.removesuffix(".0")):
            raise ExceptionPathError(
                f"the source is of DPDK {version or 'no version at all'}, "
                f"exception_path_dpdk_version says {self.params['dpdk_version']}: correct the version, or address and digest"
            )

    def _configure(self):
        drivers = self.params["drivers"]
        shutil.rmtree(self.build, ignore_errors=True)
        said = self.steps.run(
            [
                "meson", "setup", self.build, self.source, f"--prefix={_PREFIX}", "--libdir=lib", "--buildtype=release", "--default-library=static",
                f"-Dplatform={self.params['platform']}", f"-Denable_drivers={','.join(pmds.enabled(drivers))}", f"-Denable_apps={','.join(pmds.APPS)}",
                f"-Ddisable_libs={','.join(pmds.disabled_libraries(drivers))}", "-Dtests=false", f"-Dc_link_args={elf.RPATH}",
            ],
            "configuring DPDK",
            environment={"PKG_CONFIG_LIBDIR": self.pkg_config()},
        )  # fmt: skip
        self._check_drivers(said)

    def _check_drivers(self, said):
        """Meson leaves out what lacks something, and ends well: here that is a fault."""
        macros = host.read(os.path.join(self.build, "rte_build_config.h"), "")
        built = set(re.findall(r"^#define (RTE_\w+) 1$", macros, re.M))
        lacking = [driver for driver, names in pmds.checked(self.params["drivers"]).items() if not built & set(names)]
        if lacking:
            raise ExceptionPathError([f"DPDK's build leaves out {driver}: {_reason(driver, said)}. The whole log is {self.steps.log}" for driver in lacking])

    def _install(self):
        shutil.rmtree(self.stage, ignore_errors=True)
        self.steps.run(["meson", "install", "--no-rebuild", "--quiet", "-C", self.build], "staging DPDK", environment={"DESTDIR": self.stage})
        # For the forwarder's build it is where it is staged, not where it will be on the hosts.
        for path in glob.glob(f"{self.stage}{_PREFIX}/lib/pkgconfig/*.pc"):
            host.write(path, re.sub(r"^prefix=.*$", f"prefix={self.stage}{_PREFIX}", host.read(path, ""), flags=re.M) + "\n")

    def _once(self, name, act):
        if not os.path.exists(self._stamp(name)):
            act()
            host.write(self._stamp(name), "")

    def _stamp(self, name):
        return os.path.join(self.folder, f"{name}.done")


def _reason(driver, said):
    """What meson says in its list of skipped content, and what helps."""
    found = re.search(rf"^\s*{driver.rpartition('/')[2]}:\s+(.*)$", said[said.find("Content Skipped") :], re.M)
    packages = pmds.packages([driver])
    remedy = (
        f"install {', '.join(packages)} on the builder" if packages else "see whether this release has it, and whether exception_path_dpdk_drivers is right"
    )
    return f"{found[1].strip() if found else 'there is no such driver'}; {remedy}"


def _copy(path, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    try:
        shutil.copy(path, target)
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            raise
        raise ExceptionPathError(f"DPDK's build has no {path}: {fault.strerror}") from None
