"""Indices of whether a claim holds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from mcsus.analysis.base import methods
from mcsus.analysis.groups import GroupValues
from mcsus.errors import InputError
from mcsus.report.reading import Reading
from mcsus.report.sections.decides import Decides
from mcsus.runner import run

pytestmark = pytest.mark.usefixtures("bare_claims")

LAWS = {"a": ("normal", 0, 1), "b": ("normal", 0, 2)}
ABOVE = {
    "id": "above", "statement": "It is above", "quantity": "y", "relation": ">", "value": 0,
    "unit": "1", "confidence": 0.95,
}  # fmt: skip


def asked(study, laws, formula, claims, sensitivity=None, **more):
    own = {"methods": ["claim"], "draws": 1024} | (sensitivity or {})
    return study(
        laws, {"y": formula}, design={"draws": 1024, "replicates": 16}, sensitivity=own,
        claims=claims, **more,
    )  # fmt: skip


def cells(study, *args, **more):
    return run(asked(study, *args, **more)).to_dict()["sensitivity"]["above"]["cells"]


def assert_near(cell, exact):
    for name, own in exact.items():
        for key, wanted in own.items():
            told = cell["indices"][name][key]
            assert abs(told["value"] - wanted) < 5 * told["error"] + 1e-3, (name, key, told)


def test_of_the_sum_of_two_normals(study):
    """By the probability that two normal margins with inputs in common are above 0 both."""
    (cell,) = cells(
        study, LAWS, "a + b", [ABOVE], sensitivity={"second_order": True, "draws": 1024}
    )
    share = {"a": 1 / 5, "b": 4 / 5}

    def known(of):
        return 2 / math.pi * math.asin(of)

    exact = {k: {"S1": known(r), "ST": 1 - known(1 - r)} for k, r in share.items()}
    assert_near(cell, exact)
    (pair,) = cell["second_order"]
    wanted = 1 - sum(known(r) for r in share.values())
    assert abs(pair["S2"]["value"] - wanted) < 5 * pair["S2"]["error"]
    assert cell["ranking"] == ["b", "a"]
    assert cell["method"] == "claim"
    assert cell["on"] == "whether the claim holds"
    assert cell["settled"]["first_three"] > 0.99


def test_interactions_alone(study):
    """A product of signs: no input says anything by itself, and both decide."""
    laws = dict.fromkeys("ab", ("uniform", -1, 1))
    result = run(asked(study, laws, "a * b", [ABOVE, ABOVE | {"id": "near", "value": -2}]))
    (cell,) = result.to_dict()["sensitivity"]["above"]["cells"]
    section = Decides(Reading(result))
    one, other = section.context()["texts"]
    assert "Hardly any decides by itself" in one
    assert other == "It is above: it is the same in every draw, so that no input decides."
    (figure,) = section.figures
    assert "Drawn anew alone, it turns the answer 100 % as often" in one
    assert [row["input"] for row in figure.rows][:2] in (["a", "b"], ["b", "a"])
    assert_near(cell, {key: {"S1": 0.0, "ST": 1.0} for key in "ab"})


def test_what_turns_too_seldom_is_not_said_to_be_the_same_in_every_draw(study):
    """In six draws of a million of the run, and in none of the few that are analysed."""
    made = asked(
        study, dict.fromkeys("ab", ("uniform", -1, 1)), "a * b", [ABOVE | {"value": -0.995}]
    )
    design = replace(made.design, draws=1 << 16)
    few = replace(made.sensitivity, draws=256)
    section = Decides(Reading(run(replace(made, design=design, sensitivity=few))))
    (told,) = section.context()["texts"]
    assert "too few to tell which input decides" in told


def test_at_the_labels_of_the_claim(study):
    """A cell for each label, of a quantity that no analysed output depends on the inputs of."""
    by = {k: {"distribution": "normal", "mean": 0, "sd": sd} for k, sd in (("x", 1), ("y", 2))}
    laws = LAWS | {"own": {"by": {"side": by}, "shared": ["side"]}}
    made = study(
        laws, {"y": "a + b", "z": "b + own"}, ["y"], dims={"side": ["x", "y"]},
        claims=[ABOVE | {"quantity": "z"}], design={"draws": 1024, "replicates": 16},
        sensitivity={"methods": ["claim"], "draws": 1024},
    )  # fmt: skip
    found = run(made).to_dict()
    for cell, sd in zip(found["sensitivity"]["above"]["cells"], (1, 2), strict=True):
        assert cell["labels"] == {"side": "x" if sd == 1 else "y"}
        wanted = 2 / math.pi * math.asin(4 / (4 + sd**2))
        assert_near(cell, {"b": {"S1": wanted}})
        assert set(cell["indices"]) == {"b", "own"}


def test_a_claim_that_always_holds_has_none(study):
    (cell,) = cells(study, {"a": ("uniform", 1, 2), "b": ("uniform", 1, 2)}, "a + b", [ABOVE])
    assert cell["indices"] == {}
    assert cell["reason"] == "the claim holds at all points of the analysis, or at none"


def test_what_one_replicate_alone_tells_is_not_settled():
    """Of the others there are no indices, so that no order is known."""
    square = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 1.0]])
    made = [methods()["claim"].estimate(GroupValues(own * square, 2)) for own in (0, 1, 0, 0)]
    found = methods()["claim"].pool(made)
    assert found.doubt.startswith("the values vary in one replicate alone; more draws")
    assert found.values["first_three"] == 0
    assert sorted(found.values["before_next"]) == [0.5, 1.0]


def test_of_inputs_that_depend_on_each_other(study):
    """They are one input: what they decide, they decide together."""
    laws = LAWS | {"c": ("normal", 0, 1)}
    (cell,) = cells(
        study, laws, "a + b + c", [ABOVE],
        dependence=[{"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.5}],
    )  # fmt: skip
    both = next(name for name in cell["indices"] if name != "c")
    share = 1 / (1 + 1 + 4 + 2)
    wanted = 2 / math.pi * math.asin(share)
    assert_near(cell, {"c": {"S1": wanted}, both: {"ST": 1 - wanted}})


def test_what_is_never_is_judged(study):
    """A time that may be never is above any bound where it is, so that one input decides."""
    laws = {"a": ("uniform", -1, 1), "b": ("uniform", 0, 1)}
    (cell,) = cells(study, laws, "payback(1, a) + 0 * b", [ABOVE | {"value": 2}])
    assert_near(cell, {"a": {"S1": 1.0, "ST": 1.0}, "b": {"S1": 0.0, "ST": 0.0}})


def test_without_claims_it_is_said_that_there_are_none(study):
    with pytest.raises(
        InputError, match=r"\(claim\): there are no claims; allowed: claims; or methods"
    ):
        run(asked(study, LAWS, "a + b", []))
    both = {"methods": ["claim", "sobol"]}
    found = run(asked(study, LAWS, "a + b", [], both)).to_dict()
    assert [cell["method"] for cell in found["sensitivity"]["y"]["cells"]] == ["sobol"]
    assert any("there are no claims" in own["text"] for own in found["cautions"])
