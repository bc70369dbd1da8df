"""Exact answers, from study files of formulas alone.

Each expected value is worked out here from its closed form; the printed figures are checks of that
working. A value must lie within five of the study's own stated errors: with 16 replicates the
error has 15 degrees of freedom, and P(|t| > 5) is 1.6e-4. Seeds are fixed. That the errors
themselves are honest is tested at the end, over many seeds.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mcsus.runner import run

ERRORS = 5
FULL = {"design": {"draws": 2**12, "replicates": 16, "seed": 20230127}}


def solve(study, parameters, equations, outputs=None, *, indices=False, **tables):
    """Run a study at 2^12 draws x 16 replicates and return its JSON document."""
    asked = {"methods": ["sobol"], "draws": 2**12} if indices else {"methods": []}
    given = {**FULL, "sensitivity": {**asked, **tables.pop("options", {})}, **tables}
    return run(study(parameters, equations, outputs, **given)).to_dict()


def cell(document, name="y"):
    (found,) = document["outputs"][name]["cells"]
    return found


def indices(document, name="y"):
    (found,) = document["sensitivity"][name]["cells"]
    return found["indices"]


def within(estimate, exact, largest=math.inf):
    """Tell whether an estimate lies within five of its errors, and those are small enough."""
    near = abs(estimate["value"] - exact) <= ERRORS * estimate["error"] + 1e-9 * abs(exact)
    return near and estimate["error"] <= largest


def check_indices(found, first, total, largest):
    assert set(found) == set(first)
    for name in first:
        assert within(found[name]["S1"], first[name], largest), (name, found[name]["S1"])
        assert within(found[name]["ST"], total[name], largest), (name, found[name]["ST"])


class TestIshigami:
    """T. Ishigami and T. Homma (1990), a = 7, b = 0.1; doi:10.1109/ISUMA.1990.151285."""

    A, B, PI = 7, 0.1, math.pi
    LAWS = {f"x{k}": ("uniform", -math.pi, math.pi) for k in (1, 2, 3)}  # noqa: RUF012
    FORMULA = "sin(x1) + 7*sin(x2)**2 + 0.1*x3**4*sin(x1)"

    def test_moments_and_indices(self, study):
        v1 = 0.5 * (1 + self.B * self.PI**4 / 5) ** 2
        v2 = self.A**2 / 8
        v13 = self.B**2 * self.PI**8 * (1 / 18 - 1 / 50)
        variance = v1 + v2 + v13
        assert variance == pytest.approx(13.844587940719254, rel=1e-14)
        first = {"x1": v1 / variance, "x2": v2 / variance, "x3": 0.0}
        total = {"x1": (v1 + v13) / variance, "x2": v2 / variance, "x3": v13 / variance}
        assert list(first.values()) == pytest.approx([0.313905191, 0.442411145, 0], abs=5e-10)
        assert list(total.values()) == pytest.approx(
            [0.557588855, 0.442411145, 0.243683664], abs=5e-10
        )
        document = solve(study, self.LAWS, {"y": self.FORMULA}, indices=True)
        check_indices(indices(document), first, total, largest=0.004)
        assert within(cell(document)["mean"], self.A / 2, 0.004)
        assert within(cell(document)["sd"], math.sqrt(variance), 0.004)
        ranking = document["sensitivity"]["y"]["cells"][0]["ranking"]
        assert ranking == ["x1", "x2", "x3"]


class TestSobolG:
    """I. M. Sobol' (1993); closed forms in Saltelli et al., Global Sensitivity Analysis (2008)."""

    A = (0, 1, 4.5, 9, 99, 99, 99, 99)

    def test_indices(self, study):
        v = [1 / 3 / (1 + a) ** 2 for a in self.A]
        variance = math.prod(1 + x for x in v) - 1
        assert variance == pytest.approx(0.4654244319, abs=5e-11)
        names = [f"x{k}" for k in range(8)]
        first = {n: x / variance for n, x in zip(names, v, strict=True)}
        total = {n: x * (1 + variance) / (1 + x) / variance for n, x in zip(names, v, strict=True)}
        assert list(first.values())[:5] == pytest.approx(
            [0.716192, 0.179048, 0.023676, 0.007162, 0.000072], abs=5e-7
        )
        assert list(total.values())[:5] == pytest.approx(
            [0.787144, 0.242198, 0.034317, 0.010460, 0.000105], abs=5e-7
        )
        factors = [f"(abs(4*{n} - 2) + {a})/{1 + a}" for n, a in zip(names, self.A, strict=True)]
        laws = dict.fromkeys(names, ("uniform", 0, 1))
        document = solve(study, laws, {"y": " * ".join(factors)}, indices=True)
        check_indices(indices(document), first, total, largest=0.005)
        assert within(cell(document)["mean"], 1, 0.001)
        assert within(cell(document)["sd"], math.sqrt(variance))


