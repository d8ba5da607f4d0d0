# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import os
import pathlib
import threading
import time

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import (
    artifact_archive,
    artifact_build,
    artifact_inputs,
    digests,
    host,
    packages,
    paths,
    pmds,
)
from ansible_collections.dataplane.exception_path.plugins.module_utils.artifact_store import Store
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError
from ansible_collections.dataplane.exception_path.tests.unit.fake_tools import FakeTools

DRIVERS = ["net/ixgbe"]


@pytest.fixture
def tools(tmp_path, monkeypatch):
    found = FakeTools(tmp_path / "tools", "/opt/exception-path/current", [*pmds.ALWAYS, *DRIVERS])
    monkeypatch.setitem(host._ENVIRONMENT, "PATH", found.path)
    monkeypatch.setenv("PATH", str(found.bin))
    monkeypatch.setattr(packages, "missing", lambda names: [])
    return found


@pytest.fixture
def params(tools, tmp_path):
    tarball = tools.tarball()
    return {
        "method": "source",
        "dpdk_version": "22.11.11",
        "source_url": f"file://{tarball}",
        "source_sha256": digests.sha256(tarball),
        "source": tarball,
        "platform": "generic",
        "drivers": DRIVERS,
        "drivers_exact": False,
        "compiler_exact": True,
        "sources": {"meson.build": "project()\n", "src/main.c": "int main;\n"},
        "sources_digest": "f" * 64,
        "prepare": "#!/bin/sh\n",
        "licenses": {"GPL.txt": "free\n"},
        "manage_packages": True,
        "folder": str(tmp_path / "builder"),
        "known": [],
        "progress": None,
    }


def query(params, check_mode=False, **changes):
    return artifact_build.ArtifactBuild({**params, **changes}, check_mode).query()


def build(params, **changes):
    return artifact_build.ArtifactBuild({**params, **changes}).build()


def test_built_once(params, tools):
    asked = query(params)
    assert asked["to_do"] == ["build"] and asked["source_needed"] and not asked["here"] and not asked["changed"]
    assert not os.path.exists(params["folder"]), "a question leaves nothing"
    made = build(params)
    assert made["changed"] and made["name"] == asked["name"] and made["manifest"] == artifact_archive.read_manifest(made["path"])
    manifest = made["manifest"]
    assert sorted(manifest["files"]) == [
        "bin/dpdk-devbind.py", "bin/dpdk-testpmd", "bin/exception-path-forwarder", "libexec/prepare",
        "licenses/dpdk/bsd-3-clause.txt", "licenses/exception-path/GPL.txt",
    ]  # fmt: skip
    assert manifest["dpdk"]["drivers"] == DRIVERS and manifest["cpu_flags"] == ["sse4_2"] and manifest["compiler"] == "cc (Debian 12.2.0-14) 12.2.0"
    calls = len(tools.calls("ninja"))
    again = query(params)
    assert again["here"] and again["to_do"] == [] and again["sha256"] == made["sha256"]
    assert build(params)["sha256"] == made["sha256"] and len(tools.calls("ninja")) == calls
    assert not os.path.exists(Store(params["folder"]).work(made["name"])), "nothing stays of the build"


def test_what_meson_is_asked_for(params, tools):
    build(params)
    words = tools.calls("meson")[0].split()
    assert "-Dplatform=generic" in words and "-Denable_apps=test-pmd" in words and "-Dtests=false" in words and "--prefix=/opt/exception-path/current" in words
    assert f"-Denable_drivers={','.join(pmds.enabled(DRIVERS))}" in words


def test_the_distributions_dpdk(params, tools):
    made = build(params, method="package", drivers=[], source=None)
    assert made["manifest"]["dpdk"] == {"method": "package", "version": "22.11.11", "source_sha256": None, "platform": None, "drivers": [], "built": []}
    assert len(tools.calls("meson")) == 1 and "bin/dpdk-testpmd" not in made["manifest"]["files"]


def test_libraries_that_hosts_may_lack_are_shipped(params, tools):
    (tools.folder / "numa").write_text("")
    (tools.folder / "program").write_bytes(b"\x7fELF")
    (tools.bin / "dpkg-query").unlink(missing_ok=True)
    tools.tool("nice", '#!/bin/sh\ncase "$1" in *forwarder) echo forwarder ;; *) exec "$@" ;; esac\n')
    root = tools.folder / "root"
    (root / "bin").mkdir(parents=True)
    (root / "bin/x").write_bytes(b"\x7fELF")
    artifact_build.elf.ship_libraries(str(root))
    assert (root / "lib/libnuma.so.1").read_bytes() == b"\x7fELF numa"
    assert artifact_build.elf.requirements(str(root)) == {"libraries": ["libc.so.6"], "glibc": "2.34"}


def test_a_host_without_compiler_takes_what_another_compiled(params, tools):
    made = build(params)
    known = Store(params["folder"]).known()
    (tools.bin / "cc").unlink()
    found = query(params, folder=params["folder"] + "2", known=known)
    assert found["name"] == made["name"] and not found["here"] and found["to_do"] == []


