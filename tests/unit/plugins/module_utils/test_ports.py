# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import ports
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

NIC = "0000:03:00.0"


def entry(**changes):
    return {key: value for key, value in dict({"nic": NIC, "netdev": "exc0"}, **changes).items() if value is not ...}


def problems(*entries, **options):
    return ports.read(list(entries), **options)[1]


def only(**changes):
    """The port of an entry without a fault."""
    (port,) = ports.parse([entry(**changes)])
    return port


# What is wrong, and the sentence that says so, whole: cause and remedy.
FAULTS = [
    (
        {"nic": "0000:03:00.8"},
        "nic '0000:03:00.8' is neither a PCI address (0000:03:00.0), nor a MAC address (52:54:00:12:34:56), nor an interface name (ens3): correct it",
    ),
    ({"nic": "0000:3:00.0"}, "nic '0000:3:00.0' is neither a PCI address"),
    ({"nic": "0000:03:20.0"}, "nic '0000:03:20.0' is neither a PCI address"),
    ({"nic": "52:54:00:12:34"}, "nic '52:54:00:12:34' is neither a PCI address"),
    ({"nic": "an interface"}, "nic 'an interface' is neither a PCI address"),
    ({"nic": "a_name_of_16_chr"}, "nic 'a_name_of_16_chr' is neither a PCI address"),
    ({"nic": 180.0}, "nic 180.0 is a number, as YAML reads an address of digits without quotes: put it in quotes"),
    ({"nic": ...}, "nic is missing: add nic:"),
    ({"nic": ""}, "nic is missing: add nic:"),
    ({"netdev": ...}, "netdev is missing: add netdev:"),
    ({"netdev": None}, "netdev is missing: add netdev:"),
    ({"netdev": "exception-path-0"}, "netdev 'exception-path-0' has 16 characters: the kernel takes at most 15, shorten it"),
    ({"netdev": "äöüäöüäö"}, "netdev 'äöüäöüäö' has 16 characters: the kernel takes at most 15, shorten it"),
    ({"netdev": "exc/0"}, "netdev 'exc/0' is no name for an interface: use letters, digits, '-', '_' and '.'"),
    ({"netdev": "exc 0"}, "netdev 'exc 0' is no name for an interface"),
    ({"netdev": "exc%d"}, "netdev 'exc%d' is no name for an interface"),
    ({"netdev": "exc0\n"}, "netdev 'exc0\\n' is no name for an interface"),
    ({"netdev": ".."}, "netdev '..' is no name for an interface"),
    ({"netdev": "all"}, "netdev 'all' is no name for an interface"),
    ({"netdev": 7}, "netdev 7 is not text: put it in quotes"),
    ({"mtu": 9699}, "mtu 9699 is above 9698 (the most a virtio_user port takes): lower it"),
    ({"mtu": 67}, "mtu 67 is below 68: give 68 to 9698"),
    ({"mtu": 1279, "addresses": ["2001:db8::1/64"]}, "mtu 1279 is below 1280: give 1280 to 9698"),
    ({"mtu": "jumbo"}, "mtu 'jumbo' is not a whole number: give one from 68 to 9698"),
    ({"mtu": 1500.5}, "mtu 1500.5 is not a whole number: give one from 68 to 9698"),
    ({"mtu": True}, "mtu True is not a whole number: give one from 68 to 9698"),
    ({"queues": 0}, "queues 0 is below 1: give 1 to 256"),
    ({"queues": -1}, "queues -1 is below 1: give 1 to 256"),
    ({"queues": 257}, "queues 257 is above 256 (the kernel's tap takes at most 256): lower it"),
    ({"queues": [1]}, "queues [1] is not a whole number: give one from 1 to 256"),
    ({"queue_size": 1000}, "queue_size 1000 is not a power of two: give 512 or 1024"),
    ({"queue_size": 65536}, "queue_size 65536 is above 32768 (the most a virtqueue holds): lower it"),
    ({"queue_size": 0}, "queue_size 0 is below 1: give 1 to 32768"),
    ({"queue_size": "1k"}, "queue_size '1k' is not a whole number: give one from 1 to 32768"),
    ({"mac": "52:54:00:12:34"}, "mac '52:54:00:12:34' is no MAC address: write inherit, or one like 52:54:00:12:34:56 in quotes"),
    ({"mac": 41135052896}, "mac 41135052896 is no MAC address: write inherit, or one like 52:54:00:12:34:56 in quotes"),
    ({"mac": "52:54:00:12:34:56\n"}, "mac '52:54:00:12:34:56\\n' is no MAC address"),
    ({"mac": "01:00:5e:00:00:01"}, "mac '01:00:5e:00:00:01' is a multicast or empty address: give a unicast one"),
    ({"mac": "00:00:00:00:00:00"}, "mac '00:00:00:00:00:00' is a multicast or empty address: give a unicast one"),
    ({"addresses": "192.0.2.1/24"}, "addresses is not a list: write addresses: [192.0.2.1/24]"),
    ({"addresses": ["192.0.2.1"]}, "address '192.0.2.1' has no prefix length: write it as 192.0.2.1/24 or 2001:db8::1/64"),
    ({"addresses": ["192.0.2.1/33"]}, "address '192.0.2.1/33' is no address with a prefix length: write it as 192.0.2.1/24 or 2001:db8::1/64"),
    ({"addresses": ["192.0.2.256/24"]}, "address '192.0.2.256/24' is no address with a prefix length"),
    ({"addresses": ["2001:db8::/129"]}, "address '2001:db8::/129' is no address with a prefix length"),
    ({"addresses": ["2001:db8:::1/64"]}, "address '2001:db8:::1/64' is no address with a prefix length"),
    ({"addresses": ["fe80::1%ens3/64"]}, "address 'fe80::1%ens3/64' is no address with a prefix length"),
    ({"addresses": [{"ip": "192.0.2.1/24"}]}, "address {'ip': '192.0.2.1/24'} has no prefix length"),
    ({"addresses": ["224.0.0.1/24"]}, "address '224.0.0.1/24' can not be set on a netdev: give a unicast address"),
    ({"addresses": ["127.0.0.1/8"]}, "address '127.0.0.1/8' can not be set on a netdev: give a unicast address"),
    ({"addresses": ["::/64"]}, "address '::/64' can not be set on a netdev: give a unicast address"),
    ({"addresses": ["192.0.2.1/24", "192.0.2.1/24"]}, "address 192.0.2.1/24 is given twice: drop one"),
    ({"addresses": ["2001:db8::1/64", "2001:DB8:0::1/64"]}, "address 2001:db8::1/64 is given twice: drop one"),
    ({"routes": {"to": "default"}}, "routes is not a list: write routes: [{to: 198.51.100.0/24, via: 192.0.2.254}]"),
    ({"routes": ["198.51.100.0/24"]}, "route '198.51.100.0/24' has no destination: write it as {to: 198.51.100.0/24, via: 192.0.2.254}"),
    ({"routes": [{"via": "192.0.2.254"}]}, "route {'via': '192.0.2.254'} has no destination"),
    ({"routes": [{"to": "198.51.100.1/24"}]}, "route to '198.51.100.1/24': its host bits are set: write it as 198.51.100.0/24, 2001:db8:1::/48 or default"),
    ({"routes": [{"to": "home"}]}, "route to 'home': it is no network: write it as 198.51.100.0/24, 2001:db8:1::/48 or default"),
    ({"routes": [{"to": 10}]}, "route to 10: it is no network: write it as 198.51.100.0/24, 2001:db8:1::/48 or default"),
    ({"routes": [{"to": ["a"]}]}, "route to ['a']: it is no network"),
    (
        {"routes": [{"to": "198.51.100.0/24", "via": "the gateway"}]},
        "route to 198.51.100.0/24: via 'the gateway' is not an IP address: give the gateway's address",
    ),
    ({"routes": [{"to": "198.51.100.0/24", "via": 10}]}, "route to 198.51.100.0/24: via 10 is not an IP address: give the gateway's address"),
    ({"routes": [{"to": "2001:db8:1::/48", "via": "fe80::1%ens3"}]}, "route to 2001:db8:1::/48: via 'fe80::1%ens3' is not an IP address"),
    (
        {"addresses": ["192.0.2.1/24"], "routes": [{"to": "2001:db8:1::/48", "via": "192.0.2.254"}]},
        "route to 2001:db8:1::/48: via 192.0.2.254 is of the other IP version: give a gateway of the same",
    ),
    (
        {"addresses": ["192.0.2.1/24"], "routes": [{"to": "default", "via": "198.51.100.1"}]},
        "route to default: via 198.51.100.1 is in the network of no address of this port: correct it, or add onlink: true",
    ),
    ({"routes": [{"to": "198.51.100.0/24", "metric": 0}]}, "route to 198.51.100.0/24: metric 0 is not a whole number above 0: correct or drop it"),
    ({"routes": [{"to": "198.51.100.0/24", "metric": "low"}]}, "route to 198.51.100.0/24: metric 'low' is not a whole number above 0: correct or drop it"),
    ({"routes": [{"to": "198.51.100.0/24", "gateway": "192.0.2.254"}]}, "unknown key of a route, 'gateway': known are to, via, metric, onlink"),
    ({"routes": [{"to": "198.51.100.0/24", "onlnk": True}]}, "unknown key of a route, 'onlnk': did you mean onlink?"),
    ({"driver": "igb_uio"}, "driver 'igb_uio' is unknown: give vfio-pci, or kernel for a NIC whose PMD shares it with the kernel"),
    ({"adress": ["192.0.2.1/24"]}, "unknown key 'adress': did you mean addresses?"),
    ({"address": ["192.0.2.1/24"]}, "unknown key 'address': did you mean addresses?"),
    ({"queue-size": 1024}, "unknown key 'queue-size': did you mean queue_size?"),
    ({"vlan": 5}, "unknown key 'vlan': known are nic, netdev, addresses, routes, mtu, mac, queues, queue_size, driver, offloads, limits"),
]


