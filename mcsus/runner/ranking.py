"""How many base points settle which inputs come first: rounds of one analysis.

As for a precision (`mcsus.runner.stopping`), each look fixes how many points there are at the next
one: as many as the differences of inputs and their errors ask for, up to eight times as many. A
difference is known no better than its error, so that a rule that asks for .95 at each of several
looks would be wrong more often than in 5 % of runs. The first look may be wrong in half of that,
the second in a quarter, and so on, so that all of them together are no more.

More points tell more than as many more replicates, as Sobol' points gain more than the square root.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from mcsus.analysis.base import methods
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.settled import Compared
from mcsus.counting.tally import MOST_DRAWS
from mcsus.errors import Fault, InputError, RefusedError
from mcsus.model import Model
from mcsus.result.wording import label_text, probability
from mcsus.runner.analyses import Analyses, Made
from mcsus.runner.applying import analysed_by
from mcsus.runner.checkpoint import Checkpoint, like
from mcsus.runner.goals import RANKING, places_asked
from mcsus.runner.group_sums import owners
from mcsus.runner.sampling import OutOfTimeError
from mcsus.runner.settings import Limits
from mcsus.study import Study
from mcsus.study.grids import labelled
from mcsus.study.options import MAX_SALIB_DRAWS
from mcsus.vocabulary import Progress

_WRONG = 0.05  # of runs in which the order may be wrong
_ALIKE = 0.001  # of a variance: what two inputs differ by whose order nobody needs
_MORE = 8  # times the points of a look: those of the next one at most
_PLAN = "ranking"
_RANKING = ("sobol", "shapley", "kucherenko")
"""Methods that rank by the variance of an output, and tell how well the order is known."""


@dataclass(frozen=True)
class Goal:
    """What is to be settled, and how far a run may go for it.

    Parameters
    ----------
    places : int
        Inputs at the head of a ranking.
    outputs : tuple of str
        Of which outputs.
    most : int
        Base points of a replicate.
    is_late : callable
        Tells whether the time given is over.
    """

    places: int
    outputs: tuple[str, ...]
    most: int
    is_late: Callable[[], bool]


class Look(NamedTuple):
    """The ranking that is known least after a number of base points.

    Parameters
    ----------
    where : str
        The output, with labels.
    inputs : sequence of str
        Of its analysis.
    points : int
        Base points of a replicate, which may be fewer than asked for.
    """

    where: str
    inputs: Sequence[str]
    points: int
    compared: Compared

    def words(self) -> str:
        """Return which pair is open, and how likely it is right."""
        one, other, chance = self.compared.open()
        return f"{self.inputs[one]} before {self.inputs[other]} ({probability(chance, 2)})"


class Settled(NamedTuple):
    """How the rounds of a ranking ended.

    Parameters
    ----------
    draws : int
        Base points of a replicate.
    made : dict of str to Made
        What the method that ranks says after these.
    told : dict
        What the result tells of it.
    why : str
        Why the ranking is not settled; empty where it is.
    """

    draws: int
    made: dict[str, Made]
    told: dict[str, Any]
    why: str = ""


def ranking_method(study: Study, model: Model) -> MethodOfShares:
    """Return the method whose ranking is looked at.

    Raises
    ------
    InputError
    """
    used = analysed_by(study, model) if study.sensitivity.outputs else ()
    for name in _RANKING:
        method = methods()[name]
        if name in used and isinstance(method, MethodOfShares):
            return method
    found = "analyses that do not tell how well an order is known"
    found = f"{RANKING}, and {found if used else 'no analysis of which inputs matter'}"
    raise InputError(Fault(found, f"methods among {', '.join(_RANKING)}", ("--until",)))


def goal_of(study: Study, limits: Limits, deadline: float) -> Goal | None:
    """Return the ranking that a run is to go on until; None where it is not asked for one.

    Parameters
    ----------
    deadline : float
        By `time.monotonic`.
    """
    places = places_asked(limits.until)
    if places is None:
        return None
    asked, most = study.sensitivity, limits.max_draws or MOST_DRAWS
    holds_all = asked.options.get("estimator") == "salib"
    most = min(most, MAX_SALIB_DRAWS) if holds_all else most
    return Goal(
        places,
        limits.until_outputs or asked.outputs,
        1 << most.bit_length() - 1,
        lambda: time.monotonic() > deadline,
    )


def settle(
    analyses: Analyses, goal: Goal, progress: Progress | None, checkpoint: Checkpoint
) -> Settled:
    """Make the analysis that ranks at more and more base points, until its order is settled.

    Raises
    ------
    RefusedError
        If the first look does not fit in memory.
    """
    method = ranking_method(analyses.study, analyses.model)
    draws, number = min(analyses.study.sensitivity.draws, goal.most), 1
    if (plan := checkpoint.load(_PLAN)) is not None:
        with checkpoint.understood(_PLAN):
            draws, number = (int(like(plan, key, np.int64, ())) for key in ("draws", "look"))
    told, last, doing = progress, None, "sensitivity"
    while True:
        try:
            made = analyses.with_draws(draws).by(method.name, told, doing)
        except (OutOfTimeError, RefusedError) as error:
            if last is None:
                raise
            return last.ended("out of time" if isinstance(error, OutOfTimeError) else "limit")
        last = _Round(
            goal, method.name, draws, number, made, list(_looks(method, made, analyses, goal))
        )
        if not last.open():
            return last.ended("")
        if last.is_alike():
            return last.ended("alike")
        if draws >= goal.most or last.is_held_back():
            return last.ended("limit")
        draws, number = last.planned(), number + 1
        checkpoint.save(_PLAN, {"draws": np.array(draws), "look": np.array(number)})
        told, doing = _timed(progress, goal.is_late), last.least().words()


@dataclass(frozen=True)
class _Round:
    """The rankings after a number of base points."""

    goal: Goal
    method: str
    draws: int
    number: int
    made: Made
    looks: Sequence[Look]

    def open(self) -> list[Look]:
        """Return those that are not as sure as this round asks for."""
        return [own for own in self.looks if own.compared.in_order() < _asked(self.number)]

    def least(self) -> Look:
        """Return the ranking that is known least."""
        return min(self.looks, key=lambda own: own.compared.in_order())

    def is_alike(self) -> bool:
        """Tell whether all that is open are inputs that matter as much as each other."""
        asked = _asked(self.number)
        return all(own.compared.but_for(_ALIKE).in_order() >= asked for own in self.open())

    def is_held_back(self) -> bool:
        """Tell whether more points than there are do not fit in memory."""
        return any(own.points < self.draws for own in self.open())

    def wanted(self) -> int:
        """Return how many base points are to settle it, about; at most one more than can be."""
        asked, most = _asked(self.number + 1), MOST_DRAWS + 1
        times = max((own.compared.times(asked) for own in self.open()), default=1.0)
        if times >= most / self.draws:
            return most
        return min(self.draws << max(1, math.ceil(math.log2(times))), most)

    def planned(self) -> int:
        """Return how many base points the next look has: no difference of chance decides it."""
        return min(self.wanted(), _MORE * self.draws, self.goal.most)

    def ended(self, why: str) -> Settled:
        """Return how the rounds ended."""
        least = self.least() if self.looks else None
        told: dict[str, Any] = {
            "ranking": min(self.goal.places, max((len(k.inputs) for k in self.looks), default=1)),
            "reached": not why,
            "draws": self.draws,
            "looks": self.number,
            "asked": _asked(self.number),
            "in_order": least.compared.in_order() if least else 1.0,
        }
        if least:
            told["least_settled"] = least.where
        if least and why:
            one, other, chance = least.compared.open()
            told["open"] = {
                "first": least.inputs[one], "then": least.inputs[other], "probability": chance,
            }  # fmt: skip
        if why == "limit":
            told["wanted_draws"] = self.wanted()
        return Settled(self.draws, {self.method: self.made}, {"until": told}, why)


def _asked(number: int) -> float:
    """Return how probably all are in order at a look for it to be the last, by its number from 1.

    Examples
    --------
    >>> _asked(1), _asked(2)
    (0.975, 0.9875)
    """
    return 1 - float(_WRONG / 2**number)


def _looks(method: MethodOfShares, made: Made, analyses: Analyses, goal: Goal) -> Iterator[Look]:
    """Yield the ranking of each cell of the outputs, by the grouping of the study."""
    for outputs, run, replicates in made.replicates:
        of = owners(analyses.kernel, outputs)
        for (mark, row), inputs in run.inputs.items():
            if mark or of[row] not in goal.outputs:
                continue
            dims = analyses.model.dims_of[of[row]]
            labels = list(labelled(dims, analyses.study.dims))[row - of.index(of[row])]
            compared = method.compared([own[mark, row] for own in replicates], goal.places)
            if len(compared.one):
                yield Look(label_text(of[row], labels), inputs, run.run.design.draws, compared)


def _timed(progress: Progress | None, is_late: Callable[[], bool]) -> Progress:
    """Return what is told of progress, and stops where the time is over."""

    def tell(doing: str, done: int, total: int) -> None:
        if progress is not None:
            progress(doing, done, total)
        if is_late():
            raise OutOfTimeError

    return tell