class TestSobolGStar:
    """A. Saltelli et al. (2010), doi:10.1016/j.cpc.2009.09.018: bent, and shifted round."""

    SHIFTS = (0.3, 0.85, 0.1, 0.6, 0.45)

    @pytest.mark.parametrize(
        ("bend", "a", "largest"),
        [
            (1, (0, 0, 9, 9, 9), 0.01),
            (0.5, (0, 0.1, 0.2, 0.3, 0.4), 0.01),
            (2, (0, 0.5, 1, 2, 4), 0.02),
        ],
    )
    def test_indices(self, study, bend, a, largest):
        v = [bend**2 / (1 + 2 * bend) / (1 + own) ** 2 for own in a]
        variance = math.prod(1 + x for x in v) - 1
        names = [f"x{k}" for k in range(5)]
        first = {n: x / variance for n, x in zip(names, v, strict=True)}
        total = {n: x * (1 + variance) / (1 + x) / variance for n, x in zip(names, v, strict=True)}
        factors = [
            f"({1 + bend} * abs(2 * mod({n} + {shift}, 1) - 1)**{bend} + {own}) / {1 + own}"
            for n, own, shift in zip(names, a, self.SHIFTS, strict=True)
        ]
        laws = dict.fromkeys(names, ("uniform", 0, 1))
        document = solve(study, laws, {"y": " * ".join(factors)}, indices=True)
        check_indices(indices(document), first, total, largest=largest)
        assert within(cell(document)["mean"], 1, 0.001)
        assert within(cell(document)["sd"], math.sqrt(variance))


class TestProductOfLognormals:
    """Y = prod X_i: V_u = e^(2 mu + T) (e^(sum of s_i^2 in u) - 1)."""

    @pytest.mark.parametrize(
        ("sds", "first", "total", "largest"),
        [
            ((0.1, 0.3, 0.5), (0.023982, 0.224723, 0.677756), (0.033694, 0.291451, 0.749036), 0.01),
            ((0.3, 0.6, 1.0), None, (0.1124, 0.3950, 0.8258), 0.06),  # heavy tails
        ],
    )
    def test_indices(self, study, sds, first, total, largest):
        squares = np.array(sds) ** 2
        t = squares.sum()
        s1 = np.expm1(squares) / np.expm1(t)
        st = np.expm1(-squares) / np.expm1(-t)
        digits = 5e-7 if first else 5e-5
        assert st == pytest.approx(total, abs=digits)
        if first:
            assert s1 == pytest.approx(first, abs=digits)
        names = ["x0", "x1", "x2"]
        laws = {n: ("lognormal", 1, math.exp(s)) for n, s in zip(names, sds, strict=True)}
        document = solve(study, laws, {"y": "x0*x1*x2"}, indices=True)
        check_indices(
            indices(document),
            dict(zip(names, s1, strict=True)), dict(zip(names, st, strict=True)), largest,
        )  # fmt: skip
        assert within(cell(document)["mean"], math.exp(t / 2))
        assert within(cell(document)["median"], 1)
        assert within(cell(document)["sd"], math.exp(t / 2) * math.sqrt(np.expm1(t)))


