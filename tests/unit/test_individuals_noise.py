"""The noise of individuals is an error of the result, and no part of what is uncertain."""

import re

import numpy as np
import pytest
import xarray as xr

from mcsus.analysis.individuals import noise
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import HeldDraws
from mcsus.report import write_report
from mcsus.runner import Limits, Run, Settings, run, sampling
from mcsus.study import Study

GSD = 1.5
MEAN = float(np.exp(np.log(GSD) ** 2 / 2))  # of an individual
Z = 1.959963984540054


def law(family, kind, **parameters):
    about = {"distribution": family, "unit": "1", "kind": kind, "source": "assumed"}
    return about | parameters | {"rationale": "test"}


def asked(formula, sd=1e-4, individuals=64, draws=256, replicates=8, seed=1, **changes):
    """A population whose mean is known: individuals are lognormal, what is uncertain is normal."""
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "population",
            "dims": {"individual": {"draws": individuals}},
            "parameters": {
                "a": law("normal", "uncertainty", mean=10.0, sd=1.0),
                "offset": law("normal", "uncertainty", mean=0.0, sd=sd),
                "x": law("lognormal", "variability", median=1.0, gsd=GSD),
            },
            "equations": {"y": {"formula": formula, "unit": "1"}},
            "outputs": {"y": "1"},
            "design": {"draws": draws, "replicates": replicates, "seed": seed},
        }
        | changes
    )


def cell(result):
    return result.to_dict()["outputs"]["y"]["cells"][0]


def ends(known, level=0.95):
    [own] = [one for one in known["intervals"] if one["level"] == level]
    return own["low"], own["high"]


SHIFT = "mean(x, over=individual) + offset"
STRETCH = "mean(a*x, over=individual)"


def test_spread_is_that_of_what_is_uncertain():
    """In one heap the replicates have a spread of 0.002, most of it noise."""
    known = cell(run(asked(SHIFT)))
    assert known["sd"]["value"] == pytest.approx(1e-4, rel=0.02)
    low, high = ends(known)
    assert high - low == pytest.approx(2 * Z * 1e-4, rel=0.03)
    shortest = known["intervals"][-1]["shortest"]
    assert shortest["high"] - shortest["low"] == pytest.approx(high - low, rel=0.05)
    assert known["mean"]["error"] > 5e-4
    assert abs(known["mean"]["value"] - MEAN) < 4 * known["mean"]["error"]


def test_the_page_and_the_picture_hold_one_population():
    data = run(asked(SHIFT)).tree["outputs/y"]
    edges, density = data["edges"].values, data["density"].values
    assert edges[-1] - edges[0] < 8e-4
    assert (density * np.diff(edges)).sum() == pytest.approx(1, abs=0.01)
    assert np.ptp(data["quantile_curve"].values) < 8e-4


def test_what_differs_by_individuals_alone_does_not_vary_and_has_an_error():
    known = cell(run(asked("mean(x, over=individual)")))
    assert known["varies"] is False
    assert known["mean"]["error"] > 5e-4
    assert known["mean"]["individuals_error"] == known["mean"]["error"]
    assert known["mean"]["draws_error"] == 0
    assert known["sd"]["value"] == pytest.approx(0, abs=1e-12)
    assert known["median"]["error"] == pytest.approx(known["mean"]["error"])
    assert ends(known) == (known["median"]["value"],) * 2


def test_one_draw_of_a_replicate_says_nothing_of_a_spread():
    design = {"kind": "monte_carlo", "draws": 1, "replicates": 256, "seed": 1}
    known = cell(
        run(asked("a + mean(x, over=individual)", design=design, sensitivity={"methods": []}))
    )
    assert "varies" not in known
    assert known["sd"]["value"] == pytest.approx(1.0, rel=0.15)  # 256 draws: 3 errors


def test_what_meets_no_individual_is_as_ever():
    known = cell(run(asked("a + offset")))
    assert set(known["mean"]) == {"value", "error"}


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_parts_of_the_error(kind):
    """Noise of the draws is that of the same study without individuals."""
    design = {"kind": kind, "draws": 1024, "replicates": 16, "seed": 5}
    known = cell(run(asked(SHIFT, sd=0.5, design=design)))
    bare = cell(run(asked("offset", sd=0.5, design=design)))
    alone = cell(run(asked("mean(x, over=individual)", sd=0.5, design=design)))
    for name in ("mean", "median"):
        assert known[name]["draws_error"] <= bare[name]["error"] * (1 + 1e-6)
        assert known[name]["individuals_error"] <= alone[name]["error"] * (1 + 1e-6)
        both = np.hypot(known[name]["draws_error"], known[name]["individuals_error"])
        assert known[name]["error"] <= np.sqrt(2) * both
    assert known["sd"]["individuals_error"] < 1e-9
    assert known["sd"]["draws_error"] == pytest.approx(bare["sd"]["error"], rel=0.01)


