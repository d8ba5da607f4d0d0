# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sysfs and a /proc in a folder, and a kernel that moves their links as the real one does.

Sources: the kernel's Documentation/ABI/testing/sysfs-bus-pci and drivers/base/bus.c.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess

from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError


class Interrupted(BaseException):
    """The run ends here, as with a lost connection: nothing may catch it."""


class FakeKernel:
    def __init__(self, root):
        self.root = str(root)
        self.links = {}
        self.routes = {4: [], 6: []}
        self.way_to = {}
        self.loaded = set()
        self.ran = []
        self.writes = []
        # Faults: what to do wrong, by PCI address.
        self.deaf = {}
        self.unbind_errno = {}
        self.name_at_return = {}
        self.without_netdev = set()
        self.interrupt_before_write = None
        self._native = {}
        self._first_name = {}
        self._mac = {}
        self._virtio = set()
        for folder in ("sys/bus/pci/devices", "sys/bus/pci/drivers", "sys/class/net", "sys/class/iommu", "proc"):
            self._folder(folder)

    # What is there.

    def add_nic(self, address, name, driver="e1000e", mac=None, group=None, node=-1, ids=("0x8086", "0x10d3"), virtio=False, **link):
        """A network function with its netdev; ``group`` None puts it behind no IOMMU."""
        self.add_function(address, driver, "0x020000", group, node, ids)
        self._native[address] = driver
        self._first_name[address] = name
        if virtio:
            self._virtio.add(address)
        self._netdev_appears(address, name, mac or f"52:54:00:00:{address[5:7]}:{address[8:10]}", link)
        return address

    def add_function(self, address, driver=None, pci_class="0x010802", group=None, node=-1, ids=("0x1af4", "0x1000")):
        folder = self._folder("sys/devices/pci0000:00", address)
        os.symlink(folder, self._path("sys/bus/pci/devices", address))
        for name, text in (("class", pci_class), ("vendor", ids[0]), ("device", ids[1]), ("numa_node", str(node)), ("driver_override", "(null)")):
            self._text(os.path.join(folder, name), text)
        if group is not None:
            self._text(self._path("sys/class/iommu/dmar0/version"), "1")
            members = self._folder("sys/kernel/iommu_groups", str(group), "devices")
            os.symlink(folder, os.path.join(members, address))
            os.symlink(os.path.dirname(members), os.path.join(folder, "iommu_group"))
        if driver:
            self._set_driver(address, driver)
        return address

    def add_virtual_function(self, physical, address, number=0):
        os.symlink(os.path.realpath(self._function(address)), self._function(physical, f"virtfn{number}"))

    def add_upper(self, name, *lowers, **link):
        """A bond, bridge, VLAN ... over other netdevs."""
        folder = self._folder("sys/devices/virtual/net", name)
        os.symlink(folder, self._path("sys/class/net", name))
        for lower in lowers:
            os.symlink(os.path.realpath(self._path("sys/class/net", lower)), os.path.join(folder, f"lower_{lower}"))
        self.links[name] = dict({"ifname": name, "address": "02:00:00:00:00:01", "mtu": 1500, "flags": ["UP"], "addr_info": []}, **link)

    def add_process(self, pid, parent, command="sh", environ=b"", files=()):
        folder = self._folder("proc", str(pid))
        self._text(os.path.join(folder, "comm"), command)
        self._text(os.path.join(folder, "stat"), f"{pid} ({command}) S {parent} {pid} {pid} 0")
        with open(os.path.join(folder, "environ"), "wb") as file:
            file.write(environ)
        descriptors = self._folder("proc", str(pid), "fd")
        for number, path in enumerate(files):
            os.symlink(path, os.path.join(descriptors, str(number)))

    def pull_out(self, address):
        """The card is taken out of the running machine."""
        self._unbind(address)
        os.unlink(self._path("sys/bus/pci/devices", address))

    def boot(self):
        """Overrides are gone, every function has the driver that fits it."""
        for address, driver in self._native.items():
            if os.path.exists(self._function(address)):
                self._unbind(address)
                self._text(self._function(address, "driver_override"), "(null)")
                self._probe(address, driver)

    def driver(self, address):
        path = self._function(address, "driver")
        return os.path.basename(os.readlink(path)) if os.path.islink(path) else None

    def override(self, address):
        with open(self._function(address, "driver_override"), encoding="ascii") as file:
            return file.read().strip()

    # What the code under test calls.

    def write(self, path, text):
        if self.interrupt_before_write is not None and len(self.writes) >= self.interrupt_before_write:
            raise Interrupted(path)
        short = os.path.relpath(path, self.root)
        self.writes.append(f"{text.strip()} > {os.path.basename(path)}")
        if not os.path.exists(path) and not path.endswith("drivers_probe"):
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", path)
        if path.endswith("/driver_override"):
            self._text(path, text.strip() or "(null)")
        elif path.endswith("/driver/unbind"):
            if text in self.unbind_errno:
                raise OSError(self.unbind_errno[text], os.strerror(self.unbind_errno[text]))
            self._unbind(text)
        elif short == "sys/bus/pci/drivers_probe":
            wanted = self.override(text)
            self._probe(text, self._native.get(text) if wanted == "(null)" else wanted)
        else:
            raise AssertionError(f"nobody writes to {short}")

    def run(self, command, check=True, stdin=None, **_options):
        self.ran.append(" ".join(command))
        answer = {"modprobe": self._modprobe, "ip": self._ip, "udevadm": lambda *_ignored: (0, ""), "systemctl": lambda *_ignored: (0, "")}[command[0]](
            command[1:], stdin
        )
        code, stdout = answer
        if check and code != 0:
            raise ExceptionPathError(f"{' '.join(command)} failed with exit code {code}: {stdout}")
        return subprocess.CompletedProcess(command, code, stdout, "")

    def _modprobe(self, arguments, _stdin):
        self.loaded.add(arguments[-1])
        return 0, ""

    def _ip(self, arguments, stdin):
        if "-batch" in arguments:
            return max((self._ip_line(line.split()) for line in stdin.splitlines()), default=(0, ""))
        if arguments[-2:] == ["address", "show"]:
            return 0, json.dumps(list(self.links.values()))
        if "get" in arguments:
            name = self.way_to.get(arguments[-1])
            return (0, json.dumps([{"dst": arguments[-1], "dev": name}])) if name else (2, "")
        return 0, json.dumps(self.routes[6 if "-6" in arguments else 4])

    def _ip_line(self, words):
        """The commands of a batch, carried out on the links as far as tests look at them."""
        name = words[words.index("dev") + 1]
        if name not in self.links:
            return 1, f"Cannot find device {name}"
        link = self.links[name]
        if words[:2] == ["address", "replace"]:
            local, _slash, prefixlen = words[2].partition("/")
            version = "inet6" if ":" in local else "inet"
            link["addr_info"] = [entry for entry in link["addr_info"] if entry["local"] != local]
            link["addr_info"].append({"family": version, "local": local, "prefixlen": int(prefixlen), "scope": words[words.index("scope") + 1]})
        elif words[:2] == ["route", "replace"]:
            ipv6 = ":" in words[2]
            route = {"dst": "default" if words[2] in ("::/0", "0.0.0.0/0") else words[2], "dev": name, "protocol": words[words.index("proto") + 1], "flags": []}
            if "via" in words:
                route["gateway"] = words[words.index("via") + 1]
            routes = self.routes[6 if ipv6 else 4]
            routes[:] = [other for other in routes if other["dst"] != route["dst"]] + [route]
        elif words[4:5] == ["name"]:
            self._rename(name, words[5])
        elif words[4:5] == ["mtu"]:
            link["mtu"] = int(words[5])
        elif words[4:5] == ["address"]:
            link.setdefault("permaddr", link["address"])
            link["address"] = words[5]
        elif words[4:5] == ["up"]:
            link["flags"] = ["UP"]
        elif words[4:5] == ["master"]:
            link["master"] = words[5]
        return 0, ""

    # What happens then.

    def _unbind(self, address):
        if os.path.islink(self._function(address, "driver")):
            os.unlink(self._function(address, "driver"))
        for name in [name for name in os.listdir(self._path("sys/class/net")) if f"/{address}/" in os.path.realpath(self._path("sys/class/net", name))]:
            os.unlink(self._path("sys/class/net", name))
            self.links.pop(name, None)
            for routes in self.routes.values():
                routes[:] = [route for route in routes if route.get("dev") != name]

    def _probe(self, address, driver):
        if driver in self.deaf.get(address, ()):
            return
        self._set_driver(address, driver)
        if driver == self._native[address] and address not in self.without_netdev:
            self._netdev_appears(address, self.name_at_return.get(address, self._first_name[address]), self._mac[address], {})

    def _netdev_appears(self, address, name, mac, link):
        self._mac[address] = link.get("permaddr", mac)
        self._first_name.setdefault(address, name)
        parts = ["sys/devices/pci0000:00", address] + (["virtio0"] if address in self._virtio else [])
        folder = self._folder(*parts, "net", name)
        for old in os.listdir(os.path.dirname(folder)):
            if old != name:
                os.rename(os.path.join(os.path.dirname(folder), old), os.path.join(self._folder("gone"), f"{address}-{old}-{len(self.writes)}"))
        if not os.path.islink(os.path.join(folder, "device")):
            os.symlink(self._path(*parts), os.path.join(folder, "device"))
        os.symlink(folder, self._path("sys/class/net", name))
        self.links[name] = dict({"ifname": name, "address": mac, "mtu": 1500, "flags": [], "addr_info": []}, **link)

    def _rename(self, old, new):
        link = self.links.pop(old)
        folder = os.path.realpath(self._path("sys/class/net", old))
        os.rename(folder, os.path.join(os.path.dirname(folder), new))
        os.unlink(self._path("sys/class/net", old))
        os.symlink(os.path.join(os.path.dirname(folder), new), self._path("sys/class/net", new))
        self.links[new] = dict(link, ifname=new)

    def _set_driver(self, address, driver):
        folder = self._folder("sys/bus/pci/drivers", driver)
        self._text(os.path.join(folder, "unbind"), "")
        os.symlink(folder, self._function(address, "driver"))

    def _function(self, address, *parts):
        return self._path("sys/bus/pci/devices", address, *parts)

    def _path(self, *parts):
        return os.path.join(self.root, *parts)

    def _folder(self, *parts):
        os.makedirs(self._path(*parts), exist_ok=True)
        return self._path(*parts)

    @staticmethod
    def _text(path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
