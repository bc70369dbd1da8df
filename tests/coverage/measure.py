"""How often the bounds that runs state hold the exact values: ``make coverage``.

Every model is compiled once. A seed makes 64 replicates; the first 4 and the first 16 of them are
what runs with so many replicates draw, and twice as many runs are made of the next. What is looked
at is what the run itself states: values and errors of outputs, claims and indices, and whether it
says that they rest on a few extreme draws.
"""

from __future__ import annotations

import argparse
import csv
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Pooled, methods, pooled
from mcsus.analysis.claims import judge, rests_on_few
from mcsus.analysis.intervals import summarise
from mcsus.analysis.moments import is_heavy, settling, tail_index
from mcsus.analysis.replication import student_quantile
from mcsus.counting.draws import HeldDraws
from mcsus.engine.executors import Executor
from mcsus.runner import Run
from mcsus.runner.checkpoint import Checkpoint
from tests.coverage.models import CASES, Case, groups_of
from tests.coverage.tables import write
from tests.coverage.truths import PROBABILITIES, THRESHOLDS, Truth, truth_of

Array = NDArray[np.float64]

KINDS = ("sobol", "monte_carlo")
DRAWS = (256, 4096)
REPLICATES = (4, 16, 64)
_ROUNDING = 1e-9  # of a value
MOST_RUNS = 2  # of fewer replicates, of one seed
ROOT = Path(__file__).parents[2]


class OneByOne(Executor):
    """Runs tasks where they are asked for: they are too short to be handed to a thread."""

    @property
    def workers(self) -> int:
        """One."""
        return 1

    def submitter(self, function: Callable[..., Any], common: Any) -> Any:
        """Return what does a task."""
        return partial(function, common)

    def result(self, pending: Any) -> Any:
        """Return the answer, which is there."""
        return pending

    def cancel(self, pending: Iterable[Any]) -> None:
        """Do nothing: no task is begun before it is asked for."""

    def __enter__(self) -> OneByOne:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@dataclass
