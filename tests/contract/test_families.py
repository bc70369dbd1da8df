"""The contract of a law, which every family inherits with its own table of parameters.

Quantiles are judged by mpmath without inverting anything: the exact tails at the returned
value, less the tails asked for, over the exact density, is the error of the value.
"""

import math
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Any, ClassVar

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from mcsus.errors import InputError
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.kernels import apply_quantile
from mcsus.families.quadrature import moments_by_quadrature

TAILS = np.array([1e-12, 1e-9, 3e-7, 1e-4, 0.01, 0.1, 0.15, 0.31])
POINTS = np.concatenate([TAILS, [0.5], 1 - TAILS[::-1]])
CLOSED, TABLE = 1e-12, 1e-10  # relative errors promised by DESIGN.md


class Exact:
    """Whole laws in mpmath: lower and upper tail, and density, at x."""

    @staticmethod
    def uniform(minimum, maximum):
        a, b = mp.mpf(minimum), mp.mpf(maximum)
        return lambda x: ((x - a) / (b - a), (b - x) / (b - a), 1 / (b - a))

    @staticmethod
    def loguniform(minimum, maximum):
        a, b = mp.mpf(minimum), mp.mpf(maximum)
        width = mp.log(b / a)
        return lambda x: (mp.log(x / a) / width, mp.log(b / x) / width, 1 / (x * width))

    @staticmethod
    def triangular(minimum, mode, maximum):
        a, m, b = mp.mpf(minimum), mp.mpf(mode), mp.mpf(maximum)

        def law(x):
            if x < m:
                below = (x - a) ** 2 / ((b - a) * (m - a))
                return below, 1 - below, 2 * (x - a) / ((b - a) * (m - a))
            above = (b - x) ** 2 / ((b - a) * (b - m)) if b > m else mp.mpf(0)
            density = 2 * (b - x) / ((b - a) * (b - m)) if b > m else 2 / (b - a)
            return 1 - above, above, density

        return law

    @staticmethod
    def normal(mean, sd):
        m, s = mp.mpf(mean), mp.mpf(sd)

        def law(x):
            z = (x - m) / (s * mp.sqrt(2))
            return mp.erfc(-z) / 2, mp.erfc(z) / 2, mp.exp(-z * z) / (s * mp.sqrt(2 * mp.pi))

        return law

    @staticmethod
    def lognormal(median=None, gsd=None, mean=None, sd=None):
        if median is None:
            variance = mp.log(1 + (mp.mpf(sd) / mp.mpf(mean)) ** 2)
            centre, s = mp.log(mp.mpf(mean)) - variance / 2, mp.sqrt(variance)
        else:
            centre, s = mp.log(mp.mpf(median)), mp.log(mp.mpf(gsd))
        law = Exact.normal(centre, s)

        def moved(x):
            if x == 0:
                return mp.mpf(0), mp.mpf(1), mp.mpf(0)
            below, above, density = law(mp.log(x))
            return below, above, density / x

        return moved

    @staticmethod
    def beta(alpha, beta, minimum=0.0, maximum=1.0):
        p, q = mp.mpf(alpha), mp.mpf(beta)
        a, b = mp.mpf(minimum), mp.mpf(maximum)

        def law(x):
            y, rest = (x - a) / (b - a), (b - x) / (b - a)
            density = y ** (p - 1) * rest ** (q - 1) / mp.beta(p, q) / (b - a)
            below = mp.betainc(p, q, 0, y, regularized=True)
            return below, mp.betainc(q, p, 0, rest, regularized=True), density

        return law

    @staticmethod
    def pert(minimum, mode, maximum, shape=4.0):
        a, m, b = mp.mpf(minimum), mp.mpf(mode), mp.mpf(maximum)
        k = mp.mpf(shape) / (b - a)
        return Exact.beta(1 + k * (m - a), 1 + k * (b - m), minimum, maximum)

    @staticmethod
    def gamma(shape, scale):
        a, s = mp.mpf(shape), mp.mpf(scale)

        def law(x):
            y = x / s
            density = y ** (a - 1) * mp.exp(-y) / mp.gamma(a) / s
            below = mp.gammainc(a, 0, y, regularized=True)
            return below, mp.gammainc(a, y, mp.inf, regularized=True), density

        return law


