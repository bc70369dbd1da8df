"""The command line: every command, exit code and key of the JSON that others rely on."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest

import mcsus.runner
from mcsus.cli import _UNASKED, main, run_command
from mcsus.footprint import MODELS
from mcsus.result.tree import Result, load_result

pytestmark = pytest.mark.usefixtures("bare_claims")

SHIPPED = ("mcu_chip", "tinyml_device", "tinyml_device_settings", "tinyml_global", "tinyml_table")
PINNED = ("--seed", 3, "--set", "hours=12 hour")
SMALL = """
schema = "mcsus/1"
id = "small"
[dims]
place = ["north", "south"]
[parameters.power]
distribution = "lognormal"
median = 2
gsd = 1.5
unit = "W"
source = "a test"
[parameters.hours]
distribution = "uniform"
minimum = 10
maximum = 20
unit = "hour"
source = "a test"
[parameters.share]
unit = "1"
source = "a test"
[parameters.share.by.place]
north = { distribution = "constant", value = 0.25 }
south = { distribution = "triangular", minimum = 0.5, mode = 0.75, maximum = 1 }
[equations]
energy = { formula = "power*hours*share", unit = "kWh" }
[outputs]
energy = "Wh"
[design]
draws = 256
replicates = 4
[sensitivity]
draws = 256
[[claims]]
id = "low"
statement = "It stays low"
quantity = "energy"
relation = "<"
value = 0.02
unit = "kWh"
confidence = 0.95
"""


@pytest.fixture
def cwd(tmp_path, monkeypatch):
    """Work in an empty folder, with a small study in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.toml").write_text(SMALL)
    return tmp_path


@pytest.fixture
def call(cwd, capsys):
    """Run a command and return exit code, stdout and stderr."""

    def command(*arguments):
        code = run_command([str(a) for a in arguments])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.out + printed.err
        return code, printed.out, printed.err

    return command


