"""Elementary effects: how much an output moves when one input does, on average and how evenly.

The measures are those of M. D. Morris (1991), doi:10.1080/00401706.1991.10484804, and
F. Campolongo, J. Cariboni and A. Saltelli (2007), doi:10.1016/j.envsoft.2006.10.004. Each start has
one step of each input from the same place, after F. Campolongo, A. Saltelli and J. Cariboni (2011),
doi:10.1016/j.cpc.2010.12.039. Steps differ in length and places are any inside the unit cube:
levels of a grid, as SALib's, put an unbounded input at infinity where they end, and an input to
whose steps a wave of the output fits seems to have no effect. An effect is a change over a step in
probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, Method, PointValues, Pooled, WantsPoints, register
from mcsus.declared.items import count
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_SHORTEST, _LONGEST = 0.1, 0.9  # steps, of the range
_ENDS = 0.005  # probability outside the range, at each end: few effects there would decide
_LEAST = 64  # starts of a replicate
_DRAWS = 16  # base points of a replicate for one start


@register
class Morris(Method):
    """Mean, mean absolute value and spread of elementary effects."""

    name = "morris"
    title = "Elementary effects"
    words = (
        "how much an output moves, and how unevenly, as an input alone rises through its range; "
        "for few runs"
    )
    arrays = (
        Entry("mu_star", ("input",), "{unit}", "mean absolute elementary effect", has_error=True),
        Entry("mu", ("input",), "{unit}", "mean elementary effect", has_error=True),
        Entry("sigma", ("input",), "{unit}", "spread of elementary effects", has_error=True),
    )
    options: ClassVar = {
        "starts": count(
            "places in each replicate from which elementary effects take a step of each input; "
            f"by default one for {_DRAWS} base points, {_LEAST} at least",
            2,
        )
    }
    is_for_independent = True

    def wants(self, asked: Asked) -> WantsPoints:
        """Return a step of each input from each start."""
        starts = asked.options["starts"] or max(_LEAST, asked.draws // _DRAWS)

        def points(owner: Integers, random: np.random.Generator) -> Array:
            return radial(owner, starts, random)

        return WantsPoints(points, lambda inputs: starts * (1 + inputs))

    def estimate(self, data: PointValues) -> dict[str, Array]:
        """Return the moments of the effects of one replicate."""
        effects = elementary_effects(data)
        return {
            "mu": effects.mean(axis=0),
            "mu_star": np.abs(effects).mean(axis=0),
            "sigma": effects.std(axis=0, ddof=1),
        }

    def pool(self, replicates: Sequence[Mapping[str, Array]]) -> Pooled:
        """Return means over the replicates; the spread from their mean square."""
        from mcsus.analysis.replication import skewed_error, student_quantile  # noqa: PLC0415

        told = [own for own in replicates if not self.is_still(own)] or replicates[:1]
        values: dict[str, Array] = {}
        for key in ("mu_star", "mu"):
            each = np.array([own[key] for own in told])
            values |= {key: each.mean(axis=0), f"{key}_error": skewed_error(each)}
        squares = np.array([own["sigma"] ** 2 for own in told])
        bound, sigma = student_quantile(len(told)), np.sqrt(squares.mean(axis=0))
        off = bound * skewed_error(squares)
        ends = np.sqrt(np.maximum(sigma**2 - off, 0.0)), np.sqrt(sigma**2 + off)
        farther = np.maximum(sigma - ends[0], ends[1] - sigma)
        return Pooled(values | {"sigma": sigma, "sigma_error": farther / bound})

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by the mean absolute effect."""
        return means["mu_star"]


def radial(owner: Integers, starts: int, random: np.random.Generator) -> Array:
    """Return points: each start, then the start with each input in turn moved by a step.

    The columns of an input all rise, or all fall, by one step. A step is as likely as there is
    room for it, so that starts lie evenly.

    Parameters
    ----------
    owner : array of int, shape (column,)
        Input that each column belongs to.

    Returns
    -------
    array, shape (start and evaluation, column)
        Inside the unit cube.
    """
    inputs = int(owner.max()) + 1
    shortened = random.uniform((1 - _LONGEST) ** 2, (1 - _SHORTEST) ** 2, (starts, inputs))
    steps = (1 - np.sqrt(shortened))[:, owner]
    rises = (random.random((starts, inputs)) < 0.5)[:, owner]
    low = (1 - steps) * random.random(steps.shape)
    start = np.where(rises, low, low + steps)[:, np.newaxis]
    moved = np.where(rises, low + steps, low)[:, np.newaxis]
    own = owner == np.arange(-1, inputs)[:, np.newaxis]
    places = np.where(own, moved, start).reshape(-1, len(owner))
    return _ENDS + (1 - 2 * _ENDS) * places


def elementary_effects(data: PointValues) -> Array:
    """Return the effects at the points of `radial`: changes over steps, shape (start, input)."""
    inputs = int(data.owner.max()) + 1
    points = data.points.reshape(-1, inputs + 1, len(data.owner))
    values = data.output.reshape(-1, inputs + 1)
    _, first = np.unique(data.owner, return_index=True)  # a column of each input
    each = np.arange(inputs)
    steps = points[:, each + 1, first] - points[:, 0, first]
    return np.asarray((values[:, 1:] - values[:, :1]) / steps)
