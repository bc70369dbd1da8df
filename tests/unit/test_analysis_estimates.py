"""Location, spread, intervals and convergence, with their errors from replicates."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mcsus.analysis.intervals import (
    CURVE,
    estimates,
    quantile_probabilities,
    summarise,
)
from mcsus.analysis.replication import skewed_error, standard_error, student_quantile
from mcsus.counting.draws import HeldDraws
from mcsus.counting.ordered import quantiles_of_sorted, shortest_interval
from mcsus.counting.prefixes import Convergence, prefix_sizes
from mcsus.runner import run

RNG = np.random.default_rng(20230127)
SKEWED = RNG.lognormal(size=(6, 500))
LEVELS = (0.5, 0.9, 0.95)


class TestReplication:
    def test_error_is_sd_over_root_of_replicates(self):
        estimates = np.array([[1.0, 10.0], [2.0, 10.0], [4.0, 10.0], [5.0, 10.0]])
        # deviations -2 -1 1 2: variance 10/3, over 4 replicates
        assert standard_error(estimates) == pytest.approx([math.sqrt(10 / 3 / 4), 0])

    def test_one_replicate_has_no_error(self):
        assert np.isnan(standard_error(np.array([[1.0, 2.0]]))).all()
        assert math.isnan(student_quantile(1))

    @pytest.mark.parametrize("replicates", [2, 3, 16, 100])
    def test_student(self, replicates):
        expected = stats.t(replicates - 1).ppf(0.975)
        assert student_quantile(replicates) == pytest.approx(expected, rel=1e-10)


class TestQuantiles:
    @pytest.mark.parametrize("count", [1, 2, 3, 10, 500])
    def test_hazen(self, count):
        p = np.linspace(0.001, 0.999, 97)
        ordered = np.sort(SKEWED[0, :count])
        expected = np.quantile(ordered, p, method="hazen")
        assert quantiles_of_sorted(ordered, p) == pytest.approx(expected, rel=1e-12)

    def test_rows_are_treated_apart(self):
        ordered = np.sort(SKEWED, axis=1)
        p = np.array([0.1, 0.5])
        found = quantiles_of_sorted(ordered, p)
        for row, values in zip(found, ordered, strict=True):
            assert (row == quantiles_of_sorted(values, p)).all()

    def test_points_one_to_each_stratum_give_the_quantile_of_a_line_exactly(self):
        ordered = (np.arange(64) + 0.5) / 64
        p = np.array([0.025, 0.3, 0.5, 0.975])
        assert quantiles_of_sorted(ordered, p) == pytest.approx(p, rel=1e-14)

    def test_probabilities_are_the_ends_of_the_intervals_and_the_median(self):
        found = quantile_probabilities(LEVELS)
        assert found.tolist() == [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975]
        assert 0.5 in quantile_probabilities([0.3])


class TestShortest:
    def test_by_brute_force(self):
        ordered = np.sort(SKEWED[0, :487])  # a share of which is no whole number
        for level in (0.1, 0.5, 0.9, 0.95):
            held = math.ceil(level * len(ordered))
            widths = [
                (ordered[k + held - 1] - ordered[k], ordered[k])
                for k in range(len(ordered) - held + 1)
            ]
            width, low = min(widths)
            expected = (low, low + width)
            assert shortest_interval(ordered, level) == pytest.approx(expected, rel=1e-15)
            inside = np.mean((ordered >= low) & (ordered <= low + width))
            assert inside >= level - 1e-12

    def test_it_is_never_wider_than_the_symmetric_one(self):
        found = summarise(HeldDraws(SKEWED), LEVELS)
        widths = np.diff(found["shortest"])[:, 0], np.diff(found["symmetric"])[:, 0]
        # one draw more or less may lie inside
        assert (widths[0] <= widths[1] * 1.02).all()
        # the law leans to the left
        assert (found["shortest"][:, 0] < found["symmetric"][:, 0]).all()

    def test_a_constant(self):
        assert shortest_interval(np.full(10, 3.0), 0.95) == (3.0, 3.0)


class TestSummary:
    FOUND = summarise(HeldDraws(SKEWED), LEVELS)

    def test_values_are_pooled(self):
        pooled = SKEWED.ravel()
        assert self.FOUND["mean"] == pytest.approx(pooled.mean(), rel=1e-12)
        assert self.FOUND["sd"] == pytest.approx(pooled.std(), rel=1e-12)
        expected = np.quantile(pooled, quantile_probabilities(LEVELS), method="hazen")
        assert self.FOUND["quantiles"] == pytest.approx(expected, rel=1e-12)
        assert self.FOUND["median"] == pytest.approx(np.median(pooled), rel=1e-12)
        curve = np.quantile(pooled, CURVE, method="hazen")
        assert self.FOUND["quantile_curve"] == pytest.approx(curve, rel=1e-12)

    def test_errors_are_those_of_the_replicates(self):
        each = [values.mean() for values in SKEWED]
        assert self.FOUND["mean_error"] == pytest.approx(np.std(each, ddof=1) / math.sqrt(6))
        each = [np.mean((values - SKEWED.mean()) ** 2) / (2 * SKEWED.std()) for values in SKEWED]
        assert self.FOUND["sd_error"] == pytest.approx(skewed_error(np.array(each)))
        p = quantile_probabilities(LEVELS)
        each = np.array([np.quantile(values, p, method="hazen") for values in SKEWED])
        expected = each.std(axis=0, ddof=1) / math.sqrt(6)
        assert self.FOUND["quantiles_error"] == pytest.approx(expected, rel=1e-9)
        assert self.FOUND["median_error"] == self.FOUND["quantiles_error"][list(p).index(0.5)]

    def test_symmetric_intervals_are_quantiles(self):
        by_p = dict(zip(quantile_probabilities(LEVELS), self.FOUND["quantiles"], strict=True))
        for level, (low, high) in zip(LEVELS, self.FOUND["symmetric"], strict=True):
            assert low == pytest.approx(by_p[round((1 - level) / 2, 9)], rel=1e-12)
            assert high == pytest.approx(by_p[round((1 + level) / 2, 9)], rel=1e-12)

    def test_the_density_integrates_to_the_share_it_covers(self):
        mass = (self.FOUND["density"] * np.diff(self.FOUND["edges"])).sum()
        pooled = SKEWED.ravel()
        inside = np.mean((pooled > self.FOUND["edges"][0]) & (pooled <= self.FOUND["edges"][-1]))
        assert mass == pytest.approx(inside, rel=1e-12)
        assert inside > 0.99

    def test_order_of_draws_does_not_matter(self):
        mixed = RNG.permuted(SKEWED, axis=1)
        found = summarise(HeldDraws(mixed), LEVELS)
        assert (found["quantiles"] == self.FOUND["quantiles"]).all()
        assert (found["shortest"] == self.FOUND["shortest"]).all()

    def test_one_replicate(self):
        found = summarise(HeldDraws(SKEWED[:1]), LEVELS)
        assert found["mean"] == pytest.approx(SKEWED[0].mean())
        assert math.isnan(found["mean_error"])
        assert np.isnan(found["quantiles_error"]).all()

    def test_a_constant(self):
        found = summarise(HeldDraws(np.full((2, 16), 7.0)), LEVELS)
        assert (found["mean"], found["mean_error"]) == (7.0, 0.0)
        assert (found["sd"], found["sd_error"]) == (0.0, 0.0)
        assert (found["symmetric"] == 7.0).all()
        assert (found["shortest_error"] == 0.0).all()
        assert (found["shortest"] == 7.0).all()
        assert np.isfinite(found["density"]).all()

    @pytest.mark.parametrize("steps", [1, 2, 50])
    def test_values_that_differ_in_the_last_bits_only(self, steps):
        """As `3*a/a` does: the bins of a histogram would be narrower than the spacing."""
        values = np.full((2, 64), 3.0)
        values[0, :32] += steps * np.spacing(3.0)
        found = summarise(HeldDraws(values), LEVELS)
        assert np.isfinite(found["density"]).all()


class TestConvergence:
    def test_sizes_double_up_to_all(self):
        assert prefix_sizes(1024) == [64, 128, 256, 512, 1024]
        assert prefix_sizes(1000) == [64, 128, 256, 512, 1000]
        assert prefix_sizes(64) == [64]
        assert prefix_sizes(3) == [3]

    def test_estimates_use_the_first_draws_of_every_replicate(self):
        path = estimates(Convergence.of_prefixes(SKEWED, 0.975))
        assert path["draws"].tolist() == [64, 128, 256, 500]
        for k, count in enumerate((64, 128, 256, 500)):
            part = SKEWED[:, :count]
            assert path["mean"][k] == pytest.approx(part.mean(), rel=1e-12)
            error = part.mean(axis=1).std(ddof=1) / math.sqrt(6)
            assert path["mean_error"][k] == pytest.approx(error, rel=1e-9)
            tails = np.quantile(part, 0.975, axis=1, method="hazen")
            assert path["quantile"][k] == pytest.approx(tails.mean(), rel=1e-12)
            error = tails.std(ddof=1) / math.sqrt(6)
            assert path["quantile_error"][k] == pytest.approx(error, rel=1e-9)

    def test_quantiles_beyond_the_draws_are_the_extremes(self):
        assert Convergence.of_prefixes(SKEWED, 1e-9).tails[0].mean() == pytest.approx(
            SKEWED[:, :64].min(axis=1).mean()
        )

    def test_the_path_of_a_run_ends_at_its_result(self, study):
        result = run(study({"a": ("normal", 5, 1)}, {"y": "a"}, design={"draws": 1024}))
        data = result.tree["outputs/y"].to_dataset()
        assert float(data["path_mean"][-1]) == pytest.approx(float(data["mean"]), rel=1e-12)
        errors = float(data["path_mean_error"][-1]), float(data["mean_error"])
        assert errors[0] == pytest.approx(errors[1], rel=1e-9)


def intervals(result, level, kind):
    cell = result.to_dict()["outputs"]["y"]["cells"][0]
    (found,) = [i for i in cell["intervals"] if i["level"] == level]
    chosen = found if kind == "symmetric" else found["shortest"]
    return cell, np.array([chosen["low"], chosen["high"]])


class TestGuideToUncertainty:
    """JCGM 101:2008, 9.2 and 9.4. Tolerance: half a unit in the second digit of u (its 7.9.2)."""

    DESIGN = {"draws": 2**13, "replicates": 16}  # noqa: RUF012

    def test_9_2_2_normal(self, study):
        laws = {f"x{k}": ("normal", 0, 1) for k in range(4)}
        result = run(study(laws, {"y": "x0 + x1 + x2 + x3"}, design=self.DESIGN))
        for kind in ("symmetric", "shortest"):
            cell, found = intervals(result, 0.95, kind)
            assert found == pytest.approx([-3.92, 3.92], abs=0.05)
        # exact: five errors, t with 15 degrees of freedom
        assert abs(cell["mean"]["value"]) < 5 * cell["mean"]["error"]
        assert abs(cell["sd"]["value"] - 2) < 5 * cell["sd"]["error"]
        p = {q["p"]: q for q in cell["quantiles"]}
        exact = 2 * stats.norm.ppf(0.975)
        assert abs(p[0.975]["value"] - exact) < 5 * p[0.975]["error"]
        assert p[0.975]["error"] < 0.01

    def test_9_2_3_rectangular_of_the_same_width(self, study):
        laws = {f"x{k}": ("uniform", -math.sqrt(3), math.sqrt(3)) for k in range(4)}
        result = run(study(laws, {"y": "x0 + x1 + x2 + x3"}, design=self.DESIGN))
        cell, found = intervals(result, 0.95, "shortest")
        assert found == pytest.approx([-3.88, 3.88], abs=0.05)
        assert abs(cell["sd"]["value"] - 2) < 5 * cell["sd"]["error"]
        # the sum of n standard uniform laws: the Irwin-Hall law, here by its distribution function
        p = {q["p"]: q for q in cell["quantiles"]}
        exact = irwin_hall_quantile(0.975, 4) * 2 * math.sqrt(3) - 4 * math.sqrt(3)
        assert exact == pytest.approx(3.8794, abs=1e-4)
        assert abs(p[0.975]["value"] - exact) < 5 * p[0.975]["error"]

    def test_9_4_power_loss(self, study):
        laws = {"x1": ("normal", 0.010, 0.005), "x2": ("normal", 0, 0.005)}
        result = run(study(laws, {"y": "x1**2 + x2**2"}, design=self.DESIGN))
        cell, found = intervals(result, 0.95, "shortest")
        assert found == pytest.approx([0, 366e-6], abs=5e-6)
        # mean x1^2 + 2 u^2; variance 4 x1^2 u^2 + 4 u^4 (JCGM 101, 9.4.2.1)
        assert abs(cell["mean"]["value"] - 150e-6) < 5 * cell["mean"]["error"]
        sd = math.sqrt(4 * 1e-4 * 25e-6 + 4 * 25e-6**2)
        assert sd == pytest.approx(112e-6, abs=0.5e-6)
        assert abs(cell["sd"]["value"] - sd) < 5 * cell["sd"]["error"]


def irwin_hall_quantile(p, n):
    def cdf(x):
        terms = [(-1) ** k * math.comb(n, k) * (x - k) ** n for k in range(math.floor(x) + 1)]
        return sum(terms) / math.factorial(n)

    low, high = 0.0, float(n)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if cdf(middle) < p else (low, middle)
    return (low + high) / 2
