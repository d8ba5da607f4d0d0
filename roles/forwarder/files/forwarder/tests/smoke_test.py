# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dataplane.exception_path authors
"""The forwarder as a whole, on ports that any kernel has: no hugepages, no vhost-net, no NIC.

The wire is a veth pair with net_af_packet at its near end, the kernel side a net_tap: packets
really cross both ports. Wants root, and the program: FORWARDER=<path>, or a build in ./build.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ.get("FORWARDER") or str(HERE.parent / "build" / "exception-path-forwarder")
NULL_PORTS = ("--vdev=net_null0", "--vdev=net_null1")
QUIET_PORTS = ("--vdev=net_null0,no-rx=1", "--vdev=net_null1,no-rx=1")
NULL_PAIR = ("--pair", "nic=net_null0,kernel=net_null1")

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root"),
    pytest.mark.skipif(not os.access(PROGRAM, os.X_OK), reason=f"no program at {PROGRAM}"),
]


def run(*args):
    return subprocess.run(args, check=True, capture_output=True, text=True).stdout


def eventually(probe, seconds=10):
    """The first true value that probe() gives; fails if there is none in time."""
    end = time.monotonic() + seconds
    while True:
        value = probe()
        if value:
            return value
        assert time.monotonic() < end, f"nothing came of {probe} in {seconds} s"
        time.sleep(0.02)


class Forwarder:
    """A running forwarder with the other ends of its sockets."""

    def __init__(self, directory, eal, own, netns=None, memory=256, environment=None):
        self.directory = directory
        self.messages = []
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(directory / "notify"))
        self.notify.setblocking(False)
        self.log_path = directory / "log"
        env = dict(
            os.environ,
            RUNTIME_DIRECTORY=str(directory),
            NOTIFY_SOCKET=str(directory / "notify"),
            **(environment or {}),
        )
        env.pop("JOURNAL_STREAM", None)
        enter = ["ip", "netns", "exec", netns] if netns else []
        memory_args = ["--no-huge", "-m", str(memory), "--no-pci"]
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                [*enter, PROGRAM, "-l", lcores(), *memory_args, *eal, "--", *own],
                env=env,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def log(self):
        return self.log_path.read_text()

    def read_messages(self):
        with contextlib.suppress(BlockingIOError):
            while True:
                self.messages += self.notify.recv(4096).decode().splitlines()
        return self.messages

    def wait_ready(self):
        def ready():
            assert self.process.poll() is None, self.log()
            return "READY=1" in self.read_messages()

        eventually(ready)
        return self

    def ask(self, *commands):
        """What the telemetry socket answers; a bare value for one command."""
        paths = list(self.directory.glob("dpdk/*/dpdk_telemetry.v2"))
        assert len(paths) == 1
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect(str(paths[0]))
            client.recv(4096)
            answers = []
            for command in commands:
                client.send(command.encode())
                answers.append(json.loads(client.recv(65536))[command.split(",")[0]])
        return answers[0] if len(commands) == 1 else answers

    def stop(self, seconds=2):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.notify.close()


def lcores():
    """The first two CPUs that this test may use, or the only one."""
    return ",".join(str(cpu) for cpu in sorted(os.sched_getaffinity(0))[:2])


@pytest.fixture
def start(tmp_path):
    with contextlib.ExitStack() as stack:

        def start_one(eal, *own, directory=tmp_path, **kwargs):
            forwarder = Forwarder(directory, eal, own, **kwargs)
            stack.callback(forwarder.close)
            return forwarder

        yield start_one


@pytest.fixture
def netns():
    """Makes network namespaces, and takes them back."""
    with contextlib.ExitStack() as stack:

        def make(label):
            name = f"fwd-{os.getpid()}-{label}"
            run("ip", "netns", "add", name)
            stack.callback(run, "ip", "netns", "del", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
            return name

        yield make


# ---------------------------------------------------------------- bad input


def finish(*args, netns=None, environment=None):
    enter = ["ip", "netns", "exec", netns] if netns else []
    return subprocess.run(
        [*enter, PROGRAM, *args],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
        env=dict(os.environ, **(environment or {})),
    )


def own_lines(text):
    return [line for line in text.splitlines() if line.startswith("exception-path-forwarder: ")]


def test_help_and_version():
    result = finish("--help")
    assert result.returncode == 0
    options = re.findall(r"^  --([a-z-]+)", result.stdout, re.M)
    assert options == sorted(options)
    result = finish("--version")
    assert result.returncode == 0
    assert re.match(r"exception-path-forwarder \d+\.\d+\.\d+, DPDK ", result.stdout)


@pytest.mark.parametrize(
    "args, reason",
    [
        ((), "one of --pair and --create is needed"),
        (("--", "--bogus", *NULL_PAIR), "unknown option '--bogus'"),
        (("--", "--pair", "nic=a,kernel=b,mtu=x"), "mtu 'x' is not a number"),
        (("--", "--create", *NULL_PAIR), "--create and --pair exclude each other"),
        (("--vdev=virtio_user0,path=/x", "--", "--create"), "exclude each other"),
        (("--bogus-eal-option", "--", *NULL_PAIR), "check the EAL options"),
    ],
)
def test_bad_input(args, reason):
    result = finish(*args)
    assert result.returncode == 2, result.stderr
    assert len(own_lines(result.stderr)) == 1
    assert reason in result.stderr


def test_missing_port(start):
    forwarder = start(NULL_PORTS, "--pair", "nic=net_null7,kernel=net_null1")
    assert forwarder.process.wait(10) == 3
    assert "NIC port 'net_null7' is not there" in forwarder.log()


def test_create_without_nic(start, tmp_path):
    # anything that is a character device passes for vhost-net until a port is made
    forwarder = start((), "--create", "--vhost-path=/dev/null")
    assert forwarder.process.wait(10) == 3
    assert "there is no NIC port" in forwarder.log()


def test_too_many_queues(start, netns):
    forwarder = start(
        ("--vdev=net_tap0,iface=wire0", "--vdev=net_null1"),
        "--pair",
        "nic=net_tap0,kernel=net_null1,queues=100",
        netns=netns("a"),
    )
    assert forwarder.process.wait(10) == 4
    assert "100 are asked for" in forwarder.log()


def test_too_little_memory(start):
    forwarder = start(NULL_PORTS, *NULL_PAIR, memory=8)
    assert forwarder.process.wait(10) == 5
    assert "no memory for the" in forwarder.log()


def test_missing_vhost_net():
    result = finish("--", "--create", "--vhost-path=/nowhere/vhost-net")
    assert result.returncode == 6
    assert "/nowhere/vhost-net: No such file or directory (load the module" in result.stderr


@contextlib.contextmanager
def inside(netns):
    """What is opened within belongs to that network namespace."""
    setns = ctypes.CDLL(None, use_errno=True).setns
    with open("/proc/self/ns/net") as home, open(f"/run/netns/{netns}") as there:
        assert setns(there.fileno(), 0) == 0
        try:
            yield
        finally:
            assert setns(home.fileno(), 0) == 0


@contextlib.contextmanager
def attached_tap(netns, name, state):
    """Holds a queue of a multi-queue tap, as another data plane would."""
    tunsetiff, tap_flags = 0x400454CA, 0x0002 | 0x1000 | 0x4000 | 0x0100
    run("ip", "-n", netns, "tuntap", "add", name, "mode", "tap", "multi_queue", "vnet_hdr")
    run("ip", "-n", netns, "link", "set", name, state)
    with inside(netns):
        tap = open("/dev/net/tun", "r+b", buffering=0)
    with tap:
        fcntl.ioctl(tap, tunsetiff, struct.pack("16sH22x", name.encode(), tap_flags))
        yield


@pytest.mark.skipif(not os.path.exists("/dev/net/tun"), reason="no tun in this kernel")
@pytest.mark.parametrize("state", ["up", "down"])
def test_netdev_in_use(netns, state):
    name = netns("a")
    args = (
        "--vdev=virtio_user0,path=/dev/null,iface=exc0",
        "--",
        "--pair",
        "nic=net_null0,kernel=virtio_user0,queue_size=256",
    )
    with attached_tap(name, "exc0", state):
        result = finish("--no-huge", "--no-pci", *args, netns=name)
    free = finish("--no-huge", "--no-pci", *args, netns=name)
    assert result.returncode == 6
    assert own_lines(result.stderr) == [
        "exception-path-forwarder: error: netdev 'exc0' is in use by another process "
        "(stop that one first)"
    ]
    assert "in use" not in free.stderr


@pytest.mark.parametrize(
    "make, reason",
    [
        ((), "'exc0' is not there, and this user may not make it"),
        (("user", "12345"), "'exc0' belongs to another user or group"),
    ],
)
def test_netdev_without_the_right_to_it(netns, make, reason):
    name = netns("a")
    if make:
        run("ip", "-n", name, "tuntap", "add", "exc0", "mode", "tap", "multi_queue", *make)
    result = subprocess.run(
        ["ip", "netns", "exec", name, "setpriv", "--bounding-set=-net_admin"]
        + ["--inh-caps=-net_admin", PROGRAM, "--", "--create=exc%u", "--vhost-path=/dev/null"],
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert result.returncode == 6
    assert len(own_lines(result.stderr)) == 1
    assert reason in result.stderr


def test_netdev_that_is_no_tap(netns):
    name = netns("a")
    run("ip", "-n", name, "link", "add", "exc0", "type", "veth", "peer", "name", "exc1")
    result = finish("--", "--create=exc%u", "--vhost-path=/dev/null", netns=name)
    assert result.returncode == 6
    assert "netdev 'exc0' exists and is not a tap" in result.stderr


# ---------------------------------------------------------------- the process


def test_ready_then_stopped(start):
    forwarder = start(QUIET_PORTS, *NULL_PAIR).wait_ready()
    status = [m for m in forwarder.read_messages() if m.startswith("STATUS=")]
    assert status[-1].startswith("STATUS=forwarding 1 pair, 1 link up; ")
    assert forwarder.stop() == 0
    assert "STOPPING=1" in forwarder.read_messages()


@pytest.mark.parametrize("idle", ["adaptive", "poll"])
def test_stops_under_load(start, idle):
    ports = ("--vdev=net_null0", "--vdev=net_null1", "--vdev=net_null2", "--vdev=net_null3")
    forwarder = start(
        ports,
        *("--pair", "nic=net_null0,kernel=net_null1,queues=2"),
        *("--pair", "nic=net_null2,kernel=net_null3"),
        f"--idle={idle}",
    ).wait_ready()
    time.sleep(0.3)
    assert forwarder.stop(2) == 0
    assert "already" not in forwarder.log()


def test_interrupt_stops_too(start):
    forwarder = start(QUIET_PORTS, *NULL_PAIR).wait_ready()
    forwarder.process.send_signal(signal.SIGINT)
    assert forwarder.process.wait(2) == 0


def thread_id(pid, name):
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == name:
            return int(task.name)
    raise AssertionError(f"no thread {name}")


def test_watchdog_follows_the_lcores(start):
    """Fed while all lcores move; not while one stands still; again afterwards."""
    forwarder = start(QUIET_PORTS, *NULL_PAIR, environment={"WATCHDOG_USEC": "200000"})
    forwarder.wait_ready()
    eventually(lambda: forwarder.read_messages().count("WATCHDOG=1") >= 3)

    ptrace = ctypes.CDLL(None, use_errno=True).ptrace
    ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    lcore = forwarder.process.pid  # the main lcore: the only one with a queue
    assert ptrace(16, lcore, None, None) == 0  # PTRACE_ATTACH stops this one thread
    os.waitpid(lcore, os.WUNTRACED | 0x40000000)  # __WALL
    try:
        eventually(lambda: "has stopped moving" in forwarder.log())
        forwarder.read_messages().clear()
        time.sleep(0.6)
        assert "WATCHDOG=1" not in forwarder.read_messages()
    finally:
        assert ptrace(17, lcore, None, None) == 0  # PTRACE_DETACH
    eventually(lambda: "WATCHDOG=1" in forwarder.read_messages())
    assert forwarder.stop() == 0


def sleeps(pid):
    """How often the main lcore has gone to sleep: unlike CPU time, no matter of other load."""
    status = Path(f"/proc/{pid}/task/{pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)[1])


@pytest.mark.parametrize("idle, least, most", [("adaptive", 200, 20000), ("poll", 0, 20)])
def test_idle(start, idle, least, most):
    forwarder = start(QUIET_PORTS, *NULL_PAIR, f"--idle={idle}").wait_ready()
    time.sleep(0.2)
    before = sleeps(forwarder.process.pid)
    time.sleep(1)
    assert least <= sleeps(forwarder.process.pid) - before <= most


def test_control_thread_stays_off_the_lcores(start):
    cpus = sorted(os.sched_getaffinity(0))
    forwarder = start(QUIET_PORTS, *NULL_PAIR).wait_ready()
    tid = thread_id(forwarder.process.pid, "fwd-control")
    polling = {cpus[0]}  # one queue: one lcore
    assert os.sched_getaffinity(tid) == (set(cpus) - polling or set(cpus))


# ---------------------------------------------------------------- telemetry


def test_telemetry(start):
    forwarder = start(
        NULL_PORTS,
        "--pair",
        "nic=net_null0,kernel=net_null1,queues=2,queue_size=512,mac=02:00:00:00:00:aa",
    ).wait_ready()
    pairs, pair, unknown, stats, version = forwarder.ask(
        "/exception_path/pairs",
        "/exception_path/pair,net_null1",
        "/exception_path/pair,net_null9",
        "/exception_path/stats",
        "/exception_path/version",
    )
    used = [int(lcore) for lcore in lcores().split(",")]
    assert pairs == ["net_null1"]
    assert unknown is None
    assert {key: pair[key] for key in ("nic", "nic_driver", "kernel", "netdev", "queues")} == {
        "nic": "net_null0",
        "nic_driver": "net_null",
        "kernel": "net_null1",
        "netdev": "",
        "queues": 2,
    }
    assert (pair["queue_size"], pair["mtu"], pair["mac"]) == (512, 1500, "02:00:00:00:00:aa")
    assert (pair["link"], pair["speed"], pair["lcores"]) == ("up", 10000, used)
    for direction in ("to_kernel", "to_nic"):
        queues = [pair["queue_stats"][str(queue)][direction] for queue in range(2)]
        assert all(queue["packets"] > 0 and queue["dropped"] == 0 for queue in queues)
        # each sum was taken an instant before or after the other
        total = sum(queue["packets"] for queue in queues)
        assert abs(total - pair[direction]["packets"]) < 0.1 * total
        assert pair[direction]["bytes"] >= pair[direction]["packets"] * 60
        assert stats["net_null1"][direction]["packets"] >= pair[direction]["packets"]
    assert set(version) == {"version", "dpdk"}


def test_telemetry_client_that_goes_away(start):
    forwarder = start(QUIET_PORTS, *NULL_PAIR).wait_ready()
    path = next(forwarder.directory.glob("dpdk/*/dpdk_telemetry.v2"))
    # DPDK hangs up on more than ten clients at a time.
    for _attempt in range(8):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
            client.connect(str(path))
            client.send(b"/exception_path/stats")
    assert forwarder.ask("/exception_path/pairs") == ["net_null1"]
    assert forwarder.stop() == 0


# ---------------------------------------------------------------- packets


@pytest.fixture
def wire(start, netns):
    """far end [10.9.0.2] -veth- net_af_packet <-> net_tap [10.9.0.1]: three namespaces."""
    far, middle, near = netns("far"), netns("mid"), netns("near")
    mac = "02:00:00:00:00:01"
    run("ip", "-n", middle, "link", "add", "wire0", "type", "veth", "peer", "name", "far0")
    run("ip", "-n", middle, "link", "set", "far0", "netns", far)
    run("ip", "-n", middle, "link", "set", "wire0", "up")
    forwarder = start(
        ("--vdev=net_af_packet0,iface=wire0", f"--vdev=net_tap0,iface=exc0,mac={mac}"),
        "--pair",
        f"nic=net_af_packet0,kernel=net_tap0,netdev=exc0,mac={mac}",
        netns=middle,
    ).wait_ready()
    # out of the way of wire0, which would answer for its addresses
    run("ip", "-n", middle, "link", "set", "exc0", "netns", near)
    for name, device, address in ((near, "exc0", 1), (far, "far0", 2)):
        run("ip", "-n", name, "link", "set", device, "up")
        run("ip", "-n", name, "addr", "add", f"10.9.0.{address}/24", "dev", device)
    return forwarder, near, far


def ping(netns, address, *args):
    output = run("ip", "netns", "exec", netns, "ping", "-q", "-c20", "-i0.02", "-W5", *args, address)
    return int(re.search(r"(\d+) received", output)[1])


@pytest.mark.skipif(not shutil.which("ping"), reason="no ping")
def test_packets_cross(wire):
    forwarder, near, far = wire
    before = forwarder.ask("/exception_path/stats")["net_tap0"]
    assert ping(far, "10.9.0.1") == 20
    assert ping(near, "10.9.0.2", "-s1472", "-Mdo") == 20
    after = forwarder.ask("/exception_path/stats")["net_tap0"]
    for direction in ("to_kernel", "to_nic"):
        assert after[direction]["packets"] - before[direction]["packets"] >= 40
        assert after[direction]["bytes"] - before[direction]["bytes"] >= 20 * (1514 + 98)
        assert after[direction]["dropped"] == 0
    assert forwarder.stop() == 0
    assert re.search(r"pair 'net_tap0': to kernel \d+ packets, \d+ bytes, 0 dropped", forwarder.log())


def packet_socket(netns, device):
    with inside(netns):
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        sock.bind((device, 3))
    sock.settimeout(5)
    return sock


def receive_test_frame(sock):
    """The next frame of the EtherType for experiments, among what the kernel sends by itself."""
    while True:
        data = sock.recv(2048)
        if data[12:14] == b"\x88\xb5":
            return data


def test_vlan_tags_cross(wire):
    """The kernel hands a tag on beside the packet: in the auxiliary data of the socket."""
    _forwarder, near, far = wire
    frame = bytes.fromhex("020000000001020000000002" + "8100000788b5") + bytes(50)
    with packet_socket(far, "far0") as sender, packet_socket(near, "exc0") as receiver:
        receiver.setsockopt(263, 8, 1)  # SOL_PACKET, PACKET_AUXDATA
        sender.send(frame)
        while True:
            data, ancillary, _flags, _source = receiver.recvmsg(2048, 128)
            if data[12:14] in (b"\x88\xb5", b"\x81\x00"):
                break
    assert data[12:14] == b"\x88\xb5"
    tag = [struct.unpack("=IIIHHHH", d)[5] for level, _kind, d in ancillary if level == 263]
    assert tag == [7]


def internet_sum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def tcp_segment(number, push):
    """One of a flow that can be merged, all of the same size."""
    payload = bytes(1000)
    addresses = bytes([10, 9, 0, 2, 10, 9, 0, 1])
    tcp = struct.pack("!HHIIBBHHH", 1, 2, number * len(payload), 1, 0x50, 0x18 if push else 0x10, 1000, 0, 0)
    pseudo = addresses + struct.pack("!HH", 6, len(tcp) + len(payload))
    tcp = tcp[:16] + struct.pack("!H", internet_sum(pseudo + tcp + payload)) + tcp[18:]
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 40 + len(payload), 0, 0x4000, 64, 6, 0) + addresses
    ip = ip[:10] + struct.pack("!H", internet_sum(ip)) + ip[12:]
    return bytes.fromhex("0200000000010200000000020800") + ip + tcp + payload


def test_a_backend_that_rests_does_not_keep_all_buffers(start, netns, tmp_path):
    """virtio gives buffers back with the next packet only, and a slot of its ring holds a chain."""
    name, path = netns("a"), tmp_path / "vhost.sock"
    (tmp_path / "backend").mkdir()
    backend = start(
        (f"--vdev=net_vhost0,iface={path},tso=1", "--vdev=net_null0,no-rx=1"),
        *("--pair", "nic=net_vhost0,kernel=net_null0"),
        directory=tmp_path / "backend",
    ).wait_ready()
    forwarder = start(
        ("--vdev=net_tap0,iface=wire0", f"--vdev=virtio_user0,path={path},queue_size=1024,in_order=0"),
        *("--pair", "nic=net_tap0,kernel=virtio_user0,queue_size=1024"),
        netns=name,
    ).wait_ready()
    run("ip", "-n", name, "link", "set", "wire0", "txqueuelen", "1000")

    def to_kernel(who):
        return next(iter(who.ask("/exception_path/stats").values()))["to_kernel"]

    with packet_socket(name, "wire0") as sender:
        backend.process.send_signal(signal.SIGSTOP)
        for number in range(7):
            # at rest meanwhile, so that it finds all of them at once: seven become one
            forwarder.process.send_signal(signal.SIGSTOP)
            for segment in range(840):
                sender.send(tcp_segment(number * 840 + segment, segment % 7 == 6))
            forwarder.process.send_signal(signal.SIGCONT)
            time.sleep(0.2)
        assert to_kernel(forwarder)["merged"] > 4000
        backend.process.send_signal(signal.SIGCONT)
        time.sleep(0.5)
        before = [to_kernel(who)["packets"] for who in (forwarder, backend)]
        sender.send(bytes.fromhex("02000000000102000000000288b5") + bytes(50))
        for who, packets in zip((forwarder, backend), before, strict=True):
            eventually(lambda who=who, packets=packets: to_kernel(who)["packets"] > packets)
    assert forwarder.stop() == 0
    assert backend.stop() == 0


def test_link_changes_are_logged(start, netns):
    name = netns("a")
    forwarder = start(
        ("--vdev=net_tap0,iface=wire0", "--vdev=net_null0,no-rx=1"),
        *("--pair", "nic=net_tap0,kernel=net_null0"),
        netns=name,
    ).wait_ready()
    for state in ("down", "up", "down"):
        run("ip", "-n", name, "link", "set", "wire0", state)
        eventually(lambda state=state: own_lines(forwarder.log())[-1].split(" at ")[0].endswith(f" is {state}"))
        assert forwarder.ask("/exception_path/pair,net_null0")["link"] == state
    status = [m for m in forwarder.read_messages() if m.startswith("STATUS=")]
    assert "0 links up" in status[-1]


# ---------------------------------------------------------------- mirroring


class Mirrored:
    """wire0 (net_tap, in place of a NIC) <-> exc0 (net_tap, as the kernel side)."""

    def __init__(self, start, netns, prepare=lambda name: None, options="", **kwargs):
        self.netns = netns
        prepare(self.netns)
        self.forwarder = start(
            ("--vdev=net_tap0,iface=wire0", "--vdev=net_tap1,iface=exc0,mac=02:00:00:00:00:01"),
            *("--pair", "nic=net_tap0,kernel=net_tap1,netdev=exc0,mac=02:00:00:00:00:01" + options),
            netns=netns,
            **kwargs,
        ).wait_ready()

    def ip(self, *args):
        return run("ip", "-n", self.netns, *args)

    def link(self, name):
        found = subprocess.run(
            ["ip", "-n", self.netns, "-details", "-json", "link", "show", name],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        return next(iter(json.loads(found or "[]")), None)

    def mirror(self):
        return self.forwarder.ask("/exception_path/pair,net_tap1")["mirror"]

    def becomes(self, **expected):
        """Telemetry says so soon."""
        seen = {}

        def reached():
            seen.update(self.mirror())
            return expected.items() <= seen.items()

        try:
            eventually(reached)
        except AssertionError as late:
            raise AssertionError(f"expected {expected}, still {seen}") from late


@pytest.fixture
def mirrored(start, netns):
    return Mirrored(start, netns("m"))


def test_mirror_at_the_start(mirrored):
    seen = mirrored.mirror()
    assert seen == {
        "state": "forwarding",
        "admin": "up",
        "carrier": "on",
        "mtu": 1500,
        "mac": "02:00:00:00:00:01",
        "promiscuous": 0,
        "allmulticast": 0,
        "multicast": seen["multicast"],
        "refused": "",
    }


def test_mirror_up_and_down(mirrored):
    mirrored.ip("link", "set", "exc0", "down")
    mirrored.becomes(admin="down", state="down", carrier="off")
    assert "UP" not in mirrored.link("wire0")["flags"]
    eventually(lambda: any("0 links up" in m for m in mirrored.forwarder.read_messages()))
    mirrored.ip("link", "set", "exc0", "up")
    mirrored.becomes(admin="up", state="forwarding", carrier="on")
    assert "UP" in mirrored.link("wire0")["flags"]


def test_mirror_mtu(mirrored):
    for mtu in (1400, 1300, 1500):
        mirrored.ip("link", "set", "exc0", "mtu", str(mtu))
        mirrored.becomes(mtu=mtu, state="forwarding", refused="")
        assert mirrored.link("wire0")["mtu"] == mtu
        assert mirrored.forwarder.ask("/exception_path/pair,net_tap1")["mtu"] == mtu


def test_mirror_mtu_that_the_nic_refuses(mirrored):
    # more than the driver takes in any release; 9000 is too much for some only
    mirrored.ip("link", "set", "exc0", "mtu", "60000")
    mirrored.becomes(refused="mtu", mtu=1500, state="forwarding")
    mirrored.ip("link", "set", "exc0", "mtu", "1450")
    mirrored.becomes(refused="", mtu=1450)
    assert mirrored.forwarder.log().count("does not take the MTU 60000") == 1


def test_mirror_mac(mirrored):
    mirrored.ip("link", "set", "exc0", "address", "02:00:00:00:00:77")
    mirrored.becomes(mac="02:00:00:00:00:77")
    assert mirrored.link("wire0")["address"] == "02:00:00:00:00:77"


@pytest.mark.parametrize("setting, key", [("promisc", "promiscuous"), ("allmulticast",) * 2])
def test_mirror_flags(mirrored, setting, key):
    flag = {"promisc": "PROMISC", "allmulticast": "ALLMULTI"}[setting]
    for state, value in (("on", 1), ("off", 0)):
        mirrored.ip("link", "set", "exc0", setting, state)
        mirrored.becomes(**{key: value})
        assert (flag in mirrored.link("wire0")["flags"]) == bool(value)


def test_mirror_capture(mirrored):
    """A capture makes a netdev promiscuous without the flag that ip(8) shows."""
    with packet_socket(mirrored.netns, "exc0") as sock:
        membership = struct.pack("iHH8s", mirrored.link("exc0")["ifindex"], 1, 0, b"")
        sock.setsockopt(263, 1, membership)  # SOL_PACKET, PACKET_ADD_MEMBERSHIP: PROMISC
        mirrored.becomes(promiscuous=1)
    mirrored.becomes(promiscuous=0)


def test_mirror_multicast(mirrored):
    group = "33:33:00:00:11:22"

    def groups():
        shown = json.loads(mirrored.ip("-json", "maddr", "show", "dev", "exc0"))
        return {entry["link"] for entry in shown[0]["maddr"] if "link" in entry}

    # the kernel joins groups of its own meanwhile
    for change in ("add", "del"):
        mirrored.ip("maddr", change, group, "dev", "exc0")
        assert (group in groups()) == (change == "add")
        eventually(lambda: mirrored.mirror()["multicast"] == len(groups()))


def test_mirror_carrier(mirrored):
    for state, carrier in (("down", "off"), ("up", "on")):
        mirrored.ip("link", "set", "wire0", state)
        mirrored.becomes(carrier=carrier, admin="up")
        flags = mirrored.link("exc0")["flags"]
        assert ("NO-CARRIER" in flags) == (carrier == "off")


def test_mirror_follows_a_new_name(mirrored):
    mirrored.ip("link", "set", "exc0", "name", "other")
    mirrored.ip("link", "set", "other", "mtu", "1300")
    mirrored.becomes(mtu=1300)
    assert "is now called 'other'" in mirrored.forwarder.log()


def test_netdev_in_another_namespace_is_served(mirrored, netns):
    mirrored.ip("link", "set", "exc0", "netns", netns("n"))
    eventually(lambda: "another network namespace" in mirrored.forwarder.log(), 2)
    # nobody tells any more which groups the netdev listens to
    mirrored.becomes(state="forwarding", allmulticast=1)
    assert "ALLMULTI" in mirrored.link("wire0")["flags"]


def open_files(pid):
    """Those that stay: sockets for a single request come and go."""

    def look():
        time.sleep(0.02)
        targets = []
        for entry in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                targets.append(os.readlink(entry).split(":")[0])
        return sorted(targets)

    return min((look() for look_again in range(20)), key=len)


def test_netdev_removed_and_made_again(mirrored):
    pid = mirrored.forwarder.process.pid
    files = open_files(pid)
    for _attempt in range(3):
        mirrored.ip("link", "del", "exc0")
        mirrored.becomes(state="no netdev")
        assert "UP" not in mirrored.link("wire0")["flags"]
        assert mirrored.forwarder.process.poll() is None
        mirrored.ip("tuntap", "add", "exc0", "mode", "tap", "multi_queue")
        eventually(lambda: mirrored.mirror()["state"] == "forwarding", 3)
        # not earlier: net_tap gives the netdev that it is attached to an MTU of 1500
        mirrored.ip("link", "set", "exc0", "mtu", "1450")
        mirrored.becomes(mtu=1450, mac=mirrored.link("exc0")["address"], carrier="on")
    assert open_files(pid) == files
    assert mirrored.forwarder.stop() == 0


def test_stops_without_netdev(mirrored):
    mirrored.ip("link", "del", "exc0")
    mirrored.becomes(state="no netdev")
    assert mirrored.forwarder.stop() == 0


def test_other_pairs_go_on_without_a_netdev(start, netns):
    name = netns("m")
    forwarder = start(
        (*NULL_PORTS, "--vdev=net_null2,no-rx=1", "--vdev=net_tap0,iface=exc0"),
        *NULL_PAIR,
        *("--pair", "nic=net_null2,kernel=net_tap0,netdev=exc0"),
        netns=name,
    ).wait_ready()
    run("ip", "-n", name, "link", "del", "exc0")
    eventually(
        lambda: forwarder.ask("/exception_path/pair,net_tap0")["mirror"]["state"] == "no netdev"
    )
    before = forwarder.ask("/exception_path/stats")["net_null1"]["to_kernel"]["packets"]
    eventually(
        lambda: forwarder.ask("/exception_path/stats")["net_null1"]["to_kernel"]["packets"] > before
    )
    assert forwarder.ask("/exception_path/pair,net_null1")["mirror"] == {"state": "forwarding"}


# ---------------------------------------------------------------- faults


@pytest.fixture
def faulty(start, netns, tmp_path):
    """Like mirrored, and the test can make its ports fail: see inject.c."""
    library = Path(PROGRAM).parent / "tests" / "libinject.so"
    folder = tmp_path / "inject"
    folder.mkdir()
    environment = {
        "LD_PRELOAD": str(library),
        "FWD_INJECT": str(folder),
        "ASAN_OPTIONS": "verify_asan_link_order=0",  # of a build with sanitizers
    }
    mirrored = Mirrored(start, netns("m"), environment=environment)

    def inject(name, text=""):
        """Takes effect as a whole, because the file appears with its content."""
        (tmp_path / name).write_text(text)
        (tmp_path / name).rename(folder / name)
        return folder / name

    mirrored.inject = inject
    return mirrored


def test_nic_that_does_not_start_is_tried_again(faulty):
    faulty.ip("link", "set", "exc0", "down")
    faulty.becomes(state="down")
    taken = faulty.inject("start-fails")
    faulty.ip("link", "set", "exc0", "up")
    eventually(lambda: not taken.exists(), 2)
    eventually(lambda: faulty.mirror()["state"] == "forwarding", 3)
    assert "does not start" in faulty.forwarder.log()


def test_nic_reset(faulty):
    faulty.ip("link", "set", "exc0", "mtu", "1400", "address", "02:00:00:00:00:78", "promisc", "on")
    faulty.becomes(mtu=1400, promiscuous=1, mac="02:00:00:00:00:78")
    taken = faulty.inject("reset-fails")
    faulty.inject("reset")
    eventually(lambda: not taken.exists(), 2)
    eventually(lambda: faulty.mirror()["state"] == "forwarding", 3)
    assert "asks for a reset" in faulty.forwarder.log()
    faulty.becomes(mtu=1400, promiscuous=1, mac="02:00:00:00:00:78", carrier="on")
    assert faulty.forwarder.stop() == 0


def test_what_comes_before_the_carrier_waits_for_it(faulty):
    """The kernel would answer at once, and what it sends without carrier is lost."""
    frame = bytes.fromhex("02000000000102000000000288b5") + bytes(50)
    for link_comes in (True, False):
        faulty.ip("link", "set", "exc0", "down")
        faulty.becomes(state="down")
        link_down = faulty.inject("link-down")
        faulty.ip("link", "set", "exc0", "up")
        faulty.becomes(state="forwarding", carrier="off")
        near, far = (packet_socket(faulty.netns, name) for name in ("exc0", "wire0"))
        with near, far:
            far.send(frame)
            near.settimeout(0.5)
            with pytest.raises(TimeoutError):
                receive_test_frame(near)
            if link_comes:
                link_down.unlink()
            # a NIC whose driver does not tell of its link is not shut out for good
            near.settimeout(10)
            assert receive_test_frame(near) == frame
            assert ("NO-CARRIER" in faulty.link("exc0")["flags"]) == (not link_comes)
    link_down.unlink()
    faulty.becomes(carrier="on")


def test_nic_removed_and_back(faulty):
    pid = faulty.forwarder.process.pid
    faulty.ip("link", "set", "exc0", "mtu", "1400", "allmulticast", "on")
    faulty.becomes(mtu=1400, allmulticast=1)
    files = open_files(pid)
    for _attempt in range(2):
        faulty.inject("remove", "net_tap0")
        faulty.becomes(state="no NIC", carrier="off")
        assert faulty.link("wire0") is None
        eventually(lambda: faulty.mirror()["state"] == "forwarding", 3)
        faulty.becomes(mtu=1400, allmulticast=1, carrier="on", mac="02:00:00:00:00:01")
        wire = faulty.link("wire0")
        assert wire["mtu"] == 1400 and "ALLMULTI" in wire["flags"]
        assert wire["address"] == "02:00:00:00:00:01"
    assert open_files(pid) == files
    assert faulty.forwarder.stop() == 0


@pytest.mark.parametrize("gone", ["NIC", "both"])
def test_stops_without_nic(faulty, gone):
    if gone == "both":
        faulty.ip("link", "del", "exc0")
        faulty.becomes(state="no netdev")
    faulty.inject("remove", "net_tap0")
    eventually(lambda: faulty.link("wire0") is None, 2)
    assert faulty.forwarder.stop() == 0
