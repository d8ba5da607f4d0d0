"""An lcore without work sleeps until a packet comes, whichever of its NICs it comes to."""

import re

import conftest


def interrupts(host, nic):
    """How many interrupts of a NIC on vfio-pci the kernel has seen."""
    lines = [line for line in host.file("/proc/interrupts").content_string.splitlines() if f"({nic})" in line]
    return sum(int(number) for line in lines for number in re.findall(r"\s(\d+)(?=\s)", line.split("vfio")[0]))


def test_no_lcore_waits_for_interrupts_that_do_not_come(host, far_end, port):
    """Not every NIC has them; one that shares its lcore with others that do must not wait for theirs."""
    address = port["addresses"][0].split("/")[0]
    assert far_end.ping(address)[0]
    # far enough apart that each finds the lcore at rest
    assert far_end.ping(address, "-i", "0.5", count=12)[0]
    before = conftest.telemetry(host)
    seen = interrupts(host, before["pairs"][port["netdev"]]["nic"])
    assert far_end.ping(address, "-i", "0.5", count=6)[0]
    after = conftest.telemetry(host)
    lcores = {str(queue["lcore"]) for queue in after["pairs"][port["netdev"]]["queue_stats"].values()}
    for lcore in lcores:
        if after["lcores"][lcore]["interrupts"]:
            assert after["lcores"][lcore]["waits"] > before["lcores"][lcore]["waits"]
            assert interrupts(host, after["pairs"][port["netdev"]]["nic"]) > seen
        else:
            assert after["lcores"][lcore]["sleeps"] > before["lcores"][lcore]["sleeps"]
