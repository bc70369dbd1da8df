"""Files of other tools become studies: the same laws, with what is lost told."""

import json
import math

import pytest

from mcsus.errors import InputError
from mcsus.neighbours.imported import kinds, named, read
from mcsus.study import Study


def study(tmp_path, kind, name, text, **given):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    tables, told = read(kind, path, **given)
    return Study.from_dict(tables), told


def laws(made):
    return {p.name: p.cells[0].law.to_dict() for p in made.parameters}


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_file_of_another_kind_is_refused_in_words(tmp_path, kind):
    (tmp_path / "x.csv").write_text("this, is\nnothing, of, the, kind\n", encoding="utf-8")
    with pytest.raises(InputError) as found:
        read(kind, tmp_path / "x.csv")
    assert "x.csv" in str(found.value)


def test_bounds_of_salib_are_read_as_what_its_distributions_take(tmp_path):
    problem = {
        "names": ["a", "b", "c"],
        "bounds": [[0, 4, 0.5], [1, 0.5], [2, 3]],
        "dists": ["triang", "lognorm", "unif"],
    }
    made, told = study(tmp_path, "salib", "p.json", json.dumps(problem))
    assert laws(made)["a"] == {"distribution": "triangular", "minimum": 0, "mode": 2, "maximum": 4}
    assert laws(made)["b"]["median"] == pytest.approx(math.e)
    assert list(made.outputs) == ["value_of_a", "value_of_b", "value_of_c"]
    assert any("no equation" in line for line in told)


def test_a_parameter_file_of_salib_is_the_problem_that_it_stands_for(tmp_path):
    text = "# inputs\na,0,1,first,unif\nb,2,0.5,NA,norm\n"
    made, told = study(
        tmp_path, "salib", "p.txt", text,
        units={"a": "kg", "b": "kg CO2e/kg"}, formulas={"y": ("a*b", "kg CO2e")},
    )  # fmt: skip
    assert laws(made)["b"] == {"distribution": "normal", "mean": 2, "sd": 0.5}
    assert {name: str(unit) for name, unit in made.outputs.items()} == {"y": "kg CO2e"}
    assert any("groups" in line for line in told)
    assert not any("no unit" in line for line in told)


def test_rows_of_stats_arrays_keep_their_traps(tmp_path):
    text = "name;uncertainty type;loc;scale;minimum;maximum;unit\nm;2;1;0.5;;;kg\nf;5;2;;1;4;1\n"
    made, _ = study(tmp_path, "stats_arrays", "s.csv", text, formulas={"y": ("m*f", "kg")})
    assert laws(made)["m"]["median"] == pytest.approx(math.e)
    assert laws(made)["f"] == {"distribution": "triangular", "minimum": 1, "mode": 2, "maximum": 4}


def test_numbers_of_uncertainties_are_normal(tmp_path):
    text = "name,value,unit\na,(1.20+/-0.05)e+03,kg\nb,3.456(12),1\nc,7,1\n"
    made, told = study(tmp_path, "uncertainties", "u.csv", text)
    assert laws(made)["a"] == {"distribution": "normal", "mean": 1200, "sd": 50}
    assert laws(made)["b"] == {"distribution": "normal", "mean": 3.456, "sd": 0.012}
    assert laws(made)["c"] == {"distribution": "constant", "value": 7}
    assert any("independent" in line for line in told)


def test_names_are_those_of_the_file_as_far_as_they_can_be(tmp_path):
    assert named(["a", "a b", "a_b", "9"]) == {"a": "a", "a b": "a_b", "a_b": "a_b_2", "9": "x_9"}
    problem = {"names": ["in put", "b"], "bounds": [[0, 1], [0, 1]]}
    made, told = study(tmp_path, "salib", "p.json", json.dumps(problem))
    assert [p.name for p in made.parameters] == ["in_put", "b"]
    assert any("'in put' is in_put" in line for line in told)


def test_a_unit_of_a_name_that_is_not_there_names_the_nearest(tmp_path):
    with pytest.raises(InputError, match="did you mean 'mass'"):
        study(tmp_path, "uncertainties", "u.csv", "name,value\nmass,1+/-1\n", units={"mas": "kg"})
