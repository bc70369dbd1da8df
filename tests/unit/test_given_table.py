"""Somebody else's draws: what drives their outputs, and tables that are none."""

import json

import numpy as np
import pandas as pd
import pytest

import mcsus
from mcsus.cli import run_command
from mcsus.errors import InputError

ERRORS = 5
ROWS = 4096


def draws(seed=7):
    random = np.random.default_rng(seed)
    a, b, c = random.standard_normal((3, ROWS))
    return {"a": a, "b": b, "c": c, "y": 2 * a + b, "z": b**2 + 0.1 * c}


def cells(found, output="y"):
    return {own["method"]: own for own in found.to_dict()["sensitivity"][output]["cells"]}


def written(path, table, sep=",", **options):
    pd.DataFrame(table).to_csv(path, sep=sep, index=False, **options)
    return path


def test_exact_shares_with_errors():
    found = cells(mcsus.sensitivity(draws(), outputs=["y", "z"]))
    assert list(found) == [
        "given_data",
        "delta",
        "pawn",
        "rbd_fast",
        "correlation",
        "polynomial_chaos",
    ]
    for name, share in {"a": 0.8, "b": 0.2, "c": 0.0}.items():
        own = found["given_data"]["indices"][name]["S1"]
        assert abs(own["value"] - share) <= ERRORS * own["error"]
        assert own["error"] < 0.02
    assert all(own["ranking"][:2] == ["a", "b"] for own in found.values())


def test_a_file_a_frame_and_a_mapping_say_the_same(tmp_path):
    table = draws()
    plain = mcsus.sensitivity(table, "y", inputs=["a", "b", "c"]).to_dict()
    frame = mcsus.sensitivity(pd.DataFrame(table), "y", inputs=["a", "b", "c"]).to_dict()
    path = written(tmp_path / "t.csv", table, ";", encoding="utf-8-sig")
    file = mcsus.sensitivity(path, "y", inputs=["a", "b", "c"]).to_dict()
    assert plain["digest"] == frame["digest"] == file["digest"]
    assert (plain["table"], file["table"]) == ("table", "t.csv")
    path = written(tmp_path / "comma.csv", table, ";", decimal=",")
    comma = mcsus.sensitivity(path, "y", inputs=["a", "b", "c"], decimal=",").to_dict()
    assert comma["digest"] == plain["digest"]


def test_rows_in_an_order_are_dealt_out():
    table = draws()
    order = np.argsort(table["y"])
    moved = {name: own[order] for name, own in table.items()}
    found = mcsus.sensitivity(moved, "y", inputs=["a", "b", "c"])
    own = cells(found)["given_data"]["indices"]["c"]["S1"]
    assert abs(own["value"]) <= ERRORS * own["error"]
    assert [caution["kind"] for caution in found.about["cautions"]] == ["row_order"]


def test_repeated_rows_are_no_effect():
    """Each draw ten times: in blocks of their own its noise would be explained by any input."""
    random = np.random.default_rng(3)
    few = random.standard_normal((2, 400))
    table = {"a": np.tile(few[0], 10), "y": np.tile(few[1], 10)}
    found = mcsus.sensitivity(table, "y", methods=["given_data"])
    own = cells(found)["given_data"]["indices"]["a"]["S1"]
    assert abs(own["value"]) <= ERRORS * own["error"]
    kinds = [caution["kind"] for caution in found.about["cautions"]]
    assert kinds == ["repeated_rows", "unsettled_indices"]


def kinds_of(table, methods=("given_data",)):
    found = mcsus.sensitivity(table, "y", methods=list(methods))
    return [caution["kind"] for caution in found.about["cautions"]]


def test_values_that_are_rounded_or_few_are_no_design():
    random = np.random.default_rng(5)
    few, many = random.integers(0, 3, (2, ROWS)), np.round(random.normal(size=(2, ROWS)), 1)
    table = {"a": few[0], "b": few[1], "c": many[0], "d": many[1], "e": few[0] + 10 * few[1]}
    assert kinds_of(table | {"y": many[0] + few[0] + random.normal(size=ROWS)}) == ["dependent"]


