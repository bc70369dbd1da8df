"""Models whose indices are known: by a formula, or by very many points."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from mcsus.study import Study

Named = Mapping[str, float]
"""Values by input; of a pair its inputs, one space between."""


CLAIM = "claimed"
"""Id of the claim of a case that has one."""


@dataclass(frozen=True)
class IndexCase:
    """A model of one output, y.

    Attributes
    ----------
    laws : dict
        Of its parameters.
    exact : dict
        What is known of it, by name of the array of a method, as ``S1``.
    dependence : tuple
        Tables ``[[dependence]]``.
    claim : str
        What is claimed of y, as ``y > 1``; empty for nothing.
    """

    name: str
    title: str
    laws: Mapping[str, Mapping[str, Any]]
    formula: str
    exact: Mapping[str, Named]
    dependence: tuple[Mapping[str, Any], ...] = ()
    claim: str = ""

    def study(self, **sensitivity: Any) -> Study:
        """Return the study, with what is asked for in ``[sensitivity]``."""
        source = {"unit": "1", "source": "the model"}
        claims = []
        if self.claim:
            quantity, relation, value = self.claim.split()
            about = {"id": CLAIM, "statement": "it holds", "unit": "1", "confidence": 0.9}
            holds = {"quantity": quantity, "relation": relation, "value": float(value)}
            claims = [about | holds]
        return Study.from_dict(
            {
                "schema": "mcsus/1",
                "id": self.name,
                "title": self.title,
                "parameters": {name: source | dict(law) for name, law in self.laws.items()},
                "equations": {"y": {"formula": self.formula, "unit": "1"}},
                "outputs": {"y": "1"},
                "claims": claims,
                "dependence": [dict(table) for table in self.dependence],
                "sensitivity": {"outputs": ["y"], **sensitivity},
                "design": {"kind": "sobol", "draws": 256, "replicates": 2, "seed": 1},
            }
        )


def _uniform(low: float, high: float) -> dict[str, Any]:
    return {"distribution": "uniform", "minimum": low, "maximum": high}


def _lognormal(median: float, gsd: float) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": median, "gsd": gsd}


def indices_of(
    closed: Mapping[frozenset[str], float], names: list[str]
) -> dict[str, dict[str, float]]:
    """Return the indices of independent inputs from the variance of what each set explains.

    Parameters
    ----------
    closed : mapping of frozenset of str to float
        Variance of the expectation of y given a set of inputs, of all sets.
    """
    every = frozenset(names)
    of_all = closed[every]
    first = {name: closed[frozenset({name})] / of_all for name in names}
    total = {name: 1 - closed[every - {name}] / of_all for name in names}
    return {
        "S1": first,
        "ST": total,
        "shapley": {name: _shapley(closed, names, name) / of_all for name in names},
        "S2": {
            f"{one} {other}": closed[frozenset({one, other})] / of_all - first[one] - first[other]
            for one, other in itertools.combinations(names, 2)
        },
    }


def _shapley(closed: Mapping[frozenset[str], float], names: list[str], name: str) -> float:
    """Return the mean of what an input adds to the variance explained, over all orders."""
    others = [own for own in subsets(names) if name not in own]
    ways = {own: len(names) * math.comb(len(names) - 1, len(own)) for own in others}
    return math.fsum((closed[own | {name}] - closed[own]) / ways[own] for own in others)


def shares_of(parts: Mapping[str, float], names: list[str]) -> dict[str, dict[str, float]]:
    """Return the indices from the parts of the variance of inputs, pairs, triples.

    Parameters
    ----------
    parts : mapping of str to float
        By the inputs that act together, one space between.
    """
    split = {frozenset(key.split()): value for key, value in parts.items()}
    closed = {
        own: sum(value for key, value in split.items() if key <= own) for own in subsets(names)
    }
    return indices_of(closed, names)


def subsets(names: list[str]) -> list[frozenset[str]]:
    """Return all sets of some inputs."""
    sizes = range(len(names) + 1)
    return [frozenset(own) for size in sizes for own in itertools.combinations(names, size)]


def lognormal_sums(
    laws: Mapping[str, Mapping[str, Any]], terms: list[dict[str, float]]
) -> dict[str, dict[str, float]]:
    """Return the indices of a sum of products of powers of independent lognormal inputs.

    Parameters
    ----------
    terms : list of dict of str to float
        Exponents by input.
    """
    squares = {name: math.log(law["gsd"]) ** 2 for name, law in laws.items()}
    means = [
        math.exp(
            sum(math.log(laws[n]["median"]) * a + squares[n] * a**2 / 2 for n, a in term.items())
        )
        for term in terms
    ]

    def covariance(k: int, m: int, own: frozenset[str]) -> float:
        """Return that of two terms, as far as a set of inputs makes it."""
        shared = sum(squares[n] * a * terms[m].get(n, 0.0) for n, a in terms[k].items() if n in own)
        return means[k] * means[m] * math.expm1(shared)

    pairs = list(itertools.product(range(len(terms)), repeat=2))
    names = list(laws)
    closed = {own: sum(covariance(*pair, own) for pair in pairs) for own in subsets(names)}
    return indices_of(closed, names)


def products(means: Mapping[str, float], shares: Mapping[str, float]) -> dict[str, Any]:
    """Return the indices of a product of independent factors.

    Parameters
    ----------
    shares : mapping of str to float
        Variance of each factor over the square of its mean, which `means` gives.
    """
    names = list(shares)
    size = math.prod(means.values()) ** 2
    closed = {
        own: size * (math.prod(1 + shares[name] for name in own) - 1) for own in subsets(names)
    }
    return indices_of(closed, names)


_A = dict(zip([f"x{k}" for k in range(1, 7)], (0, 1, 4.5, 9, 99, 99), strict=True))
_OUTSIDE = " * ".join(f"(abs(4 * {name} - 2) + {a}) / {1 + a}" for name, a in _A.items())
_PAIRS = {f"x{k}": _lognormal(1.0, g) for k, g in enumerate((1.2, 1.3, 1.2, 1.3, 1.1, 1.4), 1)}
_SPREADS = {"x1": 0.3, "x2": 0.6, "x3": 1.0}
_FOOTPRINT = {
    "A": _lognormal(0.5, 1.2), "cpa": _lognormal(1.5, 1.4), "fab": _lognormal(0.85, 1.05),
    "board": _lognormal(0.6, 1.3), "P": _lognormal(0.05, 1.5), "life": _lognormal(26280, 1.4),
    "CI": _lognormal(0.45, 1.7),
}  # fmt: skip


def _ishigami() -> dict[str, Named]:
    """Return the indices of Ishigami and Homma's function."""
    variance = 49 / 8 + 0.1 * math.pi**4 / 5 + 0.01 * math.pi**8 / 18 + 0.5
    first = {"x1": 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2 / variance, "x2": 49 / 8 / variance}
    joint = 0.01 * math.pi**8 * (1 / 18 - 1 / 50) / variance
    return {
        "S1": {**first, "x3": 0.0},
        "ST": {"x1": first["x1"] + joint, "x2": first["x2"], "x3": joint},
        "shapley": {"x1": first["x1"] + joint / 2, "x2": first["x2"], "x3": joint / 2},
        "S2": {"x1 x2": 0.0, "x1 x3": joint, "x2 x3": 0.0},
    }


