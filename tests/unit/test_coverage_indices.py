"""The measurement of how often bounds of indices hold, and a small part of it."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tests.coverage.distances import KEPT, discrete, distances
from tests.coverage.index_cases import CASES, DEPENDENT, IndexCase
from tests.coverage.index_tables import page, write
from tests.coverage.indices import ROWS, Looked, Row, measure
from tests.coverage.tables import LEAST, MOST, share

SEEDS = 30
BY_NAME = {case.name: case for case in (*CASES, *DEPENDENT)}
OF_THEIR_OWN = {
    "sobol, pairs": "products",
    "kucherenko": "correlated",
    "correlation": "discrete",
    "tail": "footprint",
    "known": "footprint",
    "improve": "products",
}
FEW_BLOCKS = {"correlation": 0.85}  # what bounds of four blocks hold of partial correlations


def test_what_is_known_of_the_cases():
    footprint = BY_NAME["footprint"].exact
    first = {"A": 0.048418, "cpa": 0.171715, "fab": 0.003414, "board": 0.043572, "P": 0.173273,
             "life": 0.116239, "CI": 0.315350}  # fmt: skip
    assert {name: round(footprint["S1"][name], 6) for name in first} == first
    total = BY_NAME["products"].exact["ST"]
    spread = {"x1": 0.3, "x2": 0.6, "x3": 1.0}
    whole = math.expm1(-sum(s**2 for s in spread.values()))
    assert total == pytest.approx({n: math.expm1(-(s**2)) / whole for n, s in spread.items()})
    for case in CASES:  # nothing is left over where three inputs do not act together
        if case.name in {"ishigami", "discrete"}:
            assert sum(case.exact["S1"].values()) + sum(case.exact["S2"].values()) == pytest.approx(
                1
            )


def test_distances_are_found_by_integration():
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    for name, own in discrete().items():
        assert kept["discrete"][name] == pytest.approx(own)
    assert kept["discrete"]["x2"] == pytest.approx({"delta": 0.2625, "median": 0.2, "maximum": 0.3})
    flat = np.full((400, 10), 0.1)  # no bearing, and an input that is the output
    none = {"delta": 0.0, "median": 0.0, "maximum": 0.0}
    assert distances(flat) == pytest.approx(none, abs=1e-12)
    alone = np.repeat(np.eye(100), 4, axis=0)
    assert distances(alone) == pytest.approx({"delta": 0.99, "median": 0.7, "maximum": 0.9})


def _row(**counts):
    about = {"method": "sobol", "model": "products", "replicates": 4, "draws": 256}
    counts = {"runs": 200, "stated": 200, "held": 190, "told": 0, "silent": 0} | counts
    return about | {"index": "S1", "input": "x1", "exact": 0.1} | counts


def test_the_worst_comes_first(tmp_path):
    write([_row(), _row(held=200), _row(held=150), _row(held=180)], tmp_path)
    lines = (tmp_path / "indices.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[9] for line in lines[1:]] == ["150", "180", "200", "190"]
    text = (tmp_path / "indices.md").read_text(encoding="utf-8")
    assert text.index("0.750") < text.index("0.900 | holds")
    assert "short, without a caution" in page([_row(held=150)])
    assert "wider than need be" in page([_row(held=200, stated=200)])
    assert "wider than need be" not in page([_row(held=200, sure=200)])  # what is exact


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.title)
def test_bounds_hold(row):
    """Of each method a case of its own, 4 replicates of 256; the whole table is in reports."""
    case: IndexCase = BY_NAME[OF_THEIR_OWN.get(row.title, "g_function")]
    assert case in row.cases
    few = Row(row.method, row.keys, row.options, row.exact, ((4, 256),), (case,), row.name)
    rows = measure(few, case, SEEDS)
    shares = np.array([share(own) for own in rows])
    noise = 4 * math.sqrt(0.05 * 0.95 / SEEDS)
    assert shares.min() > FEW_BLOCKS.get(row.title, LEAST) - noise
    assert shares.mean() < MOST + noise / 2


@pytest.mark.slow
def test_what_a_row_does_not_know_is_found_by_many_points(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.coverage.indices.LIMITS", tmp_path / "limits.json")
    monkeypatch.setattr("tests.coverage.indices._LIMIT", (4, 1 << 12))
    case = BY_NAME["discrete"]
    looked = Looked(Row("sobol", ("S1",), {}, lambda _: {}), case)
    assert looked.exact()["S1"] == pytest.approx(case.exact["S1"], abs=0.01)
    assert looked.exact() == looked.exact()
