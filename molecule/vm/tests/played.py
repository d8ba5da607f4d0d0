"""Playbooks of the collection, run on the guest by a test, and pings that go on meanwhile."""

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile

import conftest

INVENTORY = conftest.SCENARIO / "inventory"
SNAPSHOT = conftest.SCENARIO / "snapshot.py"
TREE = conftest.SCENARIO.parents[1]
SECONDS = 0.05
_RECAP = re.compile(rf"^{conftest.NAME} .*?changed=(\d+)", re.M)


def lab(*words):
    return subprocess.run([conftest.LAB, *words], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


class Play:
    """What became of a playbook."""

    def __init__(self, name, variables, environment):
        command = ["ansible-playbook", f"dataplane.exception_path.{name}", "-i", str(INVENTORY), "-e", json.dumps(variables)]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
            env={**os.environ, "EXC_GUEST": conftest.NAME, "ANSIBLE_NOCOLOR": "1", "ANSIBLE_PIPELINING": "1",
                 "ANSIBLE_COLLECTIONS_PATH": os.environ.get("ANSIBLE_COLLECTIONS_PATH", str(TREE / ".build" / "collections")), **environment},
        )
        self.output, self.failed = done.stdout, done.returncode != 0

    @property
    def changed(self):
        assert not self.failed, self.output
        return int(_RECAP.search(self.output)[1])


def play(name, variables=None, **environment):
    return Play(name, variables or {}, environment)


def looks(host):
    """What a host is like, without files: packages bring some, and stay."""
    seen = json.loads(host.check_output("python3 -c %s", SNAPSHOT.read_text()))
    return {what: seen[what] for what in ("nics", "interfaces", "routes", "hugepages", "modules", "users", "failed_units")}


class Pings:
    """The sequence numbers of pings from a far end that were not answered."""

    def __init__(self, far_end):
        address = far_end.port["addresses"][0].split("/")[0]
        # A pipe would fill up, and ping would wait.
        self._output = tempfile.TemporaryFile("w+")
        self._process = subprocess.Popen(
            far_end.argv("ping", "-i", str(SECONDS), "-W", "1", address), stdout=self._output, stderr=subprocess.STDOUT)

    def stop(self):
        # By way of `lab/vm wire` and ip(8), it is ping itself.
        self._process.send_signal(signal.SIGINT)
        self._process.wait(timeout=60)
        self._output.seek(0)
        output = self._output.read()
        answered = {int(number) for number in re.findall(r"bytes from .* icmp_seq=(\d+) ", output)}
        self.sent = int(re.search(r"(\d+) packets transmitted", output)[1])
        return [number for number in range(1, self.sent + 1) if number not in answered]


@contextlib.contextmanager
def pinged(far_ends):
    """``{netdev: (pings sent, seconds from the first lost one to the last)}`` of what went on meanwhile; filled at the end."""
    told, pings = {}, {end.port["netdev"]: Pings(end) for end in far_ends}
    try:
        yield told
    finally:
        for name, each in pings.items():
            # What was on its way when it ended is not lost.
            lost = [number for number in each.stop() if number < each.sent - 1 / SECONDS]
            told[name] = each.sent, (lost[-1] - lost[0] + 1) * SECONDS if lost else 0
