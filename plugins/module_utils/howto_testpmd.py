# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One testpmd on a terminal of its own, which is given commands as a person would give them.

On a pipe its output would be held back. It ends with this process, whatever ends that: by the
signal that setpriv(1) asks the kernel for.
"""

from __future__ import annotations

import contextlib
import os
import pty
import select
import subprocess
import time

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, howto_words as words
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

# It waits up to 9 s for links while it starts.
_START_SECONDS = 90
_ANSWER_SECONDS = 60
_END_SECONDS = 20
_CHUNK = 65536


class Ended(ExceptionPathError):
    """testpmd ended by itself; ``words`` are its own."""

    def __init__(self, command, output):
        self.words = words.trouble(output) or output.strip()[-300:] or "nothing"
        super().__init__(f"{' '.join(command)} ended by itself. Its words: {self.words}")


class Testpmd:
    """Use it in a ``with`` block: it is started on entry, and has ended on exit."""

    def __init__(self, command, runtime):
        self.command = command
        self._environment = host.environment_with({"RUNTIME_DIRECTORY": runtime})

    def __enter__(self):
        self._terminal, inside = pty.openpty()
        try:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.command],
                stdin=inside, stdout=inside, stderr=inside, start_new_session=True, env=self._environment,
            )  # fmt: skip
        except OSError as fault:
            os.close(self._terminal)
            raise ExceptionPathError(f"testpmd can not be started by way of setpriv: {fault.strerror}; install util-linux") from None
        finally:
            os.close(inside)
        try:
            self.started = self._until_prompt(_START_SECONDS)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_fault):
        self._end()

    def ask(self, command):
        """Give a command; its output."""
        try:
            os.write(self._terminal, (command + "\n").encode())
        except OSError:
            raise Ended(self.command, "") from None
        return self._until_prompt(_ANSWER_SECONDS)

    def _until_prompt(self, seconds):
        output, until = "", time.monotonic() + seconds
        while words.PROMPT not in output:
            piece = self._read(until)
            if piece is None:
                raise Ended(self.command, output)
            if time.monotonic() > until:
                raise ExceptionPathError(f"{' '.join(self.command)} gave no answer within {seconds} s. Its last words: {output.strip()[-300:] or 'none'}")
            output += piece
        return output.rpartition(words.PROMPT)[0]

    def _read(self, until):
        """What came, maybe nothing yet; None at the end."""
        ready, _writable, _exceptional = select.select([self._terminal], [], [], max(0.0, min(1.0, until - time.monotonic())))
        if not ready:
            return ""
        try:
            data = os.read(self._terminal, _CHUNK)
        except OSError:  # EIO: nobody has the other side any more
            return None
        return words.plain(data.decode(errors="replace")) if data else None

    def _end(self):
        for order in (lambda: os.write(self._terminal, b"quit\n"), self._process.terminate, self._process.kill):
            with contextlib.suppress(OSError):
                order()
            if self._wait():
                break
        os.close(self._terminal)

    def _wait(self):
        """Reads on meanwhile, since it could not end with a full terminal."""
        until = time.monotonic() + _END_SECONDS
        while self._process.poll() is None and time.monotonic() < until:
            if self._read(until) is None:
                time.sleep(0.05)
        return self._process.poll() is not None
