"""Traps that well-known packages fell into, each as a test that would catch it here."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from SALib.analyze import sobol as salib_sobol
from SALib.sample import sobol as salib_sample
from scipy import stats

import mcsus
from mcsus.analysis.base import methods
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import NotFiniteError
from mcsus.runner import check, rows_of_table, run
from mcsus.streams import Design


def values(asked, name="y", design=None, replicate=0, groups=None):
    """Return draws of an equation as the kernel makes them, shape ``(evaluation, draw)``."""
    found, model = check(asked)
    kernel = Kernel(model, stream_positions({p.name: p for p in found.parameters}))
    return kernel.run(kernel.plan([Quantity(name)], groups), design or asked.design, replicate)[0]


def cell(asked, name="y", **options):
    (found,) = run(asked, **options).to_dict()["outputs"][name]["cells"]
    return found


def test_one_nan_in_8192_values_is_not_passed_over(study, by_hand):
    """SALib and SciPy report every index as 0, without a warning."""
    tables = {"design": {"draws": 8192, "replicates": 1}}
    probe = study({"a": ("uniform", 0, 1)}, {"y": "a"}, **tables)
    top = np.sort(by_hand(probe).cube(0, 8192)["study:a"])[-2:]
    formula = f"sqrt({float(top.mean())!r} - a)"  # NaN at the largest draw alone
    with pytest.raises(NotFiniteError, match="'y' is not finite in 1 of 8192 draws"):
        run(study({"a": ("uniform", 0, 1)}, {"y": formula}, **tables))


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_seed_0_is_a_seed(study, kind):
    """Some take it as "no seed" and give another answer each time."""
    asked = study(
        {"a": ("normal", 0, 1), "b": ("normal", 0, 1)}, {"y": "a + 2*b"},
        sensitivity={"methods": ["sobol"]}, design={"kind": kind, "draws": 1024},
    )  # fmt: skip
    first, second, other = (run(asked, seed=s).to_dict(timing=False) for s in (0, 0, 1))
    assert first == second
    assert first["seed"] == 0
    assert first["digest"] != other["digest"]


@pytest.mark.parametrize("method", sorted(methods()))
def test_seed_0_is_a_seed_of_every_method(study, method):
    low = {
        "id": "low",
        "statement": "low",
        "quantity": "y",
        "relation": "<",
        "value": 0.5,
        "unit": "1",
        "confidence": 0.9,
    }
    asked = study(
        {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)}, {"y": "a + a*b"},
        sensitivity={"methods": [method], "draws": 256}, design={"draws": 256, "replicates": 2},
        claims=[low],
    )  # fmt: skip
    first, second, other = (run(asked, seed=s).to_dict()["sensitivity"] for s in (0, 0, 1))
    assert first == second
    if '"error"' in json.dumps(first):  # else nothing of it is drawn
        assert first != other


@pytest.mark.parametrize("estimator", ["auto", "salib", "streaming"])
def test_rows_of_another_order_would_be_seen(study, estimator):
    """A design read in another order gives indices without complaint, and wrong ones."""
    laws = {n: ("uniform", 0, 1) for n in "abc"}  # noqa: C420 - three entries of their own
    asked = study(
        laws, {"y": "4*a + 2*b + c"}, design={"draws": 4096, "replicates": 4},
        sensitivity={"methods": ["sobol"], "draws": 4096, "estimator": estimator},
    )  # fmt: skip
    (found,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    for name, share in (("a", 16 / 21), ("b", 4 / 21), ("c", 1 / 21)):
        for key in ("S1", "ST"):
            assert found["indices"][name][key]["value"] == pytest.approx(share, abs=0.005)


@pytest.mark.parametrize("estimator", ["auto", "salib", "streaming"])
def test_first_and_second_order_designs_are_told_apart(study, estimator):
    """A first-order design that is read as a second-order one is accepted, and wrong."""
    laws = {f"x{k}": ("uniform", -math.pi, math.pi) for k in (1, 2, 3)}
    equations = {"y": "sin(x1) + 7*sin(x2)**2 + 0.1*x3**4*sin(x1)"}
    found = []
    for second_order in (False, True):
        asked = study(
            laws, equations, design={"draws": 1024, "replicates": 2},
            sensitivity={"methods": ["sobol"], "draws": 1024, "second_order": second_order,
                         "estimator": estimator},
        )  # fmt: skip
        found.append(run(asked).to_dict()["sensitivity"]["y"]["cells"][0]["indices"])
    for name in laws:  # SALib's total order uses both halves of a second-order design
        assert found[0][name]["ST"]["value"] == pytest.approx(
            found[1][name]["ST"]["value"], abs=0.05
        )


class TestErrorsOnSobolPoints:
    """The usual formulas and bootstraps take the points for independent."""

    LAWS = {n: ("uniform", 0, 1) for n in "abc"}  # noqa: C420, RUF012
    FORMULA = "4*a + 2*b + c + a*b"
    SEEDS, REPLICATES = 32, 8

    def test_of_the_mean(self, study):
        asked = study(self.LAWS, {"y": self.FORMULA}, design={"replicates": self.REPLICATES})
        found = [cell(asked, seed=s) for s in range(self.SEEDS)]
        spread = np.std([f["mean"]["value"] for f in found], ddof=1)
        # the stated error squared is chi-squared with 7 degrees of freedom, 32 times over
        stated = math.sqrt(np.mean([f["mean"]["error"] ** 2 for f in found]))
        ratio = (stated / spread) ** 2
        low, high = stats.f((self.REPLICATES - 1) * self.SEEDS, self.SEEDS - 1).ppf([1e-4, 0.9999])
        assert low < ratio < high
        usual = found[0]["sd"]["value"] / math.sqrt(256 * self.REPLICATES)
        assert usual > 3 * spread  # what independent draws would have

    def test_of_the_indices(self, study):
        asked = study(
            self.LAWS, {"y": self.FORMULA}, design={"draws": 1024, "replicates": 16},
            sensitivity={"methods": ["sobol"], "draws": 1024, "estimator": "salib"},
        )  # fmt: skip
        (ours,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
        y = values(asked, groups=[{"a"}, {"b"}, {"c"}])
        rows = np.concatenate([y[:1], y[2:], y[1:2]]).T.ravel()
        problem = {"num_vars": 3, "names": list("abc"), "bounds": [[0, 1]] * 3}
        theirs = salib_sobol.analyze(
            problem, rows, calc_second_order=False, num_resamples=100, seed=1
        )
        for k, name in enumerate("abc"):
            # the sd of one replicate, from the replicates and from the bootstrap (95 %: 1.96 sd)
            honest = ours["indices"][name]["S1"]["error"] * 4
            assert theirs["S1_conf"][k] / 1.96 > 20 * honest


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_no_seed_is_handed_out_twice(study, kind):
    """Two matrices, parameters or replicates of one seed would have a correlation of 1."""
    draws = 4096
    asked = study(
        {"a": ("normal", 0, 1), "b": ("normal", 0, 1)}, {"x": "a", "y": "b"},
        design={"kind": kind, "draws": draws, "replicates": 2},
    )  # fmt: skip
    a = values(asked, "x", groups=[{"a"}])
    again = values(asked, "x", replicate=1)[0]
    columns = [a[0], a[1], values(asked, "y")[0]]
    if kind == "monte_carlo":  # scrambles of one Sobol' dimension share the order of their halves
        columns.append(again)
    correlation = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlation).max() < 5 / math.sqrt(draws)  # five standard errors of 0
    assert not np.isin(again, a).any()


def test_no_stratum_is_drawn_twice(study):
    """Strata of a Latin hypercube that are drawn with replacement leave gaps."""
    laws = {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)}
    asked = study(laws, {"x": "a", "y": "b"}, design={"draws": 1024, "replicates": 3})
    for replicate in range(3):
        for name in ("x", "y"):
            drawn = values(asked, name, replicate=replicate, groups=[{"a"}])
            for own in drawn:  # A and B
                assert sorted(np.floor(own * 1024)) == list(range(1024))


class TestTruncation:
    LAW = {"distribution": "normal", "mean": 10, "sd": 2}  # noqa: RUF012

    def test_bounds_are_values_and_not_multiples_of_the_sd(self, study):
        """SciPy's truncnorm takes bounds in units of sd from the mean."""
        asked = study(
            {"a": {**self.LAW, "truncate": {"low": 9, "high": 14}}}, {"y": "a"},
            design={"draws": 4096, "replicates": 4},
        )  # fmt: skip
        drawn = values(asked)[0]
        assert drawn.min() > 9
        assert drawn.max() < 14
        exact = stats.truncnorm(-0.5, 2, loc=10, scale=2)
        found = cell(asked)
        assert abs(found["mean"]["value"] - exact.mean()) < 5 * found["mean"]["error"]
        assert abs(found["sd"]["value"] - exact.std()) < 5 * found["sd"]["error"]

    def test_no_mass_is_piled_up_at_a_bound(self, study):
        asked = study(
            {"a": {**self.LAW, "truncate": {"low": 10}}}, {"y": "a"}, design={"draws": 4096}
        )
        drawn = values(asked)[0]
        assert len(np.unique(drawn)) == 4096
        # the upper half of the law: its median is the third quartile
        assert np.median(drawn) == pytest.approx(10 + 2 * stats.norm.ppf(0.75), abs=0.002)


