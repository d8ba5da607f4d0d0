"""What belongs to the forwarder is taken away from it under load: nothing hangs, and the rest goes on."""

import contextlib
import subprocess
import time

import cable
import conftest
import pytest

UNIT = "exception-path@default.service"
PATIENCE = 90
# Datagrams to a port that nobody listens to: some thousand a second, which an emulated machine can take.
BLAST = """
import socket, sys, time
blaster = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
until = time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    time.sleep(0.003)
    for _ in range(10):
        try:
            blaster.sendto(bytes(1000), (sys.argv[1], 9))
        except OSError:
            pass  # told that nobody listens, or that there is no way
"""


def first_address(far_end):
    return far_end.port["addresses"][0].split("/")[0]


@contextlib.contextmanager
def load(far_ends, seconds=30):
    """Packets from far ends, for as long as this lasts."""
    blasts = [subprocess.Popen(end.argv("python3", "-c", BLAST, first_address(end), str(seconds))) for end in far_ends]
    try:
        time.sleep(0.5)
        yield
    finally:
        for blast in blasts:
            blast.terminate()
            blast.wait()


def main_pid(host):
    return int(host.check_output("systemctl show --property=MainPID --value %s", UNIT))


def answer(far_ends, within=PATIENCE):
    return cable.eventually(lambda: all(end.ping(first_address(end), count=2)[0] for end in far_ends), within)


@contextlib.contextmanager
def started_again(host):
    try:
        yield
    finally:
        host.check_output("systemctl start %s", UNIT)


@contextlib.contextmanager
def made_again(host, netdev):
    """As at boot: the unit makes a netdev that is not there."""
    try:
        yield
    finally:
        host.check_output("systemctl restart exception-path-netdev@%s.service", netdev)


@pytest.fixture(scope="module")
def far_ends():
    return conftest.far_ends()


@pytest.fixture
def recovered(host, far_ends):
    """After a test every pair forwards, whatever became of it."""
    yield
    assert answer(far_ends)
    assert all(pair["mirror"]["state"] == "forwarding" for pair in conftest.pairs(host).values())


def test_stop_under_load(host, far_ends, recovered):
    pid = main_pid(host)
    with load(far_ends), started_again(host):
        took = float(host.check_output(
            "start=$(date +%%s.%%N); systemctl stop %s; echo $(date +%%s.%%N) - $start | sed 's/ - / /' | "
            "awk '{print $1 - $2}'", UNIT))
        assert host.check_output("systemctl show --property=Result --value %s", UNIT) == "success"
        assert not host.file(f"/proc/{pid}").exists
        assert host.run("pgrep -f ^/opt/exception-path/bin").stdout == ""
        assert host.run("find /dev/vfio -type c ! -name vfio -exec fuser {} +").stdout == ""
        for end in far_ends:
            assert host.check_output("cat /sys/class/net/%s/carrier", end.port["netdev"]) == "0"
    # Two seconds are allowed; a machine without hardware acceleration, busy sending, may need more.
    assert took < 10


def test_kill_under_load(host, far_ends, recovered):
    pid = main_pid(host)
    with load(far_ends):
        host.check_output("kill -KILL %s", str(pid))
        assert cable.eventually(lambda: main_pid(host) not in (0, pid) and host.service(UNIT).is_running, PATIENCE)
        pid = main_pid(host)
    assert answer(far_ends)
    assert main_pid(host) == pid


def test_netdev_deleted_and_made_again(host, far_ends, recovered):
    *others, victim = far_ends
    pid, netdev = main_pid(host), victim.port["netdev"]
    with load([victim]), made_again(host, netdev):
        host.check_output("ip link delete %s", netdev)
        assert cable.eventually(lambda: conftest.pairs(host).get(netdev, {}).get("mirror", {}).get("state") == "no netdev")
        assert answer(others, within=20)
    assert answer([victim])
    assert main_pid(host) == pid


def test_nic_removed_and_back(host, far_ends, recovered):
    victim, *others = far_ends
    pci = victim.nic["pci"]
    pid = main_pid(host)
    with load([victim]):
        host.check_output("echo 1 | timeout 30 tee /sys/bus/pci/devices/%s/remove", pci)
        assert not host.file(f"/sys/bus/pci/devices/{pci}").exists
        assert cable.eventually(
            lambda: conftest.pairs(host)[victim.port["netdev"]]["mirror"]["state"] == "no NIC")
        assert answer(others, within=20)
        assert main_pid(host) == pid
    host.check_output("echo 1 >/sys/bus/pci/rescan")
    # The kernel's own driver may be quicker than driverctl; a start of the service binds the NIC again.
    host.check_output("systemctl restart %s", UNIT)
    assert answer([victim])