class TestBorehole:
    """W. V. Harper and S. K. Gupta (1983), all inputs uniform; figures by quadrature elsewhere."""

    RANGES = {  # noqa: RUF012
        "rw": (0.05, 0.15), "r": (100, 50000), "tu": (63070, 115600), "hu": (990, 1110),
        "tl": (63.1, 116), "hl": (700, 820), "length": (1120, 1680), "kw": (9855, 12045),
    }  # fmt: skip
    FORMULA = "2*pi*tu*(hu - hl)/(log(r/rw)*(1 + 2*length*tu/(log(r/rw)*rw**2*kw) + tu/tl))"
    FIRST = {"rw": 0.8289, "hu": 0.0414, "hl": 0.0414, "length": 0.0393, "kw": 0.0095}  # noqa: RUF012
    TOTAL = {"rw": 0.8668, "hu": 0.0541, "hl": 0.0541, "length": 0.0521, "kw": 0.0127}  # noqa: RUF012

    def test_moments_and_indices(self, study):
        laws = {n: ("uniform", *ends) for n, ends in self.RANGES.items()}
        document = solve(study, laws, {"y": self.FORMULA}, indices=True)
        found = indices(document)
        for name in self.FIRST:
            # a unit of the last digit that is given, besides five errors
            for key, wanted in (("S1", self.FIRST), ("ST", self.TOTAL)):
                error = found[name][key]["error"]
                assert abs(found[name][key]["value"] - wanted[name]) < 5 * error + 1e-4
                assert error < 0.004
        for name in {"r", "tu", "tl"}:
            assert found[name]["ST"]["value"] < 0.001
        mean, sd = cell(document)["mean"], cell(document)["sd"]
        assert abs(mean["value"] - 77.6513) < 5 * mean["error"] + 1e-4
        assert abs(sd["value"] - math.sqrt(2078.93)) < 5 * sd["error"] + 1e-3

    def test_the_printed_moments_by_a_product_rule(self):
        """Gauss and Legendre; `hu - hl` is a factor of known moments."""
        counts = {"rw": 10, "length": 5, "kw": 5, "r": 40, "tu": 4, "tl": 5}
        rules = {name: np.polynomial.legendre.leggauss(count) for name, count in counts.items()}
        axes = [
            lo + (hi - lo) * (rules[name][0] + 1) / 2
            for name, (lo, hi) in ((name, self.RANGES[name]) for name in counts)
        ]
        rw, length, kw, r, tu, tl = np.ix_(*axes)
        w = math.prod(np.ix_(*(rules[name][1] / 2 for name in counts)))
        log = np.log(r / rw)
        rest = 2 * np.pi * tu / (log * (1 + 2 * length * tu / (log * rw**2 * kw) + tu / tl))
        mean = 290 * (w * rest).sum()
        variance = (290**2 + 2 * 120**2 / 12) * (w * rest**2).sum() - mean**2
        assert mean == pytest.approx(77.6513, abs=1e-4)
        assert variance == pytest.approx(2078.93, abs=0.01)


