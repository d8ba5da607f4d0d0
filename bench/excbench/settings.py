"""Parameters, from the environment."""

import dataclasses
import os

from exclab.errors import LabError

RIGS = ("nic", "netdev", "native")


@dataclasses.dataclass(frozen=True)
class Settings:
    pairs: int
    rigs: tuple
    nics: tuple
    suite: str
    seconds: int


def _number(name, default, least):
    word = os.environ.get(name) or str(default)
    if not word.isdigit() or int(word) < least:
        raise LabError(f"{name}={word} is not a number from {least}.")
    return int(word)


def _words(name, default):
    return tuple(word.strip() for word in (os.environ.get(name) or default).split(",") if word.strip())


def read():
    rigs = _words("BENCH_RIGS", ",".join(RIGS))
    for rig in rigs:
        if rig not in RIGS:
            raise LabError(f"BENCH_RIGS: {rig} is not one of {', '.join(RIGS)}.")
    return Settings(
        pairs=_number("BENCH_PAIRS", 5, 1), rigs=rigs, nics=_words("BENCH_NICS", "e1000e,virtio-net-pci,vmxnet3"),
        suite=os.environ.get("BENCH_SUITE") or "trixie", seconds=_number("BENCH_SECONDS", 4, 1),
    )
