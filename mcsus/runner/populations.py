"""Draws whole populations: all individuals of some quantities at draws of what is uncertain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.populations import DOUBT, SHARES, SHOWN, summarised
from mcsus.engine.inputs import cell_values, scale_positions, streams_of
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.model import Model, evaluate
from mcsus.result.labelling import labelled
from mcsus.result.population_arrays import POPULATION
from mcsus.runner.nested import asked, inside, nested
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.study import Study
from mcsus.units import Unit
from mcsus.vocabulary import Label

Array = NDArray[np.float64]

_DRAWS = 256  # of each replicate
_LEAST = 2 * SHOWN
_VALUES = 1 << 20  # of a replicate in the largest equation
_NO_DIM = "individual"  # where the study has none


def populations(study: Study, kernel: Kernel) -> dict[str, xr.Dataset]:
    """Return what is told of populations, by place in the tree.

    By the NumPy path: the compiled one keeps no individuals.
    """
    model = kernel.model
    names = [name for name in nested(study, model) if _cells(model, name)]
    if not names:
        return {}
    drawn = _Populations(study, model, names)
    each: dict[str, list[Array]] = {name: [] for name in names}
    for replicate in range(study.design.replicates):
        for name, values in drawn.values(replicate).items():
            each[name].append(values)
    return {f"populations/{name}": drawn.table(name, each[name]) for name in names}


def _cells(model: Model, name: str) -> int:
    return int(np.prod([len(model.dims[dim]) for dim in model.dims_of[name] if dim != model.inner]))


class _Populations:
    """The populations of a study, replicate by replicate."""

    def __init__(self, study: Study, model: Model, names: Sequence[str]) -> None:
        self.study, self.model, self.names = study, model, names
        self.reached = model.upstream(names)
        used = [name for name in model.inputs if name in self.reached]
        self.inner = [name for name in used if inside(model, name)]
        self.outer = [name for name in used if name not in self.inner]
        positions = stream_positions({p.name: p for p in study.parameters})
        self.places = {**positions, **scale_positions(study.mixes)}
        has_dim = model.inner is not None
        count = len(model.dims[model.inner]) if model.inner else asked(study).individuals
        self.individuals, self.has_dim = count, has_dim
        largest = max(_cells(model, name) for name in self.reached if name in model.dims_of)
        most = max(_VALUES // (count * largest), _LEAST)
        self.draws = min(study.design.draws, _DRAWS, most)

    def values(self, replicate: int) -> dict[str, Array]:
        """Return the values of a replicate, shape (draw, individual, cell)."""
        model, seed = self.model, self.study.design.seed
        population = Design(seed=seed)  # the same of any design
        within = self._points(self.inner, population, replicate, self.individuals, apart=True)
        beyond = self._points(self.outer, self.study.design, replicate, self.draws, apart=False)
        known = {name: self._laid_out(name, beyond, within) for name in [*self.inner, *self.outer]}
        equations = [own.name for own in model.equations if own.name in self.reached]
        found = evaluate(model, known, equations)
        return {name: self._by_cell(name, found[name]) for name in self.names}

    def table(self, name: str, replicates: Sequence[Array]) -> xr.Dataset:
        """Return what is told of a quantity, over its labels."""
        unit = self._unit(name)
        cells = [
            summarised([values[:, :, k] / unit.factor for values in replicates])
            for k in range(replicates[0].shape[2])
        ]
        values = {key: np.stack([cell[key] for cell in cells]) for key in cells[0]}
        own = {"population_share": SHARES, "quantile": DOUBT}
        data = labelled(POPULATION, values, self._labels(name), own, unit.text)
        return data.assign_attrs(individuals=self.individuals, draws=self.draws)

    def _labels(self, name: str) -> dict[str, tuple[Label, ...]]:
        model = self.model
        return {dim: model.dims[dim] for dim in model.dims_of[name] if dim != model.inner}

    def _unit(self, name: str) -> Unit:
        shown = self.study.outputs.get(name)
        if shown is not None:
            return shown
        known = self.model.parameters.get(name)
        return known.unit if known is not None else self.model.equation(name).unit

    def _points(
        self, names: Sequence[str], design: Design, replicate: int, count: int, *, apart: bool
    ) -> dict[str, Array]:
        """Return the points of all streams of some parameters."""
        cells = [cell for name in names for cell in self.model.parameters[name].cells]
        streams = streams_of(cells, self.study.mixes)
        if not streams:
            return {}
        places = [self.places[key] for key in streams]
        end = f"|{self.model.inner or _NO_DIM}" if apart else ""
        keys = [f"{key}{end}" for key in streams]
        drawn = reference_points(design, places, keys, replicate, 0, count)
        return dict(zip(streams, drawn.T, strict=True))

    def _laid_out(
        self, name: str, beyond: Mapping[str, Array], within: Mapping[str, Array]
    ) -> Array:
        """Return the values of an input over its dims, individuals among them."""
        model, cells = self.model, self.model.parameters[name].cells
        is_inside = name in self.inner
        points = within if is_inside else beyond
        values = cell_values(cells, self.study.mixes, points)
        if not points or values.ndim == 1:
            values = values.reshape(1, -1)
        if not self.has_dim:
            shape = self.draws, self.individuals, values.shape[-1]
            open_ = values[np.newaxis] if is_inside else values[:, np.newaxis]
            flat = np.broadcast_to(open_, shape).reshape(-1, shape[2])
            return model.laid_out(flat, name)
        if not is_inside:
            return model.laid_out(values, name)
        own = model.parameters[name].dims
        dims = [model.inner, *own]
        sizes = [len(model.dims[dim]) for dim in own]
        order = [dims.index(dim) for dim in model.dims_of[name]]
        return values.reshape(-1, *sizes).transpose(order)[np.newaxis]

    def _by_cell(self, name: str, values: Array) -> Array:
        """Return the values of a quantity, shape (draw, individual, cell)."""
        if self.model.inner in self.model.dims_of[name]:
            axis = 1 + self.model.dims_of[name].index(str(self.model.inner))
            values = np.moveaxis(values, axis, 1)
            shape = self.draws, self.individuals, -1
            return np.broadcast_to(values, (self.draws, *values.shape[1:])).reshape(shape)
        return values.reshape(self.draws, self.individuals, -1)
