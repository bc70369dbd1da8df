"""The formula language: what it reads, writes and says about units, dims and names."""

from __future__ import annotations

import copy
import inspect
import keyword
import math
import pickle
import subprocess
import sys
from typing import ClassVar

import pytest

from mcsus.errors import InputError
from mcsus.expressions import (
    FUNCTIONS,
    REDUCTIONS,
    check_name,
    constant,
    dimension,
    dims,
    names,
    parse,
    parser,
    to_text,
    walk,
)
from mcsus.expressions.language import LOGIC, is_reserved
from mcsus.expressions.nodes import At, AtLabel, Binary, Call, Compare, Name, Negate, Number, Reduce
from mcsus.units import DIMENSIONLESS, Dimension, unit

A, B, C = Name("a"), Name("b"), Name("c")


RESERVED = [name for name, row in FUNCTIONS.items() if row.reserved]


class TestParse:
    @pytest.mark.parametrize(
        ("text", "tree"),
        [
            ("a", A),
            ("2", Number(2.0)),
            ("1.", Number(1.0)),
            (".5", Number(0.5)),
            ("2.5e-3", Number(0.0025)),
            ("1E3", Number(1000.0)),
            ("pi", Number(math.pi)),
            ("a + b*c", Binary("+", A, Binary("*", B, C))),
            ("(a + b)*c", Binary("*", Binary("+", A, B), C)),
            ("a - b - c", Binary("-", Binary("-", A, B), C)),
            ("a/b/c", Binary("/", Binary("/", A, B), C)),
            ("-a**2", Negate(Binary("**", A, Number(2.0)))),
            ("(-a)**2", Binary("**", Negate(A), Number(2.0))),
            ("a**-b", Binary("**", A, Negate(B))),
            ("a**(b**c)", Binary("**", A, Binary("**", B, C))),
            ("(a**b)**c", Binary("**", Binary("**", A, B), C)),
            ("min(a, b, c)", Call("min", (A, B, C))),
            ("exp(-a)", Call("exp", (Negate(A),))),
            ("where(a <= b, a, 0)", Call("where", (Compare("<=", A, B), A, Number(0.0)))),
            ("where((a) != (b), 1, c)", Call("where", (Compare("!=", A, B), Number(1.0), C))),
            ("sum(a*b, over=year)", Reduce("sum", Binary("*", A, B), "year")),
            ("mean(a, over=individual)", Reduce("mean", A, "individual")),
            ("at(a, year=cohort)", At(A, "year", "cohort")),
            ("at(a, year=2030)", AtLabel(A, "year", 2030.0)),
            ("at(a, step = -2.5)", AtLabel(A, "step", -2.5)),
            ('at(a, design="coin")', AtLabel(A, "design", "coin")),
            (
                "at(a*b, design='größer (als) 1.5')",
                AtLabel(Binary("*", A, B), "design", "größer (als) 1.5"),
            ),
            ('at(a, design="é") + b', Binary("+", AtLabel(A, "design", "é"), B)),
            ("\n  a +\r\n\tb\n", Binary("+", A, B)),
        ],
    )
    def test_tree(self, text: str, tree: object) -> None:
        assert parse(text) == tree

    @pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - {"where"}))
    def test_every_function(self, name: str) -> None:
        count = FUNCTIONS[name].arity
        args = ", ".join("ab"[:count])
        assert parse(f"{name}({args})") == Call(name, (A, B)[:count])

    @pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
    def test_every_comparison(self, op: str) -> None:
        found = parse(f"where(a {op} b, a, b)")
        assert found == Call("where", (Compare(op, A, B), A, B))

    def test_positions_are_columns_of_the_text_as_given(self) -> None:
        text = "  (alpha) * exp( beta ) ** 2\n - at(gamma, year=cohort)"
        found = {(type(node).__name__, text[node.position - 1 :][:2]) for node in walk(parse(text))}
        assert found == {
            ("Binary", "- "),
            ("Binary", "* "),
            ("Binary", "**"),
            ("Name", "al"),
            ("Call", "ex"),
            ("Name", "be"),
            ("Number", "2\n"),
            ("At", "at"),
            ("Name", "ga"),
        }

    def test_limits_are_met_exactly(self) -> None:
        longest = "+".join(["a"] * 250)  # 250 names and 249 sums
        assert sum(1 for _ in walk(parse(longest))) == 499
        assert parse(f"-({longest})").position == 1
        assert parse("a" + " " * 1999) == A
        assert parse("(" * 50 + "a" + ")" * 50) == A


