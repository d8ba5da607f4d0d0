# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import types

import pytest

from ansible_collections.dataplane.exception_path.plugins.action import artifact_build, artifact_install
from ansible_collections.dataplane.exception_path.plugins.module_utils import digests
from ansible_collections.dataplane.exception_path.plugins.module_utils.artifact_store import Store
from ansible_collections.dataplane.exception_path.tests.unit import artifacts


class Remote:
    """A host or builder: answers each module by name and state, notes what is brought to it."""

    def __init__(self, monkeypatch, plugin):
        self.calls, self.answers, self.brought, self.shown = [], {}, [], []
        shell = types.SimpleNamespace(tmpdir=None, join_path=os.path.join)
        self.connection = types.SimpleNamespace(_shell=shell, fetch_file=shutil.copy)
        monkeypatch.setattr(plugin.ActionBase, "run", lambda self, tmp, task_vars: {})
        for name, act in {
            "_execute_module": self.execute,
            "_transfer_file": lambda path, remote: self.brought.append((str(path), remote)),
            "_make_tmp_path": lambda: setattr(shell, "tmpdir", "/remote/tmp"),
            "_fixup_perms2": lambda paths: None,
            "_remove_tmp_path": lambda path: None,
        }.items():
            monkeypatch.setattr(plugin.ActionModule, name, lambda _self, *arguments, act=act, **options: act(*arguments, **options))

    def execute(self, module_name, module_args, task_vars, wrap_async=False):
        kind = module_args.get("state") or module_args.get("mode") or module_name.rpartition(".")[2]
        self.calls.append((kind, module_args))
        answer = self.answers[kind]
        return dict(answer.pop(0) if isinstance(answer, list) and len(answer) > 1 else answer[0] if isinstance(answer, list) else answer)

    def kinds(self):
        return [kind for kind, _arguments in self.calls]

    def run(self, plugin, check_mode=False, **arguments):
        task = types.SimpleNamespace(args=arguments, check_mode=check_mode, delegate_to="builder", async_val=0)
        display = types.SimpleNamespace(display=self.shown.append)
        action = plugin.ActionModule.__new__(plugin.ActionModule)
        action._task, action._connection, action._display = task, self.connection, display
        result = action.run(task_vars={"inventory_hostname": "edge1"})
        assert task.async_val == 0
        return result


@pytest.fixture
def installing(monkeypatch):
    return Remote(monkeypatch, artifact_install)


@pytest.fixture
def building(monkeypatch, tmp_path):
    monkeypatch.setattr(artifact_build.time, "sleep", lambda _seconds: None)
    (tmp_path / "dpdk.tar.xz").write_text("DPDK")
    remote = Remote(monkeypatch, artifact_build)
    remote.path, remote.sha256, remote.manifest = artifacts.make(tmp_path)
    remote.store = Store(str(tmp_path / "store"))
    remote.arguments = {
        "store": str(tmp_path / "store"),
        "method": "source",
        "source_url": f"file://{tmp_path}/dpdk.tar.xz",
        "source_sha256": digests.sha256(str(tmp_path / "dpdk.tar.xz")),
    }
    remote.answers = {
        "queried": {"name": "a-1", "here": False, "to_do": ["build"], "source_needed": True},
        "built": {"ansible_job_id": "j1", "results_file": "/root/.ansible_async/j1"},
        "async_status": [{"finished": 0}, {"finished": 0}, dict(finished=1, **made(remote))],
        "watched": [{"text": "compiling DPDK: 1 of 2", "alive": True}],
        "cleanup": {},
    }
    return remote


def made(remote):
    return {"name": "a-1", "path": remote.path, "sha256": remote.sha256, "manifest": remote.manifest, "seconds": 9, "cpu_seconds": 17}


def test_no_archive_is_copied_that_is_there(installing):
    installing.answers = {"artifact_install": {"archive_needed": False, "changed": False}}
    assert installing.run(artifact_install, archive="/store/a-1.tar.xz", sha256="x", manifest={}) == {"archive_needed": False, "changed": False}
    assert installing.brought == [] and "archive" not in installing.calls[0][1]


