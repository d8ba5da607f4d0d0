"""Counts tests in what test programs print."""

import re

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# "===== 3 failed, 12 passed, 1 error in 4.21s (0:01:00) ====="
_PYTEST = re.compile(r"^=+ (?P<counts>.*\d+ \w+.*) in [\d.]+s(?: \([\d:]+\))? =+$")
_QUIET_PYTEST = re.compile(r"^(?P<counts>(?:\d+ \w+, )*\d+ \w+) in [\d.]+s(?: \([\d:]+\))?$")
_COUNT = re.compile(r"(\d+) (passed|failed|errors?)\b")
# meson's "Ok:   6" and "Fail:  0"
_MESON = re.compile(r"^(Ok|Fail|Unexpected Pass|Timeout): +(\d+)\s*$")
_PASSED = {"passed", "Ok"}


class Tally:
    """Passed and failed tests of one suite."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def read(self, line):
        """Takes one line of output."""
        line = _COLOUR.sub("", line).rstrip()
        closing = _PYTEST.match(line) or _QUIET_PYTEST.match(line)
        if closing:
            for number, word in _COUNT.findall(closing["counts"]):
                self._add(word, int(number))
        meson = _MESON.match(line)
        if meson:
            self._add(meson[1], int(meson[2]))

    def finish(self, status, counts):
        """A suite that fails without a failed test counts as one failure.

        So does one that should count its tests and had none; one that does not count passes as one.
        """
        if self.failed:
            return
        if status or (counts and not self.passed):
            self.failed += 1
        elif not counts and not self.passed:
            self.passed += 1

    def _add(self, word, number):
        if word in _PASSED:
            self.passed += number
        else:
            self.failed += number
