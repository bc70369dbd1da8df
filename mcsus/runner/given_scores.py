"""Points of the streams given that some inputs are at their medians, scenario by scenario."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence.mix import LEAST, key_in_scenario, key_of_study, scenario_of
from mcsus.engine.kernel import Kernel
from mcsus.families import special
from mcsus.model import Model
from mcsus.parameters import Cell
from mcsus.study.grids import labelled
from mcsus.vocabulary import SCENARIO

Array = NDArray[np.float64]


def given_middle(kernel: Kernel, cells: Sequence[Cell], cube: Array) -> Array:
    """Return the points of the streams given that the normal scores of some cells are 0.

    They are independent of each other before, so that what they have in common with these scores
    is taken away.

    Parameters
    ----------
    cells : sequence of Cell
        That stand beside each other in one scenario.
    cube : array, shape (stream, draw)
    """
    mixes = [kernel.mix(cell) for cell in cells]
    keys = list(dict.fromkeys(key for mix in mixes for key in mix.streams))
    each = [dict(zip(mix.streams, mix.coefficients, strict=True)) for mix in mixes]
    weights = np.array([[own.get(key, 0.0) for key in keys] for own in each])
    rows = [kernel.streams.index(key) for key in keys]
    scores = special.ndtri(cube[rows])
    scores = scores - np.linalg.pinv(weights) @ (weights @ scores)
    given = cube.copy()
    given[rows] = np.clip(special.ndtr(scores), LEAST, 1 - LEAST)
    return given


def mixed_apart(keys: Iterable[str]) -> list[str]:
    """Return the scenarios in which some cells are mixed otherwise, from the keys of all cells."""
    return sorted({scenario_of(key) for key in keys} - {""})


def in_force(keys: Sequence[str], columns: Iterable[int], scenario: str) -> list[int]:
    """Return those of some columns that hold in a scenario, or in the study as written.

    Parameters
    ----------
    keys : sequence of str
        Of the cells of all columns.
    scenario : str
        Empty for the study as written.

    Examples
    --------
    >>> keys = ["a", "b", "b||scenario=apart"]
    >>> in_force(keys, [1, 2], "apart"), in_force(keys, [0, 1, 2], ""), in_force(keys, [0], "apart")
    ([2], [0, 1], [0])
    """
    known = set(keys)

    def holds(key: str) -> bool:
        there = key_in_scenario(key_of_study(key), scenario)
        return key == (there if scenario and there in known else key_of_study(key))

    return [k for k in columns if holds(keys[k])]


def scenarios_of_rows(model: Model, outputs: Iterable[str]) -> tuple[str, ...]:
    """Return the scenario of each stored row; empty where an output is the same in all."""
    return tuple(
        str(labels.get(SCENARIO, ""))
        for name in outputs
        for labels in labelled(model.dims_of[name], model.dims)
    )