@dataclass(frozen=True)
class Case:
    """Parameters of one law, and what is known about it."""

    parameters: dict[str, Any]
    scipy: Any = None  # the same law of scipy.stats, before truncation
    typical: float | None = None
    heavy: bool = False  # moments beyond what quadrature in float64 reaches
    slow: bool = False  # mpmath takes seconds for its incomplete beta function
    far: float = 0.0  # how many standard deviations out the law is cut, where that is many
    name: str = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "name", str(self.parameters))

    def law(self, family) -> Distribution:
        return distribution(family, **self.parameters)

    @property
    def bare(self):
        return {k: v for k, v in self.parameters.items() if k != "truncate"}


def scale(law: Distribution, x):
    """What an error of a value is relative to: itself, or the distance from the nearer end."""
    low, high = law.support()
    inner = np.minimum(x - low, high - x) if math.isfinite(high - low) else law.sd()
    return np.maximum(np.maximum(np.abs(x), inner), 1e-290)  # subnormals have fewer digits


def exact_tails(case: Case, family: str, u: float):
    """Lower and upper tail, of the whole law, of the truncated law's quantile at u."""
    whole = getattr(Exact, family)(**case.bare)
    cut = case.parameters.get("truncate", {})
    u = mp.mpf(float(u))
    low, high = cut.get("low"), cut.get("high")
    start, end = case.law(family).support()
    low = low if low is None else max(low, start)
    high = high if high is None else min(high, end)
    below, _, _ = whole(mp.mpf(low)) if low is not None else (mp.mpf(0), 1, 0)
    _, above, _ = whole(mp.mpf(high)) if high is not None else (1, mp.mpf(0), 0)
    mass = 1 - below - above
    return whole, below + mass * u, above + mass * (1 - u)


# Tests that some cases are left out of: too slow in mpmath, beyond float64, no such law.
TAKES = {
    "test_quantile_is_exact": lambda case: not case.slow,
    "test_cdf_is_exact": lambda case: not case.slow,
    "test_quantile_agrees_with_scipy": lambda case: case.scipy is not None,
    "test_moments_of_quadrature_and_formula": lambda case: not case.heavy,
}


def pytest_generate_tests(metafunc):
    names, family = metafunc.fixturenames, metafunc.cls
    if "case" in names:
        takes = TAKES.get(metafunc.function.__name__, lambda case: True)
        cases: ClassVar = [case for case in family.cases if takes(case)]
        metafunc.parametrize("case", cases, ids=[case.name for case in cases])
    if "refusal" in names:
        metafunc.parametrize("refusal", family.refusals, ids=str)
    if "key" in names:
        metafunc.parametrize("key", list(family.cases[0].bare))


