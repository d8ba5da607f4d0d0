# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of a build: their output in a log, their progress where the controller can see it."""

from __future__ import annotations

import collections
import os
import re
import resource
import subprocess
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import host
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

_TAIL = 30
# As NINJA_STATUS has it below.
_STEP = re.compile(r"^\[(\d+)/(\d+)\] ")
_BEAT = 1


class Steps:
    """``log`` gets all output; ``progress`` is a file that tells who is at work, and what at."""

    def __init__(self, log, progress=None, environment=None, lock=None):
        self.log = log
        # A compiler that outlives a killed build still holds it: nobody else may work there meanwhile.
        self._descriptors = () if lock is None else (lock,)
        self._progress = progress
        self._told = 0.0
        self.environment = {"NINJA_STATUS": "[%f/%t] ", **(environment or {})}
        os.makedirs(os.path.dirname(log), mode=0o755, exist_ok=True)
        with open(log, "w", encoding="utf-8"):
            pass

    def say(self, text):
        if self._progress:
            host.write_json(self._progress, {"pid": os.getpid(), "text": text})
        self._told = time.monotonic()

    def run(self, command, what, cwd=None, environment=None):
        """Run to the end and return the output; a failure shows its end and where all of it is."""
        self.say(what)
        tail, output = collections.deque(maxlen=_TAIL), []
        with open(self.log, "a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n")
            log.flush()
            with self._started(command, cwd, environment) as process:
                for line in process.stdout:
                    log.write(line)
                    tail.append(line.rstrip("\n"))
                    output.append(line)
                    self._step(what, line)
        if process.returncode != 0:
            raise ExceptionPathError(
                f"{what} failed: {os.path.basename(command[0])} ended with exit code {process.returncode}. The whole log is {self.log}, its last lines:\n"
                + "\n".join(tail)
            )
        return "".join(output)

    def _started(self, command, cwd, environment):
        return subprocess.Popen(
            # A builder may be a host that forwards packets.
            ["nice", *command],
            cwd=cwd,
            env=host.environment_with({**self.environment, **(environment or {})}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=self._descriptors,
        )

    def _step(self, what, line):
        found = _STEP.match(line)
        if found and (time.monotonic() - self._told >= _BEAT or found[1] == found[2]):
            self.say(f"{what}: {found[1]} of {found[2]}")


def cpu_seconds():
    """CPU time of the programs that have ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
