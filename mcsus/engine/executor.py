"""Runs a plan over replicates on a pool of threads, in an order that threads cannot change."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from mcsus.engine.executors import default_threads
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Plan
from mcsus.streams import Design

__all__ = ["default_threads", "replicates"]

Array = NDArray[np.float64]
Progress = Callable[[int], None]

_CHUNK = 1 << 16  # draws of one task: long enough to hide its start, short enough to share out


def replicates(
    kernel: Kernel,
    plan: Plan,
    design: Design,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Array]:
    """Yield the values of each replicate in turn, shape ``(stored row, evaluation, draw)``.

    Draws are pure functions of seed, stream, replicate and index, and each task writes a part of
    its own, so the numbers do not depend on `threads`. At most ``threads + 1`` replicates are held.

    Parameters
    ----------
    progress : callable, optional
        Told the number of draws finished since it was last called.

    Examples
    --------
    >>> from mcsus.engine.plans import Quantity
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation, Model
    >>> from mcsus.units import unit
    >>> kernel = Kernel(Model([Equation("y", unit("1"), parse("2"))], {}, {}), {})
    >>> values = replicates(kernel, kernel.plan([Quantity("y")]), Design("sobol", 256, 3, 0))
    >>> [float(v.mean()) for v in values]
    [2.0, 2.0, 2.0]
    """
    threads = threads or default_threads()
    pending: deque[tuple[Array, list[Future[Array]]]] = deque()

    def finish() -> Array:
        out, futures = pending.popleft()
        for future in futures:
            future.result()
        if progress is not None:
            progress(design.draws)
        return out

    with ThreadPoolExecutor(threads) as pool:
        try:
            for replicate in range(design.replicates):
                points = kernel.points(plan, design, replicate)
                out = np.empty((len(plan.quantity), len(plan.location), design.draws))
                futures = [
                    pool.submit(
                        kernel.run,
                        plan,
                        design,
                        replicate,
                        out,
                        first=first,
                        count=min(_CHUNK, design.draws - first),
                        points=points,
                    )
                    for first in range(0, design.draws, _CHUNK)
                ]
                pending.append((out, futures))
                if len(pending) > threads:
                    yield finish()
            while pending:
                yield finish()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