def trajectories(random, rows, count=4):
    """Rows in which one input after the other takes another of few values, as those of Morris."""
    levels = random.integers(0, count, (rows, 1, 3)) + np.zeros((1, 4, 1), dtype=int)
    for k in range(3):
        moved = (levels[:, :1, k] + random.integers(1, count, (rows, 1))) % count
        levels[:, k + 1 :, k] = moved
    return levels.reshape(-1, 3).astype(float)


def test_rows_of_trajectories_stay_together():
    a, b, c = trajectories(np.random.default_rng(4), 1000).T
    found = mcsus.sensitivity({"a": a, "b": b, "c": c, "y": a + 2 * b + c**3 * 0}, "y")
    assert [caution["kind"] for caution in found.about["cautions"]] == ["shared_values"]
    for name, share in {"a": 0.2, "b": 0.8, "c": 0.0}.items():
        own = cells(found)["given_data"]["indices"][name]["S1"]
        assert abs(own["value"] - share) <= ERRORS * own["error"]
        assert own["error"] > 1e-4


def test_a_grid_of_all_values_is_even():
    a, b, c = (own.ravel().astype(float) for own in np.meshgrid(*[np.arange(16)] * 3))
    found = mcsus.sensitivity({"a": a, "b": b, "c": c, "y": a * b + c}, "y")
    assert "even_rows" in [caution["kind"] for caution in found.about["cautions"]]
    share = np.var(7.5 * np.arange(16)) / np.var(a * b + c)
    for name, exact in {
        "a": share,
        "b": share,
        "c": np.var(np.arange(16)) / np.var(a * b + c),
    }.items():
        own = cells(found)["given_data"]["indices"][name]["S1"]
        assert abs(own["value"] - exact) <= ERRORS * own["error"]


def test_rows_that_share_values_all_over_are_told():
    random = np.random.default_rng(2)
    a, b = random.normal(size=(2, 64))[:, random.integers(0, 64, ROWS)]
    assert "shared_values" in kinds_of({"a": a, "b": b, "c": random.normal(size=ROWS), "y": a + b})


def test_categories(tmp_path):
    table = draws()
    site = np.random.default_rng(1).integers(3, size=ROWS)
    table |= {"site": np.array(["north", "south", "west"])[site], "y": table["y"] + 3 * (site == 1)}
    found = mcsus.sensitivity(written(tmp_path / "t.csv", table), "y", inputs=["a", "site"])
    known = cells(found)
    assert "site" not in known["correlation"]["indices"]
    own = known["given_data"]["indices"]["site"]["S1"]
    assert abs(own["value"] - 2 / 7) <= ERRORS * own["error"]
    assert found.to_dict()["inputs"][1]["categories"] == ["north", "south", "west"]


def test_dependent_inputs_leave_out_what_needs_independent_ones():
    table = draws()
    table["c"] = table["a"] + 0.5 * table["c"]
    found = mcsus.sensitivity(table, "y", inputs=["a", "b", "c"])
    assert "rbd_fast" not in cells(found)
    (caution,) = found.about["cautions"]
    assert (caution["kind"], "a and c, rank correlation 0.8" in caution["text"]) == (
        "dependent",
        True,
    )
    with pytest.raises(InputError, match="rbd_fast of inputs that are not: a and c"):
        mcsus.sensitivity(table, "y", inputs=["a", "b", "c"], methods=["rbd_fast"])


def test_values_whose_squares_are_not_finite():
    table = draws()
    large = mcsus.sensitivity({n: own * 2.0**900 for n, own in table.items()}, "y").to_dict()
    assert large["digest"] == mcsus.sensitivity(table, "y").to_dict()["digest"]


def test_a_variance_that_few_rows_hold_is_told():
    table = draws()
    table["y"] = np.exp(2.5 * table["a"] + table["b"])
    found = mcsus.sensitivity(table, "y", inputs=["a", "b"], methods=["given_data", "pawn"])
    assert [caution["kind"] for caution in found.about["cautions"]] == ["unsettled_indices"]


