"""What would not fit in memory is refused before anything is drawn."""

import pytest

from mcsus.errors import InputError, RefusedError
from mcsus.runner import Run, memory, run
from mcsus.study import Study

LAW = {"distribution": "normal", "mean": 1, "sd": 0.1, "unit": "1", "source": "a test"}
NAMES = [f"x{k}" for k in range(40)]


def study(**changes):
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "large",
            "parameters": dict.fromkeys(NAMES, LAW),
            "equations": {"y": {"formula": " + ".join(NAMES), "unit": "1"}},
            "outputs": {"y": "1"},
            "design": {"draws": 256, "replicates": 2},
            "sensitivity": {"methods": []},
        }
        | changes
    )


def test_draws_that_do_not_fit(monkeypatch):
    """However many draws are asked for, some of each replicate are held."""
    asked = Run(study().with_changes(draws=2**30))
    monkeypatch.setattr(memory, "_MEMORY_SHARE", 1e-9)
    with pytest.raises(RefusedError, match=r"design: found .* GiB; allowed: .* GiB"):
        list(asked.results())


def test_index_points_that_do_not_fit():
    asked = {"outputs": ["y"], "draws": 2**20, "second_order": True, "estimator": "salib"}
    with pytest.raises(RefusedError, match=r"sensitivity: found .* GiB; allowed: .* GiB"):
        run(study(sensitivity=asked), threads=200)


def test_a_group_may_not_take_the_name_of_a_parameter_outside_it():
    asked = {"outputs": ["y"], "groups": {"x1": ["x2", "x3"]}}
    with pytest.raises(InputError, match=r"groups\.x1.*parameter outside the group"):
        study(sensitivity=asked)
