"""Which estimator of Sobol' indices is best at equal cost: ``python -m tests.coverage.estimators``.

Mean squared errors over many seeds, times evaluations, as shares of those of SALib's estimators
pooled over replicates. Estimators that need more matrices have half the base points.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import pooled
from mcsus.analysis.groups import GroupValues, WantsGroups
from mcsus.analysis.methods.sobol import Sobol, salib_indices
from mcsus.runner import Run
from mcsus.runner.controls import pilot_draws
from mcsus.runner.group_values import GroupRun
from mcsus.runner.input_groups import sensitivity_groups
from tests.coverage.estimator_cases import CASES, exact
from tests.coverage.index_cases import IndexCase
from tests.coverage.measure import ROOT, OneByOne

Array = NDArray[np.float64]
Indices = tuple[Array, Array]

MODELS = {
    "sobol": tuple(case.name for case in CASES),
    "monte_carlo": ("footprint", "wing_weight", "wide_product", "heavy"),
}
"""Those that are looked at with each kind of design."""

REPLICATES, DRAWS = 4, 2048
BASELINE = "SALib, pooled"
SEPARATE = "SALib, mean of replicates"
AUTO = "auto"


class Values(NamedTuple):
    """Values of all replicates at A, B, A with each group from B, and B with each from A."""

    a: Array
    b: Array
    ab: Array
    ba: Array

    @classmethod
    def of(cls, replicates: list[GroupValues]) -> Values:
        """Return the values of all replicates beside each other."""
        values = np.concatenate([own.values for own in replicates], axis=1)
        count = replicates[0].groups
        return cls(values[0], values[1], values[2 : 2 + count], values[2 + count :])


def _variance(*parts: Array) -> float:
    return float(np.concatenate(parts).var())


def pooled_ratio(v: Values) -> Indices:
    """Saltelli et al. 2010 and Jansen 1999, as ratios of sums over all replicates."""
    mean = np.concatenate([[v.a, v.b], v.ab]).mean()
    whole = _variance(v.a, v.b)
    change = v.ab - v.a
    return ((v.b - mean) * change).mean(axis=1) / whole, (change**2).mean(axis=1) / 2 / whole


def janon_monod(v: Values) -> Indices:
    """Janon et al. 2014, doi:10.1051/ps/2013040: both values of a pair make its variance."""
    first, total = [], []
    for own in v.ab:
        for other, into in ((v.b, first), (v.a, total)):
            middle = (own + other).mean() / 2
            whole = (own**2 + other**2).mean() / 2 - middle**2
            into.append(((own * other).mean() - middle**2) / whole)
    return np.array(first), 1 - np.array(total)


def martinez(v: Values) -> Indices:
    """Martinez 2011: correlations."""
    first = [np.corrcoef(v.b, own)[0, 1] for own in v.ab]
    return np.array(first), 1 - np.array([np.corrcoef(v.a, own)[0, 1] for own in v.ab])


def owen(v: Values) -> Indices:
    """Owen 2013, doi:10.1145/2457459.2457460, of two matrices: a product of two changes."""
    whole = _variance(v.a, v.b)
    one, other = v.ab - v.a, v.ba - v.b
    return -(one * other).mean(axis=1) / 2 / whole, (one**2).mean(axis=1) / 2 / whole


def azzini(v: Values) -> Indices:
    """Azzini et al. 2021, doi:10.1016/j.envsoft.2021.105167: blocks A-B and B-A together."""
    one, other = v.ab - v.a, v.ba - v.b
    whole = ((v.a - v.b) ** 2).mean() + ((v.ab - v.ba) ** 2).mean(axis=1)
    return -2 * (one * other).mean(axis=1) / whole, (one**2 + other**2).mean(axis=1) / whole


def blocks(v: Values) -> Indices:
    """The same, over the variance of all evaluations."""
    whole = _variance(v.a, v.b, v.ab.ravel(), v.ba.ravel())
    one, other = v.ab - v.a, v.ba - v.b
    return (
        -(one * other).mean(axis=1) / 2 / whole,
        (one**2 + other**2).mean(axis=1) / 4 / whole,
    )


OF_TWO: Mapping[str, Callable[[Values], Indices]] = {
    BASELINE: pooled_ratio,
    "Janon-Monod": janon_monod,
    "Martinez": martinez,
}
OF_MORE: Mapping[str, Callable[[Values], Indices]] = {
    "Owen 2013": owen,
    "Azzini et al. 2021": azzini,
    "A-B and B-A, all variances": blocks,
}


class Compared:
    """A model, compiled once."""

    def __init__(self, case: IndexCase) -> None:
        self.case, self.run = case, Run(case.study())
        self.groups = sensitivity_groups(self.run.study, self.run.model)
        self.method = Sobol()
        self.names = list(self.groups)
        known = exact(case, self.run)
        self.exact = np.array([[known[key][name] for name in self.names] for key in ("S1", "ST")])

    def seed(self, kind: str, seed: int) -> dict[str, Array]:
        """Return what each estimator says, shape (2, input), and of auto what it uses."""
        made = self._made(kind, seed, DRAWS, WantsGroups(controlled=True))
        data = [own["", 0] for own in made.values(OneByOne(), None)]
        salib = [salib_indices(own.values, own.groups) for own in data]
        each = np.array([[own["S1"], own["ST"]] for own in salib])
        found = {SEPARATE: each.mean(axis=0)}
        found |= {name: np.array(of(Values.of(data))) for name, of in OF_TWO.items()}
        auto = pooled(self.method, [self.method.estimate(own) for own in data]).values
        found[AUTO] = np.array([auto["S1"], auto["ST"]])
        twice = self._made(kind, seed, DRAWS // 2, WantsGroups(second_order=True))
        more = Values.of([own["", 0] for own in twice.values(OneByOne(), None)])
        found |= {name: np.array(of(more)) for name, of in OF_MORE.items()}
        return found

    def cost(self, name: str) -> float:
        """Return the evaluations of an estimator, as a share of those of SALib's."""
        count = len(self.names)
        usual = REPLICATES * DRAWS * (2 + count)
        if name in OF_MORE:
            return REPLICATES * DRAWS / 2 * (2 + 2 * count) / usual
        return 1 + (2 * pilot_draws(REPLICATES * DRAWS, count) / usual if name == AUTO else 0.0)

    def _made(self, kind: str, seed: int, draws: int, wants: WantsGroups) -> GroupRun:
        design = replace(
            self.run.study.design, kind=kind, draws=draws, replicates=REPLICATES, seed=seed
        )
        return GroupRun(self.run.kernel, ("y",), {"": self.groups}, design, wants)


