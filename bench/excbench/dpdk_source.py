"""DPDK's release, as the lab has it."""

from exclab.dpdk_source import SUITE, fetch

__all__ = ["SUITE", "fetch"]
