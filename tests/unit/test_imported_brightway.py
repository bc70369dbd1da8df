"""Datapackages and parameters of Brightway become studies with the same laws."""

import json
import math
import shutil

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.neighbours.imported import read
from mcsus.study import Study

LAWS = [("uncertainty_type", "u1"), *((c, "f4") for c in ("loc", "scale", "shape", "minimum", "maximum")), ("negative", "?")]  # fmt: skip  # noqa: E501
NAN = math.nan


@pytest.fixture
def package(tmp_path):
    folder = tmp_path / "package"
    folder.mkdir()
    arrays = {
        "indices": np.array([(1, 2), (3, 4), (3, 4)], [("row", "i8"), ("col", "i8")]),
        "data": np.array([1.0, 2.0, 7.0]),
        "flip": np.array([False, True, False]),
        "distributions": np.array(
            [
                (2, 0.0, 0.5, NAN, NAN, NAN, False),
                (5, 2.0, NAN, NAN, 1.0, 4.0, False),
                (0, 7.0, NAN, NAN, NAN, NAN, False),
            ],
            LAWS,
        ),
    }
    resources = [
        {
            "category": "vector",
            "kind": kind,
            "group": "tech",
            "name": f"tech.{kind}",
            "path": f"t.{kind}.npy",
        }
        for kind in arrays
    ]
    resources.append(
        {"category": "array", "kind": "data", "group": "more", "name": "more.data", "path": "m.npy"}
    )
    resources.append({"category": "vector", "kind": "data", "group": "later", "name": "later.data"})
    for kind, array in arrays.items():
        np.save(folder / f"t.{kind}.npy", array)
    (folder / "datapackage.json").write_text(json.dumps({"name": "small", "resources": resources}))
    return folder


def imported(path):
    tables, told = read("brightway", path)
    return Study.from_dict(tables), tables, told


def laws(made):
    return {p.name: p.cells[0].law.to_dict() for p in made.parameters}


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_rows_of_a_datapackage_are_inputs(package, tmp_path, form):
    path = package
    if form == "zip":
        path = shutil.make_archive(str(tmp_path / "p"), "zip", package)
    made, _, told = imported(type(package)(path))
    own = laws(made)
    assert own["tech_1_2"] == {
        "distribution": "lognormal",
        "median": 1,
        "gsd": pytest.approx(math.exp(0.5)),
    }
    assert own["tech_3_4"] == {"distribution": "triangular", "minimum": 1, "mode": 2, "maximum": 4}
    assert own["tech_3_4_again_2"] == {"distribution": "constant", "value": 7}
    assert any("other sign (flip) of tech_3_4" in line for line in told)
    assert any("'more.data', data of array" in line for line in told)
    assert any("'later.data'" in line for line in told)


def test_an_array_that_would_run_code_is_refused(package):
    np.save(package / "t.data.npy", np.array([{}, 1, 2], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"t\.data\.npy"):
        read("brightway", package)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda f: (f / "t.flip.npy").unlink(), "not there"),
        (lambda f: np.save(f / "t.data.npy", np.zeros(2)), "2 data"),
        (lambda f: np.save(f / "t.indices.npy", np.zeros(3)), "col, row"),
        (lambda f: (f / "datapackage.json").write_text("{}"), "resources"),
        (lambda f: (f / "datapackage.json").unlink(), "no datapackage.json"),
    ],
)
def test_a_package_that_is_none_is_refused(package, change, found):
    change(package)
    with pytest.raises(InputError) as refused:
        read("brightway", package)
    assert found in str(refused.value)


PARAMETERS = [
    {"name": "mass", "amount": 1.0, "uncertainty type": 2, "loc": 0.0, "scale": 0.5, "group": "a"},
    {"name": "share", "amount": 2.0, "data": {"uncertainty type": 4, "minimum": 1, "maximum": 3}},
    {"name": "total", "amount": 9.0, "formula": "mass**2*sqrt(share)"},
    {"name": "odd", "amount": 5.0, "formula": "[mass for x in y]"},
]


def test_parameters_are_laws_and_formulas_are_equations(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps(PARAMETERS))
    made, tables, told = imported(tmp_path / "p.json")
    assert laws(made)["share"] == {"distribution": "uniform", "minimum": 1, "maximum": 3}
    assert tables["equations"]["total"]["formula"] == "mass ** 2 * sqrt(share)"
    assert laws(made)["odd"] == {"distribution": "constant", "value": 5}
    assert any("formula of 'odd'" in line for line in told)
    assert list(made.outputs) == ["total"]


def test_a_formula_without_an_amount_must_be_readable(tmp_path):
    (tmp_path / "p.json").write_text(json.dumps([PARAMETERS[0], {"name": "y", "formula": "far*2"}]))
    with pytest.raises(InputError, match=r"y.*'far'"):
        read("brightway", tmp_path / "p.json")