class TestNames:
    def test_a_name_that_is_used_twice_is_drawn_once(self, study):
        """Drawn twice, `x - x` would have a sd of 1.41."""
        found = cell(study({"x": ("normal", 0, 1)}, {"y": "x - x", "z": "2*x"}))
        assert (found["mean"]["value"], found["sd"]["value"]) == (0, 0)

    def test_across_equations_too(self, study):
        asked = study({"x": ("normal", 0, 1)}, {"u": "3*x", "v": "3*x", "y": "u - v"}, ["y"])
        assert cell(asked)["sd"]["value"] == 0

    def test_and_under_two_names(self, study):
        area = "hsl.processing.0.mcu"
        asked = study({"one": area, "two": area}, {"y": "one/two - 1"})
        assert cell(asked)["sd"]["value"] == 0


def test_the_mean_of_a_lognormal_law_is_its_mean(study):
    """And not the mean of its logarithm."""
    law = {"distribution": "lognormal", "mean": 3, "sd": 1.5}
    found = cell(study({"a": law}, {"y": "a"}, design={"draws": 4096, "replicates": 16}))
    assert abs(found["mean"]["value"] - 3) < 5 * found["mean"]["error"]
    assert abs(found["sd"]["value"] - 1.5) < 5 * found["sd"]["error"]
    assert found["median"]["value"] == pytest.approx(3 / math.sqrt(1.25), abs=0.01)


