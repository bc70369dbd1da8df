"""Monte Carlo uncertainty and sensitivity of life-cycle carbon footprints.

Names are imported when they are first used: checking a study loads neither numba nor SciPy's
statistics nor SALib.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcsus.errors import InputError, McsusError, NotFiniteError, RefusedError
    from mcsus.families import distribution
    from mcsus.families.fitting import from_data
    from mcsus.model import Equation, Model, equation
    from mcsus.neighbours import from_stats_arrays
    from mcsus.result.tree import Result, load_result
    from mcsus.runner import Limits, Settings, check
    from mcsus.runner.explorer import Explorer
    from mcsus.runner.given_table import sensitivity
    from mcsus.runner.run import Run, run
    from mcsus.runner.side_by_side import compare
    from mcsus.study import Study, load_study
    from mcsus.study.builder import study
    from mcsus.study.typed_alone import law

_HOME = {
    "Equation": "mcsus.model",
    "Explorer": "mcsus.runner.explorer",
    "InputError": "mcsus.errors",
    "McsusError": "mcsus.errors",
    "Limits": "mcsus.runner",
    "Model": "mcsus.model",
    "NotFiniteError": "mcsus.errors",
    "RefusedError": "mcsus.errors",
    "Result": "mcsus.result.tree",
    "Run": "mcsus.runner",
    "Settings": "mcsus.runner",
    "Study": "mcsus.study",
    "check": "mcsus.runner",
    "compare": "mcsus.runner.side_by_side",
    "distribution": "mcsus.families",
    "from_data": "mcsus.families.fitting",
    "from_stats_arrays": "mcsus.neighbours",
    "equation": "mcsus.model",
    "law": "mcsus.study.typed_alone",
    "load_result": "mcsus.result.tree",
    "load_study": "mcsus.study",
    "run": "mcsus.runner",
    "sensitivity": "mcsus.runner.given_table",
}

__all__ = [
    "Equation",
    "Explorer",
    "InputError",
    "Limits",
    "McsusError",
    "Model",
    "NotFiniteError",
    "RefusedError",
    "Result",
    "Run",
    "Settings",
    "Study",
    "check",
    "compare",
    "distribution",
    "equation",
    "from_data",
    "from_stats_arrays",
    "law",
    "load_result",
    "load_study",
    "run",
    "sensitivity",
    "study",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return importlib.import_module("importlib.metadata").version("mcsus")
    if name == "study":  # the package, which is called
        return importlib.import_module("mcsus.study")
    if name not in _HOME:
        msg = f"module 'mcsus' has no attribute {name!r}"
        raise AttributeError(msg)
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