@pytest.mark.parametrize("changes, sentence", FAULTS, ids=[f"{index}-{'-'.join(changes)}" for index, (changes, _text) in enumerate(FAULTS)])
def test_a_fault_is_one_clear_sentence(changes, sentence):
    found = problems(entry(**changes))
    assert len(found) == 1, found
    label = "exception_path_ports[0]" + (f" ({changes['netdev']})" if isinstance(changes.get("netdev"), str) else "" if "netdev" in changes else " (exc0)")
    assert found[0].startswith(f"{label}: {sentence}")


def test_ten_faults_of_a_list_come_in_one_error():
    raw = [
        {"nic": "0000:03:00.9", "netdev": "exception-path-0", "mtu": 9999, "queues": 0, "queue_size": 1000, "mac": "nonsense"},
        {"nic": "ens3", "netdev": "exc1", "adress": ["192.0.2.1/24"], "addresses": ["192.0.2.1"]},
        {"nic": "ens3", "netdev": "exc1"},
    ]
    with pytest.raises(ExceptionPathError) as caught:
        ports.parse(raw)
    assert len(caught.value.problems) == 10
    text = str(caught.value)
    assert text.startswith("10 problems:\n- exception_path_ports[0] (exception-path-0): ")
    for problem in caught.value.problems:
        assert f"\n- {problem}" in text
    for word in (
        "nic '0000:03:00.9'",
        "16 characters",
        "mtu 9999",
        "queues 0",
        "queue_size 1000",
        "mac 'nonsense'",
        "'adress'",
        "'192.0.2.1'",
        "nic ens3 is given already",
        "netdev exc1 is given already",
    ):
        assert word in text


