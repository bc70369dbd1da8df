"""The measurement of how often bounds of indices hold, and a small part of it."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from tests.coverage.distances import KEPT, discrete, distances
from tests.coverage.event_cases import ATOMS, CLAIMS
from tests.coverage.index_cases import BY_NAME, CASES
from tests.coverage.index_tables import page, write
from tests.coverage.indices import ROWS, Looked, Row, measure
from tests.coverage.tables import LEAST, MOST, share

SEEDS = 30
OF_THEIR_OWN = {
    "sobol, pairs": "products",
    "kucherenko": "correlated",
    "correlation": "discrete",
    "tail": "footprint",
    "known": "footprint",
    "improve": "products",
    "claim": "claim_seldom",
    "atom": "atom_seldom",
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


def test_what_is_known_of_claims_and_of_values_of_0():
    even, seldom, steps, _ = CLAIMS
    share = {"x1": 0.04 / 5.04, "x2": 1 / 5.04, "x3": 4 / 5.04}
    assert even.exact["S1"] == pytest.approx(
        {name: 2 / math.pi * math.asin(r) for name, r in share.items()}
    )
    assert math.fsum(seldom.exact["shapley"].values()) == pytest.approx(1)
    assert steps.exact["S1"] == pytest.approx({"x1": 0.56, "x2": 0.072, "x3": 0.096})
    half, apart, _ = ATOMS
    assert half.exact["ST"] == even.exact["ST"]
    draws = np.random.default_rng(1).normal(size=(4, 1 << 20)) * [[0.2], [1.0], [2.0], [2.0]]
    one, other = draws[:3].sum(axis=0), draws[[0, 1, 3]].sum(axis=0)
    both = (one > 0) & (other > 0)
    found = 1 - np.corrcoef(one[both], other[both])[0, 1]
    assert half.exact["value_ST"]["x3"] == pytest.approx(found, abs=0.005)
    sizes = {"x3": math.expm1(0.09), "x4": math.expm1(0.36)}
    assert apart.exact["value_S1"]["x3"] == pytest.approx(sizes["x3"] / math.expm1(0.45))


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
    name = OF_THEIR_OWN.get(row.title, "g_function")
    (case,) = (own for own in row.cases if own.name == name)
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
