"""The command line: one function a command."""

import argparse
import json
import os
import pathlib
import sys

from . import artifact, builder, deps, dpdk_source, forwarder, guest, image, inventory, nics, qemu, ssh
from .errors import LabError
from .progress import say
from .sudo import become_root

ROOT_COMMANDS = {"deps", "image", "forwarder", "artifact", "builder", "source", "up", "down", "wire"}


def main(argv):
    """Runs one command; returns the exit status."""
    arguments = _parser().parse_args(argv)
    try:
        if arguments.command in ROOT_COMMANDS:
            become_root(argv)
        return arguments.call(arguments) or 0
    except LabError as error:
        print(f"lab/vm {arguments.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _deps(_arguments):
    deps.install()


def _image(arguments):
    print(image.image(arguments.suite, arguments.variant))


def _forwarder(arguments):
    if arguments.test:
        return 0 if forwarder.test(arguments.suite) else 1
    if arguments.check:
        return 0 if forwarder.check(arguments.suite, arguments.check) else 1
    if arguments.fuzz is not None:
        return 0 if forwarder.fuzz(arguments.suite, arguments.fuzz) else 1
    if arguments.output:
        forwarder.copy_to(arguments.suite, arguments.output)
    else:
        print(forwarder.binary(arguments.suite))
    return 0


def _artifact(arguments):
    made = artifact.artifact(arguments.suite, arguments.dpdk, arguments.platform, arguments.drivers)
    if arguments.output:
        target = pathlib.Path(arguments.output)
        made_at = target / made.name if arguments.output.endswith("/") else target
        artifact.copy_to(made, made_at)
        made = made_at
    print(made)


def _builder(arguments):
    print(json.dumps({"variables": builder.variables(arguments.suite), "folder": str(builder.home(arguments.suite) / "cache")}))


def _source(_arguments):
    print(dpdk_source.tarball())


def _up(arguments):
    started = guest.up(
        arguments.name, arguments.suite, arguments.nics, queues=arguments.queues, mem=arguments.mem,
        cpus=arguments.cpus, iommu=arguments.iommu, append=arguments.append, variant=arguments.variant,
        far_addresses=_wire_addresses(arguments.wire_addresses),
    )
    for nic in started.nics:
        say(f"  NIC {nic.index}: {nic.model} at {nic.pci}, {nic.mac}; far end in namespace {nic.netns}: "
            f"{' '.join(nic.far_addresses)}")
    say(f"{started.name} is up: `lab/vm ssh {started.name}`, `lab/vm down {started.name}`")


def _wire_addresses(entries):
    """--wire-addresses 0=198.51.100.2/24,2001:db8:f::2/64 as {0: [...]}."""
    addresses = {}
    for entry in entries:
        index, equals, words = entry.partition("=")
        if not (equals and index.isdigit() and words):
            raise LabError(f"--wire-addresses {entry} is not of the form INDEX=ADDRESS/LENGTH[,...].")
        addresses[int(index)] = words.split(",")
    return addresses


def _down(arguments):
    if not arguments.all and not arguments.name:
        raise LabError("Name a guest, or say --all.")
    for name in guest.names() if arguments.all else arguments.name:
        say(f"{name} is gone" if guest.down(name) else f"there is no guest {name}")


def _list(_arguments):
    for name in guest.names():
        found = guest.find(name, running=False)
        print(f"{name}\t{found.suite}\t{'running' if found.running() else 'ended'}")


def _ssh(arguments):
    found = guest.find(arguments.name)
    os.execvp("ssh", ssh.argv(found.folder, found.name, arguments.run))


def _info(arguments):
    print(json.dumps(guest.info(guest.find(arguments.name, running=False)), indent=2))


def _wire(arguments):
    found = guest.find(arguments.name).wire(arguments.index)
    if not arguments.run:
        raise LabError(f"Say what to run: lab/vm wire {arguments.name} {arguments.index} -- ping 198.18.0.1")
    os.execvp("ip", ["ip", "netns", "exec", found.netns, *arguments.run])


def _link(arguments):
    found = guest.find(arguments.name)
    qemu.set_link(found.folder, found.wire(arguments.index), arguments.state == "up")


def _inventory(arguments):
    found = guest.find(arguments.name)
    print(json.dumps(inventory.variables(found), indent=2) if arguments.json else inventory.inventory(found).rstrip())


def _reboot(arguments):
    guest.reboot(guest.find(arguments.name))


def _console(arguments):
    log = guest.find(arguments.name, running=False).folder / "console.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    print("\n".join(lines[-arguments.lines:]))


def _parser():
    parser = argparse.ArgumentParser(prog="lab/vm", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, call, text, *, named=True):
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(call=call)
        if named:
            added.add_argument("name", metavar="NAME")
        return added

    command("deps", _deps, "install what this machine needs and has not", named=False)
    added = command("image", _image, "build the guest's image, unless it is cached", named=False)
    added.add_argument("--suite", required=True, choices=image.SUITES)
    _add_variant(added)
    added = command("forwarder", _forwarder, "compile the forwarder for a suite, unless it is cached", named=False)
    added.add_argument("--suite", required=True, choices=image.SUITES)
    added.add_argument("-o", dest="output", metavar="FILE", help="copy it there; otherwise its path is printed")
    added.add_argument("--test", action="store_true", help="compile and run its unit tests instead, with sanitizers too")
    added.add_argument("--check", choices=forwarder.CHECKS, help="look through its C code and the benchmark's instead")
    added.add_argument("--fuzz", type=int, metavar="SECONDS", help="fuzz each of its parsers for that long instead")
    added = command("artifact", _artifact, "build an artifact of the collection for a suite, unless it is cached", named=False)
    added.add_argument("--suite", required=True, choices=image.SUITES)
    added.add_argument("--dpdk", default="source", choices=["source", "package"], help="built from its release, or the suite's packages")
    added.add_argument("--platform", default="generic", help="DPDK's platform, with --dpdk source")
    added.add_argument("--drivers", default=artifact.DRIVERS, metavar="DRIVER,...", help="PMDs, with --dpdk source")
    added.add_argument("-o", dest="output", metavar="FILE", help="copy it there, or into a folder that ends with /; with its digest in FILE.sha256")
    added = command("builder", _builder, "a root of the suite as a builder of the collection: its folder and Ansible's variables as JSON", named=False)
    added.add_argument("--suite", required=True, choices=image.SUITES)
    command("source", _source, "fetch DPDK's release, unless it is cached, and print its path", named=False)
    _add_up(command("up", _up, "boot a guest and wait until it answers"))
    added = command("down", _down, "end guests and remove all that belongs to them", named=False)
    added.add_argument("name", metavar="NAME", nargs="*")
    added.add_argument("--all", action="store_true")
    command("list", _list, "the guests", named=False)
    command("info", _info, "all there is to know of a guest, as JSON")
    command("inventory", _inventory, "an Ansible inventory with the guest").add_argument(
        "--json", action="store_true", help="the guest's variables only")
    command("reboot", _reboot, "reboot a guest and wait until it is back")
    command("console", _console, "the end of a guest's console").add_argument("--lines", type=int, default=50)
    command("ssh", _ssh, "a shell in a guest, or a command").add_argument("run", nargs="*", metavar="-- WORD")
    added = command("wire", _wire, "run a command at the far end of a NIC's cable")
    added.add_argument("index", type=int, metavar="NIC")
    added.add_argument("run", nargs="*", metavar="-- WORD")
    added = command("link", _link, "pull the cable out of a NIC, or put it back")
    added.add_argument("index", type=int, metavar="NIC")
    added.add_argument("state", choices=["up", "down"])
    return parser


def _add_variant(parser):
    parser.add_argument("--with", dest="variant", choices=image.VARIANTS, help="an image with more in it")


def _add_up(parser):
    parser.add_argument("--suite", default="trixie", choices=image.SUITES)
    _add_variant(parser)
    parser.add_argument("--nics", default="e1000e,virtio-net-pci,vmxnet3", metavar="MODEL,...",
                        help=f"of {', '.join(nics.MODELS)}; a model may be there several times")
    parser.add_argument("--queues", type=int, default=1, help="queue pairs of each virtio-net-pci")
    parser.add_argument("--mem", type=int, default=4096, metavar="MB")
    parser.add_argument("--cpus", type=int, default=2)
    parser.add_argument("--no-iommu", dest="iommu", action="store_false", help="boot without an IOMMU")
    parser.add_argument("--append", default="", metavar="WORDS", help="more of the kernel command line; the last word wins")
    parser.add_argument("--wire-addresses", action="append", default=[], metavar="NIC=ADDRESS/LENGTH,...",
                        help="addresses of a far end instead of 198.18.<NIC>.2/24 and 2001:db8:<NIC>::2/64")
