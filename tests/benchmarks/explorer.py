"""How long an explorer takes to answer while an input is dragged, after a pause, and to open.

Run as ``python -m tests.benchmarks.explorer``; prints the middle and the 95th percentile of the
time, and the middle of the processor time, which says more where other programs run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from mcsus import Explorer, Study

INPUTS = 500


def timed(answer: Callable[[int], object], times: int = 40) -> str:
    """Return how long an answer takes, ms, each to what was never asked."""
    walls, processor = [], []
    for k in range(times):
        started, used = time.perf_counter(), time.process_time()
        answer(k)
        walls.append(1000 * (time.perf_counter() - started))
        processor.append(1000 * (time.process_time() - used))
    middle, high = np.quantile(walls, [0.5, 0.95])
    used_ms = np.median(processor)
    return f"{middle:7.1f} ms, 95 % {high:7.1f} ms, processor {used_ms:7.1f} ms"


def many_inputs() -> Study:
    """Return a study of many inputs, in products of two that are added up."""
    names = [f"x{k}" for k in range(INPUTS)]
    about = {"distribution": "lognormal", "gsd": 1.5, "unit": "kg", "source": "made up"}
    parts = [" + ".join(f"{a}*{b}" for a, b in zip(names[k::50], names[k + 25 :: 50], strict=True))
             for k in range(25)]  # fmt: skip
    equations = {f"part{k}": {"formula": own, "unit": "kg**2"} for k, own in enumerate(parts)}
    equations["total"] = {"formula": " + ".join(equations), "unit": "kg**2"}
    return Study.from_dict({
        "schema": "mcsus/1", "id": "many", "outputs": {"total": "kg**2"}, "equations": equations,
        "parameters": {name: {"median": 1 + k / 100, **about} for k, name in enumerate(names)},
    })  # fmt: skip


def told(explorer: Explorer, visible: dict[str, Any], name: str) -> list[str]:
    """Return the times of one study, a line each."""
    pace = explorer.pace(visible)
    numbers = iter(range(10_000))

    def ask(**asked: Any) -> None:
        changes = [{"input": name, "scale": 1 + next(numbers) / 10_000}]
        json.dumps(explorer.evaluate(changes, visible, **asked).to_dict())

    drag = {"draws": pace["draws"], "ranking": pace["ranking"]}
    pause = {"draws": pace["draws"], "ranking": pace["ranking_after"], "effects": True}
    return [
        f"drag, full      {timed(lambda _: ask())}",
        f"drag, in pace   {timed(lambda _: ask(**drag))}  {drag}",
        f"after a pause   {timed(lambda _: ask(**pause), 10)}  {pause}",
    ]


def main() -> None:
    """Print the times of three studies."""
    fleet = {"outputs": ["yearly_emissions"], "labels": {"scenario": ["base"], "year": [2030]}}
    device = {"outputs": ["device_footprint"], "labels": {"application": ["keyword_spotting"]}}
    for study, visible, name in (
        ("tinyml_device", device, "battery_mass"),
        ("tinyml_fleet", fleet, "battery_mass"),
        (many_inputs(), {}, "x3"),
    ):
        started = time.perf_counter()
        explorer = Explorer(study)
        explorer.describe()
        explorer.evaluate((), visible, draws=256)
        opened = time.perf_counter() - started
        started = time.perf_counter()
        again = Explorer(study)
        again.evaluate((), visible, draws=256)
        warm = time.perf_counter() - started
        sys.stdout.write(f"{explorer.study.id}: opened in {opened:.2f} s, again {warm:.2f} s\n")
        sys.stdout.write("\n".join(f"  {line}" for line in told(explorer, visible, name)) + "\n")


if __name__ == "__main__":
    main()
