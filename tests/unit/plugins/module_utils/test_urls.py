# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from ansible_collections.dataplane.exception_path.plugins.module_utils import urls


@pytest.mark.parametrize("value", ["", "/srv/x", "ftp://x/y", "dpdk.tar.xz"])
def test_what_is_no_address(value):
    assert urls.url_problems("x_url", value) == [f"x_url {value!r} is no address: give one that begins with http://, https:// or file:///"]
