"""Break-even of one input: exact cases, what is not reachable, and what a pinned run says."""

import numpy as np
import pytest

import mcsus
from mcsus.analysis.break_even import break_even
from mcsus.analysis.held import verified
from mcsus.analysis.replication import student_quantile
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
    ends = break_even(certain, 0)
    assert (ends.low, ends.high) == (1.0, 1.0)


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


STEEP = {
    "share": distribution("lognormal", median=0.05, gsd=3),
    "saved": distribution("lognormal", median=100, gsd=1.05),
    "cost": distribution("lognormal", median=3.3, gsd=1.05),
}


def held(laws, margin, **options):
    cell = claim_cell(laws, margin, held=100, **options)
    return verified(cell, [break_even(cell, k) for k in range(len(laws))])


def test_where_the_probability_turns_steeply_errors_are_honest():
    exact = 0.033 * np.exp(1.644854 * np.sqrt(2) * np.log(1.05))
    told = [
        held(STEEP, lambda share, saved, cost: share * saved - cost, seed=seed, draws=1 << 10)[0]
        for seed in range(16)
    ]
    within = [abs(own.value - exact) <= student_quantile(16) * own.error for own in told]
    assert sum(within) >= 12  # of 16 bounds of 95 %, fewer in 1 of 1,100
    assert all(own.error < 0.005 * exact for own in told)
    assert all(own.held == pytest.approx(0.95, abs=4 * own.held_error) for own in told)


@pytest.mark.parametrize("side", [1, -1])
def test_what_falls_is_looked_for_as_what_rises(side):
    laws = {"a": distribution("lognormal", median=10, gsd=1.3), "x": normal(7 * side, 2)}
    found = held(laws, lambda a, x: a - side * x)[1]
    assert found.value == pytest.approx(side * 6.4950, abs=ERRORS * found.error)
    assert (found.side, found.error < 0.02) == (-side, True)


def test_outermost_values_of_a_long_tail():
    laws = {"x": distribution("lognormal", median=1, gsd=5), "e": normal()}
    found = held(laws, lambda x, e: x - 20 + 30 * e, draws=1 << 10)
    x = laws["x"].quantile([0.00134990, 0.99865010])  # of 3 standard deviations
    known = distribution("normal", mean=0, sd=1).cdf((x - 20) / 30)
    assert [found[0].low, found[0].high] == pytest.approx(known, abs=0.01)
    hump = held({"x": normal(10, 3), "e": normal()}, lambda x, e: 3 + e / 10 - np.abs(x - 10))[0]
    assert (hump.low, hump.high) == (0.0, 1.0)


def test_a_turn_that_windows_do_not_see():
    """Of 4,096 draws few lie where the claim holds; the model is asked there all the same."""
    laws = {"x": normal(), "e": normal()}
    found = held(laws, lambda x, e: np.exp(2 * x) + e - 60, draws=256, confidence=0.9)[0]
    assert found.value == pytest.approx(np.log(61.2816) / 2, abs=ERRORS * found.error)
    assert found.side == 1


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
        assert row["held"]["value"] == pytest.approx(0.9, abs=4 * row["held"]["error"])
        assert row["dependent"] is False
        pin = (row["value"]["value"], row["unit"])
        pinned = mcsus.run(study.with_changes(pins={row["input"]: pin})).to_dict()
        (cell,) = pinned["claims"]["pays_back"]["cells"]
        assert cell["probability"]["value"] == pytest.approx(0.9, abs=0.003), row["input"]


@pytest.mark.slow  # compiles
def test_held_with_what_depends_on_it():
    law = {"distribution": "normal", "mean": 0, "sd": 1, "unit": "kg", "source": "a test"}
    study = mcsus.Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "tied",
            "parameters": {"x": law, "e": law, "o": law},
            "equations": {"total": {"formula": "x + e + o", "unit": "kg"}},
            "outputs": {"total": "kg"},
            "dependence": [
                {"parameters": ["x", "e"], "copula": "gaussian", "correlation": 0.5},
            ],
            "claims": [
                {"id": "positive", "statement": "s", "quantity": "total", "relation": ">", "value": 0, "unit": "kg", "confidence": 0.95},  # noqa: E501
            ],
            "design": {"draws": 4096, "replicates": 16},
            "sensitivity": {"methods": []},
        }
    )  # fmt: skip
    rows = mcsus.run(study).to_dict()["claims"]["positive"]["break_even"]
    known = {row["input"]: row for row in rows}
    assert [known[name]["dependent"] for name in "xeo"] == [True, True, False]
    rho = 0.5
    exact = 1.644854 * np.sqrt(1 - rho**2 + 1) / (1 + rho)
    for name in "xe":
        value = known[name]["value"]
        assert value["value"] == pytest.approx(exact, abs=4 * value["error"]), name
        assert value["error"] < 0.03
    assert known["o"]["value"]["value"] == pytest.approx(
        1.644854 * np.sqrt(2 + 2 * rho), abs=4 * known["o"]["value"]["error"]
    )
