"""Mixtures of laws, single values included."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from mcsus.declared.reader import shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.families import steps
from mcsus.families.base import SMALLEST_MASS, Array, Conditioning, Distribution
from mcsus.families.fields import Key
from mcsus.families.inverse.mixture_parts import Leaf, Parts, cut, gather, leaves_of
from mcsus.families.inverse.pieces import tabulate_pieces
from mcsus.families.inverse.tabulated import Piece
from mcsus.families.lists import WEIGHTS, Numbers, entries_of, same_length
from mcsus.families.loops.codes import QuantileKernel
from mcsus.families.registry import distribution, family

DEEPEST = 4  # mixtures within mixtures


def laws(value: object) -> tuple[Distribution, ...]:
    """Return the laws of a list of tables; every fault is placed at its table."""
    if deep(value, DEEPEST):
        raise InputError(Fault("mixtures nested deeper", f"at most {DEEPEST} levels"))
    faults, built = FaultCollector(), []
    for place, entry in enumerate(entries_of(value), start=1):
        with faults.at(f"[{place}]"):
            built.append(_law(entry))
    faults.raise_any()
    return tuple(built)


def _law(entry: object) -> Distribution:
    if not isinstance(entry, Distribution | Mapping):
        raise InputError(Fault(shown(entry), "a table with the key distribution"))
    law = entry if isinstance(entry, Distribution) else distribution(entry)
    for own in law.between:
        allowed = "a number: an interval stands in a law that is a component of no other"
        raise InputError(Fault(shown(own.to_dict()), allowed, (own.key,)))
    return law


def deep(value: Any, levels: int) -> bool:
    """Return whether tables of components lie deeper than so many levels."""
    if not isinstance(value, list | tuple):
        return False
    inner = [entry.get("components") for entry in value if isinstance(entry, Mapping)]
    inner += [entry.components for entry in value if isinstance(entry, Mixture)]
    inner = [entry for entry in inner if entry]
    return levels == 0 or any(deep(entry, levels - 1) for entry in inner)


@family(
    "mixture",
    keys=(
        Key("components", "a list of laws, as tables", laws, kind="laws"),
        replace(WEIGHTS, optional=False),
    ),
    domain="components: a list of laws; weights: as many numbers of at least 0, not all 0",
    use='rival laws, or cases such as "fails with probability 0.6, else ..."',
    example={
        "components": [
            {"distribution": "constant", "value": 0},
            {"distribution": "lognormal", "median": 5, "gsd": 1.5},
        ],
        "weights": [0.6, 0.4],
    },
    place=18,
)
class Mixture(Distribution):
    """One of several laws, drawn with a probability proportional to its weight.

    A component of the family ``constant`` gives a single value a probability of its own. The
    quantile function is that of the mixture, increasing in u, not a choice of component
    by one random number and a draw from it by another.

    Parameters
    ----------
    components : sequence of Distribution or mapping
        Laws, in one unit; each may be truncated by itself.
    weights : sequence of float
        Weights of at least 0; they need not sum to 1.

    Examples
    --------
    >>> law = Mixture(
    ...     [
    ...         {"distribution": "constant", "value": 0},
    ...         {"distribution": "uniform", "minimum": 2, "maximum": 4},
    ...     ],
    ...     [0.6, 0.4],
    ... )
    >>> round(law.mean(), 12)
    1.2
    >>> print(law.quantile([0.3, 0.8]), law.cdf(0))
    [0. 3.] 0.6
    """

    components: tuple[Distribution, ...]
    weights: Numbers

    def _check(self) -> Iterable[Fault]:
        return same_length("components", self.components, "weights", self.weights)

    @cached_property
    def parts(self) -> Parts:
        """The mixture taken apart, after truncation."""
        total = math.fsum(self.weights)
        leaves: list[Leaf] = [
            (weight / total * share, leaf)
            for weight, law in zip(self.weights, self.components, strict=True)
            for share, leaf in leaves_of(law)
            if weight > 0
        ]
        if self.truncate is not None:
            leaves = [kept for leaf in leaves if (kept := cut(leaf, self.truncate))]
            if math.fsum(weight for weight, _ in leaves) < SMALLEST_MASS:
                allowed = "an interval to which a component gives probability"
                raise InputError(Fault(str(self.truncate.to_dict()), allowed, ("truncate",)))
        return gather(leaves)

    @property
    def is_continuous(self) -> bool:
        """Whether no single value has a probability of its own."""
        return not self.parts.atoms.values.size

    def _conditioned(self, u: Array, v: Array) -> Array:
        return self.parts.quantile(u, v)

    def _from_tails(self, p: Array, q: Array) -> Array:
        return self.parts.quantile(p, q)

    def _tails(self, x: Array) -> tuple[Array, Array]:
        return self.parts.tails(x)

    def _whole_support(self) -> tuple[float, float]:
        return self.parts.support() if self.truncate is None else self._untruncated.support()

    @cached_property
    def _untruncated(self) -> Mixture:
        return replace(self, truncate=None)

    def support(self) -> tuple[float, float]:
        """Return the smallest and the largest end of all components, after truncation."""
        return self.parts.support()

    @cached_property
    def _conditioning(self) -> Conditioning:
        return Conditioning(0.0, 1.0, 0.0, *self.parts.support())

    def _breaks(self) -> tuple[float, ...]:
        return tuple(self.parts.stretches.ends()[:-1].tolist())

    def _whole_moments(self) -> tuple[float, float]:
        return self.parts.moments()

    _truncated_moments = _whole_moments  # which knows the truncation

    def typical(self) -> float:
        """Return the mean, which stands for the law in a deterministic run."""
        return self.mean()

    @property
    def is_tabulated(self) -> bool:
        """Whether it is computed by a table of its inverse: always here."""
        return True

    def kernel(self) -> QuantileKernel:
        """Return tables between kinks and single values."""
        return kernel_of(self)


@lru_cache(maxsize=128)
def kernel_of(law: Mixture) -> QuantileKernel:
    """Return the kernel of a mixture: steps if it has single values only."""
    s = law.parts.stretches
    ends = s.ends()
    if (s.low == s.high).all():
        return steps.kernel_of(ends, s.low)
    starts = np.append(0.0, ends[:-1])
    columns = zip(starts.tolist(), ends.tolist(), s.low.tolist(), s.high.tolist(), strict=True)
    return tabulate_pieces(law, [Piece(law, *column) for column in columns])
