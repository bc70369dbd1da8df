"""An output against one of its inputs, at the draws that are seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.given_classes import classes_of, in_classes, quantiles_in_classes
from mcsus.analysis.rank_bins import rising
from mcsus.runner.drawn_inputs import row_of
from mcsus.runner.evaluation import drawn_values
from mcsus.runner.explored_json import numbers
from mcsus.runner.run import Run
from mcsus.vocabulary import Label

Array = NDArray[np.float64]

_CLASSES = 20
_BAND = (0.05, 0.95)


def scattered(
    run: Run,
    input_: str,
    output: str,
    labels: Mapping[str, Label],
    shape: tuple[int, int],
    most: int,
) -> dict[str, Any]:
    """Return draws of an input and of a cell of an output, with the mean given the input.

    Parameters
    ----------
    labels : mapping
        Of the cell; those of other dims are the first.
    shape : tuple of int
        Replicates, and draws of each.
    most : int
        Draws that are told.
    """
    study, model = run.study, run.model
    parameter, unit = study.parameter(input_), study.outputs[output]
    scales = {input_: 1 / parameter.unit.factor, output: 1 / unit.factor}
    scales |= {claim.equation.name: 1.0 for claim in study.claims}
    cells = {name: [row_of(model, name, labels)] for name in scales}
    values = drawn_values(run, run.kept, scales, shape[1], shape[0], cells)
    x, y = values[input_][0], values[output][0]
    classes = classes_of(x, _CLASSES)
    means, errors = in_classes(y, classes)
    band = quantiles_in_classes(rising(y), y, classes, _BAND)
    each = min(-(-most // shape[0]), shape[1])
    holds = {
        claim.id: (
            claim.margin.relation.is_strict,
            values[claim.equation.name][0][:, :each].ravel(),
        )
        for claim in study.claims
    }
    return {
        "x": numbers(x[:, :each].ravel()),
        "y": numbers(y[:, :each].ravel()),
        "unit_x": parameter.unit.text,
        "unit_y": unit.text,
        "trend": {
            "x": numbers(in_classes(x, classes)[0]),
            "mean": numbers(means),
            "error": numbers(errors),
            "low": numbers(band[:, 0]),
            "high": numbers(band[:, 1]),
        },
        "claims": {
            name: (margins > 0 if is_strict else margins >= 0).tolist()
            for name, (is_strict, margins) in holds.items()
        },
    }
