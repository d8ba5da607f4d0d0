"""testpmd in place of the forwarder on a host that is torn down: deployed, proved, exchanged for the forwarder and back, torn down."""

import pytest

import cable
import conftest
import played

UNIT = "exception-path@default.service"
TESTPMD = "/usr/bin/dpdk-testpmd"
WANTED = {"exception_path_data_plane": "testpmd"}
PATIENCE = 90
LARGE = 9000


def running(host):
    """The program that runs, and its process."""
    pid = host.check_output("systemctl show --property=MainPID --value %s", UNIT)
    return host.check_output("readlink /proc/%s/exe", pid), int(pid)


def passes(far_ends, *options):
    """A ping from every far end, and its answer, are packets both ways."""
    return all(end.ping(end.port["addresses"][0].split("/")[0], *options, count=2)[0] for end in far_ends)


@pytest.fixture(scope="module")
def far_ends():
    return conftest.far_ends()


@pytest.fixture(scope="module")
def before(host):
    return played.looks(host)


@pytest.fixture(scope="module")
def deployed(before):
    done = played.play("site", WANTED)
    assert not done.failed, done.output
    return done


def test_upstreams_binary_runs_alone_and_without_a_privilege(host, deployed):
    program, pid = running(host)
    assert program == TESTPMD and not host.file("/opt/exception-path/releases").exists
    status = host.file(f"/proc/{pid}/status").content_string
    assert "CapBnd:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
    assert host.process.get(pid=pid).user == "exception-path"


def test_packets_both_ways(far_ends, deployed):
    assert cable.eventually(lambda: passes(far_ends), PATIENCE)


def test_verify_and_status_tell_it(far_ends, deployed):
    done = played.play("verify", WANTED)
    assert not done.failed and done.output.count("5 of 5 answers") == 2 * len(far_ends), done.output
    done = played.play("status")
    assert f"program {TESTPMD}" in done.output
    for end in far_ends:
        assert f"pair {end.nic['pci']} <-> virtio_user{end.nic['index']} ({end.port['netdev']}): link up; " in done.output, done.output


def test_once_more_changes_nothing(deployed):
    assert played.play("site", WANTED).changed == 0


def test_what_it_lacks_is_refused_and_it_runs_on(host, deployed):
    before = running(host)
    done = played.play("site", dict(WANTED, exception_path_ports=[dict(conftest.PORTS[0], limits={"icmp": 500})]))
    assert done.failed and "exception_path_ports[0] (exc0): testpmd limits nothing, and limits are given for icmp: drop limits, or set " in done.output
    assert running(host) == before


def test_there_is_no_artifact_to_go_back_from(host, deployed):
    before = running(host)
    done = played.play("rollback", WANTED)
    assert done.failed and "testpmd is the distribution's here, so there is no artifact to go back from: " in done.output
    assert running(host) == before


def test_killed_it_comes_back(host, far_ends, deployed):
    _program, pid = running(host)
    host.check_output("kill -KILL %s", str(pid))
    assert cable.eventually(lambda: running(host)[1] not in (0, pid) if host.service(UNIT).is_running else False, PATIENCE)
    assert cable.eventually(lambda: passes(far_ends), PATIENCE)


def test_large_frames(far_ends, deployed):
    for end in far_ends:
        end.run("ip", "link", "set", end.nic["ifname"], "mtu", str(LARGE))
    try:
        done = played.play("site", dict(WANTED, exception_path_ports=[dict(end.port, mtu=LARGE) for end in far_ends]))
        assert not done.failed, done.output
        assert cable.eventually(lambda: passes(far_ends, "-M", "do", "-s", str(LARGE - 28)), PATIENCE)
    finally:
        for end in far_ends:
            end.run("ip", "link", "set", end.nic["ifname"], "mtu", "1500")


def test_the_forwarder_in_its_place(host, far_ends, deployed):
    done = played.play("verify")
    assert done.failed and f"{UNIT} runs {TESTPMD}, and forwarder is wanted: run site" in done.output
    assert played.play("site").changed > 0
    assert running(host)[0].endswith("/bin/exception-path-forwarder")
    assert cable.eventually(lambda: passes(far_ends), PATIENCE)
    assert played.play("site").changed == 0


def test_and_back(host, far_ends, deployed):
    assert played.play("site", WANTED).changed == 1
    assert running(host)[0] == TESTPMD and cable.eventually(lambda: passes(far_ends), PATIENCE)


def test_the_host_is_as_before(host, before, deployed):
    done = played.play("teardown")
    assert not done.failed, done.output
    assert played.looks(host) == before
    assert not host.file("/opt/exception-path").exists and not host.file("/etc/exception-path").exists
    assert host.run("pgrep dpdk-testpmd").rc == 1
