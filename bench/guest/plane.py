"""A data plane as a service of its own: the same unit for both, but for the program."""

import pathlib
import time

from programs import output

CALLS = ["up", "restart", "down"]
NAME = "bench-plane.service"
UNIT = pathlib.Path("/run/systemd/system") / NAME
PATIENCE = 60


def up(command, kind):
    """Starts the data plane; returns its process id. A kind of "notify" is ready when it says so."""
    UNIT.write_text(f"""[Unit]
StartLimitIntervalSec=0

[Service]
Type={kind}
NotifyAccess=main
RuntimeDirectory=bench-plane
LimitMEMLOCK=infinity
TimeoutStartSec={PATIENCE}
TimeoutStopSec=20
ExecStart={command}
{"WatchdogSec=30" if kind == "notify" else ""}
""")
    output("systemctl daemon-reload")
    output(f"systemctl reset-failed {NAME}", check=False)
    try:
        output(f"systemctl start {NAME}")
    except RuntimeError as error:
        raise RuntimeError(f"{error}\n{_journal()}") from None
    return _pid()


def _pid():
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        pid = int(output(f"systemctl show --property=MainPID --value {NAME}"))
        if pid:
            return pid
        time.sleep(0.1)
    raise RuntimeError(_journal())


def _journal():
    return output(f"journalctl -q -o cat -n 25 -u {NAME}", check=False)


def restart():
    output(f"systemctl restart {NAME}")
    return _pid()


def down():
    if UNIT.exists():
        output(f"systemctl stop {NAME}", check=False)
        UNIT.unlink()
