"""Study files: dims, parameters over dims, stream keys, equations and layers."""

from __future__ import annotations

import copy
import json
import subprocess
import sys

import pytest

from mcsus.errors import InputError
from mcsus.model import Model, evaluate, typical_values
from mcsus.runner import check
from mcsus.study import Study, load_study, shipped_studies
from mcsus.study.layers import model_layers


def document(**changes):
    base = {
        "schema": "mcsus/1",
        "id": "kettle",
        "dims": {"room": ["kitchen", "office"]},
        "parameters": {
            "power": law(3.0, "kW"),
            "time": {**law(0.1, "h"), "source": "assumed", "rationale": "a guess"},
        },
        "equations": {"energy": {"formula": "power*time", "unit": "kWh"}},
        "outputs": {"energy": "Wh"},
    }
    return {**base, **changes}


def law(mean, unit):
    return {
        "distribution": "normal",
        "mean": mean,
        "sd": mean / 10,
        "unit": unit,
        "source": "name plate",
    }


def study(**changes):
    return Study.from_dict(document(**changes))


def with_parameter(name, value, **changes):
    whole = document(**changes)
    whole["parameters"] = {**whole["parameters"], name: value}
    return Study.from_dict(whole)


def streams(parameter):
    return [cell.stream for cell in parameter.cells]


def rooms(**leaves):
    return {"unit": "kW", "source": "name plate", "by": {"room": leaves}}


PLAIN = {"distribution": "uniform", "minimum": 1, "maximum": 2}


class TestHead:
    def test_defaults(self):
        made = study()
        assert made.title == "kettle"
        assert made.intervals == (0.5, 0.9, 0.95)
        assert (made.design.kind, made.design.draws, made.design.replicates) == ("sobol", 2**16, 16)
        assert made.sensitivity.draws == 4096
        assert made.sensitivity.outputs == ("energy",)
        assert made.sensitivity.group_by == "none"
        assert made.claims == made.scenarios == made.cautions == ()
        assert made.outputs["energy"].text == "Wh"

    def test_a_study_reads_back_from_its_own_tables(self):
        made = study()
        again = Study.from_dict(json.loads(json.dumps(made.to_dict())))
        assert again == made

    def test_what_is_given_is_not_changed_nor_kept(self):
        given = document()
        before = copy.deepcopy(given)
        made = Study.from_dict(given)
        assert given == before
        given["parameters"]["power"]["mean"] = 7.0
        assert made.to_dict() == before

    def test_anything_but_tables_is_refused(self):
        with pytest.raises(InputError, match="found 3; allowed: the tables of a study file"):
            Study.from_dict(3)

    def test_the_model_of_formulas_alone_is_sound(self):
        made = study()
        model = Model(made.equations, {p.name: p for p in made.parameters}, made.dims)
        assert model.inputs == ("power", "time")


class TestDims:
    def test_labels(self):
        dims = {
            "room": ["kitchen", "office"],
            "year": {"first": -1, "last": 2},
            "cohort": {"like": "year"},
            "decade": {"first": 2020, "last": 2050, "step": 10},
            "report": [2020, 2030.0, 2050.5],
        }
        made = study(dims=dims)
        assert dict(made.dims) == {
            "room": ("kitchen", "office"),
            "year": (-1, 0, 1, 2),
            "cohort": (-1, 0, 1, 2),
            "decade": (2020, 2030, 2040, 2050),
            "report": (2020, 2030, 2050.5),
        }
        assert [type(label) for label in made.dims["report"]] == [int, int, float]

    def test_a_numeric_dim_is_a_number_in_formulas(self):
        made = study(
            dims={"year": {"first": 1, "last": 3}},
            equations={"energy": {"formula": "sum(power*time*year, over=year)", "unit": "kWh"}},
        )
        assert check(made)[1].dims_of["energy"] == ()

    @pytest.mark.parametrize(
        ("dim", "words"),
        [
            (["two\nlines"], "without line breaks"),
            (["\x1b[31m"], "signs that cannot be seen"),
            ([" a"], "without spaces at their ends"),
            ([""], "texts in quotes of at most 200"),
            (["a" * 201], "texts in quotes of at most 200"),
            (["a", 2024], "texts beside numbers"),
            ([2020, 2030, 2025], "2025 after 2030; allowed: numbers that go up"),
            ([2020, 2020.0], "2020.0 after 2020"),
            ([2020, True], "true; allowed: numbers that go up"),
            ({"like": "room"}, "a dim written above"),
            ({"first": 1}, "this key is required"),
            ({"first": 1, "last": 2, "step": 0}, "a whole number from 1"),
            ({"first": 2020, "last": 2035, "step": 10}, "2030 or 2040"),
            ({"step": 10}, "this key is required"),
            ({}, "an empty table"),
            ("a", "a list of labels"),
        ],
    )
    def test_what_no_dim_can_be(self, dim, words):
        with pytest.raises(InputError, match=words):
            study(dims={"floor_no": dim})

    def test_a_fault_of_a_dim_is_told_once(self):
        with pytest.raises(InputError, match="'kitchen' twice") as caught:
            with_parameter("power", rooms(kitchen=PLAIN), dims={"room": ["kitchen", "kitchen", 3]})
        assert {fault.where[1] for fault in caught.value.faults} <= {"dims", "parameters"}

    def test_names_of_results_are_taken(self):
        from mcsus.analysis.base import taken_names
        from mcsus.result.dims import DIMS

        assert {*DIMS, "shortest", "contribution_error", "ST"} <= taken_names()
        with pytest.raises(InputError, match="results use this one"):
            study(dims={"quantile": ["a"]})


