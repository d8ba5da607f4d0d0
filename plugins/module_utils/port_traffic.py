# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The keys ``offloads`` and ``limits`` of a port: what the NIC may do for the kernel, and how much
of each class of traffic may reach it. Pure; a part of the model in ``ports.py``."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

AUTO, ON, OFF = "auto", "on", "off"
OFFLOADS = ("checksum", "tso", "rx_checksum", "gro")
# The second can not be without the first, see the forwarder's README.
_NEEDS = (("tso", "checksum"), ("gro", "rx_checksum"))

CLASSES = ("neighbor", "icmp", "routing", "local", "rest")
_LIMIT_KEYS = ("rate", "burst")
# Packets per second, more than any NIC has; the forwarder refuses what is above.
RATE_MAX = 1_000_000_000

# YAML 1.1 reads on and off as booleans, and Jinja2 may make words of them.
_WORDS = {"auto": AUTO, "on": ON, "true": ON, "yes": ON, "off": OFF, "false": OFF, "no": OFF}


@dataclass(frozen=True)
class Offloads:
    """Each one is ``auto`` (where the ports can), ``on`` (required) or ``off``."""

    checksum: str = AUTO
    tso: str = AUTO
    rx_checksum: str = AUTO
    gro: str = AUTO

    def arguments(self):
        """``key=value`` of ``--pair`` for all that is not as by default."""
        return [f"{name}={getattr(self, name)}" for name in OFFLOADS if getattr(self, name) != AUTO]


@dataclass(frozen=True)
class Limit:
    """At most ``rate`` packets per second of a class, NIC -> kernel, and ``burst`` at once."""

    name: str
    rate: int
    burst: int | None = None

    @property
    def argument(self):
        return f"limit_{self.name}={self.rate}" + (f"/{self.burst}" if self.burst is not None else "")


def read_offloads(value, problem):
    """:class:`Offloads` of what the inventory says; each fault is a call of ``problem(text)``."""
    if value is None:
        return Offloads()
    if not isinstance(value, dict):
        word = _switch(value)
        if word in (AUTO, OFF):
            return Offloads(*[word] * len(OFFLOADS))
        problem(f"offloads {value!r} is neither auto nor off nor a table: write offloads: off, or name them as in offloads: {{tso: on}}")
        return Offloads()
    _unknown_keys(value, OFFLOADS, "offload", problem)
    wanted = {name: _offload(name, value[name], problem) for name in OFFLOADS if value.get(name) is not None}
    for name, needed in _NEEDS:
        if wanted.get(name) == ON and wanted.get(needed) == OFF:
            problem(f"offloads: {name} is on and {needed} is off, but {name} needs {needed}: set {needed} to on or auto, or {name} to off")
    return Offloads(**wanted)


def _offload(name, value, problem):
    word = _switch(value)
    if word is None:
        problem(f"offloads: {name} {value!r} is unknown: give auto, on or off")
    return word or AUTO


def _switch(value):
    """``auto``, ``on`` or ``off`` of a boolean or a word; None for anything else."""
    return _WORDS.get(str(value).strip().lower()) if isinstance(value, (bool, str)) else None


def read_limits(value, problem):
    """A tuple of :class:`Limit`, in the order of :data:`CLASSES`."""
    if value is None:
        return ()
    if not isinstance(value, dict):
        problem(f"limits {value!r} is no table: write a rate for each class to limit, as in limits: {{icmp: 500}}")
        return ()
    _unknown_keys(value, CLASSES, "class of limits,", problem)
    found = [_limit(name, value[name], problem) for name in CLASSES if value.get(name) is not None]
    return tuple(limit for limit in found if limit)


def _limit(name, value, problem):
    if not isinstance(value, dict):
        rate, burst = _number(f"limits: rate of {name}", value, "packets per second", problem), None
    else:
        _unknown_keys(value, _LIMIT_KEYS, f"key of limits: {name},", problem)
        if value.get("rate") is None:
            problem(f"limits: {name} has no rate: write {name}: {{rate: 500}}, in packets per second")
            return None
        rate = _number(f"limits: rate of {name}", value["rate"], "packets per second", problem)
        burst = value.get("burst")
        if burst is not None:
            burst = _number(f"limits: burst of {name}", burst, "packets", problem)
    return Limit(name, rate, burst) if rate else None


def _number(what, value, unit, problem):
    number = integer(value)
    if number is None or not 1 <= number <= RATE_MAX:
        problem(f"{what} {value!r} is not a whole number of {unit}: give one from 1 to {RATE_MAX}")
        return None
    return number


def _unknown_keys(entry, known, what, problem):
    for key in entry:
        if key not in known:
            problem(f"unknown {what} {key!r}: {hint(key, known)}")


def hint(key, known):
    """What may have been meant by a key that is not ``known``."""
    close = difflib.get_close_matches(str(key), known, 1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"


def integer(value):
    """A whole number written as such or, as Jinja2 may leave it, as text; else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.match(r"^-?[0-9]+$", value.strip()):
        return int(value)
    return None
