"""Rates beside other tools, in one run on one machine: ``make bench``.

A rate is a slope between two sizes of the same work, so that start-up cancels; medians of three.
One thread each. Writes reports/benchmarks/rates.md; the ratios are what to compare, the
figures are those of the machine named in the file.
"""

from __future__ import annotations

import platform
import statistics
import sys
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import peers

from mcsus.engine.executor import replicates
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.runner import check, run
from mcsus.streams import Design

FOLDER = Path(__file__).parents[2] / "reports" / "benchmarks"
INPUTS = 20


def rate(work: Callable[[int], object], small: int, large: int) -> float:
    """Return units of work per second, as the slope between two sizes."""
    work(small)

    def seconds(size: int) -> float:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            work(size)
            times.append(time.perf_counter() - start)
        return statistics.median(times)

    return (large - small) / (seconds(large) - seconds(small))


def engine(kind: str, *, indices: bool, threads: int = 1) -> Callable[[int], object]:
    """Return a function that draws through the engine and keeps the sum of each replicate."""
    study, model = check(peers.STUDY)
    kernel = Kernel(model, stream_positions({p.name: p for p in study.parameters}))
    groups = [{name} for name in model.inputs] if indices else None
    plan = kernel.plan([Quantity("total")], groups)

    def work(draws: int) -> float:
        each = 1 << (12 if indices else 16)
        design = Design(kind, each, max(draws // each, 1), 1)
        return sum(float(out.sum()) for out in replicates(kernel, plan, design, threads))

    return work


def whole(kind: str) -> Callable[[int], object]:
    """Return a function that runs the study whole, without sensitivity: 16 replicates."""
    document = check(peers.STUDY)[0].to_dict() | {"sensitivity": {"methods": []}}
    document["design"] = {"kind": kind, "replicates": 16}
    from mcsus.study import Study

    study = Study.from_dict(document)
    return lambda draws: run(study, draws=draws // 16, threads=1)


def rows() -> list[tuple[str, str, float]]:
    """Measure everything: what, with what, rate per second."""
    monte_carlo, sobol = peers.openturns_functions()
    evaluations = INPUTS + 2
    return [
        ("Monte Carlo draws", "NumPy, by hand", rate(peers.numpy_monte_carlo(), 1 << 17, 1 << 20)),
        ("Monte Carlo draws", "OpenTURNS", rate(monte_carlo, 1 << 16, 1 << 19)),
        (
            "Monte Carlo draws",
            "mcsus engine",
            rate(engine("monte_carlo", indices=False), 1 << 20, 1 << 24),
        ),
        (
            "scrambled Sobol' draws",
            "mcsus engine",
            rate(engine("sobol", indices=False), 1 << 20, 1 << 24),
        ),
        (
            "scrambled Sobol' draws, intervals included",
            "mcsus run",
            rate(whole("sobol"), 1 << 18, 1 << 22),
        ),
        (
            "evaluations for Sobol' indices",
            "SALib, sample to indices",
            evaluations * rate(peers.salib_sobol(), 1 << 9, 1 << 12),
        ),
        (
            "evaluations for Sobol' indices",
            "OpenTURNS, experiment to indices",
            evaluations * rate(sobol, 1 << 12, 1 << 15),
        ),
        (
            "evaluations for Sobol' indices",
            "mcsus engine, without the sums",
            evaluations * rate(engine("sobol", indices=True), 1 << 14, 1 << 18),
        ),
    ]


def _processor() -> str:
    """Return the name of the processor, as far as the system tells it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def table(found: list[tuple[str, str, float]]) -> str:
    """Return the rates as a Markdown table, with ratios to the first row of their kind."""
    numpy_rate = found[0][2]
    salib_rate = next(r for w, _, r in found if w.startswith("evaluations"))
    versions = ", ".join(
        f"{n} {metadata.version(n)}" for n in ("numba", "numpy", "SALib", "openturns")
    )
    lines = [
        "# Rates of the reference study",
        "",
        f"20 inputs of three families, 10 equations; one thread. {_processor()}; {versions}.",
        "Made by `make bench`; the ratios are what to compare.",
        "",
        "| what | with | millions per second | ratio |",
        "| --- | --- | --- | --- |",
    ]
    for what, tool, measured in found:
        base = salib_rate if what.startswith("evaluations") else numpy_rate
        lines.append(f"| {what} | {tool} | {measured / 1e6:.3g} | {measured / base:.3g} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = table(rows())
    (FOLDER / "rates.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
