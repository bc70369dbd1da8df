"""Python equations: one function gives a formula, numbers on arrays, and units on quantities."""

# ruff: noqa: PLW0108  (the lambda is the equation under test, not what it calls)

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.expressions import (
    Expression,
    at,
    at_label,
    ceil,
    cos,
    dimension,
    exp,
    floor,
    log,
    log10,
    maximum,
    mean_over,
    minimum,
    names,
    parse,
    prod_over,
    sin,
    sqrt,
    sum_over,
    tanh,
    to_text,
    trace,
    where,
)
from mcsus.expressions.nodes import Binary, Compare, Name, Negate, Number
from mcsus.units import unit
from tests.pint_registry import dimension_of, quantity, registry


def use_stage(power, lifetime, grid_intensity, charging_efficiency):
    return power * lifetime * grid_intensity / charging_efficiency


def service_life(replaceable, device_life, battery_life):
    return where(replaceable > 0.5, device_life, minimum(device_life, battery_life))


def replacements(lifetime, battery_life):
    return maximum(0, lifetime / battery_life - 1)


def delivered(grid_intensity, decline, lifetime):
    return grid_intensity * exp(-decline * lifetime / 2)


def die_yield(area, density):
    return 1 / (1 + area * density / 10) ** 10


def surviving(age, lifetime):
    return where(age < 0, 0, exp(-np.pi / 4 * (age / lifetime) ** 2))


def standby(power, floor_power):
    return maximum(floor_power, power, 0) + abs(power - floor_power)


def side(area):
    return sqrt(area) + (4 * area) ** 0.5 + area**1.5 / area


def odd_numbers(ratio):
    return (
        floor(ratio)
        + ceil(ratio)
        - sin(ratio) * cos(ratio)
        + tanh(-ratio)
        + log(ratio) * log10(ratio)
        + 2**ratio
        + ratio ** (1 / 3)
    )


# function, formula, units of the inputs, unit of the result
EQUATIONS = [
    (
        use_stage,
        "power*lifetime*grid_intensity/charging_efficiency",
        {
            "power": "mW",
            "lifetime": "year",
            "grid_intensity": "g CO2e/kWh",
            "charging_efficiency": "%",
        },
        "kg CO2e",
    ),
    (
        service_life,
        "where(replaceable > 0.5, device_life, min(device_life, battery_life))",
        {"replaceable": "1", "device_life": "year", "battery_life": "month"},
        "year",
    ),
    (
        replacements,
        "max(0, lifetime/battery_life - 1)",
        {"lifetime": "year", "battery_life": "day"},
        "1",
    ),
    (
        delivered,
        "grid_intensity*exp(-decline*lifetime/2)",
        {"grid_intensity": "g CO2e/kWh", "decline": "1/year", "lifetime": "year"},
        "g CO2e/kWh",
    ),
    (die_yield, "1/(1 + area*density/10)**10", {"area": "mm**2", "density": "1/cm**2"}, "1"),
    (
        surviving,
        "where(age < 0, 0, exp(-0.7853981633974483*(age/lifetime)**2))",
        {"age": "year", "lifetime": "year"},
        "1",
    ),
    (
        standby,
        "max(floor_power, power, 0) + abs(power - floor_power)",
        {"power": "mW", "floor_power": "W"},
        "W",
    ),
    (side, "sqrt(area) + (4*area)**0.5 + area**1.5/area", {"area": "cm**2"}, "m"),
    (
        odd_numbers,
        (
            "floor(ratio) + ceil(ratio) - sin(ratio)*cos(ratio) + tanh(-ratio)"
            " + log(ratio)*log10(ratio) + 2**ratio + ratio**0.3333333333333333"
        ),
        {"ratio": "1"},
        "1",
    ),
]
IDS = [function.__name__ for function, *_ in EQUATIONS]

Case = tuple[Callable[..., Any], str, dict[str, str], str]


