"""Kernels are what their formulas say, whatever their length and depth."""

import numpy as np
import pytest

from mcsus.engine.codegen import description
from mcsus.engine.kernel import Kernel
from mcsus.engine.lowering import lower
from mcsus.engine.plans import Quantity
from mcsus.expressions import atan2, parse, sqrt, to_text, trace, where
from mcsus.model import Equation, Model, evaluate
from mcsus.streams import Design
from mcsus.units import unit

TERMS = ["2", "year", "3", "year"]


@pytest.mark.parametrize(
    "text",
    [
        " + ".join(TERMS * 62),
        " - ".join(TERMS * 62),
        " * ".join(["year"] * 200),
        " / ".join(["year"] * 200),
        "-" * 200 + "year",
        "2 - (3 - (" * 24 + "year" + "))" * 24,
        "sqrt(2 + (" * 24 + "year" + "))" * 24,
        "2 - (3 - (year - 4)) - 5",
        "2 / (3 / year) / 5 * year",
        "2 - 3*year - -year",
        "-(year + 2)*3 - -(-year)",
        "-year**2 + (-year)**2",
        "2*year - 3/year*5 + 7",
    ],
)
def test_chains_are_read_as_the_tree_stands(text):
    model = Model([Equation("y", unit("1"), parse(text))], {}, {"year": (1, 2, 3)})
    kernel = Kernel(model, {})
    got = kernel.run(kernel.plan([Quantity("y")]), Design("sobol", 256, 1, 0), 0)[:, 0, 0]
    np.testing.assert_allclose(got, evaluate(model, {})["y"][0], rtol=1e-12)


def test_a_hundred_levels_of_functions():
    def nested(year):
        for _ in range(100):
            year = sqrt(2 + year)
        return year

    model = Model([Equation("y", unit("1"), trace(nested))], {}, {"year": (1, 2, 3)})
    kernel = Kernel(model, {})
    got = kernel.run(kernel.plan([Quantity("y")]), Design("sobol", 256, 1, 0), 0)[:, 0, 0]
    np.testing.assert_allclose(got, evaluate(model, {})["y"][0], rtol=1e-14)


YEARS = np.array([-2.5, -1.0, 0.25, 1.0, 2.0, 3.5])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tan(year)", np.tan(YEARS)),
        ("atan(year)", np.arctan(YEARS)),
        ("atan2(year, -1)", np.arctan2(YEARS, -1.0)),
        ("mod(year, 2)", [1.5, 1.0, 0.25, 1.0, 0.0, 1.5]),
        ("mod(year, -2)", [-0.5, -1.0, -1.75, -1.0, -0.0, -0.5]),
        ("where(year > 0 and year < 3, 1, 0)", [0, 0, 1, 1, 1, 0]),
        ("where(year < 0 or year > 3, 1, 0)", [1, 1, 0, 0, 0, 1]),
        ("where(year < 0 or year > 0 and year < 1, 1, 0)", [1, 1, 1, 0, 0, 0]),
        ("where((year < 0 or year > 0) and year < 1, 1, 0)", [1, 1, 1, 0, 0, 0]),
        ("where((year < 0 or year > 1) and year < 3, 1, 0)", [1, 1, 0, 0, 1, 0]),
    ],
)
def test_angles_remainders_and_joined_conditions(text, expected):
    model = Model([Equation("y", unit("1"), parse(text))], {}, {"year": tuple(YEARS.tolist())})
    kernel = Kernel(model, {})
    got = kernel.run(kernel.plan([Quantity("y")]), Design("sobol", 256, 1, 0), 0)[:, 0, 0]
    np.testing.assert_allclose(got, evaluate(model, {})["y"][0], rtol=1e-15)
    np.testing.assert_allclose(got, expected, rtol=1e-15)


def test_conditions_of_python_are_joined_too():
    traced = trace(lambda year: where((year > 0) & (year < 3) | (year == 5), atan2(year, 2), 0))
    assert to_text(traced) == "where(year > 0 and year < 3 or year == 5, atan2(year, 2), 0)"
    assert parse(to_text(traced)) == traced


def test_machine_code_is_named_by_what_decides_it():
    def described(years, first=1, formula="2*year"):
        equations = [
            Equation("x", unit("1"), parse(formula)),
            Equation("y", unit("1"), parse("x*sum(x*year, over=year)")),
        ]
        model = Model(equations, {}, {"year": tuple(range(first, first + years))})
        return description(lower(model))

    assert described(3) == described(3, first=2024)  # labels are data
    assert described(3).count("\n") == described(300).count("\n")
    assert len({described(3), described(4), described(3, formula="3*year")}) == 3
    read = described(3, formula="at(year, year=2)*year")
    assert read == described(3, first=2, formula="at(year, year=3)*year")
    assert read != described(3, first=2, formula="at(year, year=2)*year")


@pytest.mark.parametrize(
    "text",
    [
        "year**2 + year**-3 + (-year)**5 + year**64 + year**-64 + 1.5**3",
        "year**0.5 + year**-1.5 + year**65 + 2**year + year**year",
        "where(year < 2, 1, 2) + where(year <= 2, 4, 8) + where(year > 2, 16, 32)",
        "where(year >= 2, 1, 2) + where(year == 2, 4, 8) + where(year != 2, 16, 32)",
        "min(year, 2) + max(year, 2, 1) + abs(1 - year) + floor(year/2) + ceil(year/2)",
        "exp(-year) + log(year) + log10(year) + sqrt(year) + sin(year) + cos(year) + tanh(year)",
        "sum(year*exp(year/9), over=year) + prod(year/2, over=year)*mean(year**2, over=year)",
    ],
)
def test_every_operation_is_that_of_numpy(text):
    model = Model([Equation("y", unit("1"), parse(text))], {}, {"year": (1, 2, 3)})
    kernel = Kernel(model, {})
    got = kernel.run(kernel.plan([Quantity("y")]), Design("sobol", 256, 1, 0), 0)[:, 0, :]
    expected = np.broadcast_to(evaluate(model, {})["y"][0], len(got))
    np.testing.assert_allclose(got, np.tile(expected[:, None], 256), rtol=1e-14)
