"""All draws of a run in its result, as tables and for ArviZ."""

import sys
import types
import warnings

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from mcsus.errors import InputError, RefusedError
from mcsus.result.drawn import DRAWS_FILE, in_library
from mcsus.result.tree import load_result
from mcsus.runner import Run, Settings, memory, run
from mcsus.study import Study

STUDY = {
    "schema": "mcsus/1",
    "id": "kept",
    "dims": {"site": ["north", "south"], "year": [2020, 2030]},
    "parameters": {
        "a": {
            "unit": "kg",
            "source": "a scale",
            "by": {
                "site": {
                    "north": {"distribution": "normal", "mean": 5, "sd": 1},
                    "south": {"distribution": "uniform", "minimum": 1, "maximum": 3},
                }
            },
        },
        "b": {
            "distribution": "lognormal", "median": 2, "gsd": 1.5, "unit": "1", "source": "a scale",
        },
        "c": {"distribution": "constant", "value": 3, "unit": "1", "source": "a scale"},
    },
    "equations": {
        "y": {"formula": "a * b * c", "unit": "kg"},
        "z": {"formula": "y * (1 + b * (year - 2020) / 10)", "unit": "kg"},
    },
    "outputs": {"y": "g", "z": "kg"},
}  # fmt: skip


@pytest.fixture(scope="module")
def study():
    return Study.from_dict(STUDY)


@pytest.fixture(scope="module")
def kept(study):
    return run(study, draws=256, replicates=2, methods=[], keep_draws=True)


def test_draws_of_inputs_and_outputs_are_in_the_tree(kept):
    data = kept.tree["draws"].to_dataset()
    assert {name: own.attrs["role"] for name, own in data.items()} == {
        "y": "output", "z": "output", "a": "input", "b": "input",
    }  # fmt: skip
    assert data["y"].dims == ("replicate", "draw", "site")
    assert data["z"].dims == ("replicate", "draw", "site", "year")
    assert data["b"].dims == ("replicate", "draw")
    assert dict(data.sizes) == {"replicate": 2, "draw": 256, "site": 2, "year": 2}
    assert data["site"].values.tolist() == ["north", "south"]
    assert data["year"].values.tolist() == [2020.0, 2030.0]
    assert data["y"].attrs["units"] == "g"
    np.testing.assert_allclose(data["y"], 3000 * data["a"] * data["b"], rtol=1e-12)
    np.testing.assert_allclose(data["z"].sel(year=2030), data["y"] / 1000 * (1 + data["b"]))


def test_they_are_the_draws_that_the_numbers_are_of(kept):
    cells = kept.to_dict()["outputs"]["y"]["cells"]
    data = kept.tree["draws"]["y"]
    for cell in cells:
        own = data.sel(cell["labels"])
        assert float(own.mean()) == pytest.approx(cell["mean"]["value"], rel=1e-12)


def test_the_result_is_as_without_them(kept, study, tmp_path):
    other = run(study, draws=256, replicates=2, methods=[])
    assert kept.to_dict()["digest"] == other.to_dict()["digest"]
    assert "draws" not in other.tree.children
    again = load_result(kept.save(tmp_path))
    xr.testing.assert_identical(again.tree["draws"].to_dataset(), kept.tree["draws"].to_dataset())


def test_a_row_is_a_draw_at_each_label(kept):
    frame = kept.to_dataframe()
    assert list(frame) == ["replicate", "draw", "site", "year", "y", "z", "a", "b"]
    assert len(frame) == 2 * 256 * 2 * 2
    assert frame.attrs["units"] == {"y": "g", "z": "kg", "a": "kg", "b": "1"}
    row = frame.iloc[-1]
    data = kept.tree["draws"].to_dataset()
    at = {"replicate": 1, "draw": 255, "site": "south", "year": 2030}
    assert dict(row[list(at)]) == at
    assert row["z"] == data["z"].sel(at)
    assert row["b"] == data["b"].sel(replicate=1, draw=255)


def test_some_quantities_have_their_own_dims_alone(kept):
    frame = kept.to_dataframe(names=["b"])
    assert list(frame) == ["replicate", "draw", "b"]
    assert len(frame) == 512
    with pytest.raises(InputError, match="names: found 'bb'; allowed: one of y, z, a, b"):
        kept.to_dataframe(names=["bb"])


def test_what_is_told_of_outputs_is_that_of_the_document(kept):
    frame = kept.to_dataframe("outputs")
    for name, told in kept.to_dict()["outputs"].items():
        for cell in told["cells"]:
            own = frame[frame["output"] == name]
            for dim, label in cell["labels"].items():
                own = own[own[dim] == label]
            (row,) = own.to_dict("records")
            assert row["unit"] == told["unit"]
            for key in ("mean", "sd", "median"):
                assert (row[key], row[f"{key}_error"]) == tuple(cell[key].values())
            for at in cell["quantiles"]:
                assert row[f"quantile_{at['p']:g}"] == at["value"]
                assert row[f"quantile_{at['p']:g}_error"] == at["error"]


