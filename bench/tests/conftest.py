"""The benchmark's package, importable."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

import excbench.paths  # noqa: E402, F401  makes the lab's package importable
