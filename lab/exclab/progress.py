"""Lines that show what is going on and for how long."""

import os
import sys
import threading
import time
from contextlib import contextmanager

BEAT = 15
# Programs that run each other tell the time since the first of them started.
CLOCK = "EXCEPTION_PATH_STARTED"
_start = float(os.environ.setdefault(CLOCK, str(time.monotonic())))


def say(text):
    """One line on standard error, with the seconds since the start."""
    print(f"[{time.monotonic() - _start:4.0f} s] {text}", file=sys.stderr, flush=True)


@contextmanager
def every(seconds, tell):
    """Calls tell() again and again while the block runs."""
    done = threading.Event()

    def beat():
        while not done.wait(seconds):
            tell()

    teller = threading.Thread(target=beat, daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()


@contextmanager
def step(text):
    """Announces a step, tells every BEAT seconds that it is still running, and what it took."""
    say(f"{text} ...")
    begin = time.monotonic()
    with every(BEAT, lambda: say(f"{text} ... {time.monotonic() - begin:.0f} s")):
        yield
    say(f"{text}: done in {time.monotonic() - begin:.0f} s")
