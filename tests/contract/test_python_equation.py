"""What Python changes in a study goes all the way: run, saved, verified, resumed, on the page."""

import dataclasses

import pytest

import mcsus
from mcsus import InputError, Study, distribution, equation, load_study
from mcsus.cli import run_command
from mcsus.families.conditional import Conditional
from mcsus.runner.verification import verify
from mcsus.study import shipped_studies

SMALL = {"draws": 512, "replicates": 2}


def again(study):
    """Return the study that its tables describe."""
    return Study.from_dict(study.to_dict(), study.place)


def changed():
    @equation(unit="g CO2e")
    def spared(manufacture):
        """What nobody has to make."""
        return -manufacture / 3

    study = load_study("tinyml_device")
    return study.with_equations(spared).with_outputs(spared="kg CO2e")


@pytest.mark.slow
def test_an_equation_made_in_python_is_run_saved_verified_and_on_the_page(tmp_path, capsys):
    study = changed()
    result = mcsus.run(study, **SMALL)
    outputs = result.to_dict()["outputs"]
    made = mcsus.run(study.with_outputs(manufacture="kg CO2e"), **SMALL).to_dict()["outputs"]
    for one, other in zip(outputs["spared"]["cells"], made["manufacture"]["cells"], strict=True):
        assert one["mean"]["value"] == pytest.approx(-other["mean"]["value"] / 3, rel=1e-12)
    result.save(tmp_path / "saved")
    assert "The same bits" in verify(tmp_path / "saved").message
    assert run_command(["report", str(tmp_path / "saved")]) == 0
    page = (tmp_path / "saved" / "report" / "index.html").read_text(encoding="utf-8")
    assert "What nobody has to make" in page
    assert run_command(["run", "--resume", str(tmp_path / "saved"), "--json", "--no-report"]) == 0
    assert '"spared"' in capsys.readouterr().out


def test_a_plain_function_takes_the_place_of_an_equation():
    def embodied_share(use_stage, device_footprint):
        return (device_footprint - use_stage) / device_footprint

    study = load_study("tinyml_device").with_equations(embodied_share)
    assert again(study) == study
    told = study.to_dict()["equations"]["embodied_share"]
    assert told == {"formula": "(device_footprint - use_stage)/device_footprint", "unit": "1"}


def test_an_equation_may_take_the_place_of_a_parameter():
    @equation(unit="g")
    def battery_mass(plastic_mass):
        return plastic_mass / 10

    study = load_study("tinyml_device").with_equations(battery_mass)
    assert "battery_mass" not in {parameter.name for parameter in study.parameters}
    assert again(study) == study
    mcsus.check(study)


