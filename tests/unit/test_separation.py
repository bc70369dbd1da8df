"""What separates success from failure: distances, indices of success, boxes."""

import json
from pathlib import Path

import numpy as np
import pytest

from mcsus.analysis.prim import best_box, peeled, quasi_p
from mcsus.analysis.separation import Found, distances, dummy_distance
from mcsus.analysis.shares import jackknife_error
from mcsus.families import distribution
from tests.unit.claim_cells import claim_cell, normal

PEER = json.loads((Path(__file__).parents[1] / "data" / "prim_boxes.json").read_text())
PLACES = np.arange(1, 1201)


def uniform():
    return distribution("uniform", minimum=0, maximum=1)


def part(root):
    return (PLACES * np.sqrt(root)) % 1.0


def test_boxes_are_those_of_the_ema_workbench():
    values = [part(2), part(3), np.round(part(5), 1)]
    kind = ((values[0] > 0.55) & (values[1] < 0.6) & (values[2] > 0.25)) ^ (part(7) < 0.08)
    boxes = peeled(values, kind)
    assert len(boxes) == len(PEER["boxes"]) == 39
    for box, known in zip(boxes, PEER["boxes"], strict=True):
        ends = [box.limits.get(k, (-np.inf, np.inf)) for k in range(3)]
        inner = [np.clip(end, x.min(), x.max()) for end, x in zip(ends, values, strict=True)]
        assert np.transpose(inner) == pytest.approx(np.array([known["low"], known["high"]]))
        assert (box.inside, box.hits) == (known["inside"], known["hits"])
        assert box.density == pytest.approx(known["density"], rel=1e-15)
        assert box.coverage == pytest.approx(known["coverage"], rel=1e-15)
    tests = quasi_p(values, kind, best_box(boxes))
    assert set(tests) == {0, 1, 2}
    assert max(tests.values()) < 1e-9


def test_a_box_in_two_of_four_inputs():
    laws = {name: uniform() for name in "abcd"}
    cell = claim_cell(laws, lambda a, b, c, d: np.maximum(a - 0.3, b - 0.4) + 1e-9 * (c + d))
    apart = np.array([distances(cell, k)[0] for k in range(4)])
    found = Found(cell, apart, dummy_distance(cell.holds))
    assert not found.of_success  # it fails in 12 % of the draws
    assert set(found.box.limits) == {0, 1}
    assert found.box.limits[0][1] == pytest.approx(0.3, abs=0.02)
    assert found.box.limits[1][1] == pytest.approx(0.4, abs=0.02)
    assert found.box.coverage > 0.95
    assert found.box.density > 0.95
    assert found.share == pytest.approx(0.12, abs=0.01)


def test_distance_and_index_of_success():
    cell = claim_cell({"x": normal(), "e": normal(), "none": normal()}, lambda x, e, _: x + e)
    found = distances(cell, 0)
    # given success the density of x is 2 phi(x) Phi(x), so the laws are Phi^2 and 1 - (1 - Phi)^2:
    # furthest apart at the median, by .75 - .25
    assert found[0] == pytest.approx(0.5, abs=4 * jackknife_error(found[1:]) + 0.005)
    floor = dummy_distance(cell.holds)
    # the quantile at 1 - .05/20 of Kolmogorov's law is 1.73, and .05^(1/20) of it .6
    lowest, highest = 0.6 * np.sqrt(4 / 65536), 2.2 * np.sqrt(4 / 65536)
    assert lowest < floor < highest
    assert distances(cell, 2)[0] < floor
    # Var Phi(x) = 1/12 over 1/4
    for k, exact in ((0, 1 / 3), (2, 0.0)):
        each = cell.of_success.first_order(k)
        error = each.std(ddof=1) / np.sqrt(len(each))
        assert each.mean() == pytest.approx(exact, abs=4 * error + 1e-4)


def test_nothing_separates_where_no_input_tells():
    cell = claim_cell({"a": normal(), "b": normal()}, lambda a, b: np.sign(np.sin(1e4 * (a + b))))
    floor = dummy_distance(cell.holds)
    found = Found(cell, np.array([distances(cell, k)[0] for k in range(2)]), floor)
    assert not found.box.limits
    assert found.box.coverage == 1.0
