"""Draws that are kept are those of the kernel, whole or not there at all."""

from collections import namedtuple

import numpy as np
import pytest
import xarray as xr

from mcsus.errors import InputError, NotFiniteError, RefusedError
from mcsus.runner import Run, Settings, run, sampling, saved
from mcsus.runner.checkpoint import FileCheckpoint
from mcsus.runner.draws_file import DrawsFile
from mcsus.runner.resuming import description
from mcsus.runner.settings import DRAWS_FILE as FILE


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


def test_a_file_that_is_gone(asked, tmp_path):
    run = Run(asked(), Settings(folder=tmp_path, keep_draws=tmp_path / FILE))
    kept = FileCheckpoint(tmp_path)
    with kept.alone():
        kept.begin(description(run.study, run.settings))
        kept.append("held", {"tasks": np.zeros((0, 3), dtype=np.int64)})
    with pytest.raises(InputError, match=r"draws\.nc: found no draws that can be read"):
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
    monkeypatch.setattr(DrawsFile, "sync", lambda self: done.append("sync") or sync(self))
    monkeypatch.setattr(saved, "save", lambda *a: done.append("save") or save(*a))
    monkeypatch.setattr(FileCheckpoint, "due", lambda self: True)
    list(Run(asked(), Settings(folder=tmp_path, keep_draws=tmp_path / FILE)).results())
    assert done == ["sync", "save"] * (len(done) // 2)
    assert "save" in done
