"""Uncertainties of openLCA (https://greendelta.github.io/olca-schema)."""

import math
import re
from collections.abc import Mapping
from typing import Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.families import Distribution, distribution
from mcsus.neighbours.imported import constant

_ENDS = {"minimum": "minimum", "maximum": "maximum"}
_FORMS: dict[str, tuple[str, dict[str, str]]] = {  # what each field is here
    "LOG_NORMAL_DISTRIBUTION": ("lognormal", {"geomMean": "median", "geomSd": "gsd"}),
    "NORMAL_DISTRIBUTION": ("normal", {"mean": "mean", "sd": "sd"}),
    "TRIANGLE_DISTRIBUTION": ("triangular", {**_ENDS, "mode": "mode"}),
    "UNIFORM_DISTRIBUTION": ("uniform", _ENDS),
}
_WITHOUT_SPREAD = {"geomSd": 1.0, "sd": 0.0}
_TEXTS = {  # as tables of its editor print them
    "lognormal": ("LOG_NORMAL_DISTRIBUTION", {"gmean": "geomMean", "gsigma": "geomSd"}),
    "normal": ("NORMAL_DISTRIBUTION", {"mean": "mean", "sigma": "sd"}),
    "triangular": (
        "TRIANGLE_DISTRIBUTION",
        {"min": "minimum", "mode": "mode", "max": "maximum"},
    ),
    "uniform": ("UNIFORM_DISTRIBUTION", {"min": "minimum", "max": "maximum"}),
}
_PAIR = re.compile(r"(\w+)\s*=\s*([^\s;=]+)")
FIELDS = tuple(dict.fromkeys(field for _, fields in _FORMS.values() for field in fields))


def from_openlca(uncertainty: Mapping[str, Any]) -> Distribution:
    """Return the law of an Uncertainty.

    ``geomSd`` is the geometric standard deviation itself, neither its square nor a standard
    deviation of the log.

    Examples
    --------
    >>> from_openlca(
    ...     {"distributionType": "LOG_NORMAL_DISTRIBUTION", "geomMean": 2, "geomSd": 1.5}
    ... )
    lognormal(median=2.0, gsd=1.5)
    """
    kind = str(uncertainty.get("distributionType") or "")
    if kind not in _FORMS:
        allowed = ", ".join(_FORMS)
        raise InputError(Fault(repr(kind), allowed, ("distributionType",), nearest(kind, _FORMS)))
    family, fields = _FORMS[kind]
    held = {field: _number(uncertainty, field) for field in fields}
    if "minimum" in held and held["minimum"] == held["maximum"]:
        return constant(held["minimum"])
    if any(held.get(field) == value for field, value in _WITHOUT_SPREAD.items()):
        return constant(held["geomMean"] if "geomMean" in held else held["mean"])
    return distribution(family, **{fields[field]: value for field, value in held.items()})


def from_text(text: str) -> Distribution:
    """Return the law of an uncertainty as tables of openLCA print it.

    Examples
    --------
    >>> from_text("lognormal: gmean=2.0 gsigma=1.5")
    lognormal(median=2.0, gsd=1.5)
    """
    name, _, rest = text.strip().partition(":")
    if name.strip().lower() not in _TEXTS:
        raise InputError(
            Fault(repr(text), f"none, or one of {', '.join(_TEXTS)}", ("uncertainty",))
        )
    kind, fields = _TEXTS[name.strip().lower()]
    pairs = dict(_PAIR.findall(rest))
    held = {own: pairs[field] for field, own in fields.items() if field in pairs}
    return from_openlca({"distributionType": kind, **held})


def to_openlca(law: Distribution) -> dict[str, Any] | None:
    """Return the Uncertainty of a law, or None for a constant; refuse a law it does not have.

    Examples
    --------
    >>> to_openlca(distribution("uniform", minimum=1, maximum=2))
    {'distributionType': 'UNIFORM_DISTRIBUTION', 'minimum': 1.0, 'maximum': 2.0}
    """
    if law.family == "constant":
        return None
    p = dict(law.first_form())
    if law.family in ("lognormal", "normal"):
        first, second = law.kernel().constants[5:7]
        if law.family == "lognormal":
            p = {"median": first, "gsd": math.exp(second)}
        else:
            p = {"mean": first, "sd": second}
    for kind, (family, fields) in _FORMS.items():
        if family == law.family and law.truncate is None and {*fields.values()} <= {*p}:
            return {"distributionType": kind} | {f: float(p[own]) for f, own in fields.items()}
    allowed = "a constant, or an untruncated law of lognormal, normal, triangular, uniform"
    raise InputError(Fault(repr(law), allowed, ("distribution",)))


def _number(held: Mapping[str, Any], field: str) -> float:
    try:
        return float(held[field])
    except (KeyError, TypeError, ValueError):
        found = f"a formula, {held[f'{field}Formula']!r}" if held.get(f"{field}Formula") else None
        found = found or ("nothing" if held.get(field) in (None, "") else repr(held[field]))
        raise InputError(Fault(found, "a number", (field,))) from None
