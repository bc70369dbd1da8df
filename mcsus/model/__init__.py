"""The graph of equations: wiring by name, dims, unit check, NumPy reference path."""

from mcsus.model.equations import Equation, equation
from mcsus.model.graph import Model
from mcsus.model.reference import evaluate, typical_values, value_of
from mcsus.model.rounding import EXACT, Rounding

__all__ = [
    "EXACT",
    "Equation",
    "Model",
    "Rounding",
    "equation",
    "evaluate",
    "typical_values",
    "value_of",
]
