# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A testpmd that is played by a script on a real terminal, and runs of the howto on it."""

from __future__ import annotations

import os
import sys
import types

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import cpus, howto_record, howto_report, howto_run, howto_session, howto_testpmd
from ansible_collections.dataplane.exception_path.plugins.module_utils import ports as port_model
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

ADDRESS = "0000:03:00.0"
SCRIPT = f"""#!{sys.executable}
import sys
LACKING = %(lacking)r
words = " ".join(sys.argv)
if %(refused)r in words:
    print("EAL: Error - exiting with code: 1\\nCannot set it: not supported")
    sys.exit(1)
second = "net_af_packet0" in words
sys.stdout.write("testpmd> ")
sys.stdout.flush()
PORT = "  ---------- Forward statistics for port {{}}  ----------\\n"
PORT += "  RX-packets: {{}} RX-dropped: 0 RX-total: 0\\n  TX-packets: {{}} TX-dropped: 0 TX-total: 0\\n  --------------------\\n"
for line in sys.stdin:
    line = line.strip()
    if line == "quit":
        break
    if line == "hang":
        import time
        time.sleep(60)
    if line == "end":
        print("Error: gone")
        break
    if line.startswith("show port info"):
        print("Driver name: net_x\\nMax possible RX queues: %(queues)d\\nMax possible TX queues: %(queues)d")
        print("Max possible number of RXDs per queue: 512\\nMax possible number of TXDs per queue: 512")
    elif "capabilities" in line:
        print("  Per Port  : " + " ".join(sorted({{"UDP_CKSUM", "TCP_CKSUM", "TCP_TSO", "TCP_LRO"}} - set(LACKING if " 0 " in line else ()))))
    elif "configuration" in line:
        print("  Port : " + %(configured)r)
    elif line == "show config rxtx":
        for port in (0, 1):
            print("  port %%d: RX queue number: 1 Tx queue number: 1\\n    RX desc=512\\n    TX desc=512" %% port)
    elif line == "show port summary all":
        print("0 52:54:00:00:00:01 {ADDRESS} net_x " + %(link)r + " 10Gbps")
    elif line == "start":
        print("io packet forwarding" if %(forwards)r else "Not all ports were started")
    elif line == "stop":
        print(%(stopped)r if %(stopped)r else PORT.format(0, 40, 40) + ("" if second else PORT.format(1, 40, %(kernel)r)))
    sys.stdout.write("testpmd> ")
    sys.stdout.flush()
"""
USUAL = {
    "lacking": (), "refused": "NONE", "configured": "UDP_CKSUM TCP_CKSUM TCP_TSO TCP_LRO", "queues": 1, "link": "up",
    "forwards": True, "stopped": "", "kernel": 40,
}  # fmt: skip


@pytest.fixture
def program(tmp_path):
    def write(**changes):
        path = tmp_path / "dpdk-testpmd"
        path.write_text(SCRIPT % dict(USUAL, **changes))
        path.chmod(0o755)
        return str(path)

    return write


@pytest.fixture
def run(program, etc, monkeypatch):
    """Runs the howto on one NIC with a testpmd that has the faults which are named."""
    nic = types.SimpleNamespace(port=port_model.parse([{"nic": ADDRESS, "netdev": "exc0", "addresses": ["192.0.2.1/24"]}])[0],
                                address=ADDRESS, wanted_mac="02:00:00:00:00:01")  # fmt: skip
    netdev = []
    monkeypatch.setattr(howto_run.nic_names, "resolve", lambda *_arguments: ([nic], []))
    monkeypatch.setattr(howto_run.taps, "mac_problems", lambda _nics: [])
    monkeypatch.setattr(howto_run, "Pci", lambda: types.SimpleNamespace(numa_node=lambda _address: 0))
    monkeypatch.setattr(howto_run, "IpRoute", lambda: types.SimpleNamespace(links=dict, batch=netdev.extend))
    monkeypatch.setattr(howto_record, "configured", lambda _netdev: False)
    monkeypatch.setattr(cpus, "online", lambda: [0, 1])
    monkeypatch.setattr(cpus, "choose", lambda *_arguments: [0, 1])
    monkeypatch.setattr(howto_run.time, "sleep", lambda _seconds: None)

    def play(check_mode=False, options=(), **changes):
        path = program(**changes)
        monkeypatch.setattr(howto_run, "_program", lambda _check_mode: path)
        found = howto_run.run({"ports": [], "options": list(options), "seconds": 1, "forward_mode": "io", "lcores": "auto"}, check_mode)
        return found, netdev

    return play


