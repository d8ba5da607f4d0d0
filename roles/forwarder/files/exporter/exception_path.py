# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright (c) 2026 The dataplane.exception_path authors
"""From the forwarder's telemetry to metrics: the one place that knows both.

An endpoint as dpdk-telemetry-exporter.py of DPDK loads it: info() names the metrics, metrics(sock)
reads them, sock.cmd(command, parameter) asks. The exporter puts dpdk_exception_path_ before every
name. A forwarder that is older than this file lacks some answers; what it does not tell is left out.
"""

_PAIR = {
    "pair_info": ("A pair: a NIC port of DPDK and the kernel netdev that stands for it. Always 1.", "gauge"),
    "link_up": ("1 if the NIC has a link.", "gauge"),
    "link_speed_bits_per_second": ("Speed of the NIC's link, if known.", "gauge"),
    "carrier": ("1 if the netdev has carrier, which follows the NIC's link.", "gauge"),
    "forwarding": ("1 if the pair forwards: both sides are there and the netdev is up.", "gauge"),
    "mtu_bytes": ("MTU of the pair.", "gauge"),
    "offload_info": ("Where an offload is done: nic, software or off. Always 1.", "gauge"),
}
_COUNTERS = {
    "packets_total": ("Packets handed to the other side.", "counter"),
    "bytes_total": ("Bytes handed to the other side.", "counter"),
    "cut_total": ("Large packets that the forwarder cut into segments.", "counter"),
    "merged_total": ("Segments that the forwarder merged into larger packets.", "counter"),
    "dropped_packets_total": ("Packets dropped: no room (full), malformed (invalid), no buffer (memory), over the rate (limited).", "counter"),
}
_LIMITS = {
    "limit_packets_per_second": ("The most of a class that reaches the kernel.", "gauge"),
    "limit_burst_packets": ("Packets of a class that may come at once.", "gauge"),
    "limit_passed_packets_total": ("Packets of a limited class that reached the kernel.", "counter"),
    "limit_dropped_packets_total": ("Packets of a limited class that were over its rate.", "counter"),
}
_NIC = {
    "nic_missed_packets_total": ("Packets that the NIC dropped since its Rx queue was full: the forwarder is too slow.", "counter"),
    "nic_rx_errors_total": ("Packets that the NIC received with an error.", "counter"),
    "nic_tx_errors_total": ("Packets that the NIC could not send.", "counter"),
    "nic_rx_no_buffer_total": ("Times that the NIC's driver had no buffer to receive into.", "counter"),
}
_LCORES = {
    "lcore_queues": ("Queues that the lcore serves.", "gauge"),
    "lcore_idle_ratio": ("Share of time without a packet, 0 to 1, of late.", "gauge"),
    "lcore_rounds_total": ("Rounds over all queues of the lcore.", "counter"),
    "lcore_waits_total": ("Waits for an Rx interrupt.", "counter"),
    "lcore_sleeps_total": ("Times that the lcore slept.", "counter"),
}
_BUILD = {"build_info": ("Versions of the forwarder and of DPDK. Always 1.", "gauge")}

_WAYS = ("to_kernel", "to_nic")
_REASONS = ("full", "invalid", "memory", "limited")
_NIC_COUNTERS = {
    "nic_missed_packets_total": "imissed",
    "nic_rx_errors_total": "ierrors",
    "nic_tx_errors_total": "oerrors",
    "nic_rx_no_buffer_total": "rx_nombuf",
}


def info():
    return {**_BUILD, **_PAIR, **_COUNTERS, **_LIMITS, **_NIC, **_LCORES}


def metrics(sock):
    found = []
    version = sock.cmd("/exception_path/version")
    if version:
        found.append(("build_info", 1, {"version": version["version"], "dpdk": version["dpdk"]}))
    for name in sock.cmd("/exception_path/pairs") or []:
        pair = sock.cmd("/exception_path/pair", name)
        # Null when the pair went meanwhile.
        if pair:
            labels = {"pair": name, "nic": pair["nic"], "netdev": pair["netdev"]}
            found += _pair(pair, labels) + _counters(pair, labels) + _limits(pair, labels)
            found += _nic(sock.cmd("/ethdev/stats", pair["nic_port"]) or {}, labels)
    for lcore, share in (sock.cmd("/exception_path/lcores") or {}).items():
        found += _lcore(share, {"lcore": lcore})
    return found


def _pair(pair, labels):
    yes_no = [("link_up", pair["link"] == "up")]
    mirror = pair.get("mirror")
    if mirror:
        yes_no += [("carrier", mirror["carrier"] == "on"), ("forwarding", mirror["state"] == "forwarding")]
    found = [
        ("pair_info", 1, dict(labels, driver=pair["nic_driver"], mac=pair["mac"])),
        *[(name, int(value), labels) for name, value in yes_no],
        ("mtu_bytes", pair["mtu"], labels),
    ]
    # 0: the NIC does not tell, or there is no link.
    if pair["speed"]:
        found.append(("link_speed_bits_per_second", pair["speed"] * 1000000, labels))
    for offload, where in pair.get("offloads", {}).items():
        found.append(("offload_info", 1, dict(labels, offload=offload, where=where)))
    return found


def _counters(pair, labels):
    found = []
    for queue, share in pair["queue_stats"].items():
        for way in _WAYS:
            counters, marks = share[way], dict(labels, queue=queue, direction=way)
            for name in ("packets", "bytes", "cut", "merged"):
                if name in counters:
                    found.append((f"{name}_total", counters[name], marks))
            for reason in _REASONS:
                if f"dropped_{reason}" in counters:
                    found.append(("dropped_packets_total", counters[f"dropped_{reason}"], dict(marks, reason=reason)))
            if "dropped_full" not in counters:
                # A forwarder before the reasons counted only what had no room.
                found.append(("dropped_packets_total", counters["dropped"], dict(marks, reason="full")))
    return found


def _limits(pair, labels):
    found = []
    for name, limit in pair.get("limits", {}).items():
        marks = dict(labels, **{"class": name})
        found += [
            ("limit_packets_per_second", limit["rate"], marks),
            ("limit_burst_packets", limit["burst"], marks),
            ("limit_passed_packets_total", limit["passed"], marks),
            ("limit_dropped_packets_total", limit["dropped"], marks),
        ]
    return found


def _nic(stats, labels):
    return [(name, stats[key], labels) for name, key in _NIC_COUNTERS.items() if key in stats]


def _lcore(share, labels):
    return [
        ("lcore_queues", share["queues"], labels),
        ("lcore_idle_ratio", share["idle_ppm"] / 1000000, labels),
        ("lcore_rounds_total", share["rounds"], labels),
        ("lcore_waits_total", share["waits"], labels),
        ("lcore_sleeps_total", share["sleeps"], labels),
    ]