class Contract:
    """What every family holds to; subclasses give `family`, `cases` and `refusals`."""

    family: ClassVar[str]
    cases: ClassVar[list[Case]]
    refusals: ClassVar[list[tuple[dict[str, Any], str]]]  # parameters, pattern of the message
    tolerance: ClassVar[float] = CLOSED

    @pytest.fixture(autouse=True)
    def _digits(self):
        with mp.workdps(400):  # 1 - below - above of a far tail keeps its digits
            yield

    def test_quantile_increases(self, case):
        u = np.concatenate([np.geomspace(2**-53, 0.01, 200), np.linspace(0.011, 0.989, 999)])
        u = np.concatenate([u, 1 - np.geomspace(0.01, 2**-53, 200)])
        x = case.law(self.family).quantile(u)
        rounding = 1e-15 if self.tolerance == TABLE else 0.0  # of an inverse found by iteration
        assert (np.diff(x) >= -rounding * np.abs(x[1:])).all()
        middle = x[(u > 0.05) & (u < 0.95)]
        assert (np.diff(middle) > 0).all()

    def test_quantile_is_exact(self, case):
        law = case.law(self.family)
        for u, x in zip(POINTS, law.quantile(POINTS), strict=True):
            whole, p, q = exact_tails(case, self.family, u)
            if x in law.support():  # the next value inwards must lie beyond the point
                inner = whole(mp.mpf(float(np.nextafter(x, law.quantile(0.5)))))
                assert inner[0] > p if u < 0.5 else inner[1] > q
                continue
            below, above, density = whole(mp.mpf(float(x)))
            error = ((below - p) if p < q else (q - above)) / density
            assert abs(error) <= self.tolerance * scale(law, x), (u, x)

    def test_quantile_agrees_with_scipy(self, case):
        law, upper = case.law(self.family), 1 - TAILS
        lower = {"rtol": self.tolerance, "atol": 1e-14 * law.sd()}
        np.testing.assert_allclose(law.quantile(TAILS), case.scipy.ppf(TAILS), **lower)
        np.testing.assert_allclose(law.quantile(upper), case.scipy.isf(1 - upper), **lower)

    def test_cdf_undoes_quantile(self, case):
        law = case.law(self.family)
        x = law.quantile(POINTS)
        u = law.cdf(x)
        # rounding of x seen through the cdf, of u, and of z in exp(-z**2 / 2)
        step = law.cdf(np.nextafter(x, np.inf)) - law.cdf(np.nextafter(x, -np.inf))
        allowed = 1e-12 * np.minimum(POINTS, 1 - POINTS) + 4 * step + 9e-16 * (1 + case.far**2)
        assert (np.abs(u - POINTS) <= allowed).all(), u - POINTS

    def test_cdf_is_exact(self, case):
        law = case.law(self.family)
        x = law.quantile([0.003, 0.2, 0.5, 0.9])
        for value, found in zip(x, law.cdf(x), strict=True):
            whole, start, rest = exact_tails(case, self.family, 0.0)
            below, above, _ = whole(mp.mpf(float(value)))
            _, _, end = exact_tails(case, self.family, 1.0)
            mass = rest - end
            exact = (below - start) / mass
            step = law.cdf(np.nextafter(value, np.inf)) - law.cdf(np.nextafter(value, -np.inf))
            assert abs(found - exact) <= 1e-12 + 2 * step
            assert abs(exact + (above - end) / mass - 1) < 1e-30  # the reference is sound

    def test_ends(self, case):
        law = case.law(self.family)
        low, high = law.support()
        x = law.quantile(POINTS)
        assert (x >= low).all()
        assert (x <= high).all()
        assert low < high
        assert tuple(law.quantile([0.0, 1.0])) == (low, high)
        assert tuple(law.cdf([-math.inf, low, high, math.inf])) == (0, 0, 1, 1)

    def test_nan_outside_the_unit_interval(self, case):
        law = case.law(self.family)
        assert np.isnan(law.quantile([-0.1, 1.1, math.nan])).all()
        assert math.isnan(law.cdf(math.nan))
        assert law.quantile(np.full((2, 3), 0.5)).shape == (2, 3)

    def test_moments_of_quadrature_and_formula(self, case):
        law = case.law(self.family)
        mean, sd = self.exact_moments(case, law)
        width = sd + abs(mean)
        assert law.mean() == pytest.approx(mean, abs=1e-13 * width)
        assert law.sd() == pytest.approx(sd, rel=1e-11)
        assert law.support()[0] <= law.mean() <= law.support()[1]

    def exact_moments(self, case, law):
        """Moments by a route other than the law's own: formula against quadrature."""
        if law.truncate is None:
            breaks = law._breaks()
            inside = [u for u in breaks if 0 < u < 1]
            return moments_by_quadrature(law._conditioned, inside)
        whole, _, rest = exact_tails(case, self.family, 0.0)
        _, _, end = exact_tails(case, self.family, 1.0)
        mass = rest - end
        with mp.workdps(30):
            cuts = [*law.quantile([1e-16, 0.01, 0.3, 0.5, 0.7, 0.99]), law.quantile(1 - 2**-53)]
            cuts += [case.parameters["mode"]] if "mode" in case.parameters else []
            low, high = law.support()
            ends = [low if math.isfinite(low) else -mp.inf, high if math.isfinite(high) else mp.inf]
            cuts = sorted({float(c) for c in cuts if low < c < high})
            path = [ends[0], *cuts, ends[1]]
            centre = mp.mpf(float(law.quantile(0.5)))
            first = mp.quad(lambda x: (x - centre) * whole(x)[2] / mass, path)
            second = mp.quad(lambda x: (x - centre) ** 2 * whole(x)[2] / mass, path)
            return float(centre + first), float(mp.sqrt(second - first**2))

    def test_kernel_equals_quantile(self, case):
        law = case.law(self.family)
        kernel = law.kernel()
        rng = np.random.default_rng(20230127)
        u = np.concatenate(
            [POINTS, [2**-53, 1 - 2**-53], (rng.integers(0, 2**52, 3000) + 0.5) * 2**-52]
        )
        row = u.copy()
        apply_quantile(kernel.code, row, np.array(kernel.constants))
        x = law.quantile(u)
        assert (np.abs(row - x) <= self.tolerance * scale(law, x)).all()
        low, high = law.support()
        assert (row >= low).all()
        assert (row <= high).all()

    def test_study_file_form_round_trip(self, case):
        law = case.law(self.family)
        again = distribution(law.to_dict())
        assert again == law
        assert hash(again) == hash(law)
        assert law.to_dict()["distribution"] == self.family
        assert pickle.loads(pickle.dumps(law)) == law
        assert repr(law).startswith(f"{self.family}(")

    def test_typical(self, case):
        law = case.law(self.family)
        expected = law.quantile(0.5) if case.typical is None else case.typical
        assert law.typical() == pytest.approx(float(expected), rel=1e-12)
        assert law.support()[0] <= law.typical() <= law.support()[1]

    def test_refusal(self, refusal):
        parameters, message = refusal
        with pytest.raises(InputError, match=message):
            distribution(self.family, **parameters)

    @pytest.mark.parametrize(
        "bad", [math.nan, math.inf, -math.inf, True, "1", None, [1.0], 10**400, 1j], ids=str
    )
    def test_each_value_must_be_a_finite_number(self, key, bad):
        good = self.cases[0].parameters
        with pytest.raises(InputError, match=rf"{key}: found .*; allowed: a finite") as caught:
            distribution(self.family, **(good | {key: bad}))
        assert [fault.where for fault in caught.value.faults] == [(key,)]

    def test_each_key_is_needed_or_has_a_default(self, key):
        left = {k: v for k, v in self.cases[0].parameters.items() if k != key}
        needed = {k.name: k.required for k in FAMILIES[self.family].law.keys}
        if needed[key]:
            with pytest.raises(InputError, match=rf"{key}: found nothing"):
                distribution(self.family, **left)
        else:
            assert distribution(self.family, **left).family == self.family

    def test_family_is_described(self):
        family = FAMILIES[self.family]
        assert family.name == self.family
        assert set(self.cases[0].bare) <= set(family.parameters)
        assert family.domain
        assert family.use


