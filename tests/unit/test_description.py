"""Descriptions of outputs: units of what stands beside the numbers of an output."""

from __future__ import annotations

import pytest

from mcsus.result.provenance_names import PROVENANCE
from mcsus.runner import run
from mcsus.study import Study
from tools.document_arrays import PAGE, page

LAW = {"distribution": "uniform", "minimum": 0, "maximum": 2, "unit": "kg", "source": "a test"}
NORMAL = {"distribution": "normal", "mean": 3, "sd": 1, "unit": "kg", "source": "a test"}


@pytest.fixture(scope="module")
def result():
    document = {
        "schema": "mcsus/1",
        "id": "units",
        "parameters": {"a": LAW, "b": NORMAL},
        "equations": {"total": {"formula": "a + b", "unit": "t"}},
        "outputs": {"total": "g"},
        "sensitivity": {"methods": []},
        "design": {"draws": 256, "replicates": 2},
    }
    return run(Study.from_dict(document))


@pytest.fixture(scope="module")
def total(result):
    return result.tree["outputs/total"].to_dataset()


def test_contributions_are_in_the_unit_of_the_output(total):
    assert total["contribution"].sel(part="a").item() == pytest.approx(1000, rel=1e-3)
    assert total["contribution"].sum() == pytest.approx(total["mean"].item(), rel=1e-12)
    assert total["contribution_error"].sel(part="b") == pytest.approx(
        total["mean_error"].item(), rel=1e-6
    )


def test_every_array_says_its_unit_and_its_meaning(total):
    for name, array in total.data_vars.items():
        assert array.attrs["long_name"], name
    assert total["mean_error"].attrs == {"units": "g", "long_name": "standard error of mean"}
    assert total["density"].attrs["units"] == "1/(g)"
    assert total["path_draws"].attrs["units"] == "1"


def test_provenance_holds_what_is_declared(result):
    assert set(PROVENANCE) - set(result.provenance) == {"until", "drawn_on", "p_box", "stopped"}
    assert set(result.provenance) <= set(PROVENANCE)


def test_the_page_of_documentation_is_the_one_that_the_tool_writes():
    assert PAGE.read_text(encoding="utf-8") == page()
