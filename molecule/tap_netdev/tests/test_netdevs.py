"""What the role has made, as iproute2 and systemd show it."""

import json

IPV6_DEFAULT_METRIC = 1024


def shown(host, *words):
    return json.loads(host.check_output("ip -json -details " + " ".join(words)))


def link(host, name):
    return shown(host, "address", "show", name)[0]


def test_the_tap_is_as_virtio_user_needs_it(host):
    found = link(host, "exc0")["linkinfo"]["info_data"]
    assert (found["type"], found["multi_queue"], found["vnet_hdr"], found["persist"], found["pi"]) == ("tap", True, True, True, False)
    assert found["user"] == "exception-path"


def test_attributes(host):
    found = link(host, "exc0")
    assert (found["address"], found["mtu"], found["txqlen"]) == ("52:54:00:00:00:01", 9000, 2048)
    assert "UP" in found["flags"]
    other = link(host, "exc1")
    assert (other["address"], other["mtu"], other["txqlen"]) == ("52:54:00:00:00:02", 1500, 1024)


def test_addresses(host):
    found = {f"{entry['local']}/{entry['prefixlen']}" for entry in link(host, "exc0")["addr_info"] if entry["scope"] == "global"}
    assert found == {"192.0.2.1/24", "2001:db8::1/64"}


def test_routes(host):
    found = shown(host, "-4 route show proto static") + shown(host, "-6 route show proto static")
    assert {(route["dst"], route.get("gateway"), route.get("metric"), route["dev"]) for route in found} == {
        ("default", "192.0.2.254", None, "exc0"),
        ("198.51.100.0/24", None, 7, "exc0"),
        ("2001:db8:1::/48", "2001:db8::fe", IPV6_DEFAULT_METRIC, "exc0"),
    }


def test_the_units_make_the_same_netdev_again(host):
    def state():
        found = link(host, "exc0")
        addresses = sorted(entry["local"] for entry in found["addr_info"] if entry["scope"] == "global")
        routes = sorted(route["dst"] for family in ("-4", "-6") for route in shown(host, family, "route show proto static dev exc0"))
        return found["address"], found["mtu"], found["txqlen"], found["linkinfo"], addresses, routes

    before = state()
    assert host.service("exception-path-netdev@exc0.service").is_enabled
    host.check_output("ip link delete exc0")
    host.check_output("systemctl restart exception-path-netdev@exc0.service")
    assert state() == before
