"""What the README shows is what the commands do."""

import re
import shlex
from pathlib import Path

import pytest

from mcsus.cli import run_command
from mcsus.library import data_root

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(
    r"^    mcsus ((?:find|list|show|check|run|verify|audit) .+?)(?:\s+#.*)?$", README, re.MULTILINE
)


def block(language):
    return re.search(rf"```{language}\n(.*?)```", README, re.DOTALL).group(1)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_study_of_the_readme_runs(here, capsys):
    (here / "sensor_node.toml").write_text(block("toml"), encoding="utf-8")
    assert run_command(["check", "sensor_node.toml"]) == 0
    assert run_command(["run", "sensor_node.toml", "--draws", "256", "--replicates", "2"]) == 0
    assert "footprint" in capsys.readouterr().out


@pytest.mark.slow  # runs whole studies, some of them on workers
def test_every_command_of_the_readme_works(here, capsys):
    assert len(COMMANDS) >= 4
    small = ["--draws", "256", "--replicates", "2"]
    assert any("--resume" in text for text in COMMANDS)
    for text in COMMANDS:
        words = shlex.split(re.sub(r"--draws \S+|--until 0.1%", "", text))
        if words[0] == "run" and "--resume" not in words:
            words += small
        if "--until 0.1%" in text:
            words += ["--until", "99%"]  # of so few draws
        assert run_command(words) == 0, (text, capsys.readouterr().err)


@pytest.mark.slow
def test_the_python_of_the_readme_works(here, capsys):
    text = block("python").replace("draws=2**12", "draws=256, replicates=2")
    exec(compile(text, "README", "exec"), {})
    assert "device_footprint" in capsys.readouterr().out


def test_the_numbers_of_the_readme_are_those_of_the_published_report():
    page = (data_root() / "reports" / "tinyml_global" / "index.html").read_text(encoding="utf-8")
    shown = re.search(r"global_footprint, .*\n +base +(\S+) +(\S+) +(\S+) to (\S+)", block("text"))
    for number in shown.groups():
        assert number in page
