# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the fleet's NICs to what of DPDK is built: drivers, their helpers, and what is left out. Pure."""

from __future__ import annotations

import re

from ansible_collections.dataplane.exception_path.plugins.module_utils.pmd_ids import TABLE

# What the forwarder, its tests and the howto need, whatever the NICs are.
ALWAYS = ("bus/pci", "bus/vdev", "mempool/ring", "net/af_packet", "net/null", "net/ring", "net/tap", "net/vhost", "net/virtio")
APPS = ("test-pmd",)

# Meson drops a driver without a word when one of these is not enabled with it.
_HELPERS = {
    "net/cnxk": ("common/cnxk", "mempool/cnxk"),
    "net/enetc": ("common/dpaax",),
    "net/iavf": ("common/iavf",),
    "net/ice": ("common/iavf", "net/intel/iavf"),
    "net/idpf": ("common/idpf",),
    "net/igc": ("net/e1000", "net/intel/e1000"),
    "net/mana": ("bus/auxiliary",),
    "net/mlx4": ("bus/auxiliary",),
    "net/mlx5": ("bus/auxiliary", "common/mlx5"),
    "net/netvsc": ("bus/vmbus",),
    "net/nfp": ("common/nfp",),
    "net/octeontx": ("common/octeontx", "mempool/octeontx"),
    "net/pfe": ("common/dpaax",),
    "net/sfc": ("common/sfc_efx",),
}
# DPDK 25.03 moved these from net to net/intel. A name that a release does not have is no fault there.
_INTEL = {f"net/{name}" for name in ("cpfl", "e1000", "fm10k", "i40e", "iavf", "ice", "idpf", "igc", "ixgbe")}
# What a later release has merged into another one.
_MERGED = {"net/igc": "net/e1000"}
# Libraries that nothing here uses. Releases differ in which of them can be left out; meson keeps the others.
_LIBRARIES = (
    "acl", "bbdev", "bitratestats", "bpf", "cfgfile", "compressdev", "dispatcher", "distributor", "efd", "eventdev", "fib", "flow_classify",
    "gpudev", "graph", "ip_frag", "ipsec", "jobstats", "kni", "latencystats", "lpm", "member", "mldev", "node", "pcapng", "pdcp", "pdump",
    "pipeline", "port", "power", "ptr_compress", "rawdev", "regexdev", "reorder", "rib", "sched", "table",
)  # fmt: skip
# What a few drivers need of them.
_NEEDS = {
    "net/bonding": ("ip_frag", "sched"),
    "net/cnxk": ("eventdev",),
    "net/mvneta": ("cfgfile",),
    "net/mvpp2": ("cfgfile",),
    "net/octeontx": ("eventdev",),
    "net/softnic": ("cfgfile", "pipeline", "port", "table", "sched", "lpm", "rib", "fib", "acl", "ip_frag", "eventdev", "reorder"),
}
# Packages (Debian) beyond the compiler, and the pkg-config names of what they bring.
_PACKAGES = {
    "net/af_xdp": ("libbpf-dev", "libxdp-dev"),
    "net/mana": ("libibverbs-dev",),
    "net/mlx4": ("libibverbs-dev",),
    "net/mlx5": ("libibverbs-dev",),
    "net/pcap": ("libpcap-dev",),
}
_PKG_CONFIG = {
    "net/af_xdp": ("libbpf", "libxdp"),
    "net/mana": ("libibverbs", "libmana"),
    "net/mlx4": ("libibverbs", "libmlx4"),
    "net/mlx5": ("libibverbs", "libmlx5"),
    "net/pcap": ("libpcap",),
}
_NAME = re.compile(r"^[a-z0-9]+(/[a-z0-9_]+){1,2}$")


def _ids():
    found, pmd, vendor = {}, None, None
    for line in TABLE.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            pmd, vendor, *words = words
        found.update({f"{vendor}:{device}": pmd for device in words})
    return found


_PMD_OF = _ids()


def of_nic(ids):
    """The PMD for ``vendor:device``, or None."""
    return _PMD_OF.get(ids) or _PMD_OF.get(ids.partition(":")[0] + ":*")


def of_nics(nics):
    """``(PMDs, problems)`` for ``{"address":, "ids":}`` of each chosen NIC."""
    problems = [
        f"NIC {nic['address']} has the PCI id {nic['ids']}, of which the collection does not know the PMD: "
        "name it in exception_path_dpdk_drivers, such as [net/ixgbe]"
        for nic in nics
        if not of_nic(nic["ids"])
    ]
    return sorted({of_nic(nic["ids"]) for nic in nics if of_nic(nic["ids"])}), problems


def problems(drivers):
    """What is wrong with names that somebody gave."""
    return [
        f"exception_path_dpdk_drivers: {driver!r} is no driver of DPDK: give names such as net/ixgbe, as in DPDK's folder drivers"
        for driver in drivers
        if not _NAME.match(str(driver))
    ]


def enabled(drivers):
    """All that meson has to build for ``drivers``: them, what is always there, and their helpers."""
    wanted = {*ALWAYS, *drivers}
    moved = {driver.replace("net/", "net/intel/") for driver in wanted & _INTEL}
    return sorted(wanted.union(moved, *(_HELPERS.get(driver, ()) for driver in wanted)))


def checked(drivers):
    """Those whose absence is a fault, each with the macros of which DPDK's configuration has to have one."""
    return {driver: [_macro(name) for name in (driver, _MERGED.get(driver)) if name] for driver in sorted({*ALWAYS, *drivers})}


def _macro(driver):
    kind, *_folder, name = driver.split("/")
    return f"RTE_{kind}_{name}".upper()


def disabled_libraries(drivers):
    needed = {library for driver in drivers for library in _NEEDS.get(driver, ())}
    return [library for library in _LIBRARIES if library not in needed]


def packages(drivers):
    return sorted({package for driver in drivers for package in _PACKAGES.get(driver, ())})


def pkg_config(drivers):
    """Libraries that meson may find; what else is on the builder must not get into the artifact."""
    return sorted({name for driver in drivers for name in _PKG_CONFIG.get(driver, ())})