def test_packages_are_installed_when_they_are_needed(params, tools, monkeypatch):
    monkeypatch.setattr(packages, "missing", lambda names: [name for name in names if name == "meson"] if not installed else [])
    monkeypatch.setattr(artifact_build.os, "geteuid", lambda: 0)
    installed = []
    monkeypatch.setattr(packages, "install", installed.extend)
    asked = query(params)
    assert asked["to_do"] == ["install meson", "build"] and installed == []
    build(params)
    assert installed == ["meson"]


def test_who_may_not_install_says_what_is_missing(params, tools, monkeypatch):
    monkeypatch.setattr(packages, "missing", lambda names: ["gcc", "meson"])
    monkeypatch.setattr(artifact_build.os, "geteuid", lambda: 1000)
    with pytest.raises(ExceptionPathError, match="the builder lacks packages, and this user may not install them: gcc, meson: install them, or name another"):
        query(params)


def test_no_compiler(params, tools):
    for name in ("cc", "ninja"):
        (tools.bin / name).unlink()
    with pytest.raises(ExceptionPathError) as caught:
        build(params, manage_packages=False)
    assert str(caught.value) == (
        "the builder can not compile, it lacks cc, ninja: install gcc, ninja-build there (exception_path_manage_packages: true does), "
        "or name another exception_path_builder"
    )


def test_a_builder_without_the_python_module_that_meson_needs(params, tools):
    tools.tool("python3", "#!/bin/sh\nexit 1\n")
    with pytest.raises(ExceptionPathError, match="it lacks python3-pyelftools: install python3-pyelftools there"):
        build(params, manage_packages=False)
    assert build(params, method="package", drivers=[], manage_packages=False)["changed"]


def test_a_wrong_source_is_not_unpacked(params, tools):
    wrong = "0" * 64
    with pytest.raises(ExceptionPathError, match=f"has the SHA-256 {params['source_sha256']} instead of {wrong}. Nothing was unpacked"):
        build(params, source_sha256=wrong)
    assert not list(pathlib.Path(params["folder"]).rglob("VERSION"))


def test_a_source_of_another_version(params, tools):
    with pytest.raises(ExceptionPathError, match="the source is of DPDK 22.11.11, exception_path_dpdk_version says 22.11.12: correct the version"):
        build(params, dpdk_version="22.11.12")


def test_the_first_release_of_a_series(params, tools):
    tarball = tools.tarball("24.11.0")
    assert build(params, dpdk_version="24.11", source=tarball, source_sha256=digests.sha256(tarball))["changed"]


def test_meson_finds_only_what_it_may(params, tools, tmp_path):
    (tools.folder / "pc").mkdir(exist_ok=True)
    tools.tool(
        "pkg-config",
        f"""#!/bin/sh
case "$*" in
*pcfiledir*mlx5|*pcfiledir*ibverbs|*pcfiledir*nl-3.0) echo {tools.folder}/pc ;;
"--print-requires-private libibverbs") echo "libnl-3.0 >= 3" ;;
esac
""",
    )
    dpdk = artifact_build.DpdkBuild(str(tmp_path), {**params, "drivers": ["net/mlx5"]}, None)
    assert sorted(os.listdir(dpdk.pkg_config())) == ["libibverbs.pc", "libmlx5.pc", "libnl-3.0.pc"]
    assert os.listdir(artifact_build.DpdkBuild(str(tmp_path / "other"), {**params, "drivers": []}, None).pkg_config()) == []


def test_a_step_that_fails_shows_its_end_and_its_log(params, tools):
    tools.fail("meson", "".join(f"line {number}\n" for number in range(100)))
    with pytest.raises(ExceptionPathError) as caught:
        build(params)
    first, *lines = str(caught.value).splitlines()
    log = first.split("The whole log is ")[1].split(",")[0]
    assert first == f"configuring DPDK failed: meson ended with exit code 3. The whole log is {log}, its last lines:"
    assert lines == [f"line {number}" for number in range(70, 100)] and "line 0\n" in pathlib.Path(log).read_text()
    tools.mend()
    assert build(params)["changed"]


def test_what_meson_leaves_out_silently_is_a_fault(params, tools):
    tools.configured(pmds.ALWAYS, 'Content Skipped\n===============\n\ndrivers:\n\tixgbe:\tmissing internal dependency, "hash"\n')
    with pytest.raises(ExceptionPathError, match='DPDK\'s build leaves out net/ixgbe: missing internal dependency, "hash"; see whether this release has it'):
        build(params)
    tools.configured(pmds.ALWAYS)
    with pytest.raises(ExceptionPathError, match="DPDK's build leaves out net/mlx5: there is no such driver; install libibverbs-dev on the builder"):
        build(params, drivers=["net/mlx5"])


def test_interrupted_and_finished_by_the_next_run(params, tools):
    tools.fail("ninja", "Killed\n")
    with pytest.raises(ExceptionPathError, match="compiling DPDK failed: ninja ended with exit code 3"):
        build(params)
    assert query(params)["source_needed"] is False, "what is unpacked is not brought again"
    tools.mend()
    made = build(params, source=None)
    assert made["changed"] and len([call for call in tools.calls("meson") if "-Dplatform" in call]) == 1, "what is configured is not configured again"


