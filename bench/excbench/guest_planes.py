"""The command lines of the data planes in the guest: howto's options for testpmd, ours for the forwarder."""

from .agent import FOLDER

LCORE = 1
RING = 1024
# testpmd's default of 155,456 buffers would fill the guest's huge pages.
MBUFS = 16384


def vdev(index, netdev, mac):
    return f"--vdev=virtio_user{index},path=/dev/vhost-net,queues=1,queue_size={RING},iface={netdev},mac={mac}"


def testpmd(eal):
    # Its own program ends at the end of its standard input.
    words = ["dpdk-testpmd", "-l", f"0,{LCORE}", "--in-memory", "--file-prefix=bench", *eal, "--",
             "--forward-mode=io", "--auto-start", "--nb-cores=1", f"--rxd={RING}", f"--txd={RING}",
             f"--total-num-mbufs={MBUFS}"]
    return f"/bin/bash -c 'exec {' '.join(words)} < <(exec sleep infinity)'", "exec"


def forwarder(eal, pair):
    words = [f"{FOLDER}/exception-path-forwarder", "-l", str(LCORE), "--in-memory", "--file-prefix=bench", *eal,
             "--", "--pair", pair]
    return " ".join(words), "notify"


def on_nic(plane, pci, netdev, mac):
    eal = ["-a", pci, vdev(0, netdev, mac)]
    if plane == "testpmd":
        return testpmd(eal)
    return forwarder(eal, f"nic={pci},kernel=virtio_user0,netdev={netdev},mac={mac}")


def on_netdevs(plane, one, other):
    """Each is (name, MAC address)."""
    eal = ["--no-pci", vdev(0, *one), vdev(1, *other)]
    return testpmd(eal) if plane == "testpmd" else forwarder(eal, "nic=virtio_user1,kernel=virtio_user0")