class TestUniform(Contract):
    family = "uniform"
    cases: ClassVar = [
        Case({"minimum": 2, "maximum": 5}, stats.uniform(2, 3)),
        Case({"minimum": -1.0, "maximum": 0.0}),
        Case({"minimum": 1e6, "maximum": 1e6 + 1}),
        Case({"minimum": -1e-300, "maximum": 1e300}),
        Case({"minimum": 0, "maximum": 10, "truncate": {"low": 4, "high": 12}}),
        Case({"minimum": 0, "maximum": 1, "truncate": {"low": 0.1, "high": 0.1 + 1e-9}}),
    ]
    refusals: ClassVar = [
        ({"minimum": 1, "maximum": 1}, 'maximum: found 1.0; .*distribution = "constant"'),
        ({"minimum": 2, "maximum": 1}, "maximum: found 1.0; allowed: a number above minimum = 2.0"),
        ({"minimum": -1e308, "maximum": 1e308}, "maximum: found 1e.308; .*distance"),
        (
            {"minimum": 0, "maximum": 1, "truncate": {"low": 2}},
            "truncate: found .*; allowed: an int",
        ),
        ({"minimum": 0, "maximum": 1, "mode": 0.5}, "mode: found an unknown key of uniform"),
    ]


class TestLoguniform(Contract):
    family = "loguniform"
    cases: ClassVar = [
        Case({"minimum": 1, "maximum": 1000}, stats.loguniform(1, 1000)),
        Case({"minimum": 1, "maximum": 1.0000001}),
        Case({"minimum": 1e-150, "maximum": 1e150}, heavy=True),
        Case({"minimum": 1e-2, "maximum": 1e4, "truncate": {"high": 1.0}}),
        Case({"minimum": 3, "maximum": 5, "truncate": {"low": 3.5, "high": 4}}),
    ]
    refusals: ClassVar = [
        ({"minimum": 0, "maximum": 1}, "minimum: found 0; allowed: a finite number above 0"),
        ({"minimum": -1, "maximum": 1}, "minimum: found -1"),
        ({"minimum": 1, "maximum": 1}, 'maximum: found 1.0; .*"constant"'),
        ({"minimum": 1, "maximum": 2, "truncate": {"low": 2}}, "truncate: found .*'low': 2.0"),
    ]


