"""How long a Run takes to answer other laws: what a page waits for while an input is dragged.

And how long a loop takes that runs a small study 100 times, each time with another law: built anew,
so that it counts whether the machine code of the first is found again. Run as
``python -m tests.benchmarks.with_laws``; prints the quickest and the middle of some times, and the
processor time of loops.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import mcsus
from mcsus import Run, distribution

STUDY = "tinyml_device"
GOALS = {"draws": 5.0, "ranking": 15.0}  # ms
LOOPS = ((256, 4), (1024, 4), (4096, 16))
LOOP_GOAL = 5.0  # seconds of processor time, of 100 runs


def timed(answer: Callable[[Run], object], run: Run, times: int = 100) -> tuple[float, float]:
    """Return the least and the middle of some times, ms, each for a law that was never seen."""
    taken = []
    for k in range(times + 3):
        law = distribution("uniform", minimum=1.0, maximum=2 + k / 1000)
        started = time.perf_counter()
        answer(run.with_laws(battery_mass=law))
        taken.append(1000 * (time.perf_counter() - started))
    return min(taken[3:]), statistics.median(taken[3:])


def looped(draws: int, replicates: int, times: int = 100) -> float:
    """Return the processor time of so many runs of a small study, each of another law, seconds."""
    per_area = "kg CO2e/cm**2"

    def one(k: int) -> None:
        node = mcsus.study(
            "node",
            parameters={
                "area": "0.1 to 0.3 cm**2",
                "factor": (distribution("lognormal", median=1 + k / 100, gsd=1.5), per_area),
                "power": "0.5 to 3 mW",
                "life": "2 / 3 / 10 year",
                "grid": "grid.world.2025",
            },
            equations={"footprint": "area*factor + power*life*grid [kg CO2e]"},
            design={"draws": draws, "replicates": replicates},
        )
        mcsus.run(node)

    one(-1)
    started = time.process_time()
    for k in range(times):
        one(k)
    return time.process_time() - started


def main() -> None:
    """Print how long draws of all outputs, a ranking of all inputs and loops take."""
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
    for draws, replicates in LOOPS:
        sys.stdout.write(
            f"100 runs of a small study, {replicates} x {draws:,}: "
            f"{looped(draws, replicates):.1f} s of processor time; goal {LOOP_GOAL:.0f} s\n"
        )


if __name__ == "__main__":
    main()
