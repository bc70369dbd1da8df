"""The input cells as data for compiled code: their laws, and which streams each mixes, and how."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Mapping, Sequence

import numpy as np

from mcsus.dependence import Mix, transform
from mcsus.dependence.student import scale_law, table
from mcsus.engine.blocks import GAUSSIAN, MIRRORED, OWN, STUDENT_T
from mcsus.engine.plans import Array, InputArrays
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


def cell_values(cells: Sequence[Cell], mixes: Mixes, points: Mapping[str, Array]) -> Array:
    """Return the values of some cells in base units, along the last axis, by the plain path."""
    drawn = zip(cells, cell_points(cells, mixes, points), strict=True)
    return np.stack([c.law.quantile(u) * c.unit.factor for c, u in drawn], axis=-1)


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
        self._mixed = _mixed(cells, streams, mixes)
        self._streams = len(streams)
        self._set([_law(cell) for cell in cells])

    def with_cells(self, changes: Mapping[int, Cell]) -> InputCells:
        """Return the same with other laws in some places; streams and their mixes stay."""
        other = copy.copy(self)
        other._set([_law(changes[k]) if k in changes else law for k, law in enumerate(self._laws)])
        return other

    def _set(self, laws: list[tuple[int, Array, float]]) -> None:
        self._laws = laws
        self._arrays: dict[int, InputArrays] = {}

    @property
    def codes(self) -> set[int]:
        """The quantile loops that the laws need."""
        return {code for code, _, _ in self._laws}

    def inputs(self, matrices: int) -> InputArrays:
        """Return the cells of `matrices` matrices, one after the other."""
        if matrices not in self._arrays:
            mixed, matrix = self._mixed, np.arange(matrices)[:, np.newaxis]
            mix = np.repeat(mixed.mix[np.newaxis], matrices, axis=0)
            mix[:, :, 1:3] += (matrix * len(mixed.link))[:, :, np.newaxis]
            mix[:, :, 3] += matrix * self._streams
            laws = self._laws * matrices
            sizes = [len(constants) for _, constants, _ in laws]
            self._arrays[matrices] = mixed._replace(
                row=np.arange(len(laws)),
                stream=(mixed.stream + matrix * self._streams).ravel(),
                code=np.array([code for code, _, _ in laws], dtype=np.int64),
                start=np.array([0, *itertools.accumulate(sizes)], dtype=np.int64),
                constant=np.concatenate([_NONE, *(constants for _, constants, _ in laws)]),
                factor=np.array([factor for _, _, factor in laws], dtype=np.float64),
                mix=mix.reshape(-1, 8),
                link=(mixed.link + matrix * self._streams).ravel(),
                weight=np.tile(mixed.weight, matrices),
            )
        return self._arrays[matrices]


def _law(cell: Cell) -> tuple[int, Array, float]:
    """Return the quantile loop of a cell, its constants, and the factor to base units."""
    law = cell.law.kernel()
    return law.code, np.array(law.constants, dtype=np.float64), cell.unit.factor


def _mixed(cells: Sequence[Cell], streams: Sequence[str], mixes: Mixes) -> InputArrays:
    """Return the arrays of one matrix without laws; `streams` are numbered by their order."""
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
    whole = np.zeros(0, dtype=np.int64)
    return InputArrays(
        row=whole, code=whole, start=whole, constant=_NONE, factor=_NONE,
        stream=np.array(stream, dtype=np.int64),
        mix=np.array(rows, dtype=np.int64).reshape(len(rows), 8),
        link=np.array(link, dtype=np.int64),
        weight=np.array(weight, dtype=np.float64),
        shape=np.array(shape, dtype=np.float64),
    )  # fmt: skip


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
