# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import shutil
import threading
import time

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils.artifact_store import Store
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.tests.unit import artifacts


@pytest.fixture
def store(tmp_path):
    return Store(str(tmp_path / "store"))


def adopt(store, tmp_path, name="a-1", **changes):
    path, sha256, manifest = artifacts.make(tmp_path, name, **changes)
    incoming = os.path.join(store.incoming(), "x")
    shutil.copy(path, incoming)
    return store.adopt(incoming, sha256), sha256, manifest


def test_adopted_and_found_again(store, tmp_path):
    assert store.known() == [] and store.get("a-1") is None
    found, sha256, manifest = adopt(store, tmp_path)
    assert found == {"path": store.archive("a-1"), "sha256": sha256, "manifest": manifest} == store.get("a-1")
    assert store.known() == [{"name": "a-1", "inputs": "1" * 64, "drivers": ["net/e1000"], "compiler": "cc 12"}]


def test_damaged_on_the_way(store, tmp_path):
    path, _sha256, _manifest = artifacts.make(tmp_path)
    with pytest.raises(ExceptionPathError, match="damaged on its way from the builder: SHA-256 [0-9a-f]{64} instead of 000"):
        store.adopt(path, "0" * 64)


@pytest.mark.parametrize("what", ["archive", "record", "no archive"])
def test_what_is_damaged_is_not_there(store, tmp_path, what):
    adopt(store, tmp_path)
    if what == "archive":
        with open(store.archive("a-1"), "ab") as file:
            file.write(b"x")
    elif what == "record":
        with open(store.archive("a-1").replace(".tar.xz", ".json"), "w", encoding="utf-8") as file:
            file.write("{")
    else:
        os.unlink(store.archive("a-1"))
    assert store.get("a-1") is None
    assert adopt(store, tmp_path)[0] == store.get("a-1")


def test_old_ones_go(store, tmp_path):
    for age, name in enumerate(["a-3", "a-1", "a-2"]):
        adopt(store, tmp_path, name)
        os.utime(store.archive(name), (age, age))
    os.makedirs(store.work("given up"))
    store.prune(2)
    assert [entry["name"] for entry in store.known()] == ["a-1", "a-2"] and not os.path.exists(store.work("given up"))


def test_one_at_a_time(store):
    order, waited = [], []

    def second():
        with store.locked(lambda: waited.append(True)):
            order.append("second")

    with store.locked():
        thread = threading.Thread(target=second)
        thread.start()
        while not waited:
            time.sleep(0.01)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
