"""What a live report needs of a study: its equations as JavaScript, and the points of few draws.

They are the draws of `Run.evaluate`: the first of the first replicates. A law that JavaScript
draws travels as points, one column for each stream after dependence, so that a law that is changed
there is on the same points; any other law travels as draws. A point travels as its smaller tail,
below 0 where that is the upper one, so that a float32 keeps the digits of either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.inputs import Mixes, cell_points, cell_values
from mcsus.engine.javascript import Script, script
from mcsus.engine.kernel import Kernel
from mcsus.families.javascript import told
from mcsus.families.rows import RowValues
from mcsus.model import Model, Rounding
from mcsus.parameters import Cell, Parameter
from mcsus.runner.box import Box
from mcsus.runner.evaluation import Evaluation
from mcsus.runner.run import Run
from mcsus.runner.validity import breakdowns
from mcsus.streams import Design
from mcsus.study.conditional import is_written, written_name
from mcsus.study.grids import labelled
from mcsus.study.shares import share_behind
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Floats = NDArray[np.float32]

REPLICATES = 4
PROBABILITIES = (0.025, 0.5, 0.975)
"""Of the quantiles that a page compares with its own before it shows any."""

_MOST_DRAWS, _LEAST_DRAWS = 1024, 256  # of a replicate
_MOST_WORK = 1 << 25  # rows times draws: about a tenth of a second in a browser
_MOST_VALUES = 3 << 18  # that travel: 4 MB of text


class LiveCell(NamedTuple):
    """One law of an input.

    Attributes
    ----------
    labels : mapping of str to label
    law : dict or None
        As `mcsus.families.javascript.told` writes it.
    factor : float
        From the unit of the law to base units.
    place : tuple of str and int
        Array and row that hold its values.
    column : int
        Of `Live.points`, or where there is no law of `Live.draws`; -1 of a constant.
    least, most : float or None
        Values that can be, in the unit of the law.
    """

    labels: Mapping[str, Label]
    law: dict[str, Any] | None
    factor: float
    place: tuple[str, int]
    column: int
    least: float | None
    most: float | None


class LiveInput(NamedTuple):
    """An input that the equations read.

    Attributes
    ----------
    can_change : bool
        Whether a reader may change it; not so where its law takes other quantities, or where it is
        one of several that stay together.
    """

    parameter: Parameter
    cells: tuple[LiveCell, ...]
    can_change: bool


class LiveClaim(NamedTuple):
    """How a claim is judged.

    Attributes
    ----------
    id, margin : str
        The quantity whose sign decides.
    is_strict : bool
        Whether it does not hold at equality.
    rounding : Rounding
        Of the cells of the margin.
    is_open : bool
        Whether it depends on numbers between two, so that a few draws do not settle it.
    """

    id: str
    margin: str
    is_strict: bool
    rounding: Rounding
    is_open: bool


class Kept(NamedTuple):
    """A quantity that is looked at: where its rows are, and in which unit."""

    place: tuple[str, int]
    cells: int
    scale: float


@dataclass(frozen=True)
class Live:
    """What a live report needs of a study.

    Attributes
    ----------
    script : Script
    design : Design
        The draws that travel.
    points, draws : array, shape (column, draw of all replicates)
    people : array, shape (replicate, individual, cell)
        Inputs that differ between individuals, in base units.
    inputs : tuple of LiveInput
    kept : dict of str to Kept
        Outputs, parts and margins of claims by name.
    parts : dict of str to dict of str to list of int
        Of each output, its parts, each with its cell for every cell of the output.
    claims : tuple of LiveClaim
    expected : Evaluation
        What the kernel makes of the same draws.
    """

    model: Model
    script: Script
    design: Design
    points: Floats
    draws: Floats
    people: Array
    inputs: tuple[LiveInput, ...]
    kept: dict[str, Kept]
    parts: dict[str, dict[str, list[int]]]
    claims: tuple[LiveClaim, ...]
    expected: Evaluation


def live_of(run: Run) -> Live:
    """Return what a live report needs of a study.

    Raises
    ------
    InputError
        If a formula calls a function that has no JavaScript.

    Examples
    --------
    >>> live = live_of(Run("tinyml_table"))
    >>> live.design.draws, live.points.shape
    (1024, (10, 4096))
    """
    study, kernel = run.study, run.kernel
    model, program = kernel.model, kernel.program
    parts = {
        name: {part: _cells_for(model, part, name) for part in terms}
        for name, terms in breakdowns(study, model).items()
    }
    scales = {part: 1 / study.outputs[name].factor for name, own in parts.items() for part in own}
    scales |= {name: 1 / unit.factor for name, unit in study.outputs.items()}
    scales |= {claim.equation.name: 1.0 for claim in study.claims}
    constant = [name for name in program.parameters if model.parameters[name].is_constant]
    inside = [name for name in program.parameters if model.varies_inside(name)]
    made = script(program, list(scales), constant, inside)
    read = [model.parameters[name] for name in program.parameters if name in made.place]
    draws = _draws(made.work / _MOST_WORK, _columns(read) / _MOST_VALUES)
    design = replace(study.design, draws=draws, replicates=REPLICATES)
    columns = _Columns(kernel, study.mixes, design)
    inputs = tuple(_input(run, own, made.place[own.name], columns) for own in read)
    return Live(
        model=model,
        script=made,
        design=design,
        points=columns.points(),
        draws=columns.draws(),
        people=_people(kernel, [name for name in inside if name in made.place], design),
        inputs=inputs,
        kept={k: Kept(made.place[k], program.cells(k), scale) for k, scale in scales.items()},
        parts=parts,
        claims=_claims(run, Box(model, model.upstream(scales))),
        expected=run.evaluate(draws, REPLICATES, PROBABILITIES),
    )


def _claims(run: Run, box: Box) -> tuple[LiveClaim, ...]:
    found = []
    for claim in run.study.claims:
        name, strict = claim.equation.name, claim.margin.relation.is_strict
        is_open = bool(box.size) and box.reaches(name)
        found.append(LiveClaim(claim.id, name, strict, run.model.rounding[name], is_open))
    return tuple(found)


def _draws(*shares: float) -> int:
    """Return how many draws of each replicate stay within what a browser evaluates and holds.

    Parameters
    ----------
    shares : float
        What one draw takes, of all that may be taken.
    """
    draws = _MOST_DRAWS
    while draws > _LEAST_DRAWS and draws * REPLICATES * max(shares) > 1:
        draws //= 2
    return draws


def _columns(parameters: Sequence[Parameter]) -> int:
    """Return how many streams are drawn."""
    cells = [cell for parameter in parameters for cell in parameter.cells]
    return len({cell.stream for cell in cells if cell.law.family != "constant"})


def _cells_for(model: Model, part: str, output: str) -> list[int]:
    """Return the cell of a part that belongs to each cell of an output."""
    shape = model.shape(part)
    if not shape:
        return [0] * int(np.prod(model.shape(output)))
    places = np.arange(float(np.prod(shape))).reshape(shape)
    return [int(k) for k in model.spread(places, part, output).ravel()]


class _Columns:
    """The points and the draws that travel, each column once."""

    def __init__(self, kernel: Kernel, mixes: Mixes, design: Design) -> None:
        self._mixes, self._count = mixes, design.draws * design.replicates
        cubes = [kernel.cubes(design, k)[0] for k in range(design.replicates)]
        whole = np.concatenate(cubes, axis=1)
        self._all = dict(zip(kernel.streams, whole, strict=True))
        self._points: dict[str, Array] = {}
        self._draws: list[Array] = []

    def point(self, cell: Cell) -> int:
        """Return the column of the points of a cell."""
        if cell.stream not in self._points:
            [self._points[cell.stream]] = cell_points([cell], self._mixes, self._all)
        return list(self._points).index(cell.stream)

    def draw(self, cell: Cell) -> int:
        """Return the column of the draws of a cell, in the unit of its law."""
        values = cell_values([cell], self._mixes, self._all)[:, 0] / cell.unit.factor
        self._draws.append(values)
        return len(self._draws) - 1

    def points(self) -> Floats:
        """Return all points that were asked for, each as its smaller tail."""
        found = np.array(list(self._points.values())).reshape(len(self._points), self._count)
        return np.where(found < 0.5, found, found - 1.0).astype(np.float32)

    def draws(self) -> Floats:
        """Return all draws that were asked for."""
        return np.array(self._draws).reshape(len(self._draws), self._count).astype(np.float32)


def _input(run: Run, parameter: Parameter, place: tuple[str, int], columns: _Columns) -> LiveInput:
    array, first = place
    cells = []
    labels = labelled(parameter.dims, run.model.dims)
    for k, (own, cell) in enumerate(zip(labels, parameter.cells, strict=True)):
        law = told(cell.law.drawn) if cell.law.drawn is cell.law else None
        if array == "q":
            law, column = None, k
        elif cell.law.family == "constant":
            column = -1
        else:
            column = columns.draw(cell) if law is None else columns.point(cell)
        cells.append(LiveCell(own, law, cell.unit.factor, (array, first + k), column, *_ends(cell)))
    return LiveInput(parameter, tuple(cells), _can_change(run, parameter))


def _ends(cell: Cell) -> tuple[float | None, float | None]:
    """Return the values that can be: those that are declared, and none below 0 where none is."""
    physical = cell.provenance.physical
    low = None if physical is None else physical.low
    if low is None and cell.law.support()[0] >= 0:
        low = 0.0
    return low, None if physical is None else physical.high


def _can_change(run: Run, parameter: Parameter) -> bool:
    name = parameter.name
    is_own = is_written(name) and written_name(name) == name
    together = any(isinstance(cell.law, RowValues) for cell in parameter.cells)
    return is_own and not together and not share_behind(name, run.study.document)


def _people(kernel: Kernel, names: Sequence[str], design: Design) -> Array:
    """Return what differs between individuals, in base units, one array for each replicate."""
    inner = kernel.program.inner
    count = kernel.program.sizes[inner] if inner is not None and names else 0
    found = []
    for replicate in range(design.replicates):
        known = kernel.individuals(design, replicate) if names else {}
        cells = [
            _person_first(kernel.model, name, known[name]).reshape(count, -1) for name in names
        ]
        found.append(np.concatenate([np.zeros((count, 0)), *cells], axis=1))
    return np.array(found)


def _person_first(model: Model, name: str, values: Array) -> Array:
    return np.moveaxis(values, model.dims_of[name].index(str(model.inner)), 0)