class TestStreams:
    def test_a_law_of_the_study_is_keyed_by_its_name(self):
        assert streams(study().parameter("power")) == ["study:power"]

    def test_a_law_of_the_library_is_keyed_by_its_id(self):
        made = with_parameter("area", "hsl.processing.0.mcu")
        assert streams(made.parameter("area")) == ["hsl.processing.0.mcu"]
        assert made.parameter("area").name == "area"

    def test_two_names_for_one_library_id_are_one_value(self):
        whole = document()
        whole["parameters"] |= {"a": "hsl.processing.0.mcu", "b": "hsl.processing.0.mcu"}
        made = Study.from_dict(whole)
        assert made.parameter("a").cells == made.parameter("b").cells

    def test_labels_are_independent(self):
        made = with_parameter("power", rooms(kitchen=PLAIN, office=PLAIN))
        assert streams(made.parameter("power")) == [
            "study:power|room=kitchen",
            "study:power|room=office",
        ]

    def test_labels_may_be_shared(self):
        table = {**rooms(kitchen=PLAIN, office={**PLAIN, "maximum": 3}), "shared": ["room"]}
        power = with_parameter("power", table).parameter("power")
        assert streams(power) == ["study:power", "study:power"]
        assert [cell.law.support()[1] for cell in power.cells] == [2, 3]

    def test_library_laws_by_label(self):
        ids = {"kitchen": "hsl.processing.0.mcu", "office": "hsl.processing.0.mcu"}
        table = {"by": {"room": ids}}
        assert streams(with_parameter("area", table).parameter("area")) == [
            "hsl.processing.0.mcu|room=kitchen",
            "hsl.processing.0.mcu|room=office",
        ]
        table["shared"] = ["room"]
        assert set(streams(with_parameter("area", table).parameter("area"))) == {
            "hsl.processing.0.mcu"
        }

    def test_different_library_laws_that_are_shared_have_the_key_of_the_study(self):
        ids = {"kitchen": "hsl.sensing.2.sensors", "office": "hsl.processing.0.mcu"}
        table = {"by": {"room": ids}, "shared": ["room"]}
        assert set(streams(with_parameter("area", table).parameter("area"))) == {"study:area"}

    def test_the_labels_of_a_table_are_drawn_by_its_stream(self):
        ids = {"kitchen": "hsl.sensing.2.sensors", "office": "hsl.processing.0.mcu"}
        table = {"by": {"room": ids}, "stream": "hsl.processing.0.mcu"}
        assert streams(with_parameter("area", table).parameter("area")) == [
            "hsl.processing.0.mcu|room=kitchen",
            "hsl.processing.0.mcu|room=office",
        ]
        made = with_parameter("area", table | {"shared": ["room"]})
        assert set(streams(made.parameter("area"))) == {"hsl.processing.0.mcu"}
        again = Study.from_dict(made.to_dict())
        assert again.parameter("area").cells == made.parameter("area").cells

    def test_two_dims_in_the_order_of_the_study(self):
        dims = {"room": ["kitchen", "office"], "year": {"first": 2030, "last": 2031}}
        table = {
            "unit": "kW",
            "source": "name plate",
            "shared": ["year"],
            "by": {
                "year": {
                    str(year): {
                        "by": {
                            "room": {
                                room: {**PLAIN, "minimum": 0, "maximum": 10 * k + year - 2029}
                                for k, room in enumerate(("kitchen", "office"))
                            }
                        }
                    }
                    for year in (2030, 2031)
                }
            },
        }
        power = with_parameter("power", table, dims=dims).parameter("power")
        assert power.dims == ("room", "year")
        assert [cell.law.support()[1] for cell in power.cells] == [1, 2, 11, 12]
        assert streams(power) == ["study:power|room=kitchen"] * 2 + ["study:power|room=office"] * 2

    def test_independent_years_must_be_meant(self):
        dims = {"year": {"first": 2030, "last": 2031}}
        table = {"unit": "kW", "source": "x", "by": {"year": {"2030": PLAIN, "2031": PLAIN}}}
        with pytest.raises(InputError, match=r"power\.shared: found nothing"):
            with_parameter("power", table, dims=dims)
        made = with_parameter("power", {**table, "shared": []}, dims=dims)
        assert streams(made.parameter("power")) == [
            "study:power|year=2030",
            "study:power|year=2031",
        ]

    def test_labels_with_other_dims_below_are_refused(self):
        dims = {"room": ["kitchen", "office"], "day": ["work", "rest"]}
        inner = {"by": {"day": {"work": PLAIN, "rest": PLAIN}}}
        with pytest.raises(InputError, match="the same under every label"):
            with_parameter("power", rooms(kitchen=PLAIN, office=inner), dims=dims)

    def test_two_dims_side_by_side_are_refused(self):
        table = {"unit": "kW", "source": "x", "by": {"room": {}, "day": {}}}
        with pytest.raises(InputError, match="a second one nests below a label"):
            with_parameter("power", table)