class TestOneFunctionThreeReadings:
    @pytest.fixture(params=EQUATIONS, ids=IDS)
    def case(self, request: pytest.FixtureRequest) -> Case:
        return request.param

    def test_formula(self, case: Case) -> None:
        function, formula, units, _ = case
        assert to_text(trace(function)) == formula
        assert trace(function) == parse(formula)
        assert set(names(trace(function))) == set(units)

    def test_numbers(self, case: Case) -> None:
        """On arrays the function gives what its traced formula gives, draw by draw."""
        function, _, units, _ = case
        stream = np.random.default_rng(20230127)
        draws = {name: stream.uniform(0.2, 3.0, 64) for name in units}
        if "age" in draws:
            draws["age"] -= 1.0
        found = function(**draws)
        assert found.shape == (64,)
        for i in range(64):
            point = {name: float(values[i]) for name, values in draws.items()}
            # NumPy's vector loops and the C library differ by a few ulp for each function.
            assert found[i] == pytest.approx(_evaluate(trace(function), point), rel=1e-14)
            assert float(function(**point)) == pytest.approx(found[i], rel=1e-14)

    def test_dimension(self, case: Case) -> None:
        """On pint quantities the function has the dimension that the analysis finds."""
        function, _, units, expected = case
        found = {name: unit(text).dimension for name, text in units.items()}
        computed = dimension(trace(function), found)
        assert computed == unit(expected).dimension
        scalars = {name: quantity(0.7, item) for name, item in found.items()}
        arrays = {name: quantity(np.array([0.3, 0.7, 1.9]), item) for name, item in found.items()}
        assert dimension_of(function(**scalars)) == computed
        assert dimension_of(function(**arrays)) == computed

    def test_units_and_magnitudes_agree(self, case: Case) -> None:
        """Quantities in declared units come to what magnitudes in coherent base units give."""
        function, _, units, expected = case
        ureg = registry()
        declared = {name: ureg.Quantity(1.7, text) for name, text in units.items()}
        base = {name: 1.7 * unit(text).factor for name, text in units.items()}
        measured = ureg.Quantity(1.0, "") * function(**declared)
        assert measured.to_base_units().magnitude == pytest.approx(function(**base), rel=1e-12)
        assert dimension_of(measured) == unit(expected).dimension


def _evaluate(node: Expression, point: dict[str, float]) -> float:
    """Evaluate a formula with the C library alone, independently of the functions under test."""
    match node:
        case Number():
            return node.value
        case Name():
            return point[node.id]
        case Negate():
            return -_evaluate(node.arg, point)
        case Binary() | Compare():
            left, right = _evaluate(node.left, point), _evaluate(node.right, point)
            return {
                "+": lambda: left + right,
                "-": lambda: left - right,
                "*": lambda: left * right,
                "/": lambda: left / right,
                "**": lambda: math.pow(left, right),
                "<": lambda: left < right,
                ">": lambda: left > right,
            }[node.op]()
    args = [_evaluate(item, point) for item in node.children()]
    if node.function == "where":
        return args[1] if args[0] else args[2]
    if node.function in ("min", "max", "abs"):
        return {"min": min, "max": max, "abs": abs}[node.function](*args)
    return getattr(math, node.function)(*args)


