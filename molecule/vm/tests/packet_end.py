"""Runs at one end of a cable: sends frames through a packet socket, and tells what arrived.

Says "ready", then reads its job, an object of JSON, from standard input; answers with another.
Frames go with a virtio_net_hdr in front, so that one can be sent with a partial checksum or as a
large packet, and is seen to have come as one.
"""

import json
import socket
import struct
import sys
import time

SOL_PACKET, PACKET_AUXDATA, PACKET_VNET_HDR, PACKET_OUTGOING = 263, 8, 15, 4
SO_RCVBUFFORCE = 33
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 0x10, 0x40
HEADER = 10
PATIENCE = 20


def open_end(netdev):
    end = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    end.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 << 20)
    end.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    end.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    end.bind((netdev, 0))
    end.settimeout(0.5)
    return end


def receive(end):
    """Header and frame of one that arrived, with the tag that the kernel took off; None if none did."""
    try:
        data, ancillary, _, source = end.recvmsg(1 << 17, 256)
    except TimeoutError:
        return None
    if source[2] == PACKET_OUTGOING:
        return None
    header, frame = data[:HEADER], data[HEADER:]
    for level, kind, value in ancillary:
        if (level, kind) == (SOL_PACKET, PACKET_AUXDATA):
            status, _, _, _, _, tci, protocol = struct.unpack("=IIIHHHH", value[:20])
            if status & TP_STATUS_VLAN_VALID:
                tpid = protocol if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                frame = frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
    return header, frame


def main():
    end = open_end(sys.argv[1])
    print("ready", flush=True)
    job = json.loads(sys.stdin.readline())
    for header, frame in job.get("send", []):
        end.send(bytes.fromhex(header) + bytes.fromhex(frame))
    arrived = []
    until = time.monotonic() + PATIENCE
    # All frames of a test have a source address that begins so; the last one ends so.
    prefix, last = (bytes.fromhex(job[key]) if key in job else None for key in ("prefix", "last"))
    while last and time.monotonic() < until:
        got = receive(end)
        if got is None or not got[1][6:12].startswith(prefix):
            continue
        if got[1][6:12] == last:
            break
        arrived.append([got[0].hex(), got[1].hex()])
    print(json.dumps(arrived), flush=True)


main()
