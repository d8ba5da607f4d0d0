"""What other programs print, as numbers. Pure."""

import itertools
import json
import re


def iperf3(text):
    """Mbit/s and bytes that arrived."""
    report = json.loads(text)
    if "error" in report:
        raise ValueError(f"iperf3: {report['error']}")
    total = report["end"]["sum_received"]
    return total["bits_per_second"] / 1e6, total["bytes"]


def round_trips(text):
    """Milliseconds of every answer that ping shows."""
    return [float(word) for word in re.findall(r"time=([\d.]+) ms", text)]


def answer_times(text):
    """Seconds at which `ping -D` saw its answers."""
    return [float(word) for word in re.findall(r"^\[(\d+\.\d+)\] \d+ bytes from", text, re.M)]


def longest_gap(times):
    """Milliseconds of the longest time between two answers."""
    return max(later - earlier for earlier, later in itertools.pairwise(times)) * 1000


def instructions(text):
    """Instructions that callgrind collected."""
    return int(re.search(r"^(?:totals|summary): (\d+)", text, re.M)[1])


def testpmd_packets(text):
    """Packets of all ports in the last report of testpmd."""
    return int(re.findall(r"Accumulated.*?\n\s*RX-packets: (\d+)", text, re.S)[-1])


def forwarder_packets(text):
    """Packets of all pairs and ways that the forwarder tells at its end."""
    return sum(int(word) for word in re.findall(r"(?:to kernel|to NIC) (\d+) packets", text))
