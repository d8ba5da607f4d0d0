"""What a host is like, as JSON: run on it before the deployment and after the teardown."""

import glob
import hashlib
import json
import os
import pathlib
import subprocess

NICS = ["0000:01:00.0", "0000:02:00.0", "0000:03:00.0"]
MODULES = ["tun", "vfio_pci", "vhost", "vhost_net"]
FOLDERS = ["/etc", "/home", "/opt", "/root", "/srv", "/usr/lib/systemd", "/usr/local", "/var/lib", "/run/systemd/system",
           "/run/udev/rules.d", "/dev/shm"]
# What the package manager and systemd keep for themselves.
OTHERS = ("/etc/ld.so.cache", "/home/admin/.ansible", "/root/.ansible", "/var/lib/apt/", "/var/lib/dpkg/",
          "/var/lib/systemd/", "/var/lib/ucf/")


def output(*argv):
    return subprocess.run(argv, stdout=subprocess.PIPE, text=True, check=True).stdout


def text(path):
    return pathlib.Path(path).read_text().strip()


def link_target(path):
    return os.path.basename(os.readlink(path)) if os.path.islink(path) else None


def nic(address):
    folder = f"/sys/bus/pci/devices/{address}"
    return {
        "driver": link_target(f"{folder}/driver"),
        "driver_override": text(f"{folder}/driver_override"),
        "interfaces": [os.path.basename(p) for p in glob.glob(f"{folder}/net/*") + glob.glob(f"{folder}/virtio*/net/*")],
    }


def interface(entry):
    """What is configured; not what comes and goes on its own, such as the kernel's number of it."""
    return {
        "mac": entry["address"],
        "mtu": entry["mtu"],
        "up": "UP" in entry["flags"],
        "addresses": sorted(f"{a['local']}/{a['prefixlen']}" for a in entry["addr_info"] if a["scope"] == "global"),
    }


def hugepages():
    found = glob.glob("/sys/devices/system/node/node*/hugepages/*/nr_hugepages")
    return {path: int(text(path)) for path in sorted(found)}


def packaged():
    """Every path that a package put there."""
    paths = set()
    for listing in glob.glob("/var/lib/dpkg/info/*.list"):
        for line in pathlib.Path(listing).read_text().splitlines():
            paths.update((line, os.path.join("/usr", line.lstrip("/"))))
    for listing in glob.glob("/var/lib/dpkg/info/*.conffiles"):
        paths.update(pathlib.Path(listing).read_text().splitlines())
    return paths


def files():
    """Files that no package brought, with a digest of their contents."""
    known, found = packaged(), {}
    for top in FOLDERS:
        for folder, _, names in os.walk(top):
            for path in [folder, *(os.path.join(folder, name) for name in names)]:
                if path in known or path.startswith(OTHERS):
                    continue
                if os.path.islink(path):
                    found[path] = os.readlink(path)
                elif os.path.isfile(path):
                    found[path] = hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
                else:
                    found[path] = "folder"
    return found


def units():
    lines = output("systemctl", "list-units", "--all", "--plain", "--no-legend", "--full", "--type=service,timer,target,path")
    return sorted(words[0] for words in map(str.split, lines.splitlines()) if words[1] == "loaded" and words[2] != "inactive")


def main():
    links = json.loads(output("ip", "-j", "-d", "address", "show"))
    print(json.dumps({
        "boot": text("/proc/sys/kernel/random/boot_id"),
        "nics": {address: nic(address) for address in NICS},
        "interfaces": {link["ifname"]: interface(link) for link in links},
        # Whether the link is there already is a matter of the moment.
        "routes": sorted(" ".join(word for word in line.split() if word != "linkdown") for line in output("ip", "route").splitlines()),
        "hugepages": hugepages(),
        "modules": {name: os.path.isdir(f"/sys/module/{name}") for name in MODULES},
        "users": text("/etc/passwd").splitlines(),
        "groups": text("/etc/group").splitlines(),
        "failed_units": output("systemctl", "--failed", "--plain", "--no-legend").splitlines(),
        "active_units": units(),
        "files": files(),
    }, indent=1))


main()
