"""What shells complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mcsus.cli import run_command


@pytest.fixture
def completed(tmp_path, monkeypatch, capsys):
    """Return what bash is told when the last word of a line is completed."""
    monkeypatch.chdir(tmp_path)
    Path("mine.toml").touch()
    Path("mine.csv").touch()
    Path("runs").mkdir()

    def ask(*words):
        monkeypatch.setenv("_MCSUS_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", " ".join(["mcsus", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        assert run_command([]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        return printed.out.split()

    return ask


@pytest.mark.parametrize("command", ["run", "check", "audit", "compare", "diff", "serve"])
def test_studies_that_ship_and_files_and_folders(completed, command):
    assert completed(command, "tinyml_f") == ["tinyml_fleet"]
    assert completed(command, "mi") == ["mine.toml"]
    assert completed(command, "ru") == ["runs/"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", "battery.nmc"], ["battery.nmc.act"]),
        (["show", "grid.de.2024"], ["grid.de.2024"]),
        (["show", "loguni"], ["loguniform"]),
        (["run", "mcu_chip", "--methods", "sobol,paw"], ["sobol,pawn"]),
        (["sensitivity", "a.csv", "--methods", "mor"], ["morris"]),
        (["list", "fam"], ["families"]),
        (["find", "x", "--stage", "prod"], ["production"]),
        (["find", "x", "--kind", "var"], ["variability"]),
        (["find", "x", "--evidence", "mea"], ["measured"]),
        (["find", "x", "--source", "ember_o"], ["ember_owid"]),
        (["new", "x.toml", "--from", "mcu"], ["mcu_chip"]),
        (["run", "no/such/fold"], []),
        (["dif"], ["diff"]),
    ],
)
def test_ids_methods_and_words(completed, words, told):
    assert completed(*words) == told


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_have_a_script(monkeypatch, capsys, shell):
    monkeypatch.setenv("_MCSUS_COMPLETE", f"source_{shell}")
    assert run_command([]) == 0
    script = capsys.readouterr().out
    assert f"complete_{shell}" in script
    if shutil.which(shell):
        done = subprocess.run([shell, "-n", "-c", script], check=False, capture_output=True)
        assert done.returncode == 0, done.stderr


@pytest.mark.slow  # starts processes
def test_bash_completes_by_its_script(tmp_path):
    program = tmp_path / "mcsus"
    lines = [f"#!{sys.executable}", "from mcsus.cli import main", "main()"]
    program.write_text("\n".join(lines))
    program.chmod(0o755)
    asked = (
        'eval "$(_MCSUS_COMPLETE=source_bash mcsus)"; COMP_WORDS=(mcsus run tinyml_f); '
        'COMP_CWORD=2; _mcsus_completion mcsus; echo "${COMPREPLY[@]}"'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], env={**os.environ, "PATH": path}, capture_output=True,
        check=True, text=True,
    )  # fmt: skip
    assert done.stdout == "tinyml_fleet\n"
