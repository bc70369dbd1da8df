"""Models of which it is known how inputs decide whether something holds: a claim, or a value of 0.

Of two draws of a sum of normal inputs that share some of these, both are above a limit with a
probability of two correlated normal numbers; so all indices are closed forms.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Mapping
from typing import Any

from scipy.stats import multivariate_normal

from tests.coverage.index_cases import BY_NAME, IndexCase, Named, indices_of, subsets

_SDS = {"x1": 0.2, "x2": 1.0, "x3": 2.0}
_NORMAL = statistics.NormalDist()
_SPREAD = math.hypot(*_SDS.values())


def _normal(sds: Mapping[str, float]) -> dict[str, Any]:
    return {n: {"distribution": "normal", "mean": 0.0, "sd": sd} for n, sd in sds.items()}


def _alike(sds: Mapping[str, float], own: frozenset[str]) -> float:
    """Return the correlation of two sums of independent inputs that share some of these."""
    return sum(sds[name] ** 2 for name in own) / sum(sd**2 for sd in sds.values())


def _both_below(score: float, correlation: float) -> float:
    """Return the probability that two correlated normal numbers are below a score."""
    if correlation >= 1:
        return _NORMAL.cdf(score)
    law = multivariate_normal([0.0, 0.0], [[1.0, correlation], [correlation, 1.0]])
    return float(law.cdf([score, score]))


def _of_limit(sds: Mapping[str, float], score: float) -> dict[str, dict[str, float]]:
    """Return the indices of whether a sum of normal inputs is above a limit, by its score."""
    below = _NORMAL.cdf(score)
    closed = {own: _both_below(score, _alike(sds, own)) - below**2 for own in subsets(list(sds))}
    return indices_of(closed, list(sds))


def _above_nothing(sds: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return what a sum of normal inputs, or 0 where it is below 0, comes to where it is above.

    S. Rosenbaum (1961), doi:10.1111/j.2517-6161.1961.tb00422.x.
    """

    def correlation(rho: float) -> float:
        """Return that of two sums, where both are above 0, from that of all."""
        chance = 0.25 + math.asin(rho) / (2 * math.pi)
        bend = math.sqrt(1 - rho**2) / (2 * math.pi)
        mean = (1 + rho) / (2 * math.sqrt(2 * math.pi)) / chance
        square, product = 1 + rho * bend / chance, rho + bend / chance
        return (product - mean**2) / (square - mean**2)

    every = frozenset(sds)
    return {
        "value_S1": {name: correlation(_alike(sds, frozenset({name}))) for name in sds},
        "value_ST": {name: 1 - correlation(_alike(sds, every - {name})) for name in sds},
    }


def _steps() -> dict[str, dict[str, float]]:
    """Return the indices of whether the discrete case is at most 5.5: x1 (1 + x2) + x3 <= 2.5."""
    weights = {"x1": (0.3, 0.3, 0.4), "x2": (0.75, 0.25), "x3": (0.5, 0.5)}
    values = {"x1": (1.0, 2.0, 5.0), "x2": (0.0, 1.0), "x3": (0.0, 1.0)}  # x3: below .5, above
    names = list(weights)
    places = list(itertools.product(*(range(len(own)) for own in weights.values())))

    def chance(place: tuple[int, ...], own: frozenset[str]) -> float:
        at = zip(names, place, strict=True)
        return math.prod(weights[name][k] for name, k in at if name in own)

    def holds(place: tuple[int, ...]) -> float:
        x1, x2, x3 = (values[name][k] for name, k in zip(names, place, strict=True))
        return float(x1 * (1 + x2) + x3 <= 2.5)

    every = frozenset(names)
    mean = sum(chance(place, every) * holds(place) for place in places)
    closed = {}
    for own in subsets(names):
        given: dict[tuple[int, ...], float] = {}
        for place in places:
            key = tuple(k for name, k in zip(names, place, strict=True) if name in own)
            given[key] = given.get(key, 0.0) + chance(place, every - own) * holds(place)
        kept = [name for name in names if name in own]
        closed[own] = sum(
            math.prod(weights[n][k] for n, k in zip(kept, key, strict=True)) * (value - mean) ** 2
            for key, value in given.items()
        )
    return indices_of(closed, names)


def _case(name: str, title: str, score: float) -> IndexCase:
    return IndexCase(
        name, title, _normal(_SDS), "x1 + x2 + x3", _of_limit(_SDS, score),
        claim=f"y > {score * _SPREAD!r}",
    )  # fmt: skip


def _of_known(name: str, claim: str, exact: Mapping[str, Named]) -> IndexCase:
    """Return a case of which a claim is made: without what is known of its values."""
    own = BY_NAME[name]
    return IndexCase(name, own.title, own.laws, own.formula, exact, claim=claim)


CLAIMS = (
    _case("claim_even", "Sum of normal inputs, above its median", 0.0),
    _case("claim_seldom", "Sum of normal inputs, above its quantile of .95", _NORMAL.inv_cdf(0.95)),
    _of_known("discrete", "y < 5.5", _steps()),
    _of_known("footprint", "y < 1.5", {}),
)
"""What a claim holds of."""

_RARE = _NORMAL.inv_cdf(0.1)
_DECIDE, _DRIVE = {"x1": 1.0, "x2": 2.0}, {"x3": 0.3, "x4": 0.6}
_LIMIT = _RARE * math.hypot(*_DECIDE.values())


def _apart() -> dict[str, dict[str, float]]:
    """Return the indices where some inputs decide whether it is 0, and others what it is if not."""
    whole, none = _of_limit(_DECIDE, _RARE), dict.fromkeys(_DRIVE, 0.0)
    names = list(_DRIVE)
    sizes = {n: math.expm1(sd**2) for n, sd in _DRIVE.items()}
    closed = {own: math.prod(1 + sizes[n] for n in own) - 1 for own in subsets(names)}
    values, still = indices_of(closed, names), dict.fromkeys(_DECIDE, 0.0)
    return {
        "S1": whole["S1"] | none,
        "ST": whole["ST"] | none,
        "value_S1": values["S1"] | still,
        "value_ST": values["ST"] | still,
        "at_atom": {"": 0.1},
    }


ATOMS = (
    IndexCase(
        "atom_even",
        "Sum of normal inputs, or 0 where it is below",
        _normal(_SDS),
        "max(x1 + x2 + x3, 0)",
        _of_limit(_SDS, 0.0) | _above_nothing(_SDS) | {"at_atom": {"": 0.5}},
    ),
    IndexCase(
        "atom_seldom",
        "A product of two lognormals, 0 in a tenth of the draws by two other inputs",
        _normal(_DECIDE | _DRIVE),
        f"where(x1 + x2 > {_LIMIT!r}, exp(x3 + x4), 0)",
        _apart(),
    ),
    IndexCase(
        "atom_ishigami",
        "Ishigami, or 0 where it is below",
        BY_NAME["ishigami"].laws,
        f"max({BY_NAME['ishigami'].formula}, 0)",
        {},
    ),
)
"""Models that are 0 in many draws."""
