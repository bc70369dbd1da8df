"""The points of a Design in NumPy: slow, plain, and what the compiled kernels must equal."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.errors import FaultCollector
from mcsus.streams.design import Design
from mcsus.streams.philox import to_uniform, uniforms
from mcsus.streams.sobol import BITS, integers, scrambled_directions
from mcsus.streams.stream_keys import MONTE_CARLO, key_words


def points(
    design: Design,
    dimensions: ArrayLike,
    keys: Sequence[str],
    replicate: int,
    start: int,
    count: int,
) -> NDArray[np.float64]:
    """Return points of a design in the open unit cube.

    Parameters
    ----------
    design : Design
        Its kind and seed are used; `start` and `count` may go past its draws, as the same
        sequence goes on.
    dimensions : array of int, shape (k,)
        Sobol' dimension of each column; ignored by a Monte Carlo design.
    keys : sequence of str
        Stream key of each column, no two alike.
    replicate : int
        Index of the replicate, from 0.
    start, count : int
        Index of the first draw, and how many; ``start + count`` is at most 2^52.

    Returns
    -------
    array of float64, shape (count, k)
        Every element is strictly between 0 and 1, dimensionless.

    Examples
    --------
    >>> plan = Design(kind="sobol", draws=256, replicates=2, seed=0)
    >>> u = points(plan, [0, 1], ["a", "b"], replicate=0, start=0, count=256)
    >>> u.shape, bool(((u > 0) & (u < 1)).all())
    ((256, 2), True)
    """
    faults = FaultCollector()
    if replicate < 0:
        faults.add(str(replicate), "an index from 0", "replicate")
    if start < 0 or count < 0 or start + count > 1 << BITS:
        faults.add(f"{count} draws from {start}", "draws between 0 and 2^52", "draws")
    faults.raise_any()
    if design.kind == "sobol":
        sequence = scrambled_directions(dimensions, keys, design.seed, replicate)
        return to_uniform(integers(*sequence, start, count))
    return uniforms(key_words(MONTE_CARLO, design.seed, keys, replicate), start, count)
