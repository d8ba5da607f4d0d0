"""The forwarder that the role has started, as systemd, /proc and packets show it.

All but its devices is as on a host: see ../devices/stand-in for what is not.
"""

import json
import re
import time

import pytest

UNIT = "exception-path@default.service"
EXPORTER = "exception-path-exporter@default.service"
# What net_af_packet and net_tap want, by devices/stand-in.conf. With NICs of its own the forwarder has none.
STAND_IN_CAPABILITIES = (1 << 12) | (1 << 13)  # CAP_NET_ADMIN, CAP_NET_RAW
SCRAPE = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9876/metrics').read().decode())"
RESTART_SECONDS = 20


def shown(host, *properties):
    text = host.check_output("systemctl show %s --property=%s", UNIT, ",".join(properties))
    return dict(line.split("=", 1) for line in text.splitlines())


def status(host):
    pid = shown(host, "MainPID")["MainPID"]
    assert host.check_output("readlink /proc/%s/exe", pid).endswith("/bin/exception-path-forwarder")
    return dict(line.split(":\t", 1) for line in host.check_output("cat /proc/%s/status", pid).splitlines() if ":\t" in line)


def packets(host, direction):
    """Of the pair of exc0 and as the exporter counts them."""
    lines = [line for line in host.check_output("python3 -c %s", SCRAPE).splitlines() if line.startswith("dpdk_exception_path_packets_total{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if f'direction="{direction}"' in line and 'netdev="exc0"' in line)


def replies(host, *words):
    """How many of ten echo requests were answered."""
    said = host.run(" ".join([*words[:-1], "ping -q -c 10 -i 0.05 -W 5", words[-1]])).stdout
    return int(re.search(r"(\d+) received", said)[1])


def test_runs_and_is_enabled(host):
    service = host.service(UNIT)
    assert service.is_running and service.is_enabled
    assert shown(host, "Type", "NRestarts", "Result") == {"Type": "notify", "NRestarts": "0", "Result": "success"}


def test_had_attached_to_the_netdev_when_it_was_ready(host):
    links = json.loads(host.file("/run/exception-path/default/at-ready").content_string)
    tap = next(link for link in links if link["ifname"] == "exc0")["linkinfo"]["info_data"]
    assert tap["numqueues"] == 1


def test_status_text(host):
    assert shown(host, "StatusText")["StatusText"].startswith("forwarding 1 pair, 1 link up; ")


def test_is_of_the_service_user(host):
    uid = str(host.user("exception-path").uid)
    assert uid != "0" and set(status(host)["Uid"].split()) == {uid}


def test_can_not_gain_privileges(host):
    found = status(host)
    assert found["NoNewPrivs"] == "1"
    assert int(found["CapEff"], 16) == int(found["CapBnd"], 16) == STAND_IN_CAPABILITIES


def test_has_been_given_the_device(host):
    device = host.file("/dev/vhost-net")
    assert device.user == "exception-path" and device.mode == 0o600


def test_arguments_are_the_inventorys(host):
    settings = host.file("/etc/exception-path/default.env").content_string
    assert " -a 0000:00:10.0 --vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=exc0,mac=52:54:00:00:00:01 " in settings
    assert 'FORWARDER_ARGS="--pair nic=0000:00:10.0,kernel=virtio_user0,netdev=exc0,queues=1,queue_size=1024,mtu=1500,mac=52:54:00:00:00:01"' in settings


@pytest.mark.parametrize("words", [
    ("ip netns exec far", "198.18.0.1"), ("ip netns exec far", "2001:db8::1"), ("198.18.0.2",), ("2001:db8::2",),
], ids=["in", "in by IPv6", "out", "out by IPv6"])
def test_packets_pass_both_ways(host, words):
    before = [packets(host, direction) for direction in ("to_kernel", "to_nic")]
    assert replies(host, *words) == 10
    after = [packets(host, direction) for direction in ("to_kernel", "to_nic")]
    assert after[0] - before[0] >= 10 and after[1] - before[1] >= 10


def test_the_metrics_are_served_by_the_service_user(host):
    service = host.service(EXPORTER)
    assert service.is_running and service.is_enabled
    pid = host.check_output("systemctl show %s --property=MainPID --value", EXPORTER)
    assert host.check_output("ps -o user= -p %s", pid) == "exception-path"


def test_the_metrics_tell_the_release_of_dpdk(host):
    installed = host.check_output("dpkg-query --show --showformat='${Version}' dpdk")
    dpdk = re.search(r'dpdk_exception_path_build_info\{.*dpdk="DPDK ([0-9.]+)"', host.check_output("python3 -c %s", SCRAPE))[1]
    assert installed.startswith(f"{dpdk}-")


def test_killed_it_comes_back(host):
    killed = shown(host, "MainPID")["MainPID"]
    host.check_output("kill -KILL %s", killed)
    end = time.monotonic() + RESTART_SECONDS
    while (found := shown(host, "ActiveState", "MainPID", "NRestarts"))["NRestarts"] != "1" or found["ActiveState"] != "active":
        assert time.monotonic() < end, found
        time.sleep(0.1)
    assert found["MainPID"] not in ("0", killed)
    assert replies(host, "ip netns exec far", "198.18.0.1") == 10
