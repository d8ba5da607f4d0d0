"""The process that forwards: who it is, and what it may do."""

import json

import conftest
import pytest

UNIT = "exception-path@default.service"
ASK = """
import glob, json, os, socket
path = max(glob.glob("/run/exception-path/default/dpdk/*/dpdk_telemetry.v2*"), key=os.path.getmtime)
client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
client.settimeout(10)
client.connect(path)
length = json.loads(client.recv(1024))["max_output_len"]
def ask(command):
    client.send(command.encode())
    return json.loads(client.recv(length))
answers = {"ethdevs": ask("/ethdev/list")["/ethdev/list"]}
answers["eal"] = ask("/eal/params")["/eal/params"]
answers["stats"] = [ask(f"/ethdev/stats,{port}")["/ethdev/stats"] for port in answers["ethdevs"]]
print(json.dumps(answers))
"""


@pytest.fixture
def status(host):
    """/proc/PID/status of every thread of the unit's main process."""
    pid = host.check_output("systemctl show --property=MainPID --value %s", UNIT)
    assert int(pid) > 0
    assert "exception-path-forwarder" in host.check_output("readlink /proc/%s/exe", pid)
    text = host.check_output(f"for task in /proc/{pid}/task/*/status; do cat $task; echo; done")
    threads = [dict(line.split(":\t", 1) for line in block.splitlines() if ":\t" in line) for block in text.split("\n\n")]
    return [thread for thread in threads if thread]


def test_unit_runs_and_is_enabled(host):
    service = host.service(UNIT)
    assert service.is_running and service.is_enabled


@pytest.mark.parametrize("capabilities", ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
def test_no_thread_has_a_capability(status, capabilities):
    assert {int(thread[capabilities], 16) for thread in status} == {0}


def test_no_thread_can_gain_privileges(status):
    assert {thread["NoNewPrivs"] for thread in status} == {"1"}


def test_every_thread_is_of_the_service_user(host, status):
    uid = str(host.user("exception-path").uid)
    assert uid != "0"
    assert {word for thread in status for word in thread["Uid"].split()} == {uid}


def test_nothing_failed(host):
    assert host.check_output("systemctl --failed --plain --no-legend") == ""


def test_telemetry_counts_packets(host):
    # Of this process: an earlier test may have started it anew.
    for far_end in conftest.far_ends():
        address = far_end.port["addresses"][0].split("/")[0]
        fine, words = far_end.ping(address)
        assert fine, words
    answers = json.loads(host.check_output("python3 -c %s", ASK))
    assert len(answers["ethdevs"]) == 6
    assert all(stats["ipackets"] and stats["opackets"] for stats in answers["stats"]), answers


def test_no_kernel_side_takes_buffers_in_order(host):
    """Linux 6.18 and newer offers it, and DPDK misreads what comes of it: declined whatever the kernel, which the next boot may change."""
    kernel_sides = [argument for argument in json.loads(host.check_output("python3 -c %s", ASK))["eal"] if argument.startswith("--vdev=")]
    assert len(kernel_sides) == 3 and all(",in_order=0" in argument for argument in kernel_sides), kernel_sides
