"""Tables and files of a result in a Python session, against its document."""

import io

import pytest
from openpyxl import load_workbook

from mcsus.errors import InputError
from mcsus.result.frames import index_rows
from tests.unit.report_results import claim, indices, lognormal, output
from tests.unit.report_results import result as made_up

APPLICATIONS = {"application": ["one", "two"]}


@pytest.fixture(scope="module")
def result():
    cells = [lognormal(4.0), lognormal(6.0, seed=2)]
    total = {"a": [0.7, 0.2], "b": [0.3, 0.8]}
    return made_up(
        {"footprint": output(cells, APPLICATIONS)},
        {"footprint": indices(total, total, APPLICATIONS)},
        {"low": claim(cells, 8.0, dims=APPLICATIONS, quantity="footprint")},
    )


def test_a_result_is_two_lines(result):
    assert repr(result) == (
        "Result of made_up: A device\n"
        "  8 x 512 draws, one output, one claim (supported at 1 of 2 labels); "
        "footprint [one] 3.98 kg CO₂e (1.84 to 8.87)"
    )


def test_indices_are_those_of_the_document(result):
    frame = result.indices()
    cells = result.to_dict()["sensitivity"]["footprint"]["cells"]
    assert len(frame) == sum(len(cell["ranking"]) for cell in cells)
    for cell in cells:
        own = frame[frame["method"] == cell["method"]]
        for dim, label in cell["labels"].items():
            own = own[own[dim] == label]
        own = own.set_index("input")
        assert list(own.index) == cell["ranking"]
        for name, told in cell["indices"].items():
            for key, value in told.items():
                assert own.loc[name, key] == value["value"]
                assert own.loc[name, f"{key}_error"] == value["error"]


def test_ranks_are_those_of_the_tree(result):
    frame = result.indices(method="sobol")
    ranks = result.datasets("sensitivity")["footprint"]["rank"]
    keys = [str(dim) for dim in ranks.dims]
    assert len(frame)
    for row in frame.to_dict("records"):
        assert row["rank"] == ranks.sel({key: row[key] for key in keys})


def test_inputs_that_share_a_place_have_one_rank():
    known = {"ST": {"value": 0.5, "error": 0.1}}
    cell = {
        "labels": {"method": 1}, "method": "sobol", "ranking": ["a", "b", "c"],
        "shared_places": [["b", "c"]], "indices": dict.fromkeys("abc", known),
    }  # fmt: skip
    rows = list(index_rows({"y": {"cells": [cell], "by": {"stage": {"cells": [cell]}}}}))
    assert [row["rank"] for row in rows] == [1, 2, 2] * 2
    assert [row["by"] for row in rows] == [""] * 3 + ["stage"] * 3
    assert {row["method (dim)"] for row in rows} == {1}


def test_pairs_of_inputs_are_asked_for():
    pair = {"inputs": ["a", "b"], "S2": {"value": 0.1, "error": 0.01}}
    cell = {"labels": {}, "method": "sobol", "ranking": [], "indices": {}, "second_order": [pair]}
    (row,) = index_rows({"y": {"cells": [cell]}}, pairs=True)
    assert row["other_input"] == "b"
    assert (row["S2"], row["S2_error"]) == (0.1, 0.01)


def test_a_method_that_was_not_run_is_refused(result):
    with pytest.raises(InputError, match=r"found 'sobl'; allowed: .*sobol.*sobol"):
        result.indices(method="sobl")


def test_claims_have_errors_beside_all_numbers(result):
    frame = result.claims()
    assert [c for c in frame if c.startswith("margin_0.5")] == ["margin_0.5", "margin_0.5_error"]
    for name, told in result.to_dict()["claims"].items():
        own = frame[frame["claim"] == name]
        assert list(own["probability"]) == [c["probability"]["value"] for c in told["cells"]]
        assert list(own["probability_error"]) == [c["probability"]["error"] for c in told["cells"]]


def test_a_workbook_has_results_and_indices(result, tmp_path):
    path = result.to_excel(tmp_path / "one.xlsx")
    book = load_workbook(io.BytesIO(path.read_bytes()))
    sheet = [[cell.value for cell in row] for row in book["indices"]]
    frame = result.indices()
    assert sheet[0] == list(frame.columns)
    assert len(sheet) == len(frame) + 1
    assert sheet[1][sheet[0].index("S1")] == float(f"{frame['S1'][0]:.6g}")
    assert {"results", "claims"} <= set(book.sheetnames)


def test_a_report_is_written(result, tmp_path):
    page = result.report(tmp_path / "page")
    assert page == tmp_path / "page" / "index.html"
    assert "<!doctype html>" in page.read_text(encoding="utf-8")
