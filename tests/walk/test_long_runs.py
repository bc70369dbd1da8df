"""Runs that are killed, interrupted, taken up again and mistaken, as a user meets them."""

import hashlib
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from mcsus.cli import run_command
from mcsus.result.tree import load_result
from mcsus.runner import sampling
from mcsus.runner.checkpoint import FileCheckpoint

STUDY = """
schema = "mcsus/1"
id = "small"
design = { draws = 65536, replicates = 2 }
outputs = { y = "kg" }
[parameters]
a = { distribution = "normal", mean = 10, sd = 1, unit = "g", source = "a test" }
b = { distribution = "uniform", minimum = 1, maximum = 2, unit = "1", source = "a test" }
[equations]
y = { formula = "a*b", unit = "kg" }
"""
SLOW = """
import sys, time
from mcsus.runner import checkpoint, sampling
sampling._HELD_DRAWS, sampling._FIRST_ROUND, sampling._FINE = 1 << 13, 1 << 11, 4e-5
checkpoint._EVERY, checkpoint._SHARE = 0.02, 0
sampling.Sampler._pace = lambda self, *_: None
drawn = sampling.draw
def slow(*task):
    time.sleep(0.05)
    return drawn(*task)
sampling.draw = slow
from mcsus.cli import main
main()
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 13)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 11)
    monkeypatch.setattr(sampling, "_FINE", 4e-5)
    monkeypatch.chdir(tmp_path)
    Path("small.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def call(here, capsys):
    def command(*arguments):
        code = run_command([str(a) for a in arguments])
        return code, *capsys.readouterr()

    return command


@pytest.fixture
def interrupted(call, monkeypatch):
    """Run until so many draws are made, then press Ctrl-C."""

    def command(*arguments, draws=40_000):
        tell = sampling.Sampler._tell

        def interrupt(self, goal):
            tell(self, goal)
            if sum(t.draws for t in self._state.tallies) >= draws:
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(sampling.Sampler, "_tell", interrupt)
            return call(*arguments)

    return command


def started(*arguments):
    """Run in a process of its own, slowly; come back when something is saved."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    ends = time.monotonic() + 300
    while not list(Path("runs/small/checkpoint").glob("sampling*.npz")):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < ends
        time.sleep(0.01)
    return process


def digest(folder="runs/small"):
    return load_result(folder).to_dict()["digest"]


@pytest.fixture
def undisturbed(call):
    assert call("run", "small.toml", "--out", "whole")[0] == 0
    return digest("whole")


def files(folder="."):
    return sorted(str(p.relative_to(folder)) for p in Path(folder).rglob("*") if p.is_file())


def test_killed_and_taken_up_again(call, undisturbed):
    assert call("run", "small.toml", "--out", "kept", "--keep-draws")[0] == 0
    process = started("run", "small.toml", "--keep-draws")
    process.kill()
    process.communicate()
    assert not Path("runs/small/result.nc").exists()
    code, _, err = call("run", "--resume", "runs/small")
    assert (code, err) == (0, "")
    assert digest() == undisturbed
    assert Path("runs/small/draws.nc").read_bytes() == Path("kept/draws.nc").read_bytes()
    assert not Path("runs/small/checkpoint").exists()
    assert call("verify", "runs/small")[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="Ctrl-C as a signal to one process")
def test_ctrl_c_keeps_what_is_finished(call, undisturbed):
    process = started("run", "small.toml")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130, err
    assert err.endswith("\nmcsus: interrupted\n")
    assert "mcsus: kept " in err
    assert "saved in runs/small; go on with: mcsus run --resume runs/small" in err
    kept = load_result("runs/small")
    assert kept.stopped == "interrupted"
    assert 4096 <= kept.to_dict()["design"]["draws"] < 65536
    assert "the run was interrupted" in out
    assert call("verify", "runs/small")[0] == 2  # it has no indices to compare
    assert call("run", "--resume", "runs/small")[0] == 0
    assert digest() == undisturbed


