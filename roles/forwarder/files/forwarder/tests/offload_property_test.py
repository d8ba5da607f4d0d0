# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026 The dataplane.exception_path authors
"""The arithmetic of offloads against scapy's: random packets, every checksum computed again.

Wants the program that the build makes of offload_tool.c: OFFLOAD_TOOL=<path>, or a build in ./build.
"""

import os
import random
import struct
import subprocess
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP, UDP, IPOption_NOP
from scapy.layers.inet6 import IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrHopByHop, PadN
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether
from scapy.packet import Raw
from scapy.utils import checksum

HERE = Path(__file__).resolve().parent
PROGRAM = os.environ.get("OFFLOAD_TOOL") or str(HERE.parent / "build" / "tests" / "offload_tool")
SEED = int(os.environ.get("OFFLOAD_SEED", "1"))

ACK, PSH, FIN, ECE, CWR = 0x10, 0x08, 0x01, 0x40, 0x80
# What the NIC says of a checksum: RTE_MBUF_F_RX_L4_CKSUM_GOOD, or nothing.
VERIFIED, UNKNOWN = 1 << 8, 0

pytestmark = pytest.mark.skipif(not os.access(PROGRAM, os.X_OK), reason=f"no program at {PROGRAM}")


class Tool:
    """offload_tool.c, which says what goes over its pipes."""

    def __init__(self):
        self.process = subprocess.Popen([PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def close(self):
        self.process.communicate(timeout=10)
        return self.process.returncode

    def _read(self, fmt):
        size = struct.calcsize(fmt)
        data = self.process.stdout.read(size)
        assert len(data) == size, f"offload_tool ended: {self.process.wait(10)}"
        return struct.unpack(fmt, data)

    def ask(self, command, frames, value=0, piece=0):
        """What comes of the frames: [(segment size, frame), ...]."""
        request = struct.pack("!cHHH", command, value, piece, len(frames))
        request += b"".join(struct.pack("!I", len(frame)) + frame for frame in frames)
        self.process.stdin.write(request)
        self.process.stdin.flush()
        answer = []
        for _unused in range(self._read("!I")[0]):
            size, length = self._read("!HI")
            answer.append((size, self.process.stdout.read(length)))
        return answer


@pytest.fixture
def tool():
    tool = Tool()
    yield tool
    assert tool.close() == 0


@pytest.fixture
def rng(request):
    print(f"OFFLOAD_SEED={SEED}")
    return random.Random(f"{SEED} {request.node.name}")


def random_ip(rng):
    """IPv4 or IPv6 below any tags, with options or extension headers now and then."""
    layers = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
    tags = rng.choice([0, 0, 1, 2])
    if tags == 2:
        layers /= Dot1AD(vlan=rng.randrange(4095))
    if tags:
        layers /= Dot1Q(vlan=rng.randrange(4095))
    if rng.random() < 0.5:
        options = [IPOption_NOP()] * rng.choice([0, 0, 4, 12])
        layers /= IP(
            src=".".join(str(rng.randrange(1, 224)) for _unused in range(4)),
            dst="192.0.2.1",
            tos=rng.randrange(256),
            id=rng.randrange(65536),
            ttl=rng.randrange(1, 256),
            flags=rng.choice(["", "DF"]),
            options=options,
        )
    else:
        layers /= IPv6(
            src="2001:db8::" + format(rng.randrange(65536), "x"),
            dst="2001:db8::1:2",
            tc=rng.randrange(256),
            fl=rng.randrange(1 << 20),
            hlim=rng.randrange(1, 256),
        )
        if rng.random() < 0.2:
            layers /= IPv6ExtHdrHopByHop(options=[PadN(optdata=bytes(4))])
        if rng.random() < 0.2:
            layers /= IPv6ExtHdrDestOpt(options=[PadN(optdata=bytes(12))])
    return layers


def random_tcp(rng):
    options = rng.choice([[], [("NOP", None), ("NOP", None), ("Timestamp", (rng.randrange(1 << 32), 7))]])
    return TCP(
        sport=rng.randrange(1, 65536),
        dport=rng.randrange(1, 65536),
        seq=rng.choice([rng.randrange(1 << 32), (1 << 32) - rng.randrange(1, 9000)]),
        ack=rng.randrange(1 << 32),
        window=rng.randrange(65536),
        flags=ACK | rng.choice([0, PSH, FIN | PSH]) | rng.choice([0, ECE, CWR]),
        options=options,
    )


def random_udp(rng):
    return UDP(sport=rng.randrange(1, 65536), dport=rng.randrange(1, 65536))


def l4_of(packet):
    return packet[TCP] if TCP in packet else packet[UDP]


def recomputed(frame):
    """The frame with all lengths and checksums as scapy makes them."""
    packet = Ether(frame)
    if IP in packet:
        del packet[IP].chksum, packet[IP].len
    else:
        del packet[IPv6].plen
    l4 = l4_of(packet)
    del l4.chksum
    if UDP in packet:
        del l4.len
    return bytes(packet)


def left_to_us(frame):
    """The frame as the kernel hands it over: the checksum is that of the pseudo header, not inverted."""
    packet = Ether(frame)
    l4 = l4_of(packet)
    proto = 6 if TCP in packet else 17
    length = len(bytes(l4))
    ends = bytes(packet[IP])[12:20] if IP in packet else bytes(packet[IPv6])[8:40]
    l4.chksum = ~checksum(ends + struct.pack("!II", length, proto)) & 0xFFFF
    return bytes(packet)


def same_number(frame):
    """To be compared: TCP's checksum may be 0 or ffff, which are the same number."""
    packet = Ether(frame)
    if TCP in packet and packet[TCP].chksum == 0xFFFF:
        packet[TCP].chksum = 0
    return bytes(packet)


def assert_right(frame):
    assert same_number(frame) == same_number(recomputed(frame))


def test_finish(tool, rng):
    for _unused in range(300):
        payload = rng.randbytes(rng.choice([0, 1, 2, 3, rng.randrange(1500), rng.randrange(9000)]))
        whole = bytes(random_ip(rng) / rng.choice([random_tcp, random_udp])(rng) / Raw(payload))
        padding = rng.choice([b"", b"", rng.randbytes(rng.randrange(1, 40))])
        piece = rng.choice([0, rng.randrange(150, 1000)])
        ((_size, frame),) = tool.ask(b"f", [left_to_us(whole) + padding], piece=piece)
        assert frame[len(whole) :] == padding
        assert same_number(frame[: len(whole)]) == same_number(whole)


def test_cut(tool, rng):
    for _unused in range(50):
        payload = rng.randbytes(rng.choice([rng.randrange(1, 4000), rng.randrange(1, 60000)]))
        large = random_ip(rng) / random_tcp(rng) / Raw(payload)
        whole = Ether(bytes(large))
        size = rng.randrange(max(100, len(payload) // 40), 9001)
        segments = tool.ask(b"c", [left_to_us(bytes(large))], size, rng.choice([0, 0, 777, 4095]) or 4096)
        assert len(segments) == -(-len(payload) // size)
        done = 0
        for index, (_size, frame) in enumerate(segments):
            assert_right(frame)
            packet = Ether(frame)
            content = bytes(packet[TCP].payload)
            last = index == len(segments) - 1
            assert content == payload[done : done + size]
            # all else as it was
            expected = Ether(bytes(large))
            expected[TCP].payload = Raw(content)
            expected[TCP].seq = (whole[TCP].seq + done) % (1 << 32)
            if index:
                expected[TCP].flags = int(expected[TCP].flags) & ~CWR
            if not last:
                expected[TCP].flags = int(expected[TCP].flags) & ~(FIN | PSH)
            if IP in expected:
                expected[IP].id = (whole[IP].id + index) % 65536
            assert same_number(frame) == same_number(recomputed(bytes(expected)))
            done += len(content)
        assert done == len(payload)


def random_flow(rng):
    """Some segments of one flow, most of them of equal size."""
    head = random_ip(rng)
    tcp = random_tcp(rng)
    tcp.flags = ACK
    size = rng.choice([100, 536, 1400])
    frames = []
    for _unused in range(rng.randrange(1, 12)):
        payload = rng.randbytes(rng.choice([size] * 6 + [size // 2, 0]))
        tcp.flags = ACK | rng.choice([0] * 8 + [PSH, ECE])
        frames.append(bytes(head / tcp / Raw(payload)))
        tcp.seq = (tcp.seq + len(payload) + rng.choice([0] * 12 + [size])) % (1 << 32)
        if IP in head:
            head[IP].id = (head[IP].id + 1) % 65536
    return frames


def interleaved(rng, flows):
    """The flows' frames in one row, those of each in their order."""
    rest = [list(flow) for flow in flows]
    while any(rest):
        yield rng.choice([flow for flow in rest if flow]).pop(0)


def without_identification(frame):
    """With DF nobody needs it, and it is not kept."""
    packet = Ether(frame)
    if IP in packet and packet[IP].flags.DF:
        packet[IP].id = 0
        return same_number(recomputed(bytes(packet)))
    return same_number(frame)


def flow_of(frame):
    packet = Ether(frame)
    return (packet[TCP].sport, packet[TCP].dport)


def by_flow(frames):
    flows = {}
    for frame in frames:
        flows.setdefault(flow_of(frame), []).append(without_identification(frame))
    return flows


def test_merge(tool, rng):
    """Merged packets are right, and cut again they are what came, flow by flow."""
    merged = 0
    for _unused in range(40):
        frames = list(interleaved(rng, [random_flow(rng) for _flow in range(rng.randrange(1, 6))]))
        back = []
        packets = tool.ask(b"m", frames, rng.choice([VERIFIED, UNKNOWN]))
        assert len(packets) <= len(frames)
        for size, frame in packets:
            assert_right(frame)
            if size:
                merged += 1
                back += [part for _zero, part in tool.ask(b"c", [left_to_us(frame)], size, 4096)]
            else:
                back.append(frame)
        assert by_flow(back) == by_flow(frames)
    assert merged > 40


def test_merge_broken(tool, rng):
    """What is wrong anywhere below TCP comes out as it came; what is around it is merged all the same."""
    merged = 0
    for _unused in range(40):
        frames, broken = [], []
        for frame in interleaved(rng, [random_flow(rng) for _flow in range(rng.randrange(1, 4))]):
            if rng.random() < 0.2:
                at = len(frame) - 1 - rng.randrange(len(bytes(Ether(frame)[TCP])))
                frame = frame[:at] + bytes([frame[at] ^ 1 << rng.randrange(8)]) + frame[at + 1 :]
                broken.append(frame)
            frames.append(frame)
        packets = [frame for size, frame in tool.ask(b"m", frames, UNKNOWN)]
        for frame in broken:
            assert packets.count(frame) == broken.count(frame)
        for frame in packets:
            if frame not in broken:
                assert_right(frame)
        merged += len(frames) - len(packets)
    assert merged > 40
