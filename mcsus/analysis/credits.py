"""Credits: how much of a reduction a rule credits, and how often less of it is real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.intervals import CURVE, quantile_errors
from mcsus.analysis.moments import settling
from mcsus.analysis.replication import share_error, standard_error
from mcsus.analysis.rules import Rule, half_width, relative
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.model import EXACT, Rounding

Array = NDArray[np.float64]


class Issued(NamedTuple):
    """An amount that was credited, in the unit of the draws, and the level of an interval.

    Parameters
    ----------
    amount : float or array, shape (replicate, draw)
        Where it is not known either, one for each held draw.
    """

    amount: float | Array
    level: float


@dataclass(frozen=True, eq=False)
class Reduction:
    """The draws of a reduction in one cell.

    Parameters
    ----------
    draws : Draws
        All of them, in the unit of what is credited.
    held : HeldDraws
        The same, or the first of them where they were counted.
    rounding : Rounding
        In that unit: what is not more is 0.
    """

    draws: Draws
    held: HeldDraws
    rounding: Rounding = EXACT

    @property
    def varies(self) -> bool:
        """Whether the draws differ, rounding apart."""
        low, high = self.draws.extremes()
        return bool(self.rounding.varies(high - low))

    @property
    def holds_all(self) -> bool:
        """Whether all draws are held."""
        return bool(self.held.draws == self.draws.draws)

    @property
    def is_one_law(self) -> bool:
        """Whether all replicates draw one law, and not each that of its own individuals."""
        return not isinstance(self.draws, AveragedDraws)


class Amounts(NamedTuple):
    """What is credited: by all draws, and by those of each replicate."""

    value: float
    each: Array

    def told(self, statistic: Callable[[Array], Array], *, is_one_law: bool) -> tuple[float, Array]:
        """Return a statistic of the draws below, and what each replicate says of it.

        Parameters
        ----------
        statistic : callable
            Takes an amount for each replicate.
        is_one_law : bool
            Whether the amount by all draws suits every replicate.
        """
        own = statistic(self.each)
        same = statistic(np.full(self.each.shape, self.value)) if is_one_law else own
        return float(same.mean()), own


def amounts(known: Reduction, rule: Rule, share: float) -> Amounts:
    """Return what a rule credits, less a share that goes to a buffer; at least nothing."""
    draws, probabilities = known.draws, rule.probabilities
    if rule.takes_mean and not settling(draws).mean:
        return Amounts(float("nan"), np.full(draws.replicates, np.nan))
    if not known.varies:
        value = float(known.rounding.settled(draws.quantiles(np.array([0.5])))[0])
        quantiles = np.full(probabilities.shape, value)
        same = float(rule.credited(np.array(value), quantiles))
        each = np.full(draws.replicates, same)
    else:
        means = draws.means()
        same = float(rule.credited(means.mean(), draws.quantiles(probabilities)))
        each = rule.credited(means, draws.replicate_quantiles(probabilities))
    return Amounts(max(same, 0.0) * (1 - share), np.maximum(each, 0.0) * (1 - share))


def credit(
    known: Reduction, rule: Rule, share: float = 0.0, issued: Issued | None = None
) -> dict[str, Any]:
    """Return what a rule credits of one cell, and how much of it is real.

    Parameters
    ----------
    share : float
        Of what is credited that goes to a buffer.
    issued : Issued, optional
        An amount to hold against the real one.

    Returns
    -------
    dict of str to number or array
        By names of `mcsus.result.arrays.CREDIT`.
    """
    draws, given = known.draws, amounts(known, rule, share)
    settled, varies = settling(draws).mean, known.varies
    means = draws.means() if settled else np.full(draws.replicates, np.nan)
    ends = _ends(known, rule.probabilities[:2])
    wide = half_width(ends.value), half_width(ends.each)
    before = amounts(known, rule, 0.0)
    below = given.told(lambda each: _below(known, each), is_one_law=known.is_one_law)
    short = given.told(lambda each: _short(known, each), is_one_law=known.is_one_law)
    if not settled:
        short = float("nan"), np.full(draws.replicates, np.nan)
    told: dict[str, tuple[float, Array]] = {
        "mean": (float(means.mean()), standard_error(means)),
        "uncertainty": _spread_of(relative, (wide[0], means.mean()), (wide[1], means)),
        "deduction": _spread_of(_less, (before.value, means.mean()), (before.each, means)),
        "credited": (given.value, _error(known, rule, given)),
        "probability_over_credited": (below[0], share_error(below[1], draws.draws)),
        "expected_over_credited": (short[0], standard_error(short[1])),
        "over_credited_share": _spread_of(
            relative, (short[0], given.value), (short[1], given.each)
        ),
    }
    if not varies:
        told = {name: (value, np.zeros(())) for name, (value, _) in told.items()}
    values: dict[str, Any] = {name: value for name, (value, _) in told.items()}
    values |= {f"{name}_error": error for name, (_, error) in told.items()}
    values["varies"] = varies
    values["quantile_curve"] = draws.quantiles(CURVE if varies else np.full(CURVE.shape, 0.5))
    return values | ({} if issued is None else _against(known, issued))


def covered_in_all(cells: Sequence[Reduction], given: Sequence[Amounts]) -> tuple[float, Array]:
    """Return the probability that all of what is credited is real in every cell, and its error.

    Parameters
    ----------
    cells : sequence of Reduction
        The periods, whose held draws stand together.
    given : sequence of Amounts
        What is credited in each.
    """
    first = cells[0]

    def covered(at: Sequence[Array]) -> Array:
        each = [
            ~_is_below(known, own, known.held.values) for known, own in zip(cells, at, strict=True)
        ]
        return np.asarray(np.logical_and.reduce(each).mean(axis=1))

    if not np.isfinite([one.value for one in given]).all():
        return float("nan"), np.array(np.nan)
    own = covered([one.each for one in given])
    same = [np.full(one.each.shape, one.value) for one in given]
    value = covered(same) if first.is_one_law else own
    return float(value.mean()), share_error(own, first.held.draws)


class _Ends(NamedTuple):
    value: Array
    each: Array


def _ends(known: Reduction, probabilities: Array) -> _Ends:
    """Return quantiles of all draws and of each replicate; of what does not vary, one value."""
    draws = known.draws
    if not known.varies:
        probabilities = np.full(probabilities.shape, 0.5)
    return _Ends(draws.quantiles(probabilities), draws.replicate_quantiles(probabilities))


def _less(part: Any, whole: Any) -> Array:
    """Return what a part leaves of a whole, as a share of it."""
    return 1 - relative(part, whole)


def _spread_of(
    share: Callable[[Any, Any], Array], pooled: tuple[Any, Any], each: tuple[Array, Array]
) -> tuple[float, Array]:
    """Return a share by all draws, and its error by those of each replicate."""
    return float(share(*pooled)), standard_error(share(*each))


def _error(known: Reduction, rule: Rule, given: Amounts) -> Array:
    """Return the error of what is credited.

    It is the spread over replicates, with what their quantiles are less known by than they differ,
    as those of few values.
    """
    draws, probabilities = known.draws, rule.probabilities
    plain = standard_error(given.each)
    if not known.varies or not np.isfinite(given.value) or draws.replicates < 2:
        return plain
    spread = standard_error(draws.replicate_quantiles(probabilities))
    least = quantile_errors(draws, probabilities)
    ends, means = draws.quantiles(probabilities), draws.means().mean()
    moved = np.array([rule.credited(means, ends + row) for row in np.diag(least - spread)])
    return np.asarray(np.sqrt(plain**2 + ((moved - rule.credited(means, ends)) ** 2).sum()))


def _is_below(known: Reduction, at: Array, values: Array) -> NDArray[np.bool_]:
    """Tell which draws of each replicate are less than an amount, by more than rounding."""
    slack = known.rounding.usual if known.varies else known.rounding.most
    return np.asarray(values < (at - slack)[:, np.newaxis])


def _below(known: Reduction, at: Array) -> Array:
    """Return the share of the draws of each replicate that are less than its amount."""
    if not np.isfinite(at).all():
        return np.full(at.shape, np.nan)
    if known.holds_all or not known.varies:
        return np.asarray(_is_below(known, at, known.held.values).mean(axis=1))
    below, _ = known.draws.shares_at(at - known.rounding.usual)
    return np.asarray(np.diagonal(below))


def _short(known: Reduction, at: Array) -> Array:
    """Return by how much the draws of each replicate are less than its amount, on average."""
    if not known.varies:
        return np.zeros(at.shape)
    return np.asarray(np.maximum(at[:, np.newaxis] - known.held.values, 0.0).mean(axis=1))


def _against(known: Reduction, issued: Issued) -> dict[str, Any]:
    """Return an amount that was credited over what is real, and how often less is."""
    draws, amount = known.draws, issued.amount
    if not isinstance(amount, float):
        return _against_draws(known, amount, issued.level)
    ends = np.array([0.5, (1 + issued.level) / 2, (1 - issued.level) / 2])  # it falls as R rises
    at = ends if known.varies else np.full(ends.shape, 0.5)
    real = draws.quantiles(at)
    errors = quantile_errors(draws, at) if known.varies else np.zeros(at.shape)
    factor = np.divide(amount, real, out=np.full(real.shape, np.inf), where=real > 0)
    off = np.divide(errors * factor, real, out=np.full(real.shape, np.nan), where=real > 0)
    under = _below(known, np.full(draws.replicates, amount))
    if known.holds_all:
        nothing = (known.held.values <= known.rounding.usual).mean(axis=1)
    else:
        nothing = draws.shares_at(np.array([known.rounding.usual]))[1][:, 0]
    return _factor((factor, off), under, nothing, draws.draws)


def _against_draws(known: Reduction, amount: Array, level: float) -> dict[str, Any]:
    """Return the same of an amount that differs between draws, by the held ones."""
    real, zero = known.held.values, known.rounding.usual
    factor = np.divide(amount, real, out=np.full(real.shape, np.inf), where=real > zero)
    ends = np.array([0.5, (1 - level) / 2, (1 + level) / 2])
    each, every = np.sort(factor, axis=1), np.sort(factor, axis=None)
    found = np.stack([_at(each, p) for p in ends])
    value = found.mean(axis=1) if not known.is_one_law else np.array([_at(every, p) for p in ends])
    with np.errstate(invalid="ignore"):
        off = standard_error(found.T)
    under, nothing = (amount - real > zero).mean(axis=1), (real <= zero).mean(axis=1)
    return _factor((value, off), under, nothing, known.held.draws)


def _at(ordered: Array, probability: float) -> Any:
    """Return a quantile of sorted values, one of them, as some may be infinite."""
    count = ordered.shape[-1]
    return ordered[..., min(int(probability * count), count - 1)]


def _factor(
    factor: tuple[Array, Array], under: Array, nothing: Array, draws: int
) -> dict[str, Any]:
    """Return factors and their errors, and shares of each replicate, by their names."""
    value, off = factor
    return {
        "factor_median": value[0],
        "factor_median_error": off[0],
        "factor_interval": value[1:],
        "factor_interval_error": off[1:],
        "probability_over_issued": under.mean(),
        "probability_over_issued_error": share_error(under, draws),
        "probability_nothing_real": nothing.mean(),
        "probability_nothing_real_error": share_error(nothing, draws),
    }
