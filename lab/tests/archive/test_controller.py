"""That the archive works, with nothing but what Ansible needs of it, on the ansible-core of each Python."""

import json
import pathlib
import re

import pytest

from exclab import archive
from exclab.installed import NAME

PLAYS = pathlib.Path(__file__).parent / "plays"
DOCUMENTED = {**archive.DOCUMENTED, "role": "roles/*"}
IMPORT = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def names(controller, kind):
    found = {f"{NAME}.{path.stem}" for path in controller.collection.glob(DOCUMENTED[kind])}
    assert found
    return found


def quiet(done):
    """Standard output of what must neither fail nor warn. What ansible-core says of files of its own is none of ours."""
    assert done.returncode == 0, done.stdout + done.stderr
    warned = [line for line in (done.stdout + done.stderr).splitlines() if re.search(r"\[(WARNING|DEPRECAT)", line)]
    assert [line for line in warned if "/site-packages/ansible/_internal/" not in line] == []
    return done.stdout


def play(controller, path, *words):
    """A play on the controller itself, which needs no privileges."""
    return controller.ansible("playbook", "-i", "localhost,", "-c", "local", "-e", f"ansible_python_interpreter={controller.python}", *words, path)


def test_it_is_installed_with_nothing_but_what_is_needed(controller):
    assert f"{NAME}:" in quiet(controller.install)
    assert {path.name for path in controller.collection.iterdir()} == {*archive.NEEDED, *archive.MANIFESTS}
    listed = json.loads(quiet(controller.ansible("galaxy", "collection", "list", "--format", "json", NAME)))
    manifest = json.loads((controller.collection / "MANIFEST.json").read_text())["collection_info"]
    assert listed == {str(controller.collections / "ansible_collections"): {NAME: {"version": manifest["version"]}}}


@pytest.mark.parametrize("kind", DOCUMENTED)
def test_ansible_doc_finds_and_shows_everything(controller, kind):
    wanted = names(controller, kind)
    assert set(json.loads(quiet(controller.ansible("doc", "-t", kind, "--list", "--json", NAME)))) == wanted
    shown = json.loads(quiet(controller.ansible("doc", "-t", kind, "--json", *sorted(wanted))))
    assert set(shown) == wanted
    for name, told in shown.items():
        assert told["entry_points"] if kind == "role" else told["doc"]["short_description"] and told["examples"] and told["return"], name


def test_every_playbook_is_called_by_its_name(controller):
    playbooks = sorted((controller.collection / "playbooks").glob("*.yml"))
    assert playbooks
    for path in playbooks:
        assert f"playbook: {path}" in quiet(play(controller, f"{NAME}.{path.stem}", "--syntax-check"))


@pytest.mark.parametrize("path", sorted(PLAYS.glob("*.yml")), ids=lambda path: path.stem)
def test_a_play_does_what_it_says(controller, path):
    assert "failed=0" in quiet(play(controller, path, "-e", json.dumps({"collection": str(controller.collection)})))


def test_every_python_file_is_importable(controller):
    root = controller.collections
    files = sorted((controller.collection / "plugins").rglob("*.py"))
    assert files
    modules = [".".join(file.relative_to(root).with_suffix("").parts) for file in files]
    quiet(controller.run("-W", "error", "-c", IMPORT, *modules, PYTHONPATH=str(root)))