def test_without_draws_the_table_is_of_the_outputs(study):
    result = run(study, draws=256, replicates=2, methods=[])
    assert list(result.to_dataframe())[:4] == ["output", "site", "year", "unit"]
    for ask in (lambda: result.to_dataframe("draws"), result.to_arviz):
        with pytest.raises(InputError, match=r"a result without its draws; .*keep_draws=True"):
            ask()
    with pytest.raises(InputError, match=r"what: found 'drawn'; allowed: draws, outputs"):
        result.to_dataframe("drawn")


@pytest.mark.slow
def test_arviz_has_replicates_as_chains(kept):
    with warnings.catch_warnings():  # it announces its version 1
        warnings.simplefilter("ignore", FutureWarning)
        import arviz

    held = kept.to_arviz()
    group = held["posterior"]
    assert dict(group.sizes) == {"chain": 2, "draw": 256, "site": 2, "year": 2}
    assert isinstance(held, arviz.InferenceData)
    table = arviz.summary(held, var_names=["b"], kind="stats")
    assert table.loc["b", "mean"] == pytest.approx(float(kept.tree["draws"]["b"].mean()), abs=1e-3)
    assert list(kept.to_arviz("prior").groups()) == ["prior"]


def test_from_its_version_1_arviz_reads_a_tree(kept, monkeypatch):
    monkeypatch.setitem(sys.modules, "arviz", types.ModuleType("arviz"))
    held = kept.to_arviz()
    assert isinstance(held, xr.DataTree)
    assert held["posterior"]["y"].dims == ("chain", "draw", "site")


def test_polars_is_given_columns(kept, monkeypatch):
    polars = types.ModuleType("polars")
    polars.DataFrame = dict
    monkeypatch.setitem(sys.modules, "polars", polars)
    table = kept.to_dataframe(library="polars")
    assert list(table) == ["replicate", "draw", "site", "year", "y", "z", "a", "b"]
    assert table["site"][:3] == ["north", "north", "south"]
    table = in_library(pd.DataFrame([{"site": "north", "y": 1.0}, {"y": 2.0}]), "polars")
    assert table == {"site": ["north", None], "y": [1.0, 2.0]}
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(InputError, match="no package 'polars'; allowed: what pip install polars"):
        kept.to_dataframe(library="polars")
    with pytest.raises(InputError, match="library: found 'panda'; allowed: pandas, polars"):
        kept.to_dataframe(library="panda")


def test_draws_that_do_not_fit_are_refused(study, monkeypatch):
    monkeypatch.setattr(memory, "allowed_bytes", lambda: 1000.0)
    with pytest.raises(RefusedError, match=r"keep_draws: found \d+ numbers to hold"):
        run(study, draws=256, replicates=2, methods=[], keep_draws=True)


def test_individuals_stand_apart(tmp_path):
    asked = STUDY | {
        "dims": {"individual": {"draws": 16}},
        "parameters": {
            "b": STUDY["parameters"]["b"],
            "v": STUDY["parameters"]["b"] | {"kind": "variability"},
        },
        "equations": {"y": {"formula": "mean(v * b, over=individual)", "unit": "1"}},
        "outputs": {"y": "1"},
    }
    result = run(Study.from_dict(asked), draws=256, replicates=2, methods=[], keep_draws=True)
    assert result.tree["draws"]["v"].dims == ("replicate", "individual")
    assert list(result.to_dataframe()) == ["replicate", "draw", "y", "b"]
    assert list(result.to_dataframe(names=["v"])) == ["replicate", "individual", "v"]
    load_result(result.save(tmp_path))


def test_the_draws_beside_a_saved_run_are_read_where_they_are_asked_for(kept, study, tmp_path):
    asked = study.with_changes(draws=256, replicates=2, methods=[])
    settings = Settings(folder=tmp_path, keep_draws=tmp_path / DRAWS_FILE, keep_inputs=True)
    [_] = Run(asked, settings).results()
    assert "draws" not in load_result(tmp_path).tree.children
    again = load_result(tmp_path, draws=True)
    pd.testing.assert_frame_equal(again.to_dataframe(), kept.to_dataframe())
    (tmp_path / DRAWS_FILE).write_text("no draws")
    with pytest.raises(InputError, match="found a file that cannot be read; allowed: draws of"):
        load_result(tmp_path, draws=True)
    (tmp_path / DRAWS_FILE).unlink()
    with pytest.raises(InputError, match=r"cannot be read \(No such file.*--keep-draws"):
        load_result(tmp_path, draws=True)


def test_a_file_with_other_draws_is_refused(kept, tmp_path):
    odd = kept.tree.copy()
    data = odd["draws"].to_dataset()
    del data["y"].attrs["role"]
    odd["draws"] = xr.DataTree(data.drop_vars("z"))
    folder = type(kept)(odd).save(tmp_path)
    with pytest.raises(InputError) as caught:
        load_result(folder)
    assert "draws.z: found no draws of an output" in str(caught.value)
    assert "draws.y: found draws without role and unit" in str(caught.value)
