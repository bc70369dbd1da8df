"""Analyses have replicates of their own, those of the design by default."""

from __future__ import annotations

import pytest

from mcsus.errors import InputError
from mcsus.report import write_report
from mcsus.result.tree import load_result
from mcsus.runner import run
from mcsus.runner.verification import verify
from mcsus.study import Study

LAWS = {"a": ("uniform", 0, 1), "b": ("uniform", 0, 2)}


def made(study, design=8, **sensitivity):
    asked = {"draws": 256, **sensitivity}
    return study(LAWS, {"y": "a*b"}, design={"replicates": design}, sensitivity=asked)


@pytest.mark.parametrize("estimator", ["salib", "streaming"])
def test_as_many_as_asked_for(study, estimator):
    """The numbers are those of a design of so many; the outputs those of the design."""
    options = {"estimator": estimator}
    own = run(made(study, 8, replicates=4, **options)).to_dict()
    four, eight = (run(made(study, count, **options)).to_dict() for count in (4, 8))
    assert own["sensitivity"] == four["sensitivity"] != eight["sensitivity"]
    assert own["outputs"] == eight["outputs"]
    assert own["design"]["replicates"] == 8
    assert own["sensitivity_design"] == {
        "draws": 256,
        "replicates": 4,
        "evaluations": {"sobol": 256 * 4 * 4},
    }


def test_the_default_follows_the_design(study):
    assert made(study, 8).sensitivity.replicates == 8
    assert made(study, 8).with_changes(replicates=3).sensitivity.replicates == 3
    fixed = made(study, 8, replicates=4)
    assert fixed.with_changes(replicates=3).sensitivity.replicates == 4
    assert Study.from_dict(fixed.to_dict()).sensitivity.replicates == 4
    assert "replicates" not in made(study, 8).to_dict()["sensitivity"]


@pytest.mark.parametrize("count", [0, -1, 2**20 + 1, 1.5, True, "4"])
def test_others_are_refused(study, count):
    with pytest.raises(InputError, match=r"sensitivity\.replicates: .* from 1 to 2\^20"):
        made(study, replicates=count)


def test_it_is_saved_verified_and_reported(study, tmp_path):
    result = run(made(study, 8, replicates=4))
    result.save(tmp_path)
    loaded = load_result(tmp_path)
    assert loaded.to_dict(timing=False) == result.to_dict(timing=False)
    assert loaded.provenance["sensitivity_replicates"] == 4
    assert verify(tmp_path).agrees
    page = write_report(result, tmp_path / "page").read_text(encoding="utf-8")
    assert "indices from 256 base points in each of 4 replicates" in page
    other = write_report(run(made(study, 8)), tmp_path / "other").read_text(encoding="utf-8")
    assert "indices from 256 base points in each replicate<" in other


def test_one_replicate_has_no_errors(study):
    (cell,) = run(made(study, 8, replicates=1)).to_dict()["sensitivity"]["y"]["cells"]
    assert cell["indices"]["a"]["ST"]["error"] is None