def test_begun_anew_after_a_power_cut(params, tools, monkeypatch, tmp_path):
    tools.fail("ninja", "")
    with pytest.raises(ExceptionPathError):
        build(params)
    tools.mend()
    proc = tmp_path / "proc/sys/kernel/random"
    proc.mkdir(parents=True)
    (proc / "boot_id").write_text("another boot\n")
    (tmp_path / "proc/cpuinfo").write_text(pathlib.Path("/proc/cpuinfo").read_text())
    monkeypatch.setattr(paths, "PROC", str(tmp_path / "proc"))
    build(params)
    assert len([call for call in tools.calls("meson") if "-Dplatform" in call]) == 2


def test_no_space(params, tools, monkeypatch):
    monkeypatch.setattr(artifact_build.os, "statvfs", lambda _path: type("S", (), {"f_bavail": 1000, "f_frsize": 1 << 20}))
    with pytest.raises(ExceptionPathError, match="a build needs 1500 MB below .*, the builder has 1000 MB free there: make room, or name another"):
        build(params)
    assert build(params, method="package", drivers=[])["changed"]


def test_no_space_in_the_middle(params, tools, monkeypatch):
    def full(*_arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(artifact_archive, "write", full)
    with pytest.raises(ExceptionPathError, match="no space left on the builder below .*: make room there, and run again; what is compiled is not lost"):
        build(params)


def test_a_disk_that_fails(params, tools, monkeypatch):
    def broken(*_arguments):
        raise OSError(5, "Input/output error", "/builder/x")

    monkeypatch.setattr(artifact_archive, "write", broken)
    with pytest.raises(ExceptionPathError, match="building failed on /builder/x: Input/output error"):
        build(params)


def test_a_build_of_dpdk_without_its_programs(params, tools):
    tools.tool("meson", (tools.bin / "meson").read_text().replace("bin/dpdk-testpmd", "bin/dpdk-proc-info"))
    with pytest.raises(ExceptionPathError, match="DPDK's build has no .*/bin/dpdk-testpmd: No such file or directory"):
        build(params)


def test_a_forwarder_that_does_not_run_on_its_builder(params, tools):
    (tools.folder / "program").write_text("#!/bin/sh\necho broken >&2\nexit 1\n")
    with pytest.raises(ExceptionPathError, match="the forwarder was built, but does not run on the builder: broken"):
        build(params)


def test_two_builds_at_once(params, tools, tmp_path):
    """The second one waits, says so, and takes what the first one made."""
    tools.tool("ninja", (tools.bin / "ninja").read_text() + "sleep 0.5\n")
    results, progress = [], tmp_path / "progress"
    first = threading.Thread(target=lambda: results.append(build(params)))
    second = threading.Thread(target=lambda: results.append(build(params, progress=str(progress))))
    first.start()
    while not tools.calls("ninja"):
        time.sleep(0.01)
    second.start()
    while not progress.exists():
        time.sleep(0.01)
    told = artifact_build.ArtifactBuild({**params, "progress": str(progress)}).watch()
    assert told == {"text": "waiting for another build on this builder", "alive": True}
    first.join()
    second.join()
    assert results[0]["sha256"] == results[1]["sha256"] and len(tools.calls("ninja")) == 2 and not progress.exists()


def test_a_compiler_that_outlives_its_build_is_waited_for(params, tools):
    """As after a kill of the module alone: its ninja goes on, and holds what the module held."""
    store = Store(params["folder"])
    with store.locked() as lock:
        steps = artifact_build.build_steps.Steps(store.log("x"), lock=lock)
        orphan = steps._started(["sleep", "1"], None, None)
    waited = []
    with store.locked(lambda: waited.append(True)):
        assert orphan.poll() is not None or orphan.wait(timeout=0.5) == 0
    assert waited == [True]
    orphan.stdout.close()


def test_progress_is_n_of_m_and_death_is_noticed(params, tools, tmp_path):
    seen = []
    progress = tmp_path / "progress"
    steps = artifact_build.build_steps.Steps(str(tmp_path / "log"), str(progress))
    real = steps.say
    steps.say = lambda text: (seen.append(text), real(text))
    steps.run(["ninja", "-C", str(tmp_path)], "compiling DPDK")
    assert seen == ["compiling DPDK", "compiling DPDK: 2 of 2"]
    watch = artifact_build.ArtifactBuild({**params, "progress": str(progress)}).watch
    assert watch() == {"text": "compiling DPDK: 2 of 2", "alive": True}
    progress.write_text(json.dumps({"pid": 1 << 30, "text": "x"}))
    assert not watch()["alive"]
    progress.unlink()
    assert watch() == {"text": "", "alive": True}


def test_bad_inputs_before_anything(params, tools):
    with pytest.raises(ExceptionPathError, match="2 problems"):
        query(params, dpdk_version="x", source_url="x")
    assert not os.path.exists(params["folder"])
    assert artifact_inputs.problems(params) == []
