"""From the distribution's DPDK to one that is built from source in a container of its own, and back, under ping."""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

import cable
import conftest
import played

UNIT = "exception-path@default.service"
RELEASES = "/opt/exception-path/releases"
# The only release whose source can be had; what is built there runs on the newer distribution, too.
SUITE = "bookworm"
PATIENCE = 90


def in_use(host):
    return host.check_output("basename $(readlink /opt/exception-path/current)")


def main_pid(host):
    return int(host.check_output("systemctl show --property=MainPID --value %s", UNIT))


def running(host):
    """The program that runs."""
    return host.check_output("readlink /proc/%s/exe", str(main_pid(host)))


def program(artifact):
    return f"{RELEASES}/{artifact}/bin/exception-path-forwarder"


def down_seconds(host):
    """From the end of the old forwarder to the start of the new one, by the guest's clock."""
    words = host.check_output("systemctl show --property=ActiveExitTimestampMonotonic --property=ActiveEnterTimestampMonotonic %s", UNIT)
    times = dict(line.split("=") for line in words.splitlines())
    return (int(times["ActiveEnterTimestampMonotonic"]) - int(times["ActiveExitTimestampMonotonic"])) / 1e6


def settled(far_ends):
    assert cable.eventually(lambda: all(end.ping(end.port["addresses"][0].split("/")[0], count=2)[0] for end in far_ends), PATIENCE)


def lost_only_while_it_restarted(host, lost):
    """All losses of a NIC are near each other. Its link comes up after the forwarder, and pings that wait in its ring are not lost."""
    allowed = down_seconds(host) + 5
    assert all(sent > 5 / played.SECONDS and seconds < allowed for sent, seconds in lost.values()), (lost, allowed)


