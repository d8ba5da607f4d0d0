"""`make demo`: from nothing to packets through the exception path, and what came of it."""

import concurrent.futures
import json
import os
import re
import subprocess
import sys

from . import guest as guests
from .errors import LabError
from .inventory import inventory
from .paths import TREE, venv_first
from .progress import say, step

NAME = "demo"
MODELS = ["e1000e", "virtio-net-pci", "vmxnet3"]
BUILD = TREE / ".build"
INVENTORY = BUILD / "demo"
ARTIFACT = BUILD / "artifact.tar.xz"
BEHIND = "198.51.100.0/24"


def main(_argv):
    """Returns 0 when every far end was answered."""
    suite = os.environ.get("DEMO_SUITE", "trixie")
    os.chdir(TREE)
    venv_first()
    try:
        _call("lab/vm", "deps")
        _make_ready(suite)
        guest = guests.find(NAME)
        _write_inventory(guest)
        _play("site")
        _play("verify")
        with step("pinging from the far ends of the cables"):
            pings = [_ping(guest, nic) for nic in guest.nics]
        facts = _facts()
    except LabError as error:
        print(f"make demo: {error}", file=sys.stderr)
        return 1
    print("\n".join(_summary(guest, suite, facts, pings)), flush=True)
    return 0 if all(ping["received"] for each in pings for ping in each) else 1


def _make_ready(suite):
    """Guest, artifact and controller know nothing of each other: all three at once."""
    jobs = [
        [["lab/vm", "down", NAME], ["lab/vm", "up", NAME, "--suite", suite, "--nics", ",".join(MODELS)]],
        [["lab/vm", "artifact", "--suite", suite, "--dpdk", "package", "-o", str(ARTIFACT)]],
        [["make", "--no-print-directory", "collection"]],
    ]
    BUILD.mkdir(exist_ok=True)

    def work(commands):
        for command in commands:
            _call(*command)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        for done in concurrent.futures.as_completed([pool.submit(work, commands) for commands in jobs]):
            done.result()


def _call(*command):
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False).returncode:
        raise LabError(f"`{' '.join(command)}` failed: see above.")


def _play(name):
    say(f"ansible-playbook dataplane.exception_path.{name} -i {INVENTORY.relative_to(TREE)}")
    with step(f"playbook {name}"):
        _call("ansible-playbook", f"dataplane.exception_path.{name}", "-i", str(INVENTORY))


def _write_inventory(guest):
    """The two files a user of the collection would write."""
    ports, targets = [], {}
    for nic in guest.nics:
        port = {"nic": nic.pci, "netdev": f"exc{nic.index}", "addresses": nic.near_addresses}
        ports.append(port)
        targets[port["netdev"]] = [address.split("/")[0] for address in nic.far_addresses]
    ports[0]["routes"] = [{"to": BEHIND, "via": targets["exc0"][0]}]
    lines = ["exception_path_ports:", *(f"  - {json.dumps(port)}" for port in ports)]
    lines += ["exception_path_hugepages_mb: 512", f"exception_path_verify_targets: {json.dumps(targets)}",
              f"exception_path_artifact: {json.dumps(str(ARTIFACT))}",
              f"exception_path_artifact_sha256: {json.dumps(ARTIFACT.with_name(ARTIFACT.name + '.sha256').read_text().strip())}"]
    (INVENTORY / "group_vars").mkdir(parents=True, exist_ok=True)
    (INVENTORY / "hosts.yml").write_text(inventory(guest))
    (INVENTORY / "group_vars" / "exception_path.yml").write_text("\n".join(lines) + "\n")


def _ping(guest, nic):
    """One answer for IPv4 and one for IPv6: {target, sent, received, rtt}."""
    answers = []
    for address in (address.split("/")[0] for address in nic.near_addresses):
        done = subprocess.run(
            ["lab/vm", "wire", guest.name, str(nic.index), "--", "ping", "-c", "5", "-i", "0.3", "-W", "3", address],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
        ).stdout
        counts = re.search(r"(\d+) packets transmitted, (\d+) received", done)
        rtt = re.search(r"= [\d.]+/([\d.]+)/", done)
        answers.append({"target": address, "sent": int(counts[1]) if counts else 0,
                        "received": int(counts[2]) if counts else 0, "rtt": rtt[1] if rtt else "-"})
    return answers


def _facts():
    """What the module exception_path_info says of the guest."""
    done = subprocess.run(
        ["ansible", NAME, "-i", str(INVENTORY), "-m", "dataplane.exception_path.exception_path_info"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
        env={**os.environ, "ANSIBLE_LOAD_CALLBACK_PLUGINS": "1", "ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal",
             "ANSIBLE_NOCOLOR": "1"},
    ).stdout
    if "=>" not in done:
        raise LabError(f"The guest does not tell its state: {done}")
    return json.loads(done.partition("=>")[2])


def _summary(guest, suite, facts, pings):
    netdevs = {netdev["name"]: netdev for netdev in facts["netdevs"]}
    drivers = {nic["address"]: nic["driver"] for nic in facts["nics"]}
    yield ""
    yield f"The exception path runs on {guest.name}: Debian {suite}, {len(guest.nics)} NICs behind an IOMMU ({guest.accelerator})."
    service = facts["service"]
    yield (f"{service['unit']}: {service['state']}, user {service['user']}, "
           f"capability bounding set {service['capabilities']:#x}")
    for nic, answers in zip(guest.nics, pings, strict=True):
        netdev = netdevs[f"exc{nic.index}"]
        yield ""
        yield f"  {netdev['name']}  <->  {nic.model} {nic.pci}, driver {drivers.get(nic.pci, '?')}"
        yield f"    addresses  {', '.join(netdev['addresses'])}"
        yield f"    packets    {netdev['rx_packets']} to the kernel, {netdev['tx_packets']} from it"
        for ping in answers:
            yield (f"    ping       {ping['received']} of {ping['sent']} answers of {ping['target']} "
                   f"at the far end ({nic.netns}), {ping['rtt']} ms")
    yield ""
    yield f"Get in:       lab/vm ssh {guest.name}"
    yield f"Far end:      lab/vm wire {guest.name} 0 -- ping {guest.nics[0].near_addresses[0].split('/')[0]}"
    yield "Deploy again: export ANSIBLE_COLLECTIONS_PATH=.build/collections"
    yield f"              .venv/bin/ansible-playbook dataplane.exception_path.site -i {INVENTORY.relative_to(TREE)}"
    yield "End it:       make down"