def test_ctrl_c_before_anything_is_drawn_leaves_nothing(call, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(sampling.Sampler, "_round", interrupt)
    code, out, err = call("run", "small.toml")
    assert (code, out, err) == (130, "", "mcsus: interrupted\n")
    assert files() == ["small.toml"]
    assert not Path("runs").exists()


@pytest.mark.slow
def test_interrupted_twice(interrupted, call, undisturbed):
    assert interrupted("run", "small.toml", draws=20_000)[0] == 130
    assert interrupted("run", "--resume", "runs/small", draws=90_000)[0] == 130
    assert load_result("runs/small").to_dict()["design"]["draws"] >= 8192
    assert call("run", "--resume", "runs/small")[0] == 0
    assert digest() == undisturbed


@pytest.mark.slow
def test_interrupted_again_before_a_round_ends_loses_nothing(interrupted, call, undisturbed):
    assert interrupted("run", "small.toml", draws=20_000)[0] == 130
    code, _, err = interrupted("run", "--resume", "runs/small", draws=1)
    assert code == 130
    assert "mcsus run --resume runs/small" in err
    assert call("run", "--resume", "runs/small")[0] == 0
    assert digest() == undisturbed


@pytest.mark.slow
def test_from_another_folder_and_without_the_study_file(
    interrupted, call, undisturbed, monkeypatch
):
    place = Path("a folder 'with' spaces").resolve()
    code, _, err = interrupted("run", "small.toml", "--out", place)
    assert code == 130
    command = err.split("go on with: mcsus ")[1].splitlines()[0]
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    Path("../small.toml").rename("../gone.toml")
    assert run_command(shlex.split(command)) == 0
    assert digest(place) == undisturbed


class TestResumingIsRefused:
    @pytest.fixture(autouse=True)
    def left(self, interrupted):
        """A run that was interrupted; nothing that is refused may harm it."""
        assert interrupted("run", "small.toml")[0] == 130
        before = files("runs/small")
        yield
        assert files("runs/small") == before

    @pytest.fixture
    def refused(self, call):
        def command(*arguments):
            code, out, err = call("run", "--resume", "runs/small", *arguments)
            assert (code, out) == (2, "")
            return err

        return command

    def test_when_the_file_has_changed(self, refused):
        Path("small.toml").write_text(STUDY.replace("sd = 1", "sd = 2"), encoding="utf-8")
        assert "a study that has changed since: parameters; allowed: the study as it" in refused()

    @pytest.mark.parametrize(
        "change", [["--seed", "0"], ["--draws", "2^15"], ["--replicates", "3"]]
    )
    def test_when_another_design_is_asked_for(self, refused, change):
        assert "a study that has changed since: design;" in refused("small.toml", *change)

    def test_when_a_parameter_is_pinned(self, refused):
        assert "has changed since: parameters;" in refused("small.toml", "--set", "a=1 g")

    @pytest.mark.parametrize("change", [["--seed", "0"], ["--draws", "2^15"]])
    def test_when_a_change_is_asked_for_without_a_study(self, refused, change):
        assert "--resume: found changes to an unnamed study" in refused(*change)

    @pytest.mark.parametrize(
        "option", [["--until", "1%"], ["--until-output", "y"], ["--max-draws", "2^20"]]
    )
    def test_when_other_limits_are_asked_for(self, refused, option):
        assert f"{option[0]}: found another one than before" in refused(*option)

    def test_when_draws_were_not_kept_from_the_beginning(self, refused):
        assert "--keep-draws: found a run that has not kept its draws" in refused("--keep-draws")

    def test_with_out(self, refused):
        assert "--out: found --out beside --resume" in refused("--out", "other")

    def test_with_a_cluster_that_is_none(self, refused):
        assert "--cluster: found 'local:0'" in refused("--cluster", "local:0")

    def test_when_another_study_is_named(self, refused):
        assert "a study that has changed since: " in refused("tinyml_table")

    def test_while_another_run_goes_on_there(self, refused):
        with FileCheckpoint("runs/small").alone():
            assert "runs/small: found a folder in which a run goes on" in refused()

    def test_a_new_run_while_another_goes_on_there(self, call):
        with FileCheckpoint("runs/small").alone():
            code, _, err = call("run", "small.toml")
        assert code == 2
        assert "runs/small: found a folder in which a run goes on" in err


@pytest.mark.parametrize("damage", ["cut", "text", "empty"])
def test_a_damaged_checkpoint(interrupted, call, damage):
    assert interrupted("run", "small.toml")[0] == 130
    [path] = Path("runs/small/checkpoint").glob("sampling*.npz")
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"no numbers", "empty": b""}[damage])
    code, out, err = call("run", "--resume", "runs/small")
    assert (code, out) == (2, "")
    assert "sampling.npz: found a file " in err
    assert "changed since it was written" in err
    assert "allowed: a checkpoint as it was written, or a new run, without --resume" in err
    assert call("run", "small.toml", "--no-report")[0] == 0  # anew