class TestFootprintOracle:
    """F = sum_k c_k prod_i X_i^a_ki of lognormal X has V_u in closed form.

    V_u = sum_kl E[T_k] E[T_l] (exp(g_k' Sigma_uu g_l) - 1), with g_k = a_k,u for independent X.
    """

    NAMES = ("area", "cpa", "die_yield", "board", "power", "life", "intensity")
    MEDIANS = (0.5, 1.5, 0.85, 0.6, 0.05, 26280, 0.45)
    GSDS = (1.2, 1.4, 1.05, 1.3, 1.5, 1.4, 1.7)
    POWERS = np.array([[1, 1, -1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 1, 1]])
    FACTORS = (1, 1, 1e-3)

    def variance(self, chosen):
        s2 = np.log(self.GSDS) ** 2
        mu = np.log(self.MEDIANS)
        means = self.FACTORS * np.exp(self.POWERS @ mu + self.POWERS**2 @ s2 / 2)
        covariance = (self.POWERS * (s2 * chosen)) @ self.POWERS.T
        return float(means @ np.expm1(covariance) @ means), float(means.sum())

    def test_moments_and_indices(self, study):
        everything = np.ones(7)
        whole, mean = self.variance(everything)
        assert mean == pytest.approx(2.35357717, abs=5e-9)
        assert math.sqrt(whole) == pytest.approx(0.79417151, abs=5e-9)
        first, total = {}, {}
        for k, name in enumerate(self.NAMES):
            alone = np.eye(7)[k]
            first[name] = self.variance(alone)[0] / whole
            total[name] = 1 - self.variance(everything - alone)[0] / whole
        assert list(first.values()) == pytest.approx(
            [0.048418, 0.171715, 0.003414, 0.043572, 0.173273, 0.116239, 0.315350], abs=5e-7
        )
        assert list(total.values()) == pytest.approx(
            [0.054351, 0.177942, 0.003953, 0.043572, 0.257148, 0.181565, 0.416255], abs=5e-7
        )
        laws = {
            n: ("lognormal", m, g)
            for n, m, g in zip(self.NAMES, self.MEDIANS, self.GSDS, strict=True)
        }
        formula = "area*cpa/die_yield + board + power*life*intensity/1000"
        document = solve(study, laws, {"y": formula}, indices=True)
        check_indices(indices(document), first, total, largest=0.010)
        assert within(cell(document)["mean"], mean, 0.001)
        assert within(cell(document)["sd"], math.sqrt(whole))

    def test_with_units(self, study):
        """The same with every input in a unit of the field, so that conversion is tested, too."""
        units = ("cm**2", "kg CO2e/cm**2", "1", "kg CO2e", "W", "hour", "kg CO2e/kWh")
        laws = {
            n: {"distribution": "lognormal", "median": m, "gsd": g, "unit": u}
            for n, m, g, u in zip(self.NAMES, self.MEDIANS, self.GSDS, units, strict=True)
        }
        formula = ("area*cpa/die_yield + board + power*life*intensity", "kg CO2e")
        plain = {
            n: ("lognormal", m, g)
            for n, m, g in zip(self.NAMES, self.MEDIANS, self.GSDS, strict=True)
        }
        with_units = cell(solve(study, laws, {"y": formula}, {"y": "g CO2e"}))
        without = cell(solve(
            study, plain, {"y": "area*cpa/die_yield + board + power*life*intensity/1000"}
        ))  # fmt: skip
        for key in ("mean", "sd", "median"):
            for part in ("value", "error"):
                assert with_units[key][part] == pytest.approx(1000 * without[key][part], rel=1e-6)


class TestSums:
    @pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
    def test_four_normal_laws(self, study, kind):
        """JCGM 101:2008, 9.2.2: u = 2, and 95 % within 3.92 of 0."""
        design = {"design": {**FULL["design"], "kind": kind}}
        laws = {f"x{k}": ("normal", 0, 1) for k in range(4)}
        found = cell(solve(study, laws, {"y": "x0 + x1 + x2 + x3"}, **design))
        assert within(found["mean"], 0)
        assert within(found["sd"], 2)
        for q in found["quantiles"]:
            assert within(q, 2 * stats.norm.ppf(q["p"])), q

    def test_ipcc_approach_1(self, study):
        """5 % activity times 10 % factor is 11.18 % combined; Monte Carlo adds the product term."""
        laws = {"activity": ("normal", 1, 0.05), "factor": ("normal", 1, 0.10)}
        document = solve(study, laws, {"y": "activity*factor"})
        assert round(100 * math.hypot(0.05, 0.10), 2) == 11.18
        exact = math.sqrt(0.05**2 + 0.10**2 + (0.05 * 0.10) ** 2)
        assert within(cell(document)["sd"], exact, 5e-5)
        assert cell(document)["sd"]["value"] == pytest.approx(0.1118, abs=0.0002)

    def test_the_uncertainty_does_not_shrink_with_draws_and_the_error_does(self, study):
        laws = {"a": ("lognormal", 1, 2), "b": ("normal", 3, 1)}
        small, large = (
            cell(solve(study, laws, {"y": "a*b"}, design={**FULL["design"], "draws": n}))
            for n in (2**8, 2**14)
        )
        assert small["sd"]["value"] == pytest.approx(large["sd"]["value"], rel=0.05)
        # plain sampling would make the error 8 times smaller; Sobol' points at least that
        assert large["mean"]["error"] < small["mean"]["error"] / 8


