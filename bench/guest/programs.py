"""Running other programs."""

import shlex
import subprocess
import time

CALLS = ["output", "iperf3_server", "end"]
IPERF3_PORT = 5201
PATIENCE = 30  # seconds
LISTEN = "0A"  # the kernel's TCP_LISTEN, as /proc/PID/net/tcp has it
_running = {}


def output(command, check=True, timeout=120):
    """What a command line prints."""
    done = subprocess.run(shlex.split(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=timeout, check=False)
    if check and done.returncode:
        raise RuntimeError(f"{command}: {done.stdout.strip()[-800:]}")
    return done.stdout


def _start(name, command):
    """Starts a program that stays; an older one of that name is ended first."""
    end(name)
    _running[name] = subprocess.Popen(shlex.split(command), stdin=subprocess.DEVNULL,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def iperf3_server(netns=None):
    """Listens when this returns; `end("iperf3")` ends it."""
    _start("iperf3", f"ip netns exec {netns} iperf3 -s" if netns else "iperf3 -s")
    server, until = _running["iperf3"], time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < until:
        if _listens(server.pid, IPERF3_PORT):
            return
        time.sleep(0.05)
    raise RuntimeError(f"iperf3 -s does not listen on port {IPERF3_PORT}: is another one there?")


def _listens(pid, port):
    """In the network namespace of the process, which the command line may change."""
    for table in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{table}", encoding="ascii") as lines:
            fields = [line.split() for line in lines]
        if any(field[3] == LISTEN and int(field[1].rpartition(":")[2], 16) == port for field in fields[1:]):
            return True
    return False


def end(name):
    program = _running.pop(name, None)
    if program:
        program.terminate()
        program.wait()
