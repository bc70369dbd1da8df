"""Laws, labels and correlations that a study reads from files; and what is refused."""

import hashlib
import json
import os
import shutil
import subprocess
import sys

import jsonschema
import numpy as np
import pytest

from mcsus.cli.pages import study_page
from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.report.sections.inputs import _grouped_cells
from mcsus.runner import Run, Settings, check, run
from mcsus.runner.provenance import provenance
from mcsus.runner.verification import verify
from mcsus.study import Study, load_study, schema
from mcsus.study.text_tables import MAX_BYTES, MAX_ROWS

METER = "site,watts,hours\nA,3.0,1\nB,4.5,2\nC,9,1\n"
PROJECTS = "project,p5,p50,p95\noak,1,2.5,7\npine,2,3,8.5\n"
SMALL = {"draws": 256, "replicates": 2}


def about(unit="1", **keys):
    return {"unit": unit, "source": "our lab", **keys}


def readings(**keys):
    law = {"distribution": "empirical", "file": "meter.csv", "column": "watts"}
    return about("W", **{**law, **keys})


def document(parameters, formula="x", unit="W", **tables):
    return {
        "schema": "mcsus/1",
        "id": "read",
        "parameters": parameters,
        "equations": {"y": {"formula": formula, "unit": unit}},
        "outputs": {"y": unit},
        "design": SMALL,
        "sensitivity": {"methods": []},
        **tables,
    }


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "meter.csv").write_text(METER)
    (tmp_path / "projects.csv").write_text(PROJECTS)
    return tmp_path


def law_of(study, name="x", cell=0):
    return study.parameter(name).cells[cell].law


def refused(tables, folder):
    with pytest.raises(InputError) as caught:
        Study.from_dict(tables, "study.toml", folder)
    return str(caught.value)


def written(folder, text, name="meter.csv", **how):
    (folder / name).write_text(text, **how)
    return folder


# What is read ---------------------------------------------------------------------------


def test_an_empirical_law_is_the_column_of_a_file(folder):
    study = Study.from_dict(document({"x": readings()}), "study.toml", str(folder))
    assert law_of(study) == distribution("empirical", values=[3, 4.5, 9])


def test_weights_are_a_column_too(folder):
    law = readings(columns={"values": "watts", "weights": "hours"})
    del law["column"]
    study = Study.from_dict(document({"x": law}), "study.toml", folder)
    assert law_of(study) == distribution("empirical", values=[3, 4.5, 9], weights=[1, 2, 1])


def test_percentiles_are_two_columns(folder):
    written(folder, "p,x\n0.05,1\n0.5,2\n0.95,4\n")
    columns = {"probabilities": "p", "values": "x"}
    law = {"distribution": "quantiles", "file": "meter.csv", "columns": columns, "minimum": 0}
    study = Study.from_dict(document({"x": about("W", **law)}), "study.toml", folder)
    told = {"probabilities": [0.05, 0.5, 0.95], "values": [1, 2, 4], "minimum": 0}
    assert law_of(study) == distribution("quantiles", **told)


def by_project(**keys):
    law = {"table": "projects.csv", "label": "project", "distribution": "quantiles"}
    law |= {"probabilities": [0.05, 0.5, 0.95], "columns": ["p5", "p50", "p95"]}
    return about("W", **{**law, **keys})


def test_a_row_of_a_file_is_the_law_of_a_label_and_the_labels_are_a_column(folder):
    dims = {"project": {"table": "projects.csv", "column": "project"}}
    study = Study.from_dict(
        document({"x": by_project()}, "sum(x, over=project)", dims=dims), "s", folder
    )
    assert study.dims["project"] == ("oak", "pine")
    assert study.parameter("x").streams == ("study:x|project=oak", "study:x|project=pine")
    assert law_of(study, cell=1) == distribution(
        "quantiles", probabilities=[0.05, 0.5, 0.95], values=[2, 3, 8.5]
    )


