"""The figure of the benchmarks: ``python -m tests.benchmarks.figure NUMBERS.json FIGURE``."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from tests.benchmarks.tools import TOOLS

# Okabe and Ito's colours; markers and dashes tell the tools apart without them.
STYLES = {
    "NumPy by hand": ("#E69F00", "s", (0, (5, 2))),
    "SALib": ("#009E73", "^", (0, (1, 1.5))),
    "OpenTURNS": ("#CC79A7", "D", (0, (4, 1.5, 1, 1.5))),
    "mcsus": ("#0072B2", "o", "solid"),
}
PANELS = (
    ("monte_carlo", "seconds", "Time of Monte Carlo draws", "draws", "wall-clock time (s)"),
    ("indices", "seconds", "Time to Sobol' indices", "evaluations", "wall-clock time (s)"),
    ("monte_carlo", "memory_mib", "Memory of Monte Carlo draws", "draws", "peak resident (MiB)"),
    ("indices", "memory_mib", "Memory to Sobol' indices", "evaluations", "peak resident (MiB)"),
)


def panel(ax: Axes, records: list[dict[str, Any]], key: str) -> None:
    """Draw one quantity of every tool against the size."""
    for tool in TOOLS:
        points = [(r["size"], r[key]) for r in records if r["tool"] == tool and key in r]
        if not points:
            continue
        colour, marker, dashes = STYLES[tool]
        x, y = zip(*sorted(points), strict=True)
        width = 2.4 if tool == TOOLS[-1] else 1.8
        ax.plot(
            x, y, color=colour, marker=marker, linestyle=dashes, label=tool,
            linewidth=width, markersize=6, markeredgecolor="white", markeredgewidth=0.7,
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_formatter(NullFormatter())
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    ax.grid(color="#dddddd", linewidth=0.7)
    ax.spines[["top", "right"]].set_visible(False)


def _decades(values: list[float]) -> tuple[float, float]:
    """Return the whole powers of ten around some values."""
    return 10.0 ** math.floor(math.log10(min(values))), 10.0 ** math.ceil(math.log10(max(values)))


def draw(found: dict[str, Any], path: Path) -> None:
    """Write the figure: time above, memory below; draws on the left, evaluations on the right."""
    mpl.rcParams.update({"svg.hashsalt": "mcsus", "font.size": 10.5})
    figure = Figure(figsize=(9.6, 7.4), layout="constrained")
    axes = figure.subplots(2, 2, sharex="col", sharey="row")
    for ax, (work, key, title, x, y) in zip(axes.flat, PANELS, strict=True):
        panel(ax, [r for r in found["growth"] if r["work"] == work], key)
        ax.set_title(title, loc="left", fontweight="bold", fontsize=11)
        ax.set_ylim(*_decades([r[key] for r in found["growth"] if key in r]))
        if key == "memory_mib":
            ax.set_xlabel(x)
        if work == "monte_carlo":
            ax.set_ylabel(y)
    handles = {h.get_label(): h for ax in axes.flat for h in ax.get_lines()}
    shown = [handles[tool] for tool in TOOLS if tool in handles]
    figure.legend(handles=shown, loc="outside lower center", ncols=len(shown), frameon=False)
    figure.suptitle(
        "The reference study, 20 inputs: whole processes, one thread, start-up included.\n"
        "A line ends where the next size would pass the time or the memory allowed.",
        x=0.01, ha="left", fontsize=11.5, linespacing=1.5,
    )  # fmt: skip
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=110)


if __name__ == "__main__":
    draw(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), Path(sys.argv[2]))
