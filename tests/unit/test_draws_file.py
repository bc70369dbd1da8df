"""Draws that are kept are those of the kernel, whole or not there at all."""

import os
from collections import namedtuple
from dataclasses import replace

import netCDF4
import numpy as np
import pytest
import xarray as xr

from mcsus.errors import InputError, NotFiniteError, RefusedError
from mcsus.result.drawn import DRAWS_FILE as FILE
from mcsus.runner import Run, Settings, run, sampling, saved
from mcsus.runner.analyses import Analyses
from mcsus.runner.checkpoint import FileCheckpoint
from mcsus.runner.draws_file import DrawsFile
from mcsus.runner.resuming import description
from mcsus.study import Study


@pytest.fixture
def asked(study):
    law = {"distribution": "uniform", "minimum": 1, "maximum": 2, "unit": "g", "source": "a test"}
    return lambda kind="sobol", draws=8192: study(
        {"x": law, "s": {"unit": "1", "source": "a test", "shared": [], "by": {"year": {
            "2030": {"distribution": "normal", "mean": 1, "sd": 1},
            "2031": {"distribution": "normal", "mean": 2, "sd": 1}}}}},
        {"y": ("x*s", "g"), "one": ("2*x", "kg")},
        outputs={"y": "mg", "one": "kg"},
        dims={"year": {"first": 2030, "last": 2031}, "place": ["north", "süd"]},
        scenarios=[{"id": "other", "set": {"x": {"value": 2, "unit": "g"}}}],
        design={"kind": kind, "draws": draws},
    )  # fmt: skip


@pytest.fixture
def few_held(monkeypatch):
    monkeypatch.setattr(sampling, "_HELD_DRAWS", 1 << 12)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 10)
    monkeypatch.setattr(sampling, "_FINE", 1e-3)


def read(path):
    with xr.open_dataset(path) as data:
        return data.load()


@pytest.mark.parametrize(("kind", "draws"), [("sobol", 8192), ("monte_carlo", 7001)])
def test_values_labels_and_units(asked, by_hand, tmp_path, few_held, kind, draws):
    study = asked(kind, draws)
    run(study, keep_draws=tmp_path / FILE)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]
    data = read(tmp_path / FILE)
    assert data["y"].dims == ("replicate", "draw", "year", "scenario")
    assert data["one"].dims == ("replicate", "draw", "scenario")
    assert data["year"].values.tolist() == [2030, 2031]
    assert data["scenario"].values.astype(str).tolist() == ["base", "other"]
    assert (data["y"].attrs["units"], data["one"].attrs["units"]) == ("mg", "kg")
    hand = by_hand(study)
    for replicate in range(2):
        inputs = hand.inputs(hand.cube(replicate, draws))
        for name, factor in (("y", 1e-6), ("one", 1.0)):
            wanted = hand.draws(name, inputs).T / factor
            found = data[name].values[replicate].reshape(draws, -1)
            assert np.abs(found - wanted).max() < 1e-12 * np.abs(wanted).max()


def test_the_numbers_of_the_result_stay(asked, tmp_path, few_held):
    kept, other = run(asked(), keep_draws=tmp_path / FILE), run(asked())
    assert kept.to_dict()["digest"] == other.to_dict()["digest"]


@pytest.mark.parametrize("at", [1, 3, 5, 8, 11, 13])
def test_a_run_that_goes_on_goes_on_with_the_file(asked, tmp_path, few_held, monkeypatch, at):
    """Interrupted with nothing saved before, held or counted, by what it leaves behind alone."""
    monkeypatch.setattr(sampling.Sampler, "_pace", lambda self, *_: None)
    monkeypatch.setattr(sampling, "_FIRST_ROUND", 1 << 10)
    run(asked(), keep_draws=tmp_path / "whole.nc")
    told = []

    def interrupt(*_):
        told.append(1)
        if len(told) == at:
            raise KeyboardInterrupt

    settings = Settings(folder=tmp_path, keep_draws=tmp_path / FILE, progress=interrupt, threads=1)
    with pytest.raises(KeyboardInterrupt):
        list(Run(asked(), settings).results())
    assert not (tmp_path / FILE).exists()
    list(Run.resume(tmp_path).results())
    assert read(tmp_path / FILE).identical(read(tmp_path / "whole.nc"))