def test_columns_by_name_of_the_parameter_beside_texts_of_each_row(folder):
    written(folder, "tree,low,best,high,read in\nOak,1,2,3,a book\nElm,2,3,4,a talk\n")
    columns = {"minimum": "low", "mode": "best", "maximum": "high", "source": "read in"}
    law = {"table": "meter.csv", "label": "tree", "over": "kind", "columns": columns}
    law |= {"distribution": "triangular", "unit": "W"}
    tables = document({"x": law}, "sum(x, over=kind)", dims={"kind": ["Elm", "Oak"]})
    cells = Study.from_dict(tables, "s", folder).parameter("x").cells
    assert [cell.law.parameters()["mode"] for cell in cells] == [3, 2]
    assert [cell.provenance.sources[0].title for cell in cells] == ["a talk", "a book"]


def test_two_columns_name_the_labels_of_two_dims(folder):
    rows = "".join(f"{s},{y},{k}\n" for k, (s, y) in enumerate(SITES, start=1))
    written(folder, f"site,year,value\n{rows}")
    law = {"table": "meter.csv", "label": ["site", "year"], "columns": {"value": "value"}}
    law |= {"distribution": "constant", "shared": []}
    dims = {"site": ["A", "B"], "year": {"first": 2024, "last": 2025}}
    text = "sum(sum(x, over=site), over=year)"
    study = Study.from_dict(document({"x": about("W", **law)}, text, dims=dims), "s", folder)
    assert [cell.law.value for cell in study.parameter("x").cells] == [1, 2, 3, 4]


SITES = [("A", 2024), ("A", 2025), ("B", 2024), ("B", 2025)]


def test_a_scenario_may_read_a_law_and_a_label_a_file_of_its_own(folder):
    written(folder, "watts\n1\n2\n", "other.csv")
    scenarios = [{"id": "other", "set": {"x": readings(file="other.csv")}}]
    study = Study.from_dict(document({"x": readings()}, scenarios=scenarios), "s", folder)
    assert law_of(study, cell=1) == distribution("empirical", values=[1, 2])
    by = {"by": {"site": {"A": {**readings(), "column": "hours"}, "B": readings()}}}
    tables = document({"x": by | about("W")}, "sum(x, over=site)", dims={"site": ["A", "B"]})
    assert law_of(Study.from_dict(tables, "s", folder)).values == (1, 2, 1)


@pytest.mark.parametrize(
    "text",
    [
        ",a,b,c\na,1,.5,0\nb,.5,1,.25\nc,0,.25,1\n",
        "b,a,c\n1,.5,.25\n.5,1,0\n.25,0,1\n",
        "name;c;b;a\nc;1;.25;0\nb;.25;1;.5\na;0;.5;1\n",
    ],
)
@pytest.mark.parametrize("key", ["correlation", "rank_correlation"])
def test_a_matrix_of_correlations_is_read_by_names(folder, text, key):
    written(folder, text, "r.csv")
    laws = {n: about(distribution="normal", mean=0, sd=1) for n in "abc"}
    table = {"parameters": ["a", "b", "c"], "copula": "gaussian"}
    matrix = [[1, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 1]]
    studies = [
        Study.from_dict(
            document(laws, "a + b + c", "1", dependence=[{**table, key: value}]), "s", folder
        )
        for value in ({"file": "r.csv"}, matrix)
    ]
    assert studies[0].mixes == studies[1].mixes == Study.from_dict(studies[0].to_dict()).mixes


def test_a_part_of_a_mixture_may_be_readings(folder):
    part = {"distribution": "empirical", "file": "meter.csv", "column": "watts"}
    other = {"distribution": "constant", "value": 3}
    law = {"distribution": "mixture", "components": [part, other], "weights": [1, 1]}
    study = Study.from_dict(document({"x": about("W", **law)}), "s", folder)
    assert law_of(study).components[0] == distribution("empirical", values=[3, 4.5, 9])