class TestTriangular(Contract):
    family = "triangular"
    cases: ClassVar = [
        Case({"minimum": 1, "mode": 2, "maximum": 5}, stats.triang(0.25, 1, 4), typical=2),
        Case({"minimum": 0, "mode": 0, "maximum": 1}, stats.triang(0, 0, 1), typical=0),
        Case({"minimum": -3, "mode": 0, "maximum": 0}, stats.triang(1, -3, 3), typical=0),
        Case({"minimum": 0, "mode": 1e-9, "maximum": 1}, typical=1e-9),
        Case({"minimum": -1e200, "mode": 0, "maximum": 1e200}, typical=0, heavy=True),
        Case({"minimum": 0, "mode": 1, "maximum": 4, "truncate": {"low": 2}}, typical=2),
        Case({"minimum": 0, "mode": 1, "maximum": 4, "truncate": {"high": 2}}, typical=1),
        Case(
            {"minimum": 0, "mode": 3, "maximum": 4, "truncate": {"low": 1e-9, "high": 1e-8}},
            typical=1e-8,
        ),
    ]
    refusals: ClassVar = [
        ({"minimum": 1, "mode": 1, "maximum": 1}, 'maximum: found 1.0; .*"constant"'),
        ({"minimum": 1, "mode": 6, "maximum": 5}, "mode: found 6.0; .*minimum = 1.0 to maximum"),
        ({"minimum": 1, "mode": 0, "maximum": 5}, "mode: found 0.0"),
        ({"minimum": 5, "mode": 3, "maximum": 1}, "maximum: found 1.0"),
    ]


class TestPert(Contract):
    family = "pert"
    tolerance = TABLE
    cases: ClassVar = [
        Case({"minimum": 1, "mode": 2, "maximum": 5}, stats.beta(2, 4, 1, 4), typical=2),
        Case({"minimum": 0, "mode": 0, "maximum": 1, "shape": 4}, stats.beta(1, 5), typical=0),
        Case({"minimum": 0, "mode": 1, "maximum": 1}, stats.beta(5, 1), typical=1),
        Case({"minimum": -5, "mode": -1, "maximum": 0}, stats.beta(4.2, 1.8, -5, 5), typical=-1),
        Case({"minimum": -1, "mode": 0, "maximum": 3, "shape": 0.1}, typical=0),
        Case({"minimum": 0, "mode": 7, "maximum": 10, "shape": 100}, typical=7),
        Case({"minimum": 0, "mode": 1, "maximum": 4, "truncate": {"low": 2}}, typical=2),
        Case({"minimum": 0, "mode": 1, "maximum": 4, "truncate": {"low": 3.9}}, typical=3.9),
        Case({"minimum": 1, "mode": 2, "maximum": 4, "truncate": {"high": 2.5}}, typical=2),
    ]
    refusals: ClassVar = [
        ({"minimum": 1, "mode": 1, "maximum": 1}, 'maximum: found 1.0; .*"constant"'),
        ({"minimum": 1, "mode": 6, "maximum": 5}, "mode: found 6.0"),
        ({"minimum": 1, "mode": 2, "maximum": 5, "shape": 0}, "shape: found 0; .*above 0"),
    ]


