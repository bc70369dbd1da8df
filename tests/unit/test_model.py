"""The graph: wiring by name, what is refused and with which words, dims, units, the NumPy path."""

from __future__ import annotations

import re

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.expressions import parse
from mcsus.families import distribution
from mcsus.model import Equation, Model, equation, evaluate, typical_values
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.units import unit

DIMS = {"place": ("north", "south"), "year": (2030, 2031, 2033), "cohort": (2030, 2031, 2033)}


def formula(name, text, units="1"):
    return Equation(name, unit(units), parse(text))


def parameter(name, dims=(), units="1", values=None):
    count = int(np.prod([len(DIMS[dim]) for dim in dims]))
    laws = [distribution("constant", value=v) for v in values or np.arange(1.0, count + 1)]
    cells = tuple(Cell(law, unit(units), f"study:{name}|{k}", Provenance())
                  for k, law in enumerate(laws))  # fmt: skip
    return Parameter(name, unit(units), dims, cells, "uncertainty", None)


def model(equations, parameters=(), dims=DIMS, **options):
    return Model(equations, {p.name: p for p in parameters}, dims, **options)


def value(found, name):
    return evaluate(found, typical_values(found))[name][0]


def refusal(*args, **kwargs):
    with pytest.raises(InputError, match="found") as caught:
        model(*args, **kwargs)
    return caught.value


class TestWiring:
    def test_equations_may_stand_in_any_order(self):
        written = [formula("c", "a + b"), formula("b", "2*a"), formula("a", "3*x")]
        found = model(written, [parameter("x")])
        assert [e.name for e in found.equations] == ["a", "b", "c"]
        assert value(found, "c") == 9.0
        assert value(model(written[::-1], [parameter("x")]), "c") == 9.0

    def test_inputs_are_the_parameters_that_are_used_in_their_own_order(self):
        found = model(
            [formula("y", "b + a")], [parameter("a"), parameter("unused"), parameter("b")]
        )
        assert found.inputs == ("a", "b")

    def test_a_name_is_known_once_it_has_dims(self):
        found = model([formula("y", "a")], [parameter("a")])
        assert "y" in found
        assert "a" in found
        assert "z" not in found

    def test_a_python_function_and_a_formula_make_one_graph(self):
        @equation(unit="kg", over="place")
        def total(mass, share):
            """Sum over places."""
            return mass * share

        found = model(
            [total, formula("double", "2*total", "kg")],
            [parameter("mass", units="kg", values=[3.0]), parameter("share", ("place",))],
        )
        assert value(found, "double") == 2 * 3 * (1 + 2)
        assert total(2.0, 3.0) == 6.0

    def test_a_formula_cannot_be_called(self):
        with pytest.raises(TypeError, match="'y' was made from a formula and cannot be called"):
            formula("y", "a")(1.0)

    def test_a_long_chain_in_the_worst_order_is_no_problem(self):
        # recursion of one frame or more a link would end at a thousand links
        count = 3000
        chain = [formula(f"e{k}", f"e{k - 1} + 1") for k in range(count, 0, -1)]
        found = model([*chain, formula("e0", "0*1")])
        assert len(found.equations) == count + 1
        assert value(found, f"e{count}") == count


