"""A data plane running natively, from its start to its end."""

import contextlib
import pathlib
import subprocess
import tempfile

from exclab.errors import LabError

from . import native
from .native_planes import COMMANDS, HUGE_PAGES, commands, prefix
from .telemetry import Telemetry

STOP_PATIENCE = 120


class Running:
    """One data plane: its process, its folder /work, its telemetry."""

    def __init__(self, base, programs, plane, rig, cpus, wrap=(), memory=tuple(HUGE_PAGES)):
        self.plane = plane
        self._programs = programs
        self._stack = contextlib.ExitStack()
        try:
            self.work = pathlib.Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix=f"bench-{plane}-")))
            for file in programs.iterdir():
                (self.work / file.name).write_bytes(file.read_bytes())
                (self.work / file.name).chmod(0o755)
            # In the socket's place: the forwarder looks whether the path is there before EAL starts.
            if plane == "forwarder":
                (self.work / "vv.sock").touch()
            self._log = self._stack.enter_context(open(self.work / "log", "w+", encoding="utf-8", errors="replace"))
            command = ["env", "VV_SOCKET=/work/vv.sock", "LD_LIBRARY_PATH=/opt/dpdk/lib", *wrap, *COMMANDS[plane](rig, memory, *cpus)]
            self.process = native.start(base, self.work, command, stdin=subprocess.PIPE, stdout=self._log,
                                        stderr=subprocess.STDOUT, text=True)
            self._stack.callback(self._end)
            self.telemetry = Telemetry(self.process, prefix(plane))
            self._stack.callback(self.telemetry.close)
            self._tell(commands(plane, rig))
        except LabError as error:
            log = self.log()
            self._stack.close()
            raise LabError(f"{plane} on {rig}: {error}\n{log[-1500:]}") from None
        except BaseException:
            self._stack.close()
            raise

    def log(self):
        self._log.flush()
        return (pathlib.Path(self._log.name)).read_text(encoding="utf-8", errors="replace")

    def _tell(self, words):
        self.process.stdin.writelines(f"{word}\n" for word in words)
        self.process.stdin.flush()

    def stop(self):
        """Ends it as its user would, so that it tells its counters; returns what it said."""
        if self.plane == "testpmd":
            self._tell(["stop", "quit"])
        else:
            self.process.terminate()
        try:
            self.process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            raise LabError(f"{self.plane} does not end.") from None
        return self.log()

    def _end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdin.close()

    def close(self):
        self._stack.close()
