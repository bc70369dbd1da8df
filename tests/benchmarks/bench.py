"""The reference study in four tools, in one run on one machine: ``make bench``.

Writes a table, its numbers and a figure. A rate is the slope of the wall-clock time of whole
processes between two sizes, so that start-up cancels; medians of three. Every process is held to
one processor, except where threads are compared. ``--quick`` tries everything at small sizes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import Run, free_memory, machine, one_processor
from tests.benchmarks.table import markdown
from tests.benchmarks.tools import EVALUATIONS, LEAST, REPLICATES, ROOT, TOOLS, Bench, offers

KNOWN_TO = 1e-4  # of the mean, one standard error
PACKAGES = ("mcsus", "numba", "numpy", "scipy", "SALib", "openturns")

# Exponents of two: draws, or base points for indices. The larger takes seconds, the smaller is
# past what mcsus keeps whole (65,536 draws of each of 16 replicates).
SIZES = {
    ("NumPy by hand", "monte_carlo"): (20, 24),
    ("NumPy by hand", "monte_carlo_tuned"): (20, 24),
    ("NumPy by hand", "sobol_draws"): (20, 23),
    ("NumPy by hand", "indices"): (17, 21),
    ("SALib", "indices"): (11, 14),
    ("SALib", "indices_few"): (12, 15),
    ("OpenTURNS", "monte_carlo"): (17, 21),
    ("OpenTURNS", "sobol_draws"): (17, 21),
    ("OpenTURNS", "indices"): (13, 17),
    ("mcsus", "monte_carlo"): (22, 26),
    ("mcsus", "sobol_draws"): (22, 26),
    ("mcsus", "indices"): (20, 24),
}
TWO_THREADS = (("mcsus", "sobol_draws"), ("mcsus", "indices"))
GROWTH = {"monte_carlo": (17, 20, 23, 27, 30), "indices": (13, 16, 19, 22, 26)}
BUDGET = 100.0  # seconds that one point of growth may take
QUICK = 3  # fewer powers of two in every rate

Record = dict[str, Any]


def say(text: str) -> None:
    """Tell how far it is, apart from the table."""
    sys.stderr.write(text + "\n")


def rate(work: Callable[[int], Run], small: int, large: int, times: int) -> Record:
    """Return units per second as the slope between two sizes, each the median of some runs."""
    work(small)  # fills the caches of the tool and of the system
    runs: dict[int, list[Run]] = {small: [], large: []}
    for _ in range(times):
        for size, done in runs.items():
            done.append(work(size))
    notes = [run.note for done in runs.values() for run in done if run.note]
    if notes:
        return {"small": small, "large": large, "note": notes[0]}
    seconds = {size: statistics.median(r.seconds for r in done) for size, done in runs.items()}
    longer = seconds[large] - seconds[small]
    if longer <= 0:  # other work on the machine
        return {"small": small, "large": large, "note": "too short to tell"}
    return {
        "small": small,
        "large": large,
        "per_second": (large - small) / longer,
        "seconds": {size: [r.seconds for r in done] for size, done in runs.items()},
        "memory_mib": max(r.memory for r in runs[large]),
    }


def rates(bench: Bench, quick: bool) -> list[Record]:
    """Measure every rate on one processor, and those of mcsus with two threads."""
    records = []
    less, times = (QUICK, 1) if quick else (0, 3)
    for (tool, work), (small, large) in SIZES.items():
        unit = EVALUATIONS if work.startswith("indices") else 1
        both = (tool, work) in TWO_THREADS and (os.cpu_count() or 1) > 1
        for threads in (1, 2) if both else (1,):

            def one(size: int, tool: str = tool, work: str = work, threads: int = threads) -> Run:
                if threads > 1:
                    return bench.run(tool, work, size, threads=threads)
                with one_processor():
                    return bench.run(tool, work, size)

            found = rate(one, 1 << (small - less), 1 << (large - less), times)
            if "per_second" in found:
                found["per_second"] *= unit
            records.append({"tool": tool, "work": work, "threads": threads, **found})
            shown = found.get("note") or f"{found['per_second'] / 1e6:.3g} million per second"
            say(f"{tool}, {work}, threads {threads}: {shown}")
    return records


def _forecast(points: list[Record], size: int, key: str) -> float:
    """Return the straight line through the last two points, at another size."""
    (n1, y1), (n2, y2) = ((p["size"], p[key]) for p in points[-2:])
    return float(y2 + max(y2 - y1, 0.0) / (n2 - n1) * (size - n2))


def grow(
    work: Callable[[int], Run], sizes: list[int], budget: float, memory: float
) -> list[Record]:
    """Run growing sizes; what would pass the time or the memory is not begun, and says so."""
    points: list[Record] = []
    for size in sizes:
        done = [p for p in points if not p.get("note")]
        note = points[-1].get("note", "") if points else ""
        if not note and len(done) > 1:
            if _forecast(done, size, "memory_mib") > memory:
                note = f"over {memory / 1024:.0f} GiB"
            elif _forecast(done, size, "seconds") > budget:
                note = f"over {budget:.0f} s"
        if note:
            points.append({"size": size, "note": note})
            continue
        run = work(size)
        if run.note:
            points.append({"size": size, "note": run.note})
        else:
            points.append({"size": size, "seconds": run.seconds, "memory_mib": run.memory})
    return points


def growth(bench: Bench, quick: bool) -> list[Record]:
    """Measure time and memory of whole processes as the sizes grow."""
    records = []
    memory = 0.8 * free_memory()
    for work, exponents in GROWTH.items():
        unit = EVALUATIONS if work == "indices" else 1
        for tool in TOOLS:
            if not offers(tool, work):
                continue
            # SALib by its cheaper form, so that it goes further.
            asked = "indices_few" if tool == "SALib" else work

            def one(size: int, tool: str = tool, asked: str = asked) -> Run:
                with one_processor():
                    return bench.run(tool, asked, size, limit=2 * BUDGET)

            sizes = [1 << e for e in exponents[: 2 if quick else None]]
            points = grow(one, sizes, BUDGET, memory)
            for point in points:
                point["size"] *= unit
                records.append({"tool": tool, "work": work, **point})
                shown = (
                    point.get("note") or f"{point['seconds']:.2f} s {point['memory_mib']:.0f} MiB"
                )
                say(f"{tool}, {work}, {point['size']:,}: {shown}")
    return records


def _error(run: Run) -> float:
    """Return the relative standard error of the mean that mcsus reports."""
    mean = run.told["outputs"]["total"]["cells"][0]["mean"]
    return float(mean["error"] / mean["value"])


def known(bench: Bench, measured: list[Record], quick: bool) -> list[Record]:
    """Measure the time to a mean whose standard error is a ten-thousandth of it.

    Plain draws need ``(sd / (1e-4 mean))**2``; a Sobol' design of mcsus the fewest, in powers of
    two, whose error across 16 replicates is below. Three times: draws by the rate, which leaves
    out start-up; the work alone, as the process itself measured it; the process whole.
    """
    moments = bench.run("NumPy by hand", "monte_carlo", 1 << 20).told
    plain = math.ceil((moments["sd"] / (KNOWN_TO * moments["mean"])) ** 2)
    sobol = LEAST * REPLICATES
    while _error(bench.run("mcsus", "sobol_draws", sobol)) >= KNOWN_TO:
        sobol *= 2
    records = []
    for tool, work in (
        ("NumPy by hand", "monte_carlo"),
        ("OpenTURNS", "monte_carlo"),
        ("mcsus", "monte_carlo"),
        ("mcsus", "sobol_draws"),
    ):
        draws = sobol if work == "sobol_draws" else plain + (-plain) % REPLICATES
        with one_processor():
            runs = [bench.run(tool, work, draws) for _ in range(1 if quick else 3)]
        if runs[0].note:
            records.append({"tool": tool, "work": work, "draws": draws, "note": runs[0].note})
            continue
        per_second = _per_second(measured, tool, work)
        mcsus = tool == "mcsus"
        inside = [r.told["timing"]["sampling_s"] if mcsus else r.told["seconds"] for r in runs]
        records.append(
            {
                "tool": tool,
                "work": work,
                "draws": draws,
                "relative_error": _error(runs[0]) if mcsus else KNOWN_TO,
                "seconds_by_rate": draws / per_second,
                "seconds_inside": statistics.median(inside),
                "seconds_whole": statistics.median(r.seconds for r in runs),
            }
        )
        say(f"{tool}, {work}: mean known to {KNOWN_TO} with {draws:,} draws")
    return records


def _per_second(measured: list[Record], tool: str, work: str) -> float:
    key = (tool, work, 1)
    found = [r for r in measured if (r["tool"], r["work"], r["threads"]) == key]
    return found[0].get("per_second", math.nan)


def measure(quick: bool) -> Record:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder))
        measured = rates(bench, quick)
        return {
            "machine": machine(),
            "versions": {name: metadata.version(name) for name in PACKAGES},
            "quick": quick,
            "rates": measured,
            "known": known(bench, measured, quick),
            "growth": growth(bench, quick),
        }


def main() -> None:
    """Measure, then write the table, its numbers and the figure."""
    parser = argparse.ArgumentParser(description="The reference study in four tools.")
    parser.add_argument("--quick", action="store_true", help="small sizes, once; for a try")
    parser.add_argument("--out", type=Path, help="folder for what is written")
    asked = parser.parse_args()
    out = asked.out or ROOT / ("runs" if asked.quick else "reports") / "benchmarks"
    out.mkdir(parents=True, exist_ok=True)
    found = measure(asked.quick)
    text = markdown(found)
    numbers = out / "rates.json"
    numbers.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (out / "rates.md").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks.figure", str(numbers)]
    subprocess.run([*command, str(out / "growth.svg")], check=True, cwd=ROOT)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