class TestNormal(Contract):
    family = "normal"
    cases: ClassVar = [
        Case({"mean": 10, "sd": 2}, stats.norm(10, 2), typical=10),
        Case({"mean": 0, "sd": 1e-200}, typical=0),
        Case({"mean": -1e6, "sd": 1.0}, stats.norm(-1e6, 1), typical=-1e6),
        Case({"mean": 1, "sd": 2, "truncate": {"low": 0}}),
        Case({"mean": 1, "sd": 2, "truncate": {"high": 3}}),
        Case({"mean": 0, "sd": 1, "truncate": {"low": -7.5, "high": 7.5}}),
        Case({"mean": 0, "sd": 1, "truncate": {"low": -0.1, "high": 8}}),
        Case({"mean": 0, "sd": 1, "truncate": {"low": 8, "high": 9}}, far=9),
        Case({"mean": 5, "sd": 2, "truncate": {"low": -13, "high": -11}}, far=9),
        Case({"mean": 0, "sd": 1, "truncate": {"low": 35}}, far=35),
        Case({"mean": 0, "sd": 1, "truncate": {"low": 8, "high": 8.0001}}),
    ]
    refusals: ClassVar = [
        ({"mean": 1, "sd": 0}, "sd: found 0; allowed: a finite number above 0"),
        ({"mean": 1, "sd": -1}, "sd: found -1"),
        ({"mean": 0, "sd": 1, "truncate": {"low": 40}}, r"truncate: found .*40.*normal\(mean=0.0"),
        ({"mean": 0, "sd": 1, "truncate": {"low": 2, "high": 1}}, "truncate.high: found 1.0"),
        ({"mean": 0, "sd": 1, "truncate": {"low": 1, "high": 1}}, "truncate.high: found 1.0"),
        ({"mean": 0, "sd": 1, "truncate": {}}, "truncate: found an empty table"),
        ({"mean": 0, "sd": 1, "truncate": 3}, "truncate: found 3; allowed: a table"),
        ({"mean": 0, "sd": 1, "truncate": {"low": True}}, "truncate.low: found True"),
        ({"mean": 0, "sd": 1, "truncate": {"lo": 1}}, "truncate.lo: .*did you mean 'low'"),
        ({"mean": 0, "sd": 1, "truncate": {"high": math.inf}}, "truncate.high: found inf"),
    ]


class TestLognormal(Contract):
    family = "lognormal"
    cases: ClassVar = [
        Case({"median": 3, "gsd": 2}, stats.lognorm(math.log(2), 0, 3), typical=3),
        Case({"median": 1e-9, "gsd": 1.000001}, typical=1e-9),
        Case({"median": 1, "gsd": 1000}, heavy=True, typical=1),
        Case({"mean": 4, "sd": 3}, typical=4 / 1.25),
        Case({"mean": 1, "sd": 1e-3}),
        Case({"mean": 1e-3, "sd": 1}, heavy=True),
        Case({"median": 3, "gsd": 2, "truncate": {"low": 1, "high": 10}}),
        Case({"median": 3, "gsd": 2, "truncate": {"high": 3}}),
        Case(
            {"median": 1, "gsd": math.e, "truncate": {"low": math.exp(8), "high": math.exp(9)}},
            far=9,
        ),
        Case({"median": 1, "gsd": 2, "truncate": {"high": 2.0**-30}}, far=30),
        Case({"mean": 4, "sd": 3, "truncate": {"low": 2}}),
        Case({"mean": 4, "sd": 3, "truncate": {"low": -1, "high": 5}}),
    ]
    refusals: ClassVar = [
        ({"median": 3, "gsd": 1}, "gsd: found 1; allowed: a finite number above 1"),
        ({"median": 3, "gsd": 0.9}, "gsd: found 0.9"),
        ({"median": 0, "gsd": 2}, "median: found 0; allowed: a finite number above 0"),
        ({"mean": 0, "sd": 2}, "mean: found 0"),
        ({"mean": 1, "sd": 0}, "sd: found 0"),
        ({"median": 1, "gsd": 2, "mean": 1}, "mean: found mean beside another form"),
        ({"median": 1, "sd": 2}, "sd: found sd beside another form"),
        ({"mean": 1}, "sd: found nothing"),
        ({"median": 1, "gds": 2}, "gds: found an unknown key .*did you mean 'gsd'"),
        ({"median": 1, "gsd": 2, "truncate": {"high": -1}}, "truncate: found .*-1.0"),
    ]

    def test_mean_and_sd_are_of_the_quantity_not_of_its_log(self):
        law = distribution("lognormal", mean=4, sd=3)
        mean, sd = moments_by_quadrature(law._conditioned)
        assert (mean, sd) == pytest.approx((4, 3), rel=1e-12)
        assert (law.mean(), law.sd()) == (4, 3)

    def test_moments_of_median_and_gsd(self):
        law = distribution("lognormal", median=3, gsd=math.e)
        assert law.mean() == pytest.approx(3 * math.exp(0.5), rel=1e-15)
        assert law.sd() == pytest.approx(3 * math.exp(0.5) * math.sqrt(math.e - 1), rel=1e-15)

    def test_class_refuses_both_forms(self):
        with pytest.raises(InputError, match="median: found median beside mean, sd"):
            FAMILIES["lognormal"].law(1.0, None, 1.0, 1.0)


