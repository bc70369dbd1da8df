"""Bounds of total-order indices by derivatives: an input with a small one can be forgotten.

The mean square derivative along an input bounds its part of the variance: I. M. Sobol' and
S. Kucherenko (2009), doi:10.1016/j.matcom.2009.01.023. It is taken along the normal score of an
input, where its mean square is the bound itself, by the inequality of Poincare for the normal law
(O. Roustant, F. Barthe and B. Iooss (2017), doi:10.1214/17-EJS1310). In the unit cube, where it is
pi^2 of the bound, it is infinite for every law whose density falls to 0 at an end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, PointValues, Pooled, WantsPoints, register
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.replication import student_quantile
from mcsus.analysis.shares import Parts, Shares, unsettled
from mcsus.declared.items import count
from mcsus.families import special
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_STEP = 2.0**-13  # of a normal score: rounding and bends are both below a thousandth
_FARTHEST = 8.0  # normal score; a probability beyond may be 1
_LEAST = 64  # places of a replicate
_DRAWS = 16  # base points of a replicate for one place
_SURE = 0.99865  # that a bound is below what it bounds, where it is said


@register
class Dgsm(MethodOfShares):
    """Bounds by derivatives, and what they bound."""

    name = "dgsm"
    title = "Bounds by derivatives"
    words = (
        "what an input can have at most of the variance, alone and with others, by how steeply the "
        "output rises or falls with it"
    )
    arrays = (
        Entry("bound", ("input",), "1", "upper bound of the total-order index", has_error=True),
        Entry("ST", ("input",), "1", "total-order index at the same places", has_error=True),
    )
    options: ClassVar = {
        "places": count(
            "places in each replicate at which derivatives are taken; by default one for "
            f"{_DRAWS} base points, {_LEAST} at least",
            2,
        )
    }
    is_for_independent = True

    def wants(self, asked: Asked) -> WantsPoints:
        """Return a short step along each input from each place, and the input drawn again."""
        places = asked.options["places"] or max(_LEAST, asked.draws // _DRAWS)

        def points(owner: Integers, random: np.random.Generator) -> Array:
            return with_steps(owner, places, random)

        return WantsPoints(points, lambda inputs: places * (1 + 2 * inputs))

    def estimate(self, data: PointValues) -> Parts:
        """Return the parts of the variance in one replicate."""
        inputs = int(data.owner.max()) + 1
        values = data.output.reshape(-1, 1 + 2 * inputs).T
        base, stepped, again = values[0], values[1 : 1 + inputs], values[1 + inputs :]
        drawn = np.concatenate([base[np.newaxis], again])
        squares = (((stepped - base) / _STEP) ** 2).mean(axis=1)
        amounts = {"bound": squares, "ST": 0.5 * ((again - base) ** 2).mean(axis=1)}
        return Parts(float(drawn.mean()), float(drawn.var()), 0.0, amounts, {}).checked()

    def pool(self, replicates: Sequence[Parts]) -> Pooled:
        """Return bounds from all replicates; none where the output jumps as an input moves."""
        values, doubt = super().pool(replicates)
        off = values["ST"] - values["bound"]
        known = np.hypot(values["ST_error"], values["bound_error"])
        known = student_quantile(len(replicates), _SURE) * known
        jumps = off > np.where(np.isfinite(known), known, values["bound"])
        for key in ("bound", "bound_error"):
            values[key] = np.where(jumps, np.nan, values[key])
        return Pooled(values, doubt)

    def doubt(self, shares: Shares) -> str:
        """Say why the indices are not known, if so: a bound, which may be large, need not be."""
        return unsettled(shares._replace(errors={"ST": shares.errors["ST"]}))

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by the bound, or by the index where it has none."""
        return np.fmax(means["bound"], means["ST"])


def with_steps(owner: Integers, places: int, random: np.random.Generator) -> Array:
    """Return points: each place, then with a short step of each input, then with each drawn again.

    The columns of an input go up or down at random, so that the mean square of a change is that
    along each of them, added up.

    Returns
    -------
    array, shape (place and evaluation, column)
        Inside the unit cube.
    """
    inputs = int(owner.max()) + 1
    base, new = np.clip(random.standard_normal((2, places, 1, len(owner))), -_FARTHEST, _FARTHEST)
    steps = _STEP * random.choice([-1.0, 1.0], (places, 1, len(owner)))
    own = owner == np.arange(inputs)[:, np.newaxis]
    scores = [base, np.where(own, base + steps, base), np.where(own, new, base)]
    cube = special.ndtr(np.concatenate(scores, axis=1))
    return np.asarray(cube.reshape(-1, len(owner)))
