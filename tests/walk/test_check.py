"""What `mcsus check` says of a study, to a person and to an editor."""

import json

import pytest

from mcsus.cli import run_command

STUDY = """schema = "mcsus/1"
id = "kettle"
[parameters.power]
distribution = "uniform"
minimum = 1
maximum = 2
unit = "kW"
source = "assumed"
rationale = "a guess"
[parameters.idle]
value = 3
distribution = "constant"
unit = "kW"
source = "assumed"
rationale = "a guess"
[parameters.time]
distribution = "constant"
value = 3
unit = "min"
source = "assumed"
rationale = "a guess"
[equations]
energy = { formula = "power * time", unit = "kWh" }
standby = { formula = "idle * time", unit = "kWh" }
[outputs]
energy = "kWh"
[design]
draws = 1024
replicates = 8
"""


@pytest.fixture
def checked(tmp_path, capsys):
    def check(text, *options):
        path = tmp_path / "kettle.toml"
        path.write_text(text)
        code = run_command(["check", str(path), *options])
        return code, capsys.readouterr().out, path

    return check


def test_what_will_run_what_is_assumed_and_what_has_no_effect(checked):
    code, out, path = checked(STUDY)
    assert code == 0
    assert "kettle: valid. 1 output, 2 equations, 3 inputs, 0 claims." in out
    assert "Will draw 8,192 times: 1,024 Sobol\u2019 points in each of 8 replicates." in out
    assert "Analyses, in evaluations of the model: sobol" in out
    assert "Assumed, without a source: 3 of 3 inputs (" in out
    assert "Without a spread: 2 of 3 inputs (" in out
    assert "Reaches no output and no claim: 1 of 3 inputs (idle)." in out
    assert out.endswith(f"Next: mcsus run {path}\n")


def test_json_of_a_valid_study(checked):
    code, out, _ = checked(STUDY, "--json")
    document = json.loads(out)
    assert code == 0
    assert set(document) == {"valid", "faults", "cautions"}
    assert (document["valid"], document["faults"]) == (True, [])
    assert all(set(own) == {"kind", "where", "text"} for own in document["cautions"])


@pytest.mark.parametrize(
    ("change", "place", "key"),
    [
        (("maximum = 2", "maximum = 0"), (6, 1), "parameters.power.maximum"),
        (("maximum = 2", "maximun = 2"), (6, 1), "parameters.power.maximun"),
        (("power * time", "power * * time"), (23, 31), "equations.energy.formula"),
        (('unit = "kWh" }\nst', 'unit = "kWhh" }\nst'), (23, 38), "equations.energy.unit"),
        (("value = 3\nd", "value = = 3\nd"), (11, 9), ""),
    ],
)
def test_json_of_a_fault_has_the_place_of_its_key(checked, change, place, key):
    code, out, path = checked(STUDY.replace(*change, 1), "--json")
    document = json.loads(out)
    fault = next(own for own in document["faults"] if own["key"] == key)
    assert code == 2
    assert not document["valid"]
    assert set(fault) == {"file", "line", "column", "key", "found", "allowed", "nearest"}
    assert (fault["file"], fault["line"], fault["column"]) == (str(path), *place)
    assert fault["nearest"] == ("maximum" if key.endswith("maximun") else None)


def test_json_of_no_study(capsys):
    assert run_command(["check", "tinyml_devise", "--json"]) == 2
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert (fault["file"], fault["line"], fault["nearest"]) == (
        "tinyml_devise", None, "tinyml_device",
    )  # fmt: skip
