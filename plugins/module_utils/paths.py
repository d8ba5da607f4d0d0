# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every place on a host that this collection writes to, which is what teardown removes, and at the
end a few that it looks at."""

from __future__ import annotations

SETTINGS = "/etc/exception-path"
INSTALLED = "/opt/exception-path"
MEMORY = "/var/lib/exception-path"
RUNTIME = "/run/exception-path"

NETDEV_RECORDS = SETTINGS + "/netdevs"
NIC_MEMORY = MEMORY + "/nics.json"
HUGEPAGE_MEMORY = MEMORY + "/hugepages.json"
MODULE_MEMORY = MEMORY + "/modules.json"
HOWTO_MEMORY = MEMORY + "/howto.json"
HOWTO_RUNTIME = "/run/exception-path-howto"

# What is installed lies side by side; "current" is what is used, by way of a link that never changes.
RELEASES = INSTALLED + "/releases"
CURRENT = INSTALLED + "/current"
PREVIOUS = INSTALLED + "/previous"
PROGRAMS = INSTALLED + "/bin"
FORWARDER = PROGRAMS + "/exception-path-forwarder"
PREPARE = CURRENT + "/libexec/prepare"
# The same, where testpmd runs and no artifact need be there.
TESTPMD_PREPARE = INSTALLED + "/libexec/prepare"
EXPORTER = INSTALLED + "/libexec/exporter"
# The endpoint is alone in its folder: DPDK's exporter loads all that is there. Its name is a part of the metrics' names.
ENDPOINT = INSTALLED + "/telemetry-endpoints/exception_path.py"
WHEELS = INSTALLED + "/python"

# Of hosts that build for others.
BUILDER = "/var/cache/exception-path"

MODULES_LOAD = "/etc/modules-load.d/exception-path.conf"
NOIOMMU_CONF = "/etc/modprobe.d/exception-path.conf"
UNITS = "/etc/systemd/system"
LINKS = "/etc/systemd/network"
DRIVERCTL_CONF = "/etc/driverctl.d"

SERVICE_USER = "exception-path"
TESTPMD = "/usr/bin/dpdk-testpmd"
DPDK_EXPORTER = "/usr/bin/dpdk-telemetry-exporter.py"
DPKG = "/usr/bin/dpkg-query"
PROC = "/proc"
OS_RELEASE = "/etc/os-release"
VHOST_NET = "/dev/vhost-net"
TUN = "/dev/net/tun"
