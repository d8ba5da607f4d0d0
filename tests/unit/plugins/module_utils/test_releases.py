# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import pathlib
import subprocess

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import artifact_archive, digests, host, installed, paths, releases
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.tests.unit import artifacts

REAL = subprocess.run


@pytest.fixture
def place(etc, commands, tmp_path, monkeypatch):
    """A host that runs the programs of artifacts for real, and has a C library."""
    commands.on("ldconfig -p", "2 libs found in cache\n\tlibc.so.6 (libc6,x86-64) => /lib/libc.so.6\n")

    def run(command, **options):
        return (
            REAL(command, check=False, **{k: v for k, v in options.items() if k != "check"}) if command[-1] == "--version" else commands.run(command, **options)
        )

    monkeypatch.setattr(host.subprocess, "run", run)
    (tmp_path / "controller").mkdir()
    return tmp_path / "controller"


def act(made, check_mode=False, **changes):
    path, sha256, manifest = made
    return releases.Releases({"archive": path, "sha256": sha256, "manifest": manifest, **changes}, check_mode).present()


def back(check_mode=False):
    return releases.Releases({}, check_mode).previous()


def in_use():
    return os.readlink(paths.CURRENT)


def test_installed_and_left_alone(place):
    made = artifacts.make(place)
    result = act(made)
    assert result["changed"] and result["name"] == "a-1" and not result["archive_needed"]
    assert result["diff"] == {"before": "artifact a-1: (none)\nartifact in use: (none)\n", "after": "artifact a-1: installed\nartifact in use: a-1\n"}
    assert REAL([paths.FORWARDER], check=True, stdout=subprocess.PIPE, text=True).stdout == "exception-path-forwarder 1.0.0\n"
    assert os.access(paths.PREPARE, os.X_OK) and not os.access(os.path.join(paths.CURRENT, "licenses/x"), os.X_OK)
    facts = installed.forwarder()
    assert facts["present"] and facts["intact"] and facts["sha256"] == made[1] and facts["name"] == "a-1" and facts["dpdk"]["version"] == "22.11.11"
    assert not act(made, archive=None)["changed"]


def test_without_the_archive_nothing_is_done(place):
    result = act(artifacts.make(place), archive=None)
    assert result["archive_needed"] and not result["changed"] and not os.path.exists(paths.INSTALLED)


def test_check_mode(place):
    made = artifacts.make(place)
    told = act(made, check_mode=True, archive=None)
    assert not os.path.exists(paths.INSTALLED)
    assert told["diff"] == act(made)["diff"]
    told = releases.Releases({"archive": None, "sha256": "", "manifest": {}}, True).present()
    assert told["diff"] == {"before": "artifact in use: a-1\n", "after": "artifact in use: one that is not built yet\n"}


def test_switch_keep_and_prune(place):
    first, second, third = (artifacts.make(place, f"a-{number}") for number in (1, 2, 3))
    act(first)
    act(second)
    assert in_use() == "releases/a-2" and os.readlink(paths.PREVIOUS) == "releases/a-1" and installed.names() == ["a-1", "a-2"]
    told = act(third, check_mode=True)
    assert told["diff"] == act(third)["diff"] and "artifact a-1: installed\n" in told["diff"]["before"]
    assert installed.names() == ["a-2", "a-3"] and os.readlink(paths.PREVIOUS) == "releases/a-2"
    # The one before is still there: no archive is needed to have it again.
    result = act(second, archive=None)
    assert result["changed"] and in_use() == "releases/a-2" and os.readlink(paths.PREVIOUS) == "releases/a-3"


def test_back_and_forth(place):
    act(artifacts.make(place, "a-1"))
    second = artifacts.make(place, "a-2")
    act(second)
    told = back(check_mode=True)
    assert in_use() == "releases/a-2"
    result = back()
    assert result["diff"] == told["diff"] and result["name"] == "a-1" and in_use() == "releases/a-1" and installed.names() == ["a-1", "a-2"]
    assert back()["sha256"] == second[1] and in_use() == "releases/a-2"


def test_nothing_to_go_back_to(place):
    act(artifacts.make(place))
    with pytest.raises(ExceptionPathError, match="there is no artifact to go back to"):
        back()


def test_back_to_a_damaged_one(place):
    act(artifacts.make(place, "a-1"))
    act(artifacts.make(place, "a-2"))
    os.unlink(os.path.join(paths.PREVIOUS, "libexec/prepare"))
    with pytest.raises(ExceptionPathError, match=r"the artifact to go back to, a-1, is damaged .libexec/prepare.: .* run site, which repairs it"):
        back()
    assert in_use() == "releases/a-2"


@pytest.mark.parametrize("file", ["bin/exception-path-forwarder", "libexec/prepare", "licenses/x", "manifest.json", "installed.json"])
@pytest.mark.parametrize("how", ["changed", "removed", "mode", "replaced by a link"])
def test_damage_is_found_and_repaired(place, file, how):
    made = artifacts.make(place)
    act(made)
    path = pathlib.Path(paths.CURRENT, file)
    if how == "changed":
        path.write_text("x")
    elif how == "removed":
        path.unlink()
    elif how == "mode":
        path.chmod(0o644)
        if file.startswith(("bin/", "libexec/")):
            assert not installed.forwarder()["intact"]
        return
    else:
        path.unlink()
        path.symlink_to("/dev/null")
    facts = installed.forwarder()
    assert facts["present"] and not facts["intact"] and facts["damaged"] == [file]
    assert act(made, archive=None)["archive_needed"]
    assert act(made)["diff"]["before"].startswith(f"artifact a-1: damaged: {file}\n")
    assert installed.forwarder()["intact"] and not act(made)["changed"]


