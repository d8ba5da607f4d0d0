"""After the teardown the host is as it was before the deployment."""

import json
import os
import pathlib

import pytest

SCRATCH = pathlib.Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])

# Packages stay installed, and with them what their scripts have made.
FILES_BY_PACKAGES = ("/etc/rc", "/etc/systemd/system/multi-user.target.wants/dpdk.service")
GROUPS_BY_PACKAGES = ("rdma:",)
# Backups that every change of users leaves; /etc/group, which is compared line by line; and its shadow.
NOT_COMPARED = {"/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-", "/etc/group", "/etc/gshadow"}


@pytest.fixture(scope="module")
def before():
    return json.loads((SCRATCH / "before.json").read_text())


@pytest.fixture(scope="module")
def after():
    return json.loads((SCRATCH / "after.json").read_text())


@pytest.mark.parametrize("what", ["nics", "interfaces", "routes", "hugepages", "modules", "users", "failed_units"])
def test_as_before(before, after, what):
    assert after[what] == before[what]


def test_groups_as_before(before, after):
    assert [group for group in after["groups"] if not group.startswith(GROUPS_BY_PACKAGES)] == before["groups"]


def test_no_file_is_left_or_lost_or_changed(before, after):
    old, new = before["files"], after["files"]
    different = {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}
    assert sorted(path for path in different - NOT_COMPARED if not path.startswith(FILES_BY_PACKAGES)) == []


def test_no_unit_is_left(host, after):
    assert [unit for unit in after["active_units"] if "exception" in unit or "driverctl@" in unit] == []
    assert host.run("systemctl list-unit-files --no-legend '*exception*'").stdout == ""


def test_nothing_is_mentioned_anywhere(host):
    folders = "/etc /usr/lib/systemd /usr/lib/udev /run/systemd /run/udev"
    found = host.run(f"grep -rlE 'exception[-_]path' {folders}").stdout.split()
    assert set(found) - NOT_COMPARED == set()


def test_kernel_driver_answers_on_the_address_set_by_hand(far_end, port):
    if port["netdev"] != "exc0":
        pytest.skip("only the first NIC was configured by hand")
    for address in ("198.18.0.77", "2001:db8::77"):
        fine, words = far_end.ping(address)
        assert fine, words
