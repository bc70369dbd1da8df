"""The table of the benchmarks, from their numbers."""

from __future__ import annotations

import math
from typing import Any

from tests.benchmarks.tools import TOOLS

BASE = TOOLS[0]
OURS = TOOLS[-1]
Record = dict[str, Any]

RATES = {
    "monte_carlo": "Monte Carlo draws, million per second",
    "sobol_draws": "scrambled Sobol' draws, million per second",
    "indices": "Sobol' evaluations to indices, million per second",
}
VARIANTS = {
    "monte_carlo_tuned": "the same with generator and transforms tuned by hand",
    "indices_few": "the same with 2 resamples of the bootstrap",
}
TIMES = {
    "draws": "draws for a mean known to 0.0001 of it",
    "seconds_by_rate": "time of these draws without start-up, s",
    "seconds_inside": "time of these draws inside the process, s",
    "seconds_whole": "time of the whole process, s",
}
NOTES = """\
- A ratio is to NumPy by hand: above 1 is faster. The last column says how many times better mcsus \
is than the best other: faster, or smaller in memory.
- A rate is the slope of the wall-clock time of whole processes between two sizes, which leaves \
out start-up; medians of three. One thread, on one processor. mcsus is run from its command line.
- NumPy by hand and OpenTURNS give a mean and a standard deviation; mcsus also quantiles, \
intervals and densities, with the errors of all, and saves them.
- NumPy by hand: the laws of `numpy.random.default_rng`, in chunks that fit the cache; tuned, the \
fastest generator and transforms of those tried. Sobol' points by SciPy, tuned as well, with sums \
of the indices instead of a matrix.
- SALib: sample, model, analyze, no second order. Its bootstrap of 100 resamples is the default; \
with 2 it is cheapest, and that is how its growth was measured.
- OpenTURNS: its Sobol' points are shifted at random, not scrambled.
- Growth is of whole processes, start-up and imports included; memory is the peak that was \
resident. What passes the time or the memory allowed was not begun.
"""


def figure(value: float) -> str:
    """Return a number with three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(value)) if value > 0 else 0
    return f"{value:.{max(digits, 0)}f}"


def _line(what: str, cells: dict[str, str], better: float | None = None) -> str:
    shown = [cells.get(tool, "not offered") for tool in TOOLS]
    return f"| {what} | {' | '.join(shown)} | {'' if better is None else figure(better)} |"


def _rate_lines(records: list[Record]) -> list[str]:
    lines = []
    one = [r for r in records if r["threads"] == 1]
    for work, what in RATES.items():
        found = {r["tool"]: r for r in one if r["work"] == work}
        values = {t: r["per_second"] for t, r in found.items() if "per_second" in r}
        base = values.get(BASE, math.nan)
        cells = {t: r.get("note", "") for t, r in found.items()}
        cells |= {t: f"**{figure(v / base)}** ({figure(v / 1e6)})" for t, v in values.items()}
        lines.append(_line(what, cells, _better(values, more=True)))
        for r in one:
            words = VARIANTS.get(r["work"])
            if words and r["work"].startswith(work) and "per_second" in r:
                cell = f"**{figure(r['per_second'] / base)}** ({figure(r['per_second'] / 1e6)})"
                lines.append(_line(words, dict.fromkeys(TOOLS, "") | {r["tool"]: cell}))
    for work, what in RATES.items():
        pair = {r["threads"]: r.get("per_second") for r in records if _is_ours(r, work)}
        if pair.get(1) and pair.get(2):
            ratio = figure(pair[2] / pair[1])
            words = f"two threads to one: {what.split(',')[0]}"
            lines.append(_line(words, dict.fromkeys(TOOLS, "") | {OURS: f"**{ratio}**"}))
    return lines


def _is_ours(record: Record, work: str) -> bool:
    return record["tool"] == OURS and record["work"] == work


def _better(values: dict[str, float], *, more: bool) -> float | None:
    """Return how many times better ours is than the best other, if both are there."""
    others = [v for tool, v in values.items() if tool != OURS]
    if OURS not in values or not others:
        return None
    return values[OURS] / max(others) if more else min(others) / values[OURS]


def _known_lines(records: list[Record]) -> list[str]:
    lines = []
    for work, kind in (("monte_carlo", "Monte Carlo"), ("sobol_draws", "Sobol'")):
        # Plain draws are what the others have: the best of theirs stands beside our Sobol' draws.
        found = {r["tool"]: r for r in records if r["tool"] != OURS or r["work"] == work}
        if found.get(OURS, {}).get("work") != work:
            continue
        for key, what in TIMES.items():
            values = {t: r[key] for t, r in found.items() if key in r}
            cells = {t: r.get("note", "") for t, r in found.items()}
            cells |= {t: figure(v) for t, v in values.items()}
            lines.append(_line(f"{what} ({kind} in mcsus)", cells, _better(values, more=False)))
    return lines


def _growth_lines(records: list[Record]) -> list[str]:
    lines = []
    for work, noun in (("monte_carlo", "draws"), ("indices", "Sobol' evaluations")):
        for key, what in (("seconds", "time, s"), ("memory_mib", "peak memory, MiB")):
            for size in sorted({r["size"] for r in records if r["work"] == work}):
                found = {r["tool"]: r for r in records if (r["work"], r["size"]) == (work, size)}
                values = {t: r[key] for t, r in found.items() if key in r}
                cells = {t: r.get("note", "") for t, r in found.items()}
                cells |= {t: figure(v) for t, v in values.items()}
                lines.append(_line(f"{size:,} {noun}: {what}", cells, _better(values, more=False)))
    return lines


def markdown(found: Record) -> str:
    """Return the table, with the machine and the versions above it and what it means below."""
    machine = found["machine"]
    where = (
        f"{machine['processor']}, {machine['processors']} processors, "
        f"{machine['memory_available_mib'] / 1024:.0f} GiB of free memory, {machine['system']}, "
        f"Python {machine['python']}"
    )
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    lines = [
        "# The reference study in four tools",
        "",
        "20 inputs of three families (lognormal, triangular, uniform), 10 equations, one output.",
        "Made in one run by `make bench`; the ratios are what to compare.",
        *(["**A quick try at small sizes: the figures mean little.**"] if found["quick"] else []),
        "",
        f"{where}; {versions}.",
        "",
        "| what | " + " | ".join(TOOLS) + " | mcsus, times better |",
        "| --- |" + " ---: |" * (len(TOOLS) + 1),
        *_rate_lines(found["rates"]),
        *_known_lines(found["known"]),
        *_growth_lines(found["growth"]),
        "",
        "![Time and memory against draws and evaluations](growth.svg)",
        "",
    ]
    return "\n".join(lines) + "\n" + NOTES