# Where, what and (in part) what is allowed. Each is a thing that Python would take or a slip.
REFUSED = [
    ("__import__('os')", 1, "a name that begins with '_'"),
    ("a.__class__", 2, "an attribute"),
    ("a.real", 2, "an attribute"),
    ("1 .real", 3, "an attribute"),
    ("a + (b).c", 8, "an attribute"),
    ("eval(a)", 1, "unknown function 'eval'"),
    ("open(a)", 1, "unknown function 'open'"),
    ("2*exq(a)", 3, "unknown function 'exq'.*did you mean 'exp'"),
    ("sinh(a)", 1, "unknown function 'sinh'.*did you mean 'sin'"),
    ("lambda x: x", 1, "the Python word 'lambda'"),
    ("(lambda: 0)()", 2, "the Python word 'lambda'"),
    ("f'{a}'", 1, "a string that begins with 'f'"),
    ("'a'", 1, "a string"),
    ('a + "b"', 5, "a string"),
    ("b'a'", 1, "a string that begins with 'b'"),
    ("a + rb'a'", 5, "a string that begins with 'rb'"),
    ("9" * 1990 + "_", 1, "the number '9{20}'"),
    ("[a for a in b]", 1, "a subscript or a list"),
    ("sum(a for a in b)", 7, "the Python word 'for'"),
    ("{a}", 1, "a set or a dictionary"),
    ("{a: b}", 1, "a set or a dictionary"),
    ("(a := 1)", 4, "the sign ':'"),
    ("a[0]", 2, "a subscript"),
    ("a if b else c", 3, "the Python word 'if'"),
    ("a and b", 1, "values joined by 'and'; allowed: comparisons joined in the first argument"),
    ("where(a and b < c, 1, 2)", 7, "a condition of where that is no comparison"),
    ("where(and a < b, 1, 2)", 7, "'and' where a value should stand"),
    ("where(a < b or or c < d, 1, 2)", 16, "'or' where a value should stand"),
    ("where(a < b and not c < d, 1, 2)", 17, "the Python word 'not'"),
    ("not a", 1, "the Python word 'not'"),
    ("True", 1, "the Python word 'True'"),
    ("None", 1, "the Python word 'None'"),
    ("await a", 1, "the Python word 'await'"),
    ("a // b", 3, "the operator '//'"),
    ("a % b", 3, "the operator '%'"),
    ("a @ b", 3, "the operator '@'"),
    ("a & b", 3, "a bitwise operator"),
    ("a ^ 2", 3, "a bitwise operator"),
    ("~a", 1, "a bitwise operator"),
    ("a << b", 3, "the operator '<<'"),
    ("a <> b", 3, "the operator '<>'"),
    ("a += b", 3, "the operator '[+]='"),
    ("a ** = b", 6, "'=' where a value should stand"),
    ("a -> b", 3, "the operator '->'"),
    ("a; b", 2, "a second statement"),
    ("a \\\n + b", 3, "a second statement"),
    ("a # b", 3, "a comment"),
    ("a\0b", 2, "a NUL character"),
    ("\0", 1, "a NUL character"),
    ("a\fb", 2, r"the character '\\x0c'"),
    ("é", 1, "the character 'é'"),
    ("a + \uff58", 5, "the character '\uff58'"),  # ast would read a full-width x as x
    ("\udc80", 1, "the character"),
    ("a\xd7b", 2, "the character"),
    ("_a", 1, "a name that begins with '_'"),
    ("a + _", 5, "a name that begins with '_'"),
    ("1e400", 1, "the number 1e400; allowed: numbers below"),
    ("a*" + "9" * 400, 3, "the number 9{20}; allowed: numbers below"),
    ("1e-400", 1, "the number 1e-400; allowed: 0 or numbers above"),
    ("0x10", 1, "the number '0x10'"),
    ("0b1", 1, "the number '0b1'"),
    ("1_000", 1, "the number '1_000'"),
    ("2j", 1, "the number '2j'"),
    ("1..2", 1, "the number '1..2'"),
    ("1e", 1, "the number '1e'"),
    ("2a", 1, "the number '2a'"),
    ("007", 1, "'0', which does not fit there"),
    ("a**b**c", 5, "a power of a power"),
    ("9**9**9**9", 5, "a power of a power"),
    ("a**-b**c", 6, "a power of a power"),
    ("a < b", 1, "a comparison; allowed: comparisons as first argument of where"),
    ("1 + (a < b)", 6, "a comparison"),
    ("where(a, a < b, b)", 7, "a condition of where that is no comparison"),
    ("where(a < b < c, a, b)", 7, "a chain of comparisons"),
    ("where(a < b, a)", 1, "where with 2 arguments; allowed: 3"),
    ("where(a = b, a, b)", None, "which does not fit there"),
    ("+a", 1, "a plus sign before a value"),
    ("a, b", 1, "a list of values"),
    ("(a, b)", None, "a list of values"),
    ("()", 2, "'[)]' where a value should stand"),
    ("exp()", 5, "'[)]' where a value should stand"),
    ("exp(a, b)", 1, "exp with 2 arguments; allowed: 1"),
    ("min(a)", 1, "min with 1 arguments; allowed: 2 or more"),
    ("exp(*a)", 5, "'[*]' where a value should stand"),
    ("exp(**a)", 5, r"'\*\*' where a value should stand"),
    ("exp(a, x=1)", 8, "the argument 'x'"),
    ("sum(a)", 1, "sum with 1 values and 0 dims"),
    ("sum(a, b)", 1, "sum with 2 values and 0 dims"),
    ("sum(a, ovr=year)", 8, "the argument 'ovr'.*did you mean 'over'"),
    ("sum(a, over=year, over=b)", None, "sum|keyword argument repeated"),
    ("sum(a, over=1)", 13, "a dim of sum that is no name"),
    ("sum(a, over=(b, c))", 13, "a dim of sum that is no name"),
    ("sum(a, over=exp)", 13, "a dim of sum that is no name"),
    ("at(a)", 1, "at with 1 values and 0 dims"),
    ("at(a, year=2030 + b)", 12, "a dim of at that is no name"),
    ('at(a, year="b" + c)', 12, "a dim of at that is no name"),
    ('at(a, year="b" "c")', 16, "a string"),
    ('at(a, year="")', 12, 'the label ""; allowed: texts in quotes'),
    ('at(a, year=" b%")', 12, 'the label " b%"; allowed: texts in quotes'),
    ('at(a, year="b\x1b")', 12, "allowed: texts in quotes .* signs that cannot be seen"),
    ('at(a, year="b", over="c")', 1, "at with 1 values and 2 dims"),
    ('at(a, "b")', 7, "a string"),
    ('at("b", year=c)', 4, "a string"),
    ('at(exp(x="b"), year=c)', 10, "a string"),
    ("sum(a, over='year')", 13, "a string"),
    ('at(a, year="b', 12, "a string"),
    ('at(a, d="é")[0]', 13, "a subscript"),
    ('at(a, d="é") + where(b, 1, 2)', 22, "a condition of where"),
    ("at(a, pi=b)", 7, "the dim 'pi'"),
    ("exp", 1, "the function 'exp' without arguments"),
    ("exp + 1", 1, "the function 'exp' without arguments"),
    ("pi(a)", 1, "unknown function 'pi'"),
    ("exp(a)(b)", 7, "'[(]' after a value"),
    ("2(a)", 2, "'[(]' after a value"),
    ("(a)(b)", 4, "'[(]' after a value"),
    ("a b", 3, "'b' after a value"),
    ("(a) b", 5, "'b' after a value"),
    ("a +", 4, "the end of the formula"),
    ("* a", 1, "'[*]' where a value should stand"),
    ("a + * b", 5, "'[*]' where a value should stand"),
    ("(a", 1, "'[(]' without a '[)]'"),
    ("a)", 2, "'[)]' without a '[(]'"),
    ("a = b", 3, "'=', which does not fit there"),
    ("", 1, "an empty formula"),
    (" \n\t ", 1, "an empty formula"),
    ("(" * 51 + "a" + ")" * 51, 51, "a parenthesis; allowed: at most 50"),
    ("-" * 302 + "a", 302, "nests too deeply; allowed: at most 300"),
    ("+".join(["a"] * 251), 501, "more than 500 nodes"),
    ("a" * 2001, 2001, "a formula of 2,001 characters; allowed: at most 2,000"),
    ("(" * 2000, 51, "a parenthesis"),
    ("a(" * 700, 102, "a parenthesis"),
    ("-" * 2000, 2001, "the end of the formula"),
    ("a**" * 600 + "a", None, "a power of a power|more than 500|nests too deeply"),
]


