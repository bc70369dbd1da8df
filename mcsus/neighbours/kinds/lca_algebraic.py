"""A model of lca_algebraic, as its ``export_lca`` and ``serialize_model`` write it in JSON.

``params``, ``impacts`` and ``functional_units`` by name; expressions are as sympy prints them. An
exported parameter has its default alone: where its law is to come along, the fields of its
definition (``distrib``, ``min``, ``max``, ``std``, ``a``, ``b``) stand beside it.
"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError, nearest
from mcsus.families import Distribution, distribution
from mcsus.neighbours.files import text_of
from mcsus.neighbours.formulas import PYTHON, enter
from mcsus.neighbours.imported import Imported, constant, register
from mcsus.neighbours.rows import json_of

_KINDS = ("float", "bool", "enum")
_LAWS = ("fixed", "linear", "triangle", "normal", "lognormal", "beta")

Own = Mapping[str, Any]


@register("lca_algebraic", "a model of lca_algebraic")
def read(path: Path) -> Imported:
    """Return the parameters and impacts of a model."""
    model = json_of(text_of(path))
    if not isinstance(model, dict):
        raise InputError(Fault("no table", "params and impacts by name"))
    found = Imported()
    formulas: dict[str, tuple[str, float | None]] = {}
    bare = []
    for name, own in _tables(model, "params").items():
        if own.get("formula"):
            formulas[name] = str(own["formula"]), _number(own, "default")
        elif _kind(own, name) == "enum":
            _choice(found, name, own)
        else:
            found.take(name, partial(_law, found, name, own), _text(own, "unit"), _note(own))
            if _kind(own, name) == "float" and not own.get("distrib"):
                bare.append(name)
    if bare:
        told = (
            f"no law of {', '.join(bare)} in the file: the default stands; write one in the study"
        )
        found.told.append(told)
    _impacts(formulas, model)
    enter(found, formulas, PYTHON)
    return found


def _impacts(formulas: dict[str, tuple[str, float | None]], model: Own) -> None:
    """Enter impacts, each times each functional unit where there are any, as its evaluation has."""
    units = {}
    for name, own in _tables(model, "functional_units", needed=False).items():
        units[name] = f"({_expression(own, name)})"
    for name, own in _tables(model, "impacts").items():
        expression = _expression(own, name)
        parts = expression if isinstance(expression, dict) else {"": expression}
        for axis, text in parts.items():
            whole = f"{name} {axis}".strip()
            for unit, factor in units.items() or (("", ""),):
                times = f"({text}) * {factor}" if factor else str(text)
                formulas[f"{whole} {unit}".strip()] = times, None


def _expression(own: Own, name: str) -> Any:
    if own.get("expr") in (None, "", {}):
        raise InputError(Fault("no expr", "an expression", (name, "expr")))
    return own["expr"]


def _tables(model: Own, key: str, *, needed: bool = True) -> dict[str, Own]:
    held = model.get(key) or {}
    rows = held.values() if isinstance(held, dict) else ()
    if (needed and not rows) or not all(isinstance(own, dict) for own in rows):
        raise InputError(Fault(f"no {key}", "a table for each by name", (key,)))
    return dict(held)


def _kind(own: Own, name: str) -> str:
    kind = str(own.get("type", "float"))
    if kind not in _KINDS:
        raise InputError(
            Fault(repr(kind), ", ".join(_KINDS), (name, "type"), nearest(kind, _KINDS))
        )
    return kind


def _law(found: Imported, name: str, own: Own) -> Distribution:
    if own.get("type") == "bool":
        return distribution("bernoulli", probability=0.5)  # as it is drawn there
    default, kind = _number(own, "default"), str(own.get("distrib") or "fixed")
    if default is None:
        raise InputError(Fault("nothing", "a number", ("default",)))
    if kind not in _LAWS:
        raise InputError(Fault(repr(kind), ", ".join(_LAWS), ("distrib",), nearest(kind, _LAWS)))
    wanted = {"triangle": ("min", "max"), "linear": ("min", "max"), "normal": ("std",)}
    keys = {**wanted, "beta": ("a", "b", "std")}.get(kind, ())
    p = {key: _number(own, key) for key in ("min", "max", "std", "a", "b")}
    if missing := [key for key in keys if p[key] is None]:
        raise InputError(Fault("nothing", "a number", (missing[0],)))
    ends = {"minimum": p["min"], "maximum": p["max"]}
    match kind:
        case "linear":
            return distribution("uniform", **ends)
        case "triangle":
            return distribution("triangular", **ends, mode=default)
        case "normal":
            cut = {
                key: p[end] for key, end in (("low", "min"), ("high", "max")) if p[end] is not None
            }
            return distribution("normal", mean=default, sd=p["std"], truncate=cut or None)
        case "beta":
            ends = {"minimum": default, "maximum": default + (p["std"] or 0.0)}
            return distribution("beta", alpha=p["a"], beta=p["b"], **ends)
        case "lognormal":
            found.told.append(
                f"the lognormal law of {name!r} is not read, its default {default:g} is: what is "
                "drawn there is not what its documentation says"
            )
    return constant(default)


def _choice(found: Imported, name: str, own: Own) -> None:
    """Enter a choice: a number that is drawn, and a 1 or 0 for each value."""
    held = own.get("weights") or own.get("values")
    if isinstance(held, list):
        held = {str(value): 1.0 for value in held}
    if not isinstance(held, dict) or not held:
        raise InputError(Fault("no values", "a list, or weights by value", (name, "values")))
    weights = {value: _number(held, value) or 0.0 for value in held}
    law = partial(
        distribution,
        "discrete",
        values=list(map(float, range(len(weights)))),
        weights=list(weights.values()),
    )
    found.take(name, law, "1", f"0 to {len(weights) - 1}: {', '.join(map(str, weights))}")
    for place, value in enumerate(weights):
        found.formulas[f"{name}_{value}"] = f"where({name} == {place}, 1, 0)"
    found.formulas[f"{name}_default"] = "0"


def _note(own: Own) -> str:
    return _text(own, "description") or _text(own, "label")


def _text(own: Own, key: str) -> str:
    return str(own.get(key) or "")


def _number(own: Own, key: str) -> float | None:
    value = own.get(key)
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise InputError(Fault(repr(value), "a number", (key,))) from None
