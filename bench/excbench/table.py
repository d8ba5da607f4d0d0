"""docs/performance.md. Pure but for `write`."""

from . import measures, stats, targets
from .paths import TABLE

PLANES = ("forwarder", "testpmd", "kernel", "veth")
INTRODUCTION = """# Performance

Written by `make bench`: the forwarder and DPDK's testpmd (io forwarding, the options of DPDK's howto) in
turn in one run, beside the kernel's own driver of the same NIC and, between netdevs, beside a veth pair.
Only figures of one run can be compared; under emulation the device itself costs most of a packet. Where a
target is missed, [where the time goes](where-the-time-goes.md) tells why.

![Forwarder and limits relative to testpmd](img/performance.svg)
"""
MEANING = """
Each cell is the median of all turns and, after ±, half the distance between highest and lowest as a share of
it. *Ratio* columns are medians of the ratios of each pair of turns. *Data plane's CPU* is the process with
its vhost threads, *whole guest's CPU* is all that is not idle: traffic generators in the guest included.
Packets are counted where they arrive. The longest gap between two answers of a ping every 10 ms while
systemd restarts the data plane is what *traffic stopped* says. Both data planes run under the same systemd
unit, as root, one forwarding lcore each.
"""


def cell(measure, values):
    if not values:
        return ""
    every = list(values.values())
    return f"{measures.shown(measure, stats.median(every))} ± {stats.spread(every):.0%}"


def _ratio(ours, theirs):
    value = stats.ratio(ours, theirs) if ours and theirs else None
    return "" if value is None else f"{value:.2f}"


def _subject(samples, rig, subject):
    planes = [plane for plane in PLANES if any(
        (row["rig"], row["subject"], row["plane"]) == (rig, subject, plane) for row in samples.rows)]
    limits = [plane for plane in planes if plane != "forwarder"]
    heads = ["measure", "unit", *planes, *(f"ratio to {plane}" for plane in limits)]
    yield f"\n### {measures.SUBJECTS.get(subject, subject)}\n"
    yield f"| {' | '.join(heads)} |"
    yield f"|{'---|' * 2}{'--:|' * (len(heads) - 2)}"
    for measure, (title, unit, _) in measures.MEASURES.items():
        values = {plane: samples.of(rig, subject, measure, plane) for plane in planes}
        if any(values.values()):
            cells = [cell(measure, values[plane]) for plane in planes]
            cells += [_ratio(values.get("forwarder"), values[plane]) for plane in limits]
            yield f"| {title} | {unit} | {' | '.join(cells)} |"


def _targets(samples):
    yield "\n## Targets\n"
    yield "| rig | on | measure | against | target | measured | reached |"
    yield "|---|---|---|---|--:|--:|---|"
    for target, subject, value in targets.judged(samples):
        title = measures.MEASURES[target.measure][0]
        sign = "≥" if target.least else "≤"
        yield (f"| {measures.RIGS[target.rig]} | {measures.SUBJECTS.get(subject, subject)} | {title} | "
               f"{target.against or 'nothing'} | {sign} {target.limit:g} | {value:.3g} | "
               f"{'yes' if targets.reached(target, value) else '**no**'} |")


def lines(samples):
    """The whole document, line by line."""
    yield INTRODUCTION
    yield "| run | |\n|---|---|"
    yield from (f"| {key} | {value} |" for key, value in samples.about.items())
    yield from _targets(samples)
    yield MEANING
    for rig, title in measures.RIGS.items():
        subjects = dict.fromkeys(row["subject"] for row in samples.rows if row["rig"] == rig)
        if subjects:
            yield f"\n## {title}"
        for subject in subjects:
            yield from _subject(samples, rig, subject)


def write(samples):
    TABLE.write_text("\n".join(lines(samples)) + "\n", encoding="utf-8")
