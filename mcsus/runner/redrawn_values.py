"""The model where some inputs are known and all others are drawn again, given these."""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.ranks import ranked
from mcsus.analysis.redraws import RedrawnValues, Redraws, WantsRedraws
from mcsus.dependence.conditional import Bound, BoundCell, bound_together
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Member, Quantity, among, parameter_of
from mcsus.errors import NotFiniteError
from mcsus.model import Model
from mcsus.model.rounding import EXACT
from mcsus.parameters import Cell
from mcsus.result.arrays import BETWEEN, OTHERS
from mcsus.runner.group_sums import PlanRun, Told, roundings
from mcsus.runner.group_values import Groupings, Key, unit_size
from mcsus.runner.memory import refuse_if_too_large
from mcsus.streams import Design
from mcsus.vocabulary import SCENARIO

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

TOGETHER = "all others"
"""Name of what hardly matters, put together; no parameter has it."""

_LEAST = 0.01  # total-order index below which an input is put with others
_MOST_OF_OTHERS = 0.05  # that they may have together
_ROUNDED = 1e-9  # standard deviations by which what is drawn again differs from itself
_LOOKS = Design(draws=512, replicates=4)  # that tell what hardly matters


@dataclass(frozen=True, eq=False)
class _Drawn:
    """How groups of inputs are drawn in a scenario.

    Attributes
    ----------
    owner : array, shape (stream,)
        The group that a stream belongs to alone; -1 where there is none.
    bound : tuple of Bound
        What hangs together.
    """

    owner: NDArray[np.int64]
    bound: tuple[Bound, ...]

    @classmethod
    def of(cls, kernel: Kernel, groups: Iterable[Iterable[Member]], scenario: int) -> _Drawn:
        """Return how groups of parameters are drawn; constants tell nothing."""
        cells = [
            BoundCell(kernel.mix(cell), k, None if cell.law.is_continuous else cell.law)
            for k, members in enumerate(groups)
            for member in members
            for cell in _cells_in(kernel.model, member, scenario)
            if cell.law.family != "constant"
        ]
        column = {key: k for k, key in enumerate(kernel.streams)}
        owner = np.full(len(column), -1)
        for cell in cells:
            for key in cell.mix.needs:
                owner[column[key]] = cell.owner
        return cls(owner, tuple(bound_together(cells)))

    @property
    def key(self) -> Hashable:
        """What it is told from others by."""
        return self.owner.tobytes(), tuple(
            (b.needs, b.weights.tobytes(), b.steps) for b in self.bound
        )


@dataclass(frozen=True, eq=False)
class _Game:
    """Groups of inputs of one output, and the streams that they are made of.

    Attributes
    ----------
    groups : mapping of str to set of str
    streams : mapping of str to int
        Column of each.
    drawn : tuple of _Drawn
        One, or one for each scenario where they are not alike.
    put_together : tuple of str
        Names of those that are one group, as they hardly matter.
    """

    groups: Mapping[str, frozenset[Member]]
    streams: Mapping[str, int]
    drawn: tuple[_Drawn, ...]
    put_together: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, kernel: Kernel, groups: Mapping[str, frozenset[Member]], together: tuple[str, ...] = ()
    ) -> _Game:
        """Return how some groups are drawn."""
        streams = {key: k for k, key in enumerate(kernel.streams)}
        scenarios = range(len(kernel.model.dims.get(SCENARIO, (0,))))
        drawn = tuple(_Drawn.of(kernel, groups.values(), scenario) for scenario in scenarios)
        alike = len({own.key for own in drawn}) == 1
        return cls(groups, streams, drawn[:1] if alike else drawn, together)

    @property
    def bound(self) -> list[Bound]:
        """What hangs together, in any scenario."""
        return [bound for own in self.drawn for bound in own.bound]

    def key(self, known: Flags, of_b: bool) -> Hashable:
        """Return what tells an evaluation from others: what is of A, and if need be given what."""
        sets = [known[:, sorted(set(own.owners))] for own in self.bound]
        split = any((own.any(axis=1) & ~own.all(axis=1)).any() for own in sets)
        return (known ^ of_b).tobytes(), of_b if split else None

    def cubes(self, known: Flags, given: Array, new: Array) -> Iterator[Array]:
        """Yield the points of each scenario that is drawn by itself, shape (stream, draw).

        Parameters
        ----------
        known : array, shape (run, group)
            Whether each is that at `given`; all else is drawn again by `new`.
        """
        length = given.shape[1] // len(known)
        none = np.zeros((len(known), 1), dtype=bool)  # a stream of no group: the last, at -1
        flags = np.repeat(np.hstack([known, none]).T, length, axis=1)
        for own in self.drawn:
            cube = np.where(flags[own.owner], given, new)
            for bound in own.bound:
                rows = [self.streams[key] for key in bound.needs]
                _redraw(bound, rows, known, cube, given, new)
            yield cube


