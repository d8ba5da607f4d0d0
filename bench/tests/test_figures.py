"""Statistics, parsers, targets, table and plot: no host is needed."""

import json
import xml.etree.ElementTree as xml

import pytest
from excbench import parse, plot, stats, table, targets


class Known:
    """Samples that were made up."""

    about = {"date": "2026-01-01"}

    def __init__(self, values):
        self.rows = [{"rig": rig, "subject": subject, "measure": measure, "plane": plane, "turn": turn, "value": value}
                     for (rig, subject, measure, plane), every in values.items() for turn, value in enumerate(every)]

    def of(self, *key):
        return {row["turn"]: row["value"] for row in self.rows
                if (row["rig"], row["subject"], row["measure"], row["plane"]) == key}


SAMPLES = Known({
    ("netdev", "netdev", "tcp_forth", "forwarder"): [1000, 3000, 2000],
    ("netdev", "netdev", "tcp_forth", "testpmd"): [500, 1000, 1000],
    ("netdev", "netdev", "tcp_forth", "veth"): [8000, 8000, 8000],
    ("nic", "e1000e", "idle_cpu", "forwarder"): [0.03, 0.01, 0.02],
    ("native", "null", "instructions", "forwarder"): [110.0],
    ("native", "null", "instructions", "testpmd"): [100.0],
})


def test_spread_is_half_the_range_as_a_share_of_the_median():
    assert stats.spread([90, 100, 130]) == pytest.approx(0.2)
    assert stats.spread([0, 0]) == 0


def test_ratio_compares_turn_by_turn():
    assert stats.ratio({0: 10, 1: 30, 2: 90}, {0: 10, 1: 10, 2: 30}) == 3
    assert stats.ratio({0: 1}, {1: 1}) is None


def test_turns_interleave_and_change_who_is_first():
    assert stats.turns(("a", "b"), 2) == [(0, "a"), (0, "b"), (1, "b"), (1, "a")]


def test_iperf3_counts_what_arrived():
    text = json.dumps({"end": {"sum_sent": {"bits_per_second": 9e9, "bytes": 9},
                               "sum_received": {"bits_per_second": 2.5e8, "bytes": 7}}})
    assert parse.iperf3(text) == (250.0, 7)
    with pytest.raises(ValueError, match="refused"):
        parse.iperf3(json.dumps({"error": "refused"}))


def test_ping():
    text = ("[100.000000] 64 bytes from 198.18.0.1: icmp_seq=1 ttl=64 time=0.512 ms\n"
            "[100.010000] 64 bytes from 198.18.0.1: icmp_seq=2 ttl=64 time=2.5 ms\n"
            "[100.020000] no answer yet for icmp_seq=3\n"
            "[101.510000] 64 bytes from 198.18.0.1: icmp_seq=150 ttl=64 time=1 ms\n")
    assert parse.round_trips(text) == [0.512, 2.5, 1.0]
    assert parse.longest_gap(parse.answer_times(text)) == pytest.approx(1500)


def test_counters_that_programs_tell():
    assert parse.instructions("events: Ir\nfn=(1)\n1 5\ntotals: 12345\n") == 12345
    assert parse.testpmd_packets("  +++ Accumulated forward statistics +++\n  RX-packets: 64 RX-dropped: 0\n") == 64
    assert parse.forwarder_packets("pair 'a': to kernel 3 packets, 9 bytes, 0 dropped; to NIC 4 packets, 9 bytes") == 7


def test_targets_are_judged_both_ways():
    found = {(target.measure, target.against): (value, targets.reached(target, value))
             for target, _, value in targets.judged(SAMPLES)}
    assert found == {("tcp_forth", "testpmd"): (2, True), ("idle_cpu", None): (0.02, True),
                     ("instructions", "testpmd"): (pytest.approx(1.1), False)}


def test_table_has_a_row_for_each_measure():
    text = "\n".join(table.lines(SAMPLES))
    assert "| TCP, first netdev to second | Mbit/s | 2,000 ± 50% | 1,000 ± 25% | 8,000 ± 0% | 2.00 | 0.25 |" in text
    assert "≤ 1 | 1.1 | **no** |" in text


def test_plot_is_well_formed_and_has_a_bar_for_each_plane():
    drawing = xml.fromstring(plot.svg(plot.groups(SAMPLES)))
    fills = [node.get("fill") for node in drawing.iter("{http://www.w3.org/2000/svg}rect")]
    # background and two of the legend; then the forwarder and the veth pair
    assert fills[3:] == [plot.PLANES["forwarder"], plot.PLANES["veth"]]
