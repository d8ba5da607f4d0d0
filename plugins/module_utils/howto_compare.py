# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The statistics of both testpmds, hop by hop, and sentences on where they differ. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from ansible_collections.dataplane.exception_path.plugins.module_utils.howto_words import Count

# With fewer a hop may have been caught between two packets.
_SURE = 10


@dataclass(frozen=True)
class Statistics:
    """Of the NIC's port, the virtio_user port (both of the first testpmd), and the second testpmd's port."""

    nic: Count
    kernel: Count
    second: Count

    @property
    def returned(self):
        """Of the packets that came in by the NIC, those that can have gone back out through both."""
        hops = (self.nic.received, self.kernel.sent, self.second.received, self.second.sent, self.kernel.received, self.nic.sent)
        return min(hops)

    def table(self):
        return [
            f"{'port':<16}{'received':>12}{'sent':>12}{'dropped':>12}",
            *(
                f"{name:<16}{count.received:>12}{count.sent:>12}{count.dropped:>12}"
                for name, count in (("NIC", self.nic), ("virtio_user0", self.kernel), ("net_af_packet0", self.second))
            ),
        ]

    def as_dict(self):
        return {
            name: {"received": count.received, "sent": count.sent, "dropped": count.dropped}
            for name, count in (("nic", self.nic), ("virtio_user", self.kernel), ("af_packet", self.second))
        }


def sentences(found):
    """What the figures say."""
    told = [_summary(found)]
    heard, own = found.second.received - found.kernel.sent, found.kernel.received - found.second.sent
    _less(told, found.nic.received - found.kernel.sent, "that came in by the NIC did not get to the kernel: its queue was full")
    if heard > 0:
        told.append(
            f"the second testpmd received {heard} more than the first sent to the kernel: what the kernel itself sends by the netdev "
            "(neighbour discovery, answers), which a packet socket hears as well"
        )
    _less(told, -heard, "for the kernel were not seen by the second testpmd: its socket was full, or they came while it ended")
    _less(told, found.second.received - found.second.sent, "were received by the second testpmd and not sent: the netdev's queue was full")
    if own > 0:
        told.append(f"the first testpmd received {own} more from the kernel than the second sent: what the kernel itself sends by the netdev")
    _less(told, -own, "of the second testpmd did not get back to the first: the netdev's queue was full, or they were on their way at the end")
    _less(told, found.kernel.received - found.nic.sent, "from the kernel were not sent by the NIC: its queue was full, or it has no link")
    return told


def fault(found):
    """A sentence when traffic came in and a hop passed none of it, else None."""
    if found.nic.received < _SURE or found.returned:
        return None
    hops = (
        (found.kernel.sent, "from the NIC to the kernel"),
        (found.second.received, "from the kernel to the second testpmd"),
        (found.second.sent, "through the second testpmd"),
        (found.kernel.received, "from the kernel back to the first testpmd"),
        (found.nic.sent, "from the first testpmd to the NIC"),
    )
    where = next(name for passed, name in hops if not passed)
    return f"{found.nic.received} packets came in by the NIC, and none went {where}: see testpmd's output, and the kernel log (dmesg)"


def _summary(found):
    if not found.nic.received:
        return "no traffic was seen: nothing came in by the NIC; send something from its far end while the playbook runs"
    if found.returned >= found.nic.received:
        return f"all {found.nic.received} packets that came in by the NIC were returned through both testpmds"
    return f"{found.returned} of {found.nic.received} packets that came in by the NIC were returned through both testpmds"


def _less(told, missing, why):
    if missing > 0:
        told.append(f"{missing} packet{'' if missing == 1 else 's'} {why}")