@pytest.mark.parametrize(
    "raw, sentence",
    [
        ({"nic": NIC, "netdev": "exc0"}, "exception_path_ports is a dict: write a list with an entry for every NIC"),
        ("ens3", "exception_path_ports is a str: write a list with an entry for every NIC"),
        (None, "exception_path_ports is a NoneType: write a list with an entry for every NIC"),
    ],
)
def test_no_list(raw, sentence):
    assert ports.read(raw) == ([], [sentence])


def test_an_entry_that_is_no_table_has_no_other_fault():
    assert problems("ens3") == ["exception_path_ports[0]: is a str: write nic: and netdev: below one dash"]


@pytest.mark.parametrize(
    "first, second, sentence",
    [
        ({"nic": "ens3"}, {"nic": "ens3"}, "nic ens3 is given already in exception_path_ports[0] (exc0): every port has its own"),
        ({"nic": "0000:03:00.0"}, {"nic": "03:00.0"}, "nic 0000:03:00.0 is given already in exception_path_ports[0] (exc0): every port has its own"),
        (
            {"nic": "52:54:00:ab:cd:ef"},
            {"nic": "52:54:00:AB:CD:EF"},
            "nic 52:54:00:ab:cd:ef is given already in exception_path_ports[0] (exc0): every port has its own",
        ),
    ],
)
def test_a_nic_twice_however_it_is_written(first, second, sentence):
    assert problems(dict(first, netdev="exc0"), dict(second, netdev="exc1")) == [f"exception_path_ports[1] (exc1): {sentence}"]


