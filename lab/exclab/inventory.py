"""The guest as Ansible sees it."""

import json

from . import ssh

GROUP = "exception_path"


def variables(guest):
    """How Ansible gets into the guest."""
    wanted = {key: value for key, value in ssh.options(guest.folder).items() if key != "IdentityFile"}
    return {
        "ansible_host": "127.0.0.1",
        "ansible_port": guest.port,
        "ansible_user": ssh.USER,
        "ansible_become": True,
        "ansible_ssh_private_key_file": str(guest.folder / "key"),
        "ansible_ssh_common_args": " ".join(f"-o {key}={value}" for key, value in wanted.items()),
        "ansible_pipelining": True,
        "ansible_python_interpreter": "/usr/bin/python3",
    }


def inventory(guest):
    """A YAML inventory of one host in the group of the collection's playbooks."""
    lines = ["all:", "  children:", f"    {GROUP}:", "      hosts:", f"        {guest.name}:"]
    lines += [f"          {key}: {json.dumps(value)}" for key, value in variables(guest).items()]
    return "\n".join(lines) + "\n"
