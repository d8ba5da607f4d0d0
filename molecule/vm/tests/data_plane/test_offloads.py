"""Odd packets, and packets as the kernel and NICs leave them unfinished, through every NIC both ways.

They are sent and caught by packet sockets at both ends, and judged by frames.py. The source
address says of which case a frame is.
"""

import struct

import cable
import conftest
import frames
import pytest
from frames import CTAG, DESTINATION, FRAGMENT, HOP_BY_HOP, ICMP, ICMP6, IPV4, IPV6, SCTP, STAG, TCP, UDP

HERE, THERE = frames.address("192.0.2.1"), frames.address("192.0.2.2")
HERE6, THERE6 = frames.address("2001:db8:ffff::1"), frames.address("2001:db8:ffff::2")
GSO_TCP4, GSO_TCP6, GSO_ECN = 1, 4, 0x80
PADDED = bytes([1, 4]) + bytes(6)  # an IPv6 extension header with nothing but padding
TIMESTAMPS = b"\x01\x01\x08\x0a" + bytes(range(8))


def text(length, seed=0):
    return bytes((i * 7 + seed) & 0xFF for i in range(length))


def ip4(protocol, data, **how):
    """IPv4 around it, with the checksum inside finished."""
    return frames.ipv4(HERE, THERE, protocol, frames.finished(data, protocol, HERE, THERE), **how)


def ip6(protocol, data, extensions=()):
    return frames.ipv6(HERE6, THERE6, protocol, frames.finished(data, protocol, HERE6, THERE6), extensions)


def spoiled(packet, at):
    """With a checksum that is wrong."""
    value = struct.unpack_from("!H", packet, at)[0]
    return frames.put16(packet, at, value ^ 0x1234 if value not in (0x1234, 0xEDCB) else value ^ 1)


