"""What a study compares: cells of its outputs that differ in one label, draw by draw."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.derived import (
    DIFFERENCE,
    LOWEST,
    ORDER,
    RANK,
    RATIO,
    Derived,
    DerivedRow,
)
from mcsus.declared.reader import choices
from mcsus.errors import FaultCollector
from mcsus.model import EXACT, Model, Rounding
from mcsus.study import Study
from mcsus.study.parts import LabelPair
from mcsus.vocabulary import SCENARIO, Caution, Label

MOST_CELLS = 120
"""Pairs of cells that are compared where the study names no outputs."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Labels of a dim of an output that are compared, at each label of its other dims.

    Parameters
    ----------
    rest : tuple of str
        The other dims.
    labels : tuple
        Those of the dim.
    rows : array, shape (cell of the other dims, label)
        Rows of the output.
    kinds : tuple of str
        What is made of each pair, one derived row after the other.
    first : int
        The first of its derived rows.
    is_one_unit : bool
        Whether all labels of the dim have one functional unit.
    """

    output: str
    dim: str
    pairs: tuple[LabelPair, ...]
    rest: tuple[str, ...]
    labels: tuple[Label, ...]
    rows: NDArray[np.int64]
    kinds: tuple[str, ...]
    first: int = 0
    is_one_unit: bool = True

    @property
    def name(self) -> str:
        """Its name among the results."""
        return f"{self.output}@{self.dim}"

    @property
    def cells(self) -> int:
        """Number of pairs of cells that are compared."""
        return len(self.rows) * len(self.pairs)

    @property
    def is_ranked(self) -> bool:
        """Whether the places of more than two are told."""
        return len(self.labels) > 2 and self.is_one_unit

    @property
    def derived(self) -> int:
        """Number of its derived rows."""
        ranked = 2 * self.rows.size if self.is_ranked else 0
        return self.cells * len(self.kinds) + ranked

    def pair_rows(self, rest: int, pair: LabelPair) -> tuple[int, int]:
        """Return the rows of the output that are compared."""
        of, against = (self.labels.index(label) for label in pair)
        return int(self.rows[rest, of]), int(self.rows[rest, against])

    def place(self, rest: int, pair: int, kind: str) -> int:
        """Return the number of the derived row of a pair."""
        each = len(self.kinds)
        return self.first + (rest * len(self.pairs) + pair) * each + self.kinds.index(kind)

    def ranked(self, rest: int, label: int, kind: str) -> int:
        """Return the number of the derived row that says how one stands among all."""
        at = 2 * (rest * len(self.labels) + label) + (kind == RANK)
        return self.first + self.cells * len(self.kinds) + at


def comparisons(study: Study, model: Model) -> list[Comparison]:
    """Return what a study compares, by output and dim.

    Examples
    --------
    >>> from mcsus.runner import check
    >>> [made.name for made in comparisons(*check("mcu_chip"))][:1]
    ['chip_footprint@scenario']
    """
    made: list[Comparison] = []
    rows = cells = 0
    for each in _possible(study, model):
        if study.compared.outputs or cells + each.cells <= MOST_CELLS:
            made.append(replace(each, first=rows))
            rows, cells = rows + each.derived, cells + each.cells
    return made


def _possible(study: Study, model: Model) -> Iterator[Comparison]:
    """Yield all that could be compared of the outputs that are asked for."""
    asked = study.compared.outputs or tuple(study.outputs)
    first = 0
    for name in study.outputs:
        dims, shape = model.dims_of[name], model.shape(name)
        rows = first + np.arange(math.prod(shape)).reshape(shape)
        first += rows.size
        kinds = (DIFFERENCE, RATIO, *([ORDER] if name in model.may_be_never else []))
        for dim, pairs in study.compared.pairs.items() if name in asked else ():
            if dim in dims:
                axis = dims.index(dim)
                apart = np.moveaxis(rows, axis, -1).reshape(-1, shape[axis])
                rest = tuple(other for other in dims if other != dim)
                is_one = dim not in study.compared.unlike
                yield Comparison(
                    name, dim, pairs, rest, study.dims[dim], apart, kinds, is_one_unit=is_one
                )


def derived_rows(study: Study, model: Model) -> Derived:
    """Return the rows that follow from those of the outputs, in the order of the comparisons."""
    made: list[DerivedRow] = []
    for each in comparisons(study, model):
        usual = [own.usual for own in _roundings(each, model)]
        meets = model.meets_individuals(each.output)
        for rest in range(len(each.rows)):
            for pair in each.pairs:
                of, against = each.pair_rows(rest, pair)
                zero = float(max(usual[of], usual[against]))
                made += [DerivedRow(kind, of, (against,), zero, meets) for kind in each.kinds]
        for own in each.rows if each.is_ranked else ():
            zero = float(max(usual[row] for row in own))
            others = tuple(own.tolist())
            made += [DerivedRow(k, row, others, zero) for row in others for k in (LOWEST, RANK)]
    return Derived(tuple(made))


def _roundings(made: Comparison, model: Model) -> list[Rounding]:
    """Return what rounding does to each row of an output, at the place of the row."""
    known = model.rounding[made.output].cells()
    return [EXACT] * int(made.rows.min()) + known


def check_comparisons(study: Study, model: Model, faults: FaultCollector) -> None:
    """Note dims of which nothing is compared, though the study asks for it."""
    asked = study.compared.outputs or tuple(study.outputs)
    carried = list(dict.fromkeys(dim for name in asked for dim in model.dims_of[name]))
    for dim in study.compared.pairs:
        if dim not in carried and dim != SCENARIO:
            which = "compared output" if study.compared.outputs else "output"
            found = f"{dim!r}, over which no {which} differs"
            faults.add(found, choices(carried) if carried else "outputs with dims", "compare", dim)
    for name in study.compared.outputs:
        if not set(study.compared.pairs).intersection(model.dims_of[name]):
            dims = choices(model.dims_of[name]) if model.dims_of[name] else "none: it has no dims"
            found = f"{name!r}, of which no dim is compared"
            faults.add(found, f"a dim of it as a key of [compare]: {dims}", "compare", "outputs")


def left_out(study: Study, model: Model) -> Iterator[Caution]:
    """Say which outputs are not compared, as there are too many pairs of cells."""
    made = {each.name for each in comparisons(study, model)}
    over = dict.fromkeys(e.output for e in _possible(study, model) if e.name not in made)
    if over:
        named = ", ".join(map(repr, over))
        text = (
            f"not compared: {named}, as there are more than {MOST_CELLS} pairs of cells in all; "
            "those named in outputs of [compare] always are"
        )
        yield Caution("not_compared", next(iter(over)), text)
