"""What the forwarder is to reach. Pure."""

import dataclasses

from . import stats


@dataclasses.dataclass(frozen=True)
class Target:
    """`measure` of the forwarder against the plane `against`: at least or at most `limit` times it."""

    rig: str
    measure: str
    against: str | None
    limit: float
    least: bool = True
    subject: str | None = None


TARGETS = [
    *(Target("nic", f"packets_{way}", "testpmd", 1.0) for way in ("to_kernel", "to_wire")),
    *(Target("nic", f"tcp_{way}", "testpmd", 1.15) for way in ("to_kernel", "to_wire")),
    *(Target("nic", f"tcp_{way}", "kernel", 0.9) for way in ("to_kernel", "to_wire")),
    Target("nic", "idle_cpu", None, 0.02, least=False),
    Target("nic", "stopped", "testpmd", 0.5, least=False),
    *(Target("netdev", f"tcp_{way}", "testpmd", 2.0) for way in ("forth", "back")),
    Target("native", "instructions", "testpmd", 1.0, least=False, subject="null"),
    Target("native", "packets_per_cpu_second", "testpmd", 1.0, subject="vv"),
]


def reached(target, value):
    return value >= target.limit if target.least else value <= target.limit


def figure(samples, target, subject):
    """The value that is compared with the limit; None if it was not measured."""
    ours = samples.of(target.rig, subject, target.measure, "forwarder")
    if not ours:
        return None
    if target.against is None:
        return stats.median(list(ours.values()))
    return stats.ratio(ours, samples.of(target.rig, subject, target.measure, target.against))


def judged(samples):
    """(target, subject, figure) of all that was measured."""
    found = []
    for target in TARGETS:
        subjects = dict.fromkeys(row["subject"] for row in samples.rows
                                 if row["rig"] == target.rig and row["measure"] == target.measure)
        for subject in subjects:
            if target.subject in (None, subject):
                value = figure(samples, target, subject)
                if value is not None:
                    found.append((target, subject, value))
    return found
