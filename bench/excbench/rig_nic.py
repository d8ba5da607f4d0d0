"""Rig (a): NIC <-> netdev in the guest, beside the kernel's own driver on the same NIC."""

import time

from exclab.progress import say

from . import guest_planes, stats
from .agent import FOLDER
from .far_end import FarEnd

RIG = "nic"
PLANES = ("forwarder", "testpmd", "kernel")
NETDEV = "exc0"
# More than any of them forwards under emulation, less than what starves the guest of CPU.
RATE = 100_000
BUSY_RATE = 5000
IDLE_SECONDS = 5


def measure(host, agent, flood, settings, samples):
    for nic in host.nics:
        near = nic.near_addresses[0].split("/")[0]
        far = FarEnd(nic.netns, near, flood)
        for turn, plane in stats.turns(PLANES, settings.pairs):
            say(f"nic {nic.model}, turn {turn + 1} of {settings.pairs}: {plane}")
            try:
                netdev, pid = _up(agent, nic, plane)
                far.wait()
                samples.add(RIG, nic.model, plane, turn, **_measures(agent, far, nic, netdev, pid, settings.seconds))
            finally:
                _down(agent)


def _up(agent, nic, plane):
    """Netdev and process id."""
    if plane == "kernel":
        agent.call("kernel_side.bind", pci=nic.pci, driver="")
        netdev = agent.call("kernel_side.netdev_of", pci=nic.pci)
        agent.call("kernel_side.address", name=netdev, addresses=nic.near_addresses)
        return netdev, None
    agent.call("kernel_side.bind", pci=nic.pci, driver="vfio-pci")
    agent.call("kernel_side.tap", name=NETDEV, mac=nic.mac, addresses=nic.near_addresses)
    command, kind = guest_planes.on_nic(plane, nic.pci, NETDEV, nic.mac)
    pid = agent.call("plane.up", command=command, kind=kind)
    agent.call("kernel_side.carrier", name=NETDEV)
    return NETDEV, pid


def _down(agent):
    agent.call("programs.end", name="iperf3")
    agent.call("plane.down")
    agent.call("kernel_side.remove_netdev", name=NETDEV)


def _measures(agent, far, nic, netdev, pid, seconds):
    agent.call("kernel_side.sink", address=far.near)
    agent.call("programs.iperf3_server")
    values = {}
    values |= _packets(agent, pid, "to_kernel", seconds, lambda: far.flood(seconds, RATE),
                       lambda: agent.call("kernel_side.counters", name=netdev)["rx_packets"])
    target = nic.far_addresses[0].split("/")[0]
    values |= _packets(agent, pid, "to_wire", seconds,
                       lambda: agent.call("programs.output", command=f"{FOLDER}/flood {target} {seconds} 0"), far.received)
    for way, reverse in (("to_kernel", False), ("to_wire", True)):
        values |= _tcp(agent, pid, way, lambda reverse=reverse: far.tcp(seconds, reverse=reverse))
    values |= _idle(agent, pid)
    values["ping_idle"] = stats.median(far.ping(5, 1.2))
    with far.load(BUSY_RATE):
        values["ping_busy"] = stats.median(far.ping(20, 0.1))
    if pid:
        values["stopped"] = far.longest_gap(lambda: agent.call("plane.restart"))
    return values


def _packets(agent, pid, way, seconds, send, count):
    cpu, before = agent.call("cpu.used", pid=pid), count()
    send()
    after, done = count(), agent.call("cpu.used", pid=pid)
    packets = max(1, after - before)
    values = {f"packets_{way}": packets / seconds,
              f"guest_ns_per_packet_{way}": (done["guest"] - cpu["guest"]) / packets}
    if pid:
        values[f"plane_ns_per_packet_{way}"] = (done["plane"] - cpu["plane"]) / packets
    return values


def _tcp(agent, pid, way, transfer):
    cpu = agent.call("cpu.used", pid=pid)
    rate, size = transfer()
    done = agent.call("cpu.used", pid=pid)
    values = {f"tcp_{way}": rate, f"guest_s_per_gb_{way}": (done["guest"] - cpu["guest"]) / size}
    if pid:
        values[f"plane_s_per_gb_{way}"] = (done["plane"] - cpu["plane"]) / size
    return values


def _idle(agent, pid):
    before, begin = agent.call("cpu.used", pid=pid), time.monotonic()
    time.sleep(IDLE_SECONDS)
    after, seconds = agent.call("cpu.used", pid=pid), time.monotonic() - begin
    shares = {which: (after[which] - before[which]) / 1e9 / seconds for which in before}
    return {"idle_guest": shares["guest"], **({"idle_cpu": shares["plane"]} if pid else {})}
