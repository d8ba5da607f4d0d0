"""A builder for the collection: a root of the suite that Ansible enters through a shell of its own."""

import shutil

from .artifact import forget_others
from .forwarder import artifact_root
from .paths import cache

# Ansible runs it as SHELL -c WORDS. The folder is at the same place inside and outside, so that files
# can be copied in and out. Whatever happens, no mount is left on this machine.
SHELL = """#!/bin/sh
exec unshare --mount --propagation private sh -euc '
root={root} folder={folder}
mount --bind "$root" "$root"
mkdir -p "$root$folder"
mount --bind "$folder" "$root$folder"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME="$folder" "$@"
' sh /bin/sh "$@"
"""


def home(suite):
    """The folder of the builder that is there inside and outside."""
    return cache() / f"builder-host-{suite}"


def variables(suite):
    """How Ansible gets into the builder. What was built there before is kept."""
    root, folder = artifact_root(suite), home(suite)
    folder.mkdir(exist_ok=True)
    shell = folder / "shell"
    shell.write_text(SHELL.format(root=root, folder=folder))
    shell.chmod(0o755)
    shutil.rmtree(folder / "tmp", ignore_errors=True)
    forget_others(folder / "cache", root)
    return {
        "ansible_connection": "local",
        "ansible_shell_executable": str(shell),
        "ansible_remote_tmp": str(folder / "tmp"),
        "ansible_python_interpreter": "/usr/bin/python3",
        "ansible_become": False,
    }
