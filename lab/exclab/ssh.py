"""The way into a guest."""

import subprocess
import time

from .errors import LabError
from .run import run

USER = "admin"


def make_key(folder):
    """A key pair of this guest alone; returns the public key's base64 word."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", folder / "key"], "making an ssh key")
    return (folder / "key.pub").read_text().split()[1]


def options(folder):
    """What ssh must know besides port and user; for ansible too."""
    return {
        "IdentityFile": folder / "key",
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": folder / "known_hosts",
        "StrictHostKeyChecking": "accept-new",
        "ServerAliveInterval": "10",
        "ServerAliveCountMax": "6",
        "LogLevel": "ERROR",
    }


def write_config(folder, name, port):
    """An ssh configuration under the guest's name: `ssh -F <folder>/ssh_config NAME`."""
    lines = [f"Host {name}", "  HostName 127.0.0.1", f"  Port {port}", f"  User {USER}"]
    lines += [f"  {key} {value}" for key, value in options(folder).items()]
    # For programs that ask for one connection with many sessions (ControlMaster), such as testinfra.
    lines.append(f"  ControlPath {folder / 'mux'}")
    (folder / "ssh_config").write_text("\n".join(lines) + "\n")


def argv(folder, name, command=()):
    return ["ssh", "-F", str(folder / "ssh_config"), name, *command]


def ask(folder, name, command, timeout=5):
    """The output of a command in the guest, or None when it does not answer."""
    try:
        done = subprocess.run(
            ["ssh", "-F", str(folder / "ssh_config"), "-o", f"ConnectTimeout={timeout}", "-o", "BatchMode=yes",
             "-o", "ControlPath=none", name, command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=timeout + 20,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def boot_id(folder, name):
    return ask(folder, name, "cat /proc/sys/kernel/random/boot_id")


def wait_for_boot(folder, name, timeout, alive, before=None):
    """Waits until the guest answers with another boot id than `before`; returns it."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        if not alive():
            raise LabError(f"{name}'s QEMU has ended: `lab/vm console {name}` shows the last it said.")
        now = boot_id(folder, name)
        if now and now != before:
            return now
        time.sleep(1)
    raise LabError(f"{name} did not answer on ssh within {timeout} s: `lab/vm console {name}` shows its console.")
