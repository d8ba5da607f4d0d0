"""The lab's package, importable; the archive, and the archive installed for each Python at hand."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from exclab import archive, installed, paths, pythons  # noqa: E402

paths.venv_first()


@pytest.fixture(scope="session")
def tarball(tmp_path_factory):
    return archive.build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="session")
def members(tarball):
    return archive.members(tarball)


@pytest.fixture(scope="session", params=pythons.at_hand().items(), ids=lambda item: f"python{item[0]}")
def controller(request, tarball, tmp_path_factory):
    return installed.Installed(pythons.with_ansible(request.param[1]), tarball, tmp_path_factory.mktemp("controller"))