def test_a_netdev_three_times_is_told_of_the_second_and_the_third():
    found = problems(*[{"nic": f"ens{index}", "netdev": "exc0"} for index in range(3)])
    assert found == [
        f"exception_path_ports[{index}] (exc0): netdev exc0 is given already in exception_path_ports[0] (exc0): every port has its own" for index in (1, 2)
    ]


def test_defaults():
    assert only() == ports.Port(
        index=0, nic=ports.NicRef("pci", NIC), netdev="exc0", addresses=(), routes=(), mtu=1500, mac="inherit", queues=1, queue_size=1024, driver="vfio-pci"
    )


@pytest.mark.parametrize(
    "text, kind, value",
    [
        ("0000:03:00.0", "pci", "0000:03:00.0"),
        ("03:00.0", "pci", "0000:03:00.0"),
        (" 0000:AF:1F.7 ", "pci", "0000:af:1f.7"),
        ("10000:03:00.0", None, None),
        ("52:54:00:AB:cd:EF", "mac", "52:54:00:ab:cd:ef"),
        ("52-54-00-ab-cd-ef", None, None),
        ("ens3", "name", "ens3"),
        ("enp0s31f6.100", "name", "enp0s31f6.100"),
        ("Ethernet0", "name", "Ethernet0"),
        ("", None, None),
    ],
)
def test_words_for_a_nic(text, kind, value):
    nic = ports.parse_nic(text)
    assert (nic and (nic.kind, nic.value)) == (kind and (kind, value))


@pytest.mark.parametrize(
    "written, read",
    [
        ("192.0.2.1/24", "192.0.2.1/24"),
        ("192.0.2.1/255.255.255.0", "192.0.2.1/24"),
        ("2001:DB8:0:0:0:0:0:1/64", "2001:db8::1/64"),
        ("fe80::0001/64", "fe80::1/64"),
        ("192.0.2.1/32", "192.0.2.1/32"),
    ],
)
def test_addresses_are_written_as_the_kernel_shows_them(written, read):
    assert only(addresses=[written]).addresses == (read,)


@pytest.mark.parametrize(
    "key, text, value",
    [
        ("mtu", "9000", 9000),
        ("queues", " 4 ", 4),
        ("queue_size", "512", 512),
        ("mtu", 68, 68),
        ("mtu", 9698, 9698),
        ("queues", 256, 256),
        ("queue_size", 1, 1),
        ("queue_size", 32768, 32768),
        ("mtu", None, 1500),
        ("queues", None, 1),
        ("queue_size", None, 1024),
        ("mac", "52:54:00:AB:CD:EF", "52:54:00:ab:cd:ef"),
        ("mac", None, "inherit"),
        ("mac", "inherit", "inherit"),
        ("driver", None, "vfio-pci"),
        ("driver", "kernel", "kernel"),
        ("addresses", None, ()),
        ("routes", None, ()),
    ],
)
def test_values_as_yaml_and_jinja_leave_them(key, text, value):
    assert getattr(only(**{key: text}), key) == value


def test_an_ipv4_port_may_have_a_small_mtu():
    assert only(mtu=576, addresses=["192.0.2.1/24"]).mtu == 576