class TestFaults:
    @pytest.mark.parametrize(
        ("texts", "chain"),
        [
            ({"a": "a + 1"}, "a -> a"),
            ({"a": "b", "b": "a"}, "a -> b -> a"),
            ({"a": "b", "b": "c", "c": "2*d", "d": "b"}, "b -> c -> d -> b"),
        ],
    )
    def test_a_cycle_is_printed_as_a_chain(self, texts, chain):
        error = refusal([formula(name, text) for name, text in texts.items()])
        assert [fault.found for fault in error.faults] == [f"a cycle: {chain}"]
        assert error.faults[0].allowed == "a graph without cycles"

    def test_two_cycles_and_a_missing_input_are_told_at_once(self):
        texts = {"a": "b", "b": "a", "c": "d", "d": "c", "e": "nothing"}
        error = refusal([formula(name, text) for name, text in texts.items()])
        assert [fault.found for fault in error.faults] == [
            "a cycle: a -> b -> a",
            "a cycle: c -> d -> c",
            "'nothing', needed along nothing <- e",
        ]

    def test_a_missing_input_comes_with_the_chain_that_needs_it_and_the_nearest_name(self):
        error = refusal([formula("total", "2*use"), formula("use", "powr*2")], [parameter("power")])
        (fault,) = error.faults
        assert fault.found == "'powr', needed along powr <- use <- total"
        assert fault.where == ("equations", "use")
        assert fault.nearest == "power"
        assert "did you mean 'power'?" in str(error)

    def test_a_missing_input_is_told_once_however_many_need_it(self):
        error = refusal([formula("a", "z + 1"), formula("b", "z + 2"), formula("c", "a + b")])
        assert len(error.faults) == 1

    def test_a_text_dim_is_no_number(self):
        error = refusal([formula("y", "2*place")])
        assert error.faults[0].found.startswith("'place', needed along")

    def test_unit_faults_of_all_equations_at_once(self):
        error = refusal(
            [
                formula("mass", "length", "kg"),
                formula("area", "length*length", "m**2"),
                formula("sum_of_unlike", "length + area", "m"),
                formula("exponential", "exp(length)"),
            ],
            [parameter("length", units="m")],
        )
        where = [fault.where[:2] for fault in error.faults]
        assert where == [("equations", n) for n in ("mass", "sum_of_unlike", "exponential")]
        assert error.faults[0].found == "a formula that gives m"
        assert error.faults[0].allowed == "what its unit 'kg' measures"

    def test_co2e_is_a_dimension_of_its_own(self):
        error = refusal(
            [formula("both", "mass + carbon", "kg")],
            [parameter("mass", units="kg"), parameter("carbon", units="kg CO2e")],
        )
        assert "kg CO2e" in str(error)

    def test_the_literal_zero_takes_any_unit_and_no_other_number_does(self):
        assert value(model([formula("y", "0", "kg CO2e")]), "y") == 0.0
        assert refusal([formula("y", "1", "kg CO2e")]).faults[0].where == ("equations", "y")

    def test_dims_faults_name_the_equation(self):
        error = refusal([formula("y", "sum(a, over=place)")], [parameter("a")])
        assert error.faults[0].where[:2] == ("equations", "y")
        assert error.faults[0].allowed == "a value that carries 'place'"


class TestRequired:
    @staticmethod
    def served(name):
        def function(a):
            return a * 2

        function.__name__ = name
        return equation(unit="1")(function)

    def test_python_equations_that_serve_nothing_are_left_out(self):
        equations = [self.served("wanted"), self.served("idle")]
        found = model(equations, [parameter("a")], required=["wanted"])
        assert [e.name for e in found.equations] == ["wanted"]
        assert "idle" not in found
        assert [e.name for e in model(equations, [parameter("a")]).equations] == ["wanted", "idle"]

    def test_formulas_are_always_kept_and_checked(self):
        error = refusal([formula("idle", "missing + 1")], required=[])
        assert error.faults[0].found.startswith("'missing'")

    def test_a_python_equation_with_missing_inputs_may_be_idle_but_not_wanted(self):
        equations = [self.served("idle"), formula("y", "2*b")]
        assert "idle" not in model(equations, [parameter("b")], required=["y"])
        error = refusal(equations, [parameter("b")], required=["y", "idle"])
        assert error.faults[0].found == "'a', needed along a <- idle"

    def test_an_unknown_required_name_is_told_with_the_nearest(self):
        error = refusal([formula("footprint", "2*a")], [parameter("a")], required=["footprnt"])
        assert error.faults[0].nearest == "footprint"
        assert error.faults[0].where == ("outputs", "footprnt")


