"""Laws of a study become files of other tools, from which the same laws come back."""

import json

import pytest

from mcsus.cli import run_command
from mcsus.neighbours.exported import writers
from mcsus.study import load_study

STUDY = """
schema = "mcsus/1"
id = "plain"
[dims]
place = ["home", "away"]
[parameters]
a = { distribution = "lognormal", median = 2, gsd = 1.5, unit = "kg", source = "assumed", rationale = "x" }
b = { distribution = "normal", mean = 2, sd = 0.25, unit = "1", source = "assumed", rationale = "x" }
c = { distribution = "uniform", minimum = 1, maximum = 3, unit = "1", source = "assumed", rationale = "x" }
d = { distribution = "constant", value = 3, unit = "1", source = "assumed", rationale = "x" }
[parameters.e]
unit = "1"
source = "assumed"
rationale = "x"
[parameters.e.by.place]
home = { distribution = "triangular", minimum = 1, mode = 2, maximum = 4 }
away = { distribution = "uniform", minimum = 1, maximum = 4 }
[equations]
y = { formula = "a*b*c*d*e", unit = "kg" }
[outputs]
y = "kg"
"""  # noqa: E501
FILES = [(kind, suffix) for kind, every in writers().items() for suffix in every]


def laws(study):
    cells = {
        f"{p.name}_{p.cells.index(cell)}" if len(p.cells) > 1 else p.name: cell
        for p in study.parameters
        for cell in p.cells
    }
    return {name: cell.law.to_dict() for name, cell in cells.items()}


@pytest.mark.parametrize(("kind", "suffix"), FILES)
def test_from_study_to_file_to_study_the_laws_are_the_same(tmp_path, capsys, kind, suffix):
    (tmp_path / "s.toml").write_text(STUDY)
    file, back = tmp_path / f"f{suffix}", tmp_path / "back.toml"
    assert run_command(["export", kind, str(tmp_path / "s.toml"), "-o", str(file)]) == 0
    assert "not carried over: one equation" in capsys.readouterr().err
    assert run_command(["import", kind, str(file), "-o", str(back)]) == 0
    before, after = laws(load_study(tmp_path / "s.toml")), laws(load_study(back))
    constants = {name for name, law in before.items() if law["distribution"] == "constant"}
    assert len(after) == len(before) - (len(constants) if kind == "salib" else 0)
    names = [name for name in before if kind != "salib" or name not in constants]
    for name, own in zip(names, after.values(), strict=True):
        numbers = {key: pytest.approx(x, rel=1e-14) for key, x in list(before[name].items())[1:]}
        assert own == {"distribution": before[name]["distribution"], **numbers}


def test_every_law_that_is_not_there_is_named_and_nothing_is_written(tmp_path, capsys):
    text = STUDY.replace('"uniform", minimum = 1, maximum = 3', '"exponential", mean = 2')
    (tmp_path / "s.toml").write_text(
        text.replace('"normal", mean = 2, sd = 0.25', '"beta", alpha = 2, beta = 3')
    )
    file = tmp_path / "f.json"
    assert run_command(["export", "openlca", str(tmp_path / "s.toml"), "-o", str(file)]) == 2
    told = capsys.readouterr().err
    assert "c.distribution: found exponential" in told
    assert "b.distribution: found beta" in told
    assert not file.exists()


def test_labels_are_in_the_names_and_units_beside_them(tmp_path):
    (tmp_path / "s.toml").write_text(STUDY)
    file = tmp_path / "f.json"
    run_command(["export", "openlca", str(tmp_path / "s.toml"), "-o", str(file)])
    rows = {row["name"]: row for row in json.loads(file.read_text())}
    assert list(rows) == ["a", "b", "c", "d", "e_home", "e_away"]
    assert rows["a"]["uncertainty"]["geomSd"] == 1.5
    assert "[kg]" in rows["a"]["description"]


@pytest.mark.parametrize(
    ("kind", "name", "found"),
    [("openlac", "f.json", "did you mean 'openlca'"), ("salib", "f.xls", ".json")],
)
def test_another_kind_or_end_of_a_name_is_refused(tmp_path, capsys, kind, name, found):
    (tmp_path / "s.toml").write_text(STUDY)
    assert run_command(["export", kind, str(tmp_path / "s.toml"), "-o", str(tmp_path / name)]) == 2
    assert found in capsys.readouterr().err
    assert not (tmp_path / name).exists()


def test_it_says_from_how_many_inputs_and_which_of_them_are_none_there(tmp_path, capsys):
    (tmp_path / "plain.toml").write_text(STUDY, encoding="utf-8")
    out = tmp_path / "x.json"
    assert run_command(["export", "salib", str(tmp_path / "plain.toml"), "-o", str(out)]) == 0
    said = capsys.readouterr()
    assert "x.json, from six inputs of plain." in said.out
    assert "constants are no inputs there: d = 3 1" in said.err
    assert json.loads(out.read_text(encoding="utf-8"))["num_vars"] == 5
