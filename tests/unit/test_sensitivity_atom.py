"""Indices of an output that is one value in many draws."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcsus.analysis.base import methods
from mcsus.analysis.groups import GroupValues
from mcsus.analysis.pairs import Pairs, correlations
from mcsus.report.page import render
from mcsus.report.reading import Reading
from mcsus.report.sections.one_value import OneValue
from mcsus.runner import run

UNIFORM = dict.fromkeys(("a", "b"), ("uniform", 0, 1))


def atom(study, formula, laws=UNIFORM, **more):
    asked = study(
        laws, {"y": formula}, design={"draws": 1024, "replicates": 16},
        sensitivity={"methods": ["atom"], "draws": 1024, **more},
    )  # fmt: skip
    (cell,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    return cell


def assert_near(cell, exact):
    for name, own in exact.items():
        for key, wanted in own.items():
            told = cell["indices"][name][key]
            assert abs(told["value"] - wanted) < 5 * told["error"] + 1e-6, (name, key, told)


def test_one_input_decides_whether_it_is_0_and_the_other_how_much_it_is_if_not(study):
    """Where it is not 0, it is a product of two uniform numbers, of which one is above 1/2."""
    cell = atom(study, "where(a < 0.5, 0, a * b)")
    exact = {
        "a": {"S1": 1.0, "ST": 1.0, "value_S1": 3 / 31, "value_ST": 4 / 31},
        "b": {"S1": 0.0, "ST": 0.0, "value_S1": 27 / 31, "value_ST": 28 / 31},
    }
    assert_near(cell, exact)
    assert cell["at_atom"]["value"] == pytest.approx(0.5, abs=1e-3)
    assert cell["atom"] == {"value": 0.0}
    assert cell["ranking"] == ["a", "b"]


def test_what_decides_depends_on_both(study):
    """Of pairs of which neither is 0: the other input has a density that falls as (1 - b)^2."""
    cell = atom(study, "max(a - b, 0)")
    both = {"S1": 1 / 3, "ST": 2 / 3, "value_S1": 3 / 19, "value_ST": 16 / 19}
    assert_near(cell, {"a": both, "b": both})


def test_what_may_be_never(study):
    laws = UNIFORM | {"cost": ("uniform", 1, 2)}
    cell = atom(study, "payback(cost, where(a < 0.5, -1, a)) + 0 * b", laws)
    assert cell["atom"] == {"value": None}
    square, mean = 2.0, 2 * math.log(2)  # of 1 / a
    rates, costs = square / mean**2 - 1, 7 / 3 / 1.5**2 - 1
    whole = (1 + rates) * (1 + costs) - 1
    exact = {
        "a": {"S1": 1.0, "value_S1": rates / whole, "value_ST": rates * (1 + costs) / whole},
        "cost": {"ST": 0.0, "value_S1": costs / whole, "value_ST": costs * (1 + rates) / whole},
        "b": {"value_S1": 0.0, "value_ST": 0.0},
    }
    assert_near(cell, exact)


def test_page(study):
    asked = study(
        UNIFORM, {"y": "where(a < 0.5, 0, a * b)", "z": "a + b"},
        sensitivity={"methods": ["atom"]}, design={"replicates": 4},
    )  # fmt: skip
    reading = Reading(run(asked))
    told = OneValue(reading).context()
    one, other = told["texts"]
    assert one.startswith("y is 0 in 50 % of the draws. The a decides most whether it is. ")
    assert "Where it is not, the b drives most (9" in one
    assert other == "z: it takes no value in one draw of 50 or more."
    assert len(told["tables"]) == 1
    assert told["left_out"] == 0
    assert "Where it is not" in render(reading, [OneValue(reading)])


def test_in_its_unit(study):
    cell = atom(study, "1000000 * min(a + b, 0.5)")
    assert cell["atom"] == {"value": 500000.0}
    assert cell["at_atom"]["value"] == pytest.approx(7 / 8, abs=1e-3)


@pytest.mark.parametrize(
    ("formula", "why"), [("a + b", "no value"), ("a - a + 1", "does not vary")]
)
def test_of_what_has_none_it_is_said_why(study, formula, why):
    cell = atom(study, formula)
    assert cell["indices"] == {}
    assert why in cell["reason"]


def test_correlations_do_not_depend_on_what_was_taken_off():
    random = np.random.default_rng(1)
    one = random.normal(size=100)
    other = 0.5 * one + random.normal(size=(3, 100))
    kept = np.ones(100, dtype=bool), np.ones((3, 100), dtype=bool)
    near = Pairs.of(one, other, *kept)
    far = Pairs.of(one - 7, other - 7, *kept).from_centre(7.0)
    assert np.allclose(correlations([near, near]), correlations([far, far]))


def test_what_a_replicate_says_can_be_written_down():
    method = methods()["atom"]
    values = np.random.default_rng(2).random((4, 64)).round(1)
    said = method.estimate(GroupValues(values, 2))
    again = method.from_arrays(method.to_arrays(said))
    one, other = method.pool([said, said]).values, method.pool([again, again]).values
    assert all(np.array_equal(own, other[key], equal_nan=True) for key, own in one.items())
    assert np.isfinite(one["value_ST"]).all()
