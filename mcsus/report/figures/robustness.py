"""Probability of a claim against how wrong the laws of its inputs are."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from mcsus.report.figures.base import Figure, Row, label_columns
from mcsus.report.figures.style import BLUE, FAINT, INK, ORANGE, PALE_BLUE, WIDTH, Sheet, line_axes
from mcsus.result.wording import cell_name, probability, words

Told = Mapping[str, Any]

KINDS = {
    "mean_down": "half a spread lower",
    "mean_up": "half a spread higher",
    "wider": "twice the spread",
    "family": "another family",
    "choice": "other choices of method",
    "dependence": "correlated inputs",
    "scenario": "scenarios",
}
"""What is changed of the laws, in the words of a reader."""

_HEIGHT, _TOP, _LEFT, _ROW = 190.0, 34.0, 226.0, 26.0
_GAP = 62.0
_HOW = (
    "Above, the band holds the probability under every law of the inputs within a Kullback-Leibler "
    "radius, told as the shift of the mean of a normal law that has this radius. The claim is safe "
    "as long as the band is on one side of the orange line, which is the confidence asked for; the "
    "dot is where it is reached. Below, each bar holds the probability under single changes; the "
    "stroke is the study as written."
)


def robustness_figure(claim: str, statement: str, told: Told) -> Figure:
    """Return how a claim stands under other laws, in the case that is least sure.

    Parameters
    ----------
    told : mapping
        JSON of its robustness.
    """
    caption = ""
    if told.get("cells"):
        caption = f"Drawn is the case that is least sure: {cell_name(told['labels']) or 'base'}."
    rows = robustness_rows(claim, told)
    title = f"How wrong may the laws be? {statement}"
    draw = partial(_draw, statement=statement)
    return Figure(f"robustness_{claim}", title, caption, rows, draw, _HOW)


def robustness_rows(claim: str, told: Told) -> list[Row]:
    """Return a row for each probability: as written, on the curve, and under single changes."""
    columns = ("what", "input", "change", "radius", "probability", "error", "effective_share")
    written, asked = told["probability"], told["confidence"]
    entries: list[tuple[Any, ...]] = [
        ("asked", "", "", None, asked, None, None),
        ("written", "", "", 0.0, written["value"], written["error"], None),
    ]
    turned = told["breakdown_radius"]
    if turned["value"] is not None:
        entries.append(("breakdown", "", "", turned["value"], asked, turned["error"], None))
    for point in told["curve"]:
        for what in ("worst", "best"):
            own = point[what]["value"], point[what]["error"]
            entries.append((what, "", "", point["radius"], *own, None))
    for row in told["perturbed"]:
        own = row["probability"]["value"], row["probability"]["error"]
        entries.append((row["change"], row["input"], "", None, *own, row.get("effective_share")))
    for row in told["families"]:
        own = row["probability"]["value"], row["probability"]["error"]
        share = row.get("effective_share")
        entries.append(("family", row["input"], row["law"], None, *own, share))
    for row in told["choices"]:
        own = row["probability"]["value"], row["probability"]["error"]
        entries.append(("choice", row["input"] or "", row["choice"], None, *own, None))
    for row in told["dependence"]["looked_at"]:
        own = row["probability"]["value"], row["probability"]["error"]
        names = " and ".join(row["inputs"])
        entries.append(("dependence", names, row["correlation"], None, *own, None))
    for row in _own_scenarios(told):
        for end in ("low", "high"):
            own = row[end]["value"], row[end]["error"]
            entries.append(("scenario", "", row[end]["scenario"], None, *own, None))
    head = {"claim": claim, **label_columns(told.get("labels", {}))}
    return [head | dict(zip(columns, entry, strict=True)) for entry in entries]


def _own_scenarios(told: Told) -> list[Told]:
    """Return the range over scenarios at the labels of the case that is told."""
    labels = told.get("labels", {})
    return [
        row
        for row in told["scenarios"]
        if all(labels.get(dim) == label for dim, label in row["labels"].items())
    ]


def _draw(rows: Sequence[Row], statement: str) -> tuple[Sheet, str]:
    kinds = [kind for kind in KINDS if any(_known(row, kind) for row in rows)]
    height = _TOP + _HEIGHT + _GAP + _ROW * len(kinds) + 48
    sheet = Sheet(height)
    written, asked = (next(r["probability"] for r in rows if r["what"] == w) for w in _MARKS)
    described = _draw_curve(sheet, rows, written, asked)
    if kinds:
        described += "; ".join(_draw_kinds(sheet, rows, kinds, written, asked))
    return sheet, f"{statement}. {described}."


_MARKS = ("written", "asked")


def _known(row: Row, kind: str) -> bool:
    return row["what"] == kind and row["probability"] is not None


def _draw_curve(sheet: Sheet, rows: Sequence[Row], written: float, asked: float) -> str:
    ax = sheet.axes(46, _TOP, WIDTH - 46 - 12, _HEIGHT)
    sheet.note(8, 18, "Probability that the claim holds")
    ends = {}
    for what in ("worst", "best"):
        own = [row for row in rows if row["what"] == what]
        ends[what] = np.array([written, *(row["probability"] for row in own)], dtype=float)
        shifts = np.sqrt(2 * np.array([0.0, *(row["radius"] for row in own)]))
    ax.fill_between(shifts, ends["worst"], ends["best"], color=PALE_BLUE, linewidth=0)
    ax.plot(shifts, ends["worst"], color=BLUE, linewidth=1.8)
    ax.plot(shifts, ends["best"], color=BLUE, linewidth=1.8)
    ax.axhline(asked, color=ORANGE, linewidth=1.8)
    turned = [row["radius"] for row in rows if row["what"] == "breakdown"]
    if turned and np.sqrt(2 * turned[0]) <= shifts[-1]:
        x = np.sqrt(2 * turned[0])
        ax.plot([x], [asked], "o", markersize=8, color=INK, markeredgecolor="white", zorder=5)
    ax.set_xlim(0, float(shifts[-1]))
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    ax.grid(axis="y", color=FAINT, linewidth=0.7)
    ax.set_axisbelow(True)
    under = _TOP + _HEIGHT + 38
    sheet.note(WIDTH - 12, under, "shift of a normal law, standard deviations", ends=True)
    where = f"turns at radius {turned[0]:.3g}; " if turned else ""
    return f"Probability {probability(written)}, asked for {asked:g}; {where}"


def _draw_kinds(
    sheet: Sheet, rows: Sequence[Row], kinds: Sequence[str], written: float, asked: float
) -> list[str]:
    """Draw a bar for each kind of change, and return what it spans."""
    top = _TOP + _HEIGHT + _GAP
    lines: list[tuple[str, int | None]] = [(KINDS[kind], k) for k, kind in enumerate(kinds)]
    ax = line_axes(sheet, lines, (_LEFT, top, WIDTH - 30, _ROW))
    described = []
    for line, kind in enumerate(kinds):
        values = [float(row["probability"]) for row in rows if _known(row, kind)]
        low, high = min(*values, written), max(*values, written)
        ax.plot([low, high], [line] * 2, color=BLUE, linewidth=5, solid_capstyle="butt", alpha=0.6)
        ax.plot([written], [line], marker="|", markersize=11, color=INK)
        described.append(f"{KINDS[kind]}: {probability(low)} to {probability(high)}")
    ax.axvline(asked, color=ORANGE, linewidth=1.8)
    ax.set_xlim(0, 1.005)
    return described


def extremes(rows: Sequence[Told], key: str = "probability") -> tuple[Told, Told] | None:
    """Return the rows of the lowest and of the highest probability, if any is known."""
    known = [row for row in rows if row[key]["value"] is not None]
    if not known:
        return None
    ends = (pick(known, key=lambda row: row[key]["value"]) for pick in (min, max))
    low, high = ends
    return low, high


def input_words(row: Told) -> str:
    """Return the inputs of a row in words."""
    return " and ".join(map(words, row.get("inputs", [row.get("input", "")])))
