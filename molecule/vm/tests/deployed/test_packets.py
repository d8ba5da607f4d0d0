"""Packets from the far end of each cable, through NIC and forwarder, to the kernel and back."""

import hashlib
import ipaddress
import os

import pytest

BULK = 4 << 20
HEADERS = {4: 28, 6: 48}


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def address(request, port):
    """The port's own address of one family."""
    found = [ipaddress.ip_interface(text).ip for text in port["addresses"]]
    return next(ip for ip in found if ip.version == request.param)


def test_ping(far_end, address):
    fine, words = far_end.ping(str(address))
    assert fine, words


def test_ping_as_large_as_the_mtu(far_end, port, address):
    size = port.get("mtu", 1500) - HEADERS[address.version]
    fine, words = far_end.ping(str(address), "-M", "do", "-s", str(size))
    assert fine, words


def test_ping_in_fragments(far_end, address):
    fine, words = far_end.ping(str(address), "-s", "6000")
    assert fine, words


def test_bulk_tcp_both_ways(far_end, address):
    """Megabytes to the guest's sshd and back arrive as they were sent: checksums on the wire are real."""
    import conftest

    sent = os.urandom(BULK)
    done = far_end.run(
        "ssh", "-F", conftest._info()["ssh_config"], "-o", f"HostName={address}", "-o", "Port=22", "-o", "ControlPath=none",
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", conftest.NAME, "cat", data=sent,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert hashlib.sha256(done.stdout).hexdigest() == hashlib.sha256(sent).hexdigest()
