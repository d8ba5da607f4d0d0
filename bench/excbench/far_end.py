"""Traffic from the far end of a cable, outside of the guest."""

import contextlib
import subprocess
import time

from exclab.errors import LabError
from exclab.run import run

from . import parse

PATIENCE = 30
INTERVAL = 0.01
ANSWERS_AFTER = 50


class FarEnd:
    """One cable's namespace; `near` is the address in the guest."""

    def __init__(self, netns, near, flood):
        self.near = near
        self._enter = ["ip", "netns", "exec", netns]
        self._netns = netns
        self._flood = flood

    def received(self):
        return int(run([*self._enter, "cat", "/sys/class/net/wire/statistics/rx_packets"], "counting at the far end"))

    def wait(self):
        """Until the guest answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if subprocess.run([*self._enter, "ping", "-c", "1", "-W", "1", self.near], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
                return
        raise LabError(f"{self.near} does not answer {self._netns}.")

    def flood(self, seconds, rate):
        run([*self._enter, self._flood, self.near, str(seconds), str(rate)], "sending packets")

    def tcp(self, seconds, *, reverse):
        words = ["iperf3", "-J", "-c", self.near, "-t", str(seconds), "-O", "1", *(["-R"] if reverse else [])]
        return parse.iperf3(run([*self._enter, *words], "iperf3"))

    def ping(self, count, interval):
        """Round trips in milliseconds."""
        text = run([*self._enter, "ping", "-n", "-c", str(count), "-i", str(interval), self.near], "ping")
        return parse.round_trips(text)

    @contextlib.contextmanager
    def load(self, rate):
        """A stream of small packets in the background."""
        program = subprocess.Popen([*self._enter, str(self._flood), self.near, "600", str(rate)],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            yield
        finally:
            program.terminate()
            program.wait()

    def longest_gap(self, action):
        """Milliseconds without an answer while action() happens."""
        with subprocess.Popen([*self._enter, "ping", "-n", "-D", "-i", str(INTERVAL), self.near],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as ping:
            try:
                time.sleep(1)
                action()
                done = time.time()
                times, after, until = [], 0, done + PATIENCE
                while after < ANSWERS_AFTER:
                    found = parse.answer_times(ping.stdout.readline())
                    times += found
                    after += sum(1 for each in found if each > done)
                    if time.time() > until:
                        raise LabError(f"{self.near} did not answer again within {PATIENCE} s.")
            finally:
                ping.kill()
        return parse.longest_gap(times)
