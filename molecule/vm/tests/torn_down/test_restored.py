"""After the teardown the host is as it was before the deployment."""

import json
import os
import pathlib

import pytest

SCRATCH = pathlib.Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])

# What packages bring that stay installed: not files of theirs, but made by their scripts.
BY_PACKAGES = ("/etc/rc", "/etc/systemd/system/multi-user.target.wants/dpdk.service")


@pytest.fixture(scope="module")
def before():
    return json.loads((SCRATCH / "before.json").read_text())


@pytest.fixture(scope="module")
def after():
    return json.loads((SCRATCH / "after.json").read_text())


@pytest.mark.parametrize("what", ["nics", "interfaces", "routes", "hugepages", "modules", "users", "groups", "failed_units"])
def test_as_before(before, after, what):
    assert after[what] == before[what]


def test_no_file_is_left_or_lost_or_changed(before, after):
    old, new = before["files"], after["files"]
    different = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    different -= {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/subuid-", "/etc/subgid-"}
    assert sorted(path for path in different if not path.startswith(BY_PACKAGES)) == []


def test_no_unit_is_left(host, after):
    assert [unit for unit in after["active_units"] if "exception" in unit] == []
    assert host.check_output("systemctl list-unit-files --no-legend '*exception*'") == ""


def test_nothing_is_mentioned_anywhere(host):
    assert host.run("grep -rlE 'exception[-_]path' /etc /usr/lib/systemd /usr/lib/udev /run/systemd /run/udev").stdout == ""


def test_kernel_driver_answers_on_the_address_set_by_hand(far_end, port):
    if port["netdev"] != "exc0":
        pytest.skip("only the first NIC was configured by hand")
    for address in ("198.18.0.77", "2001:db8::77"):
        fine, words = far_end.ping(address)
        assert fine, words
