"""Stops at the first value that is not finite, and says which inputs led to it."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.kernel import Kernel
from mcsus.errors import NotFiniteError
from mcsus.streams import Design

Array = NDArray[np.float64]


def refuse_not_finite(
    rows: Array,
    names: list[str],
    ends: NDArray[np.int64],
    kernel: Kernel,
    design: Design,
    replicate: int,
    first: int = 0,
) -> None:
    """Stop the run at the first value that is NaN or infinite, and say what led to it.

    Parameters
    ----------
    rows : array, shape (stored row, draw)
        Values of all cells of the quantities `names`; those of the k-th end before ``ends[k]``.
    first : int
        Index of the first of these draws.
    """
    bad = ~np.isfinite(rows)
    if not bad.any():
        return
    row = int(np.argmax(bad.any(axis=1)))
    name = names[int(np.searchsorted(ends, row, side="right"))]
    draw = int(np.argmax(bad[row]))
    kind, _, own = name.rpartition(":")  # the margin of a claim is called claim:<id>
    msg = (
        f"{kind or 'output'} {own!r} is not finite in {int(bad[row].sum())} of {rows.shape[1]} "
        f"draws of replicate {replicate}; the first is draw {first + draw}, "
        f"{rows[row, draw]}, where\n" + inputs_at(kernel, name, design, replicate, first + draw)
    )
    raise NotFiniteError(msg)


def inputs_at(
    kernel: Kernel,
    name: str,
    design: Design,
    replicate: int,
    draw: int,
    without: Container[str] = (),
) -> str:
    """Return lines that tell the inputs of a quantity at one draw, in the units of their laws.

    Parameters
    ----------
    without : container of str
        Inputs to leave out.
    """
    model = kernel.model
    reached = model.upstream([name])
    inputs = [n for n in model.inputs if n in reached and not model.varies_inside(n)]
    told = [n for n in inputs if n not in without]
    shown = []
    for parameter, values in kernel.values_at(told, design, replicate, draw).items():
        unit = model.parameters[parameter].unit
        text = ", ".join(f"{value / unit.factor:.6g}" for value in values)
        shown.append(f"  {parameter} = {text} {unit.text}")
    return "\n".join(shown)
