"""A Python module of equations that a study file names: run by leave alone."""

import json

import pytest

from mcsus import InputError, Study, load_study
from mcsus.cli import run_command
from mcsus.runner import run
from mcsus.runner.verification import verify

MODULE = """
from mcsus import equation
open("ran", "a").close()

@equation(unit="kg CO2e")
def total(power, factor):
    return power * factor
"""
FILE = """
schema = "mcsus/1"
id = "mine"
equations_from = "own.py"
[parameters]
power = { distribution = "uniform", minimum = 1, maximum = 2, unit = "kWh", source = "a meter" }
factor = { distribution = "uniform", minimum = 1, maximum = 2, unit = "kg CO2e/kWh", source = "b" }
[outputs]
total = "kg CO2e"
[design]
draws = 256
replicates = 2
"""
EQUATIONS = '[equations]\ntotal = { formula = "power*factor", unit = "kg CO2e" }\n'


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(FILE, encoding="utf-8")
    (tmp_path / "own.py").write_text(MODULE, encoding="utf-8")
    return tmp_path


def test_it_is_a_file_that_says_the_same(folder):
    written = FILE.replace('equations_from = "own.py"\n', "") + EQUATIONS
    (folder / "other.toml").write_text(written, encoding="utf-8")
    made = load_study("mine.toml", allow_code=True)
    one, other = (run(study).to_dict()["digest"] for study in (made, load_study("other.toml")))
    assert one == other
    assert Study.from_dict(made.to_dict(), made.place) == made


@pytest.mark.parametrize("words", ["run mine.toml", "check mine.toml", "show mine.toml"])
def test_without_leave_it_is_refused_and_nothing_is_run(words, folder, capsys):
    assert run_command(words.split()) == 2
    told = capsys.readouterr().err
    assert "equations_from" in told
    assert "--allow-code" in told
    assert sorted(path.name for path in folder.iterdir()) == ["mine.toml", "own.py"]


def test_a_saved_run_is_told_verified_and_resumed_without_running_it(folder, capsys):
    assert run_command(["check", "mine.toml", "--allow-code"]) == 0
    assert run_command(["run", "mine.toml", "--allow-code", "--no-report"]) == 0
    (folder / "ran").unlink()
    saved = folder / "runs" / "mine"
    assert run_command(["report", str(saved)]) == 0
    assert verify(saved).agrees
    assert run_command(["run", "--resume", str(saved), "--no-report"]) == 0
    capsys.readouterr()
    assert not (folder / "ran").exists()
    about = json.loads(json.dumps(load_study("mine.toml", allow_code=True).to_dict()))
    assert about["equations_from"]["file"] == "own.py"
    (folder / "own.py").write_text(MODULE + "\n", encoding="utf-8")
    assert "Changed since the run: own.py" in verify(saved).message


@pytest.mark.parametrize(
    ("module", "words"),
    [
        ("1 +", "SyntaxError.*line 1"),
        ("a = 1\nb = a / 0", r"ZeroDivisionError.*\(line 2\)"),
        ("a = 1", "without an equation"),
        (MODULE.replace("factor)", "nothing)").replace("* factor", "* nothing"), "unknown name"),
        (MODULE.replace('"kg CO2e"', '"kg"'), "a unit like"),
    ],
)
def test_each_equation_is_checked_like_a_file(module, words, folder):
    (folder / "own.py").write_text(module, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        load_study("mine.toml", allow_code=True)


def test_a_module_elsewhere_or_an_equation_twice_is_refused(folder):
    for name in ("../own.py", "/etc/own.py", "own.txt"):
        (folder / "mine.toml").write_text(FILE.replace("own.py", name), encoding="utf-8")
        with pytest.raises(InputError, match="equations_from"):
            load_study("mine.toml", allow_code=True)
    (folder / "mine.toml").write_text(FILE + EQUATIONS, encoding="utf-8")
    with pytest.raises(InputError, match="also in"):
        load_study("mine.toml", allow_code=True)


def test_a_module_that_ends_the_program_is_a_fault_of_it(folder, capsys):
    (folder / "own.py").write_text("import sys\nsys.exit(3)\n", encoding="utf-8")
    assert run_command(["check", "mine.toml", "--allow-code"]) == 2
    assert "own.py, which fails: SystemExit: 3 (line 2)" in capsys.readouterr().err


def test_what_a_module_prints_is_apart_from_what_the_command_prints(folder, capsys):
    (folder / "own.py").write_text(MODULE + "print('hello')\n", encoding="utf-8")
    assert run_command(["check", "mine.toml", "--allow-code", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["valid"]
    assert "hello" in told.err


def test_a_run_from_python_has_leave_by_its_own_word(folder):
    with pytest.raises(InputError, match="allow_code"):
        run("mine.toml")
    assert not (folder / "ran").exists()
    assert (
        run("mine.toml", allow_code=True).to_dict()["digest"]
        == run(load_study("mine.toml", allow_code=True)).to_dict()["digest"]
    )
