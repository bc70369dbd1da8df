"""Draws of some inputs and one output, from any model: what given-data methods start from.

They come in blocks that are independent of each other: the replicates of a run, or parts of a
table. An estimate that sets blocks against each other counts no noise as effect, and its error is
honest whether the draws of a block are independent or stratified.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Asked, DrawnValues, Method, Pooled, WantsDraws
from mcsus.analysis.even_draws import are_even
from mcsus.analysis.rank_bins import RankBins, ranks_of, rising
from mcsus.analysis.shares_of_classes import unsettled_variance
from mcsus.declared.items import count
from mcsus.declared.table import Item

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

_BLOCKS = 8  # of draws that are one block only
_DEALT = 0x6465616C74  # a seed
_MOST_KEPT = 400  # arrays as long as all draws
_OF_ALL = {"of", "inputs", "is_even", "order", "ranks"}  # kept for all methods
_LEAST_DRAWS, _MOST_DRAWS = 64, 4096
_DUMMY = 0x64756D6D79
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class GivenDraws:
    """Draws of one output with the inputs beside, block by block.

    Parameters
    ----------
    inputs : sequence of array, shape (draw,)
    output : array, shape (draw,)
        Finite.
    blocks : array of int, shape (draw,)
        Block of each draw.
    kept : mutable mapping
        What is made of the inputs alone is kept here, for other outputs at the same draws.
    has_errors : bool
        Whether the blocks are independent, so that errors can be told.
    is_even : bool
        Whether draws of different blocks fill the space of the inputs evenly together, so that
        what blocks agree on is not free of bias.
    independent : int
        How many draws are as good as independent of each other: what classes are made for.
    steps : dict of int to array
        By input, the ranks at which the output was found to have steps.
    """

    inputs: Sequence[Array]
    output: Array
    blocks: Integers
    kept: MutableMapping[Hashable, Any]
    has_errors: bool = True
    is_even: bool = False
    independent: int = 0
    steps: dict[int, Array] = field(default_factory=dict)
    _of_output: dict[int, RankBins] = field(default_factory=dict, repr=False)

    @classmethod
    def of_blocks(
        cls,
        inputs: Sequence[Array],
        outputs: Sequence[Array],
        kept: MutableMapping[Hashable, Any],
        method: str,
        is_even: bool = False,
        independent: float = 1.0,
    ) -> GivenDraws:
        """Return the draws of some blocks; one alone is parted, and tells no errors.

        Parameters
        ----------
        inputs : sequence of array, shape (input, draw)
        kept : mutable mapping
            Forgotten where it is of other inputs; of another method, but for ranks.
        method : str
            Name of the method that looks at them.
        """
        several = len(outputs) > 1
        if kept.get("of") is not inputs[0]:
            kept.clear()
            joined = [_sized(np.concatenate(own)) for own in zip(*inputs, strict=True)]
            kept["is_even"] = is_even if several else are_even(joined)
            kept["order"] = order = _dealt(len(joined[0]), kept["is_even"] and not several)
            kept["of"], kept["inputs"] = inputs[0], [own[order] for own in joined]
        if kept.setdefault("method", method) != method:
            for key in [key for key in kept if _kind(key) not in _OF_ALL]:
                del kept[key]
            kept["method"] = method
        output = _sized(np.concatenate(outputs))[kept["order"]]
        if several:
            sizes = [len(own) for own in outputs]
            blocks = np.repeat(np.arange(len(sizes)), sizes)
        else:
            blocks = np.arange(len(output)) * _BLOCKS // len(output)
        counted = round(independent * len(output))
        return cls(kept["inputs"], output, blocks, kept, several, kept["is_even"], counted)

    def is_even_with(self, k: int) -> bool:
        """Tell whether draws are even, an input among them; that without bearing is not."""
        return self.is_even and k < len(self.inputs)

    def values(self, k: int) -> Array:
        """Return the draws of an input; after the last one, those of an input without bearing."""
        if k < len(self.inputs):
            return self.inputs[k]
        return self.once("dummy", lambda: _dummy(len(self.output)))

    @cached_property
    def centred(self) -> Array:
        """The output less its mean."""
        return np.asarray(self.output - self.output.mean())

    @cached_property
    def squares(self) -> float:
        """Sum of the squares of the centred output."""
        return float(self.centred @ self.centred)

    @cached_property
    def variances(self) -> Array:
        """Mean square of the centred output in each block."""
        squares = np.bincount(self.blocks, self.centred**2, minlength=self.count)
        return np.asarray(squares * self.count / len(self.output))

    def unsettled_variance(self, most: float) -> str:
        """Say how well the variance is known, if its error is more of it; empty otherwise."""
        return unsettled_variance(self.variances, most) if self.has_errors else ""

    @cached_property
    def count(self) -> int:
        """Number of blocks."""
        return int(self.blocks[-1]) + 1

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Return what is made of the inputs alone, made once."""
        if key in self.kept:
            known: Made = self.kept[key]
            return known
        made = make()
        if len(self.kept) < _MOST_KEPT:
            self.kept[key] = made
        return made

    def classes(self, k: int, ends: Array) -> RankBins:
        """Return the classes of an input: between ranks, or its values where these are few."""
        return self.once(("classes", k, ends.tobytes()), lambda: self.classes_between(k, ends))

    def classes_between(self, k: int, ends: Array) -> RankBins:
        """Return the same, not to be kept, as other outputs have other ends."""
        return RankBins.of(self.values(k)[np.newaxis], self.order(k), ends)

    def ranks(self, k: int) -> Array:
        """Return the ranks of the draws of an input, from 0 to 1; those of equal ones are one."""
        return self.once(("ranks", k), lambda: ranks_of(self.values(k), self.order(k)))

    def order(self, k: int) -> Integers:
        """Return the places of the draws in rising order of an input."""
        return self.once(("order", k), lambda: rising(self.values(k)))

    def output_classes(self, ends: Array) -> RankBins:
        """Return the classes of the output."""
        if len(ends) not in self._of_output:
            order = rising(self.output)
            self._of_output[len(ends)] = RankBins.of(self.output[np.newaxis], order, ends)
        return self._of_output[len(ends)]

    def by_block(self, places: Integers, count: int, weights: Array | None = None) -> Array:
        """Return how many draws of each block are at each place, or the sums of their weights."""
        at = self.blocks * count + places
        sums = np.bincount(at, weights, minlength=self.count * count)
        return sums.reshape(self.count, count).astype(np.float64)


