"""The archive that `ansible-galaxy collection build` makes of a tree."""

import os
import pathlib
import tarfile
import tempfile

from .errors import LabError
from .paths import TREE
from .run import run

# What Ansible needs to use a collection; all else is for its readers and for those who change it.
NEEDED = ("meta", "plugins", "roles", "playbooks")
# Ansible's own list of what is in the archive, which git knows nothing of.
MANIFESTS = ("MANIFEST.json", "FILES.json")
# Files of plugins that `ansible-doc -t KIND` documents. A file of filters may hold several: each is documented by its own.
DOCUMENTED = {"module": "plugins/modules/*.py", "lookup": "plugins/lookup/*.py", "filter": "plugins/filter/*.yml"}


def build(folder, tree=TREE):
    """Path of the archive, made in a folder."""
    with tempfile.TemporaryDirectory() as home:
        run(
            ["ansible-galaxy", "collection", "build", "--output-path", folder, tree], "building the archive",
            cwd=tree, env={**os.environ, "ANSIBLE_HOME": home},
        )
    archives = sorted(pathlib.Path(folder).glob("*.tar.gz"))
    if len(archives) != 1:
        raise LabError(f"There is not one archive in {folder}: {', '.join(path.name for path in archives) or 'none'}.")
    return archives[0]


def members(archive):
    """What is in it, folders apart: `{path: (TarInfo, content)}`. A link's content is None."""
    found = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            if not member.isdir():
                content = tar.extractfile(member).read() if member.isfile() else None
                found[member.name.removeprefix("./")] = (member, content)
    return found


def tracked(tree=TREE):
    """Files that git knows: `{path: executable}`. What a link of the tree leads to counts for it."""
    listed = run(["git", "-C", tree, "ls-files", "-z"], "listing the tree").split("\0")
    return {path: os.access(tree / path, os.X_OK) for path in listed if (tree / path).is_file()}
