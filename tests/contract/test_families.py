"""The contract of a law, which every family inherits with its own table of parameters.

Quantiles are judged by mpmath without inverting anything: the exact tails at the returned
value, less the tails asked for, over the exact density, is the error of the value.
"""

import itertools
import math
import pickle
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, ClassVar

import mpmath as mp
import numpy as np
import pytest
from scipy import interpolate, stats

from mcsus.engine import store
from mcsus.errors import InputError
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.inverse.quadrature import moments_by_quadrature
from mcsus.families.laws.scipy_law import ALLOWED
from mcsus.families.loops.codes import STEPS
from mcsus.families.registry import argument_names

TAILS = np.array([1e-12, 1e-9, 3e-7, 1e-4, 0.01, 0.1, 0.15, 0.31])
POINTS = np.concatenate([TAILS, [0.5], 1 - TAILS[::-1]])
CLOSED, TABLE = 1e-12, 1e-10  # relative errors promised by DESIGN.md


def tails_of(coverage):
    """Lower tails at both ends of an interval with equal tails outside."""
    tail = (1 - mp.mpf(coverage)) / 2
    return tail, 1 - tail


def score(p):
    """Normal score of a probability."""
    near = mp.mpf(float(stats.norm.ppf(float(p))))
    for _ in range(9):
        near -= (mp.ncdf(near) - p) / mp.npdf(near)
    return near


def solved(law_of, start, low, high, coverage):
    """Parameters at which both ends of the interval have these tails, from a start nearby."""
    lower, upper = tails_of(coverage)
    ends = mp.mpf(low), mp.mpf(high)

    def missed(*parameters):
        law = law_of(*parameters)
        return law(ends[0])[0] - lower, law(ends[1])[0] - upper

    with mp.workdps(40):
        return list(mp.findroot(missed, start))