def test_counted_draws_are_averaged_too(monkeypatch):
    design = {"draws": 1 << 15, "replicates": 4, "seed": 3}
    held = cell(run(asked(SHIFT, design=design)))
    monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 14)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 12)
    counted = cell(run(asked(SHIFT, design=design)))
    assert counted["sd"]["value"] == pytest.approx(held["sd"]["value"], rel=1e-9)
    for one, other in zip(counted["quantiles"], held["quantiles"], strict=True):
        assert one["value"] == pytest.approx(other["value"], abs=1e-6)  # 1 % of the sd
    low, high = ends(counted)
    assert high - low == pytest.approx(2 * Z * 1e-4, rel=0.01)


@pytest.mark.parametrize("estimator", ["salib", "streaming"])
def test_indices_share_out_the_variance_of_a_replicate(estimator):
    """Of two inputs of equal spread each has a half, beside noise of 20 times their variance."""
    asked_for = {"outputs": ["y"], "draws": 1024, "estimator": estimator}
    formula = f"{SHIFT} + (a - 10)/10000"
    found = run(asked(formula, draws=1024, sensitivity=asked_for)).to_dict()
    indices = found["sensitivity"]["y"]["cells"][0]["indices"]
    for name in ("a", "offset"):
        for index in ("S1", "ST"):
            own = indices[name][index]
            assert own["value"] == pytest.approx(0.5, abs=5 * own["error"] + 1e-3)
            assert own["error"] < 0.01


def test_a_preview_is_of_one_population():
    study = asked(SHIFT, sensitivity={"methods": []})
    found = Run(study).evaluate(draws=256, replicates=8, probabilities=[0.025, 0.975])
    assert np.diff(found.outputs["y"].quantiles[0]) == pytest.approx(2 * Z * 1e-4, rel=0.05)


class TestClaims:
    @staticmethod
    def judged(value, seed, formula=SHIFT):
        claim = {"id": "c", "statement": "s", "quantity": "y", "relation": "<", "value": value}
        claims = [claim | {"unit": "1", "confidence": 0.95}]
        found = run(asked(formula, seed=seed, claims=claims)).to_dict()
        return found["claims"]["c"]["cells"][0]

    def test_what_is_sure_is_supported_where_replicates_disagree(self):
        """The population is 200 sd below; single replicates are above."""
        found = [self.judged(MEAN + 0.02, seed) for seed in range(10)]
        assert {one["verdict"] for one in found} == {"supported"}
        assert {one["probability"]["value"] for one in found} == {1.0}

    def test_what_the_individuals_leave_open_is_undecided(self):
        assert self.judged(MEAN, 0)["verdict"] == "undecided"

    def test_a_probability_has_the_error_of_both(self):
        """P = Phi((v - MEAN)/sd); the error is at least its slope times that of the mean."""
        found = self.judged(10 * MEAN, 2, STRETCH)
        assert abs(found["probability"]["value"] - 0.5) < 4 * found["probability"]["error"]
        assert found["probability"]["error"] < 0.1


class TestUntil:
    @staticmethod
    def told(study, share):
        [result] = Run(study, Settings(limits=Limits(until=share))).results()
        return result.stopped, result.provenance["until"]

    def test_more_draws_do_not_help(self):
        stopped, until = self.told(asked(SHIFT), 1e-4)
        assert stopped == "individuals"
        assert until["reached"] is False
        assert until["known_to"] >= until["individuals_known_to"] > 1e-4
        assert until["draws"] == 1024  # none is drawn in vain

    def test_what_is_reached_holds_the_noise_of_individuals(self):
        stopped, until = self.told(asked(STRETCH, individuals=4096), 0.02)
        assert (stopped, until["reached"]) == ("", True)
        assert 0 < until["individuals_known_to"] <= until["known_to"] <= 0.02


class TestCaution:
    def test_of_the_mean(self):
        [told] = [c for c in run(asked(SHIFT)).provenance["cautions"] if c["kind"] == "inner_noise"]
        assert told["where"] == "y"
        assert "64 individuals" in told["text"]

    def test_not_where_individuals_are_enough(self):
        known = run(asked(STRETCH, individuals=4096)).provenance["cautions"]
        assert "inner_noise" not in {c["kind"] for c in known}

    def test_what_is_left_within_a_replicate(self):
        """Independent noise of each draw, of 4 % of the variance, and a shift."""
        choose = np.random.default_rng(1)
        common = choose.normal(size=2048)
        values = common + 0.2 * choose.normal(size=(32, 2048)) + choose.normal(0, 5, (32, 1))
        found = noise(HeldDraws(values))
        assert found.rest == pytest.approx(0.04 / 1.04, rel=0.1)
        assert found.share == pytest.approx(25 / 26.04, rel=0.05)


