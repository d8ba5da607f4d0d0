"""Every test of a scenario runs in each of its containers, unless --hosts says otherwise.

Without molecule: `lab/container up tap_netdev`, converge, then `pytest molecule/tap_netdev/tests`.
"""

import json
import pathlib
import subprocess

pytest_plugins = ["journal"]
LAB = pathlib.Path(__file__).resolve().parents[1] / "lab" / "container"


def pytest_configure(config):
    if config.option.hosts:
        return
    named = pathlib.Path(config.args[0].partition("::")[0]).resolve()
    scenario = next(folder.parent.name for folder in (named, *named.parents) if folder.name == "tests")
    said = subprocess.run([LAB, "inventory", scenario], stdout=subprocess.PIPE, text=True, check=True).stdout
    hosts = json.loads(said)["_meta"]["hostvars"]
    config.option.hosts = ",".join(f"{facts['container_engine']}://{name}" for name, facts in hosts.items())
