# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses of files that the controller is to fetch."""

from __future__ import annotations

import urllib.parse

_SCHEMES = ("http", "https", "file")


def url_problems(name, url):
    if urllib.parse.urlsplit(url).scheme in _SCHEMES:
        return []
    return [f"{name} {url!r} is no address: give one that begins with http://, https:// or file:///"]
