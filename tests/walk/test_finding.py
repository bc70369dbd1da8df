"""What ships, found by words: `find`, `list` and `show`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcsus.cli import run_command

SMALL = """
schema = "mcsus/1"
id = "small"
design = { draws = 256, replicates = 2 }
sensitivity = { methods = [] }
outputs = { area = "m**2", girth = "m" }
[parameters]
width = { distribution = "uniform", minimum = 1, maximum = 2, unit = "m", source = "a test" }
[equations]
area = { formula = "width**2", unit = "m**2" }
girth = { formula = "4*width", unit = "m" }
[[claims]]
id = "large"
statement = "It is large"
quantity = "area"
relation = ">"
value = 1
unit = "m**2"
confidence = 0.95
"""


@pytest.fixture
def call(tmp_path, monkeypatch, capsys):
    """Run a command in an empty folder and return exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments, columns=100):
        monkeypatch.setenv("COLUMNS", str(columns))
        code = run_command([str(own) for own in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return command


def ids(call, *arguments):
    code, out, _ = call(*arguments, "--json")
    assert code == 0
    return [row["id"] for row in json.loads(out)]


class TestFind:
    def test_a_grid_by_words_and_a_unit_like_its_own(self, call):
        assert ids(call, "find", "germany", "grid", "2024", "--unit", "g/kWh") == ["grid.de.2024"]
        (row,) = json.loads(call("find", "grid.de.2024", "--unit", "kg/MWh", "--json")[1])
        (own,) = json.loads(call("find", "grid.de.2024", "--json")[1])
        assert (row["unit"], own["unit"]) == ("kg CO2e/MWh", "g CO2e/kWh")
        assert row["typical"] == pytest.approx(own["typical"], rel=1e-12)
        assert row["low"] < row["typical"] < row["high"]
        assert {"id", "unit", "stage", "kind", "evidence", "sources"} <= set(row)

    def test_a_grid_is_its_latest_year_unless_a_year_is_asked_for(self, call):
        found = ids(call, "find", "electricity", "germany")
        assert found[0] == "grid.de.2025"
        assert "grid.de.2024" not in found

    @pytest.mark.parametrize("columns", [40, 80, 120])
    def test_what_is_printed_fits(self, call, columns):
        code, out, _ = call("find", "battery", columns=columns)
        assert code == 0
        assert "Li-ion" in out
        assert "more: further words, or --full" in out
        heads = [line for line in out.splitlines() if not line.startswith(("battery", "In a"))]
        assert columns < 80 or max(map(len, heads)) <= columns
        assert "mcsus show " in out.splitlines()[-1]

    def test_filters(self, call):
        for option, value in (("stage", "use"), ("kind", "variability"), ("evidence", "assumed")):
            rows = json.loads(call("find", "battery", f"--{option}", value, "--json")[1])
            assert {row[option] for row in rows} == {value}
        rows = json.loads(call("find", "grid", "--source", "ember_owid", "--json")[1])
        assert {"grid.world.2025"} <= {row["id"] for row in rows}
        assert all("ember_owid" in row["sources"] for row in rows)
        assert ids(call, "find", "electricity germany", "--source", "Our World in Data")

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("germny",), "did you mean 'germany'?"),
            (("battery", "--stage", "us"), "did you mean 'use'?"),
            (("battery", "--unit", "kwh"), "--unit: found unknown unit 'kwh'"),
            (("battery", "--source", "embr_owid"), "did you mean 'ember_owid'?"),
            (("battery", "germany", "1999"), "fewer words"),
        ],
    )
    def test_nothing_is_refused_with_the_nearest(self, call, arguments, told):
        code, out, err = call("find", *arguments)
        assert (code, out) == (2, "")
        assert told in err
        assert err.count("\n") == 1


class TestList:
    def test_parameters_of_words(self, call):
        found = ids(call, "list", "parameters", "battery", "--unit", "g/kWh")
        assert {"battery.nmc.act", "battery.lfp.act"} <= set(found)
        code, out, _ = call("list", "parameters", "battery")
        assert code == 0
        assert "90 % range" in out
        assert "Li-ion NMC battery" in out

    def test_others_of_words(self, call):
        assert ids(call, "list", "methods", "morris") == ["morris"]
        assert "offset_methane" in ids(call, "list", "studies", "methane")

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("battery",), "or mcsus find battery"),
            (("methods", "moris"), "did you mean 'morris'?"),
            (("studies", "--unit", "kg"), "allowed: parameters, with --unit"),
            (("parameters", "batery"), "did you mean 'battery'?"),
        ],
    )
    def test_refused(self, call, arguments, told):
        code, out, err = call("list", *arguments)
        assert (code, out) == (2, "")
        assert told in err


class TestShow:
    def test_a_word_tells_what_begins_so_kind_by_kind(self, call):
        code, out, _ = call("show", "tiny")
        assert code == 0
        assert out.index("studies begin so:") < out.index("models begin so:")
        assert "tinyml_fleet" in out
        assert "more: mcsus list parameters battery" in call("show", "battery")[1]

    @pytest.mark.parametrize(
        ("name", "close"),
        [
            ("grid.germany.2024", "grid.de.2024"),
            ("grid.de.2099", "grid.de.2025"),
            ("grid.frnce.2019", "grid.fr.2019"),
            ("grid.de", "grid.de.2025"),
        ],
    )
    def test_a_grid_is_refused_with_one_of_the_same_zone(self, call, name, close):
        code, out, err = call("show", name)
        assert (code, out) == (2, "")
        assert f"did you mean {close!r}?" in err

    def test_an_earlier_year_of_a_grid(self, call):
        assert call("show", "grid.de.2019")[1].startswith("grid.de.2019\n")

    def test_a_run_whole_one_output_and_one_claim(self, call):
        Path("small.toml").write_text(SMALL, encoding="utf-8")
        assert call("run", "small.toml", "--no-report")[0] == 0
        whole = call("show", "runs/small")[1]
        assert "girth" in whole
        one = call("show", "runs/small", "area")[1]
        assert "area" in one
        assert "girth" not in one
        claim = json.loads(call("show", "runs/small", "large", "--json")[1])
        assert (list(claim["claims"]), claim["outputs"]) == (["large"], {})
        told = call("show", "runs/small", "large")[1]
        assert "Outputs" not in told
        assert "It is large" in told
        code, out, err = call("show", "runs/small", "grith")
        assert (code, out) == (2, "")
        assert "did you mean 'girth'?" in err
        assert "a folder without a saved run" in call("show", "runs")[2]
        assert call("show", "pert", "girth")[0] == 2

    @pytest.mark.parametrize(
        ("name", "kinds"),
        [("pert", ["families"]), ("tinyml_fleet", ["studies", "models"]), ("grid.de.2019", [None])],
    )
    def test_json(self, call, name, kinds):
        rows = json.loads(call("show", name, "--json")[1])
        assert [row["id"] for row in rows] == [name] * len(kinds)
        assert [row["kind"] for row in rows if kinds != [None]] == [k for k in kinds if k]
        assert json.loads(call("show", "battery", "--json")[1])
        assert call("show", "nothing_such", "--json")[0] == 2