class Exact:
    """Whole laws in mpmath: lower and upper tail, and density, at x."""

    @staticmethod
    def uniform(minimum=None, maximum=None, low=None, high=None, coverage=None):
        if minimum is None:
            width = (mp.mpf(high) - mp.mpf(low)) / mp.mpf(coverage)
            minimum = mp.mpf(low) - width * tails_of(coverage)[0]
            maximum = minimum + width
        a, b = mp.mpf(minimum), mp.mpf(maximum)
        return lambda x: ((x - a) / (b - a), (b - x) / (b - a), 1 / (b - a))

    @staticmethod
    def loguniform(minimum, maximum):
        a, b = mp.mpf(minimum), mp.mpf(maximum)
        width = mp.log(b / a)
        return lambda x: (mp.log(x / a) / width, mp.log(b / x) / width, 1 / (x * width))

    @staticmethod
    def triangular(minimum=None, mode=None, maximum=None, low=None, high=None, coverage=None):
        if minimum is None:
            start = (2 * low - mode, 2 * high - mode)
            law_of = lambda a, b: Exact.triangular(a, mode, b)  # noqa: E731
            minimum, maximum = solved(law_of, start, low, high, coverage)
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
    def normal(
        mean=None, sd=None, relative_sd=None, plus_minus=None, low=None, high=None, coverage=None
    ):
        if low is not None:
            mean, plus_minus = (mp.mpf(low) + high) / 2, (mp.mpf(high) - low) / 2
        if plus_minus is not None:
            sd = mp.mpf(plus_minus) / score(tails_of(coverage)[1])
        if relative_sd is not None:
            text = isinstance(relative_sd, str)
            part = mp.mpf(relative_sd[:-1]) / 100 if text else mp.mpf(relative_sd)
            sd = abs(mp.mpf(mean)) * part
        m, s = mp.mpf(mean), mp.mpf(sd)

        def law(x):
            z = (x - m) / (s * mp.sqrt(2))
            return mp.erfc(-z) / 2, mp.erfc(z) / 2, mp.exp(-z * z) / (s * mp.sqrt(2 * mp.pi))

        return law

    @staticmethod
    def lognormal(
        median=None, gsd=None, mean=None, sd=None, gsd2=None, cv=None, log_mean=None,
        log_sd=None, low=None, high=None, coverage=None,
    ):  # fmt: skip
        if low is not None:
            lower, upper = mp.log(mp.mpf(low)), mp.log(mp.mpf(high))
            if mean is None:
                centre = (lower + upper) / 2
                s = (upper - lower) / 2 / score(tails_of(coverage)[1])
            else:
                first = mp.log(mp.mpf(mean))

                def missed(s):
                    ends = ((end - first) / s + s / 2 for end in (lower, upper))
                    below, within = (mp.ncdf(end) for end in ends)
                    return within - below - mp.mpf(coverage)

                with mp.workdps(40):
                    s = mp.findroot(missed, (upper - lower) / 4)
                centre = first - s * s / 2
        elif log_mean is not None:
            centre, s = mp.mpf(log_mean), mp.mpf(log_sd)
        else:
            if gsd2 is not None or gsd is not None:
                s = mp.log(mp.mpf(gsd)) if gsd2 is None else mp.log(mp.mpf(gsd2)) / 2
            else:
                ratio = mp.mpf(sd) / mp.mpf(mean) if cv is None else mp.mpf(cv)
                s = mp.sqrt(mp.log(1 + ratio**2))
            centre = mp.log(mp.mpf(mean)) - s * s / 2 if median is None else mp.log(mp.mpf(median))
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
    def pert(minimum=None, mode=None, maximum=None, shape=4.0, low=None, high=None, coverage=None):
        if minimum is None:
            start = (2 * low - mode, 2 * high - mode)
            law_of = lambda a, b: Exact.pert(a, mode, b, shape)  # noqa: E731
            minimum, maximum = solved(law_of, start, low, high, coverage)
        a, m, b = mp.mpf(minimum), mp.mpf(mode), mp.mpf(maximum)
        k = mp.mpf(shape) / (b - a)
        return Exact.beta(1 + k * (m - a), 1 + k * (b - m), minimum, maximum)

    @staticmethod
    def gamma(shape=None, scale=None, low=None, high=None, coverage=None):
        if shape is None:
            near = distribution("gamma", low=low, high=high, coverage=coverage).first_form()
            start = (near["shape"] * 1.001, near["scale"] / 1.001)
            shape, scale = solved(Exact.gamma, start, low, high, coverage)
        a, s = mp.mpf(shape), mp.mpf(scale)

        def law(x):
            y = x / s
            density = y ** (a - 1) * mp.exp(-y) / mp.gamma(a) / s
            below = mp.gammainc(a, 0, y, regularized=True)
            return below, mp.gammainc(a, y, mp.inf, regularized=True), density

        return law

    @staticmethod
    def exponential(mean):
        m = mp.mpf(mean)
        return lambda x: (-mp.expm1(-x / m), mp.exp(-x / m), mp.exp(-x / m) / m)

    @staticmethod
    def weibull(shape=None, scale=None, low=None, high=None, coverage=None):
        if shape is None:
            below, above = (-mp.log(1 - p) for p in tails_of(coverage))
            shape = mp.log(above / below) / mp.log(mp.mpf(high) / mp.mpf(low))
            scale = mp.mpf(low) / below ** (1 / shape)
        k, s = mp.mpf(shape), mp.mpf(scale)

        def law(x):
            y = (x / s) ** k
            density = k * y / x * mp.exp(-y) if x else mp.mpf(0)
            return -mp.expm1(-y), mp.exp(-y), density

        return law

    @staticmethod
    def gumbel(mode, scale):
        m, s = mp.mpf(mode), mp.mpf(scale)

        def law(x):
            y = mp.exp(-(x - m) / s)
            return mp.exp(-y), -mp.expm1(-y), y * mp.exp(-y) / s

        return law

    @staticmethod
    def student_t(df, location, scale):
        n, m, s = mp.mpf(df), mp.mpf(location), mp.mpf(scale)

        def law(x):
            t = (x - m) / s
            tail = mp.betainc(n / 2, mp.mpf(1) / 2, 0, n / (n + t * t), regularized=True) / 2
            constant = mp.gamma((n + 1) / 2) / mp.gamma(n / 2) / mp.sqrt(n * mp.pi) / s
            density = constant * (1 + t * t / n) ** (-(n + 1) / 2)
            return (tail, 1 - tail, density) if t < 0 else (1 - tail, tail, density)

        return law

    @staticmethod
    def quantiles(probabilities, values, minimum=None, maximum=None):
        """The spline in mpmath, with slopes by the published formula."""
        low = None if minimum is None else mp.mpf(minimum)
        high = None if maximum is None else mp.mpf(maximum)

        def forward(x):
            if low is None:
                return (x, 1) if high is None else (-mp.log(high - x), 1 / (high - x))
            if high is None:
                return mp.log(x - low), 1 / (x - low)
            return mp.log((x - low) / (high - x)), (high - low) / ((x - low) * (high - x))

        z = [score(mp.mpf(p)) for p in probabilities]
        y = [forward(mp.mpf(v))[0] for v in values]
        h = [b - a for a, b in itertools.pairwise(z)]
        m = [(b - a) / w for (a, b), w in zip(itertools.pairwise(y), h, strict=True)]
        if len(z) == 2:
            d = [m[0], m[0]]
        else:
            d = [
                (3 * h[k] + 3 * h[k + 1])
                / ((2 * h[k + 1] + h[k]) / m[k] + (h[k + 1] + 2 * h[k]) / m[k + 1])
                for k in range(len(m) - 1)
            ]
            first = ((2 * h[0] + h[1]) * m[0] - h[0] * m[1]) / (h[0] + h[1])
            last = ((2 * h[-1] + h[-2]) * m[-1] - h[-1] * m[-2]) / (h[-1] + h[-2])
            d = [min(max(first, m[0] / 4), 3 * m[0]), *d, min(max(last, m[-1] / 4), 3 * m[-1])]

        def inverse(value):
            """Score at a transformed value, and its slope."""
            if value <= y[0]:
                return z[0] + (value - y[0]) / d[0], d[0]
            if value >= y[-1]:
                return z[-1] + (value - y[-1]) / d[-1], d[-1]
            k = max(j for j in range(len(m)) if y[j] < value)
            c = (3 * m[k] - 2 * d[k] - d[k + 1]) / h[k]
            e = (d[k] + d[k + 1] - 2 * m[k]) / h[k] ** 2
            left, right = mp.mpf(0), h[k]
            t = h[k] / 2
            for _ in range(60):
                error = y[k] + t * (d[k] + t * (c + t * e)) - value
                left, right = (t, right) if error < 0 else (left, t)
                slope = d[k] + t * (2 * c + 3 * t * e)
                new = t - error / slope
                if abs(new - t) < 1e-25 * h[k]:  # the next step would be exact to 50 digits
                    t = new
                    break
                t = new if left <= new <= right else (left + right) / 2
            return z[k] + t, d[k] + t * (2 * c + 3 * t * e)

        def law(x):
            if x in (low, high):
                return mp.mpf(int(x == high)), mp.mpf(int(x == low)), mp.mpf(0)
            value, factor = forward(x)
            at, slope = inverse(value)
            return mp.ncdf(at), mp.ncdf(-at), mp.npdf(at) * factor / slope

        return law

    @staticmethod
    def mixture(components, weights):
        total = sum(mp.mpf(w) for w in weights)
        laws = []
        for component in components:
            table = dict(component)
            name = table.pop("distribution")
            laws.append((getattr(Exact, name)(**table), distribution(component).support()))

        def law(x):
            found = [mp.mpf(0)] * 3
            for weight, (inner, (low, high)) in zip(weights, laws, strict=True):
                one = (0, 1, 0) if x < low else (1, 0, 0) if x > high else inner(x)
                found = [a + mp.mpf(weight) / total * b for a, b in zip(found, one, strict=True)]
            return tuple(found)

        return law

    @staticmethod
    def scipy(name, arguments):
        table = dict(arguments)
        loc, scale = mp.mpf(table.pop("loc", 0)), mp.mpf(table.pop("scale", 1))

        def logistic(y):
            e = mp.exp(-y)
            return 1 / (1 + e), e / (1 + e), e / (1 + e) ** 2

        def laplace(y):
            e = mp.exp(-abs(y)) / 2
            return (e, 1 - e, e) if y < 0 else (1 - e, e, e)

        def lomax(y, c):
            return 1 - (1 + y) ** -c, (1 + y) ** -c, c * (1 + y) ** (-c - 1)

        def johnsonsu(y, a, b):
            z = a + b * mp.asinh(y)
            return mp.ncdf(z), mp.ncdf(-z), mp.npdf(z) * b / mp.sqrt(1 + y * y)

        def powerlaw(y, a):
            return y**a, 1 - y**a, a * y ** (a - 1)

        standard = locals()[name]

        def law(x):
            below, above, density = standard((x - loc) / scale, **table)
            return below, above, density / scale

        return law


