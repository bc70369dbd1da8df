"""How a law is made of a standard one, so that its parameters may be other quantities.

A law of a family that is one law moved, stretched or bent by its parameters is drawn by that one
law, whatever the parameters are: a normal law of mean m and standard deviation s is m + s z, with
z of the standard normal law. The value is then a formula of the parameters and of that draw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

SCORE = "score"
"""What formulas call the draw of the standard law."""

UNIT = "unit"
"""What formulas call one unit of the parameter."""


class Exact(NamedTuple):
    """How a form of a family follows from a law that does not depend on some of its parameters.

    Formulas call a key by its field (`Key.field`).

    Parameters
    ----------
    keys : tuple of str
        Those of the form that may be quantities.
    formula : str
        The value, of `keys`, `SCORE` and `UNIT`.
    score : mapping
        The table of the standard law, but for the numbers of `fixed`.
    fixed : tuple of str
        The other keys of the form: numbers, which shape the standard law.
    plain : tuple of str
        Of `keys`, those that are plain numbers and not in the unit of the parameter.
    refused : tuple of str
        Comparisons that hold outside the domain of the law.
    typical : str
        What stands for the law in a deterministic run, where that is not `formula` at the typical
        value of the standard law.
    is_continuous : bool
        Whether no single value has a probability of its own.
    """

    keys: tuple[str, ...]
    formula: str
    score: Mapping[str, Any]
    fixed: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    typical: str = ""
    is_continuous: bool = True


NORMAL_SCORE = {"distribution": "normal", "mean": 0, "sd": 1}
UNIFORM_SCORE = {"distribution": "uniform", "minimum": 0, "maximum": 1}
EXPONENTIAL_SCORE = {"distribution": "exponential", "mean": 1}
