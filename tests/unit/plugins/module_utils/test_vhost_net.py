# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import struct

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import paths, vhost_net


@pytest.mark.parametrize("features, offered", [(1 << 32 | 1 << 15, False), (1 << 35 | 1 << 32, True)])
def test_what_the_kernel_offers(features, offered, monkeypatch):
    monkeypatch.setattr(paths, "VHOST_NET", "/dev/null")
    monkeypatch.setattr(vhost_net.fcntl, "ioctl", lambda _handle, request, _buffer: struct.pack("Q", features) if request == 0x8008AF00 else None)
    before = os.listdir("/proc/self/fd")
    assert vhost_net.offers_in_order() is offered and os.listdir("/proc/self/fd") == before


def test_no_vhost_net(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "VHOST_NET", str(tmp_path / "none"))
    assert vhost_net.offers_in_order() is False
    monkeypatch.setattr(paths, "VHOST_NET", "/dev/null")
    assert vhost_net.offers_in_order() is False
