# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A builder whose compiler is a handful of scripts: they leave behind what the real ones do, as far as it is read."""

from __future__ import annotations

import lzma
import os
import tarfile

# Each notes its call; a file of its name in $FAULTS makes it fail with that text.
_HEAD = """#!/bin/sh
name=$(basename "$0")
echo "$name $*" >> {calls}
if [ -e "{faults}/$name" ]; then cat "{faults}/$name"; exit 3; fi
"""
_TOOLS = {
    "cc": """case "$*" in
--version) cat {folder}/compiler ;;
*-dM*) echo "#define __SSE4_2__ 1" ;;
-print-file-name=libnuma.so.1) echo {folder}/libnuma.so.1 ;;
-print-file-name=*) echo "${{1#*=}}" ;;
esac""",
    "readelf": """case "$4" in
*libnuma*) echo " 0x1 (NEEDED)  Shared library: [libc.so.6]" ;;
*) echo " 0x1 (NEEDED)  Shared library: [libc.so.6]"; [ ! -e {folder}/numa ] || echo " 0x1 (NEEDED)  Shared library: [libnuma.so.1]"
  echo "  Name: GLIBC_2.34  Flags: none" ;;
esac""",
    "pkg-config": """case "$*" in
"--modversion libdpdk") echo 22.11.11 ;;
*pcfiledir*) echo {folder}/pc ;;
esac""",
    "meson": """case "$1" in
setup) for word in "$@"; do case "$word" in --*|-D*|setup) ;; *) [ -n "$build" ] && source=$word || build=$word ;; esac; done
  mkdir -p "$build"; cp {folder}/rte_build_config.h "$build"; cat {folder}/setup.log
  echo '[{{"command": "cc -march=corei7 -O3 -Iinclude -c main.c"}}]' > "$build/compile_commands.json"; echo "$source" > "$build/source" ;;
install) mkdir -p "$DESTDIR{prefix}/bin" "$DESTDIR{prefix}/lib/pkgconfig"; cp {folder}/program "$DESTDIR{prefix}/bin/dpdk-testpmd"
  echo prefix={prefix} > "$DESTDIR{prefix}/lib/pkgconfig/libdpdk.pc" ;;
esac""",
    "ninja": """echo "[1/2] Compiling x"; echo "[2/2] Linking x"; cp {folder}/program "$2/exception-path-forwarder" """,
    "python3": "exit 0",
    "nice": 'exec "$@"',
}
_PROGRAM = "#!/bin/sh\necho exception-path-forwarder 1.0.0, DPDK 22.11.11\n"


class FakeTools:
    def __init__(self, folder, prefix, drivers):
        self.folder, self.bin, self.faults, self.calls_file = folder, folder / "bin", folder / "faults", folder / "calls"
        for place in (self.bin, self.faults, folder / "pc"):
            place.mkdir(parents=True)
        for name, body in _TOOLS.items():
            self.tool(name, _HEAD.format(calls=self.calls_file, faults=self.faults) + body.format(folder=folder, prefix=prefix) + "\n")
        for name in ("tar", "xz"):
            os.symlink(next(path for path in (f"/usr/bin/{name}", f"/bin/{name}") if os.path.exists(path)), self.bin / name)
        self.path = f"{self.bin}:/usr/bin:/bin"
        (folder / "compiler").write_text("cc (Debian 12.2.0-14) 12.2.0\nmore\n")
        (folder / "program").write_text(_PROGRAM)
        (folder / "program").chmod(0o755)
        (folder / "libnuma.so.1").write_bytes(b"\x7fELF numa")
        self.configured(drivers)

    def tool(self, name, text):
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def configured(self, drivers, log=""):
        """What meson has decided to build."""
        (self.folder / "rte_build_config.h").write_text("".join(f"#define RTE_{driver.replace('/', '_').upper()} 1\n" for driver in drivers))
        (self.folder / "setup.log").write_text(log)

    def fail(self, name, text):
        (self.faults / name).write_text(text)

    def mend(self):
        for path in self.faults.iterdir():
            path.unlink()

    def calls(self, name):
        lines = self.calls_file.read_text().splitlines() if self.calls_file.exists() else []
        return [line for line in lines if line.split()[0] == name]

    def tarball(self, version="22.11.11"):
        """A release, as it is packed."""
        root = self.folder / f"dpdk-{version}"
        for name, text in {"VERSION": version + "\n", "license/bsd-3-clause.txt": "free\n", "usertools/dpdk-devbind.py": "#!/usr/bin/env python3\n"}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        path = self.folder / f"dpdk-{version}.tar.xz"
        with lzma.open(path, "wb") as packed, tarfile.open(fileobj=packed, mode="w") as archive:
            archive.add(root, root.name)
        return str(path)
