"""Probability of a claim over the values of two inputs."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from mcsus.analysis.of_claims.break_even_pair import pair_of
from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import INK, ORANGE, Sheet, tick_text
from mcsus.result.of_claims import CONFIDENCE, units_of
from mcsus.result.reading import ResultTable
from mcsus.result.wording import capital, cell_name, plain, unit_label, words

_LEVELS = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
_SHADES = ("#08519c", "#3182bd", "#6baed6", "#9ecae1", "#c6dbef", "#eff3ff")
_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 380.0, 280.0, 96.0, 46.0, 52.0
_HOW = (
    "Along the orange line the claim has just the confidence asked for; the lighter the field, the "
    "more surely it holds. The axes span the plausible values of the two inputs that separate "
    "success from failure most."
)


def pair_figure(table: ResultTable, statement: str) -> Figure | None:
    """Return the probability over two inputs, of the first base cell with two that decide."""
    units = units_of(table.data)
    pairs = [(cell, pair_of(cell.data, list(units))) for cell in table.cells]
    shown = [k for k, (cell, pair) in enumerate(pairs) if pair and cell.is_base]
    if not shown:
        return None
    rows: list[Row] = []
    for cell, pair in pairs:
        if not pair:
            continue
        one, other = (cell.array(f"pair_{key}_value") for key in ("first", "second"))
        head = {"claim": table.name, **label_columns(cell.labels)}
        head |= {"confidence": float(table.attrs[CONFIDENCE]), "first": pair[0], "second": pair[1]}
        head |= {"first_unit": units[pair[0]], "second_unit": units[pair[1]]}
        rows += [
            head | {"first_value": a, "second_value": b, "probability": p}
            for a, line in zip(one, cell.array("pair_given"), strict=True)
            for b, p in zip(other, line, strict=True)
        ]
    first = sum(1 for _, pair in pairs[: shown[0]] if pair)
    draw = partial(_draw, dims=table.dims, shown=first, statement=statement)
    caption = f"Asked for: {plain(float(table.attrs[CONFIDENCE]))} (orange line)."
    if len(shown) > 1:
        caption += f" Drawn: {pairs[shown[0]][0].name}; the others are in the file."
    return Figure(f"pair_{table.name}", f"{statement}: two inputs", caption, rows, draw, _HOW)


def _draw(
    rows: Sequence[Row], dims: Sequence[str], shown: int, statement: str
) -> tuple[Sheet, str]:
    labels, own = by_cell(rows, dims)[shown]
    one, other = (np.unique([row[f"{key}_value"] for row in own]) for key in ("first", "second"))
    shares = np.array([row["probability"] for row in own]).reshape(len(one), len(other))
    names = [capital(words(own[0][key])) for key in ("first", "second")]
    units = [unit_label(own[0][f"{key}_unit"]) for key in ("first", "second")]
    sheet = Sheet(_TOP + _HEIGHT + _FOOT)
    head = f"{names[1]}, {units[1]}" + (f" ({cell_name(labels)})" if labels else "")
    sheet.note(8, 18, head)
    ax = sheet.axes(_LEFT, _TOP, _WIDTH, _HEIGHT)
    ax.contourf(one, other, shares.T, levels=_LEVELS, colors=_SHADES)
    asked = own[0]["confidence"]
    if shares.min() < asked < shares.max():
        ax.contour(one, other, shares.T, levels=[asked], colors=[ORANGE], linewidths=2)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(tick_text)
    sheet.note(_LEFT + _WIDTH, _TOP + _HEIGHT + 40, f"{names[0]}, {units[0]}", ends=True)
    left = _LEFT + _WIDTH + 24
    sheet.write(left, _TOP + 10, "Probability", color=INK)
    for k, shade in enumerate(reversed(_SHADES)):
        low, high = _LEVELS[-2 - k], _LEVELS[-1 - k]
        sheet.key(left, _TOP + 32 + 20 * k, f"{plain(low)} to {plain(high)}", shade)
    middle = shares[len(one) // 2, len(other) // 2]
    return sheet, (
        f"{statement}. Probability over {names[0].lower()} and {names[1].lower()}: from "
        f"{shares.min():.2f} to {shares.max():.2f}, {middle:.2f} where both are at their medians."
    )
