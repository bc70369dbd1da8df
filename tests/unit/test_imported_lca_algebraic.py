"""Models of lca_algebraic become studies: their expressions are the equations."""

import json

import pytest

from mcsus.errors import InputError
from mcsus.neighbours.imported import read
from mcsus.study import Study

MODEL = {
    "params": {
        "mass": {"name": "mass", "type": "float", "unit": "kg", "default": 2.0},
        "share": {"type": "float", "default": 2.0, "distrib": "triangle", "min": 1, "max": 4},
        "life": {"type": "float", "default": 3.0, "distrib": "beta", "a": 2, "b": 3, "std": 4},
        "size": {
            "type": "float",
            "default": 5.0,
            "distrib": "normal",
            "std": 2,
            "min": 1,
            "max": 9,
        },
        "on": {"type": "bool", "default": 1, "unit": None},
        "mix": {"type": "enum", "default": "us", "values": {"us": 1, "eu": 3}},
    },
    "impacts": {
        "climate": {
            "params": ["mass", "mix"],
            "expr": "2.0*mass**2*mix_us + exp(share)*mix_eu"
            " + Piecewise((life, on > 0), (size, True))",
        },
    },
    "functional_units": {"per year": {"params": ["life"], "expr": "1/life"}},
}


def imported(tmp_path, model):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(model))
    tables, told = read("lca_algebraic", path)
    return Study.from_dict(tables), tables, told


def changed(**own):
    return {**MODEL, "params": {**MODEL["params"], **own}}


def test_a_model_is_a_study_with_its_laws_and_its_expression(tmp_path):
    made, tables, told = imported(tmp_path, MODEL)
    laws = {p.name: p.cells[0].law.to_dict() for p in made.parameters}
    assert laws["mass"] == {"distribution": "constant", "value": 2}
    assert laws["share"]["mode"] == 2
    assert (laws["life"]["minimum"], laws["life"]["maximum"]) == (3, 7)
    assert laws["size"]["truncate"] == {"low": 1, "high": 9}
    assert laws["on"] == {"distribution": "bernoulli", "probability": 0.5}
    assert laws["mix"]["weights"] == [1, 3]
    assert tables["equations"]["mix_eu"]["formula"] == "where(mix == 1, 1, 0)"
    formula = tables["equations"]["climate_per_year"]["formula"]
    assert formula.endswith("where(on > 0, life, size)) * (1 / life)")
    assert any("no law of mass" in line for line in told)
    assert "climate_per_year" in made.outputs


def test_a_lognormal_law_has_no_one_meaning_there_and_is_not_guessed(tmp_path):
    odd = {"type": "float", "default": 2.0, "distrib": "lognormal", "std": 0.5}
    made, _, told = imported(tmp_path, changed(mass=odd))
    assert made.parameter("mass").cells[0].law.family == "constant"
    assert any("lognormal law of 'mass' is not read" in line for line in told)


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ({"params": {}, "impacts": {}}, "no params"),
        ({**MODEL, "impacts": {"y": {"expr": "mass*masss"}}}, "did you mean 'mass'"),
        (changed(mass={"type": "flaot", "default": 1}), "did you mean 'float'"),
        (changed(mass={"default": 1, "distrib": "linear", "min": 0}), "mass.max"),
        (changed(mass={"default": "many"}), "mass.default"),
    ],
)
def test_a_model_that_is_none_is_refused(tmp_path, model, found):
    with pytest.raises(InputError, match=r"m\.json") as refused:
        imported(tmp_path, model)
    assert found in str(refused.value)
