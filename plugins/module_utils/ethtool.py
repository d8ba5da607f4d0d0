# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many queues a NIC has, asked of its kernel driver (include/uapi/linux/ethtool.h)."""

from __future__ import annotations

import array
import fcntl
import os
import socket
import struct

_SIOCETHTOOL = 0x8946
_ETHTOOL_GCHANNELS = 0x3C


def max_queues(name, root="/"):
    """The most Rx queues of the netdev ``name``, or None when it can not be told."""
    return _max_channels(name) or _rx_queues(name, root)


def _max_channels(name):
    # struct ethtool_channels: cmd, max rx, tx, other, combined, then the present four.
    answer = array.array("I", [_ETHTOOL_GCHANNELS] + [0] * 8)
    address, _length = answer.buffer_info()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            fcntl.ioctl(any_socket, _SIOCETHTOOL, struct.pack("16sP16x", name.encode(), address))
    except OSError:
        return None
    return max(answer[1], answer[4]) or None


def _rx_queues(name, root):
    try:
        entries = os.listdir(os.path.join(root, "sys/class/net", name, "queues"))
    except OSError:
        return None
    return sum(entry.startswith("rx-") for entry in entries) or None
