"""What an explorer shows of a study at a few draws: a snapshot, and how it becomes JSON."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Explained
from mcsus.analysis.claims import Judgement
from mcsus.analysis.intervals import quantile_errors, quantile_probabilities
from mcsus.analysis.moments import settling
from mcsus.analysis.replication import share_error, standard_error, student_quantile
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.runner.explored_json import number, numbers, told_cell, told_claim, told_effects
from mcsus.vocabulary import Caution, Label

Array = NDArray[np.float64]
Labels = Mapping[str, Label]

PROBABILITIES = np.linspace(0.0, 1.0, 513)
"""Of the quantiles that a snapshot has."""


class Interval(NamedTuple):
    """An interval with equal tails, and the errors of its ends."""

    level: float
    low: float
    high: float
    low_error: float
    high_error: float


@dataclass(frozen=True)
class Paired:
    """What a cell was before, and how it differs now, draw by draw.

    Attributes
    ----------
    mean, mean_error, difference, difference_error, ratio : float
        Of means: that of before with its error, now less before, now over before.
    lower, lower_error, higher : float
        Probability that it is lower now, and higher, at the same draw.
    """

    mean: float
    mean_error: float
    quantiles: Array
    intervals: tuple[Interval, ...]
    difference: float
    difference_error: float
    ratio: float
    lower: float
    lower_error: float
    higher: float


class Bounds(NamedTuple):
    """The lowest and highest of a cell where numbers of laws are known to lie between two.

    Attributes
    ----------
    mean : tuple of float or None
        None where it has none.
    low, high : float
        The lowest lower and the highest upper end of the interval of a level.
    """

    mean: tuple[float, float] | None
    median: tuple[float, float]
    level: float
    low: float
    high: float


@dataclass(frozen=True)
class Cell:
    """What the draws of one cell of an output say.

    Attributes
    ----------
    mean, mean_error, sd : float
        NaN where it has none.
    quantiles : array
        At `probabilities`, by default those of `PROBABILITIES`; infinite where it is never.
    never : float
        Share of draws that are infinite.
    breakdown : tuple of tuple
        Name, mean and error of each part.
    bounds : Bounds or None
        Of a whole run with numbers that are known to lie between two.
    """

    labels: Labels
    mean: float
    mean_error: float
    sd: float
    median: float
    median_error: float
    quantiles: Array
    intervals: tuple[Interval, ...]
    never: float = 0.0
    breakdown: tuple[tuple[str, float, float], ...] = ()
    before: Paired | None = None
    probabilities: Array | None = None
    bounds: Bounds | None = None


@dataclass(frozen=True)
class ClaimCell:
    """What the draws of one cell of a claim say, and the probability of before.

    Attributes
    ----------
    bounds : tuple of float or None
        Lowest and highest probability, of a whole run with numbers that are known to lie between
        two.
    undecided_by : str
        What leaves it undecided there: ``ignorance`` or ``draws``.
    """

    labels: Labels
    judgement: Judgement
    before: float = math.nan
    bounds: tuple[float, float] | None = None
    undecided_by: str = ""


@dataclass(frozen=True)
class Ranked:
    """Sobol' indices of one cell of an output, the largest total order first."""

    labels: Labels
    inputs: tuple[str, ...]
    total: Array
    total_error: Array
    first: Array
    first_error: Array
    varies: bool


class Effect(NamedTuple):
    """What changes do to the mean of one cell."""

    labels: Labels
    mean: float
    error: float
    ratio: float


Effects = Mapping[str, Sequence[Effect]]


