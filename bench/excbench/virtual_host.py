"""The guest of the benchmark, from its start to its end."""

import contextlib
import tempfile

from exclab import forwarder, guest
from exclab.progress import step
from exclab.run import run

from .agent import Agent
from .paths import BENCH

NAME = "bench"
HUGEPAGES = 384


@contextlib.contextmanager
def running(suite, models):
    """Yields guest, agent and the path of `flood`; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        flood, binary = f"{folder}/flood", f"{folder}/{forwarder.BINARY}"
        forwarder.copy_to(suite, binary)
        run(["gcc", "-std=gnu11", "-O2", "-static", "-o", flood, BENCH / "src" / "flood.c"], "compiling flood")
        try:
            guest.down(NAME)
            host = guest.up(NAME, suite, ",".join(models), variant="bench")
            agent = Agent(host, binary, flood)
            try:
                with step("preparing the guest"):
                    agent.call("programs.output", command="modprobe -a vhost_net tun vfio-pci")
                    agent.call("programs.output", command=f"sysctl -q vm.nr_hugepages={HUGEPAGES}")
                yield host, agent, flood
            finally:
                agent.close()
        finally:
            guest.down(NAME)
