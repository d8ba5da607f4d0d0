"""The forwarder is killed: it comes back by itself, and what the kernel holds was never gone."""

import json
import time

import pytest

UNIT = "exception-path@default.service"
PATIENCE = 90


def main_pid(host):
    return int(host.check_output("systemctl show --property=MainPID --value %s", UNIT))


def configured(host, name):
    """Addresses, MAC and routes of a netdev."""
    entry = json.loads(host.check_output("ip -json address show dev %s", name))[0]
    addresses = {a["local"] for a in entry["addr_info"] if a["scope"] == "global"}
    routes = host.check_output(f"ip route show dev {name}; ip -6 route show dev {name}")
    # A route over a link without carrier is there, and marked.
    routes = sorted(" ".join(w for w in line.split() if w not in ("linkdown", "dead")) for line in routes.splitlines())
    return entry["address"], entry["mtu"], addresses, [r for r in routes if "fe80::" not in r and "ff00::" not in r]


@pytest.fixture(scope="module")
def killed(host):
    """Kills the forwarder once; tells what was configured before, right after, and once it was back."""
    import conftest

    names = [port["netdev"] for port in conftest.PORTS]
    before = {name: configured(host, name) for name in names}
    pid = main_pid(host)
    assert pid > 0
    host.check_output("kill -KILL %s", str(pid))
    at_once = {name: configured(host, name) for name in names}
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if main_pid(host) not in (0, pid) and host.service(UNIT).is_running:
            break
        time.sleep(1)
    return {"names": names, "before": before, "at_once": at_once, "old": pid, "new": main_pid(host)}


def test_forwarder_is_back_as_another_process(host, killed):
    assert killed["new"] not in (0, killed["old"])
    assert host.service(UNIT).is_running


def test_configuration_survived(host, killed):
    assert killed["at_once"] == killed["before"]
    assert {name: configured(host, name) for name in killed["names"]} == killed["before"]


def test_packets_flow_again(killed, far_end, port):
    for address in (text.split("/")[0] for text in port["addresses"]):
        # A NIC negotiates its link anew after a start; from the first answer on none may be lost.
        until = time.monotonic() + PATIENCE
        while not far_end.ping(address, count=1)[0] and time.monotonic() < until:
            time.sleep(1)
        fine, words = far_end.ping(address)
        assert fine, words
