"""How robust a claim is: exact cases of wrong laws, unknown dependence and the worst case."""

import copy

import numpy as np
import pytest
from scipy import integrate, optimize, stats

import mcsus
from mcsus.analysis import divergence, unknown_dependence
from mcsus.analysis.of_claims.robustness import PERTURBED, RADII, Robustness
from mcsus.analysis.other_laws import under_law, with_moments
from mcsus.analysis.strata import moved
from mcsus.dependence import Mix
from mcsus.expressions import parse
from mcsus.families import distribution
from mcsus.library import library
from mcsus.model import Equation, Model
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.report.sections.robust import sentences
from mcsus.runner import again
from mcsus.runner.claim_parts import terms_of, two_parts
from mcsus.study import Study
from mcsus.units import unit
from tests.unit.claim_cells import claim_cell, normal

P = stats.norm.cdf(1 / np.sqrt(5.25))
LAWS = {name: normal() for name in ("x1", "x2", "x3")}


@pytest.fixture(scope="module")
def cell():
    return claim_cell(LAWS, lambda x1, x2, x3: 1 + 2 * x1 + x2 + 0.5 * x3, confidence=0.5)


@pytest.fixture(scope="module")
def said(cell):
    return Robustness().estimate(cell)


def test_breakdown_radius_of_an_event():
    assert divergence.divergence(0.95, 0.99) == pytest.approx(0.041291, abs=5e-7)
    assert divergence.divergence(0.5, 0.668740) == pytest.approx(0.060459, abs=5e-7)
    assert divergence.worst_probability(0.99, 0.041291) == pytest.approx(0.95, abs=1e-5)
    assert divergence.shift(0.04) == pytest.approx(0.28, abs=5e-3)


def test_breakdown_radius_of_a_claim(said):
    error = said["breakdown_radius_error"]
    assert said["breakdown_radius"] == pytest.approx(0.060459, abs=4 * error)
    assert 0 < error < 1e-3


def test_the_worst_case_is_on_the_radius(said):
    found = divergence.divergence(said["worst"], said["as_written"])
    assert found == pytest.approx(np.array(RADII), rel=1e-9)
    assert (divergence.divergence(said["best"], said["as_written"]) <= np.array(RADII) + 1e-9).all()
    assert (said["best"] > said["as_written"]).all()


def test_no_draw_against_a_claim_leaves_a_least_radius():
    said = Robustness().estimate(claim_cell(LAWS, lambda *x: 99 + x[0], draws=256))
    assert "breakdown_radius" not in said
    assert said["breakdown_least"] == pytest.approx(divergence.divergence(0.95, 1 - 3 / 4096))


def test_the_worst_mean_of_a_normal_saving(said):
    errors = 4 * said["worst_mean_error"] + 1e-3 * np.sqrt(np.array(RADII))
    exact = 1 - np.sqrt(5.25) * np.sqrt(2 * np.array(RADII))
    assert (np.abs(said["worst_mean"] - exact) < errors).all()


@pytest.mark.parametrize(("k", "slope"), list(enumerate([2.0, 1.0, 0.5])), ids=["x1", "x2", "x3"])
def test_a_law_that_is_moved_or_widened(said, k, slope):
    for j, (shift, stretch) in enumerate(PERTURBED.values()):
        spread = np.sqrt(5.25 + slope**2 * (stretch**2 - 1))
        exact = stats.norm.cdf((1 + slope * shift) / spread)
        error = said["perturbed_error"][k, j]
        assert said["perturbed"][k, j] == pytest.approx(exact, abs=4 * error), (shift, stretch)
        assert error < (1e-3 if stretch == 1 else 1e-2)
    # exp(-1/4) of the draws are left where the mean of a normal law is moved by half of its sd
    assert said["perturbed_share"][k, 0] == pytest.approx(np.exp(-0.25), abs=1e-3)


def test_the_stated_cases(said):
    assert said["as_written"] == pytest.approx(0.668740, abs=4 * said["as_written_error"])
    assert said["perturbed"][0, 0] == pytest.approx(0.5, abs=4 * said["perturbed_error"][0, 0])
    wide = said["perturbed"][0, 2], said["perturbed_error"][0, 2]
    assert wide[0] == pytest.approx(0.595137, abs=4 * wide[1])