class TestProvenance:
    def test_keys_beside_by_are_inherited(self):
        table = rooms(kitchen={"minimum": 1, "maximum": 2}, office={**PLAIN, "unit": "W"})
        table |= {"distribution": "uniform", "stage": "use", "kind": "variability"}
        power = with_parameter("power", table).parameter("power")
        assert (power.stage, power.kind, power.unit.text) == ("use", "variability", "kW")
        assert [cell.unit.text for cell in power.cells] == ["kW", "W"]
        assert {cell.provenance.stage for cell in power.cells} == {"use"}
        assert {cell.provenance.sources[0].title for cell in power.cells} == {"name plate"}

    def test_an_assumption_keeps_its_rationale(self):
        provenance = study().parameter("time").cells[0].provenance
        assert (provenance.evidence, provenance.rationale) == ("assumed", "a guess")
        assert provenance.sources == ()

    def test_a_source_of_the_library_is_found_with_its_place(self):
        power = {**law(3.0, "kW"), "source": "pirson2021, table 3"}
        source = with_parameter("power", power).parameter("power").cells[0].provenance.sources[0]
        assert (source.id, source.locator, source.year) == ("pirson2021", "table 3", 2021)

    def test_typical_overrides(self):
        power = with_parameter("power", {**law(3.0, "kW"), "typical": 2.5}).parameter("power")
        assert power.cells[0].deterministic == 2.5

    def test_truncation_reaches_the_law(self):
        power = with_parameter("power", {**law(3.0, "kW"), "truncate": {"low": 0}})
        assert power.parameter("power").cells[0].law.support()[0] == 0


class TestLayers:
    def test_a_study_replaces_a_default_in_its_place(self):
        whole = load_study("tinyml_device")
        document = whole.to_dict()
        document["parameters"]["truncation"] = {
            "distribution": "constant",
            "value": 1,
            "unit": "1",
            "source": "a test",
        }
        made = Study.from_dict(document)
        names = [parameter.name for parameter in made.parameters]
        assert names == [parameter.name for parameter in whole.parameters]
        assert streams(made.parameter("truncation")) == ["study:truncation"]

    def test_what_a_study_adds_comes_last(self):
        names = [parameter.name for parameter in load_study("tinyml_device").parameters]
        assert names[-1] == "printed_typical"

    def test_a_formula_takes_the_place_of_an_input(self):
        document = load_study("tinyml_device").to_dict()
        document["equations"]["pue"] = {"formula": "1 + grid_loss", "unit": "1"}
        made = Study.from_dict(document)
        assert "pue" not in {parameter.name for parameter in made.parameters}
        assert "pue" in check(made)[1]

    def test_a_parameter_takes_the_place_of_an_equation(self):
        document = load_study("tinyml_device").to_dict()
        document["parameters"]["transport"] = law(0.4, "kg CO2e")
        made = Study.from_dict(document)
        assert "transport" not in {equation.name for equation in made.equations}
        assert "transport" in check(made)[1].inputs

    def test_a_formula_takes_the_place_of_an_equation(self):
        document = load_study("tinyml_device").to_dict()
        document["equations"]["transport"] = {
            "formula": "2*shipped_mass*sea_distance*sea_factor",
            "unit": "kg CO2e",
        }
        model = check(Study.from_dict(document))[1]
        assert "sea_distance" in model.equation("transport").inputs
        assert "air_share" not in model.equation("transport").inputs

    def test_extended_models_come_first(self):
        inherited, own = model_layers("tinyml_global")
        assert "battery_factor" in inherited.parameters
        assert "forecast_error" in own.parameters
        positions = [parameter.name for parameter in load_study("tinyml_global").parameters]
        assert positions.index("battery_factor") < positions.index("forecast_error")

    def test_dims_that_a_model_cannot_have_are_told_with_the_study(self):
        document = load_study("tinyml_device").to_dict()
        document["dims"] = {"application": ["cooking"]}
        with pytest.raises(InputError, match=r"study\.model tinyml_device\.parameters"):
            Study.from_dict(document)

    @pytest.mark.parametrize("path", shipped_studies(), ids=lambda path: path.stem)
    def test_shipped_studies_are_found_by_their_id(self, path):
        assert load_study(path.stem).id == path.stem
        assert load_study(path.stem).cautions == ()


