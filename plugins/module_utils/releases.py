# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of the module artifact_install: artifacts side by side on the host, one of them in use."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, host, host_platform, installed, paths, suitability
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError, raise_if

_MB = 1 << 20
_FORWARDER = os.path.join("bin", "exception-path-forwarder")


class Releases:
    """``params`` are the module's options; nothing is written in check mode."""

    def __init__(self, params, check_mode=False):
        self.params = params
        self.check_mode = check_mode
        self.changes = Changes()

    def present(self):
        """The given artifact is on the host, whole, and in use; the one that was in use is kept, others go."""
        manifest = self.params["manifest"]
        if not manifest:
            return self._unknown()
        problem = artifact_archive.manifest_problem(manifest)
        raise_if([f"manifest: {problem}: take it from the archive as it is"] if problem else [])
        raise_if(self._problems(manifest))
        name = manifest["name"]
        found = installed.release(name)
        whole = found["intact"] and found["sha256"] == self.params["sha256"]
        if not whole:
            self.changes.note(f"artifact {name}", _state(found), "installed")
        self._note_links(name)
        if whole or self.check_mode:
            archive_needed = False
        elif not self.params["archive"]:
            return dict(self.changes.result(), changed=False, archive_needed=True, name=name)
        else:
            archive_needed = False
            self._unpack(name, manifest)
        if not self.check_mode:
            self._try(name)
            self._switch(name)
        return dict(self.changes.result(), archive_needed=archive_needed, name=name)

    def previous(self):
        """Back to the artifact that was in use before; the one in use now becomes the previous one."""
        name = installed.linked(paths.PREVIOUS)
        if not name:
            raise ExceptionPathError("there is no artifact to go back to: this host has had none before the one in use")
        found = installed.release(name)
        if not found["intact"]:
            raise ExceptionPathError(
                f"the artifact to go back to, {name}, is damaged ({', '.join(found['damaged'])}): "
                "name its version in the inventory and run site, which repairs it"
            )
        raise_if(self._problems(found["manifest"]))
        self._note_links(name)
        if not self.check_mode:
            self._try(name)
            self._switch(name)
        return dict(self.changes.result(), archive_needed=False, name=name, sha256=found["sha256"])

    def _unknown(self):
        """In check mode: what is yet to be built."""
        self.changes.note("artifact in use", installed.linked(paths.CURRENT), "one that is not built yet")
        return dict(self.changes.result(), archive_needed=False, name=None)

    def _problems(self, manifest):
        found = suitability.problems(manifest, host_platform.facts())
        # In check mode the packages of an earlier task are not installed.
        return found if found or self.check_mode else suitability.library_problems(manifest, _libraries().__contains__)

    def _note_links(self, name):
        current, previous = installed.linked(paths.CURRENT), installed.linked(paths.PREVIOUS)
        self.changes.note("artifact in use", current, name)
        kept = {name, current if current != name else previous}
        for other in installed.names():
            if other not in kept:
                self.changes.note(f"artifact {other}", "installed", None)
        if current and not (os.path.islink(paths.PROGRAMS) and os.readlink(paths.PROGRAMS) == _link_to_programs()):
            self.changes.note(paths.PROGRAMS, "damaged", f"link to {_link_to_programs()}")

    def _unpack(self, name, manifest):
        """Each file is written beside its place and renamed: nothing in use is ever half there."""
        found = digests.sha256(self.params["archive"])
        if found != self.params["sha256"]:
            raise ExceptionPathError(
                f"the archive of artifact {name} has the SHA-256 {found} instead of {self.params['sha256']}. Nothing was unpacked: run again"
            )
        if artifact_archive.read_manifest(self.params["archive"]) != manifest:
            raise ExceptionPathError(f"the archive of artifact {name} has another manifest than the one that was given: take both from the same file")
        folder = installed.folder(name)
        wanted = installed.damages(name, manifest)
        _check_space(sum(manifest["files"][file]["size"] for file in wanted))
        host.remove(os.path.join(folder, installed.STAMP))
        try:
            for file, content in artifact_archive.contents(self.params["archive"], set(wanted)):
                if hashlib.sha256(content).hexdigest() == manifest["files"][file]["sha256"]:
                    _place(os.path.join(folder, file), content, int(manifest["files"][file]["mode"], 8))
            left = installed.damages(name, manifest)
            if left:
                raise ExceptionPathError(f"the archive of artifact {name} does not hold what its manifest says: {', '.join(left)}: build it anew")
            text = artifact_archive.text_of(manifest)
            host.write(os.path.join(folder, artifact_archive.MANIFEST), text)
            host.write_json(
                os.path.join(folder, installed.STAMP), {"sha256": self.params["sha256"], "manifest_sha256": hashlib.sha256(text.encode()).hexdigest()}
            )
        except OSError as fault:
            if fault.errno == errno.ENOSPC:
                raise ExceptionPathError(
                    f"no space left below {paths.INSTALLED} for artifact {name}: make room, and run again; what is in use is untouched"
                ) from None
            raise

    @staticmethod
    def _try(name):
        """The last word before the switch has the program itself."""
        program = os.path.join(installed.folder(name), _FORWARDER)
        try:
            done = host.run([program, "--version"], check=False)
            fault = "" if done.returncode == 0 else (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
        except ExceptionPathError as refused:
            fault = str(refused)
        if fault:
            raise ExceptionPathError(f"{program} does not run on this host: {fault}: build it on a host of this platform; what is in use is untouched")

    @staticmethod
    def _switch(name):
        current = installed.linked(paths.CURRENT)
        if current and current != name:
            _link(paths.PREVIOUS, os.path.join("releases", current))
        if current != name:
            _link(paths.CURRENT, os.path.join("releases", name))
        if not os.path.islink(paths.PROGRAMS) or os.readlink(paths.PROGRAMS) != _link_to_programs():
            _link(paths.PROGRAMS, _link_to_programs())
        keep = {name, installed.linked(paths.PREVIOUS)}
        for other in installed.names():
            if other not in keep:
                host.remove(os.path.join(installed.folder(other), installed.STAMP))
                shutil.rmtree(installed.folder(other))


def _state(found):
    if not found["present"]:
        return None
    return "damaged: " + ", ".join(found["damaged"]) if found["damaged"] else f"from the archive {found['sha256']}"


def _link_to_programs():
    return os.path.join(os.path.basename(paths.CURRENT), "bin")


def _link(path, target):
    """Replace a link in one step. What the first version of the collection installed there goes first."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    temporary = f"{path}.new"
    host.remove(temporary)
    os.symlink(target, temporary)
    os.replace(temporary, path)


def _place(path, content, mode):
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o755, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        host.remove(temporary)
        raise


def _check_space(needed):
    place = paths.INSTALLED
    while not os.path.isdir(place):
        place = os.path.dirname(place)
    status = os.statvfs(place)
    free = status.f_bavail * status.f_frsize
    if free < needed + 10 * _MB:
        raise ExceptionPathError(
            f"the artifact needs {needed // _MB + 10} MB below {paths.INSTALLED}, this host has {free // _MB} MB free there: "
            "make room; what is in use is untouched"
        )


def _libraries():
    """Sonames of the shared libraries that the host's linker knows."""
    said = host.run(["ldconfig", "-p"]).stdout
    return {line.split()[0] for line in said.splitlines()[1:] if "=>" in line}