class TestBeta(Contract):
    family = "beta"
    tolerance = TABLE
    cases: ClassVar = [
        Case({"alpha": 2, "beta": 3, "minimum": 0, "maximum": 1}, stats.beta(2, 3)),
        Case({"alpha": 0.5, "beta": 0.5}, stats.beta(0.5, 0.5)),
        Case({"alpha": 5, "beta": 1, "minimum": -2, "maximum": 0}, stats.beta(5, 1, -2, 2)),
        Case({"alpha": 0.2, "beta": 3, "minimum": 10, "maximum": 20}),
        Case({"alpha": 0.05, "beta": 3}),
        Case({"alpha": 3, "beta": 0.1, "minimum": -1, "maximum": 0}),
        Case({"alpha": 0.1, "beta": 0.1}),
        Case({"alpha": 300, "beta": 700}, stats.beta(300, 700), slow=True),
        Case({"alpha": 1e4, "beta": 2e4}, stats.beta(1e4, 2e4), slow=True),
        Case({"alpha": 2, "beta": 5, "truncate": {"low": 0.1}}),
        Case({"alpha": 2, "beta": 5, "truncate": {"low": 0.999, "high": 1.5}}),
        Case({"alpha": 9, "beta": 2, "truncate": {"high": 0.01}}),
    ]
    refusals: ClassVar = [
        ({"alpha": 0, "beta": 1}, "alpha: found 0; allowed: a finite number above 0"),
        ({"alpha": 1, "beta": -1}, "beta: found -1"),
        ({"alpha": 1, "beta": 1, "minimum": 1}, 'maximum: found 1.0; .*"constant"'),
        ({"alpha": 1, "beta": 1, "minimum": 3, "maximum": 2}, "maximum: found 2.0"),
    ]

    def test_bounds_default_to_zero_and_one(self):
        assert distribution("beta", alpha=2, beta=3).support() == (0.0, 1.0)


class TestGamma(Contract):
    family = "gamma"
    tolerance = TABLE
    cases: ClassVar = [
        Case({"shape": 2, "scale": 3}, stats.gamma(2, scale=3)),
        Case({"shape": 0.5, "scale": 1e-6}, stats.gamma(0.5, scale=1e-6)),
        Case({"shape": 0.05, "scale": 1}, slow=True),
        Case({"shape": 1, "scale": 1}, stats.gamma(1)),
        Case({"shape": 40, "scale": 2}, stats.gamma(40, scale=2), slow=True),
        Case({"shape": 1e4, "scale": 2}, stats.gamma(1e4, scale=2), slow=True),
        Case({"shape": 2, "scale": 3, "truncate": {"low": 4}}),
        Case({"shape": 2, "scale": 3, "truncate": {"low": 1, "high": 9}}),
        Case({"shape": 3, "scale": 1, "truncate": {"high": 1e-3}}),
        Case({"shape": 2, "scale": 1, "truncate": {"low": 60}}, far=11),
    ]
    refusals: ClassVar = [
        ({"shape": 0, "scale": 1}, "shape: found 0; allowed: a finite number above 0"),
        ({"shape": 1, "scale": -2}, "scale: found -2"),
        ({"shape": 1, "scale": 1, "truncate": {"high": -1}}, "truncate: found .*-1.0"),
    ]