def test_terminal_and_page_tell_the_errors_apart(tmp_path):
    result = run(asked(SHIFT, sensitivity={"methods": []}))
    of_error = re.compile(r" from\n.* individuals\n")
    assert of_error.search(result.summary().text(120))
    assert not of_error.search(run(asked("a + offset")).summary().text(120))
    low, high = re.search(r"(\S+) to (\S+)", str(result.summary())).groups()
    assert low != high  # as many digits as tell the ends apart
    write_report(result, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "(individuals " in page
    assert "shrinks with more individuals" in page


def test_draws_that_are_kept_say_how_they_are_read(tmp_path):
    path = tmp_path / "draws.nc"
    found = cell(run(asked(SHIFT, sensitivity={"methods": []}), keep_draws=path))
    with xr.open_dataset(path) as data:
        assert "in each replicate" in data.attrs["individuals"]
        variance = data["y"].var("draw").mean("replicate")
        assert found["sd"]["value"] == pytest.approx(float(variance) ** 0.5)


class TestAveraged:
    def test_a_stretch_leaves_low_quantiles_in_place(self):
        """A shift of the mean would put the low end of a wide law far below 0."""
        choose = np.random.default_rng(2)
        values = np.exp(3 * choose.normal(size=(8, 4096))) * choose.lognormal(0, 0.1, (8, 1))
        found = AveragedDraws(HeldDraws(values))
        low = found.quantiles(np.array([0.025]))[0]
        assert low == pytest.approx(np.exp(-3 * Z), rel=0.3)
        assert found.shortest(0.5)[0] > 0

    def test_magnitudes(self):
        values = np.array([[1.0, 2.0, 3.0]] * 2) * 1e300
        assert AveragedDraws(HeldDraws(values)).sd() == pytest.approx(np.sqrt(2 / 3) * 1e300)

    def test_one_replicate_is_itself(self):
        values = np.arange(10.0)[np.newaxis]
        one, other = HeldDraws(values), AveragedDraws(HeldDraws(values))
        assert other.sd() == pytest.approx(one.sd())
        assert other.below(np.array([3.5])) == one.below(np.array([3.5]))
        assert other.shortest(0.5) == one.shortest(0.5)
        assert np.concatenate(other.sign_shares()) == pytest.approx([0.9, 0.1])


@pytest.mark.slow
@pytest.mark.parametrize("formula", [SHIFT, STRETCH])
def test_coverage(formula):
    """Of 40 seeds, at least 33 bounds of 95 % hold, the 0.2 % quantile of the binomial."""
    middle, sd = (MEAN, 0.05) if formula == SHIFT else (10 * MEAN, MEAN)
    true = {"sd": sd, 0.025: middle - Z * sd, 0.5: middle, 0.975: middle + Z * sd}
    hits = dict.fromkeys([*true, "mean"], 0)
    for seed in range(40):
        known = cell(run(asked(formula, sd=0.05, seed=seed, replicates=16, individuals=256)))
        found = {q["p"]: q for q in known["quantiles"]} | {"sd": known["sd"]}
        bounds = {key: (found[key], value) for key, value in true.items()}
        bounds["mean"] = (known["mean"], middle)
        for key, (one, value) in bounds.items():
            hits[key] += abs(one["value"] - value) <= 2.131449546 * one["error"]  # t(15)
    assert min(hits.values()) >= 33, hits


@pytest.mark.slow
def test_food_is_as_wide_as_its_food_is_uncertain():
    """Meals differ between kitchens; only the mass of one and what is behind it are unknown."""
    result = run("offset_food_waste", draws=4096, replicates=16).to_dict()["outputs"]
    cells = result["programme_net"]["cells"]
    claim = next(cell for cell in cells if cell["labels"] == {"scenario": "vendor"})
    mass, behind = (0.206 / 12**0.5) / 0.523, (1 / 12**0.5) / 2.5  # sd over mean of uniform laws
    exact = ((1 + mass**2) * (1 + behind**2) - 1) ** 0.5
    assert claim["sd"]["value"] / -claim["mean"]["value"] == pytest.approx(exact, rel=0.01)
    assert claim["mean"]["individuals_error"] > 1000 * claim["mean"]["draws_error"]
