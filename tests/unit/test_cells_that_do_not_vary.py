"""Every method where a case lacks what another has: nothing varies in it, or no claim does."""

import json

import numpy as np
import pytest

from mcsus.analysis.base import methods, stacked
from mcsus.report import write_report
from mcsus.result.tree import load_result
from mcsus.runner import run
from mcsus.study import Study

ABOUT = {"unit": "1", "source": "a test"}


def known(value):
    return {"distribution": "constant", "value": value}


def study(first, second, asked=("all",), together=" + x * z"):
    """Two labels and two scenarios: `y` is still where `moves` is 0, the claim where `counts` is.

    With the scenario `sure` nothing varies at all.
    """
    law = {"distribution": "uniform", "minimum": 0, "maximum": 1, **ABOUT}
    by = {
        name: {**ABOUT, "by": {"place": {"one": known(one), "other": known(other)}}}
        for name, one, other in zip(("moves", "counts"), first, second, strict=True)
    }
    held = {"x": {"value": 0.25, "unit": "1"}, "z": {"value": 0.5, "unit": "1"}}
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "still",
            "dims": {"place": ["one", "other"]},
            "parameters": {"x": law, "z": law, **by},
            "equations": {
                "y": {"formula": f"moves * (x + 2 * z{together})", "unit": "1"},
                "w": {"formula": "counts * y", "unit": "1"},
            },
            "outputs": {"y": "1"},
            "claims": [
                {
                    "id": "c", "statement": "low", "quantity": "w", "relation": "<", "value": 1.5,
                    "unit": "1", "confidence": 0.9,
                }
            ],
            "scenarios": [{"id": "sure", "set": held}],
            "sensitivity": {"methods": list(asked), "draws": 256, "second_order": True},
            "design": {"draws": 256, "replicates": 4, "seed": 3},
        }
    )  # fmt: skip


def found_again(made, tmp_path):
    """Run, save, load, tell as a document and draw the page."""
    result = run(made)
    again = load_result(result.save(tmp_path / "saved"))
    assert again.to_dict()["sensitivity"] == json.loads(json.dumps(result.to_dict()["sensitivity"]))
    write_report(again, tmp_path / "page")
    return again.to_dict()["sensitivity"]


@pytest.mark.parametrize(("first", "second"), [((1, 1), (0, 1)), ((1, 0), (1, 1))])
def test_fixing(first, second, tmp_path):
    tables = found_again(study(first, second, ["fixing"]), tmp_path)
    for cell in tables["y"]["cells"]:
        moves, counts = first if cell["labels"]["place"] == "one" else second
        moves = moves and cell["labels"]["scenario"] == "base"
        assert bool(cell["indices"]) is bool(moves)
        if moves:
            change = cell["indices"]["z"]["claim_change"]["value"]
            assert (change != 0) is bool(counts)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first", "second", "together"),
    [((1, 1), (0, 1), ""), ((0, 1), (1, 0), " + x * z"), ((1, 0), (1, 1), " + x * z")],
)
def test_all_methods(first, second, together, tmp_path):
    tables = found_again(study(first, second, together=together), tmp_path)
    made = {cell["method"] for table in tables.values() for cell in table["cells"]}
    assert made >= {"fixing", "polynomial_chaos", "improve", "known", "tornado", "pawn"}
    assert made <= {*methods()}


def test_arrays_that_a_cell_lacks():
    found = stacked([{"a": np.ones(2)}, {"a": np.zeros(2), "b": np.ones((2, 2))}])
    assert [*found] == ["a", "b"]
    assert np.isnan(found["b"][0]).all()
    assert (found["b"][1] == 1).all()
    texts = stacked([{"t": np.array(["long"])}, {}])["t"]
    assert texts.tolist() == [["long"], [""]]