def test_a_checkpoint_without_one_of_its_files(call, monkeypatch):
    def interrupt(self, goal):
        if self._state.draws >= 2048 and self._unsaved[0][0].first >= 2048:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sampling.Sampler, "_tell", interrupt)
        patch.setattr(FileCheckpoint, "due", lambda self: True)
        assert call("run", "small.toml")[0] == 130
    first, *others = sorted(Path("runs/small/checkpoint").glob("held-*.npz"))
    assert others
    first.unlink()
    code, _, err = call("run", "--resume", "runs/small")
    assert code == 2
    assert "--resume: found a checkpoint without draws 0 to 2047; allowed: all its files" in err


@pytest.mark.parametrize("text", ["{}", "[]", "", '{"format": 1}', '{"request": {}}', "[" * 9999])
def test_a_damaged_description(interrupted, call, text):
    assert interrupted("run", "small.toml")[0] == 130
    Path("runs/small/checkpoint/run.json").write_text(text)
    code, out, err = call("run", "--resume", "runs/small")
    assert (code, out) == (2, "")
    assert "runs/small/checkpoint/run.json: found a file that" in err


def described(change):
    """Change the description of a run, and its checksum with it."""
    about = json.loads(Path("runs/small/checkpoint/run.json").read_text())
    del about["checksum"]
    change(about)
    text = json.dumps(about, sort_keys=True)
    about["checksum"] = hashlib.sha256(text.encode()).hexdigest()
    Path("runs/small/checkpoint/run.json").write_text(json.dumps(about))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda about: about["request"].pop("limits"), "request: found no limits"),
        (lambda about: about.update(variant=[]), "variant: found []; allowed: a table"),
        (lambda about: about.update(study=None), "study: found None; allowed: a table"),
        (lambda about: about.update(study={}), "small.toml: schema: found nothing"),
        (lambda about: about.update(made_by="00"), "another version of mcsus, or of another proc"),
    ],
)
def test_a_description_that_no_run_writes(interrupted, call, change, said):
    assert interrupted("run", "small.toml")[0] == 130
    Path("small.toml").unlink()
    described(change)
    code, _, err = call("run", "--resume", "runs/small")
    assert code == 2
    assert said in err


def test_changed_draws_are_refused(interrupted, call):
    """Not one number of a checkpoint may be another one without a word."""
    assert interrupted("run", "small.toml")[0] == 130
    for path in Path("runs/small/checkpoint").glob("*.npz"):
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        for name in list(arrays):
            if arrays[name].dtype == float and arrays[name].size:
                arrays[name] = arrays[name] * 1.000001
        np.savez(path, **arrays)
    code, _, err = call("run", "--resume", "runs/small")
    assert code == 2
    assert "npz: found a file without its checksum, changed since it was written" in err