# What would be harmful in Python; the tree alone must refuse it too.
FOREIGN = [
    "__import__('os')",
    "a.__class__",
    "eval(a)",
    "lambda x: x",
    "(lambda: 0)()",
    "f'{a}'",
    "'a'",
    "...",
    "[a for a in b]",
    "[a]",
    "sum(a for a in b)",
    "{a: b for a in c}",
    "(a := 1)",
    "a[0]",
    "a if b else c",
    "a and b",
    "not a",
    "True",
    "None",
    "await a",
    "a // b",
    "a % b",
    "a @ b",
    "a << b",
    "~a",
    "exp(*a)",
    "exp(**a)",
    "sum(a, **b)",
    "exp(a)(b)",
    "where(a in b, 1, 2)",
    "where(a is b, 1, 2)",
    "a\0b",
    "1e400",
    "2j",
    "0x10",
    "(" * 5000,
    "-" * 100_000 + "a",
    "a**" * 100_000 + "a",
]


class TestRefusals:
    @pytest.mark.parametrize(("text", "column", "match"), REFUSED)
    def test_refused_with_its_column(self, text: str, column: int | None, match: str) -> None:
        with pytest.raises(InputError, match=match) as caught:
            parse(text)
        (fault,) = caught.value.faults
        if column is not None:
            assert fault.where == (f"column {column}",)
        assert fault.where[0].startswith("column ")
        assert fault.allowed

    @pytest.mark.parametrize("word", sorted({*keyword.kwlist} - {*LOGIC}))
    def test_no_word_of_python(self, word: str) -> None:
        with pytest.raises(InputError, match=f"column 5: found the Python word '{word}'"):
            parse(f"a + {word}")

    @pytest.mark.parametrize("value", [None, 3, b"a", ["a"]])
    def test_not_text(self, value: object) -> None:
        with pytest.raises(InputError, match="a formula in quotes"):
            parse(value)  # type: ignore[arg-type]

    def test_nothing_is_imported_or_run(self) -> None:
        code = (
            "import sys\n"
            "from mcsus.errors import InputError\n"
            "from mcsus.expressions import parse\n"
            "parse('a')\n"
            "def watch(event, args):\n"
            "    if event in ('import', 'exec', 'open', 'os.system'): sys.exit(f'{event} {args}')\n"
            "    if event == 'compile' and args[1] != '<unknown>': sys.exit(f'{event} {args}')\n"
            "sys.addaudithook(watch)\n"
            "for text in ('__import__(\\'os\\')', 'exp(a)', 'open(a)', 'a(', 'eval(b)', '9**9'):\n"
            "    try: parse(text)\n"
            "    except InputError: pass\n"
        )
        # `ast.parse` raises one 'compile' event for its text; nothing else may happen.
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

    def test_deep_in_the_stack(self) -> None:
        """Where little of Python's stack is left, a deep formula is refused, not a crash."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(len(inspect.stack(0)) + 120)
        try:
            with pytest.raises(InputError, match="nests too deeply"):
                parse("-" * 200 + "a")
        finally:
            sys.setrecursionlimit(limit)

    @pytest.mark.parametrize("text", FOREIGN)
    def test_the_allow_list_holds_without_the_first_pass(
        self, text: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(parser, "scan", lambda _: None)
        with pytest.raises(InputError, match=r"column [0-9]+: found "):
            parse(text)


class TestNodes:
    def test_position_does_not_count(self) -> None:
        assert parse("a+b") == parse("  a  +  b")
        assert hash(parse("a+b")) == hash(parse("  a  +  b"))

    @pytest.mark.parametrize(
        "other", ["b", "-a", "a + a", "exp(a)", "abs(a)", "sum(a, over=d)", "at(a, d=e)", "1"]
    )
    def test_different_trees_differ(self, other: str) -> None:
        assert parse(other) != A
        assert parse(other) != "a"
        assert parse(f"exp({other})") != parse("exp(a)")

    def test_reduce_and_at_differ_by_dim(self) -> None:
        assert parse("sum(a, over=d)") != parse("sum(a, over=e)")
        assert parse("at(a, d=e)") != parse("at(a, e=d)")
        assert parse("min(a, b)") != parse("min(a, b, c)")

    def test_deep_trees_compare_and_hash(self) -> None:
        text = "+".join(["a"] * 250)
        assert parse(text) == parse(text)
        assert len({parse(text), parse(text), parse(text[2:])}) == 2

    def test_pickle_survives_another_hash_seed(self) -> None:
        tree = parse("where(a < 2, exp(-a), sum(b, over=year))")
        code = (
            "import pickle, sys; from mcsus.expressions import parse, to_text;"
            "tree = pickle.loads(sys.stdin.buffer.read());"
            "assert tree == parse(to_text(tree)) and hash(tree) == hash(parse(to_text(tree)))"
        )
        run = [sys.executable, "-c", code]
        for seed in ("1", "2"):
            subprocess.run(
                run, input=pickle.dumps(tree), check=True, timeout=60, env={"PYTHONHASHSEED": seed}
            )

    def test_copy_keeps_positions(self) -> None:
        tree = parse("a + b")
        twin = copy.deepcopy(tree)
        assert twin == tree
        assert twin.position == 3

    @pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
    def test_numbers_are_finite(self, value: float) -> None:
        with pytest.raises(InputError, match=r"column 4: found the number -?(nan|inf)"):
            Number(value, 4)


class TestNames:
    def test_order_of_first_appearance_without_dims(self) -> None:
        text = "c*sum(b*c, over=year) + at(a, cohort=year) + where(d < b, e, pi)"
        assert names(parse(text)) == ("c", "b", "a", "d", "e")

    def test_a_dim_read_as_number_is_a_name(self) -> None:
        assert names(parse("sum((year - 2024)*step, over=year)")) == ("year", "step")

    @pytest.mark.parametrize("name", ["a", "fab_yield", "x1", "Over", "match", "e", "log2", "A_"])
    def test_allowed(self, name: str) -> None:
        check_name(name)
        assert names(parse(name)) == (name,)

    @pytest.mark.parametrize(
        "name", ["", "_a", "1a", "a-b", "a b", "a.b", "é", "a\n", "\uff41", None, 3]
    )
    def test_malformed(self, name: object) -> None:
        with pytest.raises(InputError, match="a letter, then letters, digits or '_'"):
            check_name(name)  # type: ignore[arg-type]

    @pytest.mark.parametrize("name", sorted({*RESERVED, *REDUCTIONS, "at", "pi", *keyword.kwlist}))
    def test_reserved(self, name: str) -> None:
        with pytest.raises(InputError, match=f"'{name}', a word of (Python|the formula language)"):
            check_name(name)

    def test_reserved_covers_the_language(self) -> None:
        assert all(map(is_reserved, (*RESERVED, *REDUCTIONS, "at", "pi", "yield", "lambda")))
        assert not is_reserved("payback")
        assert not is_reserved("power")


class TestText:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("((a))+(b)", "a + b"),
            ("a-(b-c)", "a - (b - c)"),
            ("(a-b)-c", "a - b - c"),
            ("a*(b/c)", "a*(b/c)"),
            ("(a*b)/c", "a*b/c"),
            ("-(a+b)", "-(a + b)"),
            ("(-a)*b", "-a*b"),
            ("-(a*b)", "-(a*b)"),
            ("a*(-b)", "a*-b"),
            ("-(-a)", "--a"),
            ("(-a)**2", "(-a)**2"),
            ("-(a**2)", "-a**2"),
            ("a**(-b)", "a**-b"),
            ("a**(-(b+c))", "a**(-(b + c))"),
            ("a**(-(b**c))", "a**(-b**c)"),
            ("a**(b**c)", "a**(b**c)"),
            ("(a**b)**c", "(a**b)**c"),
            ("1.50*pi + 1e30 + 0.10", "1.5*pi + 1e+30 + 0.1"),
            ("3.141592653589793", "pi"),
            ("where( (a+b) <c , (a) , -b )", "where(a + b < c, a, -b)"),
            ("sum( (a) , over = year )", "sum(a, over=year)"),
            ("at((a*b),year=cohort)", "at(a*b, year=cohort)"),
        ],
    )
    def test_canonical(self, text: str, canonical: str) -> None:
        assert to_text(parse(text)) == canonical
        assert parse(canonical) == parse(text)

    def test_a_nested_exponent_takes_no_exponential_time(self) -> None:
        text = "a"
        for _ in range(24):
            text = f"a**(-({text}))"
        assert parse(to_text(parse(text))) == parse(text)


def _units(**units: str) -> dict[str, Dimension]:
    return {name: unit(text).dimension for name, text in units.items()}


class TestDimension:
    units = _units(
        mass="kg",
        carbon="kg CO2e",
        power="mW",
        life="year",
        ratio="1",
        area="mm**2",
        fleet="device",
        one_device="device",
        sales="device/year",
    )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("mass", "kg"),
            ("-mass", "kg"),
            ("2*mass + mass/3", "kg"),
            ("mass + 0", "kg"),
            ("0 - mass", "kg"),
            ("power*life", "kWh"),
            ("carbon/area", "kg CO2e/cm**2"),
            ("carbon/one_device*sales", "Mt CO2e/year"),
            ("carbon/fleet*one_device", "kg CO2e"),
            ("sqrt(area)", "m"),
            ("area**0.5", "m"),
            ("area**(3/2)", "m**3"),
            ("area**-1", "1/m**2"),
            ("area**-(1 + 2/2)", "1/m**4"),
            ("mass**(2*ratio - ratio)*0", None),
            ("ratio**ratio", "1"),
            ("2**(mass/mass)", "1"),
            ("exp(power/power)", "1"),
            ("abs(-carbon)", "kg CO2e"),
            ("min(mass, 0, 2*mass)", "kg"),
            ("max(0, life)", "s"),
            ("where(mass > 0, carbon, 0)", "kg CO2e"),
            ("where(0 < life, 0, carbon)", "kg CO2e"),
            ("where(ratio > 0.5, life, min(life, 2*life))", "s"),
            ("sum(carbon, over=year)", "kg CO2e"),
            ("mean(power, over=individual)", "W"),
            ("prod(ratio, over=year)", "1"),
            ("at(sales, year=cohort)", "device/year"),
            ("floor(life/(3*life))", "1"),
            ("tanh(ratio)*mass", "kg"),
            ("0*mass", "kg"),
            ("0", "1"),
        ],
    )
    def test_result(self, text: str, expected: str | None) -> None:
        if expected is None:
            with pytest.raises(InputError, match="to a power that is no number"):
                dimension(parse(text), self.units)
        else:
            assert dimension(parse(text), self.units) == unit(expected).dimension

    @pytest.mark.parametrize("text", ["0", "-0", "0 + 0", "min(0, 0)", "where(mass > 0, 0, 0)"])
    def test_zero_fits_what_is_expected(self, text: str) -> None:
        carbon = self.units["carbon"]
        assert dimension(parse(text), self.units, expected=carbon) == carbon
        assert dimension(parse(text), self.units) == DIMENSIONLESS

    def test_expected_does_not_overrule(self) -> None:
        found = dimension(parse("mass"), self.units, expected=self.units["carbon"])
        assert found == self.units["mass"]

    def test_adding_carbon_to_mass_names_both_units_and_the_column(self) -> None:
        with pytest.raises(InputError, match=r"kg CO2e \+ kg in 'carbon \+ mass'") as caught:
            dimension(parse("2*(carbon + mass)"), self.units)
        (fault,) = caught.value.faults
        assert fault.where == ("column 11",)
        assert str(fault).startswith("column 11: found kg CO2e + kg in")

    @pytest.mark.parametrize(
        ("text", "column", "match"),
        [
            ("carbon - mass", 8, "kg CO2e - kg in"),
            ("mass + 1", 6, r"kg \+ 1 in"),
            ("1 + fleet", 3, r"1 \+ device in"),
            ("carbon*2 + ratio", 10, r"kg CO2e \+ 1 in"),
            ("min(mass, 2*carbon)", 1, "min of kg and kg CO2e"),
            ("max(0, mass, life)", 1, "max of kg and year"),
            ("where(mass > life, 1, 2)", 12, "kg > year in"),
            ("where(mass == 1, 1, 2)", 12, "kg == 1 in"),
            ("where(mass > 0, mass, life)", 1, "where of kg and year"),
            ("exp(life)", 1, "exp of year.*a plain number"),
            ("2*log(mass)", 3, "log of kg"),
            ("log10(area)", 1, r"log10 of mm\*\*2"),
            ("sin(life)", 1, "sin of year"),
            ("tanh(power)", 1, "tanh of"),
            ("floor(life)", 1, "floor of year"),
            ("ceil(fleet)", 1, "ceil of device"),
            ("prod(mass, over=year)", 1, "prod of kg"),
            ("mass**ratio", 5, "kg to a power that is no number"),
            ("mass**(0*ratio)", 5, "kg to a power that is no number"),
            ("2**life", 2, "the exponent year"),
            ("mass**(1/0)", 5, "kg to the power nan"),
            ("mass**1000", 5, "kg to the power 1000.0.*exponents up to 99"),
            ("(mass**90)**90", 11, "the unit"),
            ("mass**90*mass**90", 9, "the unit"),
            ("mas*2", 1, "unknown name 'mas'.*did you mean 'mass'"),
        ],
    )
    def test_refused(self, text: str, column: int, match: str) -> None:
        with pytest.raises(InputError, match=match) as caught:
            dimension(parse(text), self.units)
        assert caught.value.faults[0].where == (f"column {column}",)

    def test_long_formulas_are_cut_in_messages(self) -> None:
        with pytest.raises(InputError, match="found") as caught:
            dimension(parse("+".join(["mass"] * 200) + "+life"), self.units)
        assert len(caught.value.faults[0].found) < 100

    @pytest.mark.parametrize(
        ("text", "value"),
        [("2", 2.0), ("-2**2", -4.0), ("1/4 - 1", -0.75), ("2*3 + 1", 7.0), ("a*0", None)],
    )
    def test_constant(self, text: str, value: float | None) -> None:
        assert constant(parse(text)) == value

    @pytest.mark.parametrize("text", ["1/0", "10**400", "(-1)**0.5", "0**-1", "1e308*9 - 1e308*9"])
    def test_constant_without_value(self, text: str) -> None:
        found = constant(parse(text))
        assert found is not None
        assert math.isnan(found)


class TestDims:
    labels: ClassVar[dict[str, tuple[str | int, ...]]] = {
        "application": ("watch", "phone"),
        "year": (2024, 2025),
        "cohort": (2024, 2025),
        "scenario": ("base", "half"),
    }
    carried: ClassVar[dict[str, tuple[str, ...]]] = {
        "share": ("application",),
        "sales": ("year",),
        "alive": ("year", "cohort"),
        "footprint": ("scenario", "application"),
        "plain": (),
    }

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("1", ()),
            ("plain*2", ()),
            ("sales", ("year",)),
            ("sales*share", ("application", "year")),
            ("footprint", ("application", "scenario")),
            ("exp(-alive)*share", ("application", "year", "cohort")),
            ("sum(share*footprint, over=application)", ("scenario",)),
            ("sum(share, over=application)*share", ("application",)),
            ("at(sales, year=cohort)", ("cohort",)),
            ("sum(at(sales, year=cohort)*alive, over=cohort)", ("year",)),
            ("where(sales > 0, share, plain)", ("application", "year")),
            ("mean(mean(alive, over=year), over=cohort)", ()),
            ("at(sales, year=2025)", ()),
            ("at(at(sales, year=cohort)*alive, year=2024)", ("cohort",)),
            ('at(footprint, application="watch")', ("scenario",)),
            ('footprint - at(footprint, scenario="base")', ("application", "scenario")),
            ('at(share, scenario="half")', ("application",)),
        ],
    )
    def test_result(self, text: str, expected: tuple[str, ...]) -> None:
        assert dims(parse(text), self.carried, self.labels) == expected

    @pytest.mark.parametrize(
        ("text", "column", "match"),
        [
            ("2*sum(plain, over=year)", 3, "sum over 'year' of a value with no dims"),
            ("mean(share, over=year)", 1, "of a value with dims application"),
            ("sum(sales, over=yer)", 1, "unknown dim 'yer'.*did you mean 'year'"),
            ("at(share, year=cohort)", 1, "at with year=cohort of a value with dims application"),
            ("at(sales, year=kohort)", 1, "unknown dim 'kohort'.*did you mean 'cohort'"),
            ("at(alive, year=cohort)", 1, "carries 'year' and 'cohort' already"),
            ("at(share, year=2024)", 1, "at with year=2024 of a value with dims application"),
            ("2*at(sales, year=2030)", 3, "unknown label 2030 of 'year'.*mean '2025'"),
            ('at(sales, year="2025")', 1, "unknown label \"2025\".*without quotes.*mean '2025'"),
            ('at(share, application="wach")', 1, "one of 'watch', 'phone'; .* mean 'watch'"),
            ("at(share, application=2)", 1, "unknown label 2 of 'application'"),
            ('at(share, scenario="haf")', 1, "unknown label .*mean 'half'"),
            ('at(share, regoin="x")', 1, "unknown dim 'regoin'"),
            ("sale*2", 1, "unknown name 'sale'.*did you mean 'sales'"),
        ],
    )
    def test_refused(self, text: str, column: int, match: str) -> None:
        with pytest.raises(InputError, match=match) as caught:
            dims(parse(text), self.carried, self.labels)
        assert caught.value.faults[0].where == (f"column {column}",)

    def test_a_study_without_dims(self) -> None:
        with pytest.raises(InputError, match="no dim: the study has none"):
            dims(parse("sum(plain, over=year)"), {"plain": ()}, {})

    def test_a_name_with_an_unknown_dim(self) -> None:
        with pytest.raises(InputError, match="unknown dim 'region'"):
            dims(parse("x"), {"x": ("region",)}, self.labels)
