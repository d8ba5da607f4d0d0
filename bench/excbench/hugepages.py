"""Huge pages of 2 MB, reserved for a while."""

import contextlib
import pathlib

from exclab.errors import LabError

COUNT = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages")


@contextlib.contextmanager
def reserved(number):
    """`number` pages more than there were; given back at the end."""
    before = int(COUNT.read_text())
    try:
        COUNT.write_text(str(before + number))
        if int(COUNT.read_text()) < before + number:
            raise LabError(f"The kernel has no {number} huge pages of 2 MB to give.")
        yield
    finally:
        COUNT.write_text(str(before))