def test_another_law_by_the_same_draws(cell):
    own = cell.inputs[0]
    sums = own.strata.sums(cell.holds.astype(float))
    reach = np.sqrt(3.0)
    told = under_law(own, distribution("uniform", minimum=-reach, maximum=reach), sums)
    exact = integrate.quad(
        lambda x: stats.norm.cdf((1 + 2 * x) / np.sqrt(1.25)) / (2 * reach), -reach, reach
    )[0]
    assert told.value == pytest.approx(exact, abs=4 * told.error)
    assert 0.5 < told.share < 1


def test_a_law_with_values_of_its_own_and_one_that_leaves_few_draws_are_refused():
    laws = {"x1": distribution("uniform", minimum=-1, maximum=1), "x2": normal()}
    cell = claim_cell(laws, lambda x1, x2: x1 + x2, draws=1024)
    one, other = cell.inputs
    assert np.isnan(under_law(one, normal(), one.strata.counts).value)
    far = under_law(other, normal(mean=3.0), other.strata.counts)
    assert np.isnan(far.value)
    assert 0 < far.share < 0.05
    assert moved(np.array([0.5]), 0.5, 1.0) == pytest.approx(stats.norm.cdf(-0.5))


@pytest.mark.parametrize("radius", [0.01, 0.1])
def test_the_worst_law_of_one_input_alone(radius):
    cell = claim_cell({"x1": normal(), "x2": normal()}, lambda x1, x2: x1 + x2)
    said = Robustness().estimate(cell)

    def moments(tilt):
        def tilted(x, power):
            return (
                np.exp(-tilt * stats.norm.cdf(x)) * stats.norm.pdf(x) * stats.norm.cdf(x) ** power
            )

        whole, mean = (integrate.quad(tilted, -9, 9, args=(own,))[0] for own in (0, 1))
        return -tilt * mean / whole - np.log(whole), mean / whole

    tilt = optimize.brentq(lambda t: moments(t)[0] - radius, 1e-6, 50)
    found = said["input_worst"][0, RADII.index(radius)]
    assert found == pytest.approx(moments(tilt)[1], abs=3e-3)  # of a regression on 2^16 draws
    assert found > said["worst"][RADII.index(radius)]


def test_the_worst_law_of_one_input_of_a_claim_that_nearly_always_holds():
    """x1 + x2 > -z(.99) sqrt 2: the laws that turn it lie in a tail that few draws reach.

    Exact by quadrature: .1 -> .9652, .5 -> .9104, and .95 at a radius of .197.
    """
    least = stats.norm.ppf(0.99) * np.sqrt(2)
    laws = {"x1": normal(), "x2": normal()}
    said = Robustness().estimate(claim_cell(laws, lambda x1, x2: x1 + x2 + least))
    for found, turned in zip(said["input_worst"], said["input_breakdown"], strict=True):
        assert found[RADII.index(0.1)] == pytest.approx(0.9652, abs=2e-3)
        assert found[RADII.index(0.5)] == pytest.approx(0.9104, abs=3e-3)
        assert turned == pytest.approx(0.197, rel=0.1)


@pytest.mark.parametrize("family", ["normal", "lognormal", "gamma", "triangular", "uniform"])
def test_families_have_the_same_mean_and_spread(family):
    laws = {"x": distribution("pert", minimum=8, mode=9, maximum=14)}
    (own,) = claim_cell(laws, lambda x: x, draws=256).inputs
    law = with_moments(own, family)
    assert (law.mean(), law.sd()) == pytest.approx((own.cell.law.mean(), own.cell.law.sd()))


def test_families_that_do_not_exist():
    laws = {"share": distribution("beta", alpha=0.5, beta=0.5), "any": normal()}
    share, either = claim_cell(laws, lambda *x: x[0] + x[1], draws=256).inputs
    assert with_moments(share, "uniform") is None  # kilograms that are never negative
    assert with_moments(share, "lognormal") is not None
    assert with_moments(either, "normal") is None
    assert with_moments(either, "gamma") is None  # which is never negative


