"""Errors that hold where tails are heavy, hits are few, values are atoms or replicates agree."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import special
from scipy.stats import qmc

from mcsus.analysis.base import methods
from mcsus.analysis.claims import judge
from mcsus.analysis.given_draws import GivenDraws
from mcsus.analysis.intervals import summarise
from mcsus.analysis.replication import (
    share_error,
    skewed_error,
    skewness_of_mean,
    standard_error,
    student_quantile,
)
from mcsus.counting.draws import HeldDraws
from mcsus.report import write_report
from mcsus.runner import run

SEEDS = 150
NOISE = 4 * np.sqrt(0.05 * 0.95 / SEEDS)  # of a coverage of .95 over the seeds
LEVELS = (0.5, 0.95)


def stratified(rng, replicates, draws):
    """Return points of one dimension as a scrambled Sobol' design has them: one to each 1/n."""
    return (np.arange(draws) + rng.random((replicates, draws))) / draws


def covered(seeds, one):
    """Return the share of seeds for which a value and t times its error hold the truth."""
    hits = []
    for seed in range(seeds):
        value, error, truth, replicates = one(np.random.default_rng(seed))
        hits.append(abs(value - truth) <= student_quantile(replicates) * error + 1e-12)
    return np.mean(hits)


class TestShares:
    @pytest.mark.parametrize("replicates", [4, 16, 64])
    def test_replicates_that_agree_by_construction(self, replicates):
        """P(y < .3) of a uniform law, 256 draws: 76 or 77 of them in each; .59 held before."""

        def one(rng):
            values = stratified(rng, replicates, 256)
            found = judge(HeldDraws(0.3 - values), 0.5)
            return found.probability, found.error, 0.3, replicates

        assert covered(SEEDS, one) >= 0.95 - NOISE

    @pytest.mark.parametrize("replicates", [4, 16, 64])
    def test_few_hits(self, replicates):
        """A probability of .999 at 256 draws: .81 to .90 held before."""

        def one(rng):
            found = judge(HeldDraws(0.999 - rng.random((replicates, 256))), 0.5)
            return found.probability, found.error, 0.999, replicates

        assert covered(SEEDS, one) >= 0.95 - NOISE

    def test_many_hits_are_as_the_replicates_say(self):
        shares = np.random.default_rng(1).binomial(4096, 0.4, 16) / 4096
        assert share_error(shares, 4096) == standard_error(shares)

    def test_by_column(self):
        shares = np.array([[0.5, 0.25], [0.5, 0.25], [0.5, 0.5]])
        each = [share_error(column, 64) for column in shares.T]
        assert share_error(shares, 64).tolist() == each

    def test_one_replicate_has_no_error(self):
        assert np.isnan(share_error(np.array([0.5]), 64))


class TestSkewness:
    """What replicates hardly tell of a long tail, their draws tell."""

    def test_of_a_mean_of_independent_draws(self):
        draws = np.random.default_rng(1).exponential(size=(2, 1 << 16)) * [[1.0], [-1.0]]
        apart = draws - draws.mean(axis=1, keepdims=True)
        error = apart.std(axis=1) / 256
        assert skewness_of_mean(apart, error) == pytest.approx([2 / 256, -2 / 256], rel=0.05)

    def test_nothing_where_nothing_moves(self):
        assert skewness_of_mean(np.zeros((1, 8)), np.zeros(1)).tolist() == [0.0]

    def test_errors_are_wider_by_what_draws_tell(self):
        even = np.array([1.0, 2.0, 3.0, 4.0])
        errors = [skewed_error(even, own) for own in (0.0, 0.1, -0.1, 0.4, 9.0, 99.0)]
        assert errors[0] == pytest.approx(standard_error(even), rel=1e-5)
        assert errors[1] == errors[2] > errors[0]
        assert errors[1] < errors[3] < errors[4] == errors[5] < 4 * errors[0]

    @pytest.mark.slow
    def test_correlations_of_a_long_tail_on_even_points(self):
        """Partial correlations in a product, 4 x 256 points; .79 held before."""
        sds, rng = np.array([0.3, 0.6, 1.0]), np.random.default_rng(7)
        correlation = methods()["correlation"]

        def blocks(count, draws):
            for _ in range(count):
                cube = qmc.Sobol(3, rng=rng).random(draws)
                scores = special.ndtri(cube).T
                yield np.exp(scores * sds[:, np.newaxis]), np.exp(sds @ scores)

        def told(count, draws):
            inputs, outputs = zip(*blocks(count, draws), strict=True)
            return correlation.explained(
                GivenDraws.of_blocks(inputs, outputs, {}, "correlation")
            ).values

        exact = told(16, 1 << 14)["PCC"]
        found = [told(4, 256) for _ in range(SEEDS)]
        errors = np.array([own["PCC_error"] for own in found])
        off = np.abs([own["PCC"] - exact for own in found])
        assert np.all((off <= student_quantile(4) * errors).mean(axis=0) >= 0.92 - NOISE)


