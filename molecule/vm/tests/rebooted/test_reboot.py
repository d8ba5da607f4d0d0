"""The reboot was one: what follows is brought up by systemd, not by Ansible."""

import json
import os
import pathlib


def test_it_is_another_boot(host):
    before = json.loads((pathlib.Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "before.json").read_text())
    assert host.check_output("cat /proc/sys/kernel/random/boot_id") != before["boot"]


def test_boot_comes_to_an_end_without_failed_units(host):
    assert host.run("systemctl is-system-running --wait").stdout.strip() == "running"
