"""What is credited of a reduction, against formulas."""

import copy
import math
import tomllib
from pathlib import Path

import numpy as np
import pytest

import mcsus
from mcsus.analysis.credits import Issued, Reduction, amounts, covered_in_all, credit
from mcsus.analysis.rules import DeductHalfWidth, LowerBound, Steps, Trees
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import HeldDraws
from mcsus.errors import InputError
from mcsus.families.special import ndtr, ndtri
from mcsus.runner import check
from mcsus.study import Study, schema

REDD = Path(__file__).parents[1] / "data" / "redd_reduction.toml"
LAWS = {
    "plain": {"distribution": "normal", "mean": 10, "sd": 3},
    "skewed": {"distribution": "lognormal", "median": 10, "gsd": 1.5},
    "fixed": {"distribution": "constant", "value": 0.1},
}
CREDITS = {
    "trees": {"quantity": "plain_cut", "rule": "trees"},
    "skewed": {"quantity": "skewed_cut", "rule": "trees"},
    "bound": {"quantity": "plain_cut", "rule": "lower_bound", "level": 0.05},
    "steps": {"quantity": "plain_cut", "rule": "steps"},
    "own_steps": {
        "quantity": "plain_cut", "rule": "steps", "table": [[0.1, 0.0], [0.5, 0.2]], "beyond": 1.0,
    },
    "deduct": {
        "quantity": "plain_cut", "rule": "deduct_half_width", "limit": 0.1, "level": 0.9,
        "buffer": 0.2, "issued": {"value": 12_000, "unit": "kg CO2e"}, "unit": "t CO2e",
    },
    "fixed": {"quantity": "fixed_cut", "rule": "trees"},
    "claimed": {"quantity": "skewed_cut", "rule": "trees", "issued": "claimed"},
    "yearly": {"quantity": "by_year", "rule": "lower_bound", "level": 0.05},
}  # fmt: skip


def document(**own):
    parameters = {name: law | {"unit": "t CO2e", "source": "a case"} for name, law in LAWS.items()}
    each = {"distribution": "normal", "mean": 10, "sd": 3}
    parameters["years"] = {
        "unit": "t CO2e", "source": "a case", "shared": [],
        "by": {"year": {"2030": each, "2031": each}},
    }  # fmt: skip
    equations = {f"{name}_cut": {"formula": name, "unit": "t CO2e"} for name in LAWS}
    equations["fixed_cut"] = {"formula": "fixed + 0.2*fixed/0.1*(0.3 - 0.2)", "unit": "t CO2e"}
    equations["claimed"] = {"formula": "2*skewed", "unit": "kg CO2e"}
    equations["by_year"] = {"formula": "years", "unit": "t CO2e"}
    made = {
        "schema": "mcsus/1", "id": "cuts", "dims": {"year": [2030, 2031]},
        "parameters": parameters, "equations": equations, "outputs": {"plain_cut": "t CO2e"},
        "sensitivity": {"methods": []},
        "credits": [{"id": id_, **table} for id_, table in CREDITS.items()],
    }  # fmt: skip
    return copy.deepcopy(made | own)


@pytest.fixture(scope="module")
def result():
    return mcsus.run(Study.from_dict(document()), draws=4096, replicates=8, seed=3)


@pytest.fixture(scope="module")
def told(result):
    return {name: own["cells"][0] for name, own in result.to_dict()["credits"].items()}


def agrees(found, expected, slack=0.0):
    """Within Student's t of its error in 999 of 1,000 runs, of 7 degrees of freedom."""
    assert abs(found["value"] - expected) <= 5.4 * found["error"] + slack, (found, expected)


K = 0.524417 / 1.645006
HW = 3 * float(ndtri(np.array([0.95]))[0])  # of N(10, 3)


def normal_short(credited, mean=10.0, sd=3.0):
    """Return E[max(0, C - R)] of a normal R."""
    z = (credited - mean) / sd
    density = math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    return sd * (z * float(ndtr(np.array([z]))[0]) + density)