def written(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


class TestList:
    def test_studies_are_the_default(self, call):
        code, out, _ = call("list")
        assert code == 0
        assert "tinyml_device" in out
        assert call("list", "studies")[1] == out

    @pytest.mark.parametrize("what", ["studies", "parameters", "families", "functions", "methods"])
    def test_json(self, call, what):
        code, out, _ = call("list", what, "--json")
        rows = json.loads(out)
        assert code == 0
        assert len({row["id"] for row in rows}) == len(rows) > (0 if what == "methods" else 3)

    def test_parameters_carry_what_users_filter_by(self, call):
        rows = json.loads(call("list", "parameters", "--json")[1])
        for row in rows:
            assert {"id", "unit", "stage", "kind", "evidence", "sources"} <= set(row)
        by_id = {row["id"]: row for row in rows}
        assert by_id["hsl.processing.0.mcu"]["unit"] == "mm**2"
        assert by_id["hsl.processing.0.mcu"]["sources"]

    def test_families_name_their_parameters(self, call):
        rows = {row["id"]: row for row in json.loads(call("list", "families", "--json")[1])}
        assert rows["triangular"]["parameters"][:3] == ["minimum", "mode", "maximum"]

    def test_evidence(self, call):
        rows = json.loads(call("list", "parameters", "--evidence", "assumed", "--json")[1])
        assert {row["evidence"] for row in rows} == {"assumed"}

    def test_an_unknown_kind_is_refused_with_the_nearest(self, call):
        code, out, err = call("list", "paramters")
        assert (code, out) == (2, "")
        assert "did you mean 'parameters'" in err


class TestShow:
    def test_a_parameter(self, call):
        code, out, _ = call("show", "hsl.processing.0.mcu")
        assert code == 0
        assert out.startswith("hsl.processing.0.mcu\n")
        assert "triangular(minimum=5, mode=10, maximum=17) mm**2" in out
        assert "Source:" in out
        assert any(set("▁▂▃▄▅▆▇█") & set(line) for line in out.splitlines())  # the plot

    def test_a_study(self, call):
        code, out, _ = call("show", "tinyml_table")
        assert code == 0
        assert "device_footprint [kg CO2e]" in out
        assert "Functional unit: one device over three years" in out

    def test_a_study_file_and_a_family(self, call):
        assert "energy [Wh]" in call("show", "small.toml")[1]
        assert "triangular(minimum, mode, maximum)" in call("show", "triangular")[1]

    @pytest.mark.parametrize("name", MODELS)
    def test_every_model(self, call, name):
        code, out, _ = call("show", name)
        assert code == 0
        told = out[out.index(f"Model {name}\n") :]
        inputs = told[told.index("Inputs") :]
        for equation in MODELS[name]:
            assert f"  {equation.name} [{equation.unit.text}] =" in told
            for key in equation.inputs:
                known = {e.name for e in MODELS[name]}
                assert key in known or re.search(rf"^(  |Dim ){key}[:\[ ]", told, re.MULTILINE)
        assert not re.search(r"^  \w+$", inputs, re.MULTILINE)  # each with its unit

    def test_a_model_tells_equations_and_default_laws_with_units_and_records(self, call):
        out = call("show", "connected_device")[1]
        assert "  assembly [kg CO2e] = assembly_energy*assembly_grid_intensity\n" in out
        assert "kWh (connected.assembly_energy)" in out
        assert "Outputs that no equation uses: device_year_footprint [kg CO2e/year]" in out
        assert "Studies that use it: declared_products\n" in out
        assert (
            "Outputs of these studies: device_footprint, manufacture, use_stage, transport" in out
        )

    def test_a_study_and_its_model_of_the_same_name_are_told_one_after_the_other(self, call):
        out = call("show", "mcu_chip")[1]
        assert out.index("Functional unit") < out.index("Model mcu_chip")

    def test_methods_by_what_users_call_them(self, call):
        assert call("show", "methods")[1] == call("list", "methods")[1] != ""
        for name, close in {
            "PRCC": "correlation",
            "hdmr": "polynomial_chaos",
            "sobl": "sobol",
        }.items():
            code, _, err = call("show", name)
            assert (code, err.count("\n")) == (2, 1)
            assert f"did you mean '{close}'?" in err
        assert "or mcsus show morris" in call("list", "morris")[2]

    def test_an_unknown_id_is_refused_with_the_nearest(self, call):
        code, out, err = call("show", "hsl.processing.0.mcuu")
        assert (code, out) == (2, "")
        assert "did you mean 'hsl.processing.0.mcu'" in err


class TestCheck:
    @pytest.mark.parametrize("study", [*SHIPPED, "small.toml"])
    def test_valid_studies(self, call, cwd, study):
        code, out, _ = call("check", study)
        assert code == 0
        assert ": valid." in out
        assert written(cwd) == ["small.toml"]

    def test_check_runs_nothing(self, cwd):
        """And imports neither numba nor SALib nor the statistics of SciPy."""
        program = (
            "import sys; from mcsus.cli import run_command; "
            "code = run_command(['check', 'tinyml_device']); "
            "slow = {'numba', 'scipy.stats', 'SALib'} & set(sys.modules); "
            "sys.exit(code or len(slow))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    def test_a_run_has_one_thread_of_linear_algebra_and_imports_no_other_arrays(self, cwd):
        """Threads that wait for each other at small matrices took a tenth of a run."""
        program = (
            "import sys; import mcsus.cli; late = 'numpy' not in sys.modules\n"
            "try: mcsus.cli.main(['run', 'small.toml', '--draws', '256', '--no-report'])\n"
            "except SystemExit as end: code = end.code\n"
            "import os; one = os.environ['OPENBLAS_NUM_THREADS'] == '1'\n"
            "other = any(map(sys.modules.get, ('dask', 'distributed', 'pint')))\n"
            "sys.exit(code or 4 * other + 2 * (not one) + (not late))"
        )
        alone = {key: own for key, own in os.environ.items() if "NUM_THREADS" not in key}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, check=False, cwd=cwd, env=alone
        )
        assert done.returncode == 0, done.stderr

    def test_faults_are_counted_and_told_at_once(self, call, cwd):
        bad = SMALL.replace("gsd = 1.5", "gsd = 0.5").replace('unit = "hour"', 'unit = "hours2"')
        (cwd / "bad.toml").write_text(bad)
        code, out, err = call("check", "bad.toml")
        assert (code, out) == (2, "")
        assert err.startswith("mcsus: 2 faults in the input")
        assert "bad.toml: parameters.power.gsd" in err
        assert "bad.toml: parameters.hours.unit" in err

    def test_a_cycle_is_printed(self, call, cwd):
        more = 'a = { formula = "b", unit = "1" }\nb = { formula = "a", unit = "1" }\n'
        cycle = SMALL.replace("[outputs]", more + "[outputs]")
        (cwd / "bad.toml").write_text(cycle)
        code, _, err = call("check", "bad.toml")
        assert code == 2
        assert "a -> b -> a" in err

    @pytest.mark.parametrize(
        ("study", "hint"), [("tinyml_devise", "tinyml_device"), ("nowhere.toml", "nowhere.toml")]
    )
    def test_unknown_studies(self, call, study, hint):
        code, _, err = call("check", study)
        assert code == 2
        assert hint in err


KEYS = {"study", "mcsus", "seed", "design", "sensitivity_design", "digest"}
KEYS |= {"outputs", "sensitivity", "claims", "cautions", "timing"}


class TestRunJson:
    @pytest.fixture
    def document(self, call):
        code, out, err = call("run", "small.toml", "--json", "--no-report")
        assert (code, err) == (0, "")
        return json.loads(out)

    def test_keys(self, document):
        assert set(document) == KEYS
        assert document["study"] == "small"
        assert document["design"] == {"kind": "sobol", "draws": 256, "replicates": 4}
        assert document["seed"] == 20230127
        assert len(document["digest"]) == 64
        assert {"compile_s", "sampling_s", "sensitivity_s", "total_s"} <= set(document["timing"])

    def test_outputs(self, document):
        output = document["outputs"]["energy"]
        assert set(output) == {"unit", "dims", "cells"}
        assert (output["unit"], output["dims"]) == ("Wh", ["place"])
        assert [c["labels"] for c in output["cells"]] == [{"place": "north"}, {"place": "south"}]
        for cell, share in zip(output["cells"], (0.25, 0.75), strict=True):
            assert set(cell) == {
                "labels", "deterministic", "mean", "sd", "median", "quantiles", "intervals",
            }  # fmt: skip
            # every input at its typical value: medians, and the mode of the triangle
            assert cell["deterministic"] == pytest.approx(2 * 15 * share, rel=1e-12)
            for key in ("mean", "sd", "median"):
                assert set(cell[key]) == {"value", "error"}
                assert isinstance(cell[key]["value"], float)
            p = [q["p"] for q in cell["quantiles"]]
            assert p == [0.025, 0.05, 0.25, 0.5, 0.75, 0.95, 0.975]
            assert all(set(q) == {"p", "value", "error"} for q in cell["quantiles"])
            assert [i["level"] for i in cell["intervals"]] == [0.5, 0.9, 0.95]
            for interval in cell["intervals"]:
                assert {"level", "low", "high"} <= set(interval)
            by_p = {q["p"]: q["value"] for q in cell["quantiles"]}
            assert cell["intervals"][2]["low"] == pytest.approx(by_p[0.025], rel=1e-12)
            assert cell["intervals"][2]["high"] == pytest.approx(by_p[0.975], rel=1e-12)
            assert cell["median"] == {k: v for k, v in cell["quantiles"][3].items() if k != "p"}

    def test_p_is_rounded_to_nine_decimals(self, call, cwd):
        text = SMALL.replace("[design]", "[intervals]\nlevels = [0.8, 0.3333333333333]\n[design]")
        (cwd / "levels.toml").write_text(text)
        document = json.loads(call("run", "levels.toml", "--json", "--no-report")[1])
        p = [q["p"] for q in document["outputs"]["energy"]["cells"][0]["quantiles"]]
        assert p == [0.1, 0.333333333, 0.5, 0.666666667, 0.9]

    def test_sensitivity(self, document):
        for cell, drivers in zip(
            document["sensitivity"]["energy"]["cells"],
            ({"power", "hours", "share"}, {"power", "hours", "share"}),
            strict=True,
        ):
            assert set(cell) == {"labels", "method", "estimator", "ranking", "indices", "settled"}
            assert set(cell["settled"]["before_next"]) == drivers
            assert (cell["method"], cell["estimator"]) == ("sobol", "SALib")
            assert set(cell["indices"]) == set(cell["ranking"]) == drivers
            total = [cell["indices"][name]["ST"]["value"] for name in cell["ranking"]]
            assert total == sorted(total, reverse=True)
            for index in cell["indices"].values():
                assert set(index) == {"S1", "ST"}
                assert all(set(v) == {"value", "error"} for v in index.values())

    def test_claims(self, document):
        cells = document["claims"]["low"]["cells"]
        told = {"labels", "probability", "verdict", "likelihood", "margin", "quantity"}
        assert [set(c) for c in cells] == [told] * 2
        assert {c["verdict"] for c in cells} <= {"supported", "not_supported", "undecided"}

    def test_an_output_without_dims_and_numeric_labels(self, call, cwd):
        added = {
            "[parameters.power]": "year = { first = 2030, last = 2031 }\n",
            "[outputs]": 'all = { formula = "sum(energy, over=place)", unit = "kWh" }\n'
            'late = { formula = "all*(year - 2029)", unit = "kWh" }\n',
            "[design]": 'all = "Wh"\nlate = "Wh"\n',
        }
        text = SMALL
        for before, lines in added.items():
            text = text.replace(before, lines + before)
        (cwd / "year.toml").write_text(text)
        document = json.loads(call("run", "year.toml", "--json", "--no-report")[1])
        assert document["outputs"]["all"]["dims"] == []
        assert [c["labels"] for c in document["outputs"]["all"]["cells"]] == [{}]
        labels = [c["labels"] for c in document["outputs"]["late"]["cells"]]
        assert labels == [{"year": 2030}, {"year": 2031}]

    def test_one_replicate_has_no_errors(self, call):
        code, out, _ = call("run", "small.toml", "--json", "--no-report", "--replicates", 1)
        cell = json.loads(out)["outputs"]["energy"]["cells"][0]
        assert code == 0
        assert cell["mean"]["error"] is None


class TestRun:
    def test_what_is_written_and_printed(self, call, cwd):
        code, out, err = call("run", "small.toml", "--no-report")
        assert (code, err) == (0, "")
        assert written(cwd / "runs/small") == ["result.json", "result.nc"]
        assert "energy [north]" in out
        assert "Saved in runs/small" in out
        saved = json.loads((cwd / "runs/small/result.json").read_text())
        assert set(saved) == KEYS - {"timing"}

    def test_the_file_does_not_change_from_run_to_run(self, call, cwd):
        for folder in ("one", "two"):
            assert call("run", "small.toml", "--no-report", "--out", folder)[0] == 0
        one, two = ((cwd / f / "result.json").read_bytes() for f in ("one", "two"))
        assert one == two

    @pytest.mark.parametrize("text", ["512", "2^9", "2**9", "5.12e2"])
    def test_forms_of_draws(self, call, text):
        document = json.loads(
            call("run", "small.toml", "--json", "--no-report", "--draws", text)[1]
        )
        assert document["design"]["draws"] == 512

    @pytest.mark.parametrize(
        ("text", "below", "above"),
        [("1e6", "524288 (2^19)", "1048576 (2^20)"), ("1000", "512 (2^9)", "1024 (2^10)"),
         ("100", "256 (2^8)", "512 (2^9)")],
    )  # fmt: skip
    def test_draws_that_are_no_power_of_two_name_the_two_nearest(
        self, call, cwd, text, below, above
    ):
        code, out, err = call("run", "small.toml", "--draws", text)
        assert (code, out) == (2, "")
        assert f"--draws: found {int(float(text))}" in err
        assert f"the nearest are {below} and {above}" in err
        assert written(cwd) == ["small.toml"]

    @pytest.mark.parametrize("text", ["many", "1.5", "2^", "-256", "1e400", ""])
    def test_draws_that_are_no_number(self, call, cwd, text):
        code, _, err = call("run", "small.toml", f"--draws={text}")
        assert code == 2
        assert "--draws" in err
        assert written(cwd) == ["small.toml"]

    def test_draws_do_not_touch_the_indices(self, call):
        one, two = (
            json.loads(call("run", "small.toml", "--json", "--no-report", "--draws", d)[1])
            for d in (256, 1024)
        )
        assert one["sensitivity"] == two["sensitivity"]
        assert one["outputs"] != two["outputs"]

    def test_set_pins_a_parameter_in_any_unit(self, call):
        arguments = ("run", "small.toml", "--json", "--no-report", "--set", "power=3000 mW",
                     "--set", "hours=0.5 d")  # fmt: skip
        code, out, _ = call(*arguments)
        north = json.loads(out)["outputs"]["energy"]["cells"][0]
        assert code == 0
        assert north["mean"]["value"] == pytest.approx(3 * 12 * 0.25, rel=1e-12)
        assert north["sd"]["value"] == pytest.approx(0, abs=1e-12)

    @pytest.mark.parametrize(
        ("setting", "message"),
        [
            ("powr=3 W", "did you mean 'power'"),
            ("power=3 kg", "--set power"),
            ("power", "NAME=VALUE"),
            ("power=three W", "--set power"),
            ("energy=3 kWh", "which is an equation"),
        ],
    )
    def test_settings_that_are_refused(self, call, cwd, setting, message):
        code, out, err = call("run", "small.toml", "--set", setting)
        assert (code, out) == (2, "")
        assert message in err
        assert written(cwd) == ["small.toml"]

    def test_seed_replicates_and_threads(self, call):
        base = ("run", "small.toml", "--json", "--no-report", "--seed", 7, "--replicates", 3)
        one, two = (json.loads(call(*base, "--threads", t)[1]) for t in (1, 2))
        assert one["digest"] == two["digest"]
        assert (one["seed"], one["design"]["replicates"]) == (7, 3)

    @pytest.mark.parametrize(
        "arguments",
        ["--threads 0", "--replicates 0", "--seed -1", "--seed x", "--unknown"],
    )
    def test_options_that_are_refused(self, call, cwd, arguments):
        code, out, err = call("run", "small.toml", *arguments.split())
        assert (code, out) == (2, "")
        assert arguments.split()[0] in err
        assert written(cwd) == ["small.toml"]

    def test_a_setting_twice_is_refused(self, call, cwd):
        code, _, err = call("run", "small.toml", "--set", "power=2 W", "--set", "power=3 W")
        assert code == 2
        assert "--set: found 'power' twice" in err
        assert written(cwd) == ["small.toml"]

    @pytest.mark.parametrize("place", ["small.toml", "small.toml/below"])
    def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_run(
        self, call, cwd, monkeypatch, place
    ):
        def never(*args, **kwargs):
            pytest.fail("it was run")

        monkeypatch.setattr("mcsus.runner.rounds.results", never)
        code, out, err = call("run", "small.toml", "--out", place)
        assert (code, out) == (2, "")
        assert "--out: found" in err
        assert "small.toml, a file; allowed: a folder to write to" in err
        monkeypatch.setattr("os.access", lambda path, mode: False)
        code, _, err = call("run", "small.toml", "--out", "new")
        assert code == 2
        assert "a folder without write permission" in err

    def test_a_faulty_study_writes_nothing(self, call, cwd):
        (cwd / "bad.toml").write_text(SMALL.replace("gsd = 1.5", "gsd = 0.5"))
        code, out, err = call("run", "bad.toml")
        assert (code, out) == (2, "")
        assert "gsd" in err
        assert written(cwd) == ["bad.toml", "small.toml"]


class TestExitCodes:
    @pytest.mark.parametrize(
        ("confidence", "required", "code"),
        [("0.3", "true", 0), ("0.95", "true", 1), ("0.95", "false", 0)],
    )
    def test_1_when_a_required_claim_does_not_hold(self, call, cwd, confidence, required, code):
        # about half of the draws in the north, all in the south
        text = SMALL.replace("value = 0.02", "value = 0.0075")
        text = text.replace(
            "confidence = 0.95", f"confidence = {confidence}\nrequired = {required}"
        )
        text = text.replace("minimum = 0.5, mode = 0.75, maximum = 1 ",
                            "minimum = 0.01, mode = 0.02, maximum = 0.03 ")  # fmt: skip
        (cwd / "claim.toml").write_text(text)
        assert call("run", "claim.toml", "--no-report")[0] == code
        assert written(cwd / "runs") == ["small/result.json", "small/result.nc"]

    def test_2_for_bad_usage(self, call):
        assert call("run")[0] == 2
        assert call("nonsense")[0] == 2

    def test_3_when_it_would_not_fit(self, call, cwd):
        code, out, err = call("run", "small.toml", "--draws", "2^38")
        assert (code, out) == (3, "")
        assert "found 274877906944 draws of a replicate; allowed: 4294967295" in err
        assert written(cwd) == ["small.toml"]

    def test_4_when_a_value_is_not_finite(self, call, cwd):
        (cwd / "bad.toml").write_text(SMALL.replace("power*hours*share", "power*hours*log(share)*0"
                                                    "/(share - share)"))  # fmt: skip
        code, out, err = call("run", "bad.toml")
        assert (code, out) == (4, "")
        assert "output 'energy' is not finite in 256 of 256 draws" in err
        assert "hours = " in err
        assert written(cwd) == ["bad.toml", "small.toml"]

    def test_70_for_a_fault_of_ours_with_the_trace_in_a_file(self, call, cwd, monkeypatch):
        def fail(*args, **kwargs):
            msg = "something unforeseen"
            raise ArithmeticError(msg)

        monkeypatch.setattr("mcsus.runner.rounds.results", fail)
        monkeypatch.setenv("TMPDIR", str(cwd))
        monkeypatch.setattr("tempfile.tempdir", None)
        code, out, err = call("run", "small.toml")
        assert (code, out) == (70, "")
        assert "something unforeseen" not in err
        path = Path(err.split()[-1])
        assert "something unforeseen" in path.read_text()

    def test_130_when_interrupted(self, call, cwd, monkeypatch):
        def interrupt(*args, **kwargs):
            raise KeyboardInterrupt

        monkeypatch.setattr("mcsus.runner.rounds.results", interrupt)
        code, out, err = call("run", "small.toml")
        assert (code, out, err) == (130, "", "mcsus: interrupted\n")
        assert written(cwd) == ["small.toml"]

    def test_main_exits_with_the_code(self, cwd, monkeypatch):
        for name in _UNASKED:  # are there again after this test
            monkeypatch.setitem(sys.modules, name, sys.modules.get(name))
        with pytest.raises(SystemExit, match=r"^2$"):
            main(["check", "nowhere.toml"])
        with pytest.raises(SystemExit, match=r"^0$"):
            main(["check", "small.toml"])

    @pytest.mark.slow
    def test_no_progress_where_nobody_watches(self, cwd):
        program = "from mcsus.cli import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", program, "run", "small.toml", "--no-report", "--json"],
            cwd=cwd, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert json.loads(done.stdout)["study"] == "small"


