# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""That each module hands its options on, and ends as modules do. What they do is tested in module_utils."""

from __future__ import annotations

import importlib
import json

import pytest
from ansible.module_utils import basic
from ansible.module_utils.testing import patch_module_args

from ansible_collections.dataplane.exception_path.plugins.module_utils import (
    artifact_build,
    artifact_file,
    exporter,
    howto_record,
    howto_run,
    howto_session,
    hugepage_list,
    info,
    kernel_modules,
    nic_bind_list,
    packages,
    preflight,
    probe,
    releases,
    rendered_args,
    service,
    taps,
)
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import ExceptionPathError

PORTS = [{"nic": "ens3", "netdev": "exc0"}]
SOURCES = {"sources": {}, "sources_digest": "x", "prepare": "x"}
MODULES = [
    ("artifact_build", {"method": "package", **SOURCES}, artifact_build.ArtifactBuild, "query"),
    ("artifact_build", {"method": "source", "state": "built", **SOURCES}, artifact_build.ArtifactBuild, "build"),
    ("artifact_build", {"method": "source", "state": "watched", **SOURCES}, artifact_build.ArtifactBuild, "watch"),
    ("artifact_file", {"artifact": "x", "sha256": "x", "store": "/x"}, artifact_file, "take"),
    ("artifact_install", {"sha256": "x", "manifest": {}}, releases.Releases, "present"),
    ("artifact_install", {"state": "previous"}, releases.Releases, "previous"),
    ("exception_path_info", {}, info, "gather"),
    ("exporter_service", {"endpoint": "x", "exporter": "x"}, exporter.Exporter, "started"),
    ("exporter_service", {"state": "absent"}, exporter.Exporter, "absent"),
    ("forwarder_service", {"ports": PORTS}, service.Service, "started"),
    ("forwarder_service", {"state": "stopped"}, service.Service, "stopped"),
    ("forwarder_service", {"state": "absent"}, service.Service, "absent"),
    ("hugepages", {"nodes": [0], "mb_per_node": 64}, hugepage_list, "present"),
    ("hugepages", {"state": "absent"}, hugepage_list, "absent"),
    ("kernel_modules", {}, kernel_modules, "present"),
    ("kernel_modules", {"state": "absent"}, kernel_modules, "absent"),
    ("nic_driver", {"ports": PORTS}, nic_bind_list, "bound"),
    ("nic_driver", {"state": "restored"}, nic_bind_list, "restored"),
    ("packages", {"names": ["dpdk"]}, packages, "present"),
    ("packet_probe", {"ports": PORTS}, probe, "probe"),
    ("preflight", {"ports": PORTS}, preflight, "check"),
    ("tap_netdev", {"ports": PORTS}, taps, "present"),
    ("tap_netdev", {"state": "absent"}, taps, "absent"),
    ("testpmd_howto", {"ports": PORTS, "state": "begun"}, howto_record, "begun"),
    ("testpmd_howto", {"ports": PORTS}, howto_run, "run"),
    ("testpmd_howto", {"state": "stopped"}, howto_session, "stop"),
    ("testpmd_howto", {"state": "ended"}, howto_record, "ended"),
    ("vdev_args", {"ports": PORTS}, rendered_args, "render"),
]
IDS = [f"{name}-{function}" for name, _params, _place, function in MODULES]


def run(name, params, capsys, check_mode=False):
    module = importlib.import_module(f"ansible_collections.dataplane.exception_path.plugins.modules.{name}")
    with patch_module_args(dict(params, _ansible_check_mode=check_mode)), pytest.raises(SystemExit) as ended:
        module.main()
    return ended.value.code, json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("name, params, place, function", MODULES, ids=IDS)
def test_a_result_is_handed_out(name, params, place, function, check_mode, capsys, monkeypatch):
    seen, warnings = [], []
    monkeypatch.setattr(basic.AnsibleModule, "warn", lambda self, text: warnings.append(text))
    monkeypatch.setattr(place, function, lambda *arguments: seen.append(arguments) or {"it": "is so", "links_down": ["exc0"]})
    code, result = run(name, params, capsys, check_mode)
    assert code == 0 and result["it"] == "is so" and not result["changed"]
    (arguments,) = seen
    if isinstance(place, type):
        assert arguments[0].check_mode is check_mode
    elif name not in ("exception_path_info", "packet_probe", "preflight", "vdev_args"):
        assert check_mode in arguments
    if name == "forwarder_service":
        assert warnings == ["The NIC of exc0 has no link: check the cable and the far end."]


@pytest.mark.parametrize("name, params, place, function", MODULES, ids=IDS)
def test_all_problems_are_handed_out(name, params, place, function, capsys, monkeypatch):
    def fail(*_arguments):
        raise ExceptionPathError(["one", "two"])

    monkeypatch.setattr(place, function, fail)
    code, result = run(name, params, capsys)
    assert code == 1 and result["failed"] and result["msg"] == "2 problems:\n- one\n- two" and result["problems"] == ["one", "two"]


@pytest.mark.parametrize(
    "name, params",
    [
        ("exporter_service", {"endpoint": "x"}),
        ("forwarder_service", {}),
        ("nic_driver", {}),
        ("tap_netdev", {}),
        ("testpmd_howto", {}),
        ("testpmd_howto", {"state": "begun"}),
        ("hugepages", {"mb_per_node": 64}),
        ("hugepages", {"nodes": [0]}),
        ("artifact_build", {"method": "package"}),
        ("artifact_install", {"sha256": "x"}),
        ("artifact_install", {"manifest": {}}),
    ],
)
def test_options_that_belong_together(name, params, capsys):
    code, result = run(name, params, capsys)
    assert code == 1 and result["failed"] and "problems" not in result