class TestDims:
    def test_operands_broadcast_by_name_not_by_place(self):
        found = model(
            [formula("y", "late*early")],
            [parameter("late", ("year",)), parameter("early", ("place",))],
        )
        assert found.dims_of["y"] == ("place", "year")  # the order of the study
        expected = np.array([[1], [2]]) * np.array([[1, 2, 3]])
        assert value(found, "y").tolist() == expected.tolist()

    def test_dims_of_one_length_are_not_mixed_up(self):
        found = model(
            [formula("y", "a - b")], [parameter("a", ("year",)), parameter("b", ("cohort",))]
        )
        assert found.dims_of["y"] == ("year", "cohort")
        assert value(found, "y").tolist() == [[0, -1, -2], [1, 0, -1], [2, 1, 0]]

    @pytest.mark.parametrize(
        ("kind", "expected"), [("sum", [9, 12]), ("mean", [3, 4]), ("prod", [15, 48])]
    )
    def test_reductions(self, kind, expected):
        grid = parameter("a", ("place", "year"), values=[1.0, 3.0, 5.0, 2.0, 4.0, 6.0])
        found = model([formula("y", f"{kind}(a, over=year)")], [grid])
        assert found.dims_of["y"] == ("place",)
        assert value(found, "y").tolist() == expected

    def test_a_reduction_inside_a_formula(self):
        grid = parameter("a", ("place", "year"))
        found = model([formula("share", "a/sum(a, over=year)")], [grid])
        expected = np.array([[1, 2, 3], [4, 5, 6]]) / np.array([[6], [15]])
        assert value(found, "share").tolist() == expected.tolist()

    def test_at_reads_another_dim_at_the_same_labels(self):
        table = parameter("a", ("year",), values=[10.0, 20.0, 30.0])
        found = model(
            [
                formula("y", "at(a, year=cohort)"),
                formula("gap", "a - at(a, year=cohort)"),
                formula("age", "year - cohort"),
            ],
            [table],
        )
        assert found.dims_of["y"] == ("cohort",)
        assert value(found, "y").tolist() == [10, 20, 30]
        assert value(found, "gap").tolist() == [[0, -10, -20], [10, 0, -10], [20, 10, 0]]
        assert value(found, "age").tolist() == [[0, -1, -3], [1, 0, -2], [3, 2, 0]]

    def test_a_numeric_dim_is_its_labels(self):
        found = model([formula("y", "(year - 2030)*2")])
        assert found.is_coordinate("year")
        assert not found.is_coordinate("place")
        assert value(found, "y").tolist() == [0, 2, 6]

    def test_shape(self):
        found = model([formula("y", "a")], [parameter("a", ("place", "year"))])
        assert found.shape("y") == (2, 3)


class TestSpread:
    FOUND = model(
        [formula("wide", "a*b"), formula("low", "b"), formula("scalar", "sum(b, over=year)")],
        [parameter("a", ("place",)), parameter("b", ("year",))],
    )

    def test_values_repeat_over_the_dims_they_lack(self):
        low = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])  # two replicates, three years
        spread = self.FOUND.spread(low, "low", "wide")
        assert spread.shape == (2, 2, 3)
        assert (spread == low[:, np.newaxis, :]).all()

    def test_along_the_first_dim_too(self):
        a = np.array([7.0, 8.0])
        spread = self.FOUND.spread(a, "a", "wide")
        assert spread.tolist() == [[7, 7, 7], [8, 8, 8]]

    def test_a_scalar_spreads_over_everything(self):
        assert self.FOUND.spread(np.array([5.0]), "scalar", "wide").tolist() == [[[5.0] * 3] * 2]


class TestUpstream:
    FOUND = model(
        [formula("use", "power*life"), formula("total", "use + made"), formula("made", "2*mass")],
        [parameter(n) for n in ("power", "life", "mass", "idle")],
    )

    def test_upstream_holds_the_targets_and_all_they_depend_on(self):
        assert self.FOUND.upstream(["use"]) == {"use", "power", "life"}
        assert self.FOUND.upstream(["total"]) == {"total", "use", "made", "power", "life", "mass"}
        assert self.FOUND.upstream(["idle"]) == {"idle"}
        assert self.FOUND.upstream([]) == set()

    def test_equation_by_name(self):
        assert self.FOUND.equation("made").inputs == ("mass",)
        with pytest.raises(KeyError, match="mad"):
            self.FOUND.equation("mad")


