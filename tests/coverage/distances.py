"""Exact distances of laws given an input: ``python -m tests.coverage.distances``.

Borgonovo's delta, and PAWN's Kolmogorov-Smirnov distances in ten slices of an input, of the cases
of `index_cases`, by integration: at 400 quantiles of an input, the law of the output given it, in
narrow classes of the output. They stand in ``distances.json``; a minute makes them again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tests.coverage.index_cases import CASES, DEPENDENT

Array = NDArray[np.float64]
Law = tuple[float, float]
"""Mean and standard deviation of the logarithm of a quantity."""

KEPT = Path(__file__).with_name("distances.json")
_SLICES, _NODES = 10, (np.arange(400) + 0.5) / 400
_BY_NAME = {case.name: case for case in (*CASES, *DEPENDENT)}


def distances(given: Array, weights: Array | None = None) -> dict[str, float]:
    """Return the distances of laws given an input from their mean.

    Parameters
    ----------
    given : array, shape (quantile or value of the input, class of the output)
        Probabilities.
    weights : array, optional
        Of the values of an input that has few, which are its slices.
    """
    each = np.full(len(given), 1 / len(given)) if weights is None else weights
    apart = given - each @ given
    slices = apart if weights is not None else apart.reshape(_SLICES, -1, given.shape[1]).mean(1)
    most = np.abs(np.cumsum(slices, axis=1)).max(axis=1)
    return {
        "delta": float(each @ np.abs(apart).sum(axis=1) / 2),
        "median": float(np.median(most)),
        "maximum": float(most.max()),
    }


def _between(cdf: Callable[[Array], Array], ends: Array) -> Array:
    """Return the probabilities between ends, shape (..., class)."""
    return np.diff(cdf(ends), axis=-1)


def normal(slope: float, rest: float) -> dict[str, float]:
    """Return the distances of slope * z + e, z standard normal, e of a standard deviation."""
    ends = np.linspace(-9, 9, 40001) * math.hypot(slope, rest)
    at = slope * stats.norm.ppf(_NODES)[:, np.newaxis]
    return distances(_between(lambda y: stats.norm.cdf((y - at) / rest), ends))


def products() -> dict[str, dict[str, float]]:
    """Return those of a product of lognormals, which are those of its logarithm."""
    spreads = {"x1": 0.3, "x2": 0.6, "x3": 1.0}
    whole = sum(s**2 for s in spreads.values())
    return {name: normal(s, math.sqrt(whole - s**2)) for name, s in spreads.items()}


def correlated() -> dict[str, dict[str, float]]:
    """Return those of a sum of normal inputs, two of them correlated by .5."""
    sums = {"x1": (1.0, 7.0), "x2": (2.0, 4.0), "x3": (2.5, 1.75)}
    return {name: normal(slope, math.sqrt(rest)) for name, (slope, rest) in sums.items()}


def ishigami() -> dict[str, dict[str, float]]:
    """Return those of sin(x1) (1 + .1 x3^4) + 7 sin(x2)^2: laws of sines."""
    ends, inside = np.linspace(-11, 18, 3001), (np.arange(2000) + 0.5) / 2000
    sizes = 1 + 0.1 * (math.pi * inside) ** 4
    sines = np.sin(math.pi * (inside - 0.5))
    middle = np.linspace(-11, 11, 12001)
    product = [0.5 + np.arcsin(np.clip(y / sizes, -1, 1)).mean() / math.pi for y in middle]
    found: dict[str, list[Array]] = {"x1": [], "x2": [], "x3": []}

    def squares(y: Array) -> Array:
        return np.asarray(2 / math.pi * np.arcsin(np.sqrt(np.clip(y, 0, 7) / 7)))

    for angle in math.pi * (2 * _NODES - 1):
        known = {"x1": math.sin(angle) * sizes, "x3": (1 + 0.1 * angle**4) * sines}
        for name, added in known.items():
            below = [squares(y - added).mean() for y in ends]
            found[name].append(np.diff(below))
        at = ends - 7 * math.sin(angle) ** 2
        found["x2"].append(np.diff(np.interp(at, middle, product, 0, 1)))
    return {name: distances(np.array(own)) for name, own in found.items()}


def g_function() -> dict[str, dict[str, float]]:
    """Return those of the G function: its logarithm is a sum, by Fourier transform."""
    offsets = dict(zip([f"x{k}" for k in range(1, 7)], (0, 1, 4.5, 9, 99, 99), strict=True))
    step, size = 2e-4, 1 << 20
    ends = np.arange(size // 8 + 1) * step - 20  # of the logarithm of a factor
    lows = {name: a / (1 + a) for name, a in offsets.items()}
    highs = {name: (2 + a) / (1 + a) for name, a in offsets.items()}

    def waves(name: str) -> NDArray[np.complex128]:
        below = (np.exp(ends) - lows[name]) / (highs[name] - lows[name])
        return np.fft.rfft(np.diff(np.clip(below, 0, 1)), size)

    each = {name: waves(name) for name in offsets}
    found = {}
    for name in offsets:
        others = math.prod((own for key, own in each.items() if key != name), start=1.0)
        below = np.r_[0, np.cumsum(np.fft.irfft(others, size))]
        at = 5 * -20 + (np.arange(size + 1) + 2) * step
        factor = np.log((np.abs(4 * _NODES - 2) + offsets[name]) / (1 + offsets[name]))
        y = np.arange(-16, 4, step)
        given = [np.diff(np.interp(y - own, at, below)) for own in factor]
        found[name] = distances(np.array(given))
    return found


def footprint() -> dict[str, dict[str, float]]:
    """Return those of a sum of three products of lognormals, by Fourier transform."""
    laws = {
        name: (math.log(law["median"]), math.log(law["gsd"]))
        for name, law in _BY_NAME["footprint"].laws.items()
    }
    laws["life"] = (laws["life"][0] - math.log(1000), laws["life"][1])
    terms = [{"A": 1, "cpa": 1, "fab": -1}, {"board": 1}, {"P": 1, "life": 1, "CI": 1}]
    step, size, shown = 1e-3, 1 << 17, 20000
    ends = np.arange(size + 1) * step

    def waves(term: Mapping[str, int]) -> NDArray[np.complex128]:
        middle = sum(sign * laws[name][0] for name, sign in term.items())
        spread = math.sqrt(sum(laws[name][1] ** 2 for name in term))
        return np.fft.rfft(np.diff(stats.lognorm.cdf(ends, spread, 0, math.exp(middle))), 2 * size)

    found = {}
    for term in terms:
        others = math.prod((waves(own) for own in terms if own is not term), start=1.0)
        alone = np.r_[0, np.cumsum(np.fft.irfft(others)[:size])]
        for name, sign in term.items():
            rest = {own: power for own, power in term.items() if own != name}
            middle, spread = laws[name]
            kept, given = laws[name], []
            for score in stats.norm.ppf(_NODES):
                laws[name] = known = (middle + spread * score, 0.0)
                if rest:
                    own = np.fft.irfft(waves(term) * others)[:shown]
                else:
                    at = ends[: shown + 1] - math.exp(sign * known[0]) + step / 2
                    own = np.diff(np.interp(at, ends, alone))
                given.append(own)
            laws[name] = kept
            found[name] = distances(np.array(given))
    return found


def discrete() -> dict[str, dict[str, float]]:
    """Return those of x1 (1 + x2) + x3 + 3: atoms, spread over 1 by x3."""
    one, other = {1: 0.3, 2: 0.3, 5: 0.4}, {1: 0.75, 2: 0.25}
    places = np.array([1, 2, 4, 5, 10])

    def masses(these: Mapping[int, float], those: Mapping[int, float]) -> Array:
        pairs = [(a * b, p * q) for a, p in these.items() for b, q in those.items()]
        return np.array([sum(p for at, p in pairs if at == place) for place in places])

    def of_values(given: Sequence[Array], weights: Mapping[int, float]) -> dict[str, float]:
        return distances(np.array(given), np.array(list(weights.values())))

    by_one = [masses({value: 1.0}, other) for value in one]
    by_other = [masses(one, {value: 1.0}) for value in other]
    fine = np.linspace(0, 12, 1201)
    inside = np.arange(_SLICES)[:, np.newaxis, np.newaxis] / _SLICES
    parts = np.clip((fine - places[:, np.newaxis] - inside) * _SLICES, 0, 1)
    slices = np.diff(np.einsum("a,sae->se", masses(one, other), parts), axis=1)
    x3 = distances(slices) | {"delta": 1.0}  # given x3 the output has five values
    return {"x1": of_values(by_one, one), "x2": of_values(by_other, other), "x3": x3}


def main() -> None:
    """Integrate, and write ``distances.json``."""
    made = (ishigami, g_function, footprint, products, discrete, correlated)
    found = {make.__name__: make() for make in made}
    KEPT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