@pytest.mark.parametrize("edit", ["value", "header", "cut", "pipe"])
def test_a_file_whose_draws_were_changed_is_not_gone_on_with(
    asked, tmp_path, few_held, monkeypatch, edit
):
    def interrupt(doing, done, total):
        if done >= 10_000:
            raise KeyboardInterrupt

    settings = Settings(folder=tmp_path, keep_draws=tmp_path / FILE, progress=interrupt, threads=1)
    with pytest.raises(KeyboardInterrupt):
        list(Run(asked(), settings).results())
    path = tmp_path / "checkpoint" / FILE
    whole = path.read_bytes()
    if edit == "value":
        with netCDF4.Dataset(path, "r+") as file:
            file["y"][0, 5] = 1.0
    elif edit == "header":
        path.write_bytes(whole.replace(b"one", b"two"))
    elif edit == "cut":
        path.write_bytes(whole[: len(whole) // 3])
    else:
        path.unlink()
        os.mkfifo(path)
    with pytest.raises(InputError, match=r"draws.nc: found (draws that were changed|no regular)"):
        list(Run.resume(tmp_path).results())
    path.unlink()
    path.write_bytes(whole)
    list(Run.resume(tmp_path).results())
    run(asked(), keep_draws=tmp_path / "whole.nc")
    assert read(tmp_path / FILE).identical(read(tmp_path / "whole.nc"))


def test_a_file_that_is_gone(asked, tmp_path):
    run = Run(asked(), Settings(folder=tmp_path, keep_draws=tmp_path / FILE))
    kept = FileCheckpoint(tmp_path)
    with kept.alone():
        kept.begin(description(run.study, run.settings))
        kept.append("held", {"tasks": np.zeros((0, 3), dtype=np.int64)})
    with pytest.raises(InputError, match=r"draws\.nc: found a file that cannot be read"):
        list(Run.resume(tmp_path).results())


def test_more_than_the_disk_holds(asked, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10**6, 0, 10**6))
    with pytest.raises(
        RefusedError, match=r"--keep-draws: found 0\.0 GiB of draws \(6 cells\); allowed: 0\.0 GiB"
    ):
        run(asked(), draws=2**14, keep_draws=tmp_path / FILE)
    assert not list(tmp_path.iterdir())


def test_nothing_is_left_of_a_run_that_fails(study, tmp_path):
    asked = study({"x": ("uniform", 0, 1)}, {"y": "log(x - x)*0"})
    with pytest.raises(NotFiniteError, match="'y' is not finite"):
        run(asked, keep_draws=tmp_path / FILE)
    assert not list(tmp_path.iterdir())


def test_in_a_folder_that_is_not_there(asked, tmp_path):
    with pytest.raises(InputError, match="nowhere: found no folder for the draws"):
        run(asked(), keep_draws=tmp_path / "nowhere" / FILE)
    with pytest.raises(InputError, match="found a folder; allowed: a file for the draws"):
        run(asked(), keep_draws=tmp_path)


def test_not_beside_until(asked, tmp_path):
    with pytest.raises(InputError, match="--keep-draws: found --until beside --keep-draws"):
        run(asked(), until=0.1, keep_draws=tmp_path / FILE)


def test_values_are_written_before_it_is_written_down_that_they_are(asked, tmp_path, monkeypatch):
    done = []
    sync, save = DrawsFile.sync, saved.save
    monkeypatch.setattr(DrawsFile, "sync", lambda self, *a: done.append("sync") or sync(self, *a))
    monkeypatch.setattr(saved, "save", lambda *a: done.append("save") or save(*a))
    monkeypatch.setattr(FileCheckpoint, "due", lambda self: True)
    list(Run(asked(), Settings(folder=tmp_path, keep_draws=tmp_path / FILE)).results())
    assert done == ["sync", "save"] * (len(done) // 2) + ["sync"]
    assert "save" in done


WEIGHTS = {"distribution": "dirichlet", "over": "place", "concentration": [2.0, 3.0],
           "source": "a test"}  # fmt: skip
BETWEEN = {"distribution": "normal", "mean": 3, "sd": 1, "unit": "min", "source": "a test",
           "kind": "variability"}  # fmt: skip


@pytest.fixture
def with_inputs(asked):
    tables = asked().to_dict()
    tables["sensitivity"] = {"outputs": []}
    tables["dims"]["one_of"] = {"draws": 4}
    tables["parameters"] |= {
        "part": WEIGHTS,
        "fixed": {"distribution": "constant", "value": 3, "unit": "1", "source": "a test"},
        "t": {"unit": "s", "kind": "variability", "source": "a test",
              "by": {"place": {"north": BETWEEN, "süd": BETWEEN}}},
    }  # fmt: skip
    law = {"distribution": "lognormal", "median": "x", "gsd": 1.2, "source": "a test"}
    tables["parameters"]["z"] = {**law, "unit": "g"}
    tables["equations"]["z2"] = {"formula": "2*z", "unit": "g"}
    tables["equations"]["more"] = {
        "formula": "sum(part*mean(t, over=one_of), over=place)*fixed*x", "unit": "g s",
    }  # fmt: skip
    tables["outputs"] |= {"more": "g s"}
    tables["dependence"] = [{"parameters": ["x", "s"], "copula": "gaussian", "correlation": 0.5}]
    return Study.from_dict(tables)


@pytest.mark.slow
@pytest.mark.parametrize("held", [1 << 12, 1 << 20])
def test_inputs_are_kept_beside_the_outputs(with_inputs, tmp_path, few_held, monkeypatch, held):
    """Every output is what its formula gives of the inputs in the file, counted or held."""
    monkeypatch.setattr(sampling, "_HELD_DRAWS", held)
    result = run(with_inputs, keep_draws=tmp_path / FILE, keep_inputs=True)
    data = read(tmp_path / FILE)
    roles = {str(name): data[name].attrs["role"] for name in data.data_vars}
    outputs = dict.fromkeys(("y", "one", "more"), "output")
    assert roles == outputs | dict.fromkeys(("x", "s", "part", "t", "z"), "input")
    assert data["t"].dims == ("replicate", "place", "one_of")
    assert data["s"].dims == ("replicate", "draw", "year")
    assert (data["x"].attrs["units"], data["t"].attrs["units"]) == ("g", "s")
    y = (1000 * data["x"] * data["s"]).transpose(*data["y"].dims)
    xr.testing.assert_allclose(data["y"], y, rtol=1e-12)
    xr.testing.assert_allclose(data["one"], data["x"] * 2 / 1000, rtol=1e-12)
    assert np.log(data["z"] / data["x"]).std() == pytest.approx(np.log(1.2), rel=0.03)
    more = (data["part"] * data["t"].mean("one_of")).sum("place") * 3 * data["x"]
    xr.testing.assert_allclose(data["more"], more.transpose(*data["more"].dims), rtol=1e-12)
    assert np.corrcoef(data["x"].sel(scenario="base").values.ravel(),
                       data["s"].sel(year=2030).values.ravel())[0, 1] > 0.4  # fmt: skip
    assert result.to_dict()["digest"] == run(with_inputs).to_dict()["digest"]


def test_a_run_with_inputs_goes_on(with_inputs, tmp_path, few_held, monkeypatch):
    monkeypatch.setattr(sampling.Sampler, "_pace", lambda self, *_: None)
    run(with_inputs, keep_draws=tmp_path / "whole.nc", keep_inputs=True)
    told = []

    def interrupt(*_):
        told.append(1)
        if len(told) == 9:
            raise KeyboardInterrupt

    keep = Settings(keep_draws=tmp_path / FILE, keep_inputs=True)
    settings = replace(keep, folder=tmp_path, progress=interrupt, threads=1)
    with pytest.raises(KeyboardInterrupt):
        list(Run(with_inputs, settings).results())
    list(Run.resume(tmp_path).results())
    assert read(tmp_path / FILE).identical(read(tmp_path / "whole.nc"))
    assert Run.resume(tmp_path, keep).finished is not None


def test_draws_that_a_run_has_not_kept_cannot_be_asked_for_afterwards(asked, tmp_path):
    list(Run(asked(), Settings(folder=tmp_path)).results())
    with pytest.raises(InputError, match="--keep-draws: found a run that has not kept its draws"):
        Run.resume(tmp_path, Settings(keep_draws=tmp_path / FILE))
    list(Run(asked(), Settings(folder=tmp_path, keep_draws=tmp_path / FILE)).results())
    assert Run.resume(tmp_path, Settings(keep_draws=tmp_path / FILE)).finished is not None
    with pytest.raises(InputError, match="--keep-inputs: found a run that has not kept its inputs"):
        Run.resume(tmp_path, Settings(keep_draws=tmp_path / FILE, keep_inputs=True))


@pytest.mark.parametrize("with_folder", [True, False])
def test_no_draws_without_their_result(asked, tmp_path, monkeypatch, with_folder):
    """Stopped in the indices: the draws stay with the checkpoint, if there is one."""

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Analyses, "all", stopped)
    monkeypatch.setattr(FileCheckpoint, "due", lambda self: True)
    folder = tmp_path if with_folder else None
    settings = Settings(folder=folder, keep_draws=tmp_path / FILE)
    with pytest.raises(KeyboardInterrupt):
        list(Run(asked(), settings).results())
    assert not (tmp_path / FILE).exists()
    assert with_folder == bool(list(tmp_path.iterdir()))
    if with_folder:
        monkeypatch.undo()
        list(Run.resume(tmp_path).results())
        assert read(tmp_path / FILE)["y"].shape[:2] == (2, 8192)


def test_tasks_that_give_many_values_are_small(with_inputs, tmp_path, few_held, monkeypatch):
    monkeypatch.setattr(sampling, "_TASK_VALUES", 1 << 14)
    sizes = []
    write = DrawsFile.write
    monkeypatch.setattr(
        DrawsFile, "write", lambda self, task, *v: sizes.append(task.draws) or write(self, task, *v)
    )
    run(with_inputs, keep_draws=tmp_path / FILE, keep_inputs=True)
    assert set(sizes) == {1024}
