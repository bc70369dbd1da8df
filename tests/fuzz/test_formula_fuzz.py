"""Whatever text comes in, the parsers answer or refuse; they never crash, hang or run it."""

from __future__ import annotations

import inspect
import math
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pint
import pytest
from hypothesis import assume, given, settings

from mcsus import expressions
from mcsus.errors import InputError
from mcsus.expressions import FUNCTIONS, Expression, dimension, names, parse, to_text, trace, walk
from mcsus.expressions.language import is_reserved
from mcsus.expressions.nodes import (
    At,
    AtLabel,
    Binary,
    Call,
    Compare,
    Logical,
    Name,
    Negate,
    Number,
    Reduce,
)
from mcsus.expressions.tracing import Symbol, symbol
from mcsus.units import Dimension, Unit, unit
from tests.pint_registry import dimension_of, quantity, registry

registry()  # pint loads here, outside the deadlines

# A hang is what the deadline catches; a parse takes about a millisecond.
PATIENT = settings(deadline=timedelta(seconds=5), max_examples=200)

NAMES = st.sampled_from(["a", "b", "mass", "grid_intensity", "x1", "Q", "over", "year"])
DIMS = st.sampled_from(["year", "cohort", "application"])
LABELS = st.one_of(
    st.sampled_from(["coin", "größer (als) 1.5", "a + b", "2030", "x/y"]),
    st.integers(-10, 2050).map(float),
    st.just(0.25),
)
NUMBERS = st.one_of(
    st.integers(0, 10**6).map(float),
    st.floats(0, allow_nan=False, allow_infinity=False),
    st.just(math.pi),
).map(Number)
COMPARISONS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
PLAIN = sorted(row.name for row in FUNCTIONS.values() if row.arity == 1)


