"""Every case with an exact answer has a test, and so has every trap: `cases.csv` says which."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent
with Path(__file__).with_name("cases.csv").open(encoding="utf-8", newline="") as table:
    ROWS = list(csv.DictReader(table))


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_it_has_a_test(row):
    file, *names = row["test"].split("::")
    found: ast.AST = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    for name in names:
        below = ast.iter_child_nodes(found)
        found = next(own for own in below if getattr(own, "name", None) == name)
