"""Fourier amplitudes along curves through the unit cube: FAST, by SALib's estimator.

A. Saltelli, S. Tarantola and K. P.-S. Chan (1999), doi:10.1080/00401706.1999.10485594. One curve
for each input, along which it swings fast and all others slowly; every input has a phase of its own
in every curve and replicate. The error is that between replicates: SALib's bootstrap of pieces of a
curve is not honest, as it says itself. What slow waves leave is no total order: fast harmonics of
other inputs are in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, PointValues, Pooled, WantsPoints, register
from mcsus.analysis.of_shares import MethodOfShares
from mcsus.analysis.shares import Parts
from mcsus.result.arrays import Entry

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_HARMONICS = 4
_LEFT = 0.05, 0.25  # of what is told: what harmonics that are left out have, at least and at most
_NOTHING = 1e-4  # of a variance: a sum of powers is never below 0, also of what does nothing
_FEWER, _LAST = 2, "last"  # harmonics, and the name of what those beyond add
_LEAST = 1024  # points of a curve
_DRAWS = 4  # base points of a replicate for one point of a curve
_INSIDE = 2.0**-40  # of the ends of the cube, which a curve may touch


@register
class Fast(MethodOfShares):
    """What the harmonics of the input that swings fast say, over the variance."""

    name = "fast"
    title = "FAST"
    words = (
        "the share of the variance that would go if an input were known, as far as four harmonics "
        "tell it, by waves along curves"
    )
    arrays = (
        Entry("S1", ("input",), "1", "first-order index in four harmonics", has_error=True),
        Entry("beside", ("input",), "1", "share that as many frequencies beside these have"),
    )
    is_for_independent = True
    is_for_single = True

    def wants(self, asked: Asked) -> WantsPoints:
        """Return the points of a curve for each input."""
        count = max(_LEAST, asked.draws // _DRAWS) + 1

        def points(owner: Integers, random: np.random.Generator) -> Array:
            return curves(owner, count, random)

        return WantsPoints(points, lambda inputs: count * inputs)

    def estimate(self, data: PointValues) -> Parts:
        """Return the parts of the variance in one replicate."""
        from SALib.analyze import fast  # noqa: PLC0415 - 1 s to import

        values = data.output.reshape(int(data.owner.max()) + 1, -1)
        count = values.shape[1]
        mean, variances = float(values.mean()), values.var(axis=1)
        shares = [
            [fast.compute_orders(own - mean, count, few, _fastest(count))[0] if spread else 0
             for own, spread in zip(values, variances, strict=True)]
            for few in (_HARMONICS, _FEWER)
        ]  # fmt: skip
        first, fewer = np.array(shares) * variances
        beside = [_beside(own - mean) for own in values]
        amounts = {"S1": first, _LAST: first - fewer, "beside": np.array(beside)}
        return Parts(mean, float(values.var()), 0.0, amounts, {}).checked()

    def pool(self, replicates: Sequence[Parts]) -> Pooled:
        """Return the indices; their errors have what frequencies beside would add to them.

        And what harmonics that are left out may have: as much as the last ones that are taken, up
        to a quarter, and a twentieth of what is told at least, as a wave with a corner leaves.
        """
        values, doubt = super().pool(replicates)
        values.pop("beside_error")
        values.pop(f"{_LAST}_error")
        told = np.maximum(values["S1"], 0.0)
        left = np.clip(values.pop(_LAST), _LEFT[0] * told, _LEFT[1] * told)
        parts = values["S1_error"], values["beside"], left, np.full(told.shape, _NOTHING)
        values["S1_error"] = np.sqrt(np.square(parts).sum(axis=0))
        return Pooled(values, doubt)

    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Rank by first order."""
        return means["S1"]


def curves(owner: Integers, count: int, random: np.random.Generator) -> Array:
    """Return the points of one curve for each input, in the order of its frequencies.

    Parameters
    ----------
    owner : array of int, shape (column,)
        Input of each column: one column for each.
    count : int
        Points of a curve, an odd number.

    Returns
    -------
    array, shape (input and point, column)
        Inside the unit cube.
    """
    inputs, fastest = len(owner), _fastest(count)
    most = fastest // (2 * _HARMONICS)
    slow = np.linspace(1, most, inputs - 1).astype(int)  # as SALib spreads them
    if most < inputs - 1:
        slow = np.arange(inputs - 1) % most + 1
    steps = 2 * np.pi * np.arange(count) / count
    points = np.empty((inputs, count, inputs))
    for k in range(inputs):
        speeds = np.empty(inputs)
        speeds[owner == k] = fastest
        speeds[owner != k] = random.permutation(slow)
        phases = 2 * np.pi * random.random(inputs)
        points[k] = 0.5 + np.arcsin(np.sin(np.outer(steps, speeds) + phases)) / np.pi
    return np.clip(points.reshape(-1, inputs), _INSIDE, 1 - _INSIDE)


def _beside(values: Array) -> float:
    """Return what as many frequencies as there are harmonics have, in the middle, of those near."""
    fastest = _fastest(len(values))
    powers = 2 * np.abs(np.fft.rfft(values) / len(values)) ** 2
    away = np.arange(1, fastest // 4 + 1)
    harmonics = fastest * np.arange(1, _HARMONICS + 1)[:, np.newaxis]
    near = np.concatenate([harmonics - away, harmonics + away])
    return _HARMONICS * float(np.median(powers[near[near < len(powers)]]))


def _fastest(count: int) -> int:
    """Return the frequency of the fast input: a prime, which few harmonics of slow ones meet."""
    most = (count - 1) // (2 * _HARMONICS)
    return next(n for n in range(most, 1, -1) if all(n % k for k in range(2, isqrt(n) + 1)))