@dataclass(frozen=True)
class Case:
    """Parameters of one law, and what is known about it."""

    parameters: dict[str, Any]
    scipy: Any = None  # the same law of scipy.stats, before truncation
    typical: float | None = None
    heavy: bool = False  # moments beyond what quadrature in float64 reaches
    kinks: tuple[float, ...] = ()  # values at which the density has a kink or a step
    by_density: bool = False  # moments by the exact density also without truncation
    slow: bool = False  # mpmath takes seconds for its incomplete beta function
    far: float = 0.0  # how many standard deviations out the law is cut, where that is many

    def __str__(self):
        return str(self.parameters)

    def law(self, family) -> Distribution:
        return distribution(family, **self.parameters)

    @property
    def bare(self):
        return {k: v for k, v in self.parameters.items() if k != "truncate"}


def scale(law: Distribution, x):
    """What an error of a value is relative to: itself, or the distance from the nearer end."""
    low, high = law.support()
    spread = law.sd() if math.isfinite(law.sd()) else np.ptp(law.quantile([0.25, 0.75]))
    inner = np.minimum(x - low, high - x) if math.isfinite(high - low) else spread
    return np.maximum(np.maximum(np.abs(x), inner), 1e-290)  # subnormals have fewer digits


_KNOWN: dict[tuple[int, str, int], Any] = {}  # by case, which lives as long as its module


def exact_law(case: Case, family: str):
    """The whole law, and its tails beyond where it is cut, worked out once."""
    key = id(case), family, mp.mp.dps
    if key not in _KNOWN:
        _KNOWN[key] = _exact_law(case, family)
    return _KNOWN[key]


def _exact_law(case: Case, family: str):
    whole = getattr(Exact, family)(**case.bare)
    cut = case.parameters.get("truncate", {})
    low, high = cut.get("low"), cut.get("high")
    start, end = case.law(family).support()
    low = low if low is None else max(low, start)
    high = high if high is None else min(high, end)
    below, _, _ = whole(mp.mpf(low)) if low is not None else (mp.mpf(0), 1, 0)
    _, above, _ = whole(mp.mpf(high)) if high is not None else (1, mp.mpf(0), 0)
    return whole, below, above


