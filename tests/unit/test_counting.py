"""Statistics from counts against those of the same draws, sorted."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from mcsus.analysis.intervals import CURVE, estimates, quantile_probabilities, summarise
from mcsus.counting.bins import Bins
from mcsus.counting.counted import CountedDraws
from mcsus.counting.draws import HeldDraws
from mcsus.counting.layout import Layout
from mcsus.counting.prefixes import Convergence
from mcsus.counting.tally import Part, Tally

LEVELS = (0.5, 0.9, 0.95)
WANTED = quantile_probabilities(LEVELS)
FINE = 1e-6
LAWS = {
    "normal": lambda z, u: z,
    "far normal": lambda z, u: 1e6 + z,
    "lognormal 1.1": lambda z, u: 1.1**z,
    "lognormal 3": lambda z, u: 3**z,
    "lognormal 20": lambda z, u: 20**z,
    "exponential": lambda z, u: -np.log1p(-u),
    "atom": lambda z, u: np.where(u < 0.3, 0.0, 3**z),
    "constant": lambda z, u: np.full(z.shape, 0.1),
    "signs": lambda z, u: np.exp(2 * z) - np.exp(2 * np.tan(u)),
    "two points": lambda z, u: np.where(u < 0.5, 1.0, 3.0),
    "rounded": lambda z, u: np.round(z, 2),
}


@functools.lru_cache(maxsize=1)
def drawn(law, replicates=4, draws=2**19):
    rng = np.random.default_rng(20230127)
    shape = (replicates, draws)
    return np.asarray(LAWS[law](rng.normal(size=shape), rng.random(shape)))


def tallies(values, bins):
    layout, pivot, found = Layout([bins]), values[0, :1].copy(), []
    for replicate in values:
        part, tally = Part(layout), Tally(layout, pivot)
        part.record(layout, pivot, replicate[None])
        tally.add(part)
        found.append(tally)
    return found


def counted(values, held=2**14, exact=()):
    """Return the counts of draws in bins that the first of them place."""
    return CountedDraws(tallies(values, Bins.of(values[:, :held], WANTED, FINE, exact)), 0)


def rank_errors(values, quantiles, probabilities):
    ordered = np.sort(values, axis=None)
    below = np.searchsorted(ordered, quantiles, "left") / values.size
    most = np.searchsorted(ordered, quantiles, "right") / values.size
    return np.maximum(np.maximum(below - probabilities, probabilities - most), 0)


def check(values):
    draws = counted(values)
    found, exact = summarise(draws, LEVELS), summarise(HeldDraws(values), LEVELS)
    assert draws.rank_error(WANTED).max() <= 5e-6
    assert rank_errors(values, found["quantiles"], WANTED).max() <= 1e-6
    assert (
        rank_errors(values, found["quantiles"], WANTED) <= draws.rank_error(WANTED) + 1e-15
    ).all()
    spread = abs(exact["mean"]) + exact["sd"]
    assert abs(found["mean"] - exact["mean"]) <= 1e-13 * spread
    assert found["sd"] == pytest.approx(exact["sd"], rel=1e-13, abs=1e-13 * spread)
    # an error from 4 replicates is itself known to 40 %; the counts add next to nothing
    assert found["quantiles_error"] == pytest.approx(exact["quantiles_error"], rel=0.01)
    # the curve is for figures: within a coarse bin draws are taken to be spread evenly
    assert rank_errors(values, found["quantile_curve"], CURVE).max() <= 2e-4
    for level, (low, high), other in zip(LEVELS, found["shortest"], exact["shortest"], strict=True):
        inside = np.mean((values >= low) & (values <= high))
        assert inside >= level - 2e-4
        assert high - low <= (other[1] - other[0]) * (1 + 1e-3)


@pytest.mark.parametrize("law", LAWS)
def test_statistics_of_counts(law):
    check(drawn(law))


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
def test_statistics_of_many_draws(law):
    check(drawn(law, 16, 2**20))


def test_a_constant_does_not_vary():
    found = summarise(counted(drawn("constant")), LEVELS)
    assert (found["mean"], found["mean_error"]) == (0.1, 0.0)
    assert (found["sd"], found["sd_error"]) == (0.0, 0.0)
    assert (found["symmetric"] == 0.1).all()
    assert (found["shortest"] == 0.1).all()


@pytest.mark.parametrize("law", ["two points", "atom"])
def test_quantiles_at_atoms_are_exact(law):
    values = drawn(law)
    draws = counted(values)
    atoms = np.array([0.1, 0.2])
    assert (draws.quantiles(atoms) == HeldDraws(values).quantiles(atoms)).all()
    if law == "two points":
        assert (draws.rank_error(WANTED) == 0).all()


@pytest.mark.parametrize("law", ["normal", "lognormal 20", "signs", "constant"])
@pytest.mark.parametrize("other", ["shifted", "narrow", "one value"])
def test_held_draws_that_do_not_represent_the_rest(law, other):
    """The first draws say where to count; where they mislead, the error that is told is larger."""
    values = drawn(law)[:, : 2**16].copy()
    first = values[:, : 2**12]
    first[:] = {"shifted": first + 2, "narrow": 1 + first / 1e4, "one value": 0.7 + 0 * first}[
        other
    ]
    draws = counted(values, 2**12)
    errors = rank_errors(values, draws.quantiles(WANTED), WANTED)
    assert (errors <= draws.rank_error(WANTED)).all()
    assert draws.means() == pytest.approx(values.mean(axis=1), rel=1e-12)


def test_the_shortest_interval_holds_at_least_its_share():
    # 307 of 1,024 draws are one value: not quite 30 %, so one draw more is wanted
    values = np.concatenate([np.full(307, 5.0), np.linspace(10, 1000, 717)]).reshape(1, -1)
    for draws in (HeldDraws(values), counted(values)):
        low, high = draws.shortest(0.3)
        assert low == 5
        assert 5 < high < 12


class TestUnits:
    VALUES = drawn("lognormal 3")[:, : 2**14]

    def test_of_outputs(self):
        draws = counted(self.VALUES, 2**12)
        found, exact = summarise(draws.times(1e-3), LEVELS), summarise(draws, LEVELS)
        for name in ("mean", "sd", "quantiles", "quantiles_error", "shortest", "edges"):
            assert found[name] == pytest.approx(1e-3 * exact[name], rel=1e-12)
        assert found["density"] == pytest.approx(1e3 * exact["density"], rel=1e-6)

    def test_signs_are_counted_exactly(self):
        values = self.VALUES - self.VALUES[1, 77]
        values[0, 10:13] = 0.0, -0.0, np.nextafter(0, 1)
        exact = HeldDraws(values).sign_shares()
        assert np.array_equal(counted(values, 2**12, [0.0]).sign_shares(), exact)
        assert exact[1].max() > 0

    def test_signs_that_were_not_counted(self):
        with pytest.raises(ValueError, match="sign of row 0: found no counts"):
            counted(self.VALUES, 2**12).sign_shares()

    def test_a_row_that_is_not_counted(self):
        tally = Tally(Layout([None]), np.zeros(1))
        with pytest.raises(ValueError, match="row 0: found no bins"):
            CountedDraws([tally], 0)


class TestConvergence:
    def test_held_draws_and_then_rounds(self):
        values = drawn("normal")[:, : 2**15]
        followed = Convergence.of_prefixes(values[:, : 2**13], 0.975)
        bins = Bins.of(values[:, : 2**13], WANTED, FINE)
        for count in (2**14, 2**15):
            so_far = CountedDraws(tallies(np.ascontiguousarray(values[:, :count]), bins), 0)
            tails = so_far.replicate_quantiles(np.array([0.975]))[:, 0]
            followed = followed.extended(count, so_far.means(), tails)
        draws = CountedDraws(tallies(values, bins), 0, followed)
        found = estimates(draws.times(2.0).convergence(0.975))
        exact = estimates(Convergence.of_prefixes(2 * values, 0.975))
        assert found["draws"].tolist() == exact["draws"].tolist()
        for name in ("mean", "mean_error", "quantile", "quantile_error"):
            # a quantile in a bin of a few draws: far below its own error
            assert found[name] == pytest.approx(exact[name], rel=1e-2, abs=1e-4)
        assert found["mean"] == pytest.approx(exact["mean"], abs=1e-14)

    def test_one_that_was_not_followed(self):
        draws = counted(drawn("normal")[:, : 2**14], 2**12)
        with pytest.raises(ValueError, match=r"convergence of 0\.9: found none"):
            draws.convergence(0.9)


@pytest.mark.parametrize("size", [1e300, 1e-170, 1e-300])
def test_spread_of_any_magnitude(size):
    """Squares of such draws are not finite, or 0."""
    values = drawn("lognormal 3")[:, : 2**14]
    plain = counted(values, 2**12)
    draws, held = counted(values * size, 2**12), HeldDraws(values * size)
    for name in ("sd", "sds", "means", "spreads"):
        wanted = size * getattr(plain, name)()
        assert getattr(draws, name)() == pytest.approx(wanted, rel=1e-9)
        assert getattr(held, name)() == pytest.approx(wanted, rel=1e-9)
    assert HeldDraws(np.full((2, 64), 1.7e308)).means() == pytest.approx([1.7e308] * 2, rel=1e-15)
