"""``like = "battery.alkaline.defra"``: a law of the library, changed by the keys beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from mcsus.declared.reader import read_unit, shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.reshaped import scaled
from mcsus.parameters import Cell
from mcsus.units import Unit

LIKE = "like"

_SPREADS = {
    **dict.fromkeys(("gsd", "gsd2", "pedigree"), ("lognormal", "median")),
    "sd": ("normal", "mean"),
}
"""Key -> the law that a constant becomes by it, and the key of its value there."""

_MOMENTS: dict[str, Callable[[Distribution], float]] = {
    "median": lambda law: float(law.quantile(0.5)),
    "mean": lambda law: law.mean(),
    "sd": lambda law: law.sd(),
    "minimum": lambda law: law.support()[0],
    "maximum": lambda law: law.support()[1],
}
"""What a law of the library says of itself in keys of another form than its own."""


def written_out(
    table: Mapping[str, Any], known: Callable[[str], Cell], faults: FaultCollector, *where: str
) -> dict[str, Any] | None:
    """Return the table of a law of the library with the keys that change it, as a file has it.

    Parameters
    ----------
    known : callable
        The law of an id of the library.

    Returns
    -------
    dict or None
        None where there is no such law, or nothing says why it is changed (then it is noted).
    """
    name = table[LIKE]
    if not isinstance(name, str):
        faults.add(shown(name), "the id of a library parameter in quotes", *where, LIKE)
        return None
    with faults.at(*where, LIKE):
        cell = known(name)
        about = cell.provenance
        unit = _unit(table, cell)
        changed = {key: value for key, value in table.items() if _is_of_law(key)}
        if changed and not str(table.get("rationale") or "").strip():
            allowed = f"why the law of {name!r} is changed so"
            faults.add("nothing", allowed, *where, "rationale")
            return None
        times = cell.unit.factor / unit.factor
        law = cell.law if times == 1 else scaled(cell.law, times)
        told = ", ".join(f"{key} = {value}" for key, value in changed.items())
        note = f"as {name}, with {told}" if changed else f"as {name}"
        sources = [f"{own.id}, {own.locator}" if own.locator else own.id for own in about.sources]
        made: dict[str, Any] = {
            "unit": unit.text,
            "source": sources or "assumed",
            "evidence": about.evidence if sources else None,
            "rationale": about.rationale,
            "title": about.name,
            "stage": about.stage,
            "kind": about.kind,
            "note": f"{note}. {about.note}" if about.note else note,
        }
        if cell.typical is not None and not changed:
            made["typical"] = cell.typical * times
        if about.physical is not None and times == 1:
            made["physical"] = about.physical.to_dict()
        given = {key: value for key, value in table.items() if key != LIKE}
        made = {key: value for key, value in made.items() if value is not None}
        return made | _law(law, changed) | {k: v for k, v in given.items() if k != "unit"}
    return None


def _unit(table: Mapping[str, Any], cell: Cell) -> Unit:
    if "unit" not in table:
        return cell.unit
    unit = read_unit(table["unit"])
    if unit.dimension != cell.unit.dimension:
        raise InputError(Fault(repr(unit.text), f"a unit like {cell.unit.text}"))
    return unit


def _is_of_law(key: str) -> bool:
    known = {name for family in FAMILIES.values() for name in family.parameters}
    return key in {*known, "distribution", "truncate"}


def _law(law: Distribution, changed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a law but for those that are changed, in a form that has them.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> _law(distribution("constant", value=3), {"gsd": 1.3})
    {'distribution': 'lognormal', 'median': 3.0}
    >>> _law(distribution("lognormal", low=2, high=8, coverage=0.9), {"gsd": 1.3})
    {'distribution': 'lognormal', 'median': 4.0}
    >>> _law(distribution("triangular", minimum=1, mode=2, maximum=4), {"maximum": 5})
    {'distribution': 'triangular', 'minimum': 1.0, 'mode': 2.0}
    """
    own = law.to_dict()
    cut = {key: own.pop(key) for key in ("truncate",) if key in own}
    cut = {} if "truncate" in changed else cut
    family = str(changed.get("distribution", own["distribution"]))
    if law.family == "constant" and "distribution" not in changed:
        for key in changed:
            if key in _SPREADS:
                family, place = _SPREADS[key]
                return {"distribution": family, place: own["value"]}
    keys = [key for key in changed if key not in ("distribution", "truncate")]
    kept = {key: value for key, value in own.items() if key not in changed}
    known = FAMILIES.get(family)
    if known is None:  # refused where the table is read
        return {}
    if family == law.family:
        if not known.law.beside([*keys, *(key for key in kept if key != "distribution")]):
            return kept | cut
        kept = {}
    whole = distribution(own)
    form = [key.name for key in known.law.form(keys) if key.required and key.name not in keys]
    found = {key: kept[key] for key in form if key in kept}
    found |= {key: _rounded(_MOMENTS[key](whole)) for key in form if key in _MOMENTS}
    return {"distribution": family, **{k: v for k, v in found.items() if v is not None}, **cut}


def _rounded(value: float) -> float | None:
    """Return a number without the noise of how it was found; None where there is none."""
    return float(f"{value:.12g}") if math.isfinite(value) else None
