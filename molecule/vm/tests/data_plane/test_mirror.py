"""A netdev's settings are its NIC's, and the NIC's link is the netdev's carrier."""

import cable
import conftest
import pytest

UNIT = "exception-path@default.service"
ANOTHER_MAC = "02:ec:00:00:00:77"
SOMEBODY_ELSE = "02:ec:00:00:00:99"
GROUP = "33:33:00:ec:ec:01"
FORWARDER = "/opt/exception-path/bin/exception-path-forwarder"


def mirror(host, port):
    return conftest.pairs(host)[port["netdev"]]["mirror"]


def follows(host, port, **wanted):
    """True once the NIC is as wanted."""
    return cable.eventually(lambda: wanted.items() <= mirror(host, port).items())


def answers(far_end, port, *options):
    """True once every address of the port answers."""
    addresses = [text.split("/")[0] for text in port["addresses"]]
    return cable.eventually(lambda: all(far_end.ping(address, *options, count=2)[0] for address in addresses))


@pytest.fixture
def as_before(host, far_end, port):
    """Whatever was changed is put back, as at boot."""
    yield
    far_end.run("ip", "link", "set", far_end.nic["ifname"], "mtu", "1500")
    host.check_output("systemctl restart exception-path-netdev@%s.service", port["netdev"])
    assert follows(host, port, state="forwarding", mtu=port.get("mtu", 1500), mac=far_end.nic["mac"])
    far_end.run("ip", "neighbour", "flush", "dev", far_end.nic["ifname"])
    assert answers(far_end, port)


def test_down_and_up(host, far_end, port, as_before):
    host.check_output("ip link set %s down", port["netdev"])
    assert follows(host, port, admin="down", state="down")
    before = conftest.pairs(host)[port["netdev"]]["to_kernel"]["packets"]
    assert not far_end.ping(port["addresses"][0].split("/")[0], "-W", "1", count=2)[0]
    assert conftest.pairs(host)[port["netdev"]]["to_kernel"]["packets"] == before
    host.check_output("ip link set %s up", port["netdev"])
    assert follows(host, port, admin="up", state="forwarding", carrier="on")


def test_mtu(host, far_end, port, as_before):
    far_end.run("ip", "link", "set", far_end.nic["ifname"], "mtu", "9000")
    host.check_output("ip link set %s mtu 9000", port["netdev"])
    assert follows(host, port, mtu=9000, state="forwarding")
    assert answers(far_end, port, "-M", "do", "-s", "8900")


def test_mac(host, far_end, port, as_before):
    host.check_output("ip link set %s address %s", port["netdev"], ANOTHER_MAC)
    assert follows(host, port, mac=ANOTHER_MAC)
    far_end.run("ip", "neighbour", "flush", "dev", far_end.nic["ifname"])
    assert answers(far_end, port)


def arrives(far_end, destination):
    """Whether a frame to an address gets as far as the kernel."""
    cases = cable.Cases(destination)
    cases.whole("frame", 0x88B5, b"to whom it may concern", ())
    near, far = cable.ends(far_end)
    return bool(cable.across(far, near, cases, last_to=far_end.nic["mac"])["frame"])


def test_promiscuity(host, far_end, port):
    assert mirror(host, port)["promiscuous"] == 0
    assert not arrives(far_end, SOMEBODY_ELSE)
    host.check_output("ip link set %s promisc on", port["netdev"])
    try:
        assert follows(host, port, promiscuous=1)
        assert arrives(far_end, SOMEBODY_ELSE)
    finally:
        host.check_output("ip link set %s promisc off", port["netdev"])
    assert follows(host, port, promiscuous=0)
    assert not arrives(far_end, SOMEBODY_ELSE)


def test_multicast(host, far_end, port):
    before = mirror(host, port)["multicast"]
    host.check_output("ip maddress add %s dev %s", GROUP, port["netdev"])
    try:
        assert follows(host, port, multicast=before + 1)
        assert arrives(far_end, GROUP)
    finally:
        host.check_output("ip maddress del %s dev %s", GROUP, port["netdev"])
    assert follows(host, port, multicast=before)


def test_all_multicast(host, far_end, port):
    host.check_output("ip link set %s allmulticast on", port["netdev"])
    try:
        assert follows(host, port, allmulticast=1)
        assert arrives(far_end, GROUP)
    finally:
        host.check_output("ip link set %s allmulticast off", port["netdev"])


def test_link_and_carrier(host, far_end, port):
    """A cable that is pulled takes the carrier away, and gives it back."""
    carrier = f"cat /sys/class/net/{port['netdev']}/carrier"
    far_end.link("down")
    try:
        assert cable.eventually(lambda: host.check_output(carrier) == "0")
        assert follows(host, port, carrier="off", admin="up")
    finally:
        far_end.link("up")
    assert cable.eventually(lambda: host.check_output(carrier) == "1")
    assert follows(host, port, carrier="on", state="forwarding")
    assert answers(far_end, port)


def test_restart_keeps_what_was_set_by_hand(host, far_end, port, as_before):
    far_end.run("ip", "link", "set", far_end.nic["ifname"], "mtu", "4000")
    host.check_output("ip link set %s mtu 4000 address %s", port["netdev"], ANOTHER_MAC)
    host.check_output("systemctl restart %s", UNIT)
    assert host.check_output("cat /sys/class/net/%s/mtu", port["netdev"]) == "4000"
    assert host.check_output("cat /sys/class/net/%s/address", port["netdev"]) == ANOTHER_MAC
    assert follows(host, port, mtu=4000, mac=ANOTHER_MAC, state="forwarding")
    far_end.run("ip", "neighbour", "flush", "dev", far_end.nic["ifname"])
    assert answers(far_end, port, "-M", "do", "-s", "3900")


def test_second_instance_is_refused(host, far_end, port):
    """In one sentence, and without becoming one more queue of the netdev."""
    done = host.run(
        "timeout 60 %s -l 0 --in-memory --no-huge -m 64 --no-pci --file-prefix=second --log-level=1 --vdev=net_null0 "
        "--vdev=virtio_user0,path=/dev/vhost-net,queues=1,queue_size=1024,iface=%s -- --pair nic=net_null0,kernel=virtio_user0",
        FORWARDER, port["netdev"])
    assert done.rc == 6, done.stderr
    assert len(done.stderr.splitlines()) == 1 and port["netdev"] in done.stderr, done.stderr
    assert answers(far_end, port)
