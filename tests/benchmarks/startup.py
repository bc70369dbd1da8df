"""How long commands take to start, as ratios to importing what they cannot do without.

Run by hand: ``python tests/benchmarks/startup.py``. Every figure is the median of some fresh
processes, after one that fills the cache of kernels. A run is stopped at its first draws.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time

TIMES = 7
STUDY = "tinyml_table"

HELP = "from mcsus.cli import main; main(['--help'])"
FIRST_DRAWS = """
import contextlib, json, os, sys, time
import mcsus.cli.progress

def drawn(*told):
    end = time.monotonic()
    ours = {*sys.stdlib_module_names, "mcsus", "__main__"}
    names = [name for name in sys.modules if name.partition(".")[0] not in ours]
    names = [name for name in names if not name.startswith("mcsus_")]  # generated kernels
    print(json.dumps([end, names]), flush=True)
    os._exit(0)

mcsus.cli.progress.progress = lambda: contextlib.nullcontext(drawn)
from mcsus.cli import main
main(["run", *sys.argv[1:], "--draws", "2^8", "--replicates", "2", "--no-report"])
"""
IMPORTS = """
import importlib, json, os, sys
for name in json.loads(sys.argv[1]):
    try:
        importlib.import_module(name)
    except ImportError:
        pass  # a module that another one makes, or keeps under a name of its own
os._exit(0)  # the end of the process is no part of importing
"""


def seconds(program: str, *arguments: str) -> float:
    """Return the time of a fresh process that runs a program."""
    start = time.monotonic()
    command = [sys.executable, "-c", program, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - start


def first_draws() -> tuple[float, list[str]]:
    """Return the time to the first draws, and the foreign modules imported until then."""
    with tempfile.TemporaryDirectory() as out:
        start = time.monotonic()
        command = [sys.executable, "-c", FIRST_DRAWS, STUDY, "--out", out]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    end, names = json.loads(done.stdout)
    return end - start, names


def main() -> None:
    """Print the table. Each round runs everything once, so that ratios are of equal conditions."""
    _, names = first_draws()
    listed = json.dumps(names)
    rounds = []
    for _ in range(TIMES):
        numpy, shown = seconds("import numpy"), seconds(HELP)
        drawn, imports = first_draws()[0], seconds(IMPORTS, listed)
        rounds.append((numpy, shown, shown / (2 * numpy + 0.15), imports, drawn, drawn / imports))
    numpy, shown, to_numpy, imports, drawn, to_imports = (
        statistics.median(column) for column in zip(*rounds, strict=True)
    )
    lines = [
        f"import numpy          {numpy:.3f} s",
        f"mcsus --help          {shown:.3f} s: {to_numpy:.2f} of twice that plus 0.15 s",
        f"{len(names)} foreign modules   {imports:.3f} s",
        f"first draws           {drawn:.3f} s: {to_imports:.2f} of importing those modules",
    ]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
