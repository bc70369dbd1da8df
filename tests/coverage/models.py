"""Seven models whose exact values are known: four with ordinary tails, three with heavy ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from mcsus.analysis.groups import WantsGroups
from mcsus.runner import Run
from mcsus.runner.group_values import GroupRun
from mcsus.runner.input_groups import sensitivity_groups
from mcsus.streams import Design
from mcsus.study import Study

Laws = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """A model of one output, y.

    Attributes
    ----------
    name, title : str
    laws : dict
        Of its parameters.
    formula : str
    is_heavy : bool
    terms : tuple
        Where it is a sum of products of independent lognormal inputs: their weights and factors.
    """

    name: str
    title: str
    laws: Laws
    formula: str
    is_heavy: bool = False
    terms: tuple[tuple[float, tuple[str, ...]], ...] = ()

    def study(self) -> Study:
        """Return the study."""
        source = {"unit": "1", "source": "the model"}
        return Study.from_dict(
            {
                "schema": "mcsus/1",
                "id": self.name,
                "title": self.title,
                "parameters": {name: source | law for name, law in self.laws.items()},
                "equations": {"y": {"formula": self.formula, "unit": "1"}},
                "outputs": {"y": "1"},
                "sensitivity": {"methods": ["sobol"], "estimator": "streaming"},
                "design": {"kind": "sobol", "draws": 256, "replicates": 2, "seed": 1},
            }
        )


def groups_of(run: Run, design: Design) -> GroupRun:
    """Return what evaluates the groups of inputs, as a run with this design does."""
    wants = WantsGroups(second_order=False, summed=True)
    groups = sensitivity_groups(run.study, run.model)
    return GroupRun(run.kernel, ("y",), {"": groups}, design, wants)


def _uniform(low: float, high: float) -> dict[str, Any]:
    return {"distribution": "uniform", "minimum": low, "maximum": high}


def _normal(mean: float, sd: float) -> dict[str, Any]:
    return {"distribution": "normal", "mean": mean, "sd": sd}


def _lognormal(gsd: float) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": 1.0, "gsd": gsd}


_PAIRS = ((1.0, ("x1", "x2")), (2.0, ("x3", "x4")), (0.5, ("x5", "x6")))

_WING = (
    "0.036 * S**0.758 * W**0.0035 * (A / cos(L * 0.017453292519943295)**2)**0.6 * q**0.006"
    " * l**0.04 * (100 * t / cos(L * 0.017453292519943295))**(-0.3) * (N * Wd)**0.49 + S * Wp"
)

CASES = (
    Case(
        "ishigami",
        "Ishigami",
        {f"x{k}": _uniform(-math.pi, math.pi) for k in (1, 2, 3)},
        "sin(x1) + 7 * sin(x2)**2 + 0.1 * x3**4 * sin(x1)",
    ),
    Case(
        "wing_weight",
        "Wing weight",
        {
            "S": _uniform(150, 200), "W": _uniform(220, 300), "A": _uniform(6, 10),
            "L": _uniform(-10, 10), "q": _uniform(16, 45), "l": _uniform(0.5, 1),
            "t": _uniform(0.08, 0.18), "N": _uniform(2.5, 6), "Wd": _uniform(1700, 2500),
            "Wp": _uniform(0.025, 0.08),
        },
        _WING,
    ),
    Case(
        "matrix",
        "Electricity and fuel, two processes",
        {
            "electricity": _normal(10, 0.5), "fuel_used": _normal(2, 0.1),
            "fuel_made": _normal(100, 5), "burning": _normal(1, 0.05), "refining": _normal(10, 0.5),
        },
        "1000 / electricity * (burning + fuel_used * refining / fuel_made)",
    ),
    Case(
        "sum_moderate",
        "Sum of products of lognormals, moderate spread",
        {f"x{k}": _lognormal(g) for k, g in enumerate((1.2, 1.3, 1.2, 1.3, 1.1, 1.4), 1)},
        "x1 * x2 + 2 * x3 * x4 + 0.5 * x5 * x6",
        terms=_PAIRS,
    ),
    Case(
        "sum_heavy",
        "Sum of products of lognormals, large spread",
        {f"x{k}": _lognormal(g) for k, g in enumerate((1.8, 1.6, 1.8, 1.6, 1.8, 1.6), 1)},
        "x1 * x2 + 2 * x3 * x4 + 0.5 * x5 * x6",
        is_heavy=True,
        terms=_PAIRS,
    ),
    Case(
        "product_heavy",
        "Product of eight lognormals, large spread",
        {f"x{k}": _lognormal(2.0) for k in range(1, 9)},
        " * ".join(f"x{k}" for k in range(1, 9)),
        is_heavy=True,
        terms=((1.0, tuple(f"x{k}" for k in range(1, 9))),),
    ),
    Case(
        "student",
        "Student t of 3 degrees of freedom and a normal",
        {
            "x1": {"distribution": "student_t", "location": 0.0, "scale": 1.0, "df": 3.0},
            "x2": _normal(0, 1),
        },
        "x1 + x2",
        is_heavy=True,
    ),
)  # fmt: skip
