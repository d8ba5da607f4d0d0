"""The collection as a controller has it: installed from its archive, beside an ansible-core."""

import os
import pathlib
import shutil
import subprocess

from . import archive

NAME = "dataplane.exception_path"


class Installed:
    """A home of its own below a folder, with nothing in the collection but what Ansible needs."""

    def __init__(self, virtualenv, tarball, folder):
        self.python = virtualenv / "bin" / "python"
        self.home = pathlib.Path(folder)
        self.collections = self.home / "collections"
        self.collection = self.collections / "ansible_collections" / "dataplane" / "exception_path"
        self.install = self.ansible("galaxy", "collection", "install", "--offline", "--no-deps", "-p", self.collections, tarball)
        for path in self.collection.iterdir():
            if path.name in (*archive.NEEDED, *archive.MANIFESTS):
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def ansible(self, program, *arguments):
        """What `ansible-<program>` did: exit status, standard output and standard error."""
        return self.run("-m", "ansible", program, *arguments)

    def run(self, *arguments, **environment):
        """The same of this Python. Nothing of the caller's settings reaches it."""
        return subprocess.run(
            [self.python, *arguments], cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, errors="replace", check=False, env={
                "PATH": f"{self.python.parent}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.home), "LC_ALL": "C.UTF-8",
                "TMPDIR": os.environ.get("TMPDIR", "/tmp"), "PYTHONDONTWRITEBYTECODE": "1", "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_HOME": str(self.home / ".ansible"), "ANSIBLE_COLLECTIONS_PATH": str(self.collections), **environment,
            },
        )