def _dealt(size: int, by_chance: bool) -> Integers | slice:
    """Return the places of draws that are parted into blocks: as they are, or by chance."""
    return np.random.default_rng(_DEALT).permutation(size) if by_chance else slice(None)


def _sized(values: Array) -> Array:
    """Return values times the power of two that brings them to about 1: their squares are finite.

    Nothing that is told of them depends on it.
    """
    _, size = np.frexp(np.abs(values).max())
    return np.asarray(np.ldexp(values, -size))


def _kind(key: Hashable) -> Hashable:
    """Return what is kept under a key, of one input or of all."""
    return key[0] if isinstance(key, tuple) else key


def _dummy(draws: int) -> Array:
    """Return draws of an input that nothing depends on, always the same ones."""
    return np.random.default_rng([draws, _DUMMY]).random(draws)


class FromDraws(Method):
    """A method that looks at the draws of all replicates together.

    A replicate says its draws; `explained` makes numbers of those of all.

    Attributes
    ----------
    is_of_numbers : bool
        Whether it looks at values along an axis, so that categories say nothing to it.
    measure : str
        The array that is shown of it beside others.
    """

    is_of_numbers: ClassVar[bool] = False
    measure: ClassVar[str]

    options: ClassVar[Mapping[str, Item]] = {
        "given_draws": count(
            "draws of a replicate that are looked at by methods which take those of the run",
            _LEAST_DRAWS,
            _MOST_DRAWS,
        )
    }

    def wants(self, asked: Asked) -> WantsDraws:
        """Return how many draws it looks at."""
        return WantsDraws(asked.options["given_draws"], together=True)

    def estimate(self, data: DrawnValues) -> DrawnValues:
        """Return the draws of a replicate."""
        return data

    def still(self, estimates: DrawnValues) -> DrawnValues:
        """Return the draws of a replicate in which only rounding varies."""
        return estimates._replace(varies=False)

    def is_still(self, estimates: DrawnValues) -> bool:
        """Tell whether the output does not vary in a replicate."""
        return not estimates.varies

    def pool(self, replicates: Sequence[DrawnValues]) -> Pooled:
        """Return what the draws of all replicates say."""
        if all(map(self.is_still, replicates)):
            inputs = len(replicates[0].inputs)
            own = [entry for array in self.arrays for entry in array.variables]
            return Pooled({e.name: np.full((inputs,) * len(e.dims), np.nan) for e in own})
        kept = replicates[0].kept
        return self.explained(
            GivenDraws.of_blocks(
                [own.inputs for own in replicates],
                [own.output for own in replicates],
                {} if kept is None else kept,
                self.name,
                replicates[0].is_even,
                replicates[0].independent,
            )
        )

    @abstractmethod
    def explained(self, draws: GivenDraws) -> Pooled:
        """Return its arrays, with errors."""
