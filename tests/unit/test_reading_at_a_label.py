"""``at(x, dim="label")`` from study file to result: kernel and reference read the same cell."""

import numpy as np
import pytest

from mcsus import run
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Quantity
from mcsus.errors import InputError
from mcsus.expressions import parse
from mcsus.model import Equation, Model, evaluate
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.units import unit

ABOUT = {"unit": "1", "source": "assumed", "rationale": "test", "kind": "uncertainty"}


def constant(value):
    return {"distribution": "constant", "value": value, **ABOUT}


def document(formula, outputs=("y",), **changes):
    return {
        "schema": "mcsus/1",
        "id": "labels",
        "dims": {
            "design": ["coin", "small solar"],
            "year": {"first": 2024, "last": 2027},
            "cohort": {"like": "year"},
            "individual": {"draws": 4},
        },
        "parameters": {
            "mass": {"by": {"design": {"coin": constant(2), "small solar": constant(3)}}},
            "grid": {"distribution": "uniform", "minimum": 1, "maximum": 2, **ABOUT},
            "other": constant(7),
            "life": {"distribution": "uniform", "minimum": 1, "maximum": 2}
            | ABOUT
            | {"kind": "variability"},
        },
        "equations": {
            "yearly": {"formula": "mass*(year - 2020)", "unit": "1"},
            "y": {"formula": formula, "unit": "1"},
        },
        "scenarios": [{"id": "half", "title": "half", "set": {"other": constant(5)}}]
        if "scenario" in formula
        else [],
        "outputs": dict.fromkeys(outputs, "1"),
        "design": {"draws": 256, "replicates": 2},
        "sensitivity": {"outputs": []},
    } | changes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at(x, year=2)", [20]),
        ("x - at(x, year=1)", [0, 10, 20]),
        ("at(at(x, year=cohort)*year, cohort=3)", [30, 60, 90]),
        ("sum(at(x, year=3)*year, over=year)", [180]),
        ("at(year, year=3) + year", [4, 5, 6]),
        ("at(x + year*at(x, year=cohort), year=2)", [20 + 20, 20 + 40, 20 + 60]),
        ("at(sum(x*at(x, year=cohort), over=cohort), year=2)", [1200]),
        ("where(x > at(x, year=2), 1, 0)", [0, 0, 1]),
    ],
)
def test_kernel_and_reference_read_the_same_cell(text, expected):
    equations = [Equation("x", unit("1"), parse("10*year")), Equation("y", unit("1"), parse(text))]
    model = Model(equations, {}, {"year": (1, 2, 3), "cohort": (1, 2, 3)})
    kernel = Kernel(model, {})
    got = kernel.run(kernel.plan([Quantity("y")]), Design("sobol", 256, 1, 0), 0)[:, 0, 0]
    assert got.tolist() == expected
    assert np.ravel(evaluate(model, {})["y"]).tolist() == expected


def test_a_year_between_the_labels_is_none_of_them():
    asked = document("at(yearly, year=2025)", dims={"design": ["coin", "small solar"],
                     "year": [2020, 2030, 2050]})  # fmt: skip
    with pytest.raises(InputError, match="one of 2020, 2030, 2050, without quotes; did you mean"):
        run(Study.from_dict(asked))


def cells(formula):
    result = run(Study.from_dict(document(formula))).to_dict(timing=False)
    return [
        (*cell["labels"].values(), cell["mean"]["value"])
        for cell in result["outputs"]["y"]["cells"]
    ]


def test_in_a_study():
    assert cells("yearly - at(yearly, design='coin')")[-1] == ("small solar", 2027, 7.0)
    assert cells('at(yearly, year=2025)/at(mass, design="coin")') == [
        ("coin", 5.0),
        ("small solar", 7.5),
    ]


def test_scenarios():
    """What a scenario does not change is the same in each; what it does is read in one of them."""
    assert cells('other*at(other, scenario="half")') == [("base", 35.0), ("half", 25.0)]
    assert cells('at(other, scenario="half")*at(mass, design="coin")') == [(10.0,)]
    (coin, solar) = cells('at(mass, scenario="half")')
    assert (coin, solar) == (("coin", 2.0), ("small solar", 3.0))


@pytest.mark.parametrize(
    ("formula", "match"),
    [
        ('at(yearly, design="solar")', r"equations.y.formula.column 1.*mean 'small solar'"),
        ("at(yearly, year=2030)", "unknown label 2030 of 'year'.*2024 to 2027.*mean '2027'"),
        ("at(grid, year=2025)", "at with year=2025 of a value with no dims"),
        ('at(grid, scenario="haf")', "unknown label .haf. of 'scenario'.*mean 'half'"),
        ("mean(at(life, individual=2), over=individual)", "one label of 'individual'"),
        ("at(life, individual=year)", "one label of 'individual'|labels differ"),
    ],
)
def test_refused(formula, match):
    with pytest.raises(InputError, match=match):
        run(Study.from_dict(document(formula)))