def _redraw(
    bound: Bound, rows: list[int], known: Flags, cube: Array, given: Array, new: Array
) -> None:
    """Fill in the points of what hangs together."""
    members = sorted(set(bound.owners))
    patterns, place = np.unique(known[:, members], axis=0, return_inverse=True)
    runs = np.repeat(place.ravel(), given.shape[1] // len(known))
    for k, pattern in enumerate(patterns):
        at = np.ix_(np.array(rows), np.flatnonzero(runs == k))
        if pattern.all() or not pattern.any():
            cube[at] = (given if pattern.all() else new)[at]
        else:
            own = {m for m, is_known in zip(members, pattern, strict=True) if is_known}
            cube[at] = bound.redrawn(own, given[at], new[at])


def _cells_in(model: Model, member: Member, scenario: int) -> list[Cell]:
    """Return the cells of a member of a group in one scenario, which is the last dim."""
    parameter = model.parameters[parameter_of(member)]
    places: Iterable[int] = range(len(parameter.cells)) if isinstance(member, str) else member.cells
    if SCENARIO in parameter.dims:
        count = len(model.dims[SCENARIO])
        places = [k for k in places if k % count == scenario]
    return [parameter.cells[k] for k in places]


@dataclass(frozen=True, eq=False)
class _Evaluated:
    """What the tasks of all replicates share."""

    run: PlanRun
    wants: WantsRedraws
    games: tuple[_Game, ...]
    scenarios: NDArray[np.int64]  # of each stored row

    def redraws(self, game: int, replicate: int) -> Redraws:
        """Return what is known in the evaluations of a replicate."""
        design, groups = self.run.design, len(self.games[game].groups)
        seed = [design.seed, replicate, game, zlib.crc32(b"redraws")]
        return self.wants.make(groups, design.draws, np.random.default_rng(seed))


class RedrawRun:
    """A run over groups of inputs of one output, some known and the others drawn again.

    All groupings share A and B. An input that the output does not depend on has no part in it,
    though it may tell something of those that have.

    Parameters
    ----------
    groupings : mapping of str to groups
        By their mark.
    design : Design
        Its draws are base points.
    """

    def __init__(
        self, kernel: Kernel, output: str, groupings: Groupings, design: Design, wants: WantsRedraws
    ) -> None:
        plan = kernel.plan([Quantity(output, unit_size(kernel.model, output))])
        self.run = PlanRun(kernel, plan, design)
        self.ranked, self.sizes = wants.ranked, roundings(self.run, [output])
        self.rounding = [EXACT] * len(self.sizes) if self.ranked else self.sizes
        self.meets_individuals = kernel.model.meets_individuals(output)
        cells = kernel.program.cells(output)
        count = len(kernel.model.dims[SCENARIO]) if SCENARIO in kernel.model.dims_of[output] else 1
        reached = kernel.model.upstream([output])
        games = []
        for groups in groupings.values():
            own = {k: frozenset(own) for k, v in groups.items() if (own := among(v, reached))}
            game = _Game.of(kernel, own)
            if wants.most is not None and len(own) > wants.most:
                game = self._with_others(game)
            games.append(game)
        self.marks = list(groupings)
        self._shared = _Evaluated(self.run, wants, tuple(games), np.arange(cells) % count)
        self.inputs: dict[Key, list[str]] = {
            (mark, row): list(game.groups)
            for mark, game in zip(self.marks, games, strict=True)
            for row in range(cells)
        }
        self.places: dict[Key, list[int]] = {}  # of data of all inputs: these are of all

    def told(self, mark: str) -> dict[str, str | int]:
        """Return what is to be told of the analysis of a grouping."""
        place = self.marks.index(mark)
        game, how = self._shared.games[place], self._shared.redraws(place, 0).how
        told: dict[str, str | int] = {"estimator": how} if how else {}
        if game.put_together:
            told[OTHERS] = BETWEEN.join(game.put_together)
        return told

    def values(
        self, executor: Executor, told: Told, first: int = 0
    ) -> Iterator[dict[Key, RedrawnValues]]:
        """Yield the values of each replicate from the `first` on, or their ranks."""
        design = self.run.design
        replicates = range(first, design.replicates)
        most = max(len(self._shared.redraws(k, 0).known) for k in range(len(self.marks)))
        ahead = executor.workers + 1
        refuse_if_too_large(ahead * self.run.values * (2 + most) * design.draws, "sensitivity")
        if told is not None:
            told(first * design.draws)
        with closing(executor.ordered(_values_of, self._shared, replicates, ahead)) as values:
            for replicate, found in zip(replicates, values, strict=True):
                if told is not None:
                    told(design.draws)
                data = {}
                for place, (mark, out) in enumerate(zip(self.marks, found, strict=True)):
                    game, redraws = (
                        self._shared.games[place],
                        self._shared.redraws(place, replicate),
                    )
                    for row, own in enumerate(out):
                        values_ = self._as_asked(own, row)
                        data[mark, row] = RedrawnValues(values_, redraws, not game.bound)
                yield data

    def _as_asked(self, values: Array, row: int) -> Array:
        if not self.ranked and not np.isfinite(values).all():
            msg = "an output is not finite at a point of its analysis"
            raise NotFiniteError(msg)
        values = _told_apart(values)
        if self.ranked:
            values = ranked(values, float(self.sizes[row].most))
        return values - values[:2].mean() if self.meets_individuals else values

    def _with_others(self, game: _Game) -> _Game:
        """Return the game with what hardly matters put together: what hangs together is, as one.

        What inputs have of the variance that hang together is at most their total order together.
        """
        kernel, names = self.run.kernel, list(game.groups)
        sets = _joined(game)
        known = ~np.array([[k in own for k in range(len(names))] for own in sets])
        totals = np.zeros(len(sets))
        for replicate in range(_LOOKS.replicates):
            design = Design(self.run.design.kind, seed=self.run.design.seed, draws=_LOOKS.draws)
            a, b = kernel.cubes(design, replicate)
            base = self._looked_at(a, replicate)
            size = ((self._looked_at(b, replicate) - base) ** 2).mean(axis=1)
            for k, own in enumerate(known):
                cube = next(game.cubes(own[np.newaxis], a, b))
                parts = ((self._looked_at(cube, replicate) - base) ** 2).mean(axis=1)
                shares = np.divide(parts, size, out=np.zeros_like(parts), where=size > 0)
                totals[k] += shares.max() / _LOOKS.replicates
        order = np.argsort(totals)
        small = order[(totals[order] < _LEAST) & (totals[order].cumsum() < _MOST_OF_OTHERS)]
        put = sorted({k for place in small for k in sets[place]})
        if len(put) < 2:
            return game
        kept = {name: own for k, (name, own) in enumerate(game.groups.items()) if k not in put}
        others = frozenset[Member]().union(*(game.groups[names[k]] for k in put))
        return _Game.of(kernel, kept | {TOGETHER: others}, tuple(names[k] for k in put))

    def _looked_at(self, cube: Array, replicate: int) -> Array:
        values = self.run.kernel.run_at(self.run.plan, cube.T, self.run.design, replicate)[:, 0]
        if self.ranked:
            values = np.array([ranked(own) for own in values])
        return values


def _told_apart(values: Array) -> Array:
    """Return values, with those of A or of B where they differ from these by rounding of scores."""
    ends = values[:2]
    known = np.isfinite(ends)
    size = _ROUNDED * float(np.std(ends[known])) if known.any() else 0.0
    if not 0 < size < np.inf:
        return values
    rest = values[2:]
    for end in ends:
        with np.errstate(invalid="ignore"):  # of what is never
            rest = np.where(np.abs(rest - end) <= size, end, rest)
    return np.vstack([ends, rest])


def _joined(game: _Game) -> list[set[int]]:
    """Return the groups of a game, those that hang together in some scenario in one set."""
    sets = [{k} for k in range(len(game.groups))]
    for own in game.bound:
        met = [known for known in sets if not known.isdisjoint(own.owners)]
        sets = [known for known in sets if known not in met] + [set().union(*met)]
    return sets


def _values_of(shared: _Evaluated, replicate: int) -> list[Array]:
    """Return the values of a replicate in each game, shape (row, evaluation, draw)."""
    run = shared.run
    design = run.design
    a, b = run.kernel.cubes(design, replicate)

    def at(cube: Array) -> Array:
        return run.kernel.run_at(run.plan, cube.T, design, replicate)[:, 0]

    ends = [at(a), at(b)]
    found = []
    for place, game in enumerate(shared.games):
        known, of_b, _ = shared.redraws(place, replicate)
        out = np.empty((len(ends[0]), 2 + len(known), design.draws))
        out[:, 0], out[:, 1] = ends
        made: dict[Hashable, int] = {}
        for k, (own, from_b) in enumerate(zip(known, of_b, strict=True)):
            same = made.setdefault(game.key(own, bool(from_b)), k)
            if same < k:
                out[:, 2 + k] = out[:, 2 + same]
                continue
            cubes = game.cubes(own, *((b, a) if from_b else (a, b)))
            each = [at(cube) for cube in cubes]
            for row, scenario in enumerate(shared.scenarios):
                out[row, 2 + k] = each[scenario if len(each) > 1 else 0][row]
        found.append(out)
    return found