def _deeper(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    compared = st.builds(Compare, COMPARISONS, inner, inner)
    joined = st.builds(Logical, st.sampled_from(["and", "or"]), compared, compared)
    condition = st.one_of(
        compared,
        joined,
        st.builds(Logical, st.sampled_from(["and", "or"]), joined, compared),
        st.builds(Logical, st.sampled_from(["and", "or"]), compared, joined),
    )
    return st.one_of(
        st.builds(Negate, inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        st.builds(Call, st.sampled_from(PLAIN), st.tuples(inner)),
        st.builds(
            Call,
            st.sampled_from(["min", "max"]),
            st.lists(inner, min_size=2, max_size=4).map(tuple),
        ),
        st.builds(Call, st.just("where"), st.tuples(condition, inner, inner)),
        st.builds(Reduce, st.sampled_from(["sum", "mean", "prod"]), inner, DIMS),
        st.builds(At, inner, DIMS, DIMS),
        st.builds(AtLabel, inner, DIMS, LABELS),
    )


TREES = st.recursive(st.one_of(NUMBERS, st.builds(Name, NAMES)), _deeper, max_leaves=25)

SCRAPS = (
    "0 1 2.5 1e400 1e-400 0x1 1j a b mass pi + - * / ** // % @ , . : ; = == != < <= := -> "
    "( ) [ ] { } ' # _ exp min where sum mean at over=year year=cohort f'x' eval os lambda "
    'if else for in not and or is None True await yield __import__ __class__ " \\ \0 é λ '
    "\uff58 \u202e"
)
WORDS = st.sampled_from(["\n", "\t", *SCRAPS.split()])


class TestFormulas:
    @PATIENT
    @given(TREES)
    def test_text_and_tree_are_one(self, tree: Expression) -> None:
        text = to_text(tree)
        read = parse(text)
        assert read == tree
        assert hash(read) == hash(tree)
        assert to_text(read) == text
        assert names(read) == names(tree)
        assert all(1 <= node.position <= len(text) for node in walk(read))

    @PATIENT
    @given(TREES, st.data())
    def test_spaces_and_needless_parentheses_change_nothing(
        self, tree: Expression, data: st.DataObject
    ) -> None:
        text = to_text(tree)
        loose = "".join(
            f" {sign}\n" if sign in "(),+" and not _within(text, i) else sign
            for i, sign in enumerate(text)
        )
        depth = data.draw(st.integers(0, 3))
        assert parse("(" * depth + loose + ")" * depth) == tree

    @PATIENT
    @given(st.text(max_size=200))
    def test_any_text(self, text: str) -> None:
        _parse_or_refuse(text)

    @PATIENT
    @given(st.lists(WORDS, max_size=40), st.sampled_from(["", " "]))
    def test_any_words(self, words: list[str], between: str) -> None:
        _parse_or_refuse(between.join(words))

    @PATIENT
    @given(TREES, st.integers(0, 400), st.one_of(WORDS, st.characters()))
    def test_a_slip_in_a_formula(self, tree: Expression, at: int, slip: str) -> None:
        text = to_text(tree)
        _parse_or_refuse(text[:at] + slip + text[at:])
        _parse_or_refuse(text[:at] + text[at + 1 :])

    @PATIENT
    @given(
        st.sampled_from(["(", "-", "a**", "exp(", "a+", "a-(", "where(a<", "f(", "[", "not "]),
        st.integers(1, 3000),
    )
    def test_repetition(self, part: str, times: int) -> None:
        _parse_or_refuse(part * times)
        _parse_or_refuse(part * times + "a" + ")" * times)


def _within(text: str, at: int) -> bool:
    """Whether a sign stands in a label, or a plus in an exponent such as 1e+30."""
    if text[:at].count('"') % 2:
        return True
    return text[at] == "+" and text[max(at - 1, 0)] == "e" and text[max(at - 2, 0)].isdigit()


def _has_faults(error: InputError, where: str) -> None:
    assert error.faults
    assert all(fault.where[0].startswith(where) for fault in error.faults)


def _parse_or_refuse(text: str) -> None:
    try:
        tree = parse(text)
    except InputError as error:
        _has_faults(error, "column ")
        return
    # What was accepted holds nothing but the nodes of the language.
    for node in walk(tree):
        assert type(node) in Expression.__args__
        if isinstance(node, Name):
            assert node.id in text
            assert node.id.isascii()
            assert not node.id.startswith("_")
            assert not is_reserved(node.id)


UNITS = {
    name: unit(text).dimension
    for name, text in {
        "mass": "kg",
        "carbon": "kg CO2e",
        "power": "W",
        "life": "year",
        "ratio": "1",
        "area": "m**2",
    }.items()
}


def _measured(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    condition = st.builds(Compare, st.sampled_from(["<", ">="]), inner, inner)
    exponent = st.sampled_from([2.0, 3.0, 0.5, 1.5]).map(Number)
    return st.one_of(
        st.builds(Negate, inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(Binary, st.just("**"), inner, exponent),
        st.builds(Call, st.sampled_from(["exp", "log", "sqrt", "abs", "tanh"]), st.tuples(inner)),
        st.builds(Call, st.sampled_from(["min", "max"]), st.tuples(inner, inner)),
        st.builds(Call, st.just("where"), st.tuples(condition, inner, inner)),
    )


MEASURED = st.recursive(
    st.one_of(
        st.sampled_from([0.0, 1.0, 2.0, 0.3]).map(Number),
        st.builds(Name, st.sampled_from(sorted(UNITS))),
    ),
    _measured,
    max_leaves=8,
)


class TestDimensions:
    @pytest.mark.slow
    @settings(PATIENT, max_examples=400)
    @given(MEASURED)
    def test_pint_agrees(self, tree: Expression) -> None:
        """The analysis accepts what pint accepts, and finds the same dimension."""
        values = {
            name: quantity(0.61 + 0.137 * i, item) for i, (name, item) in enumerate(UNITS.items())
        }
        found: Dimension | None
        try:
            found = dimension(tree, UNITS)
        except InputError:
            found = None
        try:
            with np.errstate(all="ignore"):
                measured = _run(tree, values)
        except pint.DimensionalityError:
            assert found is None
            return
        except ValueError:  # pint, when a quantity is compared to a number
            assert found is None
            return
        except (ZeroDivisionError, OverflowError):
            assume(False)
        assert found == dimension_of(measured)

    @PATIENT
    @given(MEASURED)
    def test_tracing_gives_the_tree_back(self, tree: Expression) -> None:
        def equation(**inputs: Symbol) -> object:
            return _run(tree, inputs, symbol)

        inputs = [inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY) for n in names(tree)]
        equation.__signature__ = inspect.Signature(inputs)  # type: ignore[attr-defined]
        assert trace(equation) == tree


def _run(node: Expression, values: dict[str, Any], number: Any = float) -> Any:
    """Do with the functions for Python what the formula says."""
    if isinstance(node, Number):
        return number(node.value)
    if isinstance(node, Name):
        return values[node.id]
    args = [_run(item, values, number) for item in node.children()]
    return _certain(_step(node, args), node)


def _step(node: Expression, args: list[Any]) -> Any:
    if isinstance(node, Negate):
        return -args[0]
    if isinstance(node, Binary | Compare):
        return _operate(node.op, *args)
    if node.function == "abs":
        return abs(args[0])
    name = {"min": "minimum", "max": "maximum"}.get(node.function, node.function)
    return getattr(expressions, name)(*args)


def _operate(op: str, left: Any, right: Any) -> Any:
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "/": lambda: left / right,
        "**": lambda: left**right,
        "<": lambda: left < right,
        ">=": lambda: left >= right,
    }[op]()


def _certain(value: Any, node: Expression) -> Any:
    """Leave out plain numbers that come to 0 or NaN: pint lets those have any unit."""
    if isinstance(value, int | float | complex | np.generic) and not isinstance(node, Compare):
        assume(not isinstance(value, complex | np.complexfloating))
        assume(value != 0 or _is_zero(node))
        assume(value == value)
    return value


def _is_zero(node: Expression) -> bool:
    """Whether the analysis, too, takes a formula for a 0 of any unit."""
    return all(dimension(node, UNITS, expected=unit) == unit for unit in UNITS.values())


UNIT_SCRAPS = (
    "kg g t ton CO2e device year kWh m cm mm2 % 1 9 ** * / ( ) - ^ degC dB foo . 0.5 _ "
    "Quantity pixel k µ Ω é \0 e3 kg**9**9**9"
)
UNIT_WORDS = st.sampled_from(["\n", *UNIT_SCRAPS.split()])
UNIT_TEXTS = st.one_of(
    st.text(max_size=120),
    st.lists(UNIT_WORDS, max_size=30).map(" ".join),
    st.lists(UNIT_WORDS, max_size=30).map("".join),
)


class TestUnits:
    @PATIENT
    @given(UNIT_TEXTS)
    def test_any_text(self, text: str) -> None:
        try:
            found = unit(text)
        except InputError as error:
            _has_faults(error, "unit")
            return
        assert isinstance(found, Unit)
        assert math.isfinite(found.factor)
        assert found.factor > 0

    @PATIENT
    @given(st.sampled_from(sorted(dir(registry()))))
    def test_every_name_that_pint_knows(self, name: str) -> None:
        """Each is a unit with the factor that pint gives, or is refused."""
        try:
            found = unit(name)
        except InputError as error:
            _has_faults(error, "unit")
            return
        base = registry().Quantity(1.0, name).to_base_units()
        assert dimension_of(base) == found.dimension
        assert abs(found.factor - base.magnitude) <= math.ulp(base.magnitude)