@pytest.mark.parametrize(
    ("name", "credited"),
    [
        ("trees", 10 - K * HW),
        ("bound", 10 - HW),
        ("steps", 9.2),
        ("own_steps", 8.0),
        ("deduct", (10 - (HW - 1)) * 0.8),
    ],
)
def test_each_rule_credits_what_its_formula_says_of_a_normal_law(told, name, credited):
    own = told[name]
    agrees(own["credited"], credited)
    agrees(own["uncertainty"], HW / 10)
    agrees(own["probability_over_credited"], float(ndtr(np.array([(credited - 10) / 3]))[0]))
    agrees(own["expected_over_credited"], normal_short(credited), slack=1e-5)
    agrees(own["over_credited_share"], normal_short(credited) / credited, slack=1e-5)
    assert own["unit"] == "t CO2e"


def test_values_that_are_known(told):
    agrees(told["trees"]["credited"], 8.42689, slack=5e-6)
    agrees(told["trees"]["deduction"], 0.157311, slack=5e-7)
    agrees(told["trees"]["probability_over_credited"], 0.3000, slack=2e-5)
    agrees(told["trees"]["expected_over_credited"], 0.571146, slack=1e-5)
    agrees(told["bound"]["credited"], 5.065439)
    agrees(told["steps"]["probability_over_credited"], 0.394863)
    assert told["steps"]["deduction"]["value"] == pytest.approx(0.08)


def test_a_skewed_law_is_short_more_often_than_trees_means(told):
    own, s = told["skewed"], math.log(1.5)
    mean = 10 * math.exp(s * s / 2)
    low, high = (10 * math.exp(z * s) for z in (-1.6448536269514722, 1.6448536269514722))
    credited = mean - K * (high - low) / 2
    agrees(own["credited"], credited)
    agrees(own["probability_over_credited"], 0.3517, slack=5e-5)
    z = math.log(credited / 10) / s
    short = credited * float(ndtr(np.array([z]))[0]) - mean * float(ndtr(np.array([z - s]))[0])
    agrees(own["expected_over_credited"], short, slack=1e-5)


def test_an_issued_amount_is_held_against_the_real_one(told):
    own, low, high = told["deduct"], 10 - 3 * 1.959964, 10 + 3 * 1.959964
    factor = own["over_crediting"]
    assert factor["issued"] == 12.0
    agrees(factor["median"], 1.2, slack=1e-6)
    assert factor["interval"]["level"] == 0.95
    for end, expected in (("low", 12 / high), ("high", 12 / low)):
        found = {"value": factor["interval"][end], "error": factor["interval"]["error"][end]}
        agrees(found, expected, slack=1e-4)
    agrees(own["probability_over_issued"], float(ndtr(np.array([2 / 3]))[0]))
    agrees(own["probability_nothing_real"], float(ndtr(np.array([-10 / 3]))[0]))


def test_a_claimed_quantity_is_held_against_the_real_one_draw_by_draw(told):
    factor = told["claimed"]["over_crediting"]
    assert factor["issued"] == "claimed"
    assert factor["median"]["value"] == pytest.approx(2.0)
    assert (factor["interval"]["low"], factor["interval"]["high"]) == pytest.approx((2.0, 2.0))
    assert told["claimed"]["probability_over_issued"]["value"] == 1.0


def test_a_claim_is_without_end_where_nothing_is_real():
    real = np.repeat([[-1.0, 0.0, 1.0, 2.0, 4.0]], 4, axis=0)
    claimed = Issued(np.full((4, 5), 4.0), 0.5)
    own = credit(held(real), LowerBound(0.5), 0.0, claimed)
    assert own["factor_median"] == 4.0
    assert own["factor_interval"].tolist() == [2.0, np.inf]
    assert own["probability_over_issued"] == 0.8
    assert own["probability_nothing_real"] == 0.4


