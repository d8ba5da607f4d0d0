"""What was measured: kept as it comes, told as it comes."""

import json

from exclab.progress import say

from . import stats
from .paths import RESULTS

FILE = RESULTS / "samples.json"


class Samples:
    """Every value with where it belongs: rig, subject (NIC model ...), measure, plane, turn."""

    def __init__(self, about):
        self.about = about
        self.rows = []

    def add(self, rig, subject, plane, turn, **values):
        for measure, value in values.items():
            self.rows.append({"rig": rig, "subject": subject, "measure": measure, "plane": plane,
                              "turn": turn, "value": value})
            every = list(self.of(rig, subject, measure, plane).values())
            say(f"  {rig} {subject} {plane} {measure}: {value:,.3f}; median of {len(every)}: "
                f"{stats.median(every):,.3f}, spread {stats.spread(every):.0%}")
        self.write()

    def of(self, rig, subject, measure, plane):
        """{turn: value}."""
        return {row["turn"]: row["value"] for row in self.rows
                if (row["rig"], row["subject"], row["measure"], row["plane"]) == (rig, subject, measure, plane)}

    def write(self):
        RESULTS.mkdir(parents=True, exist_ok=True)
        FILE.write_text(json.dumps({"about": self.about, "samples": self.rows}, indent=1) + "\n")
