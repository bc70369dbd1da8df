"""The compiled kernel of a study, and the plans it can be run with.

A plan says which evaluations of the model are made at each draw. A plain run has one; a Sobol'
index run has A, B and, for each group of inputs, A with that group taken from B. Only equations
downstream of a changed input are evaluated again: each evaluation holds, for every quantity, the
row that it is read from and written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.blocks import (
    MODEL_SIGNATURE,
    POINTS_SIGNATURE,
    QUANTILE_SIGNATURE,
    RUN_SIGNATURE,
)
from mcsus.engine.functions import Passed, entry
from mcsus.engine.lowering import lower
from mcsus.engine.mixing import Dependence, Mixing, cell_points, scale_positions, streams_of
from mcsus.engine.plans import Array, Inputs, Integers, Plan, Points, Quantity
from mcsus.engine.source import kernel_source
from mcsus.engine.store import compiled, load, prepare, shared, wanted
from mcsus.errors import Fault, InputError
from mcsus.model import Model
from mcsus.parameters import Parameter
from mcsus.streams import Design, SobolPoints, block_table, philox_key, scrambled_directions
from mcsus.streams import points as reference_points
from mcsus.streams.sobol import MAX_DIMENSIONS

_BLOCK = 1024
_APART = 8  # numbers between rows: rows a power of two apart would share few lines of a cache
_CACHE_BYTES = 3 << 18  # of the rows of one block: they stay within a typical L2 cache


def stream_positions(parameters: Mapping[str, Parameter]) -> dict[str, int]:
    """Number the streams by first appearance in the study: the Sobol' dimension of each.

    Cells with one key are one value and share a position.

    Examples
    --------
    >>> stream_positions({})
    {}
    """
    positions: dict[str, int] = {}
    for parameter in parameters.values():
        for cell in parameter.cells:
            positions.setdefault(cell.stream, len(positions))
    return positions


class Kernel:
    """The compiled model with its inputs bound, ready to run plans.

    Parameters
    ----------
    model : Model
        The graph; what no wanted quantity depends on costs nothing.
    positions : mapping of str to int
        Sobol' dimension of every stream of the study (`stream_positions`).
    dependence : mapping of str to Mix, optional
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
        self, model: Model, positions: Mapping[str, int], dependence: Dependence | None = None
    ) -> None:
        self.model = model
        self._made_of = model, positions, dependence
        self._dependence = dependence or {}
        self.program = lower(model)
        names = self.program.parameters
        self._inside = np.array([model.varies_inside(name) for name in names], dtype=bool)
        inside = [name for name in names if model.varies_inside(name)]
        self._single = [cell for name in inside for cell in model.parameters[name].cells]
        drawn = [name for name in names if name not in inside]
        cells = [cell for name in drawn for cell in model.parameters[name].cells]
        scales = scale_positions(self._dependence)
        self._place = {**positions, **scales}
        laws = [cell.law.kernel() for cell in cells]
        self._streams = streams_of(cells, self._dependence)
        self._mixing = Mixing.of(cells, self._streams, self._dependence)
        # Dimension of each stream in A, and how far further it lies in B.
        self._positions = [self._place[key] for key in self._streams]
        self._further = [-1 if key in scales else len(positions) for key in self._streams]
        self._code = np.array([law.code for law in laws], dtype=np.int64)
        self._sizes = np.array([len(law.constants) for law in laws], dtype=np.int64)
        self._constant = np.array([c for law in laws for c in law.constants], dtype=np.float64)
        self._factor = np.array([cell.unit.factor for cell in cells], dtype=np.float64)
        labels = [x for values in self.program.coordinates.values() for x in values]
        self._coordinate = np.array(labels, dtype=np.float64)
        self._compile()

    def _compile(self) -> None:
        """Get the machine code: from the folder, or compiled here and in other processes."""
        names = wanted(self._code.tolist(), mixed=bool(self._dependence))
        prepare(names)  # while this process compiles the model
        model = load("model", kernel_source(self.program)).model
        quantile, run, sobol = compiled(names)
        self._run = entry(run, RUN_SIGNATURE)
        self._points = {"sobol": Passed(sobol, POINTS_SIGNATURE)}
        self._quantile = Passed(quantile, QUANTILE_SIGNATURE)
        self._model = Passed(model, MODEL_SIGNATURE)

    def __reduce__(self) -> tuple[type[Kernel], tuple[object, ...]]:
        """Travel as what it is made of: machine code stays on its machine."""
        return type(self), self._made_of

    def plan(
        self,
        quantities: Sequence[Quantity],
        groups: Sequence[set[str]] | None = None,
        *,
        second_order: bool = False,
    ) -> Plan:
        """Plan a plain run, or a Sobol' index run over `groups` of parameter names.

        Returns
        -------
        Plan
            Its evaluations are: A; then, with groups, B, A with each group from B, and for
            second order B with each group from A.
        """
        program = self.program
        needed = self._needed(quantities)
        times = 1 if groups is None else 2
        regions, rows = self._regions(times)
        in_a, in_b, scratch = regions
        locations, actives = [in_a], [needed]
        if groups is not None:
            locations.append(in_b)
            actives.append(needed)
            for base, other in [(in_a, in_b), (in_b, in_a)][: 2 if second_order else 1]:
                for group in groups:
                    dirty = np.array(program.downstream(group), dtype=bool)
                    moved = np.array([name in group for name in program.parameters], dtype=bool)
                    location = np.where(np.concatenate([moved, dirty]), scratch, base)
                    location[: len(moved)][moved] = other[: len(moved)][moved]
                    locations.append(location)
                    actives.append(needed & dirty)
        number = {name: k for k, name in enumerate(program.quantities)}
        stored = [
            (number[q.name], c, q.scale) for q in quantities for c in range(program.cells(q.name))
        ]
        quantity, cell, scale = zip(*stored, strict=True)
        return Plan(
            np.array(locations, dtype=np.int64).reshape(len(locations), -1),
            self._single_rows(in_a),
            np.array(actives, dtype=np.uint8).reshape(len(locations), -1),
            times,
            self._inputs(times),
            max(rows, 1),
            np.array(quantity, dtype=np.int64),
            np.array(cell, dtype=np.int64),
            np.array(scale, dtype=np.float64),
        )

    def block(self, plan: Plan) -> int:
        """Return the draws of a block: fewer when there are many rows, so that they stay in L2."""
        block = _BLOCK
        while block > 64 and plan.rows * block * 8 > _CACHE_BYTES:
            block //= 2
        return block

    def points(self, plan: Plan, design: Design, replicate: int) -> Points:
        """Prepare the streams of one replicate: A on the first dimensions, B on the next ones."""
        keys = [
            key + ("|matrix=B" if m else "") for m in range(plan.matrices) for key in self._streams
        ]
        dimensions = [
            p + m * further
            for m in range(plan.matrices)
            for p, further in zip(self._positions, self._further, strict=True)
        ]
        individual = self._individuals(design, replicate)
        if design.kind == "monte_carlo" or not keys:
            none = np.zeros((len(keys), 1), dtype=np.uint64)
            words = [philox_key(design.seed, key, replicate) for key in keys]
            pairs = np.array(words, dtype=np.uint64).reshape(len(keys), 2)
            return Points(none, none, pairs, individual)
        if len(set(dimensions)) < len(dimensions):
            found = f"{len(dimensions)} streams, with those of Student-t copulas"
            allowed = (
                f"at most {MAX_DIMENSIONS} dimensions of Sobol' points; or kind = 'monte_carlo'"
            )
            raise InputError(Fault(found, allowed, ("design", "kind")))
        matrix, shift = scrambled_directions(dimensions, keys, design.seed, replicate)
        none = np.zeros((len(keys), 2), dtype=np.uint64)
        return Points(block_table(matrix, shift), matrix, none, individual)

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
        block = self.block(plan)
        count = out.shape[2] - first if count is None else count
        at = first if at is None else at
        self._run(
            self._model,
            self._points_of(design.kind),
            self._quantile,
            np.empty((plan.rows + 1, block + _APART)),
            first,
            -(-count // block),
            block,
            ready.table,
            ready.matrix,
            ready.keys,
            *plan.inputs,
            plan.location,
            plan.active,
            self._coordinate,
            plan.single,
            ready.individual,
            plan.quantity,
            plan.cell,
            plan.scale,
            out,
            at,
        )
        return out

    def values_at(
        self, names: Sequence[str], design: Design, replicate: int, draw: int
    ) -> dict[str, Array]:
        """Return the values of parameters at one draw, in base units, shape (cell,).

        By the NumPy path: slow, and meant for explaining one draw.
        """
        found = {}
        for name in names:
            cells = self.model.parameters[name].cells
            keys = streams_of(cells, self._dependence)
            at = [self._place[key] for key in keys]
            points = reference_points(design, at, keys, replicate, draw, 1)[0]
            known = dict(zip(keys, points, strict=True))
            u = cell_points(cells, self._dependence, known)
            values = [
                float(c.law.quantile(x)) * c.unit.factor for c, x in zip(cells, u, strict=True)
            ]
            found[name] = np.array(values)
        return found

    def _points_of(self, kind: str) -> Passed:
        """Return what fills rows with the points of a design; all but Sobol' when first needed."""
        if kind not in self._points:
            self._points[kind] = Passed(shared(f"points_{kind}"), POINTS_SIGNATURE)
        return self._points[kind]

    def _inputs(self, times: int) -> Inputs:
        """Return the inputs of `times` matrices, one after the other."""
        stream, mix, link, weight = self._mixing.repeated(times, len(self._streams))
        return Inputs(
            np.arange(times * len(self._code), dtype=np.int64),
            stream,
            np.tile(self._code, times),
            np.concatenate([[0], np.cumsum(np.tile(self._sizes, times))]).astype(np.int64),
            np.tile(self._constant, times),
            np.tile(self._factor, times),
            mix,
            link,
            weight,
            self._mixing.shape,
        )

    def _individuals(self, design: Design, replicate: int) -> Array:
        """Return the inputs of every individual in base units, shape (individual, cell).

        The same scrambled Sobol' points serve every draw of a replicate, whatever the design.
        """
        if self.program.inner is None or not self._single:
            return np.zeros((0, 0))
        count = self.program.sizes[self.program.inner]
        streams = streams_of(self._single, self._dependence)
        keys = [f"{key}|{self.program.inner}" for key in streams]
        places = [self._place[key] for key in streams]
        sequence = SobolPoints.scrambled(places, keys, design.seed, replicate)
        known = dict(zip(streams, sequence.uniforms(0, count).T, strict=True))
        u = cell_points(self._single, self._dependence, known)
        pairs = zip(self._single, u, strict=True)
        return np.stack([c.law.quantile(x) * c.unit.factor for c, x in pairs], axis=1)

    def _regions(self, times: int) -> tuple[tuple[Integers, Integers, Integers], int]:
        """Return first rows of every quantity in A, in B and in scratch, and the rows in all.

        In order: inputs of A and of B, inputs of individuals, results of A and of B, scratch.
        """
        program = self.program
        sizes = np.array([program.cells(name) for name in program.quantities], dtype=np.int64)
        is_input = np.arange(len(sizes)) < len(program.parameters)
        inside = np.zeros(len(sizes), dtype=bool)
        inside[: len(self._inside)] = self._inside
        drawn, results = is_input & ~inside, ~is_input

        def within(chosen: NDArray[np.bool_]) -> tuple[Integers, int]:
            kept = np.where(chosen, sizes, 0)
            return np.cumsum(kept) - kept, int(kept.sum())

        (at_drawn, n_drawn), (at_inside, n_inside) = within(drawn), within(inside)
        at_results, n_results = within(results)
        above = times * n_drawn
        below = above + n_inside
        fixed = np.where(inside, above + at_inside, 0)
        in_a = np.where(drawn, at_drawn, np.where(results, below + at_results, fixed))
        in_b = np.where(drawn, n_drawn + at_drawn, fixed)
        in_b = np.where(results, below + n_results + at_results, in_b)
        scratch = np.where(results, below + 2 * n_results + at_results, 0)
        rows = below + (n_results if times == 1 else 3 * n_results)
        return (in_a, in_b, scratch), rows

    def _single_rows(self, location: Integers) -> Integers:
        """Return the rows of the inputs of individuals."""
        names = [n for n in self.program.parameters if self.model.varies_inside(n)]
        number = {name: k for k, name in enumerate(self.program.quantities)}
        rows = [location[number[n]] + c for n in names for c in range(self.program.cells(n))]
        return np.array(rows, dtype=np.int64)

    def _needed(self, quantities: Sequence[Quantity]) -> NDArray[np.bool_]:
        """Tell for each step whether a wanted quantity depends on it."""
        wanted = {q.name for q in quantities}
        flags = []
        for step in reversed(self.program.steps):
            flags.append(step.target in wanted)
            if flags[-1]:
                wanted.update(step.inputs)
        return np.array(flags[::-1], dtype=bool)