def correlated(sds: Mapping[str, float], pair: tuple[str, str], number: float) -> dict[str, Any]:
    """Return the indices of a sum of normal inputs, of which two are correlated."""
    names = list(sds)
    correlation = np.eye(len(names))
    i, j = (names.index(name) for name in pair)
    correlation[i, j] = correlation[j, i] = number
    covariance = correlation * np.outer(list(sds.values()), list(sds.values()))
    closed = {}
    for own in subsets(names):
        at = [names.index(name) for name in names if name in own]
        g = covariance[at].sum(axis=1)
        closed[own] = float(g @ np.linalg.solve(covariance[np.ix_(at, at)], g)) if at else 0.0
    return indices_of(closed, names)


def intervals(
    names: Iterable[str], spread: Callable[[str, float], float], quantile: Callable[[float], float]
) -> dict[str, dict[str, float]]:
    """Return what becomes of the 95 % interval with the spread of an input halved, or gone.

    Parameters
    ----------
    spread : callable
        Takes an input and what its spread is multiplied with; returns the standard deviation of
        what is normal.
    quantile : callable
        Takes a value of what is normal, about 0; returns that of the output.
    """
    score = statistics.NormalDist().inv_cdf(0.975)

    def ends(sd: float) -> tuple[float, float]:
        return quantile(-score * sd), quantile(score * sd)

    own, found = list(names), {}
    low, high = ends(spread(own[0], 1.0))
    for key, times in (("halved", 0.5), ("known", 0.0)):
        each = {name: ends(spread(name, times)) for name in own}
        found[f"{key}_low"] = {name: one for name, (one, _) in each.items()}
        found[f"{key}_high"] = {name: other for name, (_, other) in each.items()}
        found[f"{key}_gain"] = {
            name: high - low - (other - one) for name, (one, other) in each.items()
        }
    return found


