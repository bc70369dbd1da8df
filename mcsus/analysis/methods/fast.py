"""Fourier amplitudes along curves through the unit cube: FAST.

A. Saltelli, S. Tarantola and K. P.-S. Chan (1999), doi:10.1080/00401706.1999.10485594. One curve
for each input, along which it swings fast and all others slowly; every input has a phase of its own
in every curve and replicate. So a harmonic of the fast input means the same in all replicates and
what others add to it does not: products of two replicates have no bias, and no harmonic is too fast
for the points of a curve. What slow waves leave is no total order: fast harmonics of other inputs
are in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, PointValues, Pooled, WantsPoints, register
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.shares import Parts
from mcsus.analysis.shares_of_classes import Products, told
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_HARMONICS = 48
_TURN = 67  # points of two turns of the fast input: harmonics come back as others half way between
_LEAST = 2048  # points of a curve, about
_DRAWS = 2  # base points of a replicate for one point of a curve
_SLOWER = 8  # times: all other inputs
_INSIDE = 2.0**-40  # of the ends of the cube, which a curve may touch


@register
class Fast(MethodOfShares):
    """What the harmonics of the input that swings fast say, over the variance."""

    name = "fast"
    title = "FAST"
    words = (
        "the share of the variance that would go if an input were known, by waves along curves, "
        "and what waves that are too fast let expect"
    )
    arrays = (Entry("S1", ("input",), "1", "first-order index", has_error=True),)
    is_for_independent = True

    def wants(self, asked: Asked) -> WantsPoints:
        """Return the points of a curve for each input."""
        fastest = _fastest(max(_LEAST, asked.draws // _DRAWS))

        def points(owner: Integers, random: np.random.Generator) -> Array:
            return curves(owner, fastest, random)

        return WantsPoints(points, lambda inputs: _points(fastest) * inputs, is_single=True)

    def estimate(self, data: PointValues) -> Parts:
        """Return the harmonics of each input in one replicate."""
        inputs = len(data.seen)
        curve = data.points.reshape(inputs, -1, len(data.owner))
        own = np.array([curve[k, :, column] for k, column in enumerate(data.seen)])
        mean = float(data.output.mean())
        waves = harmonics(own, data.output.reshape(inputs, -1) - mean)
        found = Parts(mean, float(data.output.var()), 0.0, {"waves": waves}, {}).checked()
        return found if (data.seen >= 0).all() else found._replace(mean=0.0).still()

    def of_inputs(self, estimates: Parts, places: Sequence[int]) -> Parts:
        """Return the harmonics of some inputs alone."""
        return estimates._replace(amounts={"waves": estimates.amounts["waves"][list(places)]})

    def pool(self, replicates: Sequence[Parts]) -> Pooled:
        """Return the indices, from harmonics of different replicates."""
        means = np.array([own.mean for own in replicates])
        variances = np.array([own.variance for own in replicates]) + (means - means.mean()) ** 2
        waves = np.array([own.amounts["waves"] for own in replicates])
        if not variances.any():
            nothing = np.full(waves.shape[1], np.nan)
            return Pooled({"S1": nothing, "S1_error": nothing})
        orders = np.arange(1, _HARMONICS + 1)
        products = [
            Products.of_waves(own, orders, float(variances.mean())) for own in waves.swapaxes(0, 1)
        ]
        (shares, errors), doubt = told(products, variances)
        return Pooled({"S1": shares, "S1_error": errors}, doubt)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by first order."""
        return means["S1"]


def harmonics(places: Array, values: Array) -> Array:
    """Return the means of values times each harmonic of the fast input, shape (input, harmonic).

    Half a turn of it takes an input from one end of its ranks to the other, so that its harmonics
    are cosines of these.

    Parameters
    ----------
    places : array, shape (input, point)
        Ranks of each input along its own curve, from 0 to 1.
    values : array, shape (input, point)
    """
    step = np.cos(np.pi * places)
    before, wave = np.ones_like(step), step
    found = np.empty((len(places), _HARMONICS))
    for k in range(_HARMONICS):
        found[:, k] = np.einsum("ij,ij->i", wave, values)
        before, wave = wave, 2 * step * wave - before
    return np.asarray(np.sqrt(2) / values.shape[1] * found)


def curves(owner: Integers, fastest: int, random: np.random.Generator) -> Array:
    """Return the points of one curve for each input, in the order of its frequencies.

    Parameters
    ----------
    owner : array of int, shape (column,)
        Input of each column; all columns of an input swing fast, each with a phase of its own.
    fastest : int
        Frequency of the input to which a curve belongs.

    Returns
    -------
    array, shape (input and point, column)
        Inside the unit cube.
    """
    inputs, count = int(owner.max()) + 1, _points(fastest)
    steps = np.arange(count) / count
    points = np.empty((inputs, count, len(owner)))
    for k in range(inputs):
        slow = _slow(int((owner != k).sum()), fastest // _SLOWER)
        speeds = np.full(len(owner), fastest)
        speeds[owner != k] = random.permutation(slow)
        phases = random.random(len(owner))
        turns = np.outer(steps, speeds)
        turns += phases + 0.25
        turns -= np.rint(turns)
        np.abs(turns, out=turns)  # as the arc sine of a sine
        np.clip(2 * turns, _INSIDE, 1 - _INSIDE, out=points[k])
    return points.reshape(-1, len(owner))


def _slow(count: int, most: int) -> Integers:
    """Return frequencies up to one of them, as far apart as that many can be."""
    if most < count:
        return np.asarray(np.arange(count) % most + 1)
    return np.rint(np.linspace(1, most, count)).astype(int)


def _points(fastest: int) -> int:
    return _TURN * fastest // 2


def _fastest(count: int) -> int:
    """Return the frequency of the fast input: a prime, which few harmonics of slow ones meet."""
    most = 2 * count // _TURN
    return next(n for n in range(most, 1, -1) if all(n % k for k in range(2, isqrt(n) + 1)))
