"""The claims of a study once more, at the same first draws: with other laws, an input held."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.change import COMMON, Change, OtherLaw
from mcsus.dependence.mix import LEAST, key_of_study
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Quantity
from mcsus.families import special
from mcsus.parameters import Cell, Parameter
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.streams.design import nearest_powers_of_two

Array = NDArray[np.float64]

MOST_RUNS = 256
"""How often the model is asked, less often where it is dear; what is asked later is not told."""

_MOST_DRAWS, _LEAST_DRAWS = 1 << 13, 1 << 9  # of all replicates
_MOST_VALUES, _VALUES_IN_ALL = 1 << 22, 1 << 29  # of a run and of all, in all equations
_VALUES_HELD = 1 << 28  # of all runs of a claim with an input held, also of what is drawn
_OF_A_STREAM = 4  # values, as which drawing counts


class Once:
    """All claims of a study at some points, which are kept for whoever asks for the same.

    Parameters
    ----------
    quantities : sequence of Quantity
        Margins of the claims.
    design : Design
        Of the draws that are known; the first of them are drawn again.
    places : mapping of str to int
        Dimension of each stream.
    like : Once, optional
        Whose points are the same, where it has as many draws.
    """

    def __init__(
        self,
        kernel: Kernel,
        quantities: list[Quantity],
        design: Design,
        places: Mapping[str, int],
        like: Once | None = None,
    ) -> None:
        self.kernel, self.plan = kernel, kernel.plan(quantities)
        inner = kernel.program.inner
        individuals = kernel.program.sizes[inner] if inner is not None else 1
        most = _MOST_VALUES // (self.plan.rows * individuals)
        most = min(max(most, _LEAST_DRAWS), _MOST_DRAWS)
        draws = min(design.draws, max(most // design.replicates, 1))
        if design.kind == "sobol" and draws < design.draws:
            draws = nearest_powers_of_two(draws)[0]
        self.design = replace(design, draws=draws)
        values = self.plan.rows * individuals * draws * design.replicates
        self.most_runs = min(MOST_RUNS, _VALUES_IN_ALL // values)
        drawn = values + _OF_A_STREAM * len(kernel.streams) * draws * design.replicates
        self.most_held = _VALUES_HELD // drawn
        self.places = places
        self._known: dict[Change, Array | None] = {}
        self._drawings = _Drawings(kernel, self.design, places)
        if like is not None and like.design == self.design:
            self._drawings = like._drawings

    def values(self, change: Change) -> Array | None:
        """Return the margins of all cells, shape (row, replicate, draw); None where there are none.

        So it is where the model has no finite value there, and where it was asked too often. What
        holds an input is asked for once, and as often as `most_held` says.
        """
        if change.held:
            return self._run(change)
        if change not in self._known:
            if len(self._known) >= self.most_runs:
                return None
            self._known[change] = self._run(change)
        return self._known[change]

    def _run(self, change: Change) -> Array | None:
        streams, kernel = self.kernel.streams, self.kernel
        cube = self._drawings.cube.copy()
        for key, mix in change.mixes:
            scores = sum(
                weight * self._drawings.score(own)
                for own, weight in zip(mix.streams, mix.coefficients, strict=True)
            )
            cube[:, :, streams.index(key)] = np.clip(special.ndtr(scores), LEAST, 1 - LEAST)
        for mix, score in change.held:
            own = list(zip(mix.streams, mix.coefficients, strict=True))
            apart = score - sum(weight * self._drawings.score(key) for key, weight in own)
            for key, weight in own:
                scores = self._drawings.score(key) + weight * apart
                cube[:, :, streams.index(key)] = np.clip(special.ndtr(scores), LEAST, 1 - LEAST)
        if change.laws:
            kernel = kernel.with_laws(self._with(change))
        if kernel.program.inner is None:
            whole = kernel.run_at(self.plan, cube.reshape(-1, cube.shape[2]))
            values = whole[:, 0].reshape(-1, *cube.shape[:2])
        else:
            found = (
                kernel.run_at(self.plan, own, self.design, replicate)[:, 0]
                for replicate, own in enumerate(cube)
            )
            values = np.stack(list(found), axis=1)
        return None if np.isnan(values).any() else values

    def _with(self, change: Change) -> dict[str, Parameter]:
        """Return the parameters with other laws in all cells that are drawn as these are."""
        drawn = {(own.stream, own.law): own for own in change.laws}
        found = {}
        for name, parameter in self.kernel.model.parameters.items():
            laws = [drawn.get((key_of_study(own.stream), own.law)) for own in parameter.cells]
            if any(laws):
                cells = tuple(map(_with_law, parameter.cells, laws))
                found[name] = replace(parameter, cells=cells)
        return found


class _Drawings:
    """The points of all streams of a study at some draws, and their normal scores."""

    def __init__(self, kernel: Kernel, design: Design, places: Mapping[str, int]) -> None:
        self.keys, self.design = kernel.streams, design
        self.places = [places[key] for key in self.keys]
        self._scores: dict[str, Array] = {}

    @cached_property
    def cube(self) -> Array:
        """Points that were drawn, shape (replicate, draw, stream)."""
        design = self.design
        return np.stack(
            [
                reference_points(design, self.places, self.keys, replicate, 0, design.draws)
                for replicate in range(design.replicates)
            ]
        )

    def score(self, key: str) -> Array:
        """Return the normal scores of a stream, or of what no input has."""
        if key not in self._scores:
            shape = self.design.replicates, self.design.draws
            if key == COMMON:
                seed = [self.design.seed, zlib.crc32(COMMON.encode())]
                self._scores[key] = np.random.default_rng(seed).standard_normal(shape)
            else:
                column = self.keys.index(key)
                self._scores[key] = np.asarray(special.ndtri(self.cube[:, :, column]))
        return self._scores[key]


def _with_law(cell: Cell, other: OtherLaw | None) -> Cell:
    """Return a cell with another law, if it is to have one."""
    if other is None:
        return cell
    return replace(cell, law=other.other, unit=other.unit or cell.unit)
