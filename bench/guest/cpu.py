"""CPU time: of a data plane with its vhost threads, and of the whole guest."""

import os
import pathlib

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
    ticks = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    busy = sum(ticks) - sum(ticks[index] for index in IDLE)
    return {"plane": _plane(pid) if pid else 0, "guest": busy * TICK}