class TestReference:
    def test_typical_values_are_in_base_units(self):
        law = distribution("triangular", minimum=5, mode=10, maximum=17)
        cell = Cell(law, unit("mm**2"), "k", Provenance())
        found = model(
            [formula("y", "a", "m**2")],
            [Parameter("a", unit("cm**2"), (), (cell,), "uncertainty", None)],
        )
        assert typical_values(found)["a"] == pytest.approx(1e-5, rel=1e-15)

    def test_a_typical_of_its_own_wins(self):
        law = distribution("uniform", minimum=0, maximum=1)
        cell = Cell(law, unit("g"), "k", Provenance(), typical=0.25)
        found = model(
            [formula("y", "a", "kg")],
            [Parameter("a", unit("kg"), (), (cell,), "uncertainty", None)],
        )
        assert value(found, "y") == pytest.approx(2.5e-4, rel=1e-15)

    def test_every_function_of_the_language(self):
        # values by hand from the definitions
        expected = {
            "exp(0)": 1.0, "log(x/x)": 0.0, "log10(100*x)": 2.0, "sqrt(9*x)": 3.0, "abs(-x)": 1.0,
            "floor(-1.5*x)": -2.0, "ceil(-1.5*x)": -1.0, "sin(pi/2*x)": 1.0, "cos(pi*x)": -1.0,
            "tanh(0*x)": 0.0, "min(3, x, 2)": 1.0, "max(3, x, 2)": 3.0, "where(x > 1, 5, 7)": 7.0,
            "where(x >= 1, 5, 7)": 5.0, "where(x == 1, 5, 7)": 5.0, "where(x != 1, 5, 7)": 7.0,
            "where(x < 1, 5, 7)": 7.0, "where(x <= 1, 5, 7)": 5.0, "2**3*x": 8.0, "-x**2": -1.0,
        }  # fmt: skip
        for text, wanted in expected.items():
            found = model([formula("y", text)], [parameter("x")])
            assert value(found, "y") == pytest.approx(wanted, rel=1e-15, abs=1e-15), text

    def test_draws_are_the_first_axis(self):
        found = model([formula("y", "a + b")], [parameter("a"), parameter("b", ("place",))])
        values = {"a": np.arange(5.0), "b": np.arange(10.0).reshape(5, 2)}
        y = evaluate(found, values)["y"]
        assert y.tolist() == [[3 * k, 3 * k + 1] for k in range(5)]


class TestScenarios:
    """Only what is downstream of a change carries the dim."""

    def test_dims_downstream_only(self, study, model_of):
        asked = study(
            {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)},
            {"from_a": "2*a", "from_b": "2*b", "both": "from_a + from_b"},
            scenarios=[{"id": "half", "set": {"a": {"value": 0.5, "unit": "1"}}}],
        )
        found = model_of(asked)
        assert found.dims == {"scenario": ("base", "half")}
        assert {n: found.dims_of[n] for n in ("a", "b", "from_a", "from_b", "both")} == {
            "a": ("scenario",),
            "b": (),
            "from_a": ("scenario",),
            "from_b": (),
            "both": ("scenario",),
        }
        assert value(found, "both").tolist() == [2.0, 2.0]

    def test_a_scenario_keeps_the_stream_of_the_base(self, study):
        law = {"distribution": "uniform", "minimum": 5, "maximum": 6, "unit": "1"}
        asked = study(
            {"a": ("uniform", 0, 1)}, {"y": "a"}, scenarios=[{"id": "up", "set": {"a": law}}]
        )
        assert {cell.stream for cell in asked.parameter("a").cells} == {"study:a"}


def test_faults_of_a_study_name_the_file(study, model_of):
    asked = study({"a": ("uniform", 0, 1)}, {"y": "z + 0*a", "z": "y"})
    message = re.escape("study.equations.y: found a cycle: y -> z -> y")
    with pytest.raises(InputError, match=message):
        model_of(asked)