def test_sharp_bounds_of_a_sum_of_two_parts():
    points = (np.arange(1 << 12) + 0.5) / (1 << 12)
    for z, (low, high) in ((1.0, (0.0, 1.0)), (0.5, (0.0, 0.5))):  # of P(X + Y <= z), uniform
        positive = unknown_dependence.sharp_bounds(points - z, points)
        assert positive == pytest.approx((1 - high, 1 - low), abs=1 / 1024)


def test_parts_of_a_margin():
    formulas = {"a": "x1", "b": "2*x2", "both": "a + x2", "net": "a - b + 1", "tied": "both - b"}
    plain = unit("1")
    inputs = {
        name: Parameter(name, plain, (), (cell,), "uncertainty", None)
        for name, cell in ((n, Cell(normal(), plain, n, Provenance())) for n in ("x1", "x2"))
    }
    model = Model([Equation(k, plain, parse(text)) for k, text in formulas.items()], inputs, {})
    assert terms_of(model, "b") == []
    x1, x2 = np.random.default_rng(1).normal(size=(2, 4, 64))
    values = {"x1": x1, "b": 2 * x2, "x2": x2}
    for name, margins, terms in (
        ("net", x1 - 2 * x2 + 1, [("x1", 1), ("b", -1)]),
        ("tied", x1 - x2, [("x1", 1), ("x2", 1), ("b", -1)]),
    ):
        assert terms_of(model, name) == terms
        drawn = [values[own] for own, _ in terms]
        found = two_parts(model, {}, terms_of(model, name), drawn, margins)
        assert sum(found) == pytest.approx(margins)
        assert any(np.ptp(own - x1) < 1e-9 for own in found)
    mixes = {"x2": Mix(("x1", "x2"), (0.6, 0.8))}
    terms = terms_of(model, "net")
    assert two_parts(model, mixes, terms, [x1, 2 * x2], x1 - 2 * x2 + 1) is None


def tables(**changes):
    about = {"unit": "kg", "source": "a test"}
    law = {"distribution": "normal", "mean": 0.0, "sd": 1.0}
    parameters = {name: {**law, **about} for name in ("x1", "x2")}
    parameters["site"] = {**about, "by": {"place": {at: dict(law) for at in "abc"}}}
    for name, changed in changes.items():
        parameters[name] |= changed
    return {
        "schema": "mcsus/1",
        "id": "linear",
        "dims": {"place": ["a", "b", "c"]},
        "parameters": parameters,
        "equations": {
            "first": {"formula": "2*x1", "unit": "kg"},
            "rest": {"formula": "2*x2 + sum(site, over=place)", "unit": "kg"},
            "net": {"formula": "first + rest", "unit": "kg"},
        },
        "outputs": {"net": "kg"},
        "scenarios": [{"id": "higher", "set": {"x2": {**law, **about, "mean": 2.0}}}],
        "claims": [
            {"id": "saves", "statement": "It saves", "quantity": "net", "relation": ">",
             "value": -2, "unit": "kg", "confidence": 0.6},
        ],
        "design": {"draws": 1024, "replicates": 8},
        "sensitivity": {"methods": []},
    }  # fmt: skip


@pytest.fixture(scope="module")
def told():
    result = mcsus.run(Study.from_dict(tables()))
    return result.to_dict()["claims"]["saves"]


def near(found, exact):
    assert found["value"] == pytest.approx(exact, abs=4 * found["error"] + 1e-3)