@dataclass(frozen=True)
class Snapshot:
    """What an explorer shows of a study with some changes.

    Attributes
    ----------
    outputs, claims : mapping
        By name and id, the cells that are visible.
    ranking : mapping or None
        By output; None where it was not asked for.
    on_ranks : tuple of str
        Outputs whose ranks are what is explained.
    inputs : mapping
        Laws of the inputs that are changed, as they are told.
    alone : sequence or None
        What each change does by itself; None where it was not asked for.
    break_even : mapping
        By claim, the values of inputs at which its verdict turns: of a whole run.
    until : tuple of str
        How far a run came that was to go on until something is known.
    """

    draws: int
    replicates: int
    changes: int
    outputs: Mapping[str, Sequence[Cell]]
    claims: Mapping[str, Sequence[ClaimCell]]
    ranking: Mapping[str, Sequence[Ranked]] | None = None
    base_points: int = 0
    on_ranks: tuple[str, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    alone: Sequence[Effects] | None = None
    together: Effects | None = None
    break_even: Mapping[str, Any] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()
    until: tuple[str, ...] = ()
    quality: str = "preview"
    digest: str | None = None
    command: str | None = None
    timing: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it: numbers of nine digits, None for what is not known."""
        return {
            "quality": self.quality,
            "draws": self.draws,
            "replicates": self.replicates,
            "t": number(student_quantile(self.replicates)),
            "changes": self.changes,
            "outputs": {name: list(map(told_cell, own)) for name, own in self.outputs.items()},
            "claims": {name: list(map(told_claim, own)) for name, own in self.claims.items()},
            "ranking": self._ranking(),
            "inputs": dict(self.inputs),
            "changes_alone": None
            if self.alone is None
            else [{"effect": told_effects(own)} for own in self.alone],
            "together": None if self.together is None else told_effects(self.together),
            "break_even": dict(self.break_even),
            "until": list(self.until),
            "digest": self.digest,
            "command": self.command,
            "cautions": [
                {"kind": own.kind, "where": own.where, "text": own.text} for own in self.cautions
            ],
            "timing": {name: number(value) for name, value in self.timing.items()},
        }

    def _ranking(self) -> dict[str, Any] | None:
        if self.ranking is None:
            return None
        told: dict[str, Any] = {
            name: [
                {
                    "labels": dict(own.labels),
                    "inputs": list(own.inputs),
                    "ST": numbers(own.total),
                    "ST_error": numbers(own.total_error),
                    "S1": numbers(own.first),
                    "S1_error": numbers(own.first_error),
                    "varies": own.varies,
                }
                for own in cells
            ]
            for name, cells in self.ranking.items()
        }
        return told | {"base_points": self.base_points, "on_ranks": list(self.on_ranks)}


@np.errstate(invalid="ignore", over="ignore")  # of what is never, and of what is very large
def described(
    values: Array,
    labels: Labels,
    levels: Sequence[float],
    parts: Mapping[str, Array],
    *,
    meets: bool,
) -> Cell:
    """Return what the draws of a cell say.

    Parameters
    ----------
    values : array, shape (replicate, draw)
    parts : mapping of str to array
        Draws of what it is the sum of.
    meets : bool
        Whether every replicate meets individuals of its own.
    """
    held = HeldDraws(values)
    draws: Draws = AveragedDraws(held) if meets else held
    known = settling(draws)
    never = float(np.isposinf(values).mean())
    means = draws.means()
    error = float(standard_error(means)) if known.mean and not never else math.nan
    sd = float(draws.sd()) if known.sd and not never else math.nan
    probabilities = quantile_probabilities(levels)
    middle = int(np.searchsorted(probabilities, 0.5))
    errors = quantile_errors(draws, probabilities)
    known_errors = dict(zip(probabilities.tolist(), errors.tolist(), strict=True))
    return Cell(
        labels,
        float(means.mean()) if math.isfinite(error) else math.nan,
        error,
        sd,
        float(draws.quantiles(probabilities[[middle]])[0]),
        float(errors[middle]),
        draws.quantiles(PROBABILITIES),
        tuple(intervals_of(draws, levels, known_errors)),
        never,
        tuple(
            (name, float(own.mean()), float(standard_error(own.mean(axis=1))))
            for name, own in parts.items()
        ),
    )


def intervals_of(
    draws: Draws, levels: Sequence[float], errors: Mapping[float, float]
) -> list[Interval]:
    """Return intervals with equal tails, by the errors of their ends."""
    found = []
    for level in levels:
        ends = (1 - level) / 2, (1 + level) / 2
        low, high = draws.quantiles(np.array(ends)).tolist()
        found.append(Interval(level, low, high, *(errors[round(end, 9)] for end in ends)))
    return found


def paired(now: Array, before: Array, cell: Cell) -> Paired:
    """Return what a cell was before, from draws of now and before at the same points.

    Parameters
    ----------
    cell : Cell
        What those of before say.
    """
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        apart = now - before
        each, share = apart.mean(axis=1), (now < before).mean(axis=1)
        ratio = float(now.mean() / before.mean())
        known = math.isfinite(cell.mean)
        return Paired(
            cell.mean,
            cell.mean_error,
            cell.quantiles,
            cell.intervals,
            float(each.mean()) if known else math.nan,
            float(standard_error(each)) if known else math.nan,
            ratio if known else math.nan,
            float(share.mean()),
            float(share_error(share, now.shape[1])),
            float((now > before).mean()),
        )


def effect(now: Array, before: Array, labels: Labels) -> Effect:
    """Return what changes do to the mean of a cell, draw by draw."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        each = (now - before).mean(axis=1)
        ratio = float(now.mean() / before.mean())
        return Effect(labels, float(each.mean()), float(standard_error(each)), ratio)


def ranked(table: Explained, row: int, labels: Labels) -> Ranked:
    """Return the indices of one cell of an output from those of all of them."""
    place = table.values["rank"][row]
    order = np.argsort(np.where(place > 0, place, len(place) + 1), kind="stable")
    total, first = table.values["ST"][row][order], table.values["S1"][row][order]
    errors = [table.values[f"{key}_error"][row][order] for key in ("ST", "S1")]
    names = tuple(table.inputs[k] for k in order)
    return Ranked(labels, names, total, errors[0], first, errors[1], bool(place.any()))


def labels_of(dims: Mapping[str, Iterable[Label]]) -> list[dict[str, Label]]:
    """Return the labels of all cells over some dims, row-major."""
    return [dict(zip(dims, own, strict=True)) for own in itertools.product(*dims.values())]
