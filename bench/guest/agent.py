"""Runs in the guest as root: does what the other end of its standard input asks for.

One JSON object a line, {"call": name, "args": {...}}; the answer is {"result": ...} or {"error": ...}.
"""

import json
import sys
import traceback

import cpu
import kernel_side
import plane
import programs

CALLS = {}
for module in (cpu, kernel_side, plane, programs):
    CALLS.update({f"{module.__name__}.{name}": getattr(module, name) for name in module.CALLS})


def main():
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"result": CALLS[asked["call"]](**asked["args"])}
        except Exception as error:  # the other end decides what it means
            answer = {"error": str(error) or repr(error), "trace": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
