"""What laws of finitely many values share: cumulative probabilities and a guided search."""

import math
from abc import abstractmethod
from functools import cached_property
from typing import NamedTuple

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Conditioning, Distribution
from mcsus.families.loops.codes import STEPS, QuantileKernel

CELLS_PER_STEP = 8  # of the guide: the more, the rarer a step is looked for
FEWEST_CELLS = 256
MOST_CELLS = 1 << 18


class Atoms(NamedTuple):
    """Values in increasing order, and the probability of each, above 0."""

    values: Array
    masses: Array


class Steps(Distribution):
    """A law of finitely many values; truncation keeps the values of the closed interval.

    The quantile of u is the smallest value with at least u at or below it, so it is an
    increasing function of u, as low-discrepancy points and copulas need.
    """

    @abstractmethod
    def _listed(self) -> tuple[Array, Array]:
        """Values in any order, and their weights."""

    @property
    def is_continuous(self) -> bool:
        """Whether no single value has a probability of its own: never here."""
        return False

    def typical(self) -> float:
        """Return the mean, which stands for the law in a deterministic run."""
        return self.mean()

    @cached_property
    def atoms(self) -> Atoms:
        """Values and probabilities after truncation."""
        values, weights = self._listed()
        ordered, place = np.unique(values, return_inverse=True)
        masses = np.bincount(place, weights / weights.max(), len(ordered))
        kept = masses > 0
        if self.truncate is not None:
            low, high = self.truncate.low, self.truncate.high
            kept &= ordered >= (-np.inf if low is None else low)
            kept &= ordered <= (np.inf if high is None else high)
            if not kept.any():
                allowed = f"an interval that holds a value of {self._whole_text()}"
                raise InputError(Fault(str(self.truncate.to_dict()), allowed, ("truncate",)))
        return Atoms(ordered[kept], masses[kept] / masses[kept].sum())

    @cached_property
    def _cumulative(self) -> tuple[Array, Array]:
        """Probability of at most, and of more than, each value."""
        masses = self.atoms.masses.astype(np.longdouble)
        below = np.cumsum(masses).astype(np.float64)
        below[-1] = 1.0
        above = np.append(np.cumsum(masses[:0:-1])[::-1], 0.0).astype(np.float64)
        return np.minimum(below, 1.0), above

    def _conditioned(self, u: Array, v: Array) -> Array:  # noqa: ARG002 - u says all
        return self.atoms.values[np.searchsorted(self._cumulative[0], u, side="left")]

    def _from_tails(self, p: Array, q: Array) -> Array:
        return self._conditioned(p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        place = np.searchsorted(self.atoms.values, x, side="right")
        below, above = self._cumulative
        return np.append(0.0, below)[place], np.append(1.0, above)[place]

    def _whole_support(self) -> tuple[float, float]:
        return float(self.atoms.values[0]), float(self.atoms.values[-1])

    def support(self) -> tuple[float, float]:
        """Return the smallest and the largest value, after truncation."""
        return self._whole_support()

    @cached_property
    def _conditioning(self) -> Conditioning:
        return Conditioning(0.0, 1.0, 0.0, *self._whole_support())

    def _whole_moments(self) -> tuple[float, float]:
        values, masses = self.atoms
        mean = math.fsum((masses * values).tolist())
        size = float(np.abs(values - mean).max()) or 1.0
        return mean, size * float(np.sqrt(masses @ ((values - mean) / size) ** 2))

    _truncated_moments = _whole_moments  # which knows the truncation

    def kernel(self) -> QuantileKernel:
        """Return the guided search: guide, upper ends, values."""
        return kernel_of(self._cumulative[0], self.atoms.values)


def kernel_of(ends: Array, values: Array) -> QuantileKernel:
    """Return the kernel of steps that end at these points u."""
    guide = guide_of(ends)
    constants = np.concatenate([[guide.size, ends.size], guide, ends, values])
    return QuantileKernel(STEPS, tuple(constants.tolist()))


def guide_of(ends: Array) -> Array:
    """Return, for equal parts of (0, 1), the first of the steps with these ends in each.

    Chen and Asau 1974, doi:10.1080/05695557408974949.
    """
    cells = FEWEST_CELLS
    while cells < min(CELLS_PER_STEP * ends.size, MOST_CELLS):
        cells *= 2
    return np.searchsorted(ends, np.arange(cells) / cells, side="left").astype(np.float64)