def probability(document, name):
    (found,) = document["claims"][name]["cells"]
    return found["probability"]


def claim(name, quantity, relation=">", **changes):
    return {"id": name, "statement": "-", "quantity": quantity, "relation": relation, "value": 0,
            "unit": "1", "confidence": 0.6, **changes}  # fmt: skip


class TestClaims:
    def test_two_designs_that_share_a_factor(self, study):
        """log A - log B = log(1/.95) + log a - log b: the shared factor drops out."""
        s = math.log(1.1)
        exact = stats.norm.cdf(math.log(1 / 0.95) / (s * math.sqrt(2)))
        assert exact == pytest.approx(0.648230, abs=5e-7)
        laws = {"g": ("lognormal", 1, 2), "a": ("lognormal", 1, 1.1), "b": ("lognormal", 0.95, 1.1)}
        document = solve(study, laws, {"gap": "g*a - g*b"}, claims=[claim("a_above_b", "gap")])
        assert within(probability(document, "a_above_b"), exact, 0.001)
        # drawn apart it would be another number, far outside five errors
        apart = stats.norm.cdf(math.log(1 / 0.95) / math.sqrt(2 * (math.log(2) ** 2 + s**2)))
        assert apart == pytest.approx(0.520671, abs=5e-7)
        assert not within(probability(document, "a_above_b"), apart)

    def test_scenarios_are_paired(self, study):
        """The same claim with the two designs as scenarios on the same draws of `g`."""
        laws = {"g": ("lognormal", 1, 2), "a": ("lognormal", 1, 1.1), "b": ("lognormal", 0.95, 1.1)}
        document = solve(
            study, {**laws, "which": ("constant", 0)},
            {"y": "g*(a - b) + which"}, claims=[claim("positive", "y")],
            scenarios=[{"id": "same", "set": {"which": {"value": 0, "unit": "1"}}}],
        )  # fmt: skip
        base, same = document["claims"]["positive"]["cells"]
        assert base["probability"] == same["probability"]

    def test_normal_net_saving(self, study):
        exact = stats.norm.cdf(1 / math.sqrt(4 + 1 + 0.25))
        assert exact == pytest.approx(0.668740, abs=5e-7)
        laws = {"x0": ("normal", 1, 2), "x1": ("normal", 0, 1), "x2": ("normal", 0, 0.5)}
        document = solve(study, laws, {"net": "x0 + x1 + x2"}, claims=[claim("saves", "net")])
        assert within(probability(document, "saves"), exact, 0.001)

    def test_a_rare_event(self, study):
        exact = stats.norm.sf(3)
        assert exact == pytest.approx(1.349898e-3, abs=5e-10)
        laws = {f"x{k}": ("normal", 0, 1) for k in range(4)}
        document = solve(
            study, laws, {"y": "(x0 + x1 + x2 + x3)/2"}, claims=[claim("rare", "y", value=3)]
        )
        assert within(probability(document, "rare"), exact, 2e-4)