@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_adding_a_parameter_changes_nothing_else(study, kind):
    laws = {"a": ("lognormal", 1, 2), "b": ("normal", 5, 1)}
    tables = {"design": {"kind": kind, "draws": 512}}
    before = study(laws, {"y": "a*b"}, **tables)
    after = study({**laws, "c": ("normal", 0, 1)}, {"y": "a*b", "z": "y + c"}, **tables)
    assert cell(before) == cell(after)


def test_points_stay_inside_the_open_cube(study):
    """The quantile at 0 or 1 of an unbounded law is infinite."""
    asked = study({"a": ("normal", 0, 1), "b": ("lognormal", 1, 3)}, {"y": "a*log(b)"})
    for kind in ("sobol", "monte_carlo"):
        drawn = values(asked, design=Design(kind, 2**16, 1, seed=1))
        assert np.isfinite(drawn).all()


def test_no_p_value_is_printed_anywhere(study):
    """With draws enough, any difference has the p-value one likes."""
    claim = {"id": "c", "statement": "-", "quantity": "y", "relation": ">", "value": 0, "unit": "1",
             "confidence": 0.5}  # fmt: skip
    asked = study({"a": ("normal", 0.1, 1)}, {"y": "a"}, claims=[claim])
    (found,) = run(asked).to_dict()["claims"]["c"]["cells"]
    told = {"labels", "probability", "verdict", "likelihood", "margin", "quantity"}
    assert set(found) == told


class TestTablesOfDesigns:
    """Rows of a design are not independent: what blocks of them agree on is no share."""

    EXACT = {"x1": 0.313905, "x2": 0.442411, "x3": 0.0}  # noqa: RUF012

    def table(self, points, second_order, seed):
        problem = {"num_vars": 3, "names": list(self.EXACT), "bounds": [[-math.pi, math.pi]] * 3}
        rows = salib_sample.sample(problem, points, calc_second_order=second_order, seed=seed)
        a, b, c = rows.T
        return {
            "x1": a,
            "x2": b,
            "x3": c,
            "y": np.sin(a) + 7 * np.sin(b) ** 2 + c**4 * np.sin(a) / 10,
        }

    def off(self, table):
        """Return by how many errors indices are off, at most, and the kinds of cautions."""
        found = mcsus.sensitivity(table, "y", methods=["given_data", "rbd_fast"]).to_dict()
        off = [
            (own["indices"][name]["S1"]["value"] - exact) / own["indices"][name]["S1"]["error"]
            for own in found["sensitivity"]["y"]["cells"]
            for name, exact in self.EXACT.items()
        ]
        return np.abs(off).max(), {caution["kind"] for caution in found["cautions"]}

    @pytest.mark.parametrize("points", [1024, 4096])
    @pytest.mark.parametrize("second_order", [False, True])
    def test_of_saltelli(self, points, second_order):
        for seed in range(3):
            worst, kinds = self.off(self.table(points, second_order, seed))
            assert worst <= 5
            assert {"shared_values", "even_rows"} <= kinds

    def test_without_care_for_them(self, monkeypatch):
        monkeypatch.setattr(rows_of_table, "are_even", lambda _: False)
        assert self.off(self.table(4096, False, 0))[0] > 5
