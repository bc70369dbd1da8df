"""Credits: how much of a reduction a rule credits, and how often less of it is real."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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

    def left_out(self) -> Iterator[float]:
        """Yield what is credited by all draws, then without those of each replicate.

        Without them it is moved by what they differ from the others.
        """
        yield self.value
        apart = self.each - self.each.mean()
        yield from (self.value - apart / max(len(apart) - 1, 1)).tolist()


def _jackknifed(shares: Array) -> tuple[float, Array]:
    """Return a statistic of all draws, and what each replicate adds to it: pseudo-values.

    Their mean is nearly the statistic, and their standard error is that of the jackknife.

    Parameters
    ----------
    shares : array, shape (1 + replicate, replicate)
        What each replicate says at the amount of all draws, then at those that leave one out.
    """
    count = shares.shape[1]
    whole = float(shares[0].mean())
    if count < 2:
        return whole, shares[0]
    own = np.diagonal(shares[1:])
    without = (shares[1:].sum(axis=1) - own) / (count - 1)
    return whole, np.asarray(count * whole - (count - 1) * without)


def _at_amounts(
    known: Reduction, given: Amounts, statistic: Callable[[Reduction, Array], Array]
) -> tuple[float, Array]:
    """Return a statistic of the draws that are less than what is credited, and its parts.

    Parameters
    ----------
    statistic : callable
        Takes an amount for each replicate.
    """
    if not known.is_one_law:  # the amount by all draws suits none of them
        own = statistic(known, given.each)
        return float(own.mean()), own
    rows = [statistic(known, np.full(given.each.shape, at)) for at in given.left_out()]
    return _jackknifed(np.array(rows))


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
    below, short = _at_amounts(known, given, _below), _at_amounts(known, given, _short)
    if not settled:
        short = float("nan"), np.full(draws.replicates, np.nan)
    hidden = _hidden(known, rule, float(means.mean()))
    moved = hidden.credited * (1 - share)
    shifts = [_shift(known, given.value, moved, statistic) for statistic in (_below, _short)]
    if not rule.takes_mean:
        shifts[0] = 0.0  # its quantile holds that share of any draws
    told: dict[str, tuple[float, Array]] = {
        "mean": (float(means.mean()), standard_error(means)),
        "uncertainty": _spread_of(relative, (wide[0], means.mean()), (wide[1], means)),
        "deduction": _spread_of(_less, (before.value, means.mean()), (before.each, means)),
        "credited": (given.value, standard_error(given.each)),
        "probability_over_credited": (below[0], share_error(below[1], draws.draws)),
        "expected_over_credited": (short[0], standard_error(short[1])),
        "over_credited_share": _spread_of(
            relative, (short[0], given.value), (short[1], given.each)
        ),
    }
    further: dict[str, Any] = {
        "uncertainty": relative(hidden.half_width, means.mean()),
        "deduction": relative(hidden.credited, means.mean()),
        "credited": moved,
        "probability_over_credited": shifts[0],
        "expected_over_credited": shifts[1],
        "over_credited_share": relative(shifts[1], given.value),
    }
    for name, size in further.items():
        value, error = told[name]
        told[name] = value, np.hypot(error, np.nan_to_num(size))
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
    if first.is_one_law:
        sets = zip(*(one.left_out() for one in given), strict=True)
        rows = [covered([np.full(first.draws.replicates, at) for at in own]) for own in sets]
        value, parts = _jackknifed(np.array(rows))
    else:
        parts = covered([one.each for one in given])
        value = float(parts.mean())
    return value, share_error(parts, first.held.draws)


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


class _Hidden(NamedTuple):
    """What is less known than replicates differ by, as quantiles of few values are."""

    half_width: float = 0.0
    credited: float = 0.0


def _hidden(known: Reduction, rule: Rule, mean: float) -> _Hidden:
    """Return what the errors of quantiles add to that of a half width, and of what is credited."""
    draws, probabilities = known.draws, rule.probabilities
    if not known.varies or draws.replicates < 2:
        return _Hidden()
    spread = standard_error(draws.replicate_quantiles(probabilities))
    off = np.diag(np.maximum(quantile_errors(draws, probabilities) - spread, 0.0))
    ends, at = draws.quantiles(probabilities), np.array(mean)
    moved = np.array([rule.credited(at, ends + row) for row in off]) - rule.credited(at, ends)
    wide = np.array([half_width(row) for row in off])
    return _Hidden(*(float(np.sqrt((own**2).sum())) for own in (wide, moved)))


def _shift(
    known: Reduction, at: float, moved: float, statistic: Callable[[Reduction, Array], Array]
) -> float:
    """Return how far a statistic moves with what is credited."""
    if not (moved > 0 and np.isfinite(at)):
        return 0.0
    count = known.draws.replicates
    one, other = (float(statistic(known, np.full(count, own)).mean()) for own in (at, at + moved))
    return abs(other - one)


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
