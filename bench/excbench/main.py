"""`make bench`: the rigs in their order, then table and plot."""

import datetime
import os
import platform
import shutil
import subprocess
import sys
import time

from exclab import deps
from exclab.errors import LabError
from exclab.progress import CLOCK, say
from exclab.run import run

from . import plot, rig_native, rig_netdev, rig_nic, settings, table, virtual_host
from .samples import Samples

MORE_PACKAGES = ["gcc", "libc6-dev"]


def main():
    """Returns 0 when everything could be measured."""
    try:
        if os.geteuid() != 0:
            _become_root()
        chosen = settings.read()
        _install()
        samples = Samples(_about(chosen))
        begin = time.monotonic()
        _measure(chosen, samples)
        samples.about["minutes"] = round((time.monotonic() - begin) / 60)
        samples.write()
        plot.write(samples)
        table.write(samples)
    except LabError as error:
        print(f"make bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    say(f"written: {table.TABLE}, {plot.PLOT}")
    return 0


def _become_root():
    if not shutil.which("sudo"):
        raise LabError("This needs root, and there is no sudo here.")
    keep = [f"{name}={value}" for name, value in os.environ.items()
            if name.startswith("BENCH_") or name in ("EXCEPTION_PATH_CACHE", "XDG_CACHE_HOME", "HOME", CLOCK)]
    os.execvp("sudo", ["sudo", "env", *keep, sys.executable, *sys.argv])


def _install():
    deps.install()
    done = subprocess.run(["dpkg", "-s", *MORE_PACKAGES], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *MORE_PACKAGES], "installing a compiler",
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def _measure(chosen, samples):
    if {"nic", "netdev"} & set(chosen.rigs):
        models = chosen.nics if "nic" in chosen.rigs else ()
        with virtual_host.running(chosen.suite, models) as (host, agent, flood):
            samples.about["accelerator"] = host.accelerator
            samples.about["guest's kernel"] = agent.call("programs.output", command="uname -r").strip()
            samples.about["guest's DPDK"] = agent.call(
                "programs.output", command="dpkg-query -W -f ${Version} dpdk").strip()
            if "netdev" in chosen.rigs:
                rig_netdev.measure(agent, chosen, samples)
            if "nic" in chosen.rigs:
                rig_nic.measure(host, agent, flood, chosen, samples)
    if "native" in chosen.rigs:
        rig_native.measure(chosen, samples)


def _cpu_model():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
        return next((line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine())


def _about(chosen):
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": f"{_cpu_model()}, {len(os.sched_getaffinity(0))} CPUs",
        "machine's kernel": platform.release(),
        "guest": f"Debian {chosen.suite}",
        "pairs": chosen.pairs,
        "seconds": chosen.seconds,
    }