def test_files_of_another_run_are_refused(interrupted, call):
    assert interrupted("run", "small.toml", "--out", "runs/small")[0] == 130
    assert interrupted("run", "small.toml", "--out", "other", "--seed", "7")[0] == 130
    shutil.copy("other/checkpoint/sampling.npz", "runs/small/checkpoint/sampling.npz")
    code, _, err = call("run", "--resume", "runs/small")
    assert code == 2
    assert "sampling.npz: found a file that was changed since it was written" in err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders")
@pytest.mark.parametrize("name", ["run.json", "sampling.npz", "lock"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(interrupted, call, name):
    assert interrupted("run", "small.toml")[0] == 130
    path = Path("runs/small/checkpoint") / name
    path.unlink()
    os.mkfifo(path)
    code, _, err = call("run", "--resume", "runs/small")
    assert code == 2
    assert f"{name}: found no regular file" in err
    anew = 2 if name == "lock" else 0
    assert call("run", "small.toml", "--no-report")[0] == anew


def test_a_folder_in_place_of_a_file_is_in_nobodys_way(interrupted, call):
    assert interrupted("run", "small.toml")[0] == 130
    Path("runs/small/checkpoint/sampling.npz").unlink()
    Path("runs/small/checkpoint/sampling.npz/below").mkdir(parents=True)
    code, _, err = call("run", "--resume", "runs/small")
    assert code == 2
    assert "sampling.npz: found " in err
    assert call("run", "small.toml", "--no-report")[0] == 0


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_a_run(call, folder):
    code, out, err = call("run", "--resume", folder)
    assert (code, out) == (2, "")
    assert f"{folder}: found no checkpoint; allowed: the folder of a run that was" in err
    assert files() == ["small.toml"]


@pytest.mark.slow
def test_a_run_that_is_complete(call, undisturbed):
    before = Path("whole/result.nc").read_bytes()
    code, out, err = call("run", "--resume", "whole", "--json")
    assert (code, err) == (0, "the run in whole is complete\n")
    assert json.loads(out)["digest"] == undisturbed
    assert Path("whole/result.nc").read_bytes() == before
    code, _, err = call("run", "small.toml", "--seed", "7", "--resume", "whole")
    assert code == 2
    assert "the result of another study: design differ" in err


def test_draws_of_a_run_before_are_not_left_beside_another_result(call):
    small = ["run", "small.toml", "--draws", "256", "--no-report"]
    assert call(*small, "--keep-draws")[0] == 0
    assert "runs/small/draws.nc" in files()
    assert call(*small, "--seed", "3")[0] == 0
    assert "runs/small/draws.nc" not in files()


class TestUntil:
    def test_reached(self, call):
        code, out, err = call("run", "small.toml", "--draws", "2^12", "--until", "0.1%", "--json")
        assert code == 0
        told = json.loads(out)["until"]
        assert told["reached"] is True
        assert told["share"] == 0.001
        assert f"(y is the least known) after {told['draws']} draws of each replicate" in err

    @pytest.mark.slow
    def test_not_reached(self, call):
        asked = ["run", "small.toml", "--draws", "1024", "--until", "1e-6", "--max-draws", "5000"]
        code, _, err = call(*asked)
        assert code == 3
        assert "draws; --max-draws allows 5000" in err
        assert load_result("runs/small").to_dict()["design"]["draws"] == 4096
        assert not Path("runs/small/checkpoint").exists()
        code, _, err = call("run", "--resume", "runs/small")
        assert code == 3
        assert "the run in runs/small is complete" in err

    def test_interrupted(self, call, interrupted):
        asked = ["run", "small.toml", "--draws", "2^12", "--until", "0.001%"]
        assert call(*asked, "--max-draws", "2^17", "--out", "whole")[0] == 3
        assert interrupted(*asked, "--max-draws", "2^17", draws=60_000)[0] == 130
        code, _, err = call("run", "--resume", "runs/small")
        assert code == 3
        assert "after 131072 draws of each replicate" in err
        assert digest() == digest("whole")
        assert call("verify", "runs/small")[0] == 0

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            (["--until", "0"], "--until: found '0'; allowed: a share above 0"),
            (["--until", "nan"], "--until: found 'nan'"),
            (["--until", "100%"], "--until: found '100%'"),
            (["--until", "-1%"], "--until: found '-1%'"),
            (["--until", "1%%"], "--until: found '1%%'"),
            (["--until", "rankin"], "--until: found 'rankin'; allowed: a share above 0"),
            (["--until", "1%", "--replicates", "1"], "--until: found 1 replicate"),
            (["--until", "1%", "--keep-draws"], "--keep-draws: found --until beside"),
            (["--until", "1%", "--until-output", "x"], "--until-output: found 'x'"),
            (["--until-output", "y"], "--until-output: found it without --until"),
            (["--max-draws", "0"], "--max-draws: found '0'"),
            (["--max-draws", "1e400"], "--max-draws: found '1e400'"),
            (["--max-draws", "many"], "--max-draws: found 'many'"),
            (["--max-seconds", "nan"], "--max-seconds: found 'nan'"),
            (["--max-seconds", "-1"], "--max-seconds: found '-1'"),
            (["--cluster", "tcp://10.0.0.1:1"], "--cluster: found 'tcp://10.0.0.1:1'"),
        ],
    )
    def test_bad_input_costs_nothing_else(self, call, options, message):
        code, out, err = call("run", "small.toml", *options)
        assert (code, out) == (2, "")
        assert message in err
        assert files() == ["small.toml"]
        assert not Path("runs").exists()

    @pytest.mark.parametrize("options", [["--max-draws", "2^15"], ["--draws", "2^33"]])
    def test_refusals_cost_nothing_else(self, call, options):
        code, out, _ = call("run", "small.toml", *options)
        assert (code, out) == (3, "")
        assert not Path("runs").exists()


