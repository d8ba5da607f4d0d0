"""The guest, its ports as the inventory has them, and the far ends of its cables.

Without molecule: boot and deploy, then `EXC_SUITE=trixie pytest molecule/vm/tests/deployed`;
EXC_GUEST names a guest that is called otherwise.
"""

import json
import os
import pathlib
import shlex
import subprocess

import pytest
import yaml

SCENARIO = pathlib.Path(__file__).resolve().parents[1]
LAB = str(SCENARIO.parents[1] / "lab" / "vm")
NAME = os.environ.get("EXC_GUEST") or f"molecule-{os.environ.get('EXC_SUITE', 'trixie')}"
pytest_plugins = ["journal"]


def _info():
    return json.loads(subprocess.run([LAB, "info", NAME], stdout=subprocess.PIPE, text=True, check=True).stdout)


def pytest_configure(config):
    """Every test runs on the guest, as root, unless --hosts says otherwise."""
    if not config.option.hosts:
        config.option.hosts = f"ssh://{NAME}"
        config.option.ssh_config = _info()["ssh_config"]
        config.option.sudo = True


def near_argv(*words):
    """The command line that runs a command on the guest as root, for those that testinfra can not wait for."""
    return ["ssh", "-F", _info()["ssh_config"], NAME, "sudo " + shlex.join(words)]


class FarEnd:
    """The far end of the cable of one port."""

    def __init__(self, port, nic):
        self.port, self.nic = port, nic

    def argv(self, *words):
        return [LAB, "wire", NAME, str(self.nic["index"]), "--", *words]

    def run(self, *words, data=None, timeout=120):
        return subprocess.run(
            self.argv(*words), input=data, timeout=timeout,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )

    def link(self, state):
        """Pulls the cable out of the NIC, or puts it back: "down" or "up"."""
        subprocess.run([LAB, "link", NAME, str(self.nic["index"]), state], check=True)

    def ping(self, address, *options, count=5):
        """Packets lost of a few pings, and ping's words."""
        done = self.run("ping", "-c", str(count), "-i", "0.3", "-W", "5", *options, address)
        return done.returncode == 0 and b" 0% packet loss" in done.stdout, done.stdout.decode()


def inventory():
    return yaml.safe_load((SCENARIO / "inventory" / "group_vars" / "exception_path.yml").read_text())


PORTS = inventory()["exception_path_ports"]


def far_ends():
    return [FarEnd(port, nic) for port, nic in zip(PORTS, _info()["nics"], strict=True)]


# Of the session, so that what a module has learned of a port is of use to all of its tests.
@pytest.fixture(scope="session", params=range(len(PORTS)), ids=[port["netdev"] for port in PORTS])
def far_end(request):
    return far_ends()[request.param]


@pytest.fixture(scope="session")
def port(far_end):
    return far_end.port


@pytest.fixture(scope="session")
def nic(far_end):
    return far_end.nic


TELEMETRY = """
import glob, json, os, socket, sys
path = max(glob.glob("/run/exception-path/default/dpdk/*/dpdk_telemetry.v2*"), key=os.path.getmtime)
client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
client.settimeout(10)
client.connect(path)
length = json.loads(client.recv(1024))["max_output_len"]
def ask(command):
    client.send(command.encode())
    return list(json.loads(client.recv(length)).values())[0]
pairs = [ask(f"/exception_path/pair,{name}") for name in ask("/exception_path/pairs")]
print(json.dumps({"pairs": {pair["netdev"]: pair for pair in pairs}, "lcores": ask("/exception_path/lcores")}))
"""


def telemetry(host):
    """What the forwarder tells of its pairs, by netdev, and of its lcores, by number."""
    return json.loads(host.check_output("python3 -c %s", TELEMETRY))


def pairs(host):
    return telemetry(host)["pairs"]
