"""How fast a kernel answers other laws: draws of all outputs, and a ranking of all inputs.

``python -m tests.benchmarks.laws [STUDY]``; the least of some repeats, in milliseconds.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mcsus.analysis.methods.sobol import streaming_indices
from mcsus.counting.compiled import folding
from mcsus.engine.executors import Threads
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.engine.saltelli import columns
from mcsus.engine.store import index_sums
from mcsus.families import distribution
from mcsus.runner import check
from mcsus.streams import Design
from mcsus.study import load_study

REPEATS = 30
DRAWS = Design("sobol", 4096, 1, 0)
RANKING = Design("sobol", 1024, 4, 0)


def least(work: Callable[[], object]) -> float:
    """Return the shortest time of some repeats, in milliseconds; the first one does not count."""
    work()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1e3 * min(times)


def main() -> None:
    """Print a table."""
    study, model = check(load_study(*sys.argv[1:] or ["tinyml_device"]))
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}), study.mixes)
    outputs = [Quantity(name) for name in study.outputs]
    varied = [n for n in model.inputs if any(c.law.support()[0] < c.law.support()[1]
              for c in model.parameters[n].cells)]  # fmt: skip
    plain, ranking = kernel.plan(outputs), kernel.plan(outputs, [{name} for name in varied])
    first = model.parameters[varied[0]]
    fixed = [replace(c, law=distribution("constant", value=c.deterministic)) for c in first.cells]
    other = {first.name: replace(first, cells=tuple(fixed))}
    every = {name: model.parameters[name] for name in model.inputs}
    add_up, fold = index_sums(), folding()
    out = np.empty((len(plain.quantity), 1, DRAWS.draws))
    shape = len(ranking.quantity), columns(len(varied))

    def ranked(changed: Kernel, replicate: int) -> object:
        values = changed.run(ranking, RANKING, replicate)
        part = np.empty((1, *shape))
        add_up(values, RANKING.draws, values[:, 0, 0].copy(), len(varied), 0, part)
        total, carry = np.zeros((2, shape[0] * shape[1]))
        fold(total, carry, part.reshape(1, -1))
        rows = (total + carry).reshape(shape)
        return [streaming_indices(row, RANKING.draws, len(varied)) for row in rows]

    with Threads(2) as executor:
        rows = {
            "one law exchanged": lambda: kernel.with_laws(other),
            "all laws exchanged": lambda: kernel.with_laws(every),
            "4,096 draws of all outputs": lambda: kernel.run(plain, DRAWS, 0, out),
            "one law exchanged and 4,096 draws": lambda: kernel.with_laws(other).run(
                plain, DRAWS, 0, out
            ),
            "a plan of groups": lambda: kernel.plan(outputs, [{name} for name in varied]),
            "one law exchanged and a ranking, 4 x 1,024 base points, 2 threads": lambda: list(
                executor.ordered(ranked, kernel.with_laws(other), range(RANKING.replicates))
            ),
            "the same, 1 thread": lambda: [
                ranked(kernel.with_laws(other), r) for r in range(RANKING.replicates)
            ],
        }
        inputs, stored = len(varied), len(plain.quantity)
        sys.stdout.write(f"{study.id}: {inputs} inputs with a spread, {stored} outputs\n")
        for name, work in rows.items():
            sys.stdout.write(f"{least(work):8.2f} ms  {name}\n")


if __name__ == "__main__":
    main()