class TestOfARun:
    def test_a_run_under_the_other_law_agrees(self, told):
        changed = {"mean_down": {"mean": -0.5}, "wider": {"sd": 2.0}}
        rows = {
            row["change"]: row["probability"]
            for row in told["robustness"]["perturbed"]
            if row["input"] == "x1"
        }
        for name, change in changed.items():
            run = mcsus.run(Study.from_dict(tables(x1=change))).to_dict()
            at = run["claims"]["saves"]["cells"][0]["probability"]
            error = np.hypot(at["error"], rows[name]["error"])
            assert rows[name]["value"] == pytest.approx(at["value"], abs=4 * error)

    def test_dependence_of_a_pair(self, told):
        rows = told["robustness"]["dependence"]["looked_at"]
        pair = [row for row in rows if set(row["inputs"]) == {"x1", "x2"}]
        assert [row["correlation"] for row in pair] == [-1, -0.5, 0.5, 1]
        for row in pair:
            near(row["probability"], stats.norm.cdf(2 / np.sqrt(11 + 8 * row["correlation"])))

    def test_all_labels_together(self, told):
        rows = told["robustness"]["dependence"]["looked_at"]
        rows = [row for row in rows if row["inputs"] == ["site"]]
        for row in rows:
            spread = 8 + 3 + 6 * row["correlation"]
            near(row["probability"], stats.norm.cdf(2 / np.sqrt(spread)))
        assert [row["correlation"] for row in rows] == [0.5, 1]
        least = told["robustness"]["dependence"]["low"]
        assert (least["inputs"], least["correlation"]) == (["x1", "x2"], 1)

    def test_the_cell_that_is_least_sure_and_the_range_over_scenarios(self, told):
        robustness = told["robustness"]
        assert robustness["labels"] == {"scenario": "base"}
        assert len(robustness["cells"]) == 2
        (over,) = robustness["scenarios"]
        assert (over["low"]["scenario"], over["high"]["scenario"]) == ("base", "higher")
        near(over["high"], stats.norm.cdf(6 / np.sqrt(11)))
        near(over["low"], stats.norm.cdf(2 / np.sqrt(11)))

    def test_sharp_bounds_of_a_run(self, told):
        # 2 x1 + 2 x2 + the sites are independent: of N(2, 4) and N(0, 7) the one that varies most
        sharp = told["robustness"]["dependence"]["sharp"]
        x = np.linspace(-12, 12, 24001)
        one, other = stats.norm.cdf(x, 2, 2), stats.norm.cdf(-x, 0, np.sqrt(7))
        low, high = 1 - min((one + other).min(), 1), 1 - max((one + other - 1).max(), 0)
        assert (sharp["low"], sharp["high"]) == pytest.approx((low, high), abs=0.01)

    def test_a_family_that_needs_a_run(self, told):
        rows = told["robustness"]["families"]
        laws = {row["law"]: row for row in rows if row["input"] == "x1"}
        assert {"triangular", "uniform"} == set(laws)
        reach = np.sqrt(3.0)
        exact = integrate.quad(
            lambda x: stats.norm.cdf((2 + 2 * x) / np.sqrt(7)) / (2 * reach), -reach, reach
        )[0]
        near(laws["uniform"]["probability"], exact)


@pytest.mark.slow
def test_twice_the_spread_of_one_of_many_is_told_beyond_the_draws():
    """Weights cannot: of a normal law of twice the spread they have no variance."""
    laws = {name: {"distribution": "normal", "mean": 0.0, "sd": 1.0} for name in "abcd"}
    about = {"unit": "kg", "source": "a test"}
    document = {
        "schema": "mcsus/1", "id": "sum", "outputs": {"z": "kg"}, "sensitivity": {"methods": []},
        "parameters": {name: law | about for name, law in laws.items()},
        "equations": {"z": {"formula": "a + b + c + d", "unit": "kg"}},
        "design": {"draws": 1024, "replicates": 8},
        "claims": [{"id": "c", "statement": "small", "quantity": "z", "relation": "<=",
                    "value": 4, "unit": "kg", "confidence": 0.9}],
    }  # fmt: skip
    told = mcsus.run(Study.from_dict(document)).to_dict()["claims"]["c"]["robustness"]
    wider = [row for row in told["perturbed"] if row["change"] == "wider"]
    assert len(wider) == 4
    for row in wider:
        assert row["by"] == "run"
        exact = stats.norm.cdf(4 / np.sqrt(7))  # of 7 degrees of freedom, in 999 of 1,000 runs
        assert row["probability"]["value"] == pytest.approx(
            exact, abs=5.4 * row["probability"]["error"]
        )
        assert row["probability"]["error"] < 4e-3
    assert told["not_looked_at"] == 0


