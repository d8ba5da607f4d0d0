"""The other end of bench/guest/agent.py: calls functions in the guest."""

import json
import subprocess

from exclab import ssh
from exclab.errors import LabError
from exclab.run import run

from .paths import BENCH

FOLDER = "/opt/bench"


class Agent:
    """One ssh session for all calls: each costs a round trip, not a login."""

    def __init__(self, guest, *files):
        config = ["-F", guest.folder / "ssh_config"]
        run(["ssh", *config, guest.name, f"sudo install -d -o {ssh.USER} {FOLDER}"], "preparing the guest")
        sources = sorted((BENCH / "guest").glob("*.py"))
        run(["scp", "-q", *config, *sources, *files, f"{guest.name}:{FOLDER}/"], "copying programs into the guest")
        self._session = subprocess.Popen(
            ["ssh", *map(str, config), guest.name, f"sudo python3 -B {FOLDER}/agent.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def call(self, function, /, **args):
        """The result of the function in the guest."""
        self._session.stdin.write(json.dumps({"call": function, "args": args}) + "\n")
        self._session.stdin.flush()
        line = self._session.stdout.readline()
        if not line:
            raise LabError(f"The guest's agent has ended during {function}.")
        answer = json.loads(line)
        if "error" in answer:
            raise LabError(f"{function} in the guest: {answer['error']}")
        return answer["result"]

    def close(self):
        self._session.stdin.close()
        try:
            self._session.wait(10)
        except subprocess.TimeoutExpired:
            self._session.kill()
            self._session.wait()
