"""DPDK's howto with every option on the first NIC of a host that is torn down, under ping from its far end; afterwards the host is as before."""

import contextlib
import re
import subprocess

import pytest

import conftest
import played

NAMES = ["howto", "tx_offloads", "lro", "rx_checksum", "two_queues"]
# What people see of each run, by a word of its title.
TITLE = re.compile(r"^\s*\"  (?:option (\w+):|the (howto)'s example)")
RETURNED = re.compile(r"(?:all|\d+ of) (\d+) packets that came in by the NIC were returned")
SECONDS = 3


@contextlib.contextmanager
def pinged(far_ends):
    """Pings from the far ends meanwhile."""
    pings = [
        subprocess.Popen(
            end.argv("ping", "-q", "-i", "0.05", "-W", "1", end.port["addresses"][0].split("/")[0]), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for end in far_ends
    ]
    try:
        yield
    finally:
        for ping in pings:
            ping.terminate()
            ping.wait(timeout=60)


def by_netdev(output):
    """``{netdev: {run: its lines}}`` of what the playbook shows."""
    told, port, run = {}, None, None
    for line in output.splitlines():
        if found := re.match(r"^\s*\"(exc\d) <-> NIC ", line):
            port = told.setdefault(found[1], {})
        elif port is not None and (found := TITLE.match(line)):
            run = port.setdefault(found[1] or found[2], [])
        elif port and run is not None:
            run.append(line)
    return told


@pytest.fixture(scope="module")
def far_ends():
    """One: each run takes seconds. What other models lack is seen in unit tests."""
    return conftest.far_ends()[:1]


@pytest.fixture(scope="module")
def before(host):
    return played.looks(host)


@pytest.fixture(scope="module")
def told(before, far_ends):
    variables = {"exception_path_ports": [end.port for end in far_ends], "testpmd_howto_seconds": SECONDS, "exception_path_artifact": ""}
    with pinged(far_ends):
        done = played.play("testpmd_howto", variables)
    assert not done.failed, done.output
    return by_netdev(done.output)


def test_every_run_is_shown(told):
    assert {port: list(runs) for port, runs in told.items()} == {"exc0": NAMES}


def test_what_came_in_went_through_both_testpmds_or_the_nic_lacks_it(told):
    for port, runs in told.items():
        for name, lines in runs.items():
            text = "\n".join(lines)
            assert "FAULT" not in text, text
            if ", not run" in text or ": not run" in text:
                assert name != "howto" and " lacks " in text, (port, text)
            else:
                found = RETURNED.search(text)
                assert found and int(found[1]) >= 5, (port, name, text)
                assert name == "howto" or "testpmd confirms: " in text, (port, name, text)


def test_both_commands_are_the_howto_s(told):
    text = "\n".join(told["exc0"]["howto"])
    assert "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024" in text
    assert "--vdev=net_af_packet0,iface=exc0 --in-memory --no-pci" in text


def test_the_host_is_as_before(host, before, told):
    assert played.looks(host) == before
    assert not host.file("/var/lib/exception-path").exists
    assert host.run("pgrep dpdk-testpmd").rc == 1