class TestSymbols:
    @pytest.mark.parametrize(
        ("function", "formula"),
        [
            (lambda a: 2 - a, "2 - a"),
            (lambda a: 2 / a + 3 * a, "2/a + 3*a"),
            (lambda a, b: a**b, "a**b"),
            (lambda a: -(+a), "-a"),
            (lambda a: a * -2, "a*-2"),
            (lambda a: (-2) ** a, "(-2)**a"),
            (lambda a: a * Fraction(1, 4), "a*0.25"),
            (lambda a: np.float64(2) * a / np.int64(3), "2*a/3"),
            (lambda a: np.float64(2) ** a, "2**a"),
            (lambda a: a * math.pi, "a*pi"),
            (lambda a: sum([a, a]), "0 + a + a"),
            (lambda a: 3, "3"),
            (lambda a: -1.5, "-1.5"),
            (lambda a: a * -0.0, "a*0"),
            (lambda a: abs(a) + np.abs(a), "abs(a) + abs(a)"),
            (
                lambda a, b: np.where(a < b, np.exp(a), np.maximum(b, 0)),
                "where(a < b, exp(a), max(b, 0))",
            ),
            (lambda a, b: minimum(a, b, 3, a), "min(a, b, 3, a)"),
            (lambda a: where(a > 3, 1, 0), "where(a > 3, 1, 0)"),
            (lambda a: where(np.float64(3) <= a, 1, 0), "where(3 <= a, 1, 0)"),
            (
                lambda a, b: where(a == b, 1, 0) + where(a != b, 2, 0),
                "where(a == b, 1, 0) + where(a != b, 2, 0)",
            ),
            (lambda a, b: where(a >= b, a, -b), "where(a >= b, a, -b)"),
            (lambda a, b: sum_over(a * b, over="year"), "sum(a*b, over=year)"),
            (lambda a: mean_over(a, "individual"), "mean(a, over=individual)"),
            (lambda a: prod_over(1 - a, over="step"), "prod(1 - a, over=step)"),
            (lambda a: at(a, year="cohort"), "at(a, year=cohort)"),
            (lambda a: at_label(a, design="coin"), 'at(a, design="coin")'),
            (
                lambda a: at_label(a, year=2030) / at_label(a, year=-1.5),
                "at(a, year=2030)/at(a, year=-1.5)",
            ),
            (lambda *, a, b: a - b, "a - b"),
        ],
    )
    def test_formula(self, function: Callable[..., object], formula: str) -> None:
        assert to_text(trace(function)) == formula
        assert trace(function) == parse(formula)

    @pytest.mark.parametrize(
        ("function", "match"),
        [
            (lambda a: 1 if a > 0 else 2, r"a decision .*where\(condition, a, b\)"),
            (lambda a, b: a > 0 and b > 0, "a decision"),
            (lambda a, b: 0 < a < b, "a decision"),
            (lambda a: not a, "a decision"),
            (lambda a, b: max(a, b), r"a decision .*maximum\(a, b\)"),
            (lambda a: math.exp(a), "the operation 'float'"),
            (lambda a: int(a), "the operation 'int'"),
            (lambda a: round(a), "the operation 'round'"),
            (lambda a: math.floor(a), "the operation 'floor'"),
            (lambda a: range(a), "the operation 'index'"),
            (lambda a: len(a), "the operation 'len'"),
            (lambda a: list(a), "the operation '(len|iter)'"),
            (lambda a: a[0], "the operation 'getitem'"),
            (lambda a: a(1), "the operation 'call'"),
            (lambda a: a // 2, "the operation 'floordiv'"),
            (lambda a: 7 % a, "the operation 'rmod'"),
            (lambda a, b: a @ b, "the operation 'matmul'"),
            (
                lambda a, b: (a > 0) & (b > 0),
                "a comparison used as a value",
            ),
            (lambda a, b: where((a > 0) & b, 1, 0), "a condition joined with a Symbol"),
            (lambda a, b: where((a > 0) ^ (b > 0), 1, 0), "the operation 'xor'"),
            (lambda a, b: where(a > 0 and b > 0, 1, 0), r"\(a < b\) & \(c < d\)"),
            (lambda a: (a > 0) * 2, "the operation 'mul'"),
            (lambda a: (a > 0) + (a > 1), "the operation 'add'"),
            (lambda a: a + (a > 1), "a comparison used as a value"),
            (lambda a: a > 0, "a comparison used as a value"),
            (lambda a: exp(a > 0), "a comparison used as a value"),
            (lambda a: where(a, 1, 0), "a condition of where of type Symbol"),
            (lambda a: where(True, a, 0), "a condition of where of type bool"),
            (lambda a: np.sinh(a), "numpy.sinh"),
            (lambda a: np.sum(a), "numpy.sum"),
            (lambda a: np.exp(a, where=True), "numpy.exp"),
            (lambda a: np.array([a]), "the operation"),
            (lambda a: a * np.ones(3), "a ndarray in an equation"),
            (lambda a: minimum(a, [1]), "a list in an equation"),
            (lambda a: a + True, "a bool in an equation"),
            (lambda a: a + "b", "a str in an equation"),
            (lambda a: a + 1j, "a complex in an equation"),
            (lambda a: a + None, "a NoneType in an equation"),
            (lambda a: a * math.inf, "the number inf"),
            (lambda a: a * math.nan, "the number nan"),
            (lambda a: a * 10**400, "the number inf"),
            (max, "does not name its arguments"),
            (3, "does not name its arguments"),
            (lambda a: None, "an equation that returns a NoneType"),
            (lambda a: (a, a), "an equation that returns a tuple"),
            (lambda a: True, "an equation that returns a bool"),
            (lambda a=1: a, "the default of 'a'"),
            (lambda *a: a[0], r"the argument \*a"),
            (lambda **a: 1, r"the argument \*\*a"),
            (lambda a, /: a, "the argument a"),
            (lambda exp: exp, "'exp', a word of the formula language"),
            (lambda _a: _a, "the name '_a'"),
            (lambda a: sum_over(a, over="exp"), "'exp', a word of the formula language"),
            (lambda a: at(a, year="1"), "the name '1'"),
            (lambda a: at(a), "at with 0 dims"),
            (lambda a: at(a, year=2030), "the name 2030"),
            (lambda a: at_label(a), "at_label with 0 dims"),
            (lambda a: at_label(a, year=True), "a label of type bool"),
            (lambda a: at_label(a, year=[1]), "a label of type list"),
            (lambda a: at_label(a, design="two\nlines"), "allowed: texts in quotes"),
            (lambda a: exp(a, a), "exp with 2 arguments"),
            (lambda a: at(a, year="cohort", b="c"), "at with 2 dims"),
        ],
    )
    def test_refused(self, function: Callable[..., object], match: str) -> None:
        with pytest.raises(InputError, match=match):
            trace(function)

    def test_a_product_that_doubles_is_refused_before_it_explodes(self) -> None:
        def doubling(a: Any) -> Any:
            for _ in range(200):  # 2**200 nodes as a tree
                a = a * a
            return a

        with pytest.raises(InputError, match="an equation of more than 500 nodes"):
            trace(doubling)

    def test_errors_of_the_function_itself_pass_through(self) -> None:
        def broken(a: Any) -> Any:
            return a.magnitude

        with pytest.raises(AttributeError, match="magnitude"):
            trace(broken)


class TestFunctions:
    @pytest.mark.parametrize("function", [exp, log, log10, sin, cos, tanh, floor, ceil])
    def test_plain_numbers_only(self, function: Callable[[Any], Any]) -> None:
        with pytest.raises(Exception, match="Cannot convert from 'kilogram'"):
            function(quantity(1.0, unit("kg").dimension))
        percent = registry().Quantity(250.0, "percent")
        assert float(function(percent)) == pytest.approx(float(function(2.5)), rel=1e-15)

    @pytest.mark.parametrize("function", [minimum, maximum, lambda a, b: where(True, a, b)])
    def test_one_unit_only(self, function: Callable[[Any, Any], Any]) -> None:
        mass, time = quantity(1.0, unit("kg").dimension), quantity(1.0, unit("s").dimension)
        with pytest.raises(Exception, match="Cannot convert"):
            function(mass, time)

    def test_zero_takes_the_unit_beside_it(self) -> None:
        loss = registry().Quantity(np.array([-1.0, 2.0]), "kg CO2e")
        assert maximum(0, loss).to("g CO2e").magnitude.tolist() == [0.0, 2000.0]
        assert minimum(loss, 0).to("g CO2e").magnitude.tolist() == [-1000.0, 0.0]
        assert where(loss > 0, 0, loss).to("kg CO2e").magnitude.tolist() == [-1.0, 0.0]

    @pytest.mark.parametrize(
        "call",
        [
            lambda: sum_over(np.ones(3), over="year"),
            lambda: mean_over(1.0, over="year"),
            lambda: prod_over(1.0, over="year"),
            lambda: at(np.ones(3), year="cohort"),
            lambda: at_label(np.ones(3), year=2030),
        ],
    )
    def test_dims_need_a_model(self, call: Callable[[], object]) -> None:
        with pytest.raises(InputError, match="has no named dims"):
            call()

    def test_broadcasting(self) -> None:
        rows, columns = np.arange(3.0)[:, None], np.arange(4.0)
        assert where(rows < columns, rows, columns).shape == (3, 4)
        assert minimum(rows, columns, 1.0).max() == 1.0

    def test_signatures_are_what_equations_use(self) -> None:
        assert list(inspect.signature(sum_over).parameters) == ["x", "over"]