def test_what_does_not_vary_is_credited_whole_though_it_is_not_exact(told):
    own = told["fixed"]
    assert own["credited"] == {"value": pytest.approx(0.12), "error": 0.0}
    for key in ("uncertainty", "deduction", "probability_over_credited", "expected_over_credited"):
        assert own[key] == {"value": pytest.approx(0.0, abs=1e-12), "error": 0.0}


def test_years_are_covered_together_as_often_as_independent_ones_are(result):
    each = result.to_dict()["credits"]["yearly"]["cells"]
    assert [cell["labels"] for cell in each] == [{"year": 2030.0}, {"year": 2031.0}]
    for cell in each:
        agrees(cell["covered_in_all"], 0.95**2)


def test_the_national_workbook_is_credited_as_its_table_says():
    cells = mcsus.run(REDD, draws=4096, replicates=8).to_dict()["credits"]["by_trees"]["cells"]
    for cell, deduction in zip(cells, (0.1329, 0.1420), strict=True):
        assert cell["deduction"]["value"] == pytest.approx(deduction, abs=0.004)
        assert cell["probability_over_credited"]["value"] == pytest.approx(0.31, abs=0.01)
        agrees(cell["covered_in_all"], 0.690379 * 0.692502, slack=1e-4)


def test_the_summary_tells_years_and_what_was_issued(result):
    text = " ".join(str(result.summary()).split())
    assert "yearly is real in every year with probability 0.90" in text
    assert "claimed was issued 2.00 times what is real" in text


def test_what_is_saved_is_read_back_and_shown(result, tmp_path):
    result.save(tmp_path)
    again = mcsus.load_result(tmp_path)
    assert again.to_dict(timing=False) == result.to_dict(timing=False)
    assert "P(more than is real) = 1" in " ".join(str(again.summary()).split())


def test_the_page_says_that_trees_no_longer_means_what_it_says(result, tmp_path):
    from mcsus.report import write_report

    page = write_report(result, tmp_path).read_text()
    assert page.count("This law is not normal: here it is 0.352") == 2
    assert "Claimed: 2.00 times the real amount" in page
    assert "Issued were 12 t CO₂e: 1.20 times the real amount" in page
    assert "all of it is real in every year with a probability of 0.90" in page
    rows = (tmp_path / "credits_trees.csv").read_text().splitlines()
    assert rows[0].startswith("credit,unit,quantile_0.05,quantile_0.95,mean,")


def test_a_rule_that_credits_nothing_says_so_and_not_that_a_normal_law_is_none(tmp_path):
    """Of N(-5, 2) nothing is credited; of N(1, 10) 0.85, of which more than all is not real."""
    from mcsus.report import write_report

    laws = {"low": (-5, 2), "wide": (1, 10)}
    unit = {"unit": "t CO2e"}
    study = document(
        parameters={
            name: {"distribution": "normal", "mean": m, "sd": s, "source": "a case", **unit}
            for name, (m, s) in laws.items()
        },
        equations={f"{name}_cut": {"formula": name, **unit} for name in laws},
        outputs={"low_cut": "t CO2e"},
        credits=[
            {"id": "low", "quantity": "low_cut", "rule": "trees"},
            {"id": "wide", "quantity": "wide_cut", "rule": "trees"},
            {"id": "steps", "quantity": "wide_cut", "rule": "steps"},
        ],
    )
    page = write_report(mcsus.run(Study.from_dict(study), draws=1024, replicates=4), tmp_path)
    text = page.read_text()
    assert "not normal" not in text
    assert "The rule credits nothing, as the mean reduction is not above 0; it is below 0" in text
    assert "as it takes off as much as the mean reduction or more" in text
    assert "what is real falls short of it by 3.9" in text


def test_credits_change_no_other_number(result):
    without = mcsus.run(Study.from_dict(document(credits=[])), draws=4096, replicates=8, seed=3)
    one, other = result.to_dict(), without.to_dict()
    assert one["outputs"] == other["outputs"]
    assert "credits" not in other
    assert one["digest"] != other["digest"]