def test_the_example_and_every_option(run):
    found, netdev = run(options=["tx_offloads", "lro", "rx_checksum", "two_queues"])
    assert "failed" not in found and found["changed"]
    runs = found["results"][0]["runs"]
    assert [each["returned"] for each in runs] == [40] * 5 and not any(each["refused"] for each in runs)
    assert netdev[:3] == ["link set dev exc0 mtu 1500", "address replace 192.0.2.1/24 dev exc0", "link set dev exc0 up"]
    assert "run with 512" in runs[4]["lacks"][1]
    lines = "\n".join(howto_report.lines(found["results"]))
    assert "exc0 <-> NIC 0000:03:00.0 (net_x)" in lines and "testpmd> port config 0 rx_offload tcp_cksum on" in lines


def test_what_a_nic_lacks_is_told_and_the_run_goes_on(run):
    found, _netdev = run(options=["tx_offloads", "rx_checksum"], lacking=("UDP_CKSUM", "TCP_CKSUM", "TCP_TSO"))
    runs = found["results"][0]["runs"]
    assert "failed" not in found
    assert [each["lacks"][-1] for each in runs[1:]] == ["not run", "not run"] and runs[2]["typed"] == [] and runs[0]["returned"] == 40


def test_what_testpmd_refuses_is_a_lack(run):
    found, _netdev = run(options=["lro"], refused="--enable-lro")
    assert "failed" not in found
    assert "testpmd refuses it on these ports, not run; it says: EAL: Error" in found["results"][0]["runs"][1]["lacks"][-1]
    found, _netdev = run(options=["tx_offloads"], configured="UDP_CKSUM")
    assert "no more than ('UDP_CKSUM',)" in found["results"][0]["runs"][1]["lacks"][-1]


def test_a_second_queue_that_testpmd_refuses_is_a_lack(run):
    found, _netdev = run(options=["two_queues"], refused="--rxq=2", queues=4)
    queued = found["results"][0]["runs"][1]
    assert "failed" not in found and queued["returned"] == 40
    assert any(lack.startswith("the NIC lacks a second queue, run with one; testpmd says: EAL: Error") for lack in queued["lacks"])


def test_a_nic_without_link_and_a_fault_are_shown(run):
    found, _netdev = run(link="down", kernel=0)
    lines = "\n".join(howto_report.lines(found["results"]))
    assert "the NIC has no link: check the cable and the far end" in lines and "FAULT: 40 packets came in by the NIC" in lines


def test_check_mode_starts_nothing(run):
    found, netdev = run(check_mode=True)
    assert found["changed"] and found["results"] == [] and netdev == []


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"refused": "virtio_user0"}, "ended by itself. Its words: EAL: Error"),
        ({"forwards": False}, "testpmd does not start to forward: Not all ports were started"),
        ({"stopped": "nothing"}, "testpmd tells no statistics when it stops: use a release of DPDK from 22.11"),
        ({"kernel": 0}, "40 packets came in by the NIC, and none went from the NIC to the kernel"),
    ],
)
def test_faults_of_the_example(run, changes, words):
    found, _netdev = run(**changes)
    assert found["failed"] and words in found["msg"] and len(found["problems"]) == 1 and found["results"]


def test_no_testpmd_on_the_host(etc):
    with pytest.raises(ExceptionPathError, match=r"dpdk-testpmd is not on the host: install .*dpdk-dev"):
        howto_run._program(False)
    assert howto_run._program(True).endswith("dpdk-testpmd")


def test_a_testpmd_that_ends_or_hangs(program, tmp_path, monkeypatch):
    path = program()
    with howto_testpmd.Testpmd([path], str(tmp_path)) as testpmd, pytest.raises(howto_testpmd.Ended, match="Error: gone"):
        testpmd.ask("end")
    monkeypatch.setattr(howto_testpmd, "_ANSWER_SECONDS", 1)
    monkeypatch.setattr(howto_testpmd, "_END_SECONDS", 1)
    with howto_testpmd.Testpmd([path], str(tmp_path)) as testpmd, pytest.raises(ExceptionPathError, match="gave no answer within 1 s"):
        testpmd.ask("hang")
    assert testpmd._process.poll() is not None


def test_a_host_without_setpriv(monkeypatch):
    def missing(*_arguments, **_options):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(howto_testpmd.subprocess, "Popen", missing)
    with pytest.raises(ExceptionPathError, match="setpriv: No such file or directory; install util-linux"):
        howto_testpmd.Testpmd(["x"], "/x").__enter__()


def test_a_second_session_is_refused_and_an_unfinished_one_ended(etc, monkeypatch, no_waiting):
    other = rf"another run of the howto goes on \(process {os.getpid()}\): wait"
    with howto_session.session(), pytest.raises(ExceptionPathError, match=other), howto_session.session():
        pass
    killed = []
    monkeypatch.setattr(howto_session.os, "kill", lambda pid, _signal: killed.append(pid))
    with howto_session.session():
        assert howto_session.stop(check_mode=True)["changed"] and killed == []
        with pytest.raises(ExceptionPathError, match="does not end: see the kernel log"):
            howto_session.stop()
    assert killed == [os.getpid()]
