"""Ethernet frames made, checked and cut in plain Python, independent of all code under test."""

import ipaddress
import struct

TCP, UDP, ICMP, ICMP6, SCTP = 6, 17, 1, 58, 132
HOP_BY_HOP, FRAGMENT, DESTINATION = 0, 44, 60
IPV4, IPV6, CTAG, STAG = 0x0800, 0x86DD, 0x8100, 0x88A8
CHECKSUM_AT = {TCP: 16, UDP: 6, ICMP6: 2, ICMP: 2}


def checksum(data):
    """The Internet checksum (RFC 1071)."""
    total = sum(struct.unpack(f"!{(len(data) + 1) // 2}H", data + b"\0" * (len(data) % 2)))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def pseudo(source, destination, protocol, length):
    if len(source) == 4:
        return source + destination + struct.pack("!BBH", 0, protocol, length)
    return source + destination + struct.pack("!IxxxB", length, protocol)


def put16(data, at, value):
    return data[:at] + struct.pack("!H", value) + data[at + 2:]


def ethernet(destination, source, kind, payload, tags=()):
    """tags: (ethertype, VLAN) from the outermost."""
    words = b"".join(struct.pack("!HH", *tag) for tag in tags)
    return (mac(destination) + mac(source) + words + struct.pack("!H", kind) + payload).ljust(60, b"\0")


def ipv4(source, destination, protocol, payload, *, ident=1, flags=0x4000, options=b"", bad=False):
    """flags: DF 0x4000, MF 0x2000, and the offset of a fragment in units of 8 bytes."""
    head = struct.pack("!BBHHHBBH", 0x45 + len(options) // 4, 0, 20 + len(options) + len(payload), ident, flags, 64,
                       protocol, 0) + source + destination + options
    return put16(head, 10, checksum(head) ^ (0x1111 if bad else 0)) + payload


def ipv6(source, destination, protocol, payload, extensions=()):
    """extensions: (number, the header's bytes but the first)."""
    following = [number for number, _ in extensions[1:]] + [protocol]
    chain = b"".join(bytes([after]) + rest for (_, rest), after in zip(extensions, following, strict=False))
    first = extensions[0][0] if extensions else protocol
    return struct.pack("!IHBB", 6 << 28, len(chain) + len(payload), first, 64) + source + destination + chain + payload


def finished(data, protocol, source, destination):
    """TCP, UDP or ICMPv6 with its checksum."""
    at = CHECKSUM_AT[protocol]
    value = checksum(pseudo(source, destination, protocol, len(data)) + put16(data, at, 0))
    return put16(data, at, value or (0xFFFF if protocol == UDP else 0))


def tcp(payload, *, ports=(1000, 2000), seq=1, flags=0x10, options=b""):
    return struct.pack("!HHIIBBHHH", *ports, seq, 1, (20 + len(options)) // 4 << 4, flags, 1000, 0, 0) + options + payload


def udp(payload, *, ports=(1000, 2000)):
    return struct.pack("!HHHH", *ports, 8 + len(payload), 0) + payload


class Parsed:
    """Where the parts of a frame are. `l4` is None where no transport header can be read."""

    def __init__(self, frame):
        self.frame, self.l3, self.l4, self.protocol, self.fragment = frame, 14, None, None, False
        self.kind = struct.unpack_from("!H", frame, 12)[0]
        while self.kind in (CTAG, STAG):
            self.l3 += 4
            self.kind = struct.unpack_from("!H", frame, self.l3 - 2)[0]
        if self.kind == IPV4:
            self._ipv4()
        elif self.kind == IPV6:
            self._ipv6()

    def _ipv4(self):
        at = self.l3
        self.l4 = at + (self.frame[at] & 15) * 4
        self.end = at + struct.unpack_from("!H", self.frame, at + 2)[0]
        self.ident, self.offset = struct.unpack_from("!HH", self.frame, at + 4)
        self.fragment = self.offset & 0x3FFF != 0
        self.protocol = self.frame[at + 9]
        self.source, self.destination = self.frame[at + 12:at + 16], self.frame[at + 16:at + 20]

    def _ipv6(self):
        at = self.l3
        self.end = at + 40 + struct.unpack_from("!H", self.frame, at + 4)[0]
        self.protocol, self.l4 = self.frame[at + 6], at + 40
        self.source, self.destination = self.frame[at + 8:at + 24], self.frame[at + 24:at + 40]
        while self.protocol in (HOP_BY_HOP, DESTINATION):
            self.protocol, self.l4 = self.frame[self.l4], self.l4 + (self.frame[self.l4 + 1] + 1) * 8
        self.fragment = self.protocol == FRAGMENT

    @property
    def payload(self):
        """Where the payload of TCP begins."""
        return self.l4 + (self.frame[self.l4 + 12] >> 4) * 4


def problem(frame, mtu):
    """What is wrong with a frame on a wire, or None."""
    found = Parsed(frame)
    if found.l4 is None:
        return None
    if found.end > len(frame) or found.end - found.l3 > mtu:
        return f"{found.end - found.l3} bytes of IP in a frame of {len(frame)}, MTU {mtu}"
    if found.kind == IPV4 and checksum(frame[found.l3:found.l4]):
        return "the checksum of IPv4 is wrong"
    if found.fragment or found.protocol not in (TCP, UDP, ICMP6):
        return None
    data = frame[found.l4:found.end]
    if found.protocol == UDP and data[6:8] == b"\0\0" and found.kind == IPV4:
        return None
    if checksum(pseudo(found.source, found.destination, found.protocol, len(data)) + data):
        return f"the checksum of protocol {found.protocol} is wrong"
    return None


def completed(frame):
    """A frame with a partial checksum, with all its checksums as they should be."""
    found = Parsed(frame)
    data = finished(frame[found.l4:found.end], found.protocol, found.source, found.destination)
    head = frame[:found.l4]
    if found.kind == IPV4:
        head = head[:found.l3] + _ipv4_header(head[found.l3:], found.end - found.l3, found.ident)
    return head + data + frame[found.end:]


def _ipv4_header(head, length, ident):
    head = put16(put16(put16(head, 2, length), 4, ident & 0xFFFF), 10, 0)
    return put16(head, 10, checksum(head))


def cut(frame, size):
    """The TCP segments that a large packet stands for."""
    found = Parsed(frame)
    payload = frame[found.payload:found.end]
    segments = []
    for index, at in enumerate(range(0, len(payload), size)):
        part = payload[at:at + size]
        head = frame[:found.payload]
        length = found.payload - found.l3 + len(part)
        if found.kind == IPV4:
            head = head[:found.l3] + _ipv4_header(head[found.l3:found.l4], length, found.ident + index) + head[found.l4:]
        else:
            head = put16(head, found.l3 + 4, length - 40)
        seq = (struct.unpack_from("!I", head, found.l4 + 4)[0] + at) & 0xFFFFFFFF
        flags = head[found.l4 + 13]
        flags &= ~(0x80 if index else 0) & ~(0x09 if at + size < len(payload) else 0)
        transport = head[found.l4:found.l4 + 4] + struct.pack("!I", seq) + head[found.l4 + 8:found.l4 + 13] + bytes(
            [flags]) + head[found.l4 + 14:] + part
        transport = finished(transport, TCP, found.source, found.destination)
        segments.append((head[:found.l4] + transport).ljust(60, b"\0"))
    return segments


def address(text):
    return ipaddress.ip_address(text).packed
