"""Draws of what matters most that a result keeps: arrays of ``/few_draws/<output>``."""

from __future__ import annotations

from mcsus.result.arrays import UNIT, Entry

CELLS, INPUT_UNITS, CLAIM_UNITS = "drawn_cells", "input_units", "claim_units"
"""Attributes: the labels of each cell, and the units of inputs and of margins, JSON lists."""

BAND = (0.05, 0.5, 0.95)
"""Probabilities of the quantiles of the output in a class."""

_CELL, _ROW, _CLAIM, _CLASS = "drawn_cell", "drawn_row", "drawn_claim", "input_class"

KEPT = (
    Entry("input_draws", (_CELL, "input", _ROW), "", "values of an input, in its unit"),
    Entry(
        "input_place",
        (_CELL, "input"),
        "",
        "place of an input among those that matter most to a cell",
    ),
    Entry("output_draws", (_CELL, _ROW), UNIT, "values of the output"),
    Entry(
        "margin_draws",
        (_CELL, _CLAIM, _ROW),
        "",
        "margins of a claim, which are above 0 where it holds",
        is_optional=True,
    ),
    Entry(
        "claim_draws",
        (_CELL, _CLAIM, _ROW),
        "",
        "whether a claim holds",
        holds=bool,
        is_optional=True,
    ),
    Entry(
        "class_input",
        (_CELL, "input", _CLASS),
        "",
        "mean of an input in a class of its values, of all draws",
    ),
    Entry(
        "class_mean",
        (_CELL, "input", _CLASS),
        UNIT,
        "mean of the output in that class",
        has_error=True,
    ),
    Entry(
        "class_quantiles",
        (_CELL, "input", _CLASS, "quantile"),
        UNIT,
        "quantiles of the output in that class",
    ),
)
"""Arrays of the draws of an output; an input without bearing on a cell has NaN there."""
