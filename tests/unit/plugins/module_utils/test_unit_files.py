# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.dataplane.exception_path.plugins.module_utils import unit_files


def test_the_places():
    assert unit_files.unit("default") == "exception-path@default.service"
    assert unit_files.drop_in_path("default") == "/etc/systemd/system/exception-path@default.service.d/ports.conf"
    assert unit_files.settings_path("default") == "/etc/exception-path/default.env"


def test_the_forwarder_runs_without_a_privilege():
    lines = unit_files.template_text().splitlines()
    for line in (
        "Type=notify",
        "User=exception-path",
        "CapabilityBoundingSet=",
        "AmbientCapabilities=",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "DevicePolicy=closed",
        "DeviceAllow=/dev/vhost-net rw",
        "DeviceAllow=/dev/net/tun rw",
        "DeviceAllow=char-vfio rw",
        "LimitMEMLOCK=infinity",
        "EnvironmentFile=/etc/exception-path/%i.env",
        "ExecStartPre=+/opt/exception-path/current/libexec/prepare",
        "ExecStart=/opt/exception-path/bin/exception-path-forwarder $EAL_ARGS -- $FORWARDER_ARGS",
    ):
        assert line in lines, line
    assert "exception-path-hugepages.service" in unit_files.template_text()


def test_an_instance_waits_for_its_netdevs_and_its_nics():
    lines = unit_files.drop_in_text(["exc0", "exc1"], ["0000:03:00.0"]).splitlines()
    for line in (
        "[Unit]",
        "Wants=exception-path-netdev@exc0.service",
        "After=exception-path-netdev@exc0.service",
        "After=exception-path-netdev@exc1.service",
        "After=driverctl@pci-0000:03:00.0.service",
    ):
        assert line in lines
    assert "[Service]" not in lines


def test_without_an_iommu_it_has_to_be_privileged():
    text = unit_files.drop_in_text(["exc0"], ["0000:03:00.0"], privileged=True)
    assert "\n[Service]\nCapabilityBoundingSet=CAP_SYS_RAWIO " in text and "\nAmbientCapabilities=CAP_SYS_RAWIO " in text


def test_testpmd_notifies_nobody_and_has_its_own_helper():
    lines = unit_files.drop_in_text(["exc0"], ["0000:03:00.0"], privileged=True, testpmd="/usr/bin/dpdk-testpmd").splitlines()
    assert lines[lines.index("[Service]") + 1 : -2] == [
        "Type=exec",
        "WatchdogSec=0",
        "ExecStartPre=",
        "ExecStartPre=+/opt/exception-path/libexec/prepare",
        "ExecStart=",
        "ExecStart=/usr/bin/dpdk-testpmd $EAL_ARGS -- $FORWARDER_ARGS",
    ]
    assert lines.count("[Service]") == 1 and lines[-2].startswith("CapabilityBoundingSet=CAP_SYS_RAWIO ")


def test_settings():
    text = unit_files.settings_text(
        ["-l", "1", "-a", "0000:03:00.0"], ["--pair", "nic=0000:03:00.0"], [("0000:03:00.0", "vfio-pci"), ("0000:04:00.0", "kernel")], "abc"
    )
    assert text.splitlines()[1:] == [
        'EAL_ARGS="-l 1 -a 0000:03:00.0"',
        'FORWARDER_ARGS="--pair nic=0000:03:00.0"',
        'NICS="0000:03:00.0=vfio-pci 0000:04:00.0=kernel"',
        "SERVICE_USER=exception-path",
        "CONFIG_DIGEST=abc",
    ]
    assert text.endswith("\n")


def test_the_digest_changes_with_every_part():
    digests = {unit_files.digest(*parts) for parts in (("a", "b"), ("a", "c"), ("ab",), ("a", "b", ""), ("a", ["b"]), ("b", "a"))}
    assert len(digests) == 6
    assert unit_files.digest("a", "b") in digests
