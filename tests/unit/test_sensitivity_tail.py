"""Indices of whether an output lies in its upper part."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from mcsus.analysis.ranks import is_above
from mcsus.errors import InputError
from mcsus.runner import run

SPREADS = {"a": 0.3, "b": 0.6, "c": 1.0}
LAWS = {name: ("lognormal", 1, math.exp(s)) for name, s in SPREADS.items()}


def tail(study, formula="a*b*c", laws=LAWS, **more):
    asked = study(
        laws, {"y": formula}, design={"draws": 1024, "replicates": 16},
        sensitivity={"methods": ["tail"], "draws": 1024, **more},
    )  # fmt: skip
    (cell,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    return cell


@pytest.mark.parametrize("above", [0.5, 0.9, 0.99])
def test_of_a_product_of_lognormals(study, above):
    """Above a quantile of a sum of normal scores: from the law of two of them."""
    cell = tail(study, tail_above=above)
    whole = sum(s**2 for s in SPREADS.values())
    at = stats.norm.ppf(above)

    def closed(names):
        shared = sum(SPREADS[n] ** 2 for n in names) / whole
        both = stats.multivariate_normal([0, 0], [[1, shared], [shared, 1]]).cdf([at, at])
        return (both - above**2) / (above * (1 - above))

    for name, own in cell["indices"].items():
        exact = {"S1": closed([name]), "ST": 1 - closed(set(SPREADS) - {name})}
        for key, wanted in exact.items():
            assert abs(own[key]["value"] - wanted) < 5 * own[key]["error"] + 1e-3
    assert cell["ranking"] == ["c", "b", "a"]
    assert cell["on"] == f"whether it is above its quantile of {above:g}"


def test_half_of_it_is_0(study):
    """Whether it is 0 at all: a and b decide alike."""
    laws = dict.fromkeys(("a", "b"), ("uniform", 0, 1))
    cell = tail(study, "max(a - b, 0)", laws, tail_above=0.5)
    for own in cell["indices"].values():
        assert own["S1"]["value"] == pytest.approx(1 / 3, abs=5 * own["S1"]["error"] + 1e-3)
        assert own["ST"]["value"] == pytest.approx(2 / 3, abs=5 * own["ST"]["error"] + 1e-3)


def test_of_what_has_no_mean(study):
    laws = {"a": {"distribution": "student_t", "df": 1, "location": 0, "scale": 1, "unit": "1"},
            "b": ("normal", 0, 1)}  # fmt: skip
    cell = tail(study, "a + b", laws)
    assert 0.3 < cell["indices"]["a"]["S1"]["value"] < 0.9


def test_of_what_does_not_vary(study):
    cell = tail(study, "a - a + 1", {"a": ("uniform", 0, 1)})
    assert cell["indices"] == {}


def test_ties_at_the_quantile_are_below():
    values = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.0, 2.0, 0.0]])
    assert is_above(values, 0.5).sum() == 2
    assert is_above(values + 1e-15, 0.9, size=10.0).sum() == 0


@pytest.mark.parametrize("above", [0, 1, "high"])
def test_other_quantiles_are_refused(study, above):
    with pytest.raises(InputError, match="tail_above"):
        tail(study, tail_above=above)


def test_groups_by_evidence(study):
    """Of library records of two grades, and one that a study states."""
    laws = {"area": "hsl.processing.0.mcu", "own": ("uniform", 0, 1)}
    asked = study(laws, {"y": "area / area + own"}, sensitivity={"group_by": "evidence"})
    (cell,) = run(asked).to_dict()["sensitivity"]["y"]["cells"]
    assert "own" not in cell["indices"]
    assert len(cell["indices"]) == 2
