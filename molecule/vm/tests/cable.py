"""A cable: frames sent from one of its ends, and what arrived at the other."""

import json
import pathlib
import struct
import subprocess
import time

import conftest
import frames

PACKET_END = (pathlib.Path(__file__).parent / "packet_end.py").read_text()
# Source addresses: their last byte tells the case; the last frame of all ends the catching.
MARK = "02:ec:ec:00:00:"
LAST = MARK + "ff"
NEEDS_CSUM = 1


def eventually(check, within=20):
    """Waits until it holds; the last answer."""
    until = time.monotonic() + within
    while not (answer := check()) and time.monotonic() < until:
        time.sleep(0.3)
    return answer


def started(frame):
    """With a checksum that is only begun: that of the pseudo header."""
    found = frames.Parsed(frame)
    begun = ~frames.checksum(frames.pseudo(found.source, found.destination, found.protocol, found.end - found.l4)) & 0xFFFF
    return frames.put16(frame, found.l4 + frames.CHECKSUM_AT[found.protocol], begun)


def virtio(frame, gso_type, size):
    found = frames.Parsed(frame)
    length = found.payload if gso_type else 0
    return struct.pack("<BBHHHH", NEEDS_CSUM, gso_type, length, size, found.l4, frames.CHECKSUM_AT[found.protocol])


class Cases:
    """What goes one way: frames to send with their headers, and the frames that must be on the wire."""

    def __init__(self, destination):
        self.destination, self.send, self.names, self.wire = destination, [], [], {}

    def _frame(self, name, kind, packet, tags):
        if name not in self.names:
            self.names.append(name)
            self.wire[name] = []
        return frames.ethernet(self.destination, f"{MARK}{self.names.index(name):02x}", kind, packet, tags)

    def whole(self, name, kind, packet, tags):
        frame = self._frame(name, kind, packet, tags)
        self.send.append((bytes(10), frame))
        self.wire[name].append(frame)

    def unfinished(self, name, kind, packet, tags, gso_type, size):
        frame = self._frame(name, kind, packet, tags)
        self.send.append((virtio(frame, gso_type, size), started(frame)))
        self.wire[name] += frames.cut(frame, size) if gso_type else [frame]

    def sorted(self, arrived):
        """What arrived, by case."""
        by_name = {name: [] for name in self.names}
        for header, frame in ((bytes.fromhex(a), bytes.fromhex(b)) for a, b in arrived):
            by_name[self.names[frame[11]]].append((header, frame))
        return by_name


def packet_end(argv):
    end = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert end.stdout.readline() == "ready\n"
    return end


def across(sender, receiver, cases, last_to=None):
    """Sends the cases from one end, and returns what arrived at the other."""
    receiving, sending = packet_end(receiver), packet_end(sender)
    job = {"prefix": frames.mac(LAST)[:5].hex(), "last": frames.mac(LAST).hex()}
    receiving.stdin.write(json.dumps(job) + "\n")
    receiving.stdin.flush()
    end = frames.ethernet(last_to or cases.destination, LAST, 0x88B5, b"")
    send = [(header.hex(), frame.hex()) for header, frame in [*cases.send, (bytes(10), end)]]
    sent, _ = sending.communicate(json.dumps({"send": send}) + "\n", timeout=60)
    assert json.loads(sent) == []
    arrived, _ = receiving.communicate(timeout=60)
    return cases.sorted(json.loads(arrived))


def ends(far_end):
    return (conftest.near_argv("python3", "-c", PACKET_END, far_end.port["netdev"]),
            far_end.argv("python3", "-c", PACKET_END, far_end.nic["ifname"]))