@pytest.fixture(scope="module")
def far_ends():
    return conftest.far_ends()


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Variables of an inventory that builds 22.11 from its tarball, and the environment that brings the builder in."""
    tarball = pathlib.Path(played.lab("source"))
    builder = played.lab("builder", "--suite", SUITE)
    variables = {
        "exception_path_dpdk_method": "source",
        "exception_path_dpdk_version": tarball.name.split("_")[1].split(".orig")[0],
        "exception_path_dpdk_source_url": f"file://{tarball}",
        "exception_path_builder": "builder",
        "exception_path_builder_folder": json.loads(builder)["folder"],
        "exception_path_manage_packages": False,
        "exception_path_store": str(tmp_path_factory.mktemp("store")),
        "exception_path_artifact": "",
    }
    return variables, {"EXC_BUILDER": builder}


@pytest.fixture(scope="module")
def built(source):
    """Builds once, and installs nothing."""
    done = played.play("artifact", source[0], **source[1])
    assert not done.failed, done.output
    return done


@pytest.fixture(scope="module")
def upgraded(host, far_ends, source, built):
    """Upgrades once; what was before, and what was lost."""
    settled(far_ends)
    variables, environment = source
    before = in_use(host)
    with played.pinged(far_ends) as lost:
        time.sleep(2)
        done = played.play("site", variables, **environment)
        settled(far_ends)
        time.sleep(2)
    assert not done.failed, done.output
    return {"before": before, "now": in_use(host), "lost": lost, "output": done.output}


def test_there_is_no_compiler_on_the_host(host):
    assert not any(host.exists(program) for program in ("cc", "gcc", "meson", "ninja"))


def test_a_digest_that_is_wrong_by_one_digit(host, source):
    variables, environment = source
    right = hashlib.sha256(pathlib.Path(variables["exception_path_dpdk_source_url"].removeprefix("file://")).read_bytes()).hexdigest()
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    pid = main_pid(host)
    done = played.play("site", dict(variables, exception_path_dpdk_source_sha256=wrong), **environment)
    assert done.failed and f"its SHA-256 is {right}" in done.output and f"{wrong} was asked for. Nothing was unpacked" in done.output
    assert main_pid(host) == pid


def test_built_and_not_installed(host, source, built):
    assert f"{source[0]['exception_path_store']}/artifacts/exception-path-dpdk22.11.11-built-" in built.output
    assert "-packaged-" in in_use(host)


def test_upgrade_to_dpdk_from_source(host, upgraded):
    assert "-packaged-" in upgraded["before"] and "-built-" in upgraded["now"]
    assert host.service(UNIT).is_running and running(host) == program(upgraded["now"])
    assert "librte" not in host.check_output("cat /proc/%s/maps", str(main_pid(host)))


def test_traffic_is_lost_only_while_the_forwarder_restarts(host, upgraded):
    lost_only_while_it_restarted(host, upgraded["lost"])


def test_packets_through_it(upgraded, source):
    done = played.play("verify", source[0], **source[1])
    assert not done.failed, done.output


def test_the_howtos_program_came_with_it(host, upgraded):
    done = host.run("echo stop | timeout 60 /opt/exception-path/bin/dpdk-testpmd -l 0-1 --no-huge -m 256 --no-pci --file-prefix=try --vdev=net_null0 -- "
                    "--total-num-mbufs=4096 --no-mlockall")
    assert done.rc == 0 and "Checking link statuses" in done.stdout, done.stdout + done.stderr


def test_once_more_changes_nothing(upgraded, source):
    assert played.play("site", source[0], **source[1]).changed == 0


def test_damage_is_found_by_verify_and_repaired_by_site(host, upgraded, source):
    pid = main_pid(host)
    file = f"{RELEASES}/{upgraded['now']}/bin/dpdk-testpmd"
    host.check_output("truncate -s 1000 %s", file)
    done = played.play("verify", source[0], **source[1])
    assert done.failed and f"artifact {upgraded['now']} is damaged (bin/dpdk-testpmd): run site" in done.output
    assert played.play("site", source[0], **source[1]).changed == 1
    assert int(host.check_output("stat -c %%s %s", file)) > 1 << 20
    assert main_pid(host) == pid, "what is not in use by the forwarder restarts nothing"


def test_an_artifact_that_wants_a_cpu_of_another_kind_never_gets_there(host, upgraded, source, tmp_path):
    """The same archive, but for its manifest, which asks for a flag that no such CPU has."""
    store = pathlib.Path(source[0]["exception_path_store"])
    kept = store / "artifacts" / f"{upgraded['now']}.tar.xz"
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    shutil.unpack_archive(kept, unpacked, "xztar")
    manifest = json.loads((unpacked / "manifest.json").read_text())
    (unpacked / "manifest.json").write_text(json.dumps(dict(manifest, cpu_flags=[*manifest["cpu_flags"], "amx_tile"])))
    other = tmp_path / "other.tar.xz"
    names = sorted(str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file())
    names.remove("manifest.json")
    subprocess.run(["tar", "-cJf", other, "-C", unpacked, "manifest.json", *names], check=True)
    pid = main_pid(host)
    done = played.play("site", {
        "exception_path_dpdk_method": "artifact", "exception_path_artifact": str(other),
        "exception_path_artifact_sha256": hashlib.sha256(other.read_bytes()).hexdigest(),
    })  # fmt: skip
    assert done.failed and "needs CPU flags that this host lacks: amx_tile" in done.output
    assert (main_pid(host), in_use(host)) == (pid, upgraded["now"])


def test_back_under_ping(host, far_ends, upgraded):
    settled(far_ends)
    with played.pinged(far_ends) as lost:
        time.sleep(2)
        done = played.play("rollback")
        settled(far_ends)
        time.sleep(2)
    assert not done.failed, done.output
    assert in_use(host) == upgraded["before"] and running(host) == program(upgraded["before"])
    lost_only_while_it_restarted(host, lost)


def test_the_inventory_that_it_was_deployed_with_has_nothing_to_do(upgraded):
    assert played.play("site").changed == 0


def test_both_are_still_there(host, upgraded):
    assert sorted(host.check_output("ls %s", RELEASES).split()) == sorted([upgraded["before"], upgraded["now"]])
    assert os.path.basename(host.check_output("readlink /opt/exception-path/previous")) == upgraded["now"]
