"""Is the ranking settled: probabilities of the right order, from paired replicates."""

import numpy as np
import pytest

from mcsus.analysis.base import methods
from mcsus.analysis.groups import GroupValues
from mcsus.analysis.settled import orders
from mcsus.report import write_report
from mcsus.runner import run
from mcsus.study import Study

SPREADS = [3.0, 2.0, 1.95, *[0.1] * 17]  # three that matter of twenty


def told(seed, draws, replicates=16):
    """What Sobol' indices of a sum of independent normal inputs say, from plain draws."""
    random = np.random.default_rng(seed)
    method = methods()["sobol"]
    spreads = np.array(SPREADS)
    made = []
    for _ in range(replicates):
        a, b = (random.standard_normal((len(spreads), draws)) * spreads[:, None] for _ in "ab")
        base = a.sum(axis=0)
        values = np.vstack([base, b.sum(axis=0), base - a + b])
        made.append(method.estimate(GroupValues(values, len(spreads))))
    return method.pool(made).values


def test_pairs_of_replicates_tell_more_than_errors():
    common = np.random.default_rng(1).standard_normal((16, 1))
    own = 0.01 * np.random.default_rng(2).standard_normal((16, 3))
    each = np.array([0.5, 0.45, 0.1]) + 0.1 * common + own
    found = orders(each.mean(axis=0), each)
    assert found["before_next"][0] > 0.8  # errors of .4 each would leave it open
    assert found["before_next"][2] == 1
    assert orders(each[0], each[:1]) == {}
    same = orders(np.array([0.5, 0.5]), np.full((4, 2), 0.5))
    assert same["before_next"].tolist() == [1, 1]
    assert same["first_three"] == 1


def test_many_draws_settle_what_few_leave_open():
    few, many = told(1, 64)["first_three"], told(1, 2048)["first_three"]
    assert few < 0.95 < many


@pytest.mark.slow
def test_where_it_says_settled_the_order_is_right():
    """Of what is told to be settled with .95, at most 5 % and its chance is wrong."""
    right = settled = 0
    for seed in range(200):
        values = told(seed, 256)
        if values["first_three"] > 0.95:
            settled += 1
            right += np.argsort(-values["ST"])[:3].tolist() == [0, 1, 2]
    assert 20 <= settled < 200
    assert right >= settled * 0.95 - 3 * np.sqrt(settled * 0.05 * 0.95)


@pytest.mark.slow
def test_json_terminal_and_page_say_so(tmp_path):
    law = {"distribution": "normal", "mean": 0, "unit": "1", "source": "a test"}
    study = Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "order",
            "parameters": {"a": {**law, "sd": 2}, "b": {**law, "sd": 1}, "c": {**law, "sd": 1}},
            "equations": {"y": {"formula": "a + b + c", "unit": "1"}},
            "outputs": {"y": "1"},
            "sensitivity": {"methods": ["sobol", "shapley"], "draws": 256},
            "design": {"draws": 256, "replicates": 4, "seed": 3},
        }
    )
    result = run(study)
    for cell in result.to_dict()["sensitivity"]["y"]["cells"]:
        assert cell["settled"]["before_next"]["a"] > 0.99
        assert cell["settled"]["first_three"] < 0.95
    assert "Not settled: which drives y second" in str(result.summary())
    page = write_report(result, tmp_path / "page").read_text(encoding="utf-8")
    assert "not settled" in page


def test_inputs_that_do_nothing_may_stand_in_any_order():
    """One input drives all: noise of two that have no bearing leaves nothing open."""
    noise = np.random.default_rng(1).normal(0, 1e-4, (8, 2))
    each = np.column_stack([np.full(8, 1.0), noise])
    told = orders(each.mean(axis=0), each)
    assert told["first_three"] > 0.999
    assert orders(*few(0.2, 0.19))["first_three"] < 0.9  # which matter, and are as noisy as far


def test_nothing_is_ranked_where_all_is_constant():
    assert np.isnan(orders(np.zeros(0), np.zeros((4, 0)))["first_three"])


def few(one, other):
    each = np.array([[one + k, other - k, 0.5] for k in (-0.1, 0.1, 0.0, 0.05)])
    return each.mean(axis=0), each