@pytest.mark.parametrize(
    ("table", "where"),
    [
        (
            {"dependence": [{"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.5}]},
            "dependence.1.parameters",
        ),
        ({"sensitivity": {"groups": {"both": ["a", "b"]}}}, "sensitivity.groups.both"),
        (
            {"scenarios": [{"id": "s", "set": {"a": {"value": 1, "unit": "1"}}}]},
            "scenarios.s.set.a",
        ),
    ],
)
def test_a_parameter_that_other_tables_ask_for_is_not_replaced(study, table, where):
    @equation(unit="1")
    def a(b):
        return 2 * b

    laws = {"a": ("uniform", 0, 1), "b": ("uniform", 1, 2)}
    with pytest.raises(InputError, match=f"{where}: found 'a'"):
        study(laws, {"y": "a + b"}, **table).with_equations(a)


def test_equations_stand_in_the_order_in_which_they_are_read_back(study):
    @equation(unit="1")
    def z(y):
        return 2 * y

    parts = {"distribution": "dirichlet", "over": "way", "concentration": 4, "source": "counts"}
    laws = {"a": ("uniform", 0, 1), "part": parts}
    dims = {"way": ["rail", "road"]}
    changed = study(laws, {"y": "sum(a*part, over=way)"}, dims=dims).with_equations(z)
    assert again(changed) == changed


def test_an_equation_that_was_put_in_by_hand_is_not_dropped():
    study = load_study("tinyml_device")
    extra = changed().equations[-1]
    study = dataclasses.replace(study, equations=(*study.equations, extra))
    assert study.with_changes(draws=512).equations[-1] == extra
    assert again(study).equations[-1] == extra


def test_what_no_formula_can_say_is_refused():
    study = load_study("tinyml_device")

    @equation(unit="kg CO2e")
    def strange(manufacture, nothing_there):
        return manufacture * nothing_there

    with pytest.raises(InputError, match="unknown name 'nothing_there'"):
        study.with_equations(strange)
    with pytest.raises(InputError, match="a function without a unit"):
        study.with_equations(lambda manufacture: manufacture)
    with pytest.raises(InputError, match=r"dims: found other dims than those of its file"):
        dataclasses.replace(study, dims={}).to_dict()


@pytest.mark.parametrize("name", shipped_studies())
def test_the_tables_of_a_changed_study_describe_it(name):
    study = load_study(name)
    assert study.to_dict() == study.document
    small = study.with_changes(draws=512, replicates=2, seed=3)
    assert again(small) == small
    assert again(small).cautions == small.cautions
    chosen = study.parameters[::5]
    laws = {parameter.name: parameter.cells[-1].law for parameter in chosen}
    made = study.with_laws(laws)
    assert again(made) == made
    assert [p.streams for p in made.parameters] == [p.streams for p in study.parameters]
    cells = {p.name: p.cells[0] for p in chosen if not isinstance(p.cells[0].law, Conditional)}
    made = study.with_laws({n: (c.deterministic, c.unit.text) for n, c in cells.items()})
    assert again(made) == made
    assert [p.streams for p in made.parameters] == [p.streams for p in study.parameters]


def test_equations_stand_beside_the_tables_of_a_study(document):
    @equation(unit="1")
    def y(a, b):
        """Both."""
        return a * b + 1

    def z(y):
        return 2 * y

    laws = {"a": ("uniform", 0, 1), "b": ("uniform", 1, 2)}
    tables = document(laws, {"z": "y"}, ["z"])
    made = Study.from_dict(tables, equations=[y, z])
    told = {"formula": "a*b + 1", "unit": "1", "description": "Both."}
    written = document(laws, {"z": "2*y", "y": "a*b + 1"}, ["z"])
    assert made.to_dict()["equations"]["y"] == told
    assert again(made) == made
    digests = [mcsus.run(one).to_dict()["digest"] for one in (made, Study.from_dict(written))]
    assert digests[0] == digests[1]

    @equation(unit="kg")
    def mass(a):
        return a

    with pytest.raises(InputError, match=r"equations.mass.unit: found 'kg'"):
        Study.from_dict(tables, equations=[y, mass])
    with pytest.raises(InputError, match="'y' twice"):
        Study.from_dict(tables, equations=[y, y])
    with pytest.raises(InputError, match="a function without a unit"):
        Study.from_dict(tables, equations=[lambda a: a])


def test_a_function_takes_the_unit_of_the_equation_of_a_model():
    def embodied_share(use_stage, device_footprint):
        return (device_footprint - use_stage) / device_footprint

    study = load_study("tinyml_device")
    made = Study.from_dict(study.to_dict(), study.place, equations=[embodied_share])
    assert made == study.with_equations(embodied_share)


def test_laws_are_given_in_many_forms():
    study = load_study("tinyml_device")
    law = distribution("uniform", minimum=1.1, maximum=1.2)
    table = {"distribution": "uniform", "minimum": 1.1, "maximum": 1.2}
    assert study.with_laws(pue=law) == study.with_laws(pue=table)
    assert study.with_laws(pue="1.1").parameter("pue").cell.law.typical() == 1.1
    area = study.with_laws(processor_area="hsl.processing.1.auxiliary_mcu")
    assert area.to_dict()["parameters"]["processor_area"] == "hsl.processing.1.auxiliary_mcu"
    assert again(area) == area
    with pytest.raises(InputError, match="a unit like"):
        study.with_laws(pue="3 kg")
    with pytest.raises(InputError, match="unknown parameter"):
        study.with_laws(peu="3")