def odd(mtu):
    """Whole frames that must arrive as they were sent: name, and (ethertype, what follows, tags)."""
    tcp, udp = frames.tcp(text(333)), frames.udp(text(334))
    fragmented = frames.finished(frames.udp(text(1000)), UDP, HERE, THERE)
    sctp = struct.pack("!HHII", 1, 2, 3, 0xDEADBEEF) + text(100)
    echo = frames.put16(b"\x08\0\0\0" + text(64), 2, frames.checksum(b"\x08\0\0\0" + text(64)))
    inner = ip4(TCP, tcp)
    full = frames.tcp(text(mtu - 40))
    return {
        "tcp4": (IPV4, ip4(TCP, tcp), ()),
        "tcp6": (IPV6, ip6(TCP, tcp), ()),
        "udp4": (IPV4, ip4(UDP, udp), ()),
        "udp6": (IPV6, ip6(UDP, udp), ()),
        "udp4-zero-checksum": (IPV4, frames.ipv4(HERE, THERE, UDP, udp), ()),
        "udp4-empty": (IPV4, ip4(UDP, frames.udp(b"")), ()),
        "tcp4-options": (IPV4, ip4(TCP, frames.tcp(text(99), options=TIMESTAMPS)), ()),
        "ip-options": (IPV4, ip4(TCP, tcp, options=b"\x94\x04\0\0"), ()),
        "tcp4-full": (IPV4, ip4(TCP, full), ()),
        "vlan-tcp4": (IPV4, ip4(TCP, tcp), ((CTAG, 100),)),
        "vlan-udp6": (IPV6, ip6(UDP, udp), ((CTAG, 0x6064),)),
        "priority-tag": (IPV4, ip4(UDP, udp), ((CTAG, 0xE000),)),
        "vlan-full": (IPV4, ip4(TCP, full), ((CTAG, 100),)),
        "qinq-tcp6": (IPV6, ip6(TCP, tcp), ((STAG, 200), (CTAG, 300))),
        "qinq-udp4": (IPV4, ip4(UDP, udp), ((STAG, 200), (CTAG, 300))),
        "two-c-tags": (IPV4, ip4(TCP, tcp), ((CTAG, 200), (CTAG, 300))),
        "three-tags": (IPV4, ip4(TCP, tcp), ((STAG, 1), (STAG, 2), (CTAG, 3))),
        "first-fragment": (IPV4, frames.ipv4(HERE, THERE, UDP, fragmented[:800], flags=0x2000), ()),
        "last-fragment": (IPV4, frames.ipv4(HERE, THERE, UDP, fragmented[800:], flags=100), ()),
        "fragment6": (IPV6, frames.ipv6(HERE6, THERE6, UDP, text(96), [(FRAGMENT, b"\0\0\1\0\0\0\7")]), ()),
        "atomic-fragment6": (IPV6, ip6(UDP, udp, [(FRAGMENT, b"\0\0\0\0\0\0\7")]), ()),
        "hop-by-hop-udp": (IPV6, ip6(UDP, udp, [(HOP_BY_HOP, b"\0" + PADDED[:6])]), ()),
        "destination-tcp": (IPV6, ip6(TCP, tcp, [(DESTINATION, b"\0" + PADDED[:6])]), ()),
        "both-extensions-tcp": (
            IPV6, ip6(TCP, tcp, [(HOP_BY_HOP, b"\0" + PADDED[:6]), (DESTINATION, b"\0" + PADDED[:6])]), ()),
        "sctp": (IPV4, frames.ipv4(HERE, THERE, SCTP, sctp), ()),
        "sctp6": (IPV6, frames.ipv6(HERE6, THERE6, SCTP, sctp), ()),
        "icmp": (IPV4, frames.ipv4(HERE, THERE, ICMP, echo), ()),
        "icmp6": (IPV6, ip6(ICMP6, b"\x80\0\0\0" + text(64)), ()),
        "unknown-protocol": (IPV4, frames.ipv4(HERE, THERE, 253, text(200)), ()),
        "unknown-protocol6": (IPV6, frames.ipv6(HERE6, THERE6, 253, text(200)), ()),
        "unknown-ethertype": (0x88B5, text(300), ()),
        "ip-in-ip": (IPV4, frames.ipv4(HERE, THERE, 4, inner), ()),
        "gre": (IPV4, frames.ipv4(HERE, THERE, 47, b"\0\0\x08\0" + inner), ()),
        "vxlan": (IPV4, frames.ipv4(HERE, THERE, UDP, frames.udp(
            b"\x08\0\0\0\0\0\x01\0" + frames.ethernet(cable.LAST, cable.LAST, IPV4, inner), ports=(9, 4789))), ()),
        "llc": (103, b"\x42\x42\x03" + text(100), ()),
        "bad-tcp4": (IPV4, spoiled(ip4(TCP, tcp), 36), ()),
        "bad-tcp6": (IPV6, spoiled(ip6(TCP, tcp), 56), ()),
        "bad-udp4": (IPV4, spoiled(ip4(UDP, udp), 26), ()),
        "bad-udp6": (IPV6, spoiled(ip6(UDP, udp), 46), ()),
        "bad-vlan-tcp4": (IPV4, spoiled(ip4(TCP, tcp), 36), ((CTAG, 100),)),
        "ip-length-too-large": (IPV4, frames.put16(ip4(TCP, tcp), 2, 1200), ()),
        "tcp-header-cut-off": (IPV4, frames.ipv4(HERE, THERE, TCP, tcp[:10]), ()),
    }


def streams(mtu):
    """TCP segments of one flow in a row, which may be merged on their way: name, and packets of (ethertype, packet)."""
    def segments(family, count, *, options=b"", size=mtu - 80, flags=0x10, spoil=None, last=77):
        made = []
        for index in range(count):
            part = text(size if index < count - 1 else last, index)
            data = frames.tcp(part, seq=1 + index * size, options=options, flags=flags | (8 if index == count - 1 else 0))
            packet = ip4(TCP, data, ident=1 + index) if family == IPV4 else ip6(TCP, data)
            made.append((family, spoiled(packet, 36 if family == IPV4 else 56) if index == spoil else packet))
        return made

    return {
        "stream4": segments(IPV4, 24),
        "stream6": segments(IPV6, 24),
        "stream4-timestamps": segments(IPV4, 12, options=TIMESTAMPS),
        "stream4-odd-size": segments(IPV4, 12, size=333),
        "stream4-one-bad": segments(IPV4, 12, spoil=5),
        "stream6-one-bad": segments(IPV6, 12, spoil=5),
        "stream4-ecn": segments(IPV4, 12, flags=0x50),
    }