def test_a_parameter_that_is_held_leaves_the_matrix_of_a_file(folder):
    written(folder, "a,b,c\n1,.5,0\n.5,1,.25\n0,.25,1\n", "r.csv")
    laws = {n: about(distribution="normal", mean=0, sd=1) for n in "abc"}
    table = {"parameters": ["a", "b", "c"], "copula": "gaussian"}
    table["correlation"] = {"file": "r.csv"}
    study = Study.from_dict(document(laws, "a + b + c", "1", dependence=[table]), "s", folder)
    held = study.with_changes(pins={"a": "1"})
    assert held.dependence[0].correlation == ((1, 0.25), (0.25, 1))
    assert Study.from_dict(held.to_dict()).mixes == held.mixes


def test_a_matrix_that_is_none_is_refused_where_it_is(folder):
    written(folder, "a,b\n1,.5\n.4,1\n", "r.csv")
    laws = {n: about(distribution="normal", mean=0, sd=1) for n in "ab"}
    table = {"parameters": ["a", "b"], "copula": "gaussian", "correlation": {"file": "r.csv"}}
    text = refused(document(laws, "a + b", "1", dependence=[table]), folder)
    assert "dependence.1.correlation: found 0.5 and 0.4 for one pair (r.csv)" in text
    table["correlation"]["columns"] = {"a": "alpha"}
    text = refused(document(laws, "a + b", "1", dependence=[table]), folder)
    assert "unknown column 'alpha'" in text


# How files are written ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (METER.encode("utf-8-sig"), {}),
        (METER.replace("\n", "\r\n").encode(), {}),
        (METER.replace(",", ";").encode(), {}),
        (METER.replace(",", "\t").replace(".", ",").encode(), {"decimal": ","}),
        (METER.replace(",", ";").replace(".", ",").encode(), {"decimal": ",", "delimiter": ";"}),
        (METER.replace("site", "Größe").encode("cp1252"), {"encoding": "cp1252"}),
        (METER.encode("utf-16"), {"encoding": "utf-16"}),
        (b'"watts, all day"; watts\n"1;2"; +3e0\n2; 4.50 \n3;"9"\n\n\n', {"delimiter": ";"}),
        (b"watts\n3\n4.5\n9", {}),
    ],
)
def test_a_file_is_read_as_it_is_written(folder, data, keys):
    (folder / "meter.csv").write_bytes(data)
    study = Study.from_dict(document({"x": readings(**keys)}), "s", folder)
    assert law_of(study).values == (3, 4.5, 9)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (METER.replace("4.5", "n/a"), "'n/a' in meter.csv, row 3, column 'watts'; allowed: a fin"),
        (METER.replace("4.5", "nan"), "'nan' in meter.csv, row 3, column 'watts'"),
        (METER.replace("4.5", "4.5\x1b[31m"), "a control character in meter.csv, row 3"),
        (METER.replace("4.5", "inf"), "'inf' in meter.csv, row 3, column 'watts'"),
        (METER.replace("4.5", "1e999"), "'1e999' in meter.csv, row 3"),
        (METER.replace("4.5", "4_5"), "'4_5' in meter.csv, row 3"),
        (METER.replace("4.5", ""), "an empty cell in meter.csv, row 3, column 'watts'"),
        (METER.replace("4.5", '"4,5"'), "decimal = ','"),
        (METER.replace("B,4.5,2", "B,4,5,2"), "row 3 with 4 cells; allowed: 3"),
        (METER.replace("B,4.5,2", ""), "row 3, which is empty"),
        (METER.replace("B,", '"B,'), "row 3"),
        (METER.replace("B,", '"B"x,'), "row 3"),
        (METER.replace("hours", "watts"), "column 'watts' twice"),
        (
            METER.replace("watts", "W"),
            "unknown column 'watts'; allowed: a column of meter.csv: one",
        ),
        (METER.replace("watts", "watt"), "did you mean 'watt'?"),
        (METER.replace("site,", "site;"), "a header with comma and semicolon"),
        ("site,watts\n", "no rows below the header"),
        ("", "no header"),
        ("3.1\n4.5\n", "a header of numbers"),
        ("watts\n3,1\n4,5\n", "decimal commas"),
        ("watts\n" + "1\n" * (MAX_ROWS + 1), "at most 100,000 rows"),
        (METER.replace("site", "Größe").encode("latin-1"), "encoding = one of 'utf-8', 'latin-1'"),
        (METER.encode("utf-16"), "UTF-16"),
        (METER.encode() + b"\0,1,1\n", "a NUL character"),
        (b"watts\n" + b" " * MAX_BYTES, "at most 20,000,000 bytes"),
    ],
)
def test_what_is_in_doubt_is_refused_with_its_place(folder, data, found):
    (folder / "meter.csv").write_bytes(data if isinstance(data, bytes) else data.encode())
    text = refused(document({"x": readings()}), folder)
    assert found in text
    assert "study.toml: parameters.x" in text
    assert text.count("\n") < 7
    assert "meter.csv" in text


