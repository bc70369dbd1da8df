"""Labels hold what names hold, and are the same text wherever they come out."""

import csv
import html
import json

import netCDF4
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy.io import netcdf_file

from mcsus import load_result, run
from mcsus.cli.running import _folder_name
from mcsus.errors import InputError
from mcsus.expressions import parse, to_text
from mcsus.expressions.nodes import AtLabel, Name
from mcsus.families import distribution
from mcsus.parameters import Cell, Parameter, Provenance
from mcsus.report import write_report
from mcsus.study import Study, parse_setting
from mcsus.study.changes import labels_at
from mcsus.study.grids import apart
from mcsus.units import unit
from mcsus.vocabulary import is_label

ECOINVENT = "electricity, high voltage {DE}| market for | Cut-off, U"
GREEN = '50 % "green" \\ $x_1$ & $y$'
LABELS = (ECOINVENT, "Österreich", GREEN, "鋼 <b>steel</b>", "it's", "a=[b]")
MEANS = dict(zip(LABELS, (5.0, 6.0, 7.0, 8.0, 9.0, 10.0), strict=True))
DIFFERENCE = r"""at(y, process='50 % "green" \\ $x_1$ & $y$') - at(y, process="it's")"""


def normal(mean):
    return {"distribution": "normal", "mean": mean, "sd": 0.1}


def world(**changes):
    about = {"unit": "kg CO2e", "source": 'd="M 1.2345678" our lab', "rationale": "a test"}
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "world",
            "dims": {"process": list(LABELS), "year": [2020, 2030, 2050.5]},
            "parameters": {
                "e": about | {"by": {"process": {k: normal(v) for k, v in MEANS.items()}}},
                "g": {**normal(1), "unit": "1", "source": "other"},
            },
            "equations": {
                "y": {"formula": "e*g + e*0*year", "unit": "kg CO2e"},
                "d": {"formula": DIFFERENCE, "unit": "kg CO2e"},
            },
            "scenarios": [{"id": "low", "set": {"e": {"by": {"process": {
                "Österreich": {"value": 1, "unit": "kg CO2e"}}}}}}],
            "outputs": {"y": "kg CO2e", "d": "kg CO2e"},
            "design": {"draws": 256, "replicates": 4},
            "sensitivity": {"outputs": ["y"], "also_by": ["source"], "draws": 256},
            "claims": [{"id": "c", "statement": "small", "quantity": "y", "relation": "<",
                        "value": 9, "unit": "kg CO2e", "confidence": 0.9}],
        }
        | changes
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("run")
    result = run(world(), keep_draws=path / "draws.nc")
    result.save(path)
    write_report(result, path / "report")
    return path


@pytest.fixture(scope="module")
def result(folder):
    return load_result(folder)


@pytest.mark.slow
def test_every_label_has_its_own_numbers_in_json(result):
    cells = json.loads(result.to_json())["outputs"]["y"]["cells"]
    found = {
        (labels["process"], labels["year"], labels["scenario"]): cell["median"]["value"]
        for cell in cells
        for labels in [cell["labels"]]
    }
    assert len(found) == 6 * 3 * 2
    for (process, _, scenario), median in found.items():
        wanted = 1 if (process, scenario) == ("Österreich", "low") else MEANS[process]
        assert abs(median - wanted) < 0.1  # some 6 errors of the median of 1,024 draws


@pytest.mark.slow
def test_a_label_in_quotes_is_read_by_a_formula(result):
    [cell] = [
        cell
        for cell in result.to_dict()["outputs"]["d"]["cells"]
        if cell["labels"] == {"year": 2050.5, "scenario": "base"}
    ]
    assert abs(cell["mean"]["value"] - (7 - 9)) < 0.05
    assert to_text(parse(to_text(parse(DIFFERENCE)))) == to_text(parse(DIFFERENCE))


def test_a_label_from_python_stays_a_label():
    """Whatever stands in it: the formula that is written of it is read as what it was."""
    made = parse(to_text(AtLabel(Name("y"), "design", 'x") + (b \\')))
    assert made == AtLabel(Name("y"), "design", 'x") + (b \\')


@pytest.mark.parametrize("text", ['"a', r'"a\n"', '"a\nb"', '""', '" a"'])
def test_quotes_that_hold_no_label(text):
    with pytest.raises(InputError, match="column"):
        parse(f"at(x, site={text})")


def test_the_tree_is_read_by_the_labels(result, folder):
    with xr.open_datatree(folder / "result.nc") as tree:
        data = tree["outputs/y"].load()
    at = {"process": ECOINVENT, "year": 2030, "scenario": "base"}
    assert float(data.sel(at)["mean"]) == pytest.approx(5, abs=0.05)


def test_draws_are_read_by_xarray_and_pandas(folder):
    with xr.open_dataset(folder / "draws.nc") as data:
        assert data["process"].values.tolist() == list(LABELS)
        assert data["scenario"].values.tolist() == ["base", "low"]
        chosen = data.sel(scenario="base", process="鋼 <b>steel</b>", year=2050.5)["y"]
        assert chosen.shape == (4, 256)
        assert abs(float(chosen.mean()) - 8) < 0.05
        frame = data["y"].isel(year=0).to_dataframe()
    means = frame.loc[(slice(None), slice(None), ECOINVENT, "low"), "y"]
    assert means.size == 1024
    assert abs(means.mean() - 5) < 0.05
    with xr.open_dataset(folder / "draws.nc", chunks=None, engine="scipy") as data:
        assert data["process"].values.tolist() == list(LABELS)