class TestConstant:
    """A constant is no continuous law: its part of the contract is written out."""

    law = distribution("constant", value=2.5)

    def test_every_quantile_is_the_value(self):
        assert (self.law.quantile(POINTS) == 2.5).all()
        assert self.law.quantile(0.5).shape == ()

    def test_moments_support_and_typical(self):
        assert (self.law.mean(), self.law.sd(), self.law.typical()) == (2.5, 0.0, 2.5)
        assert self.law.support() == (2.5, 2.5)

    def test_cdf_is_a_step(self):
        assert tuple(self.law.cdf([2.4, 2.5, 2.6])) == (0, 1, 1)

    def test_kernel(self):
        kernel, row = self.law.kernel(), POINTS.copy()
        apply_quantile(kernel.code, row, np.array(kernel.constants))
        assert (row == 2.5).all()

    def test_truncation_holds_the_value_or_is_refused(self):
        law = distribution("constant", value=1, truncate={"low": 0, "high": 1})
        assert law.quantile(0.3) == 1
        assert law.support() == (1, 1)
        assert law.sd() == 0
        assert distribution(law.to_dict()) == law
        with pytest.raises(InputError, match=r"truncate: found .*; allowed: .*value = 1.0"):
            distribution("constant", value=1, truncate={"low": 2})

    @pytest.mark.parametrize("bad", [math.nan, math.inf, True, "1", None, [1.0]])
    def test_value_must_be_a_number(self, bad):
        with pytest.raises(InputError, match=r"value: found .*; allowed: a finite number"):
            distribution("constant", value=bad)


def test_all_faults_are_reported_at_once():
    with pytest.raises(InputError, match="above 1") as caught:
        distribution("lognormal", median=-1, gsd=1, colour=3, truncate={"low": "x", "hi": 2})
    assert {fault.where for fault in caught.value.faults} == {
        ("median",),
        ("gsd",),
        ("colour",),
        ("truncate", "low"),
        ("truncate", "hi"),
    }


@pytest.mark.parametrize(
    ("family", "message"),
    [
        ("lognormel", r"distribution: found 'lognormel'; .*did you mean 'lognormal'"),
        (3, "distribution: found 3; allowed: constant, uniform"),
        ({"mean": 1, "sd": 1}, "distribution: found nothing"),
        ({"distribution": ["normal"]}, r"distribution: found \['normal'\]"),
    ],
)
def test_unknown_families_are_refused(family, message):
    with pytest.raises(InputError, match=message):
        distribution(family)


def test_families_are_listed_in_order():
    shipped = ["constant", "uniform", "loguniform", "triangular", "pert", "normal", "lognormal"]
    assert list(FAMILIES)[:7] == shipped
    assert FAMILIES["lognormal"].forms == (("median", "gsd"), ("mean", "sd"))


def test_building_a_law_imports_neither_numba_nor_scipy_stats():
    program = (
        "import sys; from mcsus.families import distribution as d;"
        "law = d('pert', minimum=1, mode=2, maximum=5, truncate={'low': 1.5});"
        "law.quantile(0.3), law.cdf(2), law.mean(), law.sd(), law.kernel();"
        "sys.exit(any(m in sys.modules for m in ('numba', 'scipy.stats', 'llvmlite')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_truncation_cuts_the_same_law_that_conditioning_by_hand_gives():
    whole = distribution("normal", mean=1, sd=2)
    cut = distribution("normal", mean=1, sd=2, truncate={"low": 0, "high": 4})
    low, high = whole.cdf([0, 4])
    u = np.linspace(0.01, 0.99, 99)
    expected = whole.quantile(low + (high - low) * u)
    np.testing.assert_allclose(cut.quantile(u), expected, rtol=1e-13, atol=1e-13)


def test_truncation_far_out_keeps_moments():
    """Beyond t standard deviations the excess is nearly exponential with mean 1/t."""
    law = distribution("normal", mean=0, sd=1, truncate={"low": 30})
    ratio = mp.npdf(30) / mp.ncdf(-30)
    variance = 1 + 30 * ratio - ratio**2
    assert law.mean() == pytest.approx(float(ratio), rel=1e-14)
    assert law.sd() == pytest.approx(float(mp.sqrt(variance)), rel=1e-9)
