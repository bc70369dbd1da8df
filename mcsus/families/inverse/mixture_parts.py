"""A mixture taken apart: continuous laws, single values, and the smooth pieces they leave."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from mcsus.errors import InputError
from mcsus.families.base import Array, Distribution
from mcsus.families.inverse.solving import increasing_root
from mcsus.families.laws.constant import Constant
from mcsus.families.steps import Atoms, Steps
from mcsus.families.truncation import Truncation

ZOOMS = 5  # towards a valley, each by a factor of 20
VALLEY = 0.3  # density there, of the lower of both sides

Leaf = tuple[float, Distribution | float]  # a weight, and a continuous law or a single value


@dataclass(frozen=True, eq=False)
class Parts:
    """Weighted continuous laws and increasing single values, of total weight 1."""

    weights: Array
    laws: tuple[Distribution, ...]
    atoms: Atoms

    def leaves(self) -> Iterator[Leaf]:
        """Yield each weight with its law or value."""
        yield from zip(self.weights.tolist(), self.laws, strict=True)
        yield from zip(self.atoms.masses.tolist(), self.atoms.values.tolist(), strict=True)

    def support(self) -> tuple[float, float]:
        """Smallest and largest end of all."""
        ends = [law.support() for law in self.laws]
        ends += [(float(x), float(x)) for x in self.atoms.values]
        return min(low for low, _ in ends), max(high for _, high in ends)

    @cached_property
    def _sums(self) -> tuple[Array, Array]:
        masses = self.atoms.masses
        return np.append(0.0, np.cumsum(masses)), np.append(np.cumsum(masses[::-1])[::-1], 0.0)

    def tails(self, x: Array, *, below: bool = False) -> tuple[Array, Array]:
        """Probability of at most x and of more; of less than x and of at least, if `below`."""
        place = np.searchsorted(self.atoms.values, x, side="left" if below else "right")
        p, q = self._sums[0][place], self._sums[1][place]
        for weight, law in zip(self.weights, self.laws, strict=True):
            u, v = law.tails(x)
            p, q = p + weight * u, q + weight * v
        return np.minimum(p, 1.0), np.minimum(q, 1.0)

    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        rows = [
            (w, leaf, 0.0) if isinstance(leaf, float) else (w, leaf.mean(), leaf.sd())
            for w, leaf in self.leaves()
        ]
        mean = math.fsum(w * m for w, m, _ in rows)
        if not math.isfinite(mean):
            return mean, math.nan
        size = max((max(abs(m - mean), s) for _, m, s in rows), default=0.0) or 1.0
        if not math.isfinite(size):
            return mean, math.inf
        square = math.fsum(w * (((m - mean) / size) ** 2 + (s / size) ** 2) for w, m, s in rows)
        return mean, size * math.sqrt(square)

    def breaks(self) -> Array:
        """Return values where the distribution function has a kink, a gap or a step."""
        values = set(self.atoms.values.tolist())
        for law in self.laws:
            low, high = law.support()
            values |= {low, high}
            kinks = np.array(law._breaks())
            inner = law._from_tails(kinks, 1 - kinks).tolist() if kinks.size else []
            values |= {x for x in inner if low < x < high}
        if len(self.laws) > 1:
            values |= set(self.valleys())
        return np.array(sorted(x for x in values if math.isfinite(x)))

    def valleys(self) -> list[float]:
        """Values between components where the density is lowest, if it is much lower there.

        The quantile function is steepest there, and tables begin anew.
        """
        middles = sorted({float(x) for law in self.laws for x in law.quantile([0.01, 0.5, 0.99])})
        lowest = []
        for left, right in pairwise(middles):
            low, high = left, right
            for _ in range(ZOOMS):
                x = np.linspace(low, high, 65)
                rise = self._rise(x)
                flat = np.flatnonzero(rise == rise.min())
                k = int(flat[len(flat) // 2])
                inside = 0 < k < rise.size - 1 and rise[k] < VALLEY * min(rise[0], rise[-1])
                if low == left and high == right and not inside:
                    break
                low, high = x[max(k - 1, 0)], x[min(k + 2, 64)]
            else:
                lowest.append(float((low + high) / 2))
        return lowest

    def _rise(self, x: Array) -> Array:
        """Probability of the continuous laws between neighbouring values."""
        total = np.zeros(x.size - 1)
        for weight, law in zip(self.weights, self.laws, strict=True):
            p, q = law.tails(x)
            total += weight * np.where(p[1:] <= q[1:], np.diff(p), -np.diff(q))
        return total

    @cached_property
    def stretches(self) -> Stretches:
        """The smooth pieces, in order."""
        low, high = self.support()
        points = np.unique(np.concatenate([[low], self.breaks(), [high]]))
        p_at, q_at = self.tails(points)
        p_before, q_before = self.tails(points, below=True)
        rows = []
        for k, x in enumerate(points):
            if x in self.atoms.values:
                rows.append((x, x, p_at[k], q_at[k]))
            if k + 1 < len(points) and (p_before[k + 1] > p_at[k] or q_before[k + 1] < q_at[k]):
                rows.append((x, points[k + 1], p_before[k + 1], q_before[k + 1]))
        return Stretches(*(np.array(column) for column in zip(*rows, strict=True)))

    def quantile(self, u: Array, v: Array) -> Array:
        """Quantile at u, given also v = 1 - u."""
        u, v = np.broadcast_arrays(u, v)
        shape, u, v = u.shape, u.ravel(), v.ravel()
        s = self.stretches
        by_lower = np.searchsorted(s.p, u, side="left")
        by_upper = np.searchsorted(-s.q, -v, side="left")
        piece = np.minimum(np.where(u <= v, by_lower, by_upper), len(s.p) - 1)
        low, high = s.low[piece], s.high[piece]
        x = low.copy()
        inner = np.flatnonzero(low < high)
        if inner.size:
            x[inner] = self._solve(u[inner], v[inner], low[inner], high[inner])
        return x.reshape(shape)

    def _solve(self, u: Array, v: Array, low: Array, high: Array) -> Array:
        """Quantile within smooth pieces: the root of the log ratio of the smaller tail."""
        bounds = [law._conditioned(u, v) for law in self.laws]
        bounds += [np.full_like(u, x) for x in self.atoms.values[[0, -1][: self.atoms.values.size]]]
        low = np.maximum(low, np.min(bounds, axis=0))
        high = np.maximum(np.minimum(high, np.max(bounds, axis=0)), low)
        lower = u <= v
        wanted = np.maximum(np.where(lower, u, v), 1e-305)

        def error(x: Array, lower: Array, wanted: Array) -> Array:
            p, q = self.tails(x)
            ratio = np.log(np.maximum(np.where(lower, p, q), 1e-305) / wanted)
            return np.where(lower, ratio, -ratio)

        return increasing_root(error, low, high, lower, wanted)


@dataclass(frozen=True, eq=False)
class Stretches:
    """Smooth pieces of a quantile function: values at their ends, and both tails at the upper.

    Parameters
    ----------
    low, high : array
        Values; equal for a single value with a probability of its own.
    p, q : array
        Probability of at most, and of more than, the piece.
    """

    low: Array
    high: Array
    p: Array
    q: Array

    def ends(self) -> Array:
        """Return upper ends as points u, from the tail that has the digits."""
        result: Array = np.where(self.p <= 0.5, self.p, 1 - self.q)
        result[-1] = 1.0
        return result


def cut(leaf: Leaf, truncate: Truncation) -> Leaf | None:
    """Return a leaf conditioned on an interval, its weight times its probability there."""
    weight, law = leaf
    low = -math.inf if truncate.low is None else truncate.low
    high = math.inf if truncate.high is None else truncate.high
    if isinstance(law, float):
        return leaf if low <= law <= high else None
    start, end = law.support()
    if low <= start and end <= high:
        return leaf
    if law.truncate is not None:
        low, high = max(low, start), min(high, end)
    if not low < high:
        return None
    bounds = Truncation(*(x if math.isfinite(x) else None for x in (low, high)))
    try:
        narrow = replace(law, truncate=bounds)
    except InputError:
        return None
    return weight * (narrow._conditioning.mass / law._conditioning.mass), narrow


def gather(leaves: list[Leaf]) -> Parts:
    """Return the parts of weighted leaves; single values that are equal are added."""
    total = math.fsum(weight for weight, _ in leaves)
    laws = [(w / total, law) for w, law in leaves if isinstance(law, Distribution)]
    single = [(w / total, value) for w, value in leaves if isinstance(value, float)]
    values, place = np.unique(np.array([value for _, value in single]), return_inverse=True)
    masses = np.bincount(place, np.array([w for w, _ in single]), len(values)).astype(np.float64)
    weights = np.array([w for w, _ in laws])
    atoms = Atoms(values.astype(np.float64), masses)
    return Parts(weights, tuple(law for _, law in laws), atoms)


def leaves_of(law: Distribution) -> Iterator[Leaf]:
    """Yield the leaves of any law."""
    if isinstance(law, Constant):
        yield 1.0, law.value
    elif isinstance(law, Steps):
        yield from zip(law.atoms.masses.tolist(), law.atoms.values.tolist(), strict=True)
    elif isinstance(parts := getattr(law, "parts", None), Parts):
        yield from parts.leaves()
    else:
        yield 1.0, law