def test_a_column_full_of_texts_is_told_in_a_few_lines(folder):
    written(folder, "watts\n" + "x\n" * 500)
    assert refused(document({"x": readings()}), folder).count("\n") == 5


def test_what_is_wrong_with_a_law_is_told_with_the_row_of_its_numbers(folder):
    dims = {"project": ["oak", "pine"]}
    written(folder, PROJECTS.replace("3,8.5", "3,2.5"), "projects.csv")
    text = refused(document({"x": by_project()}, "sum(x, over=project)", dims=dims), folder)
    assert "project.pine.values.[3]: found 2.5 (projects.csv, row 3, column 'p95')" in text
    law = {**readings(), "columns": {"values": "watts", "weights": "hours"}}
    del law["column"]
    written(folder, METER.replace("B,4.5,2", "B,4.5,-2"))
    text = refused(document({"x": law}), folder)
    assert "weights.[2]: found -2.0 (meter.csv, row 3, column 'hours')" in text


def test_labels_of_a_table_are_those_of_the_dim_each_once(folder):
    dims = {"project": ["oak", "pine", "elm"]}
    tables = document({"x": by_project()}, "sum(x, over=project)", dims=dims)
    assert "no law for elm (projects.csv, column 'project')" in refused(tables, folder)
    tables["dims"] = {"project": ["oak", "pin"]}
    text = refused(tables, folder)
    assert "project.pine: found an unknown key (projects.csv, row 3)" in text
    assert "did you mean 'pin'?" in text
    written(folder, PROJECTS.replace("pine", "oak"), "projects.csv")
    assert "label 'oak' in rows 2 and 3 of projects.csv" in refused(tables, folder)


@pytest.mark.parametrize(
    ("law", "found"),
    [
        (readings(distribution="normal"), "a file for a normal law, which has no lists"),
        (readings(distribution="empiric"), "did you mean 'empirical'?"),
        (readings(values=[1, 2]), "values beside a column for it"),
        (readings(columns={"values": "watts"}), "column beside columns"),
        (readings(columns={"weight": "hours"}, column=""), "did you mean 'weights'?"),
        (readings(colum="watts"), "colum: found an unknown key"),
        (readings(file=3), "file: found 3"),
        (about("W", distribution="empirical", fiel="m.csv", column="watts"), "'fiel', and no file"),
        (about("W", distribution="empirical", values=[1], decimal=","), "decimal beside no file"),
        (readings(delimiter="|"), "delimiter: found '|'"),
        (readings(encoding="ascii"), "encoding: found 'ascii'"),
        ({k: v for k, v in readings().items() if k != "column"}, "column: found nothing"),
        (by_project(columns={"value": "p5"}), "did you mean 'values'?"),
        (by_project(columns=[]), "columns: found no column"),
        (by_project(columns={"values": []}), "columns: found []"),
        (by_project(columns=["p5", "p6"]), "unknown column 'p6'"),
        (by_project(label="tree"), "unknown column 'tree'"),
        (by_project(values=[1, 2, 3]), "values beside a column for it"),
        (by_project(distribution="normal"), "a list of columns"),
        (by_project(over=["a", "b"]), "1 columns for 2 dims"),
        (by_project(label=3), "label"),
    ],
)
def test_keys_beside_a_file_are_checked(folder, law, found):
    assert found in refused(document({"x": law}, dims={"project": ["oak", "pine"]}), folder)


