"""The guest, its ports as the inventory has them, and the far ends of its cables.

Without molecule: boot and deploy, then `EXC_SUITE=trixie pytest molecule/vm/tests/deployed`.
"""

import json
import os
import pathlib
import subprocess

import pytest
import yaml

SCENARIO = pathlib.Path(__file__).resolve().parents[1]
LAB = str(SCENARIO.parents[1] / "lab" / "vm")
NAME = f"molecule-{os.environ.get('EXC_SUITE', 'trixie')}"
JOURNAL = "journalctl --no-pager --lines=60 --unit='exception-path*'"


def _info():
    return json.loads(subprocess.run([LAB, "info", NAME], stdout=subprocess.PIPE, text=True, check=True).stdout)


def pytest_configure(config):
    """Every test runs on the guest, as root, unless --hosts says otherwise."""
    if not config.option.hosts:
        config.option.hosts = f"ssh://{NAME}"
        config.option.ssh_config = _info()["ssh_config"]
        config.option.sudo = True


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failed test shows what the forwarder's journal says."""
    report = (yield).get_result()
    host = getattr(item, "funcargs", {}).get("host")
    if report.failed and host is not None:
        report.sections.append(("journal of the exception path", host.run(JOURNAL).stdout))


class FarEnd:
    """The far end of the cable of one port."""

    def __init__(self, port, nic):
        self.port, self.nic = port, nic

    def run(self, *words, data=None, timeout=120):
        return subprocess.run(
            [LAB, "wire", NAME, str(self.nic["index"]), "--", *words], input=data, timeout=timeout,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )

    def ping(self, address, *options, count=5):
        """Packets lost of a few pings, and ping's words."""
        done = self.run("ping", "-c", str(count), "-i", "0.3", "-W", "5", *options, address)
        return done.returncode == 0 and b" 0% packet loss" in done.stdout, done.stdout.decode()


def inventory():
    return yaml.safe_load((SCENARIO / "inventory" / "group_vars" / "exception_path.yml").read_text())


PORTS = inventory()["exception_path_ports"]


@pytest.fixture(params=range(len(PORTS)), ids=[port["netdev"] for port in PORTS])
def far_end(request):
    return FarEnd(PORTS[request.param], _info()["nics"][request.param])


@pytest.fixture
def port(far_end):
    return far_end.port


@pytest.fixture
def nic(far_end):
    return far_end.nic