@pytest.mark.parametrize(
    "raw, route",
    [
        ({"to": "198.51.100.0/24", "via": "192.0.2.254"}, ports.Route("198.51.100.0/24", "192.0.2.254")),
        ({"to": "default", "via": "192.0.2.254"}, ports.Route("0.0.0.0/0", "192.0.2.254")),
        ({"to": "default", "via": "2001:DB8::FE"}, ports.Route("::/0", "2001:db8::fe")),
        ({"to": "default", "via": "fe80::1"}, ports.Route("::/0", "fe80::1")),
        ({"to": "default"}, ports.Route("0.0.0.0/0")),
        ({"to": "2001:DB8:1::/48", "via": "2001:db8::2", "metric": "50"}, ports.Route("2001:db8:1::/48", "2001:db8::2", 50)),
        ({"to": "198.51.100.7"}, ports.Route("198.51.100.7/32")),
        ({"to": "198.51.100.0/24", "via": "203.0.113.1", "onlink": True}, ports.Route("198.51.100.0/24", "203.0.113.1", None, True)),
        ({"to": "198.51.100.0/24", "via": "203.0.113.1", "onlink": "true"}, ports.Route("198.51.100.0/24", "203.0.113.1", None, True)),
    ],
)
def test_routes(raw, route):
    (read,) = only(addresses=["192.0.2.1/24", "2001:db8::1/64"], routes=[raw]).routes
    assert read == route
    assert read.version == (6 if ":" in route.to else 4)


# One destination with one metric is one entry of the kernel's table: "replace" would let two of
# them push each other out at every run.
@pytest.mark.parametrize(
    "first, second",
    [
        ({"to": "default", "via": "192.0.2.2"}, {"to": "0.0.0.0/0", "via": "192.0.2.2"}),
        ({"to": "198.51.100.0/24", "via": "192.0.2.2"}, {"to": "198.51.100.0/24", "via": "192.0.2.3"}),
        ({"to": "2001:db8:1::/48", "via": "2001:db8::2"}, {"to": "2001:db8:1::/48", "via": "2001:db8::3", "metric": 1024}),
    ],
)
def test_the_same_destination_twice(first, second):
    addresses = ["192.0.2.1/24", "2001:db8::1/64"]
    sentence = "is given already in exception_path_ports[0] (exc0) with the same metric: drop one, or give it a metric of its own"
    (found,) = problems(entry(addresses=addresses, routes=[first, second]))
    assert sentence in found
    (found,) = problems(entry(addresses=addresses, routes=[first]), {"nic": "ens4", "netdev": "exc1", "addresses": addresses, "routes": [second]})
    assert found.startswith("exception_path_ports[1] (exc1): route to ") and sentence in found


def test_the_same_destination_with_another_metric():
    routes = [{"to": "default", "via": "192.0.2.2"}, {"to": "default", "via": "192.0.2.3", "metric": 10}, {"to": "default", "via": "2001:db8::2"}]
    assert len(only(addresses=["192.0.2.1/24", "2001:db8::1/64"], routes=routes).routes) == 3


def test_a_port_knows_its_vdev_and_its_label():
    first, second = ports.parse([{"nic": "ens3", "netdev": "exc0"}, {"nic": "ens4", "netdev": "exc1"}])
    assert (first.vdev, second.vdev) == ("virtio_user0", "virtio_user1")
    assert second.label == "exception_path_ports[1] (exc1)"
    assert str(first.nic) == "ens3"


def test_a_caller_may_do_without_a_key():
    (port,) = ports.parse([{"netdev": "exc0"}], need=("netdev",))
    assert port.nic is None
    (port,) = ports.parse([{"nic": "ens3"}], need=("nic",))
    assert port.netdev is None and port.label == "exception_path_ports[0]"


def test_a_faulty_entry_is_still_a_port_with_defaults():
    """So that the host can be asked about the rest of it in the same error."""
    (port,), found = ports.read([{"nic": "ens3", "netdev": "exc0", "mtu": "jumbo", "queues": 0, "queue_size": 3, "mac": "x", "driver": "x"}])
    assert len(found) == 5
    assert (port.nic.value, port.mtu, port.queues, port.queue_size, port.mac, port.driver) == ("ens3", 1500, 1, 1024, "inherit", "vfio-pci")