class TestSpread:
    @pytest.mark.parametrize("replicates", [4, 16, 64])
    def test_of_skewed_replicates(self, replicates):
        """The spread of a lognormal law, whose replicates are mostly low and at times far high."""

        def one(rng):
            draws = HeldDraws(np.exp(0.75 * rng.standard_normal((replicates, 256))))
            found = summarise(draws, LEVELS)
            truth = np.sqrt(np.exp(0.75**2) * (np.exp(0.75**2) - 1))
            return float(found["sd"]), float(found["sd_error"]), truth, replicates

        assert covered(SEEDS, one) >= 0.92 - NOISE

    def test_symmetric_replicates_keep_their_error(self):
        even = np.array([1.0, 2.0, 3.0, 4.0])
        assert skewed_error(even) == pytest.approx(standard_error(even), rel=1e-5)
        assert skewed_error(even[:2]) == standard_error(even[:2])

    def test_of_any_magnitude(self):
        own = np.array([1.0, 1.5, 1.2, 9.0])
        for size in (1e300, 1e-300):
            assert skewed_error(own * size) == pytest.approx(size * skewed_error(own), rel=1e-9)


class TestQuantiles:
    def test_between_two_atoms(self):
        """The median is 0 or 1, and no replicate says that it may be the other."""
        values = np.array([[0.0] * 128 + [1.0] * 128] * 3 + [[0.0] * 129 + [1.0] * 127])
        found = summarise(HeldDraws(values), LEVELS)
        assert found["median"] == 0
        assert student_quantile(4) * found["median_error"] == pytest.approx(1.0)

    def test_far_from_a_jump_an_atom_is_exact(self):
        values = np.array([[0.0] * 200 + [1.0] * 56] * 4)
        assert summarise(HeldDraws(values), LEVELS)["median_error"] == 0

    @pytest.mark.parametrize("replicates", [4, 16])
    def test_of_two_atoms_in_many_seeds(self, replicates):
        def one(rng):
            found = summarise(HeldDraws((rng.random((replicates, 256)) < 0.51) * 1.0), LEVELS)
            return float(found["median"]), float(found["median_error"]), 1.0, replicates

        assert covered(SEEDS, one) >= 0.95 - NOISE


class TestShortest:
    @pytest.mark.parametrize("replicates", [4, 16])
    def test_ends(self, replicates):
        """The ends of the shortest interval move ten times as much as those of the symmetric."""

        def one(rng):
            draws = HeldDraws(rng.standard_normal((replicates, 256)))
            found = summarise(draws, (0.95,))
            return found["shortest"][0, 1], found["shortest_error"][0, 1], 1.959964, replicates

        assert covered(SEEDS, one) >= 0.92 - NOISE

    def test_told_in_the_json(self, study):
        (cell,) = run(study({"a": ("normal", 0, 1)}, {"y": "a"})).to_dict()["outputs"]["y"]["cells"]
        assert all(own["shortest"]["error"]["low"] > 0 for own in cell["intervals"])


def test_intervals_of_one_draw_have_no_numbers(study, tmp_path):
    laws, design = {"a": ("normal", 5, 1)}, {"draws": 1, "replicates": 1, "kind": "monte_carlo"}
    result = run(study(laws, {"y": "a"}, design=design))
    (cell,) = result.to_dict()["outputs"]["y"]["cells"]
    assert "varies" not in cell
    assert cell["mean"]["error"] is None
    for own in cell["intervals"]:
        assert (own["low"], own["high"], own["shortest"]["low"]) == (None, None, None)
    assert "nan" not in write_report(result, tmp_path).read_text(encoding="utf-8").lower().split()


@pytest.mark.parametrize("share", [0.3, 0.75])
def test_a_mean_of_two_values_is_a_share(study, share):
    """Replicates agree by construction on the share of a stratified draw: it is known to a draw."""
    asked = study({"x": ("uniform", 0, 1)}, {"y": f"where(x < {share}, 3, 1)"})
    exact = 1 + 2 * share
    for seed in range(12):
        cell = run(asked, draws=256, replicates=4, seed=seed).to_dict()["outputs"]["y"]["cells"][0]
        assert cell["mean"]["error"] > 0
        bound = student_quantile(4) * cell["mean"]["error"]
        assert abs(cell["mean"]["value"] - exact) <= bound
        spread = 2 * (share * (1 - share)) ** 0.5
        assert abs(cell["sd"]["value"] - spread) <= student_quantile(4) * cell["sd"]["error"]


def test_a_mean_of_three_values_is_made_of_shares(study):
    """Replicates of a stratified draw agree; of 40 seeds 6 were outside, 2 with an error of 0."""
    law = {"distribution": "discrete", "values": [1, 2, 5], "weights": [0.3, 0.3, 0.4]}
    asked = study({"x": {**law, "unit": "1"}}, {"y": "2*x"})
    outside = 0
    for seed in range(40):
        cell = run(asked, draws=256, replicates=4, seed=seed).to_dict()["outputs"]["y"]["cells"][0]
        for key, exact in {"mean": 5.8, "sd": 2 * 3.09**0.5}.items():
            assert cell[key]["error"] > 0
            outside += abs(cell[key]["value"] - exact) > student_quantile(4) * cell[key]["error"]
    assert outside <= 10  # of 80, of which mean and spread are off together
