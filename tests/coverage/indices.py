"""How often stated bounds of indices hold: ``python -m tests.coverage.indices``.

A method joins by one row of `ROWS`: its name, its arrays that are looked at, and what they come
to. Each seed is a run of its own, of which all that is stated is compared.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import DEFAULT_METHODS, Explained
from mcsus.analysis.replication import student_quantile
from mcsus.engine.executors import Threads
from mcsus.runner import Run, run
from mcsus.runner.analyses import Analyses
from mcsus.study import Study
from tests.coverage.distances import KEPT
from tests.coverage.event_cases import ATOMS, CLAIMS
from tests.coverage.index_cases import CASES, CLAIM, DEPENDENT, IndexCase, Named
from tests.coverage.index_tables import write
from tests.coverage.measure import ROOT, Count

Array = NDArray[np.float64]

LIMITS = Path(__file__).with_name("limits.json")
SIZES = ((4, 256), (16, 1024))
"""Replicates, and draws or base points of each."""

_LIMIT = (16, 1 << 18)
_ALL_DRAWS = {"given_draws": _LIMIT[1]}
_NO_LINES = {"g_function"}  # whose correlations are 0 by symmetry
_LIMIT_SEED = 90_000_001  # of no run that is looked at


def by_formula(case: IndexCase) -> Mapping[str, Named]:
    """Return what is known of a case by a formula."""
    return case.exact


def by_many_points(case: IndexCase) -> Mapping[str, Named]:
    """Say that only very many points tell: 2^22, by the method itself, kept in limits.json."""
    del case
    return {}


def by_integration(case: IndexCase) -> Mapping[str, Named]:
    """Return distances of laws given an input, found without draws by `distances`."""
    known = json.loads(KEPT.read_text(encoding="utf-8"))[case.name]
    keys = ("delta", "median", "maximum")
    return {key: {name: own[key] for name, own in known.items()} for key in keys}


def by_holding(case: IndexCase) -> Mapping[str, Named]:
    """Return where the interval lies with each input held at its median, by 2^20 points."""
    whole, middles = _interval(case, {})
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for name, middle in middles.items():
        own = _interval(case, {name: {"distribution": "constant", "value": middle}})[0]
        low, high = (own - whole[0]) / (whole[1] - whole[0])
        at = {"narrowed": 1 - (high - low), "low_position": low, "high_position": high}
        for key, value in at.items():
            found[key][name] = float(value)
    return found


def _interval(
    case: IndexCase, held: Mapping[str, Mapping[str, Any]]
) -> tuple[Array, dict[str, float]]:
    """Return both ends of the interval of y with some laws in the place of others, and medians."""
    tables = replace(case, laws={**case.laws, **held}).study().to_dict()
    del tables["sensitivity"]
    study = Study.from_dict(tables)
    design = replace(study.design, draws=_LIMIT[1] // 4, replicates=_LIMIT[0], seed=_LIMIT_SEED)
    (told,) = run(replace(study, design=design)).to_dict()["outputs"]["y"]["cells"]
    at = {own["p"]: own["value"] for own in told["quantiles"]}
    drawn = [own for own in study.parameters if not own.is_constant]
    middles = {own.name: float(own.cells[0].law.quantile(0.5)) for own in drawn}
    return np.array([at[0.025], at[0.975]]), middles


@dataclass(frozen=True)
class Row:
    """A method that is looked at.

    Attributes
    ----------
    method : str
    keys : tuple of str
        Its arrays, by input or by pair of inputs.
    options : mapping
        Its keys in ``[sensitivity]``.
    exact : callable
        What its arrays come to in a case: `by_formula`, `by_integration`, `by_many_points` or one
        of your own. A key that it leaves out is found by very many points.
    sizes : tuple of (int, int)
        Replicates, and draws or base points of each.
    cases : tuple of IndexCase
    name : str
        In the table; by default that of the method.
    """

    method: str
    keys: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    exact: Callable[[IndexCase], Mapping[str, Named]] = by_formula
    sizes: tuple[tuple[int, int], ...] = SIZES
    cases: tuple[IndexCase, ...] = CASES
    name: str = ""

    @property
    def title(self) -> str:
        """Its name in the table."""
        return self.name or self.method


ROWS: tuple[Row, ...] = (
    Row("sobol", ("S1", "ST"), sizes=((4, 1024), (16, 1024)), name="sobol, auto"),
    Row("sobol", ("S1", "ST"), {"estimator": "salib"}, name="sobol, salib"),
    Row("sobol", ("S2",), {"estimator": "salib", "second_order": True}, name="sobol, pairs"),
    Row("shapley", ("shapley",), cases=(*CASES, *DEPENDENT)),
    Row("kucherenko", ("S1", "ST"), cases=DEPENDENT),
    Row("fast", ("S1",)),
    Row("dgsm", ("bound",), exact=by_many_points),
    Row("dgsm", ("ST",), name="dgsm, total order"),
    Row("morris", ("mu_star", "mu", "sigma"), exact=by_many_points),
    Row("given_data", ("S1",), cases=(*CASES, *DEPENDENT)),
    Row("rbd_fast", ("S1",), _ALL_DRAWS),
    Row("known", ("narrowed", "low_position", "high_position"), exact=by_holding),
    Row("polynomial_chaos", ("S1", "ST")),
    Row("delta", ("delta",), _ALL_DRAWS, by_integration, cases=(*CASES, *DEPENDENT)),
    Row("pawn", ("median", "maximum"), _ALL_DRAWS, by_integration, cases=(*CASES, *DEPENDENT)),
    Row(
        "correlation",
        ("pearson", "spearman", "SRC", "SRRC", "PCC", "PRCC", "contribution"),
        _ALL_DRAWS,
        by_many_points,
        cases=tuple(own for own in (*CASES, *DEPENDENT) if own.name not in _NO_LINES),
    ),
    Row(
        "improve",
        tuple(f"{key}_{end}" for key in ("halved", "known") for end in ("gain", "low", "high")),
        cases=(CASES[3], *DEPENDENT),
    ),
    Row("claim", ("S1", "ST", "S2"), {"second_order": True}, cases=CLAIMS),
    Row("atom", ("S1", "ST", "value_S1", "value_ST", "at_atom"), cases=ATOMS),
    Row("tail", ("S1", "ST"), exact=by_many_points, cases=(CASES[2], CASES[3])),
)
"""One for each method, or way to run one."""


class Looked:
    """A method at a case, compiled once."""

    def __init__(self, row: Row, case: IndexCase) -> None:
        self.row, self.case = row, case
        self.run = Run(case.study(methods=[row.method], **row.options))

    def explained(self, size: tuple[int, int], seed: int) -> Explained:
        """Return what a run of a size and a seed says."""
        replicates, draws = size
        study, mark = self.run.study, ""
        design = replace(study.design, draws=draws, replicates=replicates, seed=seed)
        asked = replace(study.sensitivity, draws=draws, replicates=replicates)
        if self.row.method not in DEFAULT_METHODS:
            mark = f"@{self.row.method}"
        with Threads(1) as executor:
            found = Analyses(
                replace(study, design=design, sensitivity=asked),
                self.run.model, self.run.kernel, executor,
            ).all()  # fmt: skip
        return found[f"{CLAIM if self.case.claim else 'y'}{mark}"]

    def said(
        self, size: tuple[int, int], seed: int
    ) -> Iterator[tuple[str, str, float, float, bool]]:
        """Yield array, input, value, error and whether there is a caution, as a run says them."""
        found = self.explained(size, seed)
        told = any(found.doubts)
        for key in self.row.keys:
            values, errors = (_named(found, name) for name in (key, f"{key}_error"))
            yield from ((key, name, value, errors[name], told) for name, value in values.items())

    def exact(self) -> Mapping[str, Named]:
        """Return what the arrays come to."""
        known = dict(self.row.exact(self.case))
        missing = [key for key in self.row.keys if key not in known]
        return known | (self._limits(missing) if missing else {})

    def _limits(self, keys: Sequence[str]) -> dict[str, Named]:
        """Return what very many points say, from the file or found now and added to it."""
        place = f"{self.row.title}/{self.case.name}"
        kept = json.loads(LIMITS.read_text(encoding="utf-8")) if LIMITS.is_file() else {}
        if not set(keys) <= set(kept.get(place, {})):
            found: dict[str, dict[str, float]] = defaultdict(dict)
            for key, name, value, *_ in self.said(_LIMIT, _LIMIT_SEED):
                found[key][name] = value
            kept = dict(sorted((kept | {place: dict(found)}).items()))
            LIMITS.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        return {key: kept[place][key] for key in keys}


def _named(found: Explained, key: str) -> dict[str, float]:
    """Return the numbers of an array by input, or by pair of inputs; NaN are left out."""
    values = np.asarray(found.values[key])[0]
    names = found.inputs
    at = {" ".join(names[k] for k in place): float(v) for place, v in np.ndenumerate(values)}
    return {name: value for name, value in at.items() if not math.isnan(value)}


def measure(row: Row, case: IndexCase, seeds: int, first: int = 1) -> list[dict[str, Any]]:
    """Return how often the bounds of a method hold, of each index and each size."""
    looked = Looked(row, case)
    exact = looked.exact()
    rows = []
    for size in row.sizes:
        counts: dict[tuple[str, str], Count] = defaultdict(Count)
        bound = student_quantile(size[0])
        for seed in range(first, first + seeds):
            for key, name, value, error, told in looked.said(size, seed):
                counts[key, name].add(value, error, exact[key][name], bound, told=told)
        about = {"method": row.title, "model": case.name, "replicates": size[0], "draws": size[1]}
        for (key, name), count in counts.items():
            index = {"index": key, "input": name, "exact": exact[key][name]}
            rows.append(about | index | count.row())
    return rows


def main() -> None:
    """Measure, and write the table."""
    titles = [row.title for row in ROWS]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--methods", nargs="+", choices=titles, default=titles)
    parser.add_argument("--to", type=Path, default=ROOT / "reports" / "coverage")
    asked = parser.parse_args()
    numbers = asked.to / "indices.csv"
    known: list[dict[str, Any]] = []
    if numbers.is_file():
        with numbers.open(newline="", encoding="utf-8") as file:
            known = [own for own in csv.DictReader(file) if own["method"] in titles]
    for row in ROWS:
        if row.title in asked.methods:
            known = [own for own in known if own["method"] != row.title]
            for case in row.cases:
                known += measure(row, case, asked.seeds)
                print(f"{row.title}, {case.name}")  # noqa: T201
            write(known, asked.to)


if __name__ == "__main__":
    main()
