# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of the forwarder's unit, of an instance's drop-in and of its settings. Pure."""

from __future__ import annotations

import hashlib

from ansible_collections.dataplane.exception_path.plugins.module_utils import netdev_boot, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.hugepages import UNIT as HUGEPAGES_UNIT

TEMPLATE = "exception-path@.service"
_BY = "# Written by the Ansible collection dataplane.exception_path (module forwarder_service).\n"

# Without an IOMMU a NIC needs physical addresses, which the kernel tells to privileged processes
# only (DPDK: "Running DPDK Applications Without Root Privileges"), and VFIO wants CAP_SYS_RAWIO.
_NOIOMMU_CAPABILITIES = "CAP_SYS_RAWIO CAP_SYS_ADMIN CAP_IPC_LOCK CAP_DAC_READ_SEARCH CAP_DAC_OVERRIDE"


def unit(instance):
    return f"exception-path@{instance}.service"


def drop_in_path(instance):
    return f"{paths.UNITS}/{unit(instance)}.d/ports.conf"


def settings_path(instance):
    return f"{paths.SETTINGS}/{instance}.env"


def template_text():
    return _BY + f"""[Unit]
Description=Exception path forwarder, instance %i
Documentation=https://doc.dpdk.org/guides/howto/virtio_user_as_exception_path.html
After=systemd-modules-load.service network-pre.target {HUGEPAGES_UNIT}
Wants=network-pre.target
# It is the way to the host's addresses: never give up on it.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
EnvironmentFile={paths.SETTINGS}/%i.env
# As root: sees that the NICs are bound, and gives the service user exactly the devices it needs.
ExecStartPre=+{paths.PREPARE}
ExecStart={paths.FORWARDER} $EAL_ARGS -- $FORWARDER_ARGS
User={paths.SERVICE_USER}
RuntimeDirectory=exception-path/%i
Restart=on-failure
RestartSec=1
# Arguments that it does not understand (2) do not get better by themselves.
RestartPreventExitStatus=2
TimeoutStartSec=120
TimeoutStopSec=20
WatchdogSec=30
# All memory for DMA is locked through VFIO.
LimitMEMLOCK=infinity
CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
LockPersonality=yes
RestrictAddressFamilies=AF_UNIX AF_NETLINK AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
DevicePolicy=closed
DeviceAllow={paths.VHOST_NET} rw
DeviceAllow={paths.TUN} rw
DeviceAllow=/dev/vfio/vfio rw
DeviceAllow=char-vfio rw

[Install]
WantedBy=multi-user.target
"""


def drop_in_text(netdevs, addresses, privileged=False, testpmd=None):
    """What one instance waits for; with ``privileged``, what it needs without an IOMMU; with ``testpmd``, that this program runs."""
    before = [netdev_boot.unit(name) for name in netdevs]
    lines = [f"Wants={name}" for name in before]
    lines += [f"After={name}" for name in before]
    lines += [f"After=driverctl@pci-{address}.service" for address in addresses]
    text = _BY + "[Unit]\n" + "".join(line + "\n" for line in lines)
    service = []
    if testpmd:
        # It notifies nobody, and feeds no watchdog.
        service += ["Type=exec", "WatchdogSec=0", "ExecStartPre=", f"ExecStartPre=+{paths.TESTPMD_PREPARE}"]
        service += ["ExecStart=", f"ExecStart={testpmd} $EAL_ARGS -- $FORWARDER_ARGS"]
    if privileged:
        service += [f"CapabilityBoundingSet={_NOIOMMU_CAPABILITIES}", f"AmbientCapabilities={_NOIOMMU_CAPABILITIES}"]
    return text + ("\n[Service]\n" + "".join(line + "\n" for line in service) if service else "")


def settings_text(eal_arguments, forwarder_arguments, nics, digest):
    """``nics`` is a list of ``(PCI address, driver)``; ``digest`` stands for all that a running
    forwarder was started with, so that a later run can tell whether it is up to date."""
    drivers = " ".join(f"{address}={driver}" for address, driver in nics)
    return _BY + (
        f'EAL_ARGS="{" ".join(eal_arguments)}"\n'
        f'FORWARDER_ARGS="{" ".join(forwarder_arguments)}"\n'
        f'NICS="{drivers}"\n'
        f"SERVICE_USER={paths.SERVICE_USER}\n"
        f"CONFIG_DIGEST={digest}\n"
    )


def digest(*parts):
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()