def _of_logarithms(sds: Mapping[str, float], name: str, times: float) -> float:
    """Return the spread of a sum of independent inputs, that of one of them multiplied."""
    return math.hypot(*(sd * (times if own == name else 1.0) for own, sd in sds.items()))


def _of_correlated(
    sds: Mapping[str, float], pair: tuple[str, str], number: float, name: str, times: float
) -> float:
    """Return the spread of a sum of normal inputs, that of one of them multiplied or it known."""
    own = {key: sd * (times if key == name else 1.0) for key, sd in sds.items()}
    if times == 0 and name in pair:  # the other is as it is given it
        (other,) = set(pair) - {name}
        own[other] *= math.sqrt(1 - number**2)
    both = 2 * number * own[pair[0]] * own[pair[1]]
    return math.sqrt(sum(sd**2 for sd in own.values()) + both)


CASES = (
    IndexCase(
        "ishigami",
        "Ishigami",
        {f"x{k}": _uniform(-math.pi, math.pi) for k in (1, 2, 3)},
        "sin(x1) + 7 * sin(x2)**2 + 0.1 * x3**4 * sin(x1)",
        _ishigami(),
    ),
    IndexCase(
        "g_function",
        "Sobol' G, two inputs of a share of 1e-4",
        dict.fromkeys(_A, _uniform(0, 1)),
        _OUTSIDE,
        products(dict.fromkeys(_A, 1.0), {name: 1 / (3 * (1 + a) ** 2) for name, a in _A.items()}),
    ),
    IndexCase(
        "footprint",
        "Footprint: a sum of products of lognormals",
        _FOOTPRINT,
        "A * cpa / fab + board + P * life * CI / 1000",
        lognormal_sums(
            _FOOTPRINT | {"thousand": {"median": 1e-3, "gsd": 1.0}},
            [
                {"A": 1.0, "cpa": 1.0, "fab": -1.0},
                {"board": 1.0},
                {"P": 1.0, "life": 1.0, "CI": 1.0, "thousand": 1.0},
            ],
        ),
    ),
    IndexCase(
        "products",
        "Product of lognormals, log-sd .3, .6 and 1",
        {name: _lognormal(1.0, math.exp(s)) for name, s in _SPREADS.items()},
        "x1 * x2 * x3",
        products(
            {name: math.exp(s**2 / 2) for name, s in _SPREADS.items()},
            {name: math.expm1(s**2) for name, s in _SPREADS.items()},
        )
        | intervals(_SPREADS, partial(_of_logarithms, _SPREADS), math.exp),
    ),
    IndexCase(
        "discrete",
        "Discrete inputs and a constant one",
        {
            "x1": {"distribution": "discrete", "values": [1, 2, 5], "weights": [0.3, 0.3, 0.4]},
            "x2": {"distribution": "bernoulli", "probability": 0.25},
            "x3": _uniform(0, 1),
            "fixed": {"distribution": "constant", "value": 3.0},
        },
        "x1 * (1 + x2) + x3 + fixed",
        shares_of(
            {"x1": 3.09 * 1.5625, "x2": 0.1875 * 8.41, "x1 x2": 0.1875 * 3.09, "x3": 1 / 12},
            ["x1", "x2", "x3"],
        ),
    ),
)  # fmt: skip

_SUM, _PAIR = {"x1": 1.0, "x2": 1.0, "x3": 2.0}, ("x2", "x3")
DEPENDENT = (
    IndexCase(
        "correlated",
        "Sum of normal inputs, two of them correlated by .5",
        {n: {"distribution": "normal", "mean": 0.0, "sd": sd} for n, sd in _SUM.items()},
        "x1 + x2 + x3",
        correlated(_SUM, _PAIR, 0.5)
        | intervals(_SUM, partial(_of_correlated, _SUM, _PAIR, 0.5), float),
        ({"parameters": ["x2", "x3"], "copula": "gaussian", "correlation": 0.5},),
    ),
)
"""Models whose inputs depend on each other."""

BY_NAME = {case.name: case for case in (*CASES, *DEPENDENT)}
