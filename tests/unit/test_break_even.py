"""Break-even of one input: exact cases, what is not reachable, and what a pinned run says."""

import numpy as np
import pytest

import mcsus
from mcsus.analysis.break_even import break_even
from mcsus.families import distribution
from tests.unit.claim_cells import claim_cell, normal

ERRORS = 4  # that a value may be off: 1 in 16,000
SMOOTHING = 1e-3  # of a value, by splines and windows of 65,536 draws


@pytest.mark.parametrize("seed", range(3))
def test_sum_of_normal_inputs(seed):
    cell = claim_cell({"x": normal(0, 2), "e": normal()}, lambda x, e: x + e, seed=seed)
    found = break_even(cell, 0)
    assert found.value == pytest.approx(1.644854, abs=ERRORS * found.error + SMOOTHING)
    assert 0 < found.error < 0.02
    assert found.side == 1
    assert found.rank == pytest.approx(0.79456, abs=0.005)  # the normal law at .822427
    other = break_even(cell, 1)  # it would take 3.29 standard deviations
    assert np.isnan(other.value)
    assert other.high == pytest.approx(0.9332, abs=0.01)  # at 3 of them: the normal law at 1.5


@pytest.mark.parametrize(
    "law",
    [
        distribution("uniform", minimum=2, maximum=14),
        distribution("lognormal", median=7, gsd=1.5),
        distribution("triangular", minimum=1, mode=6, maximum=12),
    ],
)
def test_product_and_difference(law):
    cell = claim_cell({"a": distribution("lognormal", median=10, gsd=1.3), "x": law}, np.subtract)
    found = break_even(cell, 1)
    assert found.value == pytest.approx(6.4950, abs=ERRORS * found.error + 6.495 * SMOOTHING)
    assert (found.side, found.error < 0.02) == (-1, True)


def test_a_claim_that_holds_whatever_an_input_is():
    laws = {"x": normal(10), "e": normal(), "none": normal()}
    cell = claim_cell(laws, lambda x, e, _: x + 2 * e - 6)
    assert cell.probability == pytest.approx(0.963, abs=0.002)  # 4/sqrt(5) standard deviations
    assert break_even(cell, 0).side == 1
    of_none = break_even(cell, 2)
    assert np.isnan(of_none.value)
    assert of_none.high - of_none.low < 0.03
    certain = claim_cell(laws, lambda x, e, _: x + e + 100)
    assert break_even(certain, 0)[-2:] == (1.0, 1.0)


def test_an_input_of_few_values():
    law = distribution("discrete", values=[1, 2, 3, 4], weights=[1, 1, 1, 1])
    cell = claim_cell({"n": law, "e": normal()}, lambda n, e: 4 * (n - 2.5) + e)
    found = break_even(cell, 0)  # the normal law at 2 is .977, at -2 it is .023
    assert (found.value, found.side, found.error, found.rank) == (3.0, 1.0, 0.0, 0.5)


def test_a_margin_that_may_be_never():
    def margin(x, e):
        return np.where(e < -2, -np.inf, x + e)

    found = break_even(claim_cell({"x": normal(0, 2), "e": normal()}, margin, confidence=0.9), 0)
    # P(e > max(-x, -2)) = .9 where x = 1.2816, as P(e < -2) is .0228
    assert found.value == pytest.approx(1.2816, abs=ERRORS * found.error + 0.02)


def test_a_claim_that_holds_between_two_values():
    def margin(x, e):
        return 3 + e / 10 - np.abs(x - 10)  # holds with .95 where |x - 10| < 3 - .1645

    found = break_even(claim_cell({"x": normal(10.3, 3), "e": normal()}, margin), 0)
    ends = sorted((found.value, found.until))
    assert ends == pytest.approx([7.1645, 12.8355], abs=ERRORS * found.error + 0.03)
    assert found.side == np.sign(found.until - found.value)
    assert sorted((found.rank, found.until_rank)) == pytest.approx([0.148, 0.801], abs=0.03)
    to_the_end = break_even(claim_cell({"x": normal(0, 2), "e": normal()}, np.add), 0)
    assert np.isnan(to_the_end.until)


def test_a_rate_that_pays_holds_to_its_end():
    laws = {"gain": normal(2, 1), "loss": normal(1, 0.2), "cost": normal(5, 0.5)}

    def margin(gain, loss, cost):  # years left of 5, of which few are very far below 0
        return np.where(gain > loss, 5 - cost / np.maximum(gain - loss, 1e-9), -np.inf)

    found = break_even(claim_cell(laws, margin, confidence=0.8), 0)
    assert found.value == pytest.approx(2.1882, abs=ERRORS * found.error + 0.01)
    assert np.isnan(found.until)  # were the end where windows move draws too far, it would be 5


def test_few_draws_say_little_but_no_wrong_thing():
    cell = claim_cell({"x": normal(0, 2), "e": normal()}, np.add, draws=256, replicates=2)
    found = break_even(cell, 0)
    assert found.value == pytest.approx(1.644854, abs=0.8)
    one = claim_cell({"x": normal(0, 2), "e": normal()}, np.add, draws=4096, replicates=1)
    assert np.isnan(break_even(one, 0).error)


TABLES = {
    "schema": "mcsus/1",
    "id": "saving",
    "parameters": {
        "works": {"distribution": "pert", "minimum": 0.1, "mode": 0.4, "maximum": 0.9, "unit": "1", "source": "a test"},  # noqa: E501 - one law a line
        "saved": {"distribution": "lognormal", "median": 40, "gsd": 1.4, "unit": "kg CO2e", "source": "a test"},  # noqa: E501
        "cost": {"distribution": "triangular", "minimum": 4, "mode": 8, "maximum": 20, "unit": "kg CO2e", "source": "a test"},  # noqa: E501
    },
    "equations": {"net": {"formula": "works*saved - cost", "unit": "kg CO2e"}},
    "outputs": {"net": "kg CO2e"},
    "claims": [
        {"id": "pays_back", "statement": "it pays back", "quantity": "net", "relation": ">", "value": 0, "unit": "kg CO2e", "confidence": 0.9},  # noqa: E501
    ],
    "design": {"draws": 4096, "replicates": 16},
    "sensitivity": {"methods": []},
}  # fmt: skip


@pytest.mark.slow  # five runs
def test_pinned_there_the_claim_reaches_its_confidence():
    study = mcsus.Study.from_dict(TABLES)
    rows = mcsus.run(study).to_dict()["claims"]["pays_back"]["break_even"]
    assert {row["input"] for row in rows if row["reachable"]} == {"works", "saved", "cost"}
    for row in rows:
        pin = (row["value"]["value"], row["unit"])
        pinned = mcsus.run(study.with_changes(pins={row["input"]: pin})).to_dict()
        (cell,) = pinned["claims"]["pays_back"]["cells"]
        assert cell["probability"]["value"] == pytest.approx(0.9, abs=0.003), row["input"]
