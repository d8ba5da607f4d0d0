"""Rig (c): without a guest. Instructions per packet, and packets per CPU second in interleaved windows."""

import contextlib
import os
import pathlib
import signal
import time

from exclab.progress import say

from . import native, parse, stats
from .hugepages import reserved
from .native_planes import LOOPS, PORTS, SMALL_PAGES
from .native_process import Running

RIG = "native"
PLANES = ("forwarder", "testpmd")
PAGES = 400  # of 2 MB, for two data planes
WINDOW = 0.2
WINDOWS = 12
SETTLE = 4
PACKETS = {"testpmd": parse.testpmd_packets, "forwarder": parse.forwarder_packets}


def measure(settings, samples):
    base = native.root()
    programs = native.programs(base)
    samples.about["dpdk of the native rig"] = native.dpdk_version(base)
    cpus = sorted(os.sched_getaffinity(0))
    main, lcore = cpus[0], cpus[-1]
    for plane in PLANES:
        say(f"native null, callgrind: {plane}")
        value = _callgrind(base, programs, plane, (main, lcore), settings.seconds)
        samples.add(RIG, "null", plane, 0, instructions=value)
    with reserved(PAGES):
        for rig in ("null", "vv"):
            say(f"native {rig}, windows of {WINDOW} s")
            _windows(base, programs, rig, (main, lcore), max(WINDOWS, settings.pairs), samples)


def _callgrind(base, programs, plane, cpus, seconds):
    wrap = ["valgrind", "--tool=callgrind", f"--toggle-collect={LOOPS[plane]}", "--fair-sched=yes",
            "--callgrind-out-file=/work/callgrind.out"]
    with contextlib.closing(Running(base, programs, plane, "null", cpus, wrap, SMALL_PAGES)) as running:
        time.sleep(2 * seconds)
        packets = PACKETS[plane](running.stop())
        return parse.instructions((running.work / "callgrind.out").read_text()) / packets


def _cpu(pid):
    return sum(int(file.read_text().split()[0]) for file in pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))


def _windows(base, programs, rig, cpus, pairs, samples):
    with contextlib.ExitStack() as stack:
        running = {}
        for plane in PLANES:
            process = stack.enter_context(contextlib.closing(Running(base, programs, plane, rig, cpus)))
            time.sleep(SETTLE)
            process.process.send_signal(signal.SIGSTOP)
            running[plane] = [process, None]
        for turn, plane in [(None, plane) for plane in PLANES] + stats.turns(PLANES, pairs):
            process, before = running[plane]
            process.process.send_signal(signal.SIGCONT)
            time.sleep(WINDOW)
            packets = process.telemetry.received(PORTS)
            process.process.send_signal(signal.SIGSTOP)
            now = (packets, _cpu(process.process.pid))
            # The first window of each is only where the next one counts from.
            if turn is not None:
                samples.add(RIG, rig, plane, turn,
                            packets_per_cpu_second=(now[0] - before[0]) / (now[1] - before[1]) * 1e9)
            running[plane][1] = now
        for process, _ in running.values():
            process.process.send_signal(signal.SIGCONT)