def test_draws_are_read_by_netcdf4_and_scipy(folder):
    with netCDF4.Dataset(folder / "draws.nc") as data:
        assert data["process"][:].tolist() == list(LABELS)
        values = data["y"][:].filled()
    with netcdf_file(folder / "draws.nc", mmap=False) as data:
        rows = data.variables["process"][:]
        assert [b"".join(row).decode() for row in rows] == list(LABELS)
        assert np.array_equal(data.variables["y"][:], values)


def test_the_page_shows_labels_escaped_and_as_they_are(folder):
    page = (folder / "report" / "index.html").read_text(encoding="utf-8")
    assert "<b>steel" not in page
    text = html.unescape(page)
    for label in LABELS:
        assert label in text
    assert 'd="M 1.2345678" our lab' in text  # in a drawing, not taken for geometry


def test_tables_hold_labels(folder):
    with (folder / "report" / "density_y.csv").open(encoding="utf-8", newline="") as file:
        assert {row["process"] for row in csv.DictReader(file)} == set(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_a_value_is_set_at_a_label(label):
    key, value = parse_setting(f"e[{label}]=3 kg CO2e")
    made = world().with_changes(pins={key: value, f"low.{key}": (4.0, "kg CO2e")})
    typical = {
        (process, scenario): cell.law.typical()
        for (process, scenario), cell in zip(
            [(p, s) for p in LABELS for s in ("base", "low")],
            made.parameter("e").cells,
            strict=True,
        )
    }
    assert typical[label, "base"] == 3
    assert typical[label, "low"] == 4
    assert sum(value in (3, 4) for value in typical.values()) == 2
    assert Study.from_dict(made.to_dict()).parameters == made.parameters


def test_a_label_may_be_typed_with_accents_of_either_form():
    made = world().with_changes(pins={"e[O\u0308sterreich]": "3 kg CO2e"})
    assert made.parameter("e").cells[2].law.typical() == 3


def test_labels_of_two_dims_with_commas():
    by = {"a, b": {"by": {"year": {"2020": normal(1), "2030": normal(2)}}},
          "a": {"by": {"year": {"2020": normal(3), "2030": normal(4)}}}}  # fmt: skip
    about = {"unit": "kg CO2e", "source": "s", "shared": ["year"]}
    made = world(
        dims={"process": ["a, b", "a"], "year": [2020, 2030]},
        parameters={"e": about | {"by": {"process": by}}},
        equations={"y": {"formula": "e", "unit": "kg CO2e"}},
        outputs={"y": "kg CO2e"}, scenarios=[], sensitivity={}, claims=[],
    )  # fmt: skip
    held = made.with_changes(pins={"e[a, b, 2030]": "9 kg CO2e"})
    assert [cell.law.typical() for cell in held.parameter("e").cells] == [1, 9, 3, 4]
    with pytest.raises(InputError, match="unknown label 'b'"):
        made.with_changes(pins={"e[a, 2030, b]": "9 kg CO2e"})


def test_streams_of_labels_stay_apart():
    """Signs that part the labels of a key may stand in a label."""
    names = {"one": ["x|two=y", "x"], "two": ["z", "y|two=z"]}
    by = {"by": {"one": {a: {"by": {"two": {b: normal(1) for b in names["two"]}}}
                         for a in names["one"]}}}  # fmt: skip
    made = world(
        dims=names, parameters={"e": by | {"unit": "1", "source": "s"}},
        equations={"y": {"formula": "e", "unit": "1"}}, outputs={"y": "1"},
        scenarios=[], sensitivity={}, claims=[],
    )  # fmt: skip
    assert len(set(made.parameter("e").streams)) == 4
    assert Study.from_dict(made.with_laws(e={**normal(2)}).to_dict()).parameter("e").streams == (
        made.parameter("e").streams
    )


def test_folders_of_labels_stay_apart():
    def named(label):
        return _folder_name(world().with_changes(pins={f"e[{label}]": "3 kg CO2e"}))

    names = [named(label) for label in LABELS]
    assert len(set(names)) == len(LABELS)
    assert all(len(name.encode()) < 200 and "/" not in name for name in names)
    assert named("Österreich") == "world+e-Österreich=3-kg-CO2e"


ANY_LABEL = st.text(min_size=1, max_size=30).filter(is_label)
SIGNS = st.text("|\\=,\"' ab", min_size=1, max_size=6).filter(is_label)


@pytest.mark.slow
@given(ANY_LABEL | SIGNS)
def test_any_label_is_read_back_from_a_formula(label):
    node = AtLabel(Name("y"), "site", label)
    assert parse(to_text(node)) == node


@given(*[SIGNS] * 4)
def test_keys_of_any_labels_differ(one, two, three, four):
    keys = [apart({"a": a, "b": b}, ()) for a, b in ((one, two), (three, four))]
    assert (keys[0] == keys[1]) == ((one, two) == (three, four))


@given(st.lists(SIGNS, min_size=2, max_size=4, unique=True), st.data())
def test_any_label_is_found_by_what_is_typed_or_is_told_unclear(labels, data):
    """Labels that differ in spaces at commas alone read alike: these are refused, never guessed."""
    dims = {"site": tuple(labels)}
    law = distribution("constant", value=1)
    cells = tuple(Cell(law, unit("1"), key, Provenance()) for key in labels)
    parameter = Parameter("x", unit("1"), ("site",), cells, "uncertainty", None)
    wanted = data.draw(st.sampled_from(labels))
    try:
        assert labels_at(wanted, parameter, dims, "--set") == {"site": wanted}
    except InputError as error:
        assert "unclear" in str(error)  # noqa: PT017 - either of two outcomes
        alike = [",".join(p.strip() for p in label.split(",")) for label in labels]
        assert alike.count(",".join(p.strip() for p in wanted.split(","))) > 1
