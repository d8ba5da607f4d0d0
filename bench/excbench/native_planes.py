"""The command lines of the native rigs: {plane: (words, DPDK port ids that count)}."""

PREFIX = "/opt/dpdk"
TESTPMD = f"{PREFIX}/bin/dpdk-testpmd"
FORWARDER = "/work/exception-path-forwarder"
SOCKET = "/work/vv.sock"
RING = 1024

# valgrind has no huge pages. Whatever is timed has them: with pages of 4 KB the TLB would be measured.
SMALL_PAGES = ["--no-pci", "--no-huge", "-m", "1024"]
HUGE_PAGES = ["--no-pci", "--in-memory", "--single-file-segments", "-m", "256"]
NULL = ["--vdev=net_null0", "--vdev=net_null1"]
VHOST = [f"--vdev=net_vhost0,iface={SOCKET},queues=1"]
VIRTIO_USER = f"virtio_user0,path={SOCKET},queues=1,queue_size={RING}"
# vvstart0 is the plugin's: see src/vv.c.
VV = [*VHOST, "-d", "/work/vv.so", "--vdev=vvstart0", f"--vdev={VIRTIO_USER}"]
SIDES = {
    "null": (NULL, "nic=net_null0,kernel=net_null1"),
    "vv": (VV, "nic=net_vhost0,kernel=virtio_user0"),
}
# Ids of the ports that the data plane joins.
PORTS = (0, 1)
# testpmd can plug the second port in by itself, and send 16 bursts of 32 from each.
VV_COMMANDS = ["port stop all", f"port attach {VIRTIO_USER}", f"port config all rxd {RING}",
               f"port config all txd {RING}", "port stop all", "port start all", "set portlist 0,1", "start tx_first 16"]


def prefix(plane):
    return f"bench-{plane}"


def testpmd(rig, memory, main, lcore):
    """io forwarding by one lcore; testpmd's main lcore only waits."""
    eal = VHOST if rig == "vv" else SIDES[rig][0]
    return [TESTPMD, "-l", f"{main},{lcore}", f"--main-lcore={main}", f"--file-prefix={prefix('testpmd')}", *memory, *eal,
            "--", "--forward-mode=io", "--nb-cores=1", "-i", f"--rxd={RING}", f"--txd={RING}", "--total-num-mbufs=16384"]


def commands(plane, rig):
    """What it is told on its standard input once it runs."""
    if plane != "testpmd":
        return []
    return VV_COMMANDS if rig == "vv" else ["start"]


def forwarder(rig, memory, _main, lcore):
    """The forwarder polls on its main lcore, too."""
    eal, pair = SIDES[rig]
    return [FORWARDER, "-l", str(lcore), f"--file-prefix={prefix('forwarder')}", *memory, *eal,
            "--", "--pair", pair]


COMMANDS = {"testpmd": testpmd, "forwarder": forwarder}
LOOPS = {"testpmd": "start_pkt_forward_on_core", "forwarder": "loop_run"}
