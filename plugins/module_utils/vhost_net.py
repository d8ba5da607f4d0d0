# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel's vhost-net offers.

From Linux 6.18 on that is VIRTIO_F_IN_ORDER, too: all buffers of a packet are given back with one entry
of the used ring. DPDK's virtio driver (seen in 25.11) reads an entry for each buffer and takes old ones
for new, so that packets carry the data of others. The argument in_order=0 of virtio_user declines it.

Source: include/uapi/linux/vhost.h and drivers/vhost/vhost.c of the kernel, drivers/net/virtio of DPDK.
"""

from __future__ import annotations

import fcntl
import struct

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths

_VHOST_GET_FEATURES = 0x8008AF00
_VIRTIO_F_IN_ORDER = 1 << 35


def offers_in_order():
    """False where there is no vhost-net to ask."""
    try:
        with open(paths.VHOST_NET, "r+b", buffering=0) as device:
            (features,) = struct.unpack("Q", fcntl.ioctl(device, _VHOST_GET_FEATURES, bytes(8)))
    except OSError:
        return False
    return bool(features & _VIRTIO_F_IN_ORDER)
