"""NICs and netdevs as the inventory wants them, by what the kernel says."""

import ipaddress
import json

SERVICE_USER = "exception-path"


def link(host, name):
    return json.loads(host.check_output("ip -json -details address show dev %s", name))[0]


def test_nic_is_on_vfio_pci(host, nic):
    assert host.file(f"/sys/bus/pci/devices/{nic['pci']}/driver").linked_to.endswith("/vfio-pci")


def test_netdev_is_up_with_carrier(host, port):
    flags = link(host, port["netdev"])["flags"]
    assert "UP" in flags and "LOWER_UP" in flags


def test_netdev_has_the_mac_of_its_nic(host, port, nic):
    assert link(host, port["netdev"])["address"] == nic["mac"]


def test_netdev_has_the_mtu(host, port):
    assert link(host, port["netdev"])["mtu"] == port.get("mtu", 1500)


def test_netdev_has_exactly_the_addresses(host, port):
    found = {f"{a['local']}/{a['prefixlen']}" for a in link(host, port["netdev"])["addr_info"] if a["scope"] == "global"}
    assert found == set(port["addresses"])


def test_netdev_has_its_routes(host, port):
    for route in port.get("routes", []):
        family = f"-{ipaddress.ip_network(route['to']).version}"
        found = json.loads(host.check_output("ip %s -json route show %s", family, route["to"]))
        assert [(r["gateway"], r["dev"]) for r in found] == [(route["via"], port["netdev"])]


def test_netdev_is_a_tap_that_outlives_the_forwarder(host, port):
    tap = link(host, port["netdev"])["linkinfo"]["info_data"]
    assert (tap["type"], tap["persist"], tap["multi_queue"], tap["vnet_hdr"]) == ("tap", True, True, True)


def test_netdev_belongs_to_the_service_user(host, port):
    assert host.check_output("cat /sys/class/net/%s/owner", port["netdev"]) == str(host.user(SERVICE_USER).uid)
