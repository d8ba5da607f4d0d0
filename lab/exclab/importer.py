"""What Galaxy's server would say of the archive: galaxy-importer, which runs there on every upload."""

import fnmatch
import json
import os
import pathlib
import re
import subprocess
import tempfile

from . import archive

# Lint, sanity tests and style of the Python code are gates of their own.
SETTINGS = """\
[galaxy-importer]
check_required_tags = True
check_changelog = True
run_ansible_doc = True
run_ansible_lint = False
run_ansible_test = False
run_flake8 = False
"""
_ERROR = re.compile(r"^(ERROR|CRITICAL)\b|Traceback")


def check():
    """Exit status: 0 when the archive was imported with the documentation of each plugin, and nothing in it was called an error."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        tarball = archive.build(folder)
        (folder / "settings.cfg").write_text(SETTINGS, encoding="ascii")
        output, status = _import(tarball, folder)
        print(output, end="", flush=True)
        if status or any(_ERROR.search(line) for line in output.splitlines()):
            return 1
        missing = _undocumented(tarball, json.loads((folder / "importer_result.json").read_text(encoding="utf-8")))
    for plugin in missing:
        print(f"{plugin}: its documentation was not read: see ansible-doc")
    return bool(missing)


def _import(tarball, folder):
    """It leaves its result where it was started."""
    done = subprocess.run(
        ["python3", "-m", "galaxy_importer.main", tarball], cwd=folder, env={**os.environ, "GALAXY_IMPORTER_CONFIG": str(folder / "settings.cfg")},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )
    return done.stdout, done.returncode


def _undocumented(tarball, result):
    """Plugins that it has taken without documentation: it does so in silence when that is no YAML."""
    read = {
        (content["content_type"], content["content_name"])
        for content in result["docs_blob"]["contents"] if (content["doc_strings"] or {}).get("doc")
    }
    there = {
        (kind, pathlib.PurePath(path).stem)
        for kind, pattern in archive.DOCUMENTED.items() for path in fnmatch.filter(archive.members(tarball), pattern)
    }
    return [f"{kind} {name}" for kind, name in sorted(there - read)]
