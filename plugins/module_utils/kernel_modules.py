# Copyright (c) 2026 The dataplane.exception_path authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kernel modules: is it there, load it, keep it over boots, unload it again."""

from __future__ import annotations

import os

from ansible_collections.dataplane.exception_path.plugins.module_utils import host, paths
from ansible_collections.dataplane.exception_path.plugins.module_utils.changes import Changes
from ansible_collections.dataplane.exception_path.plugins.module_utils.errors import raise_if

_HEAD = "# Written by the Ansible collection dataplane.exception_path (module kernel_modules).\n"


# One that is built in shows in /sys/module only if it has a parameter, but its device is always there.
_MISC_DEVICES = {"tun": "tun", "vhost_net": "vhost-net"}


def is_loaded(name, root="/"):
    """True for a module that the running kernel has, loaded or built in, as far as sysfs shows the latter."""
    places = ["sys/module/" + name.replace("-", "_")]
    if name in _MISC_DEVICES:
        places.append("sys/class/misc/" + _MISC_DEVICES[name])
    return any(os.path.isdir(os.path.join(root, place)) for place in places)


def missing_problems(names, run=host.run):
    """A problem for every module that the running kernel neither has loaded nor can load."""
    absent = [name for name in names if not is_loaded(name) and run(["modprobe", "--dry-run", "--quiet", name], check=False).returncode != 0]
    if not absent:
        return []
    release = os.uname().release
    if not os.path.isdir(f"/lib/modules/{release}"):
        remedy = "its modules are not here, as after a kernel upgrade: reboot into the installed kernel; for a container, load them on its host"
    else:
        remedy = "install a kernel that has them (on Debian linux-image-amd64 instead of a cloud kernel) and reboot"
    return [f"the running kernel {release} has no module {', '.join(absent)}: {remedy}"]


def present(names, check_mode=False, run=host.run):
    raise_if(missing_problems(names, run))
    changes = Changes()
    to_load = [name for name in names if not is_loaded(name) and not _is_builtin(name, run)]
    for name in to_load:
        changes.note(f"module {name}", "not loaded", "loaded")
    text = _HEAD + "".join(name + "\n" for name in names)
    old = host.read(paths.MODULES_LOAD)
    at_boot = changes.note(paths.MODULES_LOAD, None if old is None else old + "\n", text)
    if not check_mode:
        if to_load:
            ours = host.read_json(paths.MODULE_MEMORY, [])
            host.write_json(paths.MODULE_MEMORY, ours + [name for name in to_load if name not in ours])
            run(["modprobe", "--all", *to_load])
        if at_boot:
            host.write(paths.MODULES_LOAD, text)
    return dict(changes.result(), loaded=to_load)


def absent(_names, check_mode=False, run=host.run):
    changes = Changes()
    ours = host.read_json(paths.MODULE_MEMORY, [])
    unload = [name for name in ours if is_loaded(name) and _only_used_by(name, ours)]
    for name in unload:
        changes.note(f"module {name}", "loaded", "not loaded")
    old = host.read(paths.MODULES_LOAD)
    changes.note(paths.MODULES_LOAD, None if old is None else old + "\n", None)
    if not check_mode:
        # Those that use others come first; removing one also removes what only it needed.
        for name in sorted(unload, key=lambda name: len(_holders(name))):
            if is_loaded(name):
                run(["modprobe", "--remove", name], check=False)
        host.remove(paths.MODULES_LOAD)
        host.remove(paths.MODULE_MEMORY)
        host.remove_empty_folder(paths.MEMORY)
    in_use = [name for name in ours if is_loaded(name) and (name not in unload or not check_mode)]
    return dict(changes.result(), in_use=in_use)


def _holders(name):
    try:
        return os.listdir(f"/sys/module/{name.replace('-', '_')}/holders")
    except OSError:
        return []


def _only_used_by(name, others):
    """True when nothing but modules of ``others`` needs the module; refcnt counts both."""
    holders = _holders(name)
    references = int(host.read(f"/sys/module/{name.replace('-', '_')}/refcnt", "0"))
    return references == len(holders) and set(holders) <= {other.replace("-", "_") for other in others}


def _is_builtin(name, run):
    shown = run(["modprobe", "--show-depends", name], check=False).stdout.strip().splitlines()
    return bool(shown) and shown[-1].startswith("builtin")
