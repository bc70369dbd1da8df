"""Saved results are input: read as they were written, refused with words when they were not."""

import json
import os
import shutil

import netCDF4
import numpy as np
import pytest
import xarray as xr

from mcsus.cli import run_command
from mcsus.errors import InputError
from mcsus.result import shapes
from mcsus.result.provenance_names import PROVENANCE
from mcsus.result.schema import refuse_odd
from mcsus.result.sealed import plain_json, read_json, seal, unsealed
from mcsus.result.tree import load_result
from mcsus.result.writing import write_tree
from mcsus.runner import run
from mcsus.study import Study


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return run("mcu_chip", draws=256, replicates=2).save(tmp_path_factory.mktemp("saved"))


@pytest.fixture(scope="module")
def whole(original):
    return load_result(original).tree


@pytest.fixture
def saved(original, tmp_path):
    """A copy of the folder, as people make them."""
    return shutil.copytree(original, tmp_path / "copied")


def refusal(folder):
    with pytest.raises(InputError) as told:
        load_result(folder)
    return str(told.value)


@pytest.mark.slow
def test_a_copy_is_read_by_all(original, saved):
    assert load_result(saved).to_dict() == load_result(original).to_dict()
    with xr.open_datatree(saved / "result.nc") as tree:
        assert float(tree["outputs/chip_factor"]["mean"].max()) > 0
    with netCDF4.Dataset(saved / "result.nc") as file:
        assert "provenance" in file.groups


EDITS = {
    "attribute": lambda file: file["outputs/chip_factor"].setncattr("units", "g"),
    "gone": lambda file: file["outputs/chip_factor"].delncattr("units"),
    "provenance": lambda file: file["provenance"].setncattr("design", "null"),
    "number": lambda file: file["outputs/chip_factor"]["edges"].__setitem__(0, 1.0),
    "added": lambda file: file.createDimension("more", 1),
}  # fmt: skip


class TestEdited:
    @pytest.mark.parametrize("edit", EDITS)
    def test_by_another_program(self, saved, edit):
        with netCDF4.Dataset(saved / "result.nc", "r+") as file:
            EDITS[edit](file)
        assert "result.nc: found a file " in refusal(saved)
        assert "changed since it was written" in refusal(saved)

    @pytest.mark.parametrize("at", [0, 100, 5000, -200, -70, -1])
    def test_one_bit(self, saved, at):
        content = bytearray((saved / "result.nc").read_bytes())
        content[at] ^= 1
        (saved / "result.nc").write_bytes(content)
        assert "changed since it was written" in refusal(saved)

    @pytest.mark.parametrize("length", [0, 1, 50, 5000])
    def test_cut(self, saved, length):
        os.truncate(saved / "result.nc", length)
        assert "changed since it was written" in refusal(saved)

    def test_written_by_a_version_without_checksums(self, saved):
        whole = (saved / "result.nc").read_bytes()
        (saved / "result.nc").write_bytes(whole[: whole.rindex(b"\nmcsus sha256 ")])
        assert "of a version before; allowed: result.nc as a run of this version" in refusal(saved)
        assert "run the study again" in refusal(saved)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes in folders")
@pytest.mark.parametrize("name", ["result.nc", "result.json"])
def test_a_pipe_is_not_waited_for(saved, capsys, name):
    (saved / name).unlink()
    os.mkfifo(saved / name)
    if name == "result.nc":
        assert "result.nc: found no regular file" in refusal(saved)
    assert run_command(["verify", str(saved)]) == (2 if name == "result.nc" else 1)
    study = ["run", "mcu_chip", "--draws", "256", "--replicates", "2", "--no-report"]
    assert run_command([*study, "--out", str(saved)]) == 0  # takes its place


@pytest.mark.slow
@pytest.mark.parametrize("text", ["[" * 100_000, '{"study": 1}', '{"study": [], "variant": [1]}'])
def test_an_odd_document_is_not_in_the_way_of_a_run(saved, capsys, text):
    (saved / "result.json").write_text(text)
    study = ["run", "mcu_chip", "--draws", "256", "--replicates", "2", "--no-report"]
    assert run_command([*study, "--out", str(saved)]) == 0


@pytest.mark.slow
class TestSealedAgain:
    """A checksum can be made by anybody: what is there is looked at as well."""

    @pytest.fixture
    def tree(self, whole):
        return whole.copy()

    def told(self, tree):
        with pytest.raises(InputError) as told:
            refuse_odd(tree, "result.nc")
        return str(told.value)

    def test_a_file(self, tree, tmp_path):
        tree["provenance"].attrs["design"] = "null"
        tree.to_netcdf(tmp_path / "result.nc")
        seal(tmp_path / "result.nc")
        assert "result.nc: provenance.design: found None; allowed: a table" in refusal(tmp_path)

    @pytest.mark.parametrize("key", [k for k in shapes.PROVENANCE if not k.endswith("?")])
    @pytest.mark.parametrize("text", [None, "", "NaN", "null", "5", "[[1]]", "[" * 5000])
    def test_provenance(self, tree, key, text):
        if text in ("[[1]]", "5") and key in (
            "sensitivity_draws",
            "sensitivity_replicates",
            "order",
        ):
            text = "[5]"
        if text is None:
            del tree["provenance"].attrs[key]
        else:
            tree["provenance"].attrs[key] = text
        assert f"{key}" in self.told(tree)

    @pytest.mark.parametrize("key", ["units", "path_probability", "stages", "rank_error"])
    @pytest.mark.parametrize("value", [np.array([1, 2]), np.nan])
    def test_attributes(self, tree, key, value):
        tree["outputs/chip_factor"].attrs[key] = value
        assert f"outputs.chip_factor.{key}: found" in self.told(tree)

    @pytest.mark.parametrize("key", ["median", "quantile_curve", "density", "varies", "level"])
    def test_arrays(self, tree, key):
        data = tree["outputs/chip_factor"].to_dataset()
        tree["outputs/chip_factor"] = xr.DataTree(data.drop_vars(key))
        assert key in self.told(tree)
        changed = data.assign({key: data[key].astype(float) * np.nan})
        tree["outputs/chip_factor"] = xr.DataTree(changed)
        assert key in self.told(tree)

    def test_dims(self, tree):
        data = tree["outputs/chip_factor"].to_dataset()
        tree["outputs/chip_factor"] = xr.DataTree(data.rename(quantile="other"))
        assert "outputs.chip_factor.quantiles: found dims" in self.told(tree)


