"""Claims: probabilities, their errors, verdicts, and what they do to the exit code."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcsus.analysis.claims import judge
from mcsus.analysis.replication import student_quantile
from mcsus.counting.draws import HeldDraws
from mcsus.runner import run


def shares(*ones, draws=100):
    """Return margins that are 1 in so many draws of each replicate and -1 elsewhere."""
    return np.array([[1.0] * k + [-1.0] * (draws - k) for k in ones])


class TestVerdicts:
    def test_probability_is_pooled_and_its_error_is_that_of_the_replicates(self):
        found = judge(HeldDraws(shares(90, 92, 94)), 0.5)
        assert found.probability == pytest.approx(0.92)
        assert found.error == pytest.approx(0.02 / math.sqrt(3))
        assert found.verdict == "supported"

    @pytest.mark.parametrize(
        ("confidence", "verdict"),
        [(0.5, "supported"), (0.95, "undecided"), (0.90, "undecided"), (0.99, "not_supported")],
    )
    def test_undecided_within_t_errors_of_the_confidence(self, confidence, verdict):
        found = judge(HeldDraws(shares(90, 92, 94)), confidence)
        assert (abs(0.92 - confidence) < 4.303 * found.error) is (verdict == "undecided")
        assert found.verdict == verdict

    def test_the_bound_is_that_of_student_and_not_of_the_normal(self):
        # distance 0.03 lies between 1.96 and 4.303 errors of 0.0115
        assert judge(HeldDraws(shares(90, 92, 94)), 0.89).verdict == "undecided"
        assert 1.96 * 0.0115 < 0.03 < student_quantile(3) * 0.0115

    @pytest.mark.parametrize(("margin", "probability"), [(1.0, 1.0), (-1.0, 0.0)])
    def test_a_probability_of_0_or_1_is_known_to_one_draw(self, margin, probability):
        found = judge(HeldDraws(np.full((4, 250), margin)), 0.95)
        assert found.probability == probability
        assert found.error == 1 / 1000
        assert found.verdict == ("supported" if probability else "not_supported")

    def test_all_draws_may_be_too_few(self):
        # 1 - 0.999 = 0.001 is less than t(1, .975) errors: 12.7/1000
        assert judge(HeldDraws(np.ones((2, 500))), 0.999).verdict == "undecided"

    def test_one_replicate_decides_nothing(self):
        found = judge(HeldDraws(shares(99)), 0.5)
        assert math.isnan(found.error)
        assert found.verdict == "undecided"
        assert judge(HeldDraws(np.ones((1, 1000))), 0.5).verdict == "undecided"

    @pytest.mark.parametrize(("at_equality", "probability"), [(False, 0.25), (True, 0.75)])
    def test_equality_counts_where_the_relation_says_so(self, at_equality, probability):
        margin = HeldDraws(np.array([[-1.0, 0.0, -0.0, 2.0]] * 2))
        assert judge(margin, 0.9, holds_at_equality=at_equality).probability == probability


def claim(**changes):
    return {"id": "c", "statement": "It holds", "quantity": "y", "relation": ">", "value": 0.25,
            "unit": "1", "confidence": 0.5, **changes}  # fmt: skip


def judged(asked):
    return run(asked).to_dict()["claims"]


class TestStudies:
    LAW = {"a": ("uniform", 0, 1)}  # noqa: RUF012

    def test_probability_of_a_uniform_law(self, study):
        # a scrambled Sobol' point lies in each 1/256: replicates agree, to one draw of each
        (cell,) = judged(study(self.LAW, {"y": "a"}, claims=[claim()]))["c"]["cells"]
        assert cell["probability"]["value"] == 0.75
        assert 0 < cell["probability"]["error"] < 1 / 512
        assert cell["verdict"] == "supported"

    def test_the_threshold_has_a_unit_of_its_own(self, study):
        law = {"a": {"distribution": "uniform", "minimum": 0, "maximum": 1, "unit": "kg"}}
        asked = study(law, {"y": ("a", "kg")}, claims=[claim(value=250, unit="g")])
        assert judged(asked)["c"]["cells"][0]["probability"]["value"] == 0.75

    @pytest.mark.parametrize(
        ("relation", "probability"), [("<", 0.0), ("<=", 1.0), (">", 0.0), (">=", 1.0)]
    )
    def test_sides_that_agree_within_rounding_are_equal(self, study, relation, probability):
        # 0.1 + 0.2 is not 0.3 in floats, and 300 g are not quite 0.3 kg
        laws = {k: {"distribution": "constant", "value": v, "unit": "kg"}
                for k, v in (("a", 0.1), ("b", 0.2))}  # fmt: skip
        asked = study(laws, {"y": ("a + b", "kg")},
                      claims=[claim(relation=relation, value=300, unit="g")])  # fmt: skip
        assert judged(asked)["c"]["cells"][0]["probability"]["value"] == probability

    def test_a_quantity_that_is_no_output(self, study):
        asked = study(self.LAW, {"y": "a", "z": "2*a"}, ["z"], claims=[claim()])
        result = run(asked).to_dict()
        assert result["claims"]["c"]["cells"][0]["probability"]["value"] == 0.75
        assert set(result["outputs"]) == {"z"}

    def test_every_cell_is_judged(self, study):
        asked = study(
            self.LAW, {"y": "a"}, claims=[claim()],
            scenarios=[{"id": "low", "set": {"a": {"value": 0.1, "unit": "1"}}}],
        )  # fmt: skip
        cells = judged(asked)["c"]["cells"]
        assert [c["labels"] for c in cells] == [{"scenario": "base"}, {"scenario": "low"}]
        assert [c["verdict"] for c in cells] == ["supported", "not_supported"]
        assert cells[1]["probability"] == {"value": 0.0, "error": 1 / 512}

    @pytest.mark.parametrize(
        ("confidence", "required", "holds"),
        [(0.5, True, True), (0.9, True, False), (0.9, False, True)],
    )
    def test_required_claims(self, study, confidence, required, holds):
        asked = study(
            self.LAW, {"y": "a"}, claims=[claim(confidence=confidence, required=required)]
        )
        assert run(asked).required_claims_hold() is holds

    def test_undecided_is_not_enough_where_it_is_required(self, study):
        asked = study(self.LAW, {"y": "a"}, claims=[claim(required=True)],
                      design={"replicates": 1})  # fmt: skip
        result = run(asked)
        (cell,) = result.to_dict()["claims"]["c"]["cells"]
        assert cell["verdict"] == "undecided"
        assert cell["probability"] == {"value": 0.75, "error": None}
        assert not result.required_claims_hold()
