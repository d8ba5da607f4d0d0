"""Rig (b): netdev <-> netdev in the guest, no emulated device in the way; a veth pair is the limit."""

from exclab.progress import say

from . import guest_planes, parse, stats

RIG, SUBJECT = "netdev", "netdev"
PLANES = ("forwarder", "testpmd", "veth")
ENDS = (("bench0", "52:54:00:eb:00:00", "bench-a", "198.18.100.1"), ("bench1", "52:54:00:eb:00:01", "bench-b", "198.18.100.2"))


def measure(agent, settings, samples):
    for turn, plane in stats.turns(PLANES, settings.pairs):
        say(f"netdev <-> netdev, turn {turn + 1} of {settings.pairs}: {plane}")
        try:
            pid = _up(agent, plane)
            samples.add(RIG, SUBJECT, plane, turn, **_measures(agent, pid, settings.seconds))
        finally:
            _down(agent)


def _up(agent, plane):
    ends = [(name, netns, [f"{address}/24"]) for name, _, netns, address in ENDS]
    for _, netns, _ in ends:
        agent.call("kernel_side.namespace", name=netns)
    pid = None
    if plane == "veth":
        agent.call("kernel_side.veth", one=ends[0], other=ends[1])
    else:
        for name, mac, _, _ in ENDS:
            agent.call("kernel_side.tap", name=name, mac=mac)
        command, kind = guest_planes.on_netdevs(plane, ENDS[0][:2], ENDS[1][:2])
        pid = agent.call("plane.up", command=command, kind=kind)
        # A tap is attached by name in the data plane's own namespace: moved only now.
        for name, netns, addresses in ends:
            agent.call("kernel_side.carrier", name=name)
            agent.call("kernel_side.move", name=name, netns=netns, addresses=addresses)
    agent.call("programs.output", command=f"ip netns exec {ENDS[0][2]} ping -c 3 -i 0.3 -W 5 {ENDS[1][3]}")
    agent.call("programs.iperf3_server", netns=ENDS[1][2])
    return pid


def _down(agent):
    agent.call("programs.end", name="iperf3")
    agent.call("plane.down")
    for name, _, netns, _ in ENDS:
        agent.call("kernel_side.remove_namespace", name=netns)
        agent.call("kernel_side.remove_netdev", name=name)


def _measures(agent, pid, seconds):
    values = {}
    for way, option in (("forth", ""), ("back", "-R")):
        command = f"ip netns exec {ENDS[0][2]} iperf3 -J -c {ENDS[1][3]} -t {seconds} -O 1 {option}"
        cpu = agent.call("cpu.used", pid=pid)
        rate, size = parse.iperf3(agent.call("programs.output", command=command))
        done = agent.call("cpu.used", pid=pid)
        values |= {f"tcp_{way}": rate, f"guest_s_per_gb_{way}": (done["guest"] - cpu["guest"]) / size}
        if pid:
            values[f"plane_s_per_gb_{way}"] = (done["plane"] - cpu["plane"]) / size
    return values
