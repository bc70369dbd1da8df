"""The input cells as data for compiled code: their laws, and which streams each mixes, and how."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcsus.dependence import Mix, transform
from mcsus.dependence.student import scale_law, table
from mcsus.engine.blocks import GAUSSIAN, MIRRORED, OWN, STUDENT_T
from mcsus.engine.plans import Array, InputArrays, Integers
from mcsus.parameters import Cell
from mcsus.streams.sobol import MAX_DIMENSIONS

_NONE = np.zeros(0)

Mixes = Mapping[str, Mix]
"""Stream key of a cell -> how its points are made; a key that is absent has its own points."""


def mix_of(stream: str, mixes: Mixes) -> Mix:
    """Return how the points of the cells of a stream are made."""
    return mixes.get(stream) or Mix((stream,), (1.0,))


def streams_of(cells: Sequence[Cell], mixes: Mixes) -> list[str]:
    """Return the streams that some cells read, each once, in order of first appearance."""
    keys = (key for cell in cells for key in mix_of(cell.stream, mixes).needs)
    return list(dict.fromkeys(keys))


def scale_positions(mixes: Mixes) -> dict[str, int]:
    """Return the Sobol' dimensions of common scales in a matrix A: every other one from the end.

    They belong to no parameter. Counted from the end, they move no dimension of a parameter, and
    a parameter that is added does not move them. Each leaves the one below it to matrix B.

    Examples
    --------
    >>> scale_positions({"a": Mix(("a",), (1.0,), 4.0, "a|scale")})
    {'a|scale': 21200}
    """
    keys = dict.fromkeys(mix.scale for mix in mixes.values() if mix.scale is not None)
    return {key: MAX_DIMENSIONS - 1 - 2 * k for k, key in enumerate(keys)}


def cell_points(cells: Sequence[Cell], mixes: Mixes, points: Mapping[str, Array]) -> list[Array]:
    """Return the points of some cells from those of all streams they need, by the plain path."""
    return [transform(mix_of(cell.stream, mixes), points) for cell in cells]


class InputCells:
    """Some cells with what compiled code reads of them.

    Parameters
    ----------
    cells : sequence of Cell
    streams : sequence of str
        Those that the cells read, in the order in which they are numbered.
    mixes : mapping of str to Mix
    """

    def __init__(self, cells: Sequence[Cell], streams: Sequence[str], mixes: Mixes) -> None:
        self._mixing = Mixing.of(cells, streams, mixes)
        self._streams = len(streams)
        self._set([_data(cell) for cell in cells])

    def with_cells(self, changes: Mapping[int, Cell]) -> InputCells:
        """Return the same with other laws in some places; streams and their mixes stay."""
        other = copy.copy(self)
        other._set([_data(changes[k]) if k in changes else d for k, d in enumerate(self._data)])
        return other

    @property
    def codes(self) -> set[int]:
        """The quantile loops that the laws need."""
        return {data[0] for data in self._data}

    def inputs(self, matrices: int) -> InputArrays:
        """Return the cells of `matrices` matrices, one after the other."""
        known = self._records.get(matrices)
        if known is None:
            stream, mix, link, weight = self._mixing.repeated(matrices, self._streams)
            repeated = self._data * matrices
            sizes = [len(constants) for _, constants, _ in repeated]
            known = self._records[matrices] = InputArrays(
                row=np.arange(len(repeated)),
                stream=stream,
                code=np.array([code for code, _, _ in repeated], dtype=np.int64),
                start=np.array([0, *itertools.accumulate(sizes)], dtype=np.int64),
                constant=np.concatenate([_NONE, *(constants for _, constants, _ in repeated)]),
                factor=np.array([factor for _, _, factor in repeated], dtype=np.float64),
                mix=mix,
                link=link,
                weight=weight,
                shape=self._mixing.shape,
            )
        return known

    def _set(self, data: list[tuple[int, Array, float]]) -> None:
        self._data = data
        self._records: dict[int, InputArrays] = {}


def _data(cell: Cell) -> tuple[int, Array, float]:
    """Return the quantile loop of a cell, its constants, and the factor to base units."""
    law = cell.law.kernel()
    return law.code, np.array(law.constants, dtype=np.float64), cell.unit.factor


@dataclass(frozen=True)
class Mixing:
    """Stream of each cell, mix, link, weight and shape, as `InputArrays` has them."""

    stream: Integers
    mix: Integers
    link: Integers
    weight: Array
    shape: Array

    @classmethod
    def of(cls, cells: Sequence[Cell], streams: Sequence[str], mixes: Mixes) -> Mixing:
        """Return the arrays for some cells; `streams` are numbered by their order."""
        number = {key: k for k, key in enumerate(streams)}
        link: list[int] = []
        weight: list[float] = []
        shape: list[float] = []
        placed: dict[float, list[int]] = {}
        stream, rows = [], []
        for cell in cells:
            mix = mix_of(cell.stream, mixes)
            stream.append(number[mix.streams[0]])
            first = len(link)
            row = [_kind(mix), first, first, 0, 0, 0, 0, 0]
            if row[0] != OWN:
                link += [number[key] for key in mix.streams]
                weight += mix.coefficients
                row[2] = len(link)
            if mix.df is not None and mix.scale is not None:
                if mix.df not in placed:
                    placed[mix.df] = _append(shape, mix.df)
                row[3:] = [number[mix.scale], *placed[mix.df]]
            rows.append(row)
        return cls(
            np.array(stream, dtype=np.int64),
            np.array(rows, dtype=np.int64).reshape(len(rows), 8),
            np.array(link, dtype=np.int64),
            np.array(weight, dtype=np.float64),
            np.array(shape, dtype=np.float64),
        )

    def repeated(self, times: int, streams: int) -> tuple[Integers, Integers, Integers, Array]:
        """Return stream, mix, link and weight for `times` matrices of `streams` streams each."""
        matrix = np.arange(times)[:, np.newaxis]
        mixes = np.repeat(self.mix[np.newaxis], times, axis=0)
        mixes[:, :, 1:3] += (matrix * len(self.link))[:, :, np.newaxis]
        mixes[:, :, 3] += matrix * streams
        return (
            (self.stream + matrix * streams).ravel(),
            mixes.reshape(-1, 8),
            (self.link + matrix * streams).ravel(),
            np.tile(self.weight, times),
        )


def _kind(mix: Mix) -> int:
    if mix.is_plain:
        return MIRRORED if mix.is_mirrored else OWN
    return GAUSSIAN if mix.df is None else STUDENT_T


def _append(shape: list[float], df: float) -> list[int]:
    """Append scale law and t table; return the code of the law and the three places."""
    code, constants = scale_law(df).kernel()
    first = len(shape)
    shape += constants
    middle = len(shape)
    shape += table(df)
    return [code, first, middle, len(shape)]
