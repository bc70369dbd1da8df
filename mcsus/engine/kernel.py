"""The compiled kernel of a study: a model with its inputs bound, that evaluates points.

What depends on laws is data, apart from the rest: machine code, plans and points stay when laws
are exchanged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from mcsus.dependence.mix import Mix, key_of_study
from mcsus.engine.blocks import MODEL_SIGNATURE, POINTS_SIGNATURE, QUANTILE_SIGNATURE, RUN_SIGNATURE
from mcsus.engine.codegen import compiled_model
from mcsus.engine.inputs import (
    InputCells,
    Mixes,
    cell_values,
    mix_of,
    scale_positions,
    streams_of,
)
from mcsus.engine.lowering import lower
from mcsus.engine.planning import planned
from mcsus.engine.plans import Array, Member, Plan, Points, Quantity, cells_of
from mcsus.engine.points import Streams
from mcsus.engine.store import compiled, prepare, serves, shared, stop, wanted
from mcsus.model import Model
from mcsus.numba_private import Passed, entry
from mcsus.parameters import Cell, Parameter
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.streams.sobol import BLOCK

_APART = 8  # numbers between rows: rows a power of two apart would share few lines of a cache
_CACHE_BYTES = 3 << 18  # of the rows of one block: they stay within a typical L2 cache


def stream_positions(parameters: Mapping[str, Parameter]) -> dict[str, int]:
    """Number the streams by first appearance in the study: the Sobol' dimension of each.

    Cells with one key are one value and share a position, as do those that a scenario mixes anew.
    """
    positions: dict[str, int] = {}
    for parameter in parameters.values():
        for cell in parameter.cells:
            positions.setdefault(key_of_study(cell.stream), len(positions))
    return positions


class Kernel:
    """The compiled model with its inputs bound, ready to run plans.

    Parameters
    ----------
    model : Model
        The graph; what no wanted quantity depends on costs nothing.
    positions : mapping of str to int
        Sobol' dimension of every stream of the study (`stream_positions`).
    mixes : mapping of str to Mix, optional
        How the points of dependent streams are made (`Study.mixes`).

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation, Model
    >>> from mcsus.streams import Design
    >>> from mcsus.units import unit
    >>> model = Model([Equation("y", unit("1"), parse("2*year"))], {}, {"year": (1, 2)})
    >>> kernel = Kernel(model, {})
    >>> plan = kernel.plan([Quantity("y")])
    >>> kernel.run(plan, Design("sobol", 256, 1, 0), replicate=0)[:, 0, 0]
    array([2., 4.])
    """

    def __init__(
        self, model: Model, positions: Mapping[str, int], mixes: Mixes | None = None
    ) -> None:
        self.model = model
        self._positions, self._mixes = positions, mixes or {}
        self.program = lower(model)
        names = self.program.parameters
        self._inside = [name for name in names if model.varies_inside(name)]
        self._drawn = [name for name in names if name not in self._inside]
        cells = self._cells(self._drawn)
        streams = streams_of(cells, self._mixes)
        single = streams_of(self._cells(self._inside), self._mixes)
        scales = scale_positions(self._mixes)
        self._streams = Streams(streams, single, positions, scales)
        self._input_cells = InputCells(cells, streams, self._mixes)
        self._compile()

    def _cells(self, names: Sequence[str]) -> list[Cell]:
        return [cell for name in names for cell in self.model.parameters[name].cells]

    def _compile(self) -> None:
        """Get the machine code: from the folder, or compiled here and in other processes."""
        names = wanted(self._input_cells.codes, mixed=bool(self._mixes))
        prepare(names)  # while this process compiles the model
        try:
            model = compiled_model(self.program)
            quantile, run, sobol = compiled(names)
        except KeyboardInterrupt:
            stop()
            raise
        self._run = entry(run, RUN_SIGNATURE)
        self._points = {"sobol": Passed(sobol, POINTS_SIGNATURE)}
        self._loops, self._quantile = names[0], Passed(quantile, QUANTILE_SIGNATURE)
        self._model = Passed(model, MODEL_SIGNATURE)

    def __reduce__(self) -> tuple[type[Kernel], tuple[object, ...]]:
        """Travel as what it is made of: machine code stays on its machine."""
        return type(self), (self.model, self._positions, self._mixes)

    def with_laws(self, parameters: Mapping[str, Parameter]) -> Kernel:
        """Return the kernel with other laws: the same machine code, streams and points.

        Plans of the one serve the other. Nothing is compiled, unless a law is of a family whose
        loop was never needed here.
        """
        other: Kernel = object.__new__(type(self))  # a copy would travel, and be made anew
        vars(other).update(vars(self))
        other.model = self.model.with_laws(parameters)
        changes: dict[int, Cell] = {}
        place = 0
        for name in self._drawn:
            cells = other.model.parameters[name].cells
            if name in parameters:
                changes.update(enumerate(cells, place))
            place += len(cells)
        other._input_cells = self._input_cells.with_cells(changes)
        codes = other._input_cells.codes
        if not serves(self._loops, codes):
            other._loops = wanted(codes, mixed=bool(self._mixes))[0]
            other._quantile = Passed(shared(other._loops), QUANTILE_SIGNATURE)
        return other

    @property
    def drawn_cells(self) -> list[Cell]:
        """Cells of what is drawn once a draw."""
        return self._cells(self._drawn)

    def unmixed(self) -> Kernel:
        """Return the kernel to whose `run_at` the points of the cells themselves are given.

        Each of its `streams` is then that of a cell; individuals are those that this one meets.
        """
        inside = {cell.stream for cell in self._cells(self._inside)}
        if self._mixes.keys() <= inside:
            return self
        mixes = {key: mix for key, mix in self._mixes.items() if key in inside}
        places = {**dict.fromkeys((cell.stream for cell in self.drawn_cells), 0), **self._positions}
        return Kernel(self.model, places, mixes)

    def plan(
        self,
        quantities: Sequence[Quantity],
        groups: Sequence[Collection[Member]] | None = None,
        *,
        second_order: bool = False,
    ) -> Plan:
        """Plan a plain run, or a Sobol' index run over `groups` of parameters, or of their cells.

        Returns
        -------
        Plan
            Its evaluations are: A; then, with groups, B, A with each group from B, and for
            second order B with each group from A.
        """
        return planned(self.program, self._inside, quantities, groups, second_order=second_order)

    def block(self, plan: Plan) -> int:
        """Return the draws of a block: fewer when there are many rows, so that they stay in L2."""
        block = BLOCK
        while block > 64 and plan.rows * block * 8 > _CACHE_BYTES:
            block //= 2
        return block

    def points(
        self, plan: Plan, design: Design, replicate: int, individuals: int | None = None
    ) -> Points:
        """Prepare the streams of one replicate: A on the first dimensions, B on the next ones.

        Those of the last designs are kept, for kernels with other laws as well.

        Parameters
        ----------
        individuals : int, optional
            The replicate whose individuals are met; by default its own.
        """
        points = self._streams.points(plan.matrices, design, replicate)
        met = replicate if individuals is None else individuals
        return self._with_individuals(points, design, met)

    def _with_individuals(self, points: Points, design: Design, replicate: int) -> Points:
        """Return points with the inputs of every individual, in base units."""
        inner = self.program.inner
        if inner is None or not self._inside:
            return points
        return points._replace(individual=self._individuals(inner, design, replicate))

    def _individuals(self, inner: str, design: Design, replicate: int) -> Array:
        """Return the inputs of every individual, in base units, shape (individual, cell)."""
        count = self.program.sizes[inner]
        known = self._streams.individuals(inner, count, design.seed, replicate)
        return cell_values(self._cells(self._inside), self._mixes, known)

    def individuals(self, design: Design, replicate: int) -> dict[str, Array]:
        """Return what differs between individuals, in base units, over its dims.

        Every draw of a replicate has the same individuals.
        """
        found: dict[str, Array] = {}
        inner, start = self.program.inner, 0
        if inner is None or not self._inside:
            return found
        values = self._individuals(inner, design, replicate)
        for name in self._inside:
            end = start + len(self.model.parameters[name].cells)
            found[name] = self._over_dims(name, values[:, start:end])
            start = end
        return found

    def _over_dims(self, name: str, values: Array) -> Array:
        """Return the cells of every individual with axes in the order of the dims of a name."""
        own = self.model.parameters[name].dims
        shape = [len(self.model.dims[dim]) for dim in own]
        dims = [self.model.inner, *own]
        order = [dims.index(dim) for dim in self.model.dims_of[name]]
        return values.reshape(-1, *shape).transpose(order)

    def run(
        self,
        plan: Plan,
        design: Design,
        replicate: int,
        out: Array | None = None,
        *,
        first: int = 0,
        count: int | None = None,
        points: Points | None = None,
        at: int | None = None,
    ) -> Array:
        """Evaluate consecutive draws of one replicate.

        Parameters
        ----------
        out : array, shape (stored row, evaluation, draw), optional
            C-contiguous, filled in place; by default a new array for all draws.
        first, count : int
            Which draws: `first` is a multiple of 1,024; by default all from `first` on.
        points : Points, optional
            From `points`, when many parts of a replicate are run.
        at : int, optional
            Place of draw `first` in `out`; by default `first`, as `out` holds all draws.

        Returns
        -------
        array, shape (stored row, evaluation, draw)
        """
        if out is None:
            out = np.empty((len(plan.quantity), len(plan.location), design.draws))
        ready = points or self.points(plan, design, replicate)
        count = out.shape[2] - first if count is None else count
        at = first if at is None else at
        self._evaluate(plan, design.kind, ready, out, first, count, at)
        return out

    def run_at(
        self, plan: Plan, cube: Array, design: Design | None = None, replicate: int = 0
    ) -> Array:
        """Evaluate points of the unit cube that are given.

        Parameters
        ----------
        cube : array, shape (draw, stream)
            Points strictly between 0 and 1, one column for each of `streams`; for a plan with
            groups those of A, then those of B. Dependent cells are mixed from them as ever.
        design, replicate : optional
            Whose individuals are met, where inputs differ between individuals.

        Returns
        -------
        array, shape (stored row, evaluation, draw)

        Examples
        --------
        >>> from mcsus.expressions import parse
        >>> from mcsus.families import distribution
        >>> from mcsus.model import Equation, Model
        >>> from mcsus.parameters import Cell, Parameter, Provenance
        >>> from mcsus.units import unit
        >>> cell = Cell(distribution("uniform", minimum=0, maximum=8), unit("1"), "x", Provenance())
        >>> x = Parameter("x", unit("1"), (), (cell,), "uncertainty", None)
        >>> kernel = Kernel(Model([Equation("y", unit("1"), parse("2*x"))], {"x": x}, {}), {"x": 0})
        >>> kernel.run_at(kernel.plan([Quantity("y")]), [[0.25], [0.5], [0.75]])[0, 0]
        array([ 4.,  8., 12.])
        """
        points = self._streams.given(cube, plan.matrices)
        points = self._with_individuals(points, design or Design(), replicate)
        out = np.empty((len(plan.quantity), len(plan.location), len(cube)))
        self._evaluate(plan, "given", points, out, 0, len(cube), 0)
        return out

    @property
    def streams(self) -> tuple[str, ...]:
        """The streams that are drawn, in the order of the columns of `run_at`."""
        return self._streams.drawn

    def cubes(self, design: Design, replicate: int) -> tuple[Array, Array]:
        """Return the points of A and of B of a replicate, shape (stream, draw)."""
        return self._streams.cubes(design, replicate)

    def mix(self, cell: Cell) -> Mix:
        """Return how the points of a cell are made from those of `streams`."""
        return mix_of(cell.stream, self._mixes)

    def columns(self, member: Member) -> list[int]:
        """Return the columns of `run_at` that the cells of a member of a group are made of."""
        keys = streams_of(cells_of(self.model, member), self._mixes)
        return [self.streams.index(key) for key in keys if key in self.streams]

    def _evaluate(
        self, plan: Plan, kind: str, points: Points, out: Array, first: int, count: int, at: int
    ) -> None:
        block = self.block(plan)
        work = np.empty((plan.rows + 1, block + _APART))
        self._run(
            self._model, self._points_of(kind), self._quantile,
            points, self._input_cells.inputs(plan.matrices), plan,
            work, first, -(-count // block), block, out, at,
        )  # fmt: skip

    def values_at(
        self, names: Sequence[str], design: Design, replicate: int, draw: int
    ) -> dict[str, Array]:
        """Return the values of parameters at one draw, in base units, shape (cell,).

        By the NumPy path: slow, and meant for explaining one draw.
        """
        values = {}
        for name in names:
            cells = self.model.parameters[name].cells
            keys = streams_of(cells, self._mixes)
            places = [self._streams.places[key] for key in keys]
            points = reference_points(design, places, keys, replicate, draw, 1)[0]
            values[name] = cell_values(cells, self._mixes, dict(zip(keys, points, strict=True)))
        return values

    def _points_of(self, kind: str) -> Passed:
        """Return what fills rows with the points of a design; all but Sobol' when first needed."""
        if kind not in self._points:
            self._points[kind] = Passed(shared(f"points_{kind}"), POINTS_SIGNATURE)
        return self._points[kind]