def held(values):
    values = np.asarray(values, dtype=float)
    return Reduction(HeldDraws(values), HeldDraws(values))


def test_nothing_is_credited_where_the_mean_is_below_nothing():
    values = np.random.default_rng(1).normal(-5, 1, (4, 256))
    for rule in (Trees(), Steps(), LowerBound(0.05), DeductHalfWidth(0.1, 0.9)):
        own = credit(held(values), rule)
        assert own["credited"] == 0
        assert np.isnan(own["uncertainty"])
        assert own["probability_over_credited"] == 1


def test_an_atom_at_what_is_credited_is_covered():
    values = np.repeat([[0.0, 5.0, 5.0, 5.0]], 4, axis=0)
    own = credit(held(np.tile(values, 64)), LowerBound(0.4))
    assert own["credited"] == 5.0
    assert own["probability_over_credited"] == 0.25
    assert own["expected_over_credited"] == 1.25


def test_a_law_without_a_mean_is_credited_by_no_rule_that_takes_one():
    u = (np.random.default_rng(1).permutation(1 << 14) + 0.5).reshape(4, -1) / (1 << 14)
    known = held(10 + np.tan(np.pi * (u - 0.5)))
    assert np.isnan(credit(known, Trees())["credited"])
    own = credit(known, LowerBound(0.05))
    assert own["credited"] == pytest.approx(10 + math.tan(math.pi * -0.45), rel=0.01)
    assert np.isnan(own["expected_over_credited"])


def test_replicates_that_meet_individuals_of_their_own_are_each_credited_by_their_own_law():
    u = (np.arange(1024) + 0.5) / 1024
    values = 10 + 3 * ndtri(u) + np.array([[-2.0], [0.0], [2.0]])
    known = Reduction(AveragedDraws(HeldDraws(values)), HeldDraws(values))
    own = credit(known, LowerBound(0.05))
    assert own["probability_over_credited"] == pytest.approx(0.05, abs=1e-3)
    pooled = credit(held(values), LowerBound(0.05))
    assert pooled["credited"] < own["credited"] - 0.3


def test_periods_that_move_together_are_covered_together():
    x = np.random.default_rng(1).normal(10, 3, (4, 512))
    known = [held(x), held(2 * x)]
    value, error = covered_in_all(known, [amounts(own, LowerBound(0.05), 0.0) for own in known])
    assert value == pytest.approx(0.95, abs=2e-3)
    assert error > 0


def test_a_half_width_at_a_step_is_told():
    table = {"id": "edge", "quantity": "plain_cut", "rule": "steps", "beyond": 0.5}
    steps = [table | {"table": [[HW / 10, 0.0]]}, table | {"id": "far", "table": [[0.3, 0.0]]}]
    cautions = mcsus.run(Study.from_dict(document(credits=steps)), draws=256, replicates=4)
    told = [own for own in cautions.provenance["cautions"] if own["kind"] == "at_a_step"]
    assert [own["where"] for own in told] == ["edge"]


def test_one_replicate_says_nothing_of_an_error():
    own = credit(
        held(np.random.default_rng(1).normal(10, 3, (1, 256))), Trees(), 0.0, Issued(9, 0.9)
    )
    assert np.isnan(own["credited_error"])
    assert np.isfinite(own["credited"])


@pytest.mark.slow
def test_counted_draws_tell_the_same_as_held_ones():
    study = Study.from_dict(document())
    counted = mcsus.run(study, draws=2**18, replicates=8)
    own = {name: each["cells"][0] for name, each in counted.to_dict()["credits"].items()}
    agrees(own["trees"]["credited"], 10 - K * HW, slack=1e-5)
    agrees(own["trees"]["expected_over_credited"], normal_short(10 - K * HW), slack=1e-5)
    agrees(own["bound"]["probability_over_credited"], 0.05, slack=2e-6)
    agrees(own["yearly"]["covered_in_all"], 0.9025, slack=2e-6)


