"""That the archive has what it should have, and nothing that lies about in a tree."""

import json
import pathlib
import shutil

import pytest

from exclab import archive
from exclab.paths import TREE

# At the top of the archive. What is in these folders is as git has it.
TOP = {
    *archive.MANIFESTS, *archive.NEEDED, "LICENSE", "README.md", "changelogs", "docs", "tests",
    # What the tests of the collection and the gates on it read.
    ".ansible-lint", ".yamllint", "pyproject.toml", "requirements.txt",
}
# What programs leave in a tree: tests, linters, builds, editors.
LITTER = [
    ".build/collections/x", ".venv/bin/python", ".coverage", ".mypy_cache/x", ".pytest_cache/x", ".ruff_cache/x", ".ansible/x", ".cache/x",
    "plugins/modules/__pycache__/hugepages.cpython-311.pyc", "plugins/.mypy_cache/x", "dataplane-exception_path-0.0.9.tar.gz",
    "importer_result.json", "tests/output/junit/x.xml", "roles/forwarder/files/forwarder/build/build.ninja", "README.md.orig", "README.md~",
    ".README.md.swp", ".idea/x", ".vscode/x", "changelogs/.plugin-cache.yaml",
]


@pytest.fixture
def littered(tmp_path):
    """A copy of what git tracks, with all of that in it."""
    tree = tmp_path / "tree"
    for path in archive.tracked():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TREE / path, tree / path)
    (tree / ".git").mkdir()
    for path in [*LITTER, ".git/config"]:
        assert not (tree / path).exists()
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text("x")
    return tree


def test_the_top_has_nothing_else(members):
    assert {path.partition("/")[0] for path in members} == TOP


def test_every_file_is_one_that_git_tracks(members):
    strangers = set(members) - set(archive.MANIFESTS) - set(archive.tracked())
    assert strangers == set(), "`git add` what belongs to the collection, and leave out the rest: galaxy.yml, build_ignore"


def test_no_file_of_these_folders_is_left_out(members):
    wanted = {path for path in archive.tracked() if path.partition("/")[0] in TOP}
    assert wanted - set(members) == set()


def test_files_are_as_in_the_tree(members):
    executable = archive.tracked()
    for path in set(members) - set(archive.MANIFESTS):
        member, content = members[path]
        assert member.isfile(), f"{path} is a link: the archive has to hold the file itself"
        assert content == (TREE / path).read_bytes(), path
        assert bool(member.mode & 0o111) == executable[path], path


def test_no_file_names_a_place_of_the_machine_that_built_it(members):
    places = [str(place).encode() for place in (TREE, pathlib.Path.home()) if len(place.parts) > 2 or place == TREE]
    assert {path for path, (_member, content) in members.items() if any(place in content for place in places)} == set()


def test_every_file_is_in_the_list_that_ansible_checks(members):
    listed = {entry["name"] for entry in json.loads(members["FILES.json"][1])["files"] if entry["ftype"] == "file"}
    assert listed == set(members) - set(archive.MANIFESTS)


def test_what_lies_about_in_a_tree_stays_out(littered, members, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    assert set(archive.members(archive.build(out, littered))) == set(members)
