"""Shares of a variance: ratios of sums over all replicates, with errors from leaving one out.

A mean of ratios has a bias that all replicates share and that more of them do not take away; a
ratio of pooled sums has it once, of the order of one over all points. What is left out in turn is
a whole replicate, so that the error is as honest for scrambled Sobol' points as that of a mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import skewed_error
from mcsus.errors import NotFiniteError

Array = NDArray[np.float64]

_SHARE_ERROR = 0.1  # standard errors above which shares are not settled
_VARIANCE_ERROR = 0.05  # of the variance, as a share of it
_MORE_DRAWS = "more draws settle them, unless a few extreme values hold most of the variance"

_TOO_LARGE = "an output is so large that its square is not finite, in its Sobol' indices"


_NUMBERS, _TABLES = ("mean", "variance", "centre", "events"), ("amounts", "slopes")


class Parts(NamedTuple):
    """Of one replicate, what the shares of all are made of.

    Parameters
    ----------
    mean, variance : float
        Of the values whose variance is shared out.
    centre : float
        What was taken from every value before the amounts were added up.
    amounts : mapping of str to array
        Parts of the variance, by the name of their share.
    slopes : mapping of str to array
        How an amount falls when the centre rises; none where it does not.
    events : float
        Draws, where each says 1 or 0, as of a claim; 0 where values differ otherwise.
    """

    mean: float
    variance: float
    centre: float
    amounts: Mapping[str, Array]
    slopes: Mapping[str, Array]
    events: float = 0.0

    def to_arrays(self) -> dict[str, Array]:
        """Return all numbers as arrays by name."""
        numbers = {key: np.array(getattr(self, key)) for key in _NUMBERS}
        tables = {key: getattr(self, key) for key in _TABLES}
        return numbers | {f"{k}.{name}": a for k, own in tables.items() for name, a in own.items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Parts:
        """Return the parts whose `to_arrays` these are."""
        mean, variance, centre, events = (float(arrays[key]) for key in _NUMBERS)
        tables: dict[str, dict[str, Array]] = {key: {} for key in _TABLES}
        for name, array in arrays.items():
            if name not in _NUMBERS:
                table, _, key = name.partition(".")
                tables[table][key] = array
        return cls(mean, variance, centre, tables["amounts"], tables["slopes"], events)

    def checked(self) -> Parts:
        """Return them, if they are finite.

        Raises
        ------
        NotFiniteError
        """
        if not np.isfinite(self.variance):
            raise NotFiniteError(_TOO_LARGE)
        return self

    def controlled(self, control: Parts, exact: Parts) -> Parts:
        """Return them less what a control says at the same points, plus what it has exactly."""
        off = control.centre - self.centre
        amounts, slopes = {}, {}
        for name, amount in self.amounts.items():
            slope = control.slopes.get(name, 0.0)
            moved = control.amounts[name] + off * slope
            amounts[name] = amount - moved + exact.amounts[name]
            slopes[name] = self.slopes.get(name, 0.0) - slope + 0 * amount
        mine, its = self.mean - exact.mean, control.mean - exact.mean
        mean = mine - its
        squares = self.variance + mine**2 - (control.variance + its**2) + exact.variance
        return Parts(exact.mean + mean, squares - mean**2, self.centre, amounts, slopes)

    def still(self) -> Parts:
        """Return them for values of which only rounding varies."""
        nothing = {key: 0 * amount for key, amount in self.amounts.items()}
        return self._replace(variance=0.0, amounts=nothing, slopes={})

    @property
    def is_still(self) -> bool:
        """Whether the values do not vary."""
        changes = any(np.nan_to_num(amount).any() for amount in self.amounts.values())
        return self.variance == 0 and not changes


class Shares(NamedTuple):
    """Shares of a variance over all replicates, with their standard errors.

    Parameters
    ----------
    variance_error : float
        Of the variance, as a share of it.
    each : dict of str to array, shape (replicate, ...)
        Shares without each replicate.
    """

    values: dict[str, Array]
    errors: dict[str, Array]
    variance_error: float
    each: dict[str, Array]


def pooled_shares(replicates: Sequence[Parts]) -> Shares:
    """Return shares as ratios of sums over replicates, centred on the mean of all.

    Errors are those of the jackknife, wider where the replicates are lopsided; NaN for one
    replicate, which says nothing of its error.
    Where no replicate varies there are no shares: they are NaN.
    """
    means, variances, centres = (
        np.array([getattr(own, key) for own in replicates])
        for key in ("mean", "variance", "centre")
    )
    means, centres = means - means.mean(), centres - centres.mean()
    if not variances.any():
        means = np.full_like(means, np.nan)
    with np.errstate(all="ignore"):  # a variance that one replicate alone has, left out
        variance = _left_out(variances + means**2) - _left_out(means) ** 2
        values, errors, each = {}, {}, {}
        for name in replicates[0].amounts:
            amounts = np.array([own.amounts[name] for own in replicates])
            slopes = np.array([own.slopes.get(name, 0 * own.amounts[name]) for own in replicates])
            at = centres.reshape(-1, *[1] * (amounts.ndim - 1))
            moved = _left_out(amounts + at * slopes) - _left_out(at) * _left_out(slopes)
            shares = moved / variance.reshape(-1, *[1] * (amounts.ndim - 1))
            values[name], each[name] = shares[0], shares[1:]
            errors[name] = lopsided_error(each[name])
        spread = jackknife_error(variance[1:]) / variance[0]
        if events := sum(own.events for own in replicates):
            chance = _by_chance(values["ST"] * variance[0], events, len(replicates))
            errors["ST"] = np.hypot(errors["ST"], chance / variance[0])
    return Shares(values, errors, float(spread), each)


def _by_chance(amounts: Array, draws: float, replicates: int) -> Array:
    """Return the error of half the share of pairs that differ which few replicates may not show.

    Stratified points of a few classes come to one of two counts, and with the chance of 1 in 2^n
    all of n replicates come to the lower one, and agree on it: then it is that of independent
    draws.
    """
    share = np.clip(2 * amounts, 0.0, 1.0)
    return np.asarray(np.sqrt(share * (1 - share) / draws * 0.5**replicates) / 2)


def unsettled(shares: Shares) -> str:
    """Say why shares are not known, if so; empty where there are none, or no errors."""
    known = all(np.isfinite(shares.values[key]).all() for key in shares.errors)
    if not known or np.isnan(shares.variance_error):
        return ""
    largest = max(float(np.max(error, initial=0.0)) for error in shares.errors.values())
    if np.isnan(largest):
        return f"the values vary in one replicate alone; {_MORE_DRAWS}"
    if not largest <= _SHARE_ERROR:
        return f"an index is known to +- {largest:.2g}, one standard error; {_MORE_DRAWS}"
    return "" if shares.variance_error <= _VARIANCE_ERROR else of_variance(shares.variance_error)


def of_variance(error: float) -> str:
    """Say that a variance is known to no more than this share of it, and what helps."""
    return f"the variance is known to {error:.2g} of itself, one standard error; {_MORE_DRAWS}"


def jackknife_error(estimates: Array) -> Array:
    """Return the standard error of an estimate from those that leave one replicate out.

    Parameters
    ----------
    estimates : array, shape (replicate, ...)
    """
    count = len(estimates)
    if count < 2:
        return np.full(estimates.shape[1:], np.nan)
    apart = estimates - estimates.mean(axis=0)
    return np.asarray(np.sqrt((count - 1) / count * (apart**2).sum(axis=0)))


def lopsided_error(estimates: Array) -> Array:
    """Return the error of an estimate whose replicates may be lopsided, from those without one.

    Where few extreme draws decide, what one replicate more or less does is skewed: `skewed_error`.

    Parameters
    ----------
    estimates : array, shape (replicate, ...)
    """
    return skewed_error(-(len(estimates) - 1) * estimates)


def _left_out(values: Array) -> Array:
    """Return the mean over replicates, then those that leave one out."""
    total, count = values.sum(axis=0, keepdims=True), len(values)
    if count < 2:
        return np.concatenate([total, np.full_like(values, np.nan)])
    return np.concatenate([total / count, (total - values) / (count - 1)])
