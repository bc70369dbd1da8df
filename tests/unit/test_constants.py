"""What a mean rests on: constants beside inputs that vary."""

import pytest
from typer.testing import CliRunner

from mcsus.cli.commands import app
from mcsus.report import write_report
from mcsus.runner import check, run
from mcsus.runner.constants import on_constants
from mcsus.study import Study, load_study

ABOUT = {"unit": "kg CO2e", "source": "a"}


def studied(formula, **constants):
    laws = {n: {"distribution": "constant", "value": v, **ABOUT} for n, v in constants.items()}
    law = {"distribution": "normal", "mean": 60.0, "sd": 6.0, **ABOUT}
    document = {
        "schema": "mcsus/1",
        "id": "s",
        "parameters": {"varying": law, **laws},
        "equations": {"total": {"formula": formula, "unit": "kg CO2e"}},
        "outputs": {"total": "kg CO2e"},
    }
    return on_constants(*check(Study.from_dict(document)))


def test_the_constant_part_of_a_sum():
    told = studied("varying + big + small", big=30, small=10)
    assert told.share == pytest.approx(0.4)
    assert told.largest == (("big", pytest.approx(0.3)), ("small", pytest.approx(0.1)))
    assert told.text == (
        "40 % of the mean of total rests on constants, inputs without a spread: big 30 %, "
        "small 10 %"
    )


def test_a_factor_weighs_as_much_as_what_it_multiplies():
    assert studied("varying * one / one", one=2).share == pytest.approx(0.0, abs=1e-9)
    assert studied("varying * (other/one)", one=2, other=3).share == pytest.approx(2 / 3, abs=0.01)


def test_amounts_that_cancel_weigh_by_their_size():
    assert studied("varying - one", one=60).share == pytest.approx(0.5)


def test_without_constants_nothing_rests_on_them():
    assert studied("2*varying").share == 0.0


def test_check_says_it():
    out = CliRunner().invoke(app, ["check", "tinyml_table"]).output
    assert "of the mean of device footprint rests on constants" in out
    assert "ML training" in out or "ml training" in out


@pytest.mark.slow
def test_individuals_of_the_model_are_no_caution(tmp_path):
    study = load_study("offset_methane")
    assert study.inner
    assert study.inner not in study.to_dict().get("dims", {})
    page = write_report(run(study, draws=256, replicates=2), tmp_path).read_text(encoding="utf-8")
    assert "one value is drawn for all devices at once" not in page


def test_cautions_of_a_run_have_a_kind_and_a_place():
    found = run("tinyml_table", draws=256, replicates=2).to_dict()["cautions"]
    assert all(set(one) == {"kind", "where", "text"} for one in found)
    told = {one["kind"]: one for one in found}
    assert told["constant_inputs"]["where"] == "device_footprint"
    assert "rests on constants" in told["constant_inputs"]["text"]


def test_nothing_is_said_where_nothing_rests_on_constants(study):
    laws = {"a": ("uniform", 0, 1), "unit_mass": {"distribution": "constant", "value": 1e-4}}
    laws["unit_mass"]["unit"] = "1"
    for formula in ("a", "a + unit_mass"):
        told = run(study(laws, {"y": formula})).to_dict()["cautions"]
        assert not [own for own in told if own["kind"] == "constant_inputs"]


def test_the_first_output_that_rests_on_constants_is_told(study):
    laws = {"a": ("uniform", 0, 1), "given": {"distribution": "constant", "value": 99, "unit": "1"}}
    asked = study(laws, {"share_of_a": "a/2", "y": "a + given", "z": "2*y"})
    told = run(asked).to_dict()["cautions"]
    assert [own["where"] for own in told if own["kind"] == "constant_inputs"] == ["y"]
