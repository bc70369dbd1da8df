"""Further groupings of the inputs, from the same points as the first one."""

import pytest
import xarray as xr

from mcsus.errors import InputError
from mcsus.result.sealed import seal
from mcsus.result.tree import load_result
from mcsus.runner import run
from mcsus.study import Study


def law(mean, stage, source):
    about = {"distribution": "normal", "mean": mean, "sd": 0.3, "unit": "1", "stage": stage}
    return about | {"source": source}


def study(**sensitivity):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "grouped",
            "parameters": {
                "a": law(1, "use", "one survey"),
                "b": law(2, "production", "one survey"),
                "c": law(3, "use", "another survey"),
            },
            "equations": {
                "y": {"formula": "a*b + c*c", "unit": "1"},
                "z": {"formula": "2*a", "unit": "1"},
            },
            "outputs": {"y": "1", "z": "1"},
            "design": {"draws": 256, "replicates": 4},
            "sensitivity": {"draws": 256} | sensitivity,
        }
    )


def cells(found, name, by=None):
    table = found.to_dict()["sensitivity"][name]
    return (table["by"][by] if by else table)["cells"]


def test_the_first_grouping_keeps_its_bits():
    both = run(study(also_by=["stage", "source"]))
    for name in ("y", "z"):
        assert cells(both, name) == cells(run(study()), name)


@pytest.mark.parametrize("by", ["stage", "source"])
def test_a_further_grouping_is_what_it_would_be_alone(by):
    both = run(study(also_by=["stage", "source"]))
    alone = run(study(group_by=by))
    for name in ("y", "z"):
        assert cells(both, name, by) == cells(alone, name)
    groups = {"stage": {"use", "production"}, "source": {"one survey", "another survey"}}[by]
    assert len(cells(both, "y", by)[0]["indices"]) == len(groups)
    assert len(cells(both, "z", by)[0]["indices"]) == 1  # z depends on one input


def test_second_order_is_of_the_first_grouping():
    found = run(study(also_by=["stage"], second_order=True))
    assert "second_order" in cells(found, "y")[0]
    assert "second_order" not in cells(found, "y", "stage")[0]
    assert cells(found, "y", "stage") == cells(run(study(group_by="stage")), "y")


def test_saved_and_loaded(tmp_path):
    found = run(study(also_by=["stage"]))
    assert load_result(found.save(tmp_path)).to_dict()["digest"] == found.to_dict()["digest"]


def test_an_unknown_grouping_is_refused():
    with pytest.raises(InputError, match=r"also_by.*stag"):
        study(also_by=["stag"])


def test_a_dependence_across_groups():
    document = study(also_by=["stage"], groups={"both": ["a", "b"]}).to_dict()
    document["dependence"] = [{"parameters": ["a", "b"], "copula": "gaussian", "correlation": 0.5}]
    found = run(Study.from_dict(document))
    assert {cell["method"] for cell in cells(found, "y")} == {"shapley", "kucherenko"}
    assert {cell["method"] for cell in cells(found, "y", "stage")} == {"shapley", "kucherenko"}


def test_a_result_without_ranks_is_refused_as_one_of_an_older_version(tmp_path):
    found = run(study())
    for name in ("y", "z"):
        ranked = found.tree[f"sensitivity/{name}"].to_dataset()
        found.tree[f"sensitivity/{name}"] = xr.DataTree(ranked.drop_vars("rank"))
    found.tree.to_netcdf(tmp_path / "result.nc")
    seal(tmp_path / "result.nc")
    with pytest.raises(InputError, match=r"result.nc: sensitivity.y: found no array rank; allowed"):
        load_result(tmp_path)


def test_a_grouping_of_one_group_is_told():
    """Its indices are 1, whatever drives the output."""
    together = {"all": ["a", "b", "c"]}
    for asked, by in (({"groups": together}, "groups"), ({"group_by": "evidence"}, "evidence")):
        found = run(study(**asked)).to_dict()["cautions"]
        told = [own["text"] for own in found if own["kind"] == "one_group"]
        assert len(told) == 1
        assert told[0].startswith(f"by {by}, all 3 inputs are in one group")
        assert "unsettled_indices" not in {own["kind"] for own in found}
    assert "one_group" not in {own["kind"] for own in run(study()).to_dict()["cautions"]}
