"""Models on which estimators of Sobol' indices are compared, with their exact indices."""

from __future__ import annotations

import math
from dataclasses import replace

from mcsus.analysis.base import pooled
from mcsus.analysis.groups import WantsGroups
from mcsus.analysis.methods.sobol import Sobol
from mcsus.engine.executors import Threads
from mcsus.runner import Run
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.group_values import GroupRun
from mcsus.runner.input_groups import sensitivity_groups
from tests.coverage.index_cases import CASES as INDEX_CASES
from tests.coverage.index_cases import IndexCase, Named, products, shares_of
from tests.coverage.models import CASES as MODELS

_BY_NAME = {case.name: case for case in INDEX_CASES}
_WING = next(model for model in MODELS if model.name == "wing_weight")
_MANY = (16, 1 << 18)
_SEED = 90_000_001
_THREE = ("x1", "x2", "x3")


def _lognormal(log_sd: float) -> dict[str, float | str]:
    return {"distribution": "lognormal", "median": 1.0, "gsd": math.exp(log_sd)}


CASES = (
    _BY_NAME["footprint"],
    IndexCase("wing_weight", _WING.title, _WING.laws, _WING.formula, {}),
    replace(_BY_NAME["products"], title="Product of lognormals, log-sd .3, .6, 1"),
    IndexCase(
        "wide_product",
        "Product of three lognormals, log-sd 1",
        {name: _lognormal(1.0) for name in _THREE},
        "x1 * x2 * x3",
        products(dict.fromkeys(_THREE, 1.0), dict.fromkeys(_THREE, math.expm1(1))),
    ),
    IndexCase(
        "atom",
        "An output that is 0 in half of the draws",
        {f"x{k}": _lognormal(s) for k, s in enumerate((0.5, 0.3, 0.4, 0.6), 1)},
        "max(x1 * x2 - x3 * x4, 0)",
        {},
    ),
    IndexCase(
        "heavy",
        "Student t of 3 degrees of freedom, with an interaction",
        {
            "x1": {"distribution": "student_t", "location": 0.0, "scale": 1.0, "df": 3.0},
            "x2": {"distribution": "uniform", "minimum": 0, "maximum": 1},
            "x3": {"distribution": "normal", "mean": 0, "sd": 1},
        },
        "x1 * (1 + x2) + x3",
        shares_of({"x1": 6.75, "x3": 1.0, "x1 x2": 0.25}, ["x1", "x2", "x3"]),
    ),
    _BY_NAME["ishigami"],
    _BY_NAME["g_function"],
    _BY_NAME["discrete"],
)  # fmt: skip


def exact(case: IndexCase, run: Run) -> dict[str, Named]:
    """Return the indices of a case: exact, or of 2^22 base points."""
    if case.exact:
        return {key: case.exact[key] for key in ("S1", "ST")}
    replicates, draws = _MANY
    design = replace(run.study.design, draws=draws, replicates=replicates, seed=_SEED)
    groups = sensitivity_groups(run.study, run.model)
    made = GroupRun(run.kernel, ("y",), {"": groups}, design, WantsGroups(summed=True))
    method = Sobol()
    with Threads(2) as executor:
        parts = [method.estimate(own["", 0]) for own in made.sums(executor, None, Checkpoint())]
    names = made.inputs["", 0]
    found = pooled(method, parts).values
    return {key: dict(zip(names, map(float, found[key]), strict=True)) for key in ("S1", "ST")}