def unfinished(mtu):
    """What a kernel leaves to others: name, and (ethertype, packet, tags, gso_type, size of a segment)."""
    tcp, udp = frames.tcp(text(333)), frames.udp(text(335))
    large = frames.tcp(text(12345), flags=0x18, options=TIMESTAMPS)
    options = [(DESTINATION, b"\0" + PADDED[:6])]
    return {
        "partial-tcp4": (IPV4, ip4(TCP, tcp), (), 0, 0),
        "partial-tcp6": (IPV6, ip6(TCP, tcp), (), 0, 0),
        "partial-udp4": (IPV4, ip4(UDP, udp), (), 0, 0),
        "partial-udp6": (IPV6, ip6(UDP, udp), (), 0, 0),
        "partial-udp4-ffff": (IPV4, ip4(UDP, becomes_zero()), (), 0, 0),
        "partial-ip-options": (IPV4, ip4(UDP, udp, options=b"\x94\x04\0\0"), (), 0, 0),
        "partial-extension-udp": (IPV6, ip6(UDP, udp, options), (), 0, 0),
        "partial-vlan-tcp4": (IPV4, ip4(TCP, tcp), ((CTAG, 100),), 0, 0),
        "partial-vlan-udp6": (IPV6, ip6(UDP, udp), ((CTAG, 100),), 0, 0),
        "partial-qinq-tcp4": (IPV4, ip4(TCP, tcp), ((STAG, 200), (CTAG, 300)), 0, 0),
        "large4": (IPV4, ip4(TCP, large), (), GSO_TCP4, mtu - 52),
        "large6": (IPV6, ip6(TCP, large), (), GSO_TCP6, mtu - 72),
        "large4-own-size": (IPV4, ip4(TCP, large), (), GSO_TCP4, 999),
        "large6-own-size": (IPV6, ip6(TCP, large), (), GSO_TCP6, 501),
        "large4-64k": (IPV4, ip4(TCP, frames.tcp(text(64000))), (), GSO_TCP4, mtu - 40),
        "large4-fin": (IPV4, ip4(TCP, frames.tcp(text(5000), flags=0x19)), (), GSO_TCP4, mtu - 40),
        "large4-vlan": (IPV4, ip4(TCP, large), ((CTAG, 100),), GSO_TCP4, mtu - 52),
        "large6-vlan": (IPV6, ip6(TCP, large), ((CTAG, 100),), GSO_TCP6, mtu - 72),
        "large4-qinq": (IPV4, ip4(TCP, large), ((STAG, 200), (CTAG, 300)), GSO_TCP4, mtu - 52),
        "large6-extension": (IPV6, ip6(TCP, large, options), (), GSO_TCP6, mtu - 80),
        "large4-ecn": (IPV4, ip4(TCP, frames.tcp(text(5000), flags=0x90)), (), GSO_TCP4 | GSO_ECN, mtu - 40),
    }


def becomes_zero():
    """UDP whose checksum comes to zero, which is sent as all ones."""
    data = frames.udp(text(100))
    value = struct.unpack_from("!H", frames.finished(data, UDP, HERE, THERE), 6)[0]
    changed = data[:8] + struct.pack("!H", (struct.unpack_from("!H", data, 8)[0] + value) % 0xFFFF) + data[10:]
    assert frames.finished(changed, UDP, HERE, THERE)[6:8] == b"\xff\xff"
    return changed