@pytest.mark.parametrize(
    ("change", "asked", "message"),
    [
        ({}, {"outputs": "yy"}, "unknown column 'yy'.*did you mean 'y'"),
        ({}, {"outputs": []}, "no output"),
        ({}, {"outputs": ["y", "y"]}, "column 'y' twice"),
        ({}, {"outputs": "y", "inputs": ["a", "bb"]}, "'bb'.*did you mean 'b'"),
        ({}, {"outputs": "y", "inputs": ["y"]}, "column 'y' twice"),
        ({}, {"outputs": "y", "methods": ["pawm"]}, "did you mean 'pawn'"),
        ({}, {"outputs": "y", "decimal": ";"}, "decimal: found ';'"),
        ({"y": np.ones(ROWS)}, {}, "column 'y', which has one value"),
        ({name: np.ones(ROWS) for name in "abcz"}, {}, "inputs that all have one value"),
        ({"a": np.r_[np.nan, np.ones(ROWS - 1)]}, {}, "nan.* in row 0, column 'a'"),
        ({"a": np.r_[np.ones(ROWS - 1), np.inf]}, {}, "inf.* in row 4095, column 'a'"),
        ({"a": ["x", *[1.0] * (ROWS - 1)]}, {}, "'x' in row 0, column 'a'"),
        ({"a": [f"s{k}" for k in range(ROWS)]}, {}, "4096 different texts in column 'a'"),
        ({"a": np.ones(3)}, {}, "as many rows in each column"),
        ({"a": np.ones((ROWS, 2))}, {}, "values of shape .4096, 2. in column 'a'"),
    ],
)
def test_what_is_refused(change, asked, message):
    with pytest.raises(InputError, match=message):
        mcsus.sensitivity(draws() | change, **({"outputs": "y"} | asked))


def test_too_few_rows_and_no_table():
    with pytest.raises(InputError, match="99 rows; allowed: at least 100"):
        mcsus.sensitivity({name: own[:99] for name, own in draws().items()}, "y")
    with pytest.raises(InputError, match="table: found list"):
        mcsus.sensitivity([1, 2], "y")
    twice = pd.DataFrame(np.ones((200, 2)), columns=["y", "y"])
    with pytest.raises(InputError, match="column 'y' twice"):
        mcsus.sensitivity(twice, "y")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no header"),
        ("a,y\n", "no rows below the header"),
        ("a,a,y\n1,2,3\n", "column 'a' twice"),
        ("a,y\n" + "1,2\n" * 150 + "x,2\n", "'x' in t.csv, row 152, column 'a'"),
        ("a,y\n" + "1,nan\n" * 150, "'nan' in t.csv, row 2, column 'y'"),
        ("a,y\n" + "1,\n" * 150, "an empty cell in t.csv, row 2, column 'y'"),
        (
            "a;y\n1;2\n" + "1,5;2\n" * 150,
            "^t.csv: found numbers such as '1,5'; .*--decimal , on[^\n]*$",
        ),
        ("a;y\n" + "1,5;2\nx;2\n" * 150, "'x' in t.csv, row 3, column 'a'"),
        ("a,y\n1,2,3\n", "row 2 with 3 cells"),
    ],
)
def test_files_that_are_refused(tmp_path, text, message, capsys):
    path = tmp_path / "t.csv"
    path.write_text(text)
    assert run_command(["sensitivity", str(path), "--outputs", "y"]) == 2
    said = capsys.readouterr().err
    with pytest.raises(InputError, match=message):
        mcsus.sensitivity(path, "y")
    assert "Traceback" not in said


