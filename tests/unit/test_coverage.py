"""The measurement of how often stated errors hold: what it counts, and that it runs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mcsus.analysis.base import pooled
from mcsus.counting.draws import HeldDraws
from mcsus.runner import run
from tests.coverage.measure import Count, Measured, OneByOne, measure
from tests.coverage.models import CASES
from tests.coverage.tables import outcome, page, write


def row(held, told=0, silent=0, runs=200, stated=200):
    return {
        "model": "matrix", "design": "sobol", "draws": 256, "replicates": 4, "quantity": "sd",
        "runs": runs, "stated": stated, "held": held, "told": told, "silent": silent,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("held", "told", "silent", "wanted"),
    [
        (190, 0, 10, "holds"),
        (178, 0, 22, "holds"),  # .89 is within two deviations of .92
        (170, 0, 30, "short"),
        (170, 120, 14, "told"),
        (170, 40, 12, "told"),
        (170, 40, 24, "short"),
        (199, 0, 0, "holds"),
    ],
)
def test_outcomes(held, told, silent, wanted):
    assert outcome(row(held, told, silent)) == wanted


def test_bounds_that_are_too_wide():
    assert outcome(row(2000, runs=2000, stated=2000)) == "wide"


def test_runs_without_a_number_are_no_misses_of_it():
    count = Count()
    count.add(np.nan, np.nan, 1.0, 2.0, told=True)
    count.add(1.1, 0.1, 1.0, 2.0, told=False)
    count.add(2.0, 0.1, 1.0, 2.0, told=False)
    wanted = {"runs": 3, "stated": 2, "held": 1, "told": 1, "silent": 1, "sure": 0}
    assert count.row() == wanted
    count.add(1.0, 1e-16, 1.0, 2.0, told=False)
    assert count.sure == 1


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sobol", "monte_carlo"])
def test_it_counts_what_runs_say(kind):
    [case] = [own for own in CASES if own.name == "sum_heavy"]
    measured = Measured(case, OneByOne())
    drawn, estimates, names = measured._drawn(kind, 256, 7)
    known = run(_with_design(case.study(), kind)).to_dict()
    cell = known["outputs"]["y"]["cells"][0]
    shares = pooled(measured.method, estimates[:4])
    said = dict(measured._said(HeldDraws(drawn[:4]), shares))
    for name in ("mean", "sd"):
        assert said[name][:2] == pytest.approx(tuple(cell[name].values()), rel=1e-12)
    indices = known["sensitivity"]["y"]["cells"][0]["indices"]
    for key in ("S1", "ST"):
        wanted = [indices[own][key]["error"] for own in names]
        assert said[key][1] == pytest.approx(wanted, rel=1e-9)


def _with_design(study, kind):
    design = replace(study.design, kind=kind, draws=256, replicates=4, seed=7)
    indices = replace(study.sensitivity, draws=256, replicates=4)
    return replace(study, design=design, sensitivity=indices)


@pytest.mark.slow
def test_it_runs(tmp_path):
    [case] = [own for own in CASES if own.name == "student"]
    rows = measure(case, 3)
    assert {own["quantity"] for own in rows} >= {"mean", "sd", "quantile 0.5", "P = 0.999", "ST"}
    assert all(own["told"] == own["runs"] for own in rows if own["quantity"] == "sd")
    write(rows, tmp_path)
    assert page(rows) == (tmp_path / "coverage.md").read_text(encoding="utf-8")
    assert (tmp_path / "coverage.svg").stat().st_size > 1000