def undone(header, frame):
    """The frames as they were on the wire, from what a kernel got."""
    flags, gso_type, _, size, start, _ = struct.unpack("<BBHHHH", header)
    if gso_type:
        return frames.cut(frame, size)
    if flags & cable.NEEDS_CSUM:
        assert frame == cable.started(frame), "the checksum of the pseudo header is wrong"
        return [frames.completed(frame)]
    return [frame]


@pytest.fixture(scope="module")
def counted(host, far_end):
    """The pair before anything here was sent."""
    return conftest.pairs(host)[far_end.port["netdev"]]


def cases_to_kernel(mtu, mac):
    cases = cable.Cases(mac)
    for name, (kind, packet, tags) in odd(mtu).items():
        cases.whole(name, kind, packet, tags)
    for name, packets in streams(mtu).items():
        for kind, packet in packets:
            cases.whole(name, kind, packet, ())
    return cases


def cases_to_nic(mtu, mac):
    cases = cable.Cases(mac)
    for name, (kind, packet, tags) in odd(mtu).items():
        cases.whole(name, kind, packet, tags)
    for name, case in unfinished(mtu).items():
        cases.unfinished(name, *case)
    return cases


@pytest.fixture(scope="module")
def to_kernel(far_end, counted):
    cases = cases_to_kernel(far_end.port.get("mtu", 1500), far_end.nic["mac"])
    near, far = cable.ends(far_end)
    return cases, cable.across(far, near, cases)


@pytest.fixture(scope="module")
def to_nic(far_end, counted):
    cases = cases_to_nic(far_end.port.get("mtu", 1500), far_end.nic["far_mac"])
    near, far = cable.ends(far_end)
    return cases, cable.across(near, far, cases)


def shown(some):
    return [frame.hex() for frame in some]


@pytest.mark.parametrize("name", [*odd(1500), *streams(1500)])
def test_to_kernel(to_kernel, name):
    """What the kernel gets is what was on the wire, or stands for exactly that."""
    cases, arrived = to_kernel
    got = shown(frame for header, packet in arrived[name] for frame in undone(header, packet))
    sent = shown(cases.wire[name])
    if "one-bad" in name:
        # The tap's own GRO lets a segment with a wrong checksum overtake those that it collects.
        got, sent = sorted(got), sorted(sent)
    assert got == sent


@pytest.mark.parametrize("name", [name for name in [*odd(1500), *streams(1500)] if "bad" in name])
def test_bad_checksum_is_not_vouched_for(to_kernel, name):
    _, arrived = to_kernel
    for header, frame in arrived[name]:
        if not header[0] and frames.problem(frame, 1500):
            return
    pytest.fail("no frame with a wrong checksum arrived")


@pytest.mark.parametrize("name", odd(1500))
def test_to_nic(to_nic, name):
    cases, arrived = to_nic
    assert shown(frame for _, frame in arrived[name]) == shown(cases.wire[name])


@pytest.mark.parametrize("name", unfinished(1500))
def test_unfinished_to_nic(to_nic, counted, port, name):
    """On the wire is what the kernel would have made of it."""
    cases, arrived = to_nic
    got = [frame for _, frame in arrived[name]]
    assert [frames.problem(frame, port.get("mtu", 1500)) for frame in got] == [None] * len(got)
    assert shown(got) == shown(cases.wire[name])


def test_counters(host, far_end, counted, to_kernel, to_nic):
    after = conftest.pairs(host)[far_end.port["netdev"]]
    grown = {way: {key: after[way][key] - counted[way][key] for key in after[way]} for way in ("to_kernel", "to_nic")}
    assert (grown["to_kernel"]["dropped"], grown["to_nic"]["dropped"]) == (0, 0)
    # A NIC that cuts is not given what it may not understand, such as an extension header.
    assert (grown["to_nic"]["cut"] > 0) == (after["offloads"]["tso"] != "off")
    assert grown["to_kernel"]["cut"] == grown["to_nic"]["merged"] == 0
    if after["offloads"]["gro"] == "off":
        assert grown["to_kernel"]["merged"] == 0
