"""How long a Run takes to answer other laws: what a page waits for while an input is dragged.

Run as ``python -m tests.benchmarks.with_laws``; prints the quickest and the middle of some times.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from mcsus import Run, distribution

STUDY = "tinyml_device"
GOALS = {"draws": 5.0, "ranking": 15.0}  # ms


def timed(answer: Callable[[Run], object], run: Run, times: int = 100) -> tuple[float, float]:
    """Return the least and the middle of some times, ms, each for a law that was never seen."""
    taken = []
    for k in range(times + 3):
        law = distribution("uniform", minimum=1.0, maximum=2 + k / 1000)
        started = time.perf_counter()
        answer(run.with_laws(battery_mass=law))
        taken.append(1000 * (time.perf_counter() - started))
    return min(taken[3:]), statistics.median(taken[3:])


def main() -> None:
    """Print how long draws of all outputs and a ranking of all inputs take."""
    run = Run(STUDY)
    asked = {
        "draws": ("4,096 draws of all outputs", lambda other: other.evaluate(1024, 4)),
        "ranking": ("ranking of all inputs, 4 x 1,024", lambda other: other.ranking(1024, 4)),
    }
    for key, (title, answer) in asked.items():
        least, middle = timed(answer, run)
        sys.stdout.write(
            f"{title:34} {least:6.1f} ms at least, {middle:6.1f} in the middle; "
            f"goal {GOALS[key]:.0f} ms\n"
        )


if __name__ == "__main__":
    main()