class TestVerify:
    @pytest.fixture
    def saved(self, call, cwd):
        call("run", "small.toml", "--no-report", "--out", "saved", *PINNED)
        return cwd / "saved"

    def test_the_same_bits(self, call, saved):
        digest = json.loads((saved / "result.json").read_text())["digest"]
        code, out, _ = call("verify", saved)
        assert code == 0
        assert digest in out

    def test_from_the_folder_alone(self, call, saved, cwd):
        (cwd / "small.toml").unlink()
        assert call("verify", saved)[0] == 0

    @staticmethod
    def change(folder, place, key, factor):
        """Multiply the first number of a variable in a saved result."""
        tree = load_result(folder).tree.copy(deep=True)
        data = tree[place].to_dataset()
        values = data[key].values.copy()
        values.flat[0] *= factor
        data[key] = (data[key].dims, values)
        tree[place].dataset = data
        Result(tree).save(folder)

    def test_a_number_that_was_changed_is_found(self, call, saved):
        self.change(saved, "outputs/energy", "mean", 1.001)
        code, out, _ = call("verify", saved)
        assert code == 1
        assert "1 places differ by more than 1e-09" in out
        assert "outputs.energy.mean" in out

    def test_a_change_below_the_tolerance_is_said_and_passes(self, call, saved):
        self.change(saved, "outputs/energy", "mean", 1 + 1e-12)
        code, out, _ = call("verify", saved)
        assert code == 0
        assert "Not the same bits" in out

    def test_a_probability_that_was_changed_is_found(self, call, saved):
        self.change(saved, "claims/low", "probability", 0.5)
        code, out, _ = call("verify", saved)
        assert code == 1
        assert "claims.low.probability" in out

    @pytest.mark.parametrize(
        ("place", "key"),
        [("outputs/energy", key) for key in ("edges", "density", "quantile_curve", "path_mean",
                                             "shortest", "first_order")]
        + [("claims/low", "quantile_curve"), ("sensitivity/energy", "ST_error")],
    )  # fmt: skip
    def test_every_array_is_compared(self, call, saved, place, key):
        self.change(saved, place, key, 1.5)
        code, out, _ = call("verify", saved)
        assert code == 1
        assert f"{place.replace('/', '.')}.{key}" in out

    @pytest.mark.parametrize("content", [None, b"", b"no netCDF"])
    def test_folders_without_a_result(self, call, cwd, content):
        (cwd / "empty").mkdir()
        if content is not None:
            (cwd / "empty/result.nc").write_bytes(content)
        for command in ("verify", "report"):
            code, out, err = call(command, "empty")
            assert (code, out) == (2, "")
            assert "result.nc" in err


