"""Laws as texts: the shortest line that is read back as the same law (`mcsus.study.typed`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcsus.families import Distribution, distribution
from mcsus.families.reshaped import around
from mcsus.study.typed import MAX_LENGTH
from mcsus.units import Unit


def typed_text(law: Distribution, unit: Unit) -> str:
    """Return the text of a law that `typed_law` reads back, as short as it can be.

    Examples
    --------
    >>> from mcsus.units import unit
    >>> typed_text(around(5, 20), unit("kg"))
    '5 to 20 kg'
    """
    suffix = "" if unit.text == "1" else f" {unit.text}"
    text = (_short_text(law) or _whole_text(law)) + suffix
    return text.replace(" +- ", " % +- ") if unit.text == "%" else text  # lest it be of the mean


def _short_text(law: Distribution) -> str:
    """Return the shortest text of a law, without its unit; empty where there is none."""
    table = law.to_dict()
    if "truncate" in table or law.between:
        return ""
    if law.family == "mixture":
        return _mixture_text(law)
    match table:
        case {"distribution": "constant", "value": float(value)}:
            return _number(value)
        case {"distribution": family, "low": low, "high": high, "coverage": 0.9}:
            return (
                f"{_number(low)} to {_number(high)}" if around(low, high).family == family else ""
            )
        case {"distribution": "normal", "mean": mean, "sd": sd}:
            return f"{_number(mean)} +- {_number(sd)}"
        case {
            "distribution": "triangular" | "pert" as family,
            "minimum": low,
            "mode": mode,
            "maximum": high,
        }:
            if table.get("shape", 4.0) != 4.0:
                return ""
            mark = " / " if family == "triangular" else " // "
            return mark.join(map(_number, (low, mode, high)))
        case {"distribution": "empirical", "values": [_, _, *_] as values} if (
            "weights" not in table
        ):
            return " ".join(map(_number, values))
        case {"distribution": "quantiles", "probabilities": shares, "values": values} if (
            len(table) == 3
        ):
            told = [
                f"p{_number(100 * p)} {_number(x)}" for p, x in zip(shares, values, strict=True)
            ]
            same = [float(_number(100 * p)) / 100 for p in shares] == shares
            return ", ".join(told) if same and len(str(told)) < MAX_LENGTH else ""
    return ""


def _mixture_text(law: Distribution) -> str:
    """Return the text of a mixture, if all its laws have one."""
    table = law.to_dict()
    told = [_short_text(distribution(own)) for own in table["components"]]
    each = [f"{_number(w)}: {own}" for w, own in zip(table["weights"], told, strict=True)]
    return " | ".join(each) if all(told) and len(each) > 1 and "|" not in "".join(told) else ""


def _number(value: float) -> str:
    return f"{value!r}".removesuffix(".0")


def _whole_text(law: Distribution) -> str:
    """Return a law as its family with its parameters, as TOML has them."""
    table = law.to_dict()
    name = table.pop("distribution")
    return f"{name}({', '.join(f'{key}={toml_value(value)}' for key, value in table.items())})"


def toml_value(value: Any) -> str:
    """Return a value as it stands in a line of TOML."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {toml_value(own)}" for key, own in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _number(value)
