"""The command lines of the native rigs: {plane: (words, DPDK port ids that count)}."""

PREFIX = "/opt/dpdk"
TESTPMD = f"{PREFIX}/bin/dpdk-testpmd"
FORWARDER = "/work/exception-path-forwarder"
SOCKET = "/work/vv.sock"
RING = 1024

NULL = ["--no-pci", "--no-huge", "-m", "1024", "--vdev=net_null0", "--vdev=net_null1"]
# vvstart0 is the plugin's: see src/vv.c.
VV = ["--no-pci", "--in-memory", "--single-file-segments", "-m", "256", "-d", "/work/vv.so",
      f"--vdev=net_vhost0,iface={SOCKET},queues=1", "--vdev=vvstart0",
      f"--vdev=virtio_user0,path={SOCKET},queues=1,queue_size={RING}"]
SIDES = {
    "null": (NULL, "0,1", "nic=net_null0,kernel=net_null1"),
    "vv": (VV, "0,1", "nic=net_vhost0,kernel=virtio_user0"),
}


def ports(rig):
    """Ids of the ports that the data plane joins."""
    return [int(word) for word in SIDES[rig][1].split(",")]


def prefix(plane):
    return f"bench-{plane}"


def testpmd(rig, main, lcore):
    """io forwarding by one lcore; testpmd's main lcore only waits."""
    eal, numbers, _ = SIDES[rig]
    return [TESTPMD, "-l", f"{main},{lcore}", f"--main-lcore={main}", f"--file-prefix={prefix('testpmd')}", *eal,
            "--", f"--portlist={numbers}", "--forward-mode=io", "--nb-cores=1", "-i",
            f"--rxd={RING}", f"--txd={RING}", "--total-num-mbufs=16384", "--auto-start"]


def forwarder(rig, _main, lcore):
    """The forwarder polls on its main lcore, too."""
    eal, _, pair = SIDES[rig]
    return [FORWARDER, "-l", str(lcore), f"--file-prefix={prefix('forwarder')}", *eal,
            "--", "--pair", pair]


COMMANDS = {"testpmd": testpmd, "forwarder": forwarder}
LOOPS = {"testpmd": "start_pkt_forward_on_core", "forwarder": "loop_run"}
