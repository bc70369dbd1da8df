"""The points of the streams of a kernel, in the form that compiled code reads, prepared once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np

from mcsus.engine.plans import Array, Points, Words
from mcsus.errors import Fault, InputError
from mcsus.streams import Design
from mcsus.streams import points as reference_points
from mcsus.streams.philox import to_uniform, uniforms
from mcsus.streams.sobol import (
    BLOCK,
    MAX_DIMENSIONS,
    TABLE_BITS,
    block_table,
    scrambled_directions,
)
from mcsus.streams.stream_keys import MONTE_CARLO, key_words

_KEPT_LEAST = 4  # sets of points, however large
_KEPT_BYTES = 1 << 25


class Streams:
    """The streams that a kernel reads, with the points that were prepared of late.

    Parameters
    ----------
    drawn, individual : sequence of str
        Streams of what is drawn once a draw, and of what differs between individuals.
    positions : mapping of str to int
        Sobol' dimension of the streams of the study; in matrix B as many dimensions further.
    scales : mapping of str to int
        That of common scales; in matrix B one dimension lower.
    """

    def __init__(
        self,
        drawn: Sequence[str],
        individual: Sequence[str],
        positions: Mapping[str, int],
        scales: Mapping[str, int],
    ) -> None:
        self.drawn, self.individual = tuple(drawn), tuple(individual)
        self.places = {**positions, **scales}
        further = [-1 if key in scales else len(positions) for key in drawn]
        in_a = [self.places[key] for key in drawn]
        self._dimensions = [*in_a, *(p + more for p, more in zip(in_a, further, strict=True))]
        self._kept: dict[Hashable, tuple[Any, ...]] = {}

    def points(self, matrices: int, design: Design, replicate: int) -> Points:
        """Return the points of a design, of A or of A and B, without individuals."""
        asked = matrices, design.kind, design.seed, replicate
        return Points(*self._once(asked, lambda: self._prepared(matrices, design, replicate)))

    def given(self, cube: Array, matrices: int) -> Points:
        """Return points that are given, shape (draw, stream), without individuals.

        Raises
        ------
        InputError
            When their shape is another, or one is not inside the unit cube.
        """
        cube = np.asarray(cube, dtype=np.float64)
        wanted = matrices * len(self.drawn)
        if cube.ndim != 2 or cube.shape[1] != wanted:
            allowed = f"an array of shape (draw, {wanted}), one column for each stream"
            raise InputError(Fault(f"an array of shape {cube.shape}", allowed, ("points",)))
        if not ((cube > 0) & (cube < 1)).all():
            raise InputError(
                Fault("a point outside", "numbers strictly between 0 and 1", ("points",))
            )
        rows = np.full((wanted, -(-len(cube) // BLOCK) * BLOCK), 0.5)
        rows[:, : len(cube)] = cube.T
        return Points(given=rows)

    def individuals(self, inner: str, count: int, seed: int, replicate: int) -> dict[str, Array]:
        """Return `count` points of each stream of what differs between individuals.

        The same scrambled Sobol' points serve every draw of a replicate, whatever the design.
        """

        def made() -> tuple[Array, ...]:
            keys = [f"{key}|{inner}" for key in self.individual]
            places = [self.places[key] for key in self.individual]
            return tuple(reference_points(Design(seed=seed), places, keys, replicate, 0, count).T)

        columns = self._once((seed, replicate), made)
        return dict(zip(self.individual, columns, strict=True))

    def cubes(self, design: Design, replicate: int) -> tuple[Array, Array]:
        """Return the points of A and of B, shape (stream, draw), as numbers."""
        count, points = len(self.drawn), self.points(2, design, replicate)
        if not count:
            return np.zeros((0, 0)), np.zeros((0, 0))
        if design.kind == "monte_carlo":
            both = np.ascontiguousarray(uniforms(tuple(points.keys.T), 0, design.draws).T)
        else:
            blocks = range(-(-design.draws // BLOCK))
            whole = [points.table ^ _moved(points.matrix, k)[:, np.newaxis] for k in blocks]
            both = to_uniform(np.concatenate(whole, axis=1)[:, : design.draws])
        return both[:count], both[count:]

    def _keys(self, matrices: int) -> list[str]:
        both = [*self.drawn, *(f"{key}|matrix=B" for key in self.drawn)]
        return both[: matrices * len(self.drawn)]

    def _prepared(self, matrices: int, design: Design, replicate: int) -> Points:
        keys = self._keys(matrices)
        if design.kind == "monte_carlo" or not keys:
            pairs = key_words(MONTE_CARLO, design.seed, keys, replicate)
            return Points(keys=np.stack(pairs, axis=1))
        dimensions = self._dimensions[: len(keys)]
        if len(set(dimensions)) < len(dimensions):
            found = f"{len(dimensions)} streams, with those of Student-t copulas"
            most = f"at most {MAX_DIMENSIONS} dimensions of Sobol' points"
            raise InputError(Fault(found, f"{most}; or kind = 'monte_carlo'", ("design", "kind")))
        matrix, shift = scrambled_directions(dimensions, keys, design.seed, replicate)
        return Points(block_table(matrix, shift), matrix)

    def _once(self, asked: Hashable, make: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
        """Return what was made for the same before; two threads may both make it."""
        known = self._kept.get(asked)
        if known is None:
            known = self._kept[asked] = make()
            kept = list(self._kept)
            room = _KEPT_BYTES // max(sum(array.nbytes for array in known), 1)
            for old in kept[: -max(room, _KEPT_LEAST)]:
                self._kept.pop(old, None)
        return known


def _moved(matrix: Words, block: int) -> Words:
    """Return what the integers of a block of draws are apart from those of the first, by XOR."""
    offset = np.zeros(len(matrix), dtype=np.uint64)
    for bit in range(block.bit_length()):
        if block >> bit & 1:
            offset ^= matrix[:, TABLE_BITS + bit]
    return offset