def measure(case: IndexCase, kind: str, seeds: int) -> list[dict[str, Any]]:
    """Return the errors of all estimators at a model."""
    compared = Compared(case)
    every = [compared.seed(kind, seed) for seed in range(1, seeds + 1)]
    errors = {
        name: np.mean([(own[name] - compared.exact) ** 2 for own in every], axis=0)
        for name in every[0]
    }
    rows = []
    for name, own in errors.items():
        for key, mine, usual, at in zip(
            ("S1", "ST"), own, errors[BASELINE], compared.exact, strict=True
        ):
            ratio = mine / usual * compared.cost(name)
            largest = int(np.argmax(at))
            rows.append(
                {
                    "model": case.name, "design": kind, "index": key, "estimator": name,
                    "seeds": seeds, "cost": compared.cost(name),
                    "median": float(np.median(ratio)), "least": float(ratio.min()),
                    "most": float(ratio.max()),
                    "all": float(mine.sum() / usual.sum() * compared.cost(name)),
                    "relative": float(np.sqrt(mine[largest]) / at[largest]),
                }
            )  # fmt: skip
    return rows


_TOP = """\
# Estimators of Sobol' indices at equal cost

Mean squared error over {seeds} seeds times evaluations, as a share of that of SALib's estimators
pooled over the replicates (`salib`, `streaming`): the sum over all inputs, and in brackets the
largest of any input. {replicates} replicates of {draws} base points; what needs a fourth matrix has
half of them. The cost of auto holds the draws that it looks at: where a surrogate does not help,
they are all that sets it apart, and it takes 1.1 times as much as SALib's at most. Made by
`python -m tests.coverage.estimators`; all numbers: `estimators.csv`. No form is best everywhere;
auto is SALib's with a surrogate as control where draws of their own tell that it helps.
"""


def page(rows: list[dict[str, Any]]) -> str:
    """Return the table as a page of Markdown."""
    titles = {case.name: case.title for case in CASES}
    names = list(dict.fromkeys(row["estimator"] for row in rows))
    seeds = min(int(row["seeds"]) for row in rows)
    lines = [_TOP.format(seeds=seeds, replicates=REPLICATES, draws=DRAWS)]
    for kind in dict.fromkeys(row["design"] for row in rows):
        for key in ("S1", "ST"):
            lines += [f"## {key}, {kind}", "", f"| | {' | '.join(names)} |"]
            lines.append("| --- |" + " ---: |" * len(names))
            for model in dict.fromkeys(row["model"] for row in rows):
                own = {
                    row["estimator"]: f"{float(row['all']):.2g} ({float(row['most']):.2g})"
                    for row in rows
                    if (row["model"], row["design"], row["index"]) == (model, kind, key)
                }
                cells = " | ".join(own.get(name, "") for name in names)
                lines.append(f"| {titles[model]} | {cells} |")
            lines.append("")
    return "\n".join(lines)


def write(rows: list[dict[str, Any]], to: Path) -> None:
    """Write ``estimators.csv`` and ``estimators.md`` into a folder."""
    to.mkdir(parents=True, exist_ok=True)
    with (to / "estimators.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(
            {k: f"{v:.4g}" if isinstance(v, float) else v for k, v in row.items()} for row in rows
        )
    (to / "estimators.md").write_text(page(rows), encoding="utf-8")


def main() -> None:
    """Measure, and write the table."""
    names = [case.name for case in CASES]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    parser.add_argument("--to", type=Path, default=ROOT / "reports" / "coverage")
    asked = parser.parse_args()
    rows: list[dict[str, Any]] = []
    numbers = asked.to / "estimators.csv"
    if numbers.is_file():
        with numbers.open(newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["model"] not in asked.models]
    for kind, models in MODELS.items():
        for case in CASES:
            if case.name in models and case.name in asked.models:
                rows += measure(case, kind, asked.seeds)
                print(f"{case.name}, {kind}")  # noqa: T201
    rows.sort(key=lambda row: (row["design"] != "sobol", names.index(row["model"])))
    write(rows, asked.to)


if __name__ == "__main__":
    main()