LOW = "a probability above 0 and at most 0.5"
SHARE = "found nothing; allowed: a share from 0 to below 1"
FALLS = "found [[0.3, 0.0], [0.1, 0.1]]; allowed: a list of [half width relative to the mean,"
BEYOND = "a share from 0 to 1, deducted beyond the last width (this key is required)"
REQUIRED = "(this key is required)"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"rule": "tree"}, "'deduct_half_width'; did you mean 'trees'?"),
        ({"rule": "lower_bound"}, f"credits.a.level: found nothing; allowed: {LOW} {REQUIRED}"),
        ({"rule": "lower_bound", "level": 0.95}, f"credits.a.level: found 0.95; allowed: {LOW}"),
        ({"level": 0.05}, "credits.a.level: found an unknown key; allowed: one of 'id',"),
        ({"rule": "deduct_half_width", "level": 0.9}, f"credits.a.limit: {SHARE} {REQUIRED}"),
        ({"rule": "steps", "table": [[0.3, 0.0], [0.1, 0.1]], "beyond": 1}, f"a.table: {FALLS}"),
        ({"rule": "steps", "table": [[0.1, 0.2], [0.3, 0.1]], "beyond": 1}, "that do not fall"),
        ({"rule": "steps", "table": [[0.1, 0.2]], "beyond": 0.1}, "at least 0.2, the last share"),
        ({"rule": "steps", "table": [[0.3, 0.0]]}, f"a.beyond: found nothing; allowed: {BEYOND}"),
        ({"quantity": "plain_cu"}, "unknown equation 'plain_cu'; allowed: the name of an"),
        ({"quantity": "plain_cu"}, "equation; did you mean 'plain_cut'?"),
        ({"quantity": "plain"}, "found 'plain', which is a parameter"),
        ({"unit": "kWh"}, "credits.a.unit: found 'kWh'; allowed: a unit like"),
        ({"issued": {"value": -1, "unit": "kWh"}}, "credits.a.issued.unit: found 'kWh'; allowed:"),
        ({"issued": "plain_cu"}, "unknown equation 'plain_cu'"),
        ({"issued": "by_year"}, "'by_year' over year; allowed: an amount in every draw, over"),
        ({"issued": {"unit": "t CO2e"}}, "a.issued.value: found nothing; allowed: a number"),
        ({"buffer": 1}, "credits.a.buffer: found 1; allowed: a share from 0 to below 1"),
        ({"over": "yaer"}, "credits.a.over: found 'yaer'; allowed: 'year'; did you mean 'year'?"),
        ({"over": "year"}, "credits.a.over: found 'year'; allowed: a dim of 'plain_cut'"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(change, found):  # fmt: skip
    table = {"id": "a", "quantity": "plain_cut", "rule": "trees"} | change
    with pytest.raises(InputError) as refused:
        check(Study.from_dict(document(credits=[table])))
    assert found in str(refused.value)


def test_an_id_twice_and_a_quantity_that_may_be_never_are_refused():
    twice = [{"id": "a", "quantity": "plain_cut", "rule": "trees"}] * 2
    with pytest.raises(InputError, match="'a' twice"):
        Study.from_dict(document(credits=twice))
    tables = document(credits=[{"id": "a", "quantity": "pays", "rule": "trees"}])
    tables["equations"]["pays"] = {"formula": "payback(plain, skewed)*one", "unit": "t CO2e"}
    tables["equations"]["one"] = {"formula": "fixed", "unit": "t CO2e"}
    with pytest.raises(InputError, match="'pays', which may be never"):
        check(Study.from_dict(tables))


def test_credits_are_written_back_and_in_the_schema():
    study = Study.from_dict(document())
    assert Study.from_dict(study.to_dict()).credits == study.credits
    assert {own["title"] for own in schema()["$defs"]["credit"]["oneOf"]} == {
        "trees", "lower_bound", "steps", "deduct_half_width",
    }  # fmt: skip
    assert tomllib.loads(REDD.read_text())["credits"][0]["rule"] == "trees"