def chosen():
    """A claim on what a grid, a correction and a law that is cut off come to."""
    uniform = {"distribution": "uniform", "minimum": 0, "maximum": 1, "unit": "1", "source": "x"}
    return {
        "schema": "mcsus/1", "id": "chosen", "outputs": {"y": "1"}, "sensitivity": {"methods": []},
        "parameters": {
            "grid": "epa.avoided",
            "correction": "device.truncation",
            "cut": {"distribution": "normal", "mean": 0, "sd": 1, "truncate": {"low": 0},
                    "unit": "1", "source": "x"},
            "u": uniform,
            "one": {"distribution": "constant", "value": 1, "unit": "kg CO2e/kWh", "source": "x"},
        },
        "equations": {"y": {"formula": "grid/one + correction + cut + u", "unit": "1"}},
        "scenarios": [{"id": "average_factor", "set": {"grid": "avoided.us_grid"}}],
        "design": {"draws": 512, "replicates": 8},
        "claims": [{"id": "c", "statement": "much", "quantity": "y", "relation": ">",
                    "value": 3.3, "unit": "1", "confidence": 0.9}],
    }  # fmt: skip


def test_other_choices_of_method_are_tried_on_the_same_draws():
    result = mcsus.run(Study.from_dict(chosen()))
    told = result.to_dict()["claims"]["c"]["robustness"]
    own = {row["choice"] + "." + row["by"]: row for row in told["choices"]}
    assert set(own) == {
        "average_factor.run", "no_truncation.run", "whole_law.run", "average_factor.scenario",
    }  # fmt: skip
    assert [row["input"] for row in told["choices"]] == ["grid", "correction", "cut", None]
    run, scenario = (own[f"average_factor.{by}"]["probability"] for by in ("run", "scenario"))
    assert run["value"] == pytest.approx(scenario["value"], abs=4 * run["error"])
    tables = chosen() | {"scenarios": []}
    for name, choice in (("correction", "no_truncation"), ("cut", "whole_law")):
        changed = copy.deepcopy(tables)
        if name == "cut":
            del changed["parameters"]["cut"]["truncate"]
        else:
            changed["parameters"]["correction"] = {
                "distribution": "constant", "value": 1, "unit": "1", "source": "x",
            }  # fmt: skip
        (cell,) = mcsus.run(Study.from_dict(changed)).to_dict()["claims"]["c"]["cells"]
        found = own[f"{choice}.run"]["probability"]
        errors = np.hypot(found["error"], cell["probability"]["error"])
        assert found["value"] == pytest.approx(cell["probability"]["value"], abs=4 * errors)
    (words,) = (s for s in sentences(told) if s.startswith("By other choices"))
    assert "with the average emission factor for grid" in words
    assert "with no correction for truncation (correction)" in words
    assert "with the law of cut not cut off" in words
    assert "with scenario average factor" in words


def test_what_runs_were_not_left_for_is_a_caution(monkeypatch):
    monkeypatch.setattr(again, "MOST_RUNS", 2)
    result = mcsus.run(Study.from_dict(chosen()))
    told = result.to_dict()
    lost = sum(own["not_looked_at"] for own in told["claims"]["c"]["robustness"]["cells"])
    (caution,) = (own for own in told["cautions"] if own["kind"] == "not_looked_at")
    assert lost > 10
    assert caution["text"].startswith(f"{lost} changes of laws")


def test_records_name_what_stands_in_their_place():
    tried = {own.name: own.cell.provenance.instead for own in library().records()}
    known = {name: own for name, own in tried.items() if own}
    assert {"epa.avoided", "avoided.us_grid", "device.truncation"} <= set(known)
    for name, own in known.items():
        for other in own.values():
            if isinstance(other, str):
                units = [library().get(key).unit.dimension for key in (name, other)]
                assert units[0] == units[1]
                assert name in (library().get(other).cell.provenance.instead or {}).values()


def test_a_radius_that_one_replicate_decides_has_no_error_that_is_known():
    tables = {
        "schema": "mcsus/1", "id": "rare", "outputs": {"y": "1"}, "sensitivity": {"methods": []},
        "parameters": {"x": {"distribution": "uniform", "minimum": 0, "maximum": 1, "unit": "1",
                             "source": "a case"}},
        "equations": {"y": {"formula": "x", "unit": "1"}},
        "design": {"kind": "monte_carlo", "draws": 256, "replicates": 4, "seed": 3},
        "claims": [{"id": "c", "statement": "hardly ever below", "quantity": "y", "relation": ">",
                    "value": 0.0008, "unit": "1", "confidence": 0.9}],
    }  # fmt: skip
    told = mcsus.run(Study.from_dict(tables)).to_dict()["claims"]["c"]["robustness"]
    assert told["breakdown_radius"] == {"value": pytest.approx(0.3689435), "error": None}