def exact_tails(case: Case, family: str, u: float):
    """Lower and upper tail, of the whole law, of the truncated law's quantile at u."""
    whole, below, above = exact_law(case, family)
    u, mass = mp.mpf(float(u)), 1 - below - above
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
        metafunc.parametrize("case", cases, ids=[str(case)[:60] for case in cases])
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
    rounding: ClassVar[float] = 0.0  # by which quantiles found by iteration may fall

    @pytest.fixture(autouse=True)
    def _digits(self, request):
        known = getattr(request.node, "callspec", None)
        case = known.params.get("case") if known else None
        is_cut = case is not None and "truncate" in case.parameters
        with mp.workdps(400 if is_cut else 150):  # 1 - below - above of a far tail keeps its digits
            yield

    def test_quantile_increases(self, case):
        u = np.concatenate([np.geomspace(2**-53, 0.01, 200), np.linspace(0.011, 0.989, 999)])
        u = np.concatenate([u, 1 - np.geomspace(0.01, 2**-53, 200)])
        x = case.law(self.family).quantile(u)
        rounding = max(self.rounding, 2e-15 if self.tolerance == TABLE else 0.0)
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
            rounding = 2**-51 * min(p, q) / density if law.truncate else 0  # of the tail itself
            assert abs(error) <= self.tolerance * scale(law, x) + rounding, (u, x)

    def test_quantile_agrees_with_scipy(self, case):
        law, upper = case.law(self.family), 1 - TAILS
        lower = {"rtol": self.tolerance, "atol": 1e-14 * float(scale(law, law.quantile(0.5)))}
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

    @pytest.mark.slow  # integrates each law
    def test_moments_of_quadrature_and_formula(self, case):
        law = case.law(self.family)
        mean, sd = self.exact_moments(case, law)
        width = sd + abs(mean)
        assert law.mean() == pytest.approx(mean, abs=1e-13 * width)
        assert law.sd() == pytest.approx(sd, rel=1e-11)
        assert law.support()[0] <= law.mean() <= law.support()[1]

    def exact_moments(self, case, law):
        """Moments by a route other than the law's own: formula against quadrature."""
        if law.truncate is None and not case.by_density:
            breaks = law._breaks()
            inside = [u for u in breaks if 0 < u < 1]
            return moments_by_quadrature(law._conditioned, inside)
        whole, _, rest = exact_tails(case, self.family, 0.0)
        _, _, end = exact_tails(case, self.family, 1.0)
        mass = rest - end
        with mp.workdps(30):
            cuts = [*law.quantile([1e-16, 0.01, 0.3, 0.5, 0.7, 0.99]), law.quantile(1 - 2**-53)]
            cuts += [case.parameters["mode"]] if "mode" in case.parameters else []
            cuts += [*case.parameters.get("values", []), *case.kinks]
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
        store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
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
        kinds = {k.name: k.kind for k in FAMILIES[self.family].law.keys}
        allowed = "a finite" if kinds[key] == "number" else "a list|a table|arcsine, "
        bad = "x" if kinds[key] == "numbers" and bad == [1.0] else bad
        with pytest.raises(InputError, match=rf"{key}.*: found .*; allowed: ({allowed})") as caught:
            distribution(self.family, **(good | {key: bad}))
        assert [fault.where[0] for fault in caught.value.faults] == [key]

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
        Case({"low": 2, "high": 5, "coverage": 0.8}, stats.uniform(1.625, 3.75)),
        Case({"minimum": 0, "maximum": 1, "truncate": {"low": 0.1, "high": 0.1 + 1e-9}}),
    ]
    refusals: ClassVar = [
        ({"minimum": 2, "maximum": 1}, "maximum: found 1.0; allowed: a number above minimum = 2.0"),
        ({"low": 0, "high": 1e300, "coverage": 1e-10}, "coverage: found 1e-10; .*float64"),
        ({"minimum": 0, "high": 1, "coverage": 0.9}, "minimum: found minimum beside another form"),
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
        Case({"low": 10, "mode": 12, "high": 20, "coverage": 0.8}, typical=12),
        Case({"low": -10, "mode": -9, "high": 2, "coverage": 0.5}, typical=-9),
        Case(
            {"minimum": 0, "mode": 3, "maximum": 4, "truncate": {"low": 1e-9, "high": 1e-8}},
            typical=1e-8,
        ),
    ]
    refusals: ClassVar = [
        ({"minimum": 1, "mode": 2, "maximum": 1}, 'maximum: found 1.0; .*"constant"'),
        ({"minimum": 1, "mode": 6, "maximum": 5}, "mode: found 6.0; .*minimum = 1.0 to maximum"),
        ({"low": 1, "mode": 6, "high": 5, "coverage": 0.8}, "mode: found 6.0; .*low = 1.0 to high"),
        ({"low": 1, "high": 5, "coverage": 0.8}, "mode: found nothing"),
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
        Case({"low": 10, "mode": 12, "high": 20, "coverage": 0.8}, typical=12),
        Case({"low": 3, "mode": 4, "high": 4.5, "coverage": 0.9, "shape": 2}, typical=4),
    ]
    refusals: ClassVar = [
        ({"minimum": 1, "mode": 6, "maximum": 5}, "mode: found 6.0"),
        ({"minimum": 1, "mode": 2, "maximum": 5, "shape": 0}, "shape: found 0; .*above 0"),
    ]