def test_what_nothing_that_varies_leads_to_is_read_again(tmp_path):
    """Its analysis has no inputs, beside that of an output that varies."""
    about = {"distribution": "constant", "unit": "kg", "source": "a test"}
    known = {"distribution": "uniform", "minimum": 1, "maximum": 2}
    study = Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "still",
            "parameters": {"mass": about | {"value": 3}, "other": about | known},
            "equations": {
                "twice": {"formula": "2 * mass", "unit": "kg"},
                "thrice": {"formula": "3 * other", "unit": "kg"},
            },
            "outputs": {"twice": "kg", "thrice": "kg"},
        }
    )
    result = run(study.with_changes(draws=256, replicates=2))
    assert load_result(result.save(tmp_path)).to_dict(timing=False) == result.to_dict(timing=False)


def test_every_shape_is_of_a_key_of_the_provenance():
    assert {str(key).removesuffix("?") for key in shapes.PROVENANCE} <= set(PROVENANCE)


class TestSeal:
    def test_what_a_file_belongs_to_counts(self, tmp_path):
        path = tmp_path / "file"
        path.write_bytes(b"content")
        seal(path, "one")
        with unsealed(path, "x", "one") as file:
            assert file.read(7) == b"content"
        with pytest.raises(InputError, match="changed since"), unsealed(path, "x", "other"):
            pass

    def test_json(self, tmp_path):
        path = tmp_path / "file.json"
        path.write_text(json.dumps({"a": "\ud800"}))
        with pytest.raises(InputError, match="found a file that is no JSON"):
            read_json(path, "x")
        with pytest.raises(InputError, match="cannot be read"):
            read_json(tmp_path / "nothing", "x")
        with pytest.raises(InputError, match=r"cannot be read|no regular file"):
            read_json(tmp_path, "x")
        with pytest.raises(ValueError, match="too deep"):
            plain_json("[" * 100 + "]" * 100)


def test_a_tree_is_written_as_xarray_writes_it(tmp_path):
    """All arrays of a group are declared before they are filled, in a tenth of the time."""
    inner = xr.Dataset(
        {"told": ("row", [True, False]), "text": ("row", ["a", "é"]), "size": ("row", [np.nan, 1])},
        {"row": ["first", "second"]},
        {"unit": "kg"},
    )
    tree = xr.DataTree.from_dict({"/": xr.Dataset(attrs={"of": 1}), "/one/below": inner})
    write_tree(tree, str(tmp_path / "own.nc"))
    tree.to_netcdf(tmp_path / "usual.nc", engine="netcdf4")
    own, usual = (
        xr.load_dataset(tmp_path / f"{n}.nc", group="one/below") for n in ("own", "usual")
    )
    xr.testing.assert_identical(own, usual)
    whole = [xr.open_datatree(tmp_path / f"{name}.nc") for name in ("own", "usual")]
    xr.testing.assert_identical(*whole)
    for each in whole:
        each.close()


@pytest.mark.slow
def test_a_result_of_every_method_is_read_again(tmp_path):
    """Of inputs with steps, of one that never varies, and of an output with an atom."""
    about = {"unit": "1", "source": "a test"}
    study = Study.from_dict({
        "schema": "mcsus/1",
        "id": "steps",
        "parameters": {
            "a": {"distribution": "lognormal", "median": 2, "gsd": 1.5, **about},
            "b": {"distribution": "bernoulli", "probability": 0.4, **about},
            "c": {"distribution": "constant", "value": 3, **about},
            "d": {"distribution": "normal", "mean": 0, "sd": 1e-4, **about},
        },
        "equations": {"y": {"formula": "where(b > 0.5, a*c + d, 0)", "unit": "1"}},
        "outputs": {"y": "1"},
        "design": {"draws": 256, "replicates": 2},
        "sensitivity": {"methods": "all"},
    })  # fmt: skip
    made = run(study)
    made.save(tmp_path)
    assert load_result(tmp_path).to_dict(timing=False) == made.to_dict(timing=False)


def test_a_file_is_no_folder_to_write_to(original, tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("mine", encoding="utf-8")
    result = load_result(original)
    for write in (result.save, result.report):
        for folder in (file, file / "below"):
            with pytest.raises(InputError, match="allowed: a folder to write to"):
                write(folder)
    assert file.read_text(encoding="utf-8") == "mine"