def test_a_refusal_leaves_a_folder_that_was_there(call):
    Path("mine").mkdir()
    assert call("run", "small.toml", "--out", "mine", "--max-draws", "9")[0] == 3
    assert list(Path("mine").iterdir()) == []


@pytest.mark.slow
def test_too_little_time_for_a_first_round_is_not_wasted(call, undisturbed):
    for asked in (["small.toml"], ["--resume", "runs/small"]):
        code, out, err = call("run", *asked, "--max-seconds", "0")
        assert (code, out) == (3, "")
        assert "--max-seconds: found no round of draws that takes 0.0 s or less" in err
        assert "go on with: mcsus run --resume runs/small" in err
    assert call("run", "--resume", "runs/small")[0] == 0
    assert digest() == undisturbed


def test_out_of_time(call, monkeypatch):
    rounds = []
    drawn = sampling.Sampler._round
    monkeypatch.setattr(
        sampling.Sampler, "_round", lambda *a: (drawn(*a), rounds.append(1))
    )  # a clock by which every round takes two seconds
    monkeypatch.setattr("time.monotonic", lambda: 2.0 * len(rounds))
    code, out, err = call("run", "small.toml", "--max-seconds", "1", "--draws", "2^20")
    assert code == 3
    assert "mcsus: out of time; kept" in err
    assert "the time given was over" in out
    monkeypatch.undo()


@pytest.mark.slow
def test_where_nothing_more_can_be_written(interrupted, call, undisturbed, monkeypatch):
    """A disk that is full ends the run, and leaves what was saved before."""
    assert interrupted("run", "small.toml")[0] == 130

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("numpy.savez", full)
        patch.setattr(FileCheckpoint, "due", lambda self: True)
        code, _, err = call("run", "--resume", "runs/small")
    assert code == 3
    assert "sampling.npz: cannot be written (No space left on device)" in err
    assert call("run", "--resume", "runs/small")[0] == 0
    assert digest() == undisturbed
    shutil.rmtree("runs")
