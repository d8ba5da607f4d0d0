"""CPU time: of a data plane with its vhost threads, and of the whole guest."""

import os
import pathlib
import time

CALLS = ["used"]
TICK = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
IDLE = (3, 4)  # idle and iowait


def _nanoseconds(path):
    try:
        return int(pathlib.Path(path).read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _plane(pid):
    tasks = list(pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat"))
    # Before Linux 6.4 vhost's threads were the kernel's own, named after the process.
    for comm in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            if comm.read_text().strip() == f"vhost-{pid}":
                tasks.append(comm.parent / "schedstat")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sum(_nanoseconds(task) for task in tasks)


def used(pid=None):
    """Nanoseconds so far: {"plane", "guest"}."""
    words = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    idle = sum(int(words[index]) for index in IDLE) * TICK
    # All that is not idle: an emulated CPU loses ticks, and with them what is counted as busy.
    return {"plane": _plane(pid) if pid else 0, "guest": time.monotonic_ns() * os.cpu_count() - idle}
