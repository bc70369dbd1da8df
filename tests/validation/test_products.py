"""Declared products beside predictions: the counting, and that the page is the run's."""

from __future__ import annotations

import csv
import importlib.util
import json
import math
import sys
from pathlib import Path

import pytest

from mcsus.runner import run
from mcsus.study import load_study

ROOT = Path(__file__).parents[2]
SPEC = importlib.util.spec_from_file_location("compare", ROOT / "tools" / "compare_products.py")
assert SPEC
assert SPEC.loader
compare = importlib.util.module_from_spec(SPEC)
sys.modules["compare"] = compare
SPEC.loader.exec_module(compare)


def made(declared, *quantiles):
    return compare.Prediction("a", "manufacture", quantiles, declared)


def test_inside_is_between_the_ends_of_the_interval():
    each = made(4.0, 1.0, 2.0, 3.0, 5.0, 8.0)
    assert (each.inside(0.5), each.inside(0.9)) == (True, True)
    each = made(6.0, 1.0, 2.0, 3.0, 5.0, 8.0)
    assert (each.inside(0.5), each.inside(0.9)) == (False, True)
    assert each.ratio == 2.0
    assert each.spread == 8.0


def test_a_prediction_of_nothing_counts_as_outside():
    found = [made(1.5, 0, 0, 0, 0, 0), made(1.0, 0.5, 0.8, 1, 2, 3), made(4.0, 1, 1, 1, 1, 1)]
    told = compare.calibration(found)
    assert (told.count, told.inside_90) == (3, 1)
    assert told.ratio == pytest.approx(2)  # root of 1 x 4
    assert told.spread == pytest.approx(math.exp(math.log(4) / math.sqrt(2)))


def test_every_product_has_its_declaration():
    rows = compare.declarations()
    products = load_study("declared_products").dims["product"]
    assert set(compare.NAMES) == set(products)
    assert {compare.NAMES[product] for product in products} == set(rows)
    for row in rows.values():
        whole = compare.declared(row, "device_footprint")
        assert 0 < sum(compare.declared(row, block) for block in compare._SHARES) <= 1.02 * whole


def test_the_page_tells_what_the_table_holds():
    with (compare.FOLDER / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["block"] == "manufacture"]
    inside = sum(row["inside_90"] == "true" for row in rows)
    page = (compare.FOLDER / "products.md").read_text(encoding="utf-8")
    assert f"| manufacture | {len(rows)} |" in page
    assert f"| {inside} ({inside / len(rows):.0%}) |" in page
    assert "declares" in page
    assert (compare.FOLDER / "products.svg").read_text(encoding="utf-8").startswith("<svg ")


@pytest.mark.slow  # compiles a study of 14 labels
def test_the_page_is_that_of_the_study():
    document = json.loads(json.dumps(run("declared_products", draws=4096, replicates=8).to_dict()))
    found = compare.predictions(document, compare.declarations())
    with (compare.FOLDER / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for each, row in zip(found, rows, strict=True):
        assert each.product == row["product"]
        # medians of 32,768 and 262,144 draws of spreads below 1: a hundredth is five errors; one
        # route by air or by sea has two humps, and its median may lie between them
        tolerance = 0.1 if row["block"] == "transport" else 0.02
        assert each.quantiles[2] == pytest.approx(float(row["p50"]), rel=tolerance, abs=1e-9)