class TestFormulas:
    def test_a_stage_and_a_description_are_kept(self):
        table = {
            "formula": "power*time",
            "unit": "kWh",
            "stage": "use",
            "description": "Energy.",
            "source": "Physics.",
        }
        equation = study(equations={"energy": table}).equations[0]
        assert (equation.stage, equation.doc) == ("use", "Energy.\nPhysics.")

    def test_zero_takes_any_unit(self):
        made = study(
            equations={
                "energy": {"formula": "power*time + none", "unit": "kWh"},
                "none": {"formula": "0", "unit": "kWh"},
            }
        )
        assert check(made)[1].dims_of["none"] == ()

    def test_every_wrong_formula_is_told(self):
        equations = {
            "energy": {"formula": "power*tme", "unit": "kWh"},
            "a": {"formula": "power + time", "unit": "kW"},
            "b": {"formula": "power.real", "unit": "kW"},
            "c": {"formula": "power", "unit": "kg"},
        }
        with pytest.raises(InputError, match="did you mean 'time'") as caught:
            study(equations=equations)
        assert {fault.where[2] for fault in caught.value.faults} == {"energy", "a", "b", "c"}

    def test_dims_read_on_each_other_have_the_same_labels(self):
        dims = {"year": {"first": 1, "last": 3}, "cohort": {"first": 1, "last": 2}}
        equations = {"energy": {"formula": "power*time*at(year, year=cohort)", "unit": "kWh"}}
        with pytest.raises(InputError, match="two dims with the same labels"):
            study(dims=dims, equations=equations)


def test_reading_a_study_loads_no_compiler_and_no_statistics():
    code = (
        "import sys; from mcsus.study import load_study; load_study('tinyml_global');"
        "print([m for m in ('numba', 'scipy.stats', 'SALib', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class TestYears:
    """Years with gaps: what a formula does with them, and what it does not."""

    @staticmethod
    def made(labels, formula="sum(power*time*(year - 2020), over=year)", unit="kWh", **more):
        equations = {"energy": {"formula": formula, "unit": unit}}
        return study(dims={"year": labels} | more, equations=equations)

    @staticmethod
    def total(asked):
        _, model = check(asked)
        return float(evaluate(model, typical_values(model))["energy"].ravel()[0])

    def test_uneven_years_are_numbers_in_formulas(self):
        one = self.total(self.made({"first": 2021, "last": 2021}))
        assert self.total(self.made([2020, 2030, 2050.5])) == pytest.approx(one * (10 + 30.5))

    def test_like_reads_uneven_years_on_each_other(self):
        """Each cohort is read in its own year: sums of the age over all pairs."""
        formula = (
            "sum(sum(where(cohort < year, year - cohort, 0), over=cohort), over=year)*power*time"
        )
        asked = self.made([2020, 2030, 2050], formula, cohort={"like": "year"})
        one = self.total(self.made({"first": 2021, "last": 2021}))
        assert self.total(asked) == pytest.approx(one * (10 + 30 + 20))
        formula = "sum(at(year*power*time, year=cohort) - cohort*power*time, over=cohort)"
        assert self.total(self.made([2020, 2030, 2050], formula, cohort={"like": "year"})) == 0

    @pytest.mark.parametrize(
        ("labels", "formula", "words"),
        [
            ([2020, 2030, 2050], "sum(power*time*year, over=year)", "adds up 3 labels of 'year'"),
            ([2020, 2030, 2050], "mean(power*time*year, over=year)", "gives each label of 'year'"),
            ([2020, 2030, 2040], "mean(power*time*year, over=year)", None),
            ([2020, 2021, 2022], "sum(power*time*year, over=year)", None),
        ],
    )
    def test_a_sum_over_labels_with_gaps_is_told(self, labels, formula, words):
        told = [one.text for one in self.made(labels, formula).cautions if one.kind == "gaps"]
        assert len(told) == (words is not None)
        assert all(words in text for text in told)

    def test_years_with_gaps_are_refused_where_a_model_adds_up_years(self):
        document = load_study("tinyml_fleet").to_dict()
        document["dims"] = {"year": [2024, 2030, 2035], "cohort": {"like": "year"}}
        with pytest.raises(InputError, match=r"labels with gaps, which '.*' of the model adds up"):
            check(Study.from_dict(document))