class Count:
    """What runs of one kind say of one quantity.

    Attributes
    ----------
    runs, stated, held, told, silent, sure : float
        Runs; those that state a number; those of them whose bounds hold the exact value; those
        that carry a caution; those that miss the exact value without one; those that state it
        with no error but that of rounding, as what they do is exact.
    """

    runs: float = 0
    stated: float = 0
    held: float = 0
    told: float = 0
    silent: float = 0
    sure: float = 0

    def add(self, value: Any, error: Any, exact: Any, bound: float, *, told: bool) -> None:
        """Count a run; of several values the share that holds counts."""
        value, error, exact = np.broadcast_arrays(value, error, exact)
        stated = np.isfinite(value) & np.isfinite(error)
        rounding = 1e-12 * np.abs(exact)
        holds = stated & (np.abs(value - exact) <= bound * error + rounding)
        self.runs += 1
        self.stated += float(stated.mean())
        self.held += float(holds.mean())
        self.told += told
        self.silent += 0 if told else float((~holds).mean())
        self.sure += float((holds & (bound * error <= _ROUNDING * np.abs(exact))).mean())

    def row(self) -> dict[str, float]:
        """Return the counts by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


Counts = dict[tuple[int, str], Count]


def parts(replicates: int) -> list[slice]:
    """Return which of the replicates of a seed make runs."""
    runs = min(MOST_RUNS, REPLICATES[-1] // replicates)
    return [slice(k * replicates, (k + 1) * replicates) for k in range(runs)]


class Measured:
    """A model with its exact values.

    Parameters
    ----------
    case : Case
    executor : Executor
    """

    def __init__(self, case: Case, executor: Executor) -> None:
        self.run, self.executor = Run(case.study()), executor
        self.truth: Truth = truth_of(case, self.run)
        self.method = methods()["sobol"]

    def seed(self, kind: str, draws: int, seed: int, counts: Counts) -> None:
        """Count what the runs of a seed say."""
        drawn, estimates, _ = self._drawn(kind, draws, seed)
        for replicates in REPLICATES:
            for part in parts(replicates):
                shares = pooled(self.method, estimates[part])
                bound = student_quantile(replicates)
                for name, known in self._said(HeldDraws(drawn[part]), shares):
                    counts[replicates, name].add(*known[:3], bound, told=known[3])

    def _drawn(self, kind: str, draws: int, seed: int) -> tuple[Array, list[Any], list[str]]:
        """Return the draws of y, and what each replicate says of the indices.

        Of as many draws as base points, a run has the points A of its indices: they are scrambled
        once here.
        """
        design = replace(
            self.run.study.design, kind=kind, draws=draws, replicates=REPLICATES[-1], seed=seed
        )
        groups = groups_of(self.run, design)
        kernel, plan = self.run.kernel, groups.run.plan
        alone = plan._replace(location=plan.location[:1], active=plan.active[:1])
        drawn, estimates = np.empty((design.replicates, draws)), []
        sums = groups.sums(self.executor, None, Checkpoint())
        for replicate, own in enumerate(sums):
            estimates.append(self.method.estimate(own["", 0]))
            points, _ = groups.run.start(replicate)
            out = drawn[replicate].reshape(1, 1, draws)
            kernel.run(alone, design, replicate, out, count=draws, points=points, at=0)
        return drawn / plan.scale[0], estimates, groups.inputs["", 0]

    def _said(
        self, output: HeldDraws, shares: Pooled
    ) -> Iterator[tuple[str, tuple[Any, Any, Any, bool]]]:
        """Yield what a run says: value, error, exact value, whether there is a caution."""
        truth = self.truth
        found = settling(output).told(summarise(output, (0.95,)))
        lacks = not np.isfinite(found["sd"])  # no_mean or no_variance
        heavy = bool(lacks) or is_heavy(tail_index(output))
        yield "mean", (found["mean"], found["mean_error"], truth.mean, bool(lacks))
        yield "sd", (found["sd"], found["sd_error"], truth.sd, heavy)
        of_quantiles = zip(PROBABILITIES, found["quantiles"], found["quantiles_error"], strict=True)
        for (p, value, error), exact in zip(of_quantiles, truth.quantiles, strict=True):
            yield f"quantile {p:g}", (value, error, exact, False)
        for threshold, p in zip(truth.thresholds, THRESHOLDS, strict=True):
            said = judge(HeldDraws(threshold - output.values), 0.5)
            few = bool(rests_on_few(*said[:2], output.replicates, output.draws))
            yield f"P = {p:g}", (said.probability, said.error, p, few)
        told = bool(shares.doubt) or heavy
        for key, exact in (("S1", truth.first), ("ST", truth.total)):
            yield key, (shares.values[key], shares.values[f"{key}_error"], exact, told)


def measure(case: Case, seeds: int, first: int = 1) -> list[dict[str, Any]]:
    """Return the counts of a model, for all designs and sizes."""
    rows: list[dict[str, Any]] = []
    measured = Measured(case, OneByOne())
    for kind, draws in itertools.product(KINDS, DRAWS):
        counts: Counts = defaultdict(Count)
        for seed in range(first, first + seeds):
            measured.seed(kind, draws, seed, counts)
        for (replicates, name), count in counts.items():
            about = {"model": case.name, "design": kind, "draws": draws}
            rows.append(about | {"replicates": replicates, "quantity": name} | count.row())
        print(f"{case.name}, {kind}, {draws} draws")  # noqa: T201
    return rows


def main() -> None:
    """Measure, and write tables and figure."""
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    parser.add_argument("--to", type=Path, default=ROOT / "reports" / "coverage")
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    numbers = asked.to / "coverage.csv"
    known: list[dict[str, Any]] = []
    if numbers.is_file():
        with numbers.open(newline="", encoding="utf-8") as file:
            known = list(csv.DictReader(file))
    for case in CASES:
        if case.name in asked.models:
            rows = measure(case, asked.seeds, asked.first)
            known = [row for row in known if row["model"] != case.name] + rows
            known.sort(key=lambda row: names.index(row["model"]))
            write(known, asked.to)


if __name__ == "__main__":
    main()
