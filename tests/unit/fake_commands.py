# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of the host, played by a table of answers."""

from __future__ import annotations

import subprocess


class FakeCommands:
    """``on(words, ...)`` says what a command line that begins with ``words`` answers; of several
    the longest counts. A program without an answer is not installed."""

    def __init__(self):
        self.calls = []
        self.stdin = []
        self._answers = {}

    def on(self, words, stdout="", stderr="", code=0, do=None):
        """``do(command)``, when given, is called first and may return the standard output."""
        self._answers[tuple(words.split())] = (stdout, stderr, code, do)
        return self

    def run(self, command, **options):
        self.calls.append(" ".join(command))
        self.stdin.append(options.get("input"))
        fits = [words for words in self._answers if tuple(command[: len(words)]) == words]
        if not fits:
            raise FileNotFoundError(2, "No such file or directory", command[0])
        stdout, stderr, code, do = self._answers[max(fits, key=len)]
        if do:
            stdout = do(command) or stdout
        return subprocess.CompletedProcess(command, code, stdout, stderr)

    def __contains__(self, beginning):
        return any(call.startswith(beginning) for call in self.calls)
