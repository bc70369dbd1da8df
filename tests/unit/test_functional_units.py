"""What serves another functional unit is not compared; where none is said, a caution tells."""

import copy

import pytest

import mcsus
from mcsus.errors import InputError
from mcsus.runner import check
from mcsus.runner.comparisons import comparisons
from mcsus.runner.sides import Side, refuse_other_units
from mcsus.study import Study

RANGE = {"distribution": "uniform", "minimum": 1, "maximum": 2}
LAW = {"unit": "kg CO2e", "source": "plate"}
TABLES = {
    "schema": "mcsus/1",
    "id": "cups",
    "functional_unit": "one cup of  coffee",
    "dims": {"cup": ["small", "large", "pot"], "year": [2030, 2031]},
    "parameters": {
        "made": {**LAW, "by": {"cup": {"small": RANGE, "large": RANGE, "pot": RANGE}}},
        "grown": {**LAW, "shared": [], "by": {"year": {"2030": RANGE, "2031": RANGE}}},
    },
    "equations": {"total": {"formula": "made + grown", "unit": "kg CO2e"}},
    "outputs": {"total": "kg CO2e"},
    "scenarios": [
        {"id": "hot", "set": {"grown": {"value": 3, "unit": "kg CO2e"}}},
        {"id": "beans", "set": {"grown": {"value": 1, "unit": "kg CO2e"}}},
    ],
    "functional_units": {
        "cup": {"large": "One cup of coffee", "pot": "one pot"},
        "scenario": {"beans": "one bag of beans"},
        "year": {"2031": "one cup of coffee in 2031"},
    },
    "design": {"draws": 256, "replicates": 2},
    "sensitivity": {"methods": []},
}
CLAIM = {"id": "c", "statement": "Less", "quantity": "total", "relation": "<", "confidence": 0.9}


def tables(**changes):
    return copy.deepcopy(TABLES | changes)


def claim(**compared):
    return tables(claims=[CLAIM | {"compare": compared}])


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (claim(cup=["small", "pot"]), r"found 'one cup of coffee' \(small\) against 'one pot'"),
        (claim(scenario=["base", "beans"]), r"'one bag of beans' \(beans\)"),
        (claim(year=[2030, 2031]), r"\(2030\) against 'one cup of coffee in 2031' \(2031\)"),
        (tables(compare={"cup": "all"}), r"compare.cup: found 'one pot'"),
        (tables(compare={"cup": [["pot", "large"]]}), r"compare.cup: .*allowed: two of one"),
        (tables(functional_units={"cu": {}}), "functional_units.cu: .*did you mean 'cup'"),
        (tables(functional_units={"cup": {"pott": "x"}}), "cup.pott: .*did you mean 'pot'"),
        (tables(functional_units={"cup": {"pot": " "}}), "cup.pot: found an empty text"),
    ],
)  # fmt: skip
def test_other_functional_units_are_refused_with_the_reason(made, message):
    with pytest.raises(InputError, match=message):
        check(Study.from_dict(made))


def test_what_differs_in_letters_and_spaces_alone_is_one():
    made = claim(cup=["small", "large"], scenario=["base", "hot"])
    study, model = check(Study.from_dict(made | {"compare": {"cup": [["large", "small"]]}}))
    assert {own.name: own.is_ranked for own in comparisons(study, model)} == {
        "total@cup": False, "total@scenario": False,
    }  # fmt: skip
    assert study.to_dict()["functional_units"] == TABLES["functional_units"]


def test_scenarios_that_serve_something_else_are_left_out_and_told():
    study = Study.from_dict(tables())
    assert study.compared.pairs == {"scenario": (("hot", "base"),)}
    told = {own.where: own.text for own in study.cautions if own.kind == "not_compared"}
    assert "'one cup of coffee' (base) against 'one bag of beans' (beans)" in told["scenario"]


def test_two_scenarios_side_by_side_are_refused_too():
    study = Study.from_dict(tables())
    refuse_other_units(Side(study), Side(study, "hot"))
    with pytest.raises(InputError, match=r"'one bag of beans' \(cups:beans\)"):
        refuse_other_units(Side(study), Side(study, "beans"))


def test_a_study_without_one_has_a_caution_where_it_asks_for_a_comparison():
    plain = tables(functional_units={}, functional_unit="")
    assert kinds(plain) == set()
    asked = plain | {"compare": {"cup": "all"}, "claims": claim(cup=["small", "pot"])["claims"]}
    assert kinds(asked) == {"functional_unit"}
    (told,) = (own for own in Study.from_dict(asked).cautions if own.kind == "functional_unit")
    assert told.text.endswith("unknown: [compare] cup, claim 'c'")
    other = Study.from_dict(plain | {"id": "mugs"})
    both = mcsus.compare(Study.from_dict(plain), other, draws=256, replicates=2).to_dict()
    assert [own["kind"] for own in both["cautions"]][:1] == ["functional_unit"]


def kinds(document):
    return {own.kind for own in Study.from_dict(document).cautions}