class TestPerturbedLaw:
    def test_a_shift_of_an_input_shifts_every_quantile_of_a_linear_model(self, study):
        equations = {"y": "2*a - 3*b"}
        before, after = (
            cell(solve(study, {"a": ("normal", m, 1), "b": ("normal", 0, 1)}, equations))
            for m in (0, 0.7)
        )
        for one, two in zip(before["quantiles"], after["quantiles"], strict=True):
            assert two["value"] - one["value"] == pytest.approx(1.4, abs=1e-9)


class TestHonestErrors:
    """Over 40 seeds the truth lies within the t bounds about as often as they say.

    Of n independent 80 % intervals the number that holds the truth is binomial; the test allows
    what has a probability of 1e-4 or more on either side.
    """

    SEEDS, LEVEL = 40, 0.8

    def covered(self, study, equations, laws, exact, *, kind="sobol"):
        asked = study(laws, equations, design={"draws": 256, "replicates": 8, "kind": kind},
                      claims=[claim("above", "y", value=exact["threshold"])])  # fmt: skip
        bound = stats.t(7).ppf((1 + self.LEVEL) / 2)
        hits = dict.fromkeys(("mean", "sd", "median", "p975", "probability"), 0)
        for seed in range(self.SEEDS):
            document = run(asked, seed=seed).to_dict()
            found = cell(document)
            estimates = {k: found[k] for k in ("mean", "sd", "median")}
            estimates["p975"] = next(q for q in found["quantiles"] if q["p"] == 0.975)
            estimates["probability"] = probability(document, "above")
            for key, estimate in estimates.items():
                hits[key] += abs(estimate["value"] - exact[key]) <= bound * estimate["error"]
        return hits

    @pytest.mark.slow
    @pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
    def test_coverage(self, study, kind):
        a, b = math.log(1.4), math.log(1.2)
        s = math.hypot(a, b)
        normal = stats.norm
        exact = {
            "threshold": 1.3,
            "mean": math.exp(s**2 / 2),
            "sd": math.exp(s**2 / 2) * math.sqrt(math.expm1(s**2)),
            "median": 1.0,
            "p975": math.exp(s * normal.ppf(0.975)),
            "probability": normal.sf(math.log(1.3) / s),
        }
        laws = {"a": ("lognormal", 1, 1.4), "b": ("lognormal", 1, 1.2)}
        hits = self.covered(study, {"y": "a*b"}, laws, exact, kind=kind)
        low, high = stats.binom(self.SEEDS, self.LEVEL).ppf([1e-4, 1 - 1e-4])
        for key, count in hits.items():
            assert low <= count <= high, (key, count, low, high)

    def test_indices(self, study):
        asked = study(
            {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)}, {"y": "a*(1 + b)"},
            sensitivity={"methods": ["sobol"], "draws": 256},
            design={"draws": 256, "replicates": 8},
        )  # fmt: skip
        # E[y|a] = 3a/2, E[y|b] = (1 + b)/2; E[y^2] = 1/3 * 7/3
        variance = 7 / 9 - 9 / 16
        first = {"a": 9 / 4 / 12 / variance, "b": 1 / 4 / 12 / variance}
        total = {"a": 1 - first["b"], "b": 1 - first["a"]}
        bound = stats.t(7).ppf((1 + self.LEVEL) / 2)
        hits = {(n, k): 0 for n in first for k in ("S1", "ST")}
        for seed in range(self.SEEDS):
            found = indices(run(asked, seed=seed).to_dict())
            for (name, key), exact in (
                ((n, k), e[n]) for k, e in (("S1", first), ("ST", total)) for n in first
            ):
                estimate = found[name][key]
                hits[name, key] += abs(estimate["value"] - exact) <= bound * estimate["error"]
        low, high = stats.binom(self.SEEDS, self.LEVEL).ppf([1e-4, 1 - 1e-4])
        for key, count in hits.items():
            assert low <= count <= high, (key, count, low, high)
