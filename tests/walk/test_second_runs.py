"""What a second run, a pin or an edited file may not leave behind or change in silence."""

import json
from pathlib import Path

import pytest

from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.neighbours import from_salib, from_scipy
from mcsus.runner import check, run
from mcsus.study import Study

STUDY = """
schema = "mcsus/1"
id = "small"
[dims]
year = { first = 2024, last = 2026 }
[parameters.x]
unit = "kg"
source = "assumed"
rationale = "a test"
shared = []
[parameters.x.by.year.2024]
distribution = "normal"
mean = 1
sd = 0.1
[parameters.x.by.year.2025]
distribution = "normal"
mean = 2
sd = 0.1
[parameters.x.by.year.2026]
distribution = "normal"
mean = 3
sd = 0.1
[equations]
total = { formula = "sum(x, over=year)", unit = "kg" }
[outputs]
total = "kg"
x_by_year = "kg"
[equations.x_by_year]
formula = "2*x"
unit = "kg"
"""
SMALL = ["--draws", "256", "--replicates", "2"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


def test_a_pin_holds_every_label_and_keeps_the_dims(here, capsys):
    assert run_command(["run", "small.toml", *SMALL, "--set", "x=4000 g", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["outputs"]["total"]["cells"][0]["mean"]["value"] == pytest.approx(12.0)
    assert [c["labels"] for c in document["outputs"]["x_by_year"]["cells"]] == [
        {"year": 2024},
        {"year": 2025},
        {"year": 2026},
    ]


def test_verify_reads_the_file_that_people_read(here, capsys):
    assert run_command(["run", "small.toml", *SMALL, "--no-report"]) == 0
    assert run_command(["verify", "runs/small"]) == 0
    path = Path("runs/small/result.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["outputs"]["total"]["cells"][0]["mean"]["value"] *= 1.01
    path.write_text(json.dumps(document), encoding="utf-8")
    assert run_command(["verify", "runs/small"]) == 1
    assert "does not hold the numbers" in capsys.readouterr().out
    path.write_text("{", encoding="utf-8")
    assert run_command(["verify", "runs/small"]) == 1
    assert "does not hold the numbers" in capsys.readouterr().out


@pytest.mark.slow
def test_no_report_of_another_run_is_left(here):
    assert run_command(["run", "small.toml", *SMALL]) == 0
    report = Path("runs/small/report")
    (report / "density_of_old.csv").write_text("old", encoding="utf-8")
    assert run_command(["report", "runs/small"]) == 0
    assert not (report / "density_of_old.csv").exists()
    assert (report / "index.html").exists()
    assert run_command(["run", "small.toml", *SMALL, "--no-report"]) == 0
    assert not report.exists()


def test_a_run_tells_its_cautions(here, capsys):
    text = STUDY + '[parameters.spare]\ndistribution = "constant"\nvalue = 1\nunit = "1"\n'
    text += 'source = "a test"\n'
    Path("small.toml").write_text(text, encoding="utf-8")
    assert run_command(["run", "small.toml", *SMALL, "--no-report"]) == 0
    assert "parameter 'spare' is used by no equation" in capsys.readouterr().out


def law(**parameters):
    return parameters | {"unit": "1", "source": "a test"}


def formulas(parameters, formula, **more):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "one",
            "parameters": parameters,
            "equations": {"y": {"formula": formula, "unit": "1"}},
            "outputs": {"y": "1"},
            "design": {"draws": 256, "replicates": 2},
        }
        | more
    )


@pytest.mark.parametrize(("df", "lacks"), [(1, "mean"), (2, "variance")])
def test_a_law_without_moments_is_a_caution(df, lacks):
    heavy = law(distribution="student_t", df=df, location=0, scale=1)
    study, _ = check(formulas({"x": heavy}, "x"))
    assert [one for one in study.cautions if f"has no {lacks}" in one.text]
    assert run(study, draws=256).to_dict()["outputs"]


def test_labels_that_follow_one_value_are_a_caution():
    normal = law(distribution="normal", mean=0, sd=1)
    by = {"by": {"place": {"a": normal, "b": normal}}}
    study = formulas(
        {"x": by, "z": normal},
        "sum(x, over=place) + z",
        dims={"place": ["a", "b"]},
        dependence=[{"parameters": ["x", "z"], "copula": "gaussian", "correlation": 0.5}],
    )
    assert [one for one in study.cautions if "correlated with each other too" in one.text]


@pytest.mark.parametrize("frozen", [3, None, "norm"])
def test_what_is_no_frozen_law_is_refused(frozen):
    with pytest.raises(InputError, match="a frozen law"):
        from_scipy(frozen)


def test_a_triangle_of_salib_may_have_two_numbers():
    problem = {"num_vars": 1, "names": ["a"], "bounds": [[2, 0.25]], "dists": ["triang"]}
    found = from_salib(problem)["a"].parameters()
    assert found == {"minimum": 0.0, "mode": 0.5, "maximum": 2.0}
