"""Debian's archive as this machine reaches it: by its own apt sources; on another distribution, Debian's public address."""

import pathlib
import re
import urllib.error
import urllib.request

from .errors import LabError

APT = pathlib.Path("/etc/apt")
ELSEWHERE = ["http://deb.debian.org/debian", "http://deb.debian.org/debian-security"]
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def addresses():
    """Every archive named by this machine's apt sources, in their order; Debian's own last."""
    found = []
    for file in [APT / "sources.list", *sorted((APT / "sources.list.d").glob("*.list"))]:
        if file.is_file():
            found += re.findall(r"^deb\s+(?:\[[^]]*\]\s*)?(https?://\S+)", file.read_text(), re.M)
    for file in sorted((APT / "sources.list.d").glob("*.sources")):
        for line in re.findall(r"^URIs:(.*)$", file.read_text(), re.M | re.I):
            found += [word for word in line.split() if word.startswith("http")]
    return list(dict.fromkeys(uri.rstrip("/") for uri in found + ELSEWHERE))


def _release(uri, suite):
    try:
        with urllib.request.urlopen(f"{uri}/dists/{suite}/InRelease", timeout=30) as answer:
            text = answer.read().decode(errors="replace")
    except (urllib.error.URLError, OSError):
        return None
    fields = dict(re.findall(r"^(\w[\w-]*): *(.*)$", text, re.M))
    return fields if fields.get("Origin") == "Debian" else None


def sources(suite):
    """Lines of a sources.list for the suite, its updates and its security updates where they exist."""
    lines = []
    for name in (suite, f"{suite}-updates", f"{suite}-security"):
        for uri in addresses():
            if _release(uri, name):
                lines.append(f"deb [signed-by={KEYRING}] {uri} {name} main")
                break
        else:
            if name == suite:
                raise LabError(f"No archive of Debian's {suite} answers among: {', '.join(addresses())}.")
    return lines