class TestNormal(Contract):
    family = "normal"
    cases: ClassVar = [
        Case({"mean": 10, "sd": 2}, stats.norm(10, 2), typical=10),
        Case({"mean": 0, "sd": 1e-200}, typical=0),
        Case({"mean": -5, "relative_sd": "30 %"}, stats.norm(-5, 1.5), typical=-5),
        Case({"mean": 5, "relative_sd": 0.01}, stats.norm(5, 0.05), typical=5),
        Case({"mean": 10, "plus_minus": 2, "coverage": 0.95}, typical=10),
        Case({"low": 1, "high": 4, "coverage": 0.9}, typical=2.5),
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
        ({"mean": 1, "sd": -1}, "sd: found -1; allowed: a finite number above 0"),
        ({"mean": 0, "relative_sd": "30 %"}, "mean: found 0.0; .*spread is above 0"),
        ({"mean": 1, "relative_sd": "30"}, "relative_sd: found '30'; .*30 %"),
        ({"mean": 1, "relative_sd": "-3 %"}, "relative_sd: found '-3 %'"),
        ({"mean": 1, "plus_minus": 2}, "coverage: found nothing"),
        ({"mean": 1, "sd": 0, "truncate": {"low": 2}}, "truncate: found .*holds value = 1.0"),
        ({"mean": 0, "sd": 1, "truncate": {"low": 40}}, r"truncate: found .*40.*normal\(mean=0.0"),
        ({"mean": 0, "sd": 1, "truncate": {"low": 2, "high": 1}}, "truncate.high: found 1.0"),
        ({"mean": 0, "sd": 1, "truncate": {"low": 1, "high": 1}}, "truncate.high: found 1.0"),
        ({"mean": 0, "sd": 1, "truncate": {}}, "truncate: found an empty table"),
        ({"mean": 0, "sd": 1, "truncate": 3}, "truncate: found 3; allowed: a table"),
        ({"mean": 0, "sd": 1, "truncate": {"low": True}}, "truncate.low: found true"),
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
        Case({"median": 3, "gsd2": 4}, stats.lognorm(math.log(2), 0, 3), typical=3),
        Case({"mean": 5, "gsd": 2}),
        Case({"mean": 5, "gsd2": 1.44}),
        Case({"mean": 4, "cv": 0.75}, typical=4 / 1.25),
        Case({"log_mean": -2, "log_sd": 0.25}, stats.lognorm(0.25, 0, math.exp(-2))),
        Case({"low": 2, "high": 11, "coverage": 0.95}),
        Case({"mean": 5, "low": 2, "high": 11, "coverage": 0.95}),
        Case({"mean": 3, "low": 1, "high": 30, "coverage": 0.9, "truncate": {"low": 2}}),
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
        ({"median": 3, "gsd": 0.9}, "gsd: found 0.9; allowed: a finite number above 1"),
        ({"median": 3, "gsd2": 0.9}, "gsd2: found 0.9; allowed: a finite number above 1"),
        ({"median": 3, "gsd": 2, "gsd2": 4}, "gsd2: found gsd2 beside another form"),
        ({"log_mean": 710, "log_sd": 1}, "log_mean: found 710; .*-700 to 700"),
        ({"mean": 1, "low": 2, "high": 3, "coverage": 0.9}, "mean: found 1.0; .*low = 2.0 and"),
        ({"mean": 1, "low": 1e-10, "high": 1.01, "coverage": 0.6}, "coverage: .*several lognormal"),
        ({"median": 0, "gsd": 2}, "median: found 0; allowed: a finite number above 0"),
        ({"mean": 0, "sd": 2}, "mean: found 0"),
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
        with pytest.raises(
            InputError, match="median: found median beside another form; allowed: only mean, sd"
        ):
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

    def test_moments_where_quantiles_of_scipy_are_missing(self):
        law = distribution("beta", alpha=3, beta=3, minimum=-1, maximum=1, truncate={"low": 0})
        assert law.mean() == pytest.approx(5 / 16, rel=1e-14)  # 15/8 times x (1 - x**2)**2
        assert law.sd() == pytest.approx(math.sqrt(1 / 7 - 25 / 256), rel=1e-12)

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
        Case({"shape": 1e8, "scale": 2}, slow=True),
        Case({"low": 1, "high": 5, "coverage": 0.9}),
        Case({"low": 1, "high": 1e4, "coverage": 0.5}, slow=True),
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


class TestExponential(Contract):
    family = "exponential"
    cases: ClassVar = [
        Case({"mean": 3}, stats.expon(scale=3), typical=3 * math.log(2)),
        Case({"mean": 1e-200}),
        Case({"mean": 2, "truncate": {"low": 1, "high": 3}}),
        Case({"mean": 2, "truncate": {"high": 1e-9}}),
        Case({"mean": 1, "truncate": {"low": 600}}, far=35),
    ]
    refusals: ClassVar = [
        ({"mean": 0}, "mean: found 0; allowed: a finite number above 0"),
        ({"mean": 1, "truncate": {"low": 700}}, r"truncate: found .*exponential\(mean=1.0"),
    ]


class TestWeibull(Contract):
    family = "weibull"
    cases: ClassVar = [
        Case({"shape": 1.5, "scale": 2}, stats.weibull_min(1.5, scale=2)),
        Case({"shape": 0.5, "scale": 1e6}, stats.weibull_min(0.5, scale=1e6)),
        Case({"shape": 1, "scale": 1}, stats.expon()),
        Case({"shape": 60, "scale": 10}, stats.weibull_min(60, scale=10)),
        Case({"low": 1, "high": 5, "coverage": 0.9}),
        Case({"shape": 3, "scale": 10, "truncate": {"low": 5, "high": 12}}),
        Case({"shape": 2, "scale": 1, "truncate": {"low": 5}}, far=7),
    ]
    refusals: ClassVar = [
        ({"shape": 0, "scale": 1}, "shape: found 0; allowed: a finite number above 0"),
        ({"shape": 1, "scale": -1}, "scale: found -1"),
    ]


class TestGumbel(Contract):
    family = "gumbel"
    cases: ClassVar = [
        Case({"mode": 10, "scale": 2}, stats.gumbel_r(10, 2)),
        Case({"mode": -3.5, "scale": 1e-3}, stats.gumbel_r(-3.5, 1e-3)),
        Case({"mode": 0, "scale": 1, "truncate": {"low": 0}}),
        Case({"mode": 0, "scale": 1, "truncate": {"low": -1, "high": 3}}),
        Case({"mode": 0, "scale": 1, "truncate": {"low": 40}}, far=9),
    ]
    refusals: ClassVar = [
        ({"mode": 0, "scale": -1}, "scale: found -1"),
        ({"mode": 0, "scale": 1, "truncate": {"high": -7}}, "truncate: found .*-7.0"),
    ]


class TestStudentT(Contract):
    family = "student_t"
    tolerance = TABLE
    rounding = 1e-12
    cases: ClassVar = [
        Case({"df": 5, "location": 1, "scale": 2}, stats.t(5, 1, 2), typical=1),
        Case({"df": 1, "location": 0, "scale": 1}, stats.cauchy(), typical=0, heavy=True),
        Case({"df": 2.5, "location": 0, "scale": 1}, stats.t(2.5), typical=0, heavy=True),
        Case({"df": 200, "location": -4, "scale": 1}, stats.t(200, -4), typical=-4, slow=True),
        Case({"df": 4, "location": 1, "scale": 2, "truncate": {"low": 0.5, "high": 9}}),
        Case({"df": 4, "location": 0, "scale": 1, "truncate": {"low": 0}}),
        Case({"df": 6, "location": 10, "scale": 1, "truncate": {"low": 10}}),
        Case({"df": 4, "location": 10, "scale": 1, "truncate": {"high": 10}}),
    ]
    refusals: ClassVar = [
        ({"df": 0, "location": 0, "scale": 1}, "df: found 0; allowed: a finite number of at"),
        ({"df": 3, "location": 0, "scale": -1}, "scale: found -1"),
    ]

    def test_tails_next_to_the_median(self):
        below, above = distribution("student_t", df=1, location=0, scale=1).tails(1e-9)
        assert below - 0.5 == pytest.approx(1e-9 / math.pi, rel=1e-6)
        assert 0.5 - above == pytest.approx(1e-9 / math.pi, rel=1e-6)

    def test_moments_that_do_not_exist(self):
        assert math.isnan(distribution("student_t", df=1, location=0, scale=1).mean())
        assert distribution("student_t", df=2, location=0, scale=1).sd() == math.inf


class TestQuantiles(Contract):
    family = "quantiles"
    rounding = 2e-15
    three: ClassVar = {"probabilities": [0.05, 0.5, 0.95], "values": [2, 5, 12]}
    five: ClassVar = {"probabilities": [0.05, 0.25, 0.5, 0.75, 0.95], "values": [2, 3, 5, 5.5, 11]}
    cases: ClassVar = [
        Case(three, typical=5, by_density=True),
        Case({**three, "minimum": 0}, typical=5, by_density=True),
        Case({**five, "minimum": 1, "maximum": 20}, typical=5, by_density=True),
        Case({**five, "maximum": 12}, typical=5),
        Case(
            {"probabilities": [0.1, 0.9], "values": [-1, 1]}, stats.norm(0, 1 / 1.2815515655446004)
        ),
        Case({**five, "truncate": {"low": 2.5, "high": 9}}),
        Case({**three, "minimum": 0, "truncate": {"low": 4}}),
    ]
    refusals: ClassVar = [
        ({**three, "values": [2, 5]}, "values: found 2 entries; allowed: 3 entries"),
        ({**three, "values": [2, 5, 4]}, r"values.\[3\]: found 4.0; .*above the one before, 5.0"),
        ({**three, "probabilities": [0.0, 0.5, 1]}, r"probabilities.\[1\]: found 0.0; .*above 0"),
        ({**three, "minimum": 2}, "minimum: found 2.0; allowed: .*below the first of values, 2.0"),
        ({**three, "maximum": 3}, "maximum: found 3.0; allowed: .*above the last of values, 12.0"),
    ]

    def test_given_percentiles_are_exact(self, case):
        law = case.law(self.family)
        if law.truncate is None:
            given = case.parameters
            found = law.quantile(given["probabilities"])
            np.testing.assert_allclose(found, given["values"], rtol=4e-15)

    def test_spline_is_that_of_scipy_between_the_points(self):
        law = distribution("quantiles", **self.five)
        spline = interpolate.PchipInterpolator(
            stats.norm.ppf(self.five["probabilities"]), self.five["values"]
        )
        u = np.linspace(0.26, 0.74, 99)  # the outer slopes are held differently
        np.testing.assert_allclose(law.quantile(u), spline(stats.norm.ppf(u)), rtol=1e-13)

    def test_two_percentiles_and_a_minimum_give_the_lognormal_law(self):
        law = distribution("quantiles", probabilities=[0.1, 0.9], values=[1, 9], minimum=0)
        other = distribution("lognormal", median=3, gsd=3 ** (1 / 1.2815515655446004))
        np.testing.assert_allclose(law.quantile(POINTS), other.quantile(POINTS), rtol=1e-13)


NORMAL = {"distribution": "normal", "mean": 0, "sd": 1}
FAR = {"distribution": "normal", "mean": 8, "sd": 0.5}
FLAT = {"distribution": "uniform", "minimum": 2, "maximum": 4}
SKEW = {"distribution": "lognormal", "median": 1, "gsd": 2}
WAIT = {"distribution": "exponential", "mean": 2}
ZERO = {"distribution": "constant", "value": 0}


class TestMixture(Contract):
    family = "mixture"
    tolerance = TABLE
    cases: ClassVar = [
        Case({"components": [SKEW, WAIT], "weights": [1, 3]}, typical=float("nan")),
        Case({"components": [NORMAL, FLAT], "weights": [0.5, 0.5]}, typical=float("nan")),
        Case(
            {"components": [SKEW, FLAT], "weights": [0.3, 0.7], "truncate": {"low": 1, "high": 5}},
            kinks=(2, 4),
        ),
    ]
    refusals: ClassVar = [
        ({"components": [NORMAL], "weights": [1, 2]}, "weights: found 2 entries; allowed: 1 entry"),
        ({"components": [NORMAL], "weights": [0]}, r"weights: found \[0\]; .*not all of them 0"),
        ({"components": [], "weights": []}, r"components: found \[\]; allowed: a list of laws"),
        ({"components": [3], "weights": [1]}, r"components.\[1\]: found 3; allowed: a table"),
        (
            {"components": [NORMAL, {**NORMAL, "sd": -1}], "weights": [1, 1]},
            r"components.\[2\].sd: found -1; allowed: a finite number above 0",
        ),
        (
            {"components": [FLAT], "weights": [1], "truncate": {"low": 9}},
            "truncate: found .*; allowed: an interval to which a component",
        ),
    ]

    def test_typical(self, case):
        law = case.law(self.family)
        assert law.typical() == law.mean()

    @pytest.mark.slow
    @pytest.mark.parametrize(
        ("components", "weights"),
        [
            ([NORMAL, FAR], [0.6, 0.4]),
            ([NORMAL, {**NORMAL, "sd": 1e-3}], [0.5, 0.5]),
            ([SKEW, {**SKEW, "median": 1e4}], [0.9, 0.1]),
        ],
    )
    def test_kernel_of_steep_mixtures(self, components, weights):
        """Where components lie apart, u itself says the value only to its own rounding."""
        law = distribution("mixture", components=components, weights=weights)
        u = (np.random.default_rng(1).integers(0, 2**52, 20_000) + 0.5) * 2**-52
        x, row = law.quantile(u), u.copy()
        kernel = law.kernel()
        store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
        slope = (law.quantile(u + 2**-40) - law.quantile(u - 2**-40)) * 2**39
        assert (np.abs(row - x) <= TABLE * scale(law, x) + 2**-49 * slope).all()

    def test_single_value(self):
        law = distribution("mixture", components=[ZERO, FLAT], weights=[0.6, 0.4])
        assert not law.is_continuous
        assert law.mean() == pytest.approx(1.2, rel=1e-15)
        assert law.sd() == pytest.approx(math.sqrt(0.4 * (9 + 1 / 3) - 1.44), rel=1e-15)
        u = (np.random.default_rng(1).integers(0, 2**52, 20_000) + 0.5) * 2**-52
        row, kernel = u.copy(), law.kernel()
        store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
        expected = np.where(u <= 0.6, 0, 2 + 2 * (u - 0.6) / 0.4)
        np.testing.assert_allclose(row, expected, rtol=1e-13)
        np.testing.assert_allclose(law.quantile(u), expected, rtol=1e-13)
        assert law.cdf(0) == 0.6
        assert law.cdf(-1e-9) == 0

    def test_truncation_conditions_single_values_on_the_closed_interval(self):
        values = {"distribution": "discrete", "values": [-1, 0, 2], "weights": [1, 2, 1]}
        law = distribution(
            "mixture", components=[values, FLAT], weights=[1, 1], truncate={"low": 0, "high": 3}
        )
        # of one half each: 2/4 at 0, 1/4 at 2, 1/2 between 2 and 3
        assert law.cdf(0) == pytest.approx(0.4, rel=1e-15)
        assert law.cdf(2) - law.cdf(2 - 1e-12) == pytest.approx(0.2, rel=1e-12)
        assert law.support() == (0, 3)

    def test_single_values_only(self):
        law = distribution("mixture", components=[ZERO, {**ZERO, "value": 3}], weights=[1, 3])
        assert law.kernel().code == STEPS
        assert tuple(law.quantile([0.2, 0.25, 0.3])) == (0, 0, 3)


class TestScipy(Contract):
    family = "scipy"
    tolerance = TABLE
    cases: ClassVar = [
        Case({"name": "logistic", "arguments": {"loc": 3, "scale": 2}}, stats.logistic(3, 2)),
        Case({"name": "johnsonsu", "arguments": {"a": 1, "b": 2}}, stats.johnsonsu(1, 2)),
        Case({"name": "lomax", "arguments": {"c": 5}}, stats.lomax(5)),
        Case({"name": "powerlaw", "arguments": {"a": 2.5, "scale": 3}}),
        Case({"name": "laplace", "arguments": {}, "truncate": {"low": -1}}, kinks=(0,)),
    ]
    refusals: ClassVar = [
        ({"name": "logistics", "arguments": {}}, "name: found 'logistics'; .*mean 'logistic'"),
        ({"name": "lomax", "arguments": {}}, "arguments.c: found nothing"),
        ({"name": "lomax", "arguments": {"c": "x"}}, "arguments.c: found 'x'; allowed: a finite"),
        ({"name": "lomax", "arguments": {"c": 1, "d": 1}}, "arguments.d: found an unknown key"),
        ({"name": "lomax", "arguments": {"c": -1}}, "arguments: found .*; allowed: shapes in the"),
        ({"name": "logistic", "arguments": {"scale": 0}}, "arguments.scale: found 0.0; .*above 0"),
    ]

    @pytest.mark.parametrize("name", ALLOWED)
    def test_inverse_of_every_law_on_the_list_keeps_its_digits(self, name):
        shapes = {
            "arcsine": {},
            "truncpareto": {"b": 2, "c": 5},
            "genpareto": {"c": 0.2},
            "genextreme": {"c": 0.1},
        }
        given = shapes.get(name, dict.fromkeys(argument_names(getattr(stats, name))[:-2], 2.5))
        law = distribution("scipy", name=name, arguments=given)
        for u, x in ((TAILS, law.quantile(TAILS)), (1 - TAILS, law.quantile(1 - TAILS))):
            tail, found = (law.frozen.cdf(x), u) if u[0] < 0.5 else (law.frozen.sf(x), 1 - u)
            error = np.abs(tail - found) / law.frozen.pdf(x)
            assert (error <= 1e-11 * scale(law, x)).all(), name
        row, kernel = POINTS.copy(), law.kernel()
        store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
        x = law.quantile(POINTS)
        assert (np.abs(row - x) <= TABLE * scale(law, x)).all(), name


class StepsContract:
    """What every law of finitely many values holds to: values and probabilities are exact."""

    family: ClassVar[str]
    cases: ClassVar[list[tuple[dict[str, Any], dict[float, float]]]]  # parameters, probabilities
    refusals: ClassVar[list[tuple[dict[str, Any], str]]]

    def test_probabilities(self, case):
        parameters, masses = case
        law = distribution(self.family, **parameters)
        values, weights = np.array(list(masses)), np.array(list(masses.values()))
        assert not law.is_continuous
        assert law.support() == (min(masses), max(masses))
        np.testing.assert_allclose(law.cdf(values), np.cumsum(weights), rtol=1e-15)
        np.testing.assert_allclose(law.cdf(values - 1e-9), np.cumsum(weights) - weights, atol=1e-15)
        assert law.mean() == pytest.approx(weights @ values, rel=1e-14)
        spread = math.sqrt(weights @ (values - weights @ values) ** 2)
        assert law.sd() == pytest.approx(spread, rel=1e-12)
        assert law.typical() == law.mean()

    def test_quantile_is_the_smallest_value_with_enough_below(self, case):
        parameters, masses = case
        law = distribution(self.family, **parameters)
        values, ends = np.array(list(masses)), np.cumsum(list(masses.values()))
        u = (np.random.default_rng(1).integers(0, 2**52, 5000) + 0.5) * 2**-52
        u = np.append(u, [2**-53, 1 - 2**-53])
        far = np.abs(u[:, None] - ends).min(axis=1) > 1e-15
        expected = values[np.minimum(np.searchsorted(ends, u), len(values) - 1)]
        assert (law.quantile(u) == expected)[far].all()
        row, kernel = u.copy(), law.kernel()
        store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
        assert (row == law.quantile(u)).all()
        assert np.isnan(law.quantile([-0.1, 1.1])).all()

    def test_study_file_form_round_trip(self, case):
        law = distribution(self.family, **case[0])
        assert distribution(law.to_dict()) == law
        assert hash(distribution(law.to_dict())) == hash(law)
        assert pickle.loads(pickle.dumps(law)) == law
        assert repr(law).startswith(f"{self.family}(")

    def test_refusal(self, refusal):
        parameters, message = refusal
        with pytest.raises(InputError, match=message):
            distribution(self.family, **parameters)

    def test_family_is_described(self):
        assert FAMILIES[self.family].domain
        assert FAMILIES[self.family].use


class TestBernoulli(StepsContract):
    family = "bernoulli"
    cases: ClassVar = [
        ({"probability": 0.3}, {0: 0.7, 1: 0.3}),
        ({"probability": 0}, {0: 1.0}),
        ({"probability": 1}, {1: 1.0}),
        ({"probability": 0.3, "truncate": {"low": 0.5}}, {1: 1.0}),
    ]
    refusals: ClassVar = [
        ({"probability": 1.1}, "probability: found 1.1; allowed: a finite number from 0 to 1"),
        ({"probability": math.nan}, "probability: found nan"),
        ({}, "probability: found nothing"),
        ({"probability": 0, "truncate": {"low": 0.5}}, "truncate: found .*an interval that holds"),
    ]


class TestDiscrete(StepsContract):
    family = "discrete"
    cases: ClassVar = [
        ({"values": [4, 1, 2], "weights": [1, 2, 1]}, {1: 0.5, 2: 0.25, 4: 0.25}),
        ({"values": [1, 1, 5, 9], "weights": [1, 2, 1, 0]}, {1: 0.75, 5: 0.25}),
        (
            {"values": [1, 2, 3, 4], "weights": [1, 2, 3, 4], "truncate": {"low": 2, "high": 3}},
            {2: 0.4, 3: 0.6},
        ),
        ({"values": list(range(1000)), "weights": [1] * 1000}, dict.fromkeys(range(1000), 1e-3)),
    ]
    refusals: ClassVar = [
        ({"values": [1, 2]}, "weights: found nothing"),
        ({"values": [1, 2], "weights": [1]}, "weights: found 1 entry; allowed: 2 entries"),
        ({"values": [1, 2], "weights": [1, -1]}, r"weights.\[2\]: found -1.0; .*at least 0"),
        ({"values": [1, math.inf], "weights": [1, 1]}, r"values.\[2\]: found inf; .*a finite"),
        ({"values": [], "weights": []}, r"values: found \[\]; allowed: a list"),
        ({"values": 3, "weights": [1]}, "values: found 3; allowed: a list of finite numbers"),
    ]


class TestEmpirical(StepsContract):
    family = "empirical"
    cases: ClassVar = [
        ({"values": [3, 1, 2, 2]}, {1: 0.25, 2: 0.5, 3: 0.25}),
        ({"values": [3, 1], "weights": [3, 1]}, {1: 0.25, 3: 0.75}),
        ({"values": np.arange(500.0)}, dict.fromkeys(range(500), 2e-3)),
        ({"values": [3, 1, 2, 2], "truncate": {"high": 2}}, {1: 1 / 3, 2: 2 / 3}),
    ]
    refusals: ClassVar = [
        ({"values": [1], "weights": [1, 2]}, "weights: found 2 entries; allowed: 1 entry"),
        ({"values": [1, 2], "truncate": {"low": 3}}, "truncate: found .*an interval that holds"),
        ({"values": [0.0] * 100_001}, "values: found .*; allowed: a list of finite numbers"),
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
        store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
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


def test_every_family_has_its_table():
    tables = [*Contract.__subclasses__(), *StepsContract.__subclasses__()]
    assert {table.family for table in tables} | {"constant"} == set(FAMILIES)


def test_all_faults_are_reported_at_once():
    with pytest.raises(InputError, match=r"gsd: found 0\.5") as caught:
        distribution("lognormal", median=-1, gsd=0.5, colour=3, truncate={"low": "x", "hi": 2})
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
    assert FAMILIES["lognormal"].forms[:2] == (("median", "gsd"), ("median", "gsd2"))


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
