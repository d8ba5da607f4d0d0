"""Where things are."""

import pathlib
import sys

TREE = pathlib.Path(__file__).resolve().parents[2]
BENCH = TREE / "bench"
RESULTS = TREE / ".build" / "bench"
TABLE = TREE / "docs" / "performance.md"
PLOT = TREE / "docs" / "img" / "performance.svg"

# The lab is a package of this tree, too.
sys.path.insert(0, str(TREE / "lab"))
