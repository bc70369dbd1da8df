"""Table, numbers and figure of the coverage."""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from tests.coverage.models import CASES

Row = dict[str, Any]

LEAST, MOST = 0.92, 0.98
"""What 95 % bounds are to hold in, of all runs."""

TOLD = 0.5  # of runs: a caution is told there
SILENT = 1 - LEAST  # of runs that miss without a caution
WORDS = {
    "holds": "holds",
    "told": "carries a caution",
    "wide": "wider than need be",
    "short": "short, without a caution",
}
COLOURS = {"holds": "#0072B2", "told": "#E69F00", "wide": "#56B4E9", "short": "#D55E00"}
_TOP = """\
# How often 95 % bounds hold

The share of runs in which a value and Student's t times its error hold the exact value, of the runs
that state a number: {first} to {last} runs each, made by `make coverage`. Wanted is {0} to {1}. A
cell holds if its share is within that or within two deviations of chance, which are
{chance[0]:.3f} below and {chance[1]:.3f} above for {first} runs.

Of {cells} cells {inside} are within {0} to {1} as they stand. With chance: {said}.

`*`: most runs carry a caution that these errors rest on a few draws, or of the runs without one no
more than {2:.2f} miss the exact value. `-`: no run states a number, and each says why. `<`: short,
without a caution; `>`: wider than need be. Indices: the mean share of all inputs.

![Shares of all cells](coverage.svg)"""
_NAMES = {case.name: case.title for case in CASES}
_KINDS = {"sobol": "scrambled Sobol'", "monte_carlo": "Monte Carlo"}


def share(row: Row) -> float:
    """Return in what share of the runs that state a number its bounds hold."""
    stated = float(row["stated"])
    return float(row["held"]) / stated if stated else math.nan


def outcome(row: Row) -> str:
    """Return what a cell shows: a key of `WORDS`.

    It holds if its share is within the limits or within two deviations of chance of them, or if
    all runs state the exact value.
    """
    held, runs = share(row), float(row["runs"])
    told = float(row["told"]) / runs

    def off(limit: float) -> float:
        return 2 * math.sqrt(limit * (1 - limit) / max(float(row["stated"]), 1))

    is_exact = runs == float(row.get("sure") or 0)
    if is_exact or LEAST - off(LEAST) <= held <= MOST + off(MOST):
        return "holds"
    if told >= TOLD or (told > 0 and float(row["silent"]) / runs <= SILENT):
        return "told"
    return "wide" if held > MOST else "short"


def write_numbers(rows: Sequence[Row], path: Path) -> None:
    """Write rows as a table; what an older one lacks is 0."""
    names = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, names, restval=0, lineterminator="\n")
        table.writeheader()
        table.writerows(
            {key: f"{value:.6g}" if isinstance(value, float) else value for key, value in r.items()}
            for r in rows
        )


def write(rows: Sequence[Row], to: Path) -> None:
    """Write ``coverage.csv``, ``coverage.md`` and ``coverage.svg`` into a folder."""
    write_numbers(rows, to / "coverage.csv")
    (to / "coverage.md").write_text(page(rows), encoding="utf-8")
    figure(rows, to / "coverage.svg")


def page(rows: Sequence[Row]) -> str:
    """Return the table as a page of Markdown."""
    runs = [int(float(row["runs"])) for row in rows]
    found = Counter(map(outcome, rows))
    inside = sum(LEAST <= share(row) <= MOST for row in rows)
    chance = [2 * math.sqrt(at * (1 - at) / min(runs)) for at in (LEAST, MOST)]
    said = ", ".join(f"{found[key]} {words}" for key, words in WORDS.items())
    lines = [_TOP.format(LEAST, MOST, SILENT, first=min(runs), last=max(runs),
                         cells=len(rows), inside=inside, said=said, chance=chance)]  # fmt: skip
    quantities = list(dict.fromkeys(row["quantity"] for row in rows))
    for model in dict.fromkeys(row["model"] for row in rows):
        lines += ["", f"## {_NAMES[model]}", "", f"| | {' | '.join(quantities)} |"]
        lines.append("| --- |" + " ---: |" * len(quantities))
        cells = defaultdict(dict)
        for row in rows:
            if row["model"] == model:
                size = f"{_KINDS[row['design']]}, {row['replicates']} x {row['draws']}"
                cells[size][row["quantity"]] = _text(row)
        lines += [
            f"| {size} | {' | '.join(own.get(key, '') for key in quantities)} |"
            for size, own in cells.items()
        ]
    return "\n".join(lines) + "\n"


def _text(row: Row) -> str:
    """Return the share of a cell with its mark."""
    held, mark = share(row), {"holds": "", "told": "*", "wide": ">", "short": "<"}[outcome(row)]
    if math.isnan(held):
        return "-"
    mark = "*" if float(row["told"]) >= TOLD * float(row["runs"]) else mark
    return f"{held:.2f}{mark}"


def figure(rows: Sequence[Row], path: Path) -> None:
    """Draw the share of every cell: a line a quantity, a panel a model."""
    mpl.rcParams.update({"svg.hashsalt": "mcsus", "font.size": 9})
    models = list(dict.fromkeys(row["model"] for row in rows))
    quantities = list(dict.fromkeys(row["quantity"] for row in rows))[::-1]
    drawn = Figure(figsize=(10, 2.6 * math.ceil(len(models) / 2) + 0.6), layout="constrained")
    axes = drawn.subplots(math.ceil(len(models) / 2), 2, sharex=True, sharey=True, squeeze=False)
    for ax, model in zip(axes.flat, models, strict=False):
        ax.axvspan(LEAST, MOST, color="#eeeeee", zorder=0)
        own = [row for row in rows if row["model"] == model and not math.isnan(share(row))]
        for key, colour in COLOURS.items():
            points = [row for row in own if outcome(row) == key]
            places = [quantities.index(row["quantity"]) for row in points]
            at = [max(share(row), 0.5) for row in points]
            ax.scatter(at, places, s=14, color=colour, alpha=0.7, linewidths=0, label=WORDS[key])
        ax.set_title(_NAMES[model], loc="left", fontsize=10, fontweight="bold")
        ax.set_yticks(range(len(quantities)), quantities)
        ax.set_xlim(0.48, 1.01)
        ax.spines[["top", "right"]].set_visible(False)
    for ax in axes.flat[len(models) :]:
        ax.set_axis_off()
    handles, labels = axes.flat[0].get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    drawn.supxlabel("share of runs whose 95 % bounds hold; .5 and less at .5", fontsize=9)
    drawn.savefig(path, metadata={"Date": None})