# Where files may be ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["../meter.csv", "/etc/passwd", "C:/meter.csv", "a\\meter.csv", "./..", "a\nb", "x" * 300],
)
def test_a_path_that_leads_elsewhere_is_refused(folder, path):
    text = refused(document({"x": readings(file=path)}), folder)
    assert "inside the folder of the study" in text


def test_only_plain_files_of_the_folder_are_opened(folder, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    written(outside, METER, "far.csv")
    (folder / "link.csv").symlink_to(outside / "far.csv")
    (folder / "away").symlink_to(outside)
    (folder / "near.csv").symlink_to(folder / "meter.csv")
    for name in ("link.csv", "away/far.csv"):
        text = refused(document({"x": readings(file=name)}), folder)
        assert "a link that leads out of the folder" in text
    Study.from_dict(document({"x": readings(file="near.csv")}), "s", folder)
    os.mkfifo(folder / "pipe.csv")
    (folder / "sub").mkdir()
    assert "no plain file" in refused(document({"x": readings(file="pipe.csv")}), folder)
    assert "a folder" in refused(document({"x": readings(file="sub")}), folder)
    text = refused(document({"x": readings(file="metre.csv")}), folder)
    assert "no file 'metre.csv'" in text
    assert "did you mean 'meter.csv'?" in text


def test_tables_without_a_folder_open_nothing(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert "no folder to find it in" in refused(document({"x": readings()}), None)


# What is kept ---------------------------------------------------------------------------


def test_what_was_read_travels_with_the_study_and_nothing_else_of_the_file(folder):
    study = Study.from_dict(document({"x": readings()}), "s", folder)
    kept = study.to_dict()["files"]
    sha = hashlib.sha256(METER.encode()).hexdigest()
    assert kept == {
        "meter.csv": {"sha256": sha, "rows": 3, "columns": {"watts": ["3.0", "4.5", "9"]}}
    }
    again = Study.from_dict(study.to_dict())
    assert again.parameters == study.parameters
    assert again.to_dict() == study.to_dict()
    changed = again.with_changes(pins={"x": "4 W"})
    assert "file" not in changed.to_dict()["parameters"]["x"]
    written(folder, METER.replace("9", "8"))
    text = refused(study.to_dict(), folder)
    assert "not the file that [files] keeps" in text


def toml(folder, parameters="", **more):
    text = f"""
schema = "mcsus/1"
id = "read"
[parameters.x]
distribution = "empirical"
file = "meter.csv"
column = "watts"
truncate = {{ high = 8 }}
unit = "W"
source = "our meter"
{parameters}
[equations]
y = {{ formula = "2*x", unit = "W" }}
[outputs]
y = "W"
[design]
draws = 256
replicates = 2
[sensitivity]
methods = []
"""
    return written(folder, text, "study.toml") / "study.toml"


def test_a_saved_run_needs_no_file_and_says_when_the_file_is_another(folder, monkeypatch):
    path = toml(folder)
    monkeypatch.chdir(folder)
    result = run(load_study("study.toml"))
    sha = hashlib.sha256(METER.encode()).hexdigest()
    [file] = result.to_dict()["files"]
    assert file == {"file": "meter.csv", "sha256": sha, "rows": 3, "columns": ["watts"]}
    saved = result.save(folder / "runs" / "read")
    assert verify(saved).agrees
    written(folder, METER + "D,1,1\n")
    outcome = verify(saved)
    assert not outcome.agrees
    assert "Changed since the run: meter.csv" in outcome.message
    assert "The same bits" in outcome.message
    (folder / "meter.csv").unlink()
    outcome = verify(saved)
    assert outcome.agrees
    assert "Not found beside the study: meter.csv" in outcome.message
    away = folder / "away"
    shutil.move(saved, away)
    path.unlink()
    assert verify(away).agrees


def test_a_run_is_not_taken_up_with_another_file(folder, monkeypatch):
    path = toml(folder)
    path.write_text(path.read_text().replace("draws = 256", "draws = 16384"))
    monkeypatch.setattr("mcsus.runner.sampling._FIRST_ROUND", 2048)
    study, out = load_study(path), folder / "out"
    results = Run(study, Settings(folder=out)).results(every_round=True)
    next(results)
    results.close()
    before = (folder / "meter.csv").read_text()
    written(folder, before + "D,1,1\n")
    for asked in (None, load_study(path)):
        with pytest.raises(InputError, match="a study that has changed since: "):
            Run.resume(out, study=asked)
    written(folder, before)
    [result] = Run.resume(out).results()
    assert result.to_dict()["digest"] == run(study).to_dict()["digest"]


def test_a_page_says_which_readings(folder):
    law = readings(truncate={"high": 8})
    study, model = check(Study.from_dict(document({"x": law}), "s", folder))
    [item] = provenance(study, model)["inputs"]
    assert _grouped_cells(item)[0]["law"] == "3 readings of meter.csv, column watts; only below 8"


def test_a_page_says_which_table_and_a_scenario_which_other_readings(folder):
    written(folder, "watts\n1\n2\n", "other.csv")
    scenarios = [
        {"id": "other", "set": {"x": readings(file="other.csv")}},
        {"id": "held", "set": {"x": {"value": 3, "unit": "W"}}},
    ]
    dims = {"project": ["oak", "pine"]}
    tables = document({"x": readings(), "z": by_project()}, "x + sum(z, over=project)", dims=dims)
    study, model = check(Study.from_dict({**tables, "scenarios": scenarios}, "s", folder))
    x, z = (_grouped_cells(item) for item in provenance(study, model)["inputs"])
    assert [cell["law"] for cell in x] == [
        "3 readings of meter.csv, column watts",
        "2 readings of other.csv, column watts",
        "constant: 3",
    ]
    assert z[0]["law"].endswith("values 1, 2.5, 7 (from projects.csv)")


def test_show_names_the_file_and_not_all_its_readings(folder):
    text = study_page(str(toml(folder)))
    assert "x: empirical(truncate={'high': 8.0}, file=meter.csv" in text


def test_check_lists_what_is_read_and_imports_no_pandas(folder):
    toml(folder)
    code = (
        "import sys; from mcsus.cli import main; sys.argv[1:] = ['check', 'study.toml'];\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in ('pandas', 'numba', 'scipy', 'xarray') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "Read meter.csv: 3 rows, watts;" in done.stdout
    assert done.stdout.rstrip().endswith("[]")


def test_the_schema_knows_files():
    known = jsonschema.Draft202012Validator(schema())
    laws = {"x": readings(), "z": by_project(), "slope": about()}
    dims = {"project": {"table": "projects.csv", "column": "project"}}
    joint = {"fit": {"file": "fit.csv", "columns": {"slope": "b"}, "weights": "w"}}
    table = {"parameters": ["x", "z"], "copula": "gaussian", "correlation": {"file": "r.csv"}}
    good = document(laws, dims=dims, joint=joint, dependence=[table])
    known.validate(json.loads(json.dumps(good)))
    for wrong in ({"colum": "watts"}, {"delimiter": "|"}):
        bad = document({"x": readings(**wrong)})
        assert not known.is_valid(bad)


def test_draws_are_the_readings(folder):
    result = run(Study.from_dict(document({"x": readings()}), "s", folder), draws=2**10)
    [cell] = result.to_dict()["outputs"]["y"]["cells"]
    assert (
        abs(cell["mean"]["value"] - np.mean([3, 4.5, 9])) < 9 / 2**10
    )  # a third of the points each
    assert cell["quantiles"][-1]["value"] == 9