@pytest.mark.slow
def test_from_the_command_line_to_the_page(tmp_path, capsys):
    table = draws()
    table["<b>c</b>"] = table.pop("c")
    path = written(tmp_path / "t.csv", table)
    asked = ["sensitivity", str(path), "--outputs", "y,z", "--to", str(tmp_path / "out")]
    assert run_command([*asked, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == json.loads((tmp_path / "out" / "sensitivity.json").read_text())
    assert document["methods"]["pawn"] == "median"
    page = (tmp_path / "out" / "index.html").read_text()
    assert f"y: a matters most, by all {len(document['methods'])} methods." in page
    assert "<b>c" not in page
    rows = pd.read_csv(tmp_path / "out" / "given_y.csv")
    own = rows[(rows["method"] == "given_data") & (rows["input"] == "a")]
    assert own["value"].item() == pytest.approx(0.8, abs=0.03)
    assert run_command(asked[:4]) == 0
    said = capsys.readouterr().out
    assert "t.csv: 4,096 rows; what drives y, z" in said
    assert "given_data S1" in said


def test_the_same_column_twice_shares_its_place(tmp_path):
    table = draws()
    table["a2"] = table["a"]
    found = mcsus.sensitivity(table, "y", inputs=["a", "a2", "b"], methods=["given_data", "pawn"])
    for own in cells(found).values():
        assert own["ranking"] == ["a", "a2", "b"]
        assert own["shared_places"] == [["a", "a2"]]
    lines = str(found).splitlines()
    told = {line.split()[0]: line.split()[3] for line in lines if "(" in line and "." in line}
    assert told == {"a": "1.", "a2": "1.", "b": "3."}


def test_what_chance_decides_has_no_place():
    """Of 100 rows and 58 inputs without bearing, a line is told by its coefficients alone."""
    random = np.random.default_rng(1)
    table = {f"v{k}": own for k, own in enumerate(random.normal(size=(60, 100)))}
    table["y"] = 3 * table["v0"] + table["v1"]
    found = mcsus.sensitivity(table, "y")
    rows = [line.split("  ") for line in str(found).splitlines() if line.strip().startswith("v")]
    names = [next(cell for cell in row if cell.strip()).strip() for row in rows]
    assert names[:2] == ["v0", "v1"]
    placed = [cell for row in rows[2:] for cell in row if cell.endswith(".")]
    assert len(placed) <= 5  # of 58 inputs by seven columns, 4 by chance
    own = cells(found)["correlation"]["indices"]["v0"]["SRRC"]
    assert own["error"] < 0.2


def test_more_inputs_than_rows_have_no_coefficients():
    random = np.random.default_rng(1)
    for inputs in (96, 120):  # more than rows, and more than rows without a block
        table = {f"v{k}": own for k, own in enumerate(random.normal(size=(inputs, 100)))}
        table["y"] = 3 * table["v0"] + table["v1"]
        found = mcsus.sensitivity(table, "y", methods=["correlation"])
        assert cells(found)["correlation"]["indices"]["v0"]["SRC"]["value"] is None
        assert " v0 " in str(found)


def curve(rows, waves):
    """Rows along a curve that fills the space, as those of FAST, once for each input."""
    along = np.linspace(-np.pi, np.pi, rows, endpoint=False)
    turned = [np.roll(waves, k) for k in range(len(waves))]
    phases = np.random.default_rng(1).uniform(0, 2 * np.pi, (len(waves), 1))
    parts = [0.5 + np.arcsin(np.sin(np.outer(own, along) + phases)) / np.pi for own in turned]
    return np.hstack(parts)


def test_rows_of_a_curve_are_told():
    a, b, c = curve(513, [64, 1, 8])
    assert "curve_rows" in kinds_of({"a": a, "b": b, "c": c, "y": a + 2 * b})
    walk = np.cumsum(np.random.default_rng(2).normal(size=(2, ROWS)), axis=1)
    assert "curve_rows" not in kinds_of({"a": walk[0], "b": walk[1], "y": walk[0] + walk[1]})
    line = np.sort(np.random.default_rng(3).normal(size=ROWS))
    assert "curve_rows" not in kinds_of({"a": line, "b": 2 * line, "y": line})


@pytest.mark.parametrize("rows", [100, 300])
def test_few_rows_have_the_shares_of_many(rows):
    """Each rank is in one block only, so products of blocks fall short: .738 of .8 with 300."""
    said = []
    for seed in range(16):
        a, b = np.random.default_rng(seed).random((2, rows))
        found = mcsus.sensitivity({"a": a, "b": b, "y": 2 * a + b}, "y", methods=["rbd_fast"])
        said.append([cells(found)["rbd_fast"]["indices"][k]["S1"]["value"] for k in "ab"])
    mean, error = np.mean(said, axis=0), np.std(said, axis=0, ddof=1) / 4
    assert (np.abs(mean - [0.8, 0.2]) <= ERRORS * error).all()
    assert error[0] < 0.012


@pytest.mark.parametrize("formula", [np.square, np.exp])
def test_a_long_tail_is_in_the_error(formula):
    """An input that says all of an output: classes and waves lose its tail, and do not say so."""
    for seed in range(8):
        own = np.random.default_rng(seed).normal(size=4 * ROWS)
        found = mcsus.sensitivity(
            {"a": own, "y": formula(own)}, "y", methods=["given_data", "rbd_fast"]
        )
        for cell in cells(found).values():
            share = cell["indices"]["a"]["S1"]
            assert abs(share["value"] - 1) <= ERRORS * share["error"]