class TestReport:
    def test_a_run_writes_one_and_report_writes_the_same_again(self, call, cwd, monkeypatch):
        code, out, _ = call("run", "small.toml")
        assert code == 0
        assert "read runs/small/report/index.html" in out
        first = {p: (cwd / "runs/small/report" / p).read_bytes()
                 for p in written(cwd / "runs/small/report")}  # fmt: skip
        assert "index.html" in first

        def never(*args, **kwargs):
            pytest.fail("rendering again drew samples")

        monkeypatch.setattr("mcsus.runner.rounds.results", never)
        code, out, _ = call("report", "runs/small", "--to", "again")
        assert code == 0
        assert "index.html" in out
        assert {p: (cwd / "again" / p).read_bytes() for p in written(cwd / "again")} == first

    def test_a_report_to_a_file_is_refused(self, call, cwd):
        call("run", "small.toml", "--no-report")
        code, out, err = call("report", "runs/small", "--to", "small.toml")
        assert (code, out) == (2, "")
        assert "--to: found small.toml, a file" in err


class TestOthers:
    def test_schema_accepts_the_studies_that_ship(self, call):
        code, out, _ = call("schema")
        assert code == 0
        schema = json.loads(out)
        root = Path(mcsus.runner.__file__).parents[2]
        validator = jsonschema.validators.validator_for(schema)
        validator.check_schema(schema)
        validator(schema).validate(tomllib.loads(SMALL))
        for path in (root / "studies").glob("tinyml_*.toml"):
            validator(schema).validate(tomllib.loads(path.read_text(encoding="utf-8")))

    def test_the_numbers_of_draws_that_help_shows_work(self, call):
        text = " ".join(call("run", "--help")[1].replace("\u2502", " ").split())
        found = re.search(r"Draws per replicate: (.+?)\.", text)
        for shown in found[1].replace(",", " or").split(" or "):
            code, _, err = call("run", "small.toml", "--draws", shown.strip(), "--replicates", 2,
                                "--no-report")  # fmt: skip
            assert code == 0, err

    def test_version_and_help(self, call):
        code, out, _ = call("--version")
        assert (code, out) == (0, "0.1.0\n")
        code, out, _ = call("--help")
        assert code == 0
        for command in ("list", "show", "check", "run", "report", "verify", "schema"):
            assert command in out