def test_the_archive_is_copied_when_it_is_needed(installing):
    installing.answers = {"artifact_install": [{"archive_needed": True, "name": "a-1"}, {"archive_needed": False, "changed": True}]}
    assert installing.run(artifact_install, archive="/store/a-1.tar.xz", sha256="x", manifest={})["changed"]
    assert installing.brought == [("/store/a-1.tar.xz", "/remote/tmp/artifact.tar.xz")]
    assert installing.calls[1][1]["archive"] == "/remote/tmp/artifact.tar.xz" and installing.shown == ["[edge1] copying a-1"]


def test_built_watched_and_brought_home(building):
    result = building.run(artifact_build, **building.arguments)
    assert result["changed"] and result["name"] == "a-1" and result["path"] == building.store.archive("a-1") and result["seconds"] == 9
    assert building.store.get("a-1")["sha256"] == building.sha256
    assert building.kinds() == ["queried", "built", "async_status", "watched", "async_status", "watched", "async_status", "cleanup"]
    assert building.brought == [(building.store.source(building.arguments["source_sha256"]), "/remote/tmp/dpdk.tar")]
    assert building.shown == ["[builder] copying DPDK's source to the builder", "[builder] compiling DPDK: 1 of 2"]


def test_in_store_nothing_is_built_or_brought(building):
    building.run(artifact_build, **building.arguments)
    building.calls.clear()
    building.answers["queried"] = {"name": "a-1", "here": False, "to_do": []}
    result = building.run(artifact_build, **building.arguments)
    assert not result["changed"] and result["manifest"] == building.manifest and building.kinds() == ["queried"]
    assert building.calls[0][1]["known"][0]["name"] == "a-1"


def test_damaged_in_the_store_it_is_fetched_from_the_builder(building):
    building.run(artifact_build, **building.arguments)
    with open(building.store.archive("a-1"), "ab") as file:
        file.write(b"x")
    building.answers["queried"] = [{"name": "a-1", "here": False, "to_do": []}, dict(made(building), here=True, to_do=[])]
    result = building.run(artifact_build, **building.arguments)
    assert not result["changed"] and building.store.get("a-1")["sha256"] == building.sha256


def test_check_mode_builds_and_keeps_nothing(building):
    result = building.run(artifact_build, check_mode=True, **building.arguments)
    assert result["changed"] and result["manifest"] == {} and result["diff"]["after"] == "build\n" and building.kinds() == ["queried"]
    building.answers["queried"] = dict(made(building), here=True, to_do=[])
    result = building.run(artifact_build, check_mode=True, **building.arguments)
    assert not result["changed"] and result["manifest"] == building.manifest and not os.path.exists(building.store.folder)


def test_a_source_with_a_wrong_digest_never_reaches_the_builder(building):
    result = building.run(artifact_build, **dict(building.arguments, source_sha256="0" * 64))
    assert result["failed"] and "is refused: its SHA-256 is" in result["msg"] and building.kinds() == ["queried"] and building.brought == []


@pytest.mark.parametrize(
    "answers, said",
    [
        ({"queried": {"failed": True, "msg": "no space"}}, "no space"),
        ({"built": {"failed": True, "msg": "unreachable"}}, "unreachable"),
        ({"async_status": [{"finished": 1, "failed": True, "msg": "meson failed"}]}, "meson failed"),
        ({"async_status": [{"finished": 0, "failed": True, "msg": "could not find job"}]}, "the builder has lost the build (could not find job): run again"),
        ({"async_status": [{"finished": 0}], "watched": [{"text": "x", "alive": False}]}, "the build was killed on the builder: run again"),
    ],
)
def test_what_fails_on_the_builder_is_told(building, answers, said):
    building.answers.update(answers)
    result = building.run(artifact_build, **building.arguments)
    assert result["failed"] and said in result["msg"]


def test_a_damaged_transfer(building):
    building.answers["async_status"] = [dict(finished=1, **dict(made(building), sha256="0" * 64))]
    result = building.run(artifact_build, **building.arguments)
    assert "was damaged on its way from the builder" in result["msg"] and os.listdir(building.store.incoming()) == []


def test_a_store_that_can_not_be_written(building, monkeypatch):
    def refuse(_store):
        raise PermissionError(13, "Permission denied", "/store/incoming")

    monkeypatch.setattr(Store, "incoming", refuse)
    result = building.run(artifact_build, **building.arguments)
    assert result == {"failed": True, "changed": False, "msg": "/store/incoming on the controller: Permission denied"}
