"""Running other programs."""

import shlex
import subprocess

CALLS = ["output", "start", "end"]
_running = {}


def output(command, check=True, timeout=120):
    """What a command line prints."""
    done = subprocess.run(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{command}: {done.stdout.strip()[-800:]}")
    return done.stdout


def start(name, command):
    """Starts a program that stays; an older one of that name is ended first."""
    end(name)
    _running[name] = subprocess.Popen(shlex.split(command), stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def end(name):
    program = _running.pop(name, None)
    if program:
        program.terminate()
        program.wait()
