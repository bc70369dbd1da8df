"""First-order propagation of uncertainty, to set beside Monte Carlo.

The law of propagation of uncertainty, JCGM 100:2008, 5.1.2, with correlations 5.2.2, equation 13
(https://doi.org/10.59161/JCGM100-2008E); in greenhouse gas inventories, Approach 1 of the 2006 IPCC
Guidelines, volume 1, chapter 3.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence import Mix, score_correlation
from mcsus.dependence.student import distribution_function, scale_law
from mcsus.families import Distribution, special
from mcsus.families.rows import RowValues
from mcsus.model import Model, evaluate

Array = NDArray[np.float64]
_STEP = 1e-3  # of a standard deviation: central differences are then good to about 1e-6
_NODES, _SCALES = 48, 24  # of Gauss rules: normal scores, and the common scale of a t copula
_COVERAGE = 1.959963984540054  # standard normal quantile at 0.975


@dataclass(frozen=True)
class FirstOrder:
    """Value at the means of the inputs, its standard deviation, and a 95 % interval.

    All arrays have shape ``(cell,)`` and are in coherent base units.
    """

    value: Array
    sd: Array

    @property
    def interval(self) -> Array:
        """Return low and high, shape (2, cell), of the normal 95 % interval."""
        return np.array([self.value - _COVERAGE * self.sd, self.value + _COVERAGE * self.sd])


def propagate(
    model: Model, outputs: list[str], dependence: Mapping[str, Mix] | None = None
) -> dict[str, FirstOrder]:
    """Propagate means and standard deviations of the inputs to first order.

    Inputs are independent unless they share a stream, in which case they move together, are
    columns of one table, whose covariance is that of its rows, or are in a `dependence`, in which
    case their correlation is that of the laws as the study writes them: a scenario that changes a
    law keeps it. What differs between individuals stays at its mean: it is averaged, not
    uncertain.
    """
    base, streams = _points(model)
    steps = len(streams)
    correlations = _correlations(model, streams, dependence or {})
    values = evaluate(model, base)
    propagated = {}
    with np.errstate(invalid="ignore"):  # of what may be never
        for name in outputs:
            flat = values[name].reshape(len(values[name]), -1)
            ups, downs = flat[1 : 1 + steps], flat[1 + steps : 1 + 2 * steps]
            slopes = (ups - downs) / (2 * _STEP)
            _, size = np.frexp(
                np.abs(slopes).max(axis=0, initial=0.0)
            )  # so that squares are finite
            slopes = np.ldexp(slopes, -size)
            variance = (slopes**2).sum(axis=0)
            for i, j, r in correlations:
                variance = variance + 2 * r * slopes[i] * slopes[j]
            spread = np.ldexp(np.sqrt(np.maximum(variance, 0.0)), size)
            propagated[name] = FirstOrder(flat[0], spread)
    return propagated


def value_correlation(
    one: Distribution, other: Distribution, score: float, df: float | None = None
) -> float:
    """Return the linear correlation of two values that a copula joins.

    Parameters
    ----------
    score : float
        Correlation of the normal scores, from -1 to 1.
    df : float, optional
        Degrees of freedom of a Student-t copula.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> law = distribution("normal", mean=3, sd=2)
    >>> round(value_correlation(law, law, 0.5), 9)
    0.5
    """
    nodes, weights = special.roots_hermitenorm(_NODES)
    weights = weights / weights.sum()
    first, free = np.meshgrid(nodes, nodes, indexing="ij")
    second = score * first + np.sqrt(max(0.0, 1 - score**2)) * free
    weight = weights[:, np.newaxis] * weights
    if df is None:
        u, v = special.ndtr(first), special.ndtr(second)
    else:
        scales, part = special.roots_legendre(_SCALES)
        root = np.sqrt(scale_law(df).quantile((scales + 1) / 2))[:, np.newaxis, np.newaxis]
        u, v = distribution_function(first / root, df), distribution_function(second / root, df)
        weight = part[:, np.newaxis, np.newaxis] / 2 * weight
    x, y = one.quantile(_inside(u)), other.quantile(_inside(v))
    x, y = x - (weight * x).sum(), y - (weight * y).sum()
    scale = np.sqrt((weight * x**2).sum() * (weight * y**2).sum())
    return float((weight * x * y).sum() / scale)


def _inside(u: Array) -> Array:
    return np.clip(u, 2.0**-53, 1 - 2.0**-53)


def _correlations(
    model: Model, streams: Sequence[str], dependence: Mapping[str, Mix]
) -> list[tuple[int, int, float]]:
    """Return pairs of dependent streams, by their place, with the correlation of their values."""
    laws: dict[str, Distribution] = {}
    for name in model.inputs:
        for cell in model.parameters[name].cells:
            if cell.law.family != "constant":
                laws.setdefault(cell.stream, cell.law)
    known = {key: dependence.get(key) or Mix((key,), (1.0,)) for key in streams}
    pairs = []
    worked_out: dict[tuple[Distribution, Distribution, float, float | None], float] = {}
    for (i, one), (j, other) in itertools.combinations(enumerate(streams), 2):
        if one not in dependence and other not in dependence:
            continue
        score = score_correlation(known[one], known[other])
        df = known[one].df if known[one].scale == known[other].scale else None
        if score != 0 or df is not None:
            asked = laws[one], laws[other], round(score, 12), df
            if asked not in worked_out:  # labels of one law have few different correlations
                worked_out[asked] = value_correlation(*asked[:2], score, df)
            pairs.append((i, j, worked_out[asked]))
    return pairs


def _points(model: Model) -> tuple[dict[str, Array], list[str]]:
    """Return the means, then every stream moved up, then every stream moved down.

    A stream that draws rows moves along each direction in which its columns vary together.
    """
    inputs = {name: model.parameters[name] for name in model.inputs}
    cells = [cell for p in inputs.values() for cell in p.cells]
    inside = {c.stream for n, p in inputs.items() if model.varies_inside(n) for c in p.cells}
    by_stream: dict[str, list[Distribution]] = {}
    for cell in cells:
        if cell.law.family != "constant" and cell.stream not in inside:
            by_stream.setdefault(cell.stream, []).append(cell.law)
    streams: list[str] = []
    moves: dict[str, list[tuple[int, Mapping[int, float]]]] = {}  # row, and how far each law moves
    for stream, laws in by_stream.items():
        directions = _moves(laws)
        moves[stream] = list(enumerate(directions, start=1 + len(streams)))
        streams += [stream] * len(directions)
    rows = 1 + 2 * len(streams)
    base = {}
    for name, parameter in inputs.items():
        mean = np.array([c.law.mean() * c.unit.factor for c in parameter.cells])
        table = np.repeat(mean[np.newaxis], rows, axis=0)
        for k, cell in enumerate(parameter.cells):
            for row, sizes in moves.get(cell.stream, ()):
                move = _STEP * sizes.get(id(cell.law), 0.0) * cell.unit.factor
                table[row, k] += move
                table[row + len(streams), k] -= move
        base[name] = model.laid_out(table, name)
    return base, streams


def _moves(laws: Sequence[Distribution]) -> list[Mapping[int, float]]:
    """Return by how much the laws of a stream move with it: all by their spread, or as rows do."""
    columns = {id(law): law for law in laws if isinstance(law, RowValues)}
    if not columns:
        return [{id(law): law.sd() for law in laws}]
    values = np.array([law.values for law in columns.values()])
    values = values - np.array([[law.mean()] for law in columns.values()])
    sds = np.array([law.sd() for law in columns.values()])
    scaled = values / np.where(sds > 0, sds, 1.0)[:, np.newaxis]
    weights = next(iter(columns.values())).probabilities
    sizes, directions = np.linalg.eigh((scaled * weights) @ scaled.T)
    factor = sds[:, np.newaxis] * directions * np.sqrt(np.maximum(sizes, 0.0))
    return [dict(zip(columns, map(float, column), strict=True)) for column in factor.T]
