"""Laws in JavaScript: what a live report draws an input with, and changes it by.

``laws.js`` has the quantile functions of the families named here; their numbers are those of the
compiled loops to 1e-9. A law of any other family travels as draws.
"""

import json
from pathlib import Path
from typing import Any

from mcsus.families.base import Distribution
from mcsus.families.laws.quantiles import Quantiles
from mcsus.families.loops import coefficients, normal_cdf_coefficients
from mcsus.families.registry import FAMILIES
from mcsus.families.steps import Steps

SPOKEN = (
    *("constant", "uniform", "loguniform", "triangular", "pert", "beta", "normal", "lognormal"),
    *("gamma", "weibull", "gumbel", "exponential", "bernoulli"),
    *("discrete", "empirical", "quantiles"),
)
"""Families whose laws are drawn in JavaScript."""

LARGEST_SHAPE = 1e4
"""Exponent of a gamma or a beta law beyond which its tails lose digits there."""

_SHAPED = {"gamma": ("shape",), "beta": ("alpha", "beta"), "pert": ("shape",)}
_MOST_VALUES = 1000  # of a list that travels beside the points
_FITTED = {
    "split": coefficients.SPLIT,
    "central_top": coefficients.CENTRAL_TOP,
    "central_bottom": coefficients.CENTRAL_BOTTOM,
    "tail_top": coefficients.TAIL_TOP,
    "tail_bottom": coefficients.TAIL_BOTTOM,
    "bell_top": normal_cdf_coefficients.TOP,
    "bell_bottom": normal_cdf_coefficients.BOTTOM,
}


def told(law: Distribution) -> dict[str, Any] | None:
    """Return a law as ``laws.js`` reads it, or None where it has no quantile function there.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> told(distribution("lognormal", low=1, high=4, coverage=0.9))["family"]
    'lognormal'
    >>> told(distribution("student_t", df=3, location=0, scale=1)) is None
    True
    """
    name = law.family
    if name not in SPOKEN or type(law) is not FAMILIES[name].law:
        return None
    if isinstance(law, Steps) and name != "bernoulli":
        values, masses = law.atoms
        if len(values) > _MOST_VALUES:
            return None
        return {"family": name, "values": values.tolist(), "weights": masses.tolist()}
    own = {"family": name, **law.first_form()}
    if isinstance(law, Quantiles):
        own = {"family": name, "minimum": law.minimum, "maximum": law.maximum, "spline": law.pieces}
    if name in _SHAPED and max(own.get(key, 0.0) for key in _SHAPED[name]) > LARGEST_SHAPE:
        return None
    return own | ({} if law.truncate is None else law.truncate.to_dict())


def prelude() -> str:
    """Return the JavaScript of laws."""
    texts = [f"const COEFFICIENTS = {json.dumps(_FITTED)};\n"]
    files = (Path(__file__).with_name(name) for name in ("special.js", "laws.js"))
    return "\n".join([*texts, *(file.read_text(encoding="utf-8") for file in files)])