@pytest.mark.parametrize("link", ["CURRENT", "PROGRAMS"])
def test_a_removed_link_is_made_again(place, link):
    made = artifacts.make(place)
    act(made)
    os.unlink(getattr(paths, link))
    assert not installed.forwarder()["intact"]
    assert act(made)["changed"] and installed.forwarder()["intact"] and not act(made)["changed"]


def test_what_the_first_version_of_the_collection_installed_gives_way(place):
    pathlib.Path(paths.PROGRAMS).mkdir(parents=True)
    pathlib.Path(paths.FORWARDER).write_text("old")
    act(artifacts.make(place))
    assert os.readlink(paths.PROGRAMS) == "current/bin" and installed.forwarder()["intact"]


@pytest.mark.parametrize("after", range(8))
def test_interrupted_anywhere_and_finished_by_the_next_run(place, monkeypatch, after):
    act(artifacts.make(place, "a-0"))
    made = artifacts.make(place)
    count, real = [0], os.replace

    def replace(*arguments):
        count[0] += 1
        if count[0] > after:
            raise KeyboardInterrupt
        real(*arguments)

    monkeypatch.setattr(os, "replace", replace)
    try:
        act(made)
    except KeyboardInterrupt:
        # Whatever is in use is whole.
        assert installed.forwarder()["intact"]
    monkeypatch.setattr(os, "replace", real)
    act(made)
    assert installed.forwarder()["intact"] and in_use() == "releases/a-1" and os.readlink(paths.PREVIOUS) == "releases/a-0"
    assert not list(pathlib.Path(paths.INSTALLED).rglob("tmp*"))


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"machine": "s390x"}, "artifact a-1 is for s390x, this host is"),
        ({"libc": {"name": "glibc", "minimum": "99.1"}}, "artifact a-1 needs glibc 99.1 or newer, this host has"),
        ({"cpu_flags": ["amx_tile", "nonsense"]}, "artifact a-1 needs CPU flags that this host lacks: amx_tile, nonsense"),
        ({"libraries": [{"soname": "librte_eal.so.99", "package": "librte-eal99"}]}, "lacks: librte_eal.so.99: install librte-eal99"),
        ({"schema": 7}, "manifest: its manifest.json is of schema 7"),
    ],
)
def test_an_artifact_of_another_host_is_refused_before_anything_is_done(place, changes, said):
    act(artifacts.make(place, "a-0"))
    with pytest.raises(ExceptionPathError, match=said):
        act(artifacts.make(place, **changes))
    assert in_use() == "releases/a-0" and installed.names() == ["a-0"]


def test_libraries_of_earlier_tasks_are_not_missed_in_check_mode(place):
    assert act(artifacts.make(place, libraries=[{"soname": "librte_eal.so.99", "package": None}]), check_mode=True)["changed"]


@pytest.mark.parametrize(
    "program, said",
    [("#!/bin/sh\necho no such library >&2\nexit 127\n", "no such library"), ("#!/bin/sh\nkill -ILL $$\n", "exit code -4"), ("x", "Exec format error")],
)
def test_a_program_that_does_not_run_is_never_in_use(place, program, said):
    act(artifacts.make(place, "a-0"))
    with pytest.raises(ExceptionPathError, match=f"does not run on this host: .*{said}.*what is in use is untouched"):
        act(artifacts.make(place, files={"bin/exception-path-forwarder": program}))
    assert in_use() == "releases/a-0" and installed.forwarder()["intact"]


def test_an_archive_that_is_not_what_was_asked_for(place):
    path, sha256, manifest = artifacts.make(place)
    wrong = "0" * 64
    with pytest.raises(ExceptionPathError, match=f"the archive of artifact a-1 has the SHA-256 {sha256} instead of {wrong}. Nothing was unpacked"):
        act((path, wrong, manifest))
    with pytest.raises(ExceptionPathError, match="has another manifest than the one that was given"):
        act((path, sha256, {**manifest, "inputs": "x"}))
    assert not os.path.exists(paths.RELEASES)


def test_an_archive_without_what_its_manifest_says(place):
    made = artifacts.make(place)
    files = {**made[2]["files"], "bin/exception-path-forwarder": {"sha256": "0" * 64, "size": 1, "mode": "0755"}}
    with pytest.raises(ExceptionPathError, match="does not hold what its manifest says: bin/exception-path-forwarder: build it anew"):
        act(_repacked(place, files))
    assert not os.path.lexists(paths.CURRENT)


def _repacked(place, files):
    """An archive whose manifest lies."""
    manifest = {**artifacts.make(place, "lying")[2], "files": files}
    path = str(place / "lying.tar.xz")
    artifact_archive.write(str(place / "lying.root"), manifest, path)
    return path, digests.sha256(path), manifest


def test_no_space(place, monkeypatch):
    made = artifacts.make(place)
    monkeypatch.setattr(releases.os, "statvfs", lambda _path: type("S", (), {"f_bavail": 1, "f_frsize": 4096}))
    with pytest.raises(
        ExceptionPathError, match="the artifact needs 10 MB below .*/opt/exception-path, this host has 0 MB free there: make room; what is in use"
    ):
        act(made)
    assert not os.path.exists(paths.RELEASES)


def test_no_space_in_the_middle(place, monkeypatch):
    act(artifacts.make(place, "a-0"))

    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(releases, "_place", full)
    with pytest.raises(ExceptionPathError, match="no space left below .* for artifact a-1: make room, and run again; what is in use is untouched"):
        act(artifacts.make(place))
    assert installed.forwarder()["intact"] and in_use() == "releases/a-0"
