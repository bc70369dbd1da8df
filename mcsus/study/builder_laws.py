"""What stands for a parameter where a study is made from Python: the table of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcsus.declared.reader import finite, read_unit, shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.families import Distribution
from mcsus.study.laws import ASSUMED
from mcsus.study.typed import FORMS, typed_law
from mcsus.study.typed_alone import typed_alone

Given = Distribution | str | float | tuple[object, str] | Mapping[str, object]
"""A law as it is typed, a law, a number, either with its unit, a library id, or a table."""

WHY = "given from Python, which says no more of it"

_LAW = "law"
_OTHERS = ("distribution", "like", "by", "value")


def parameter_table(given: object) -> str | dict[str, Any]:
    """Return what stands for a parameter in a study file: a table, or an id of the library.

    Raises
    ------
    InputError
        If it is no law.

    Examples
    --------
    >>> parameter_table((3, "kg"))["unit"], parameter_table("grid.de.2024")
    ('kg', 'grid.de.2024')
    """
    return _written(given, {})


def scenario_table(given: object, faults: FaultCollector) -> Any:
    """Return the table of a scenario: the laws that it sets are given as those of parameters."""
    if not isinstance(given, Mapping) or not isinstance(given.get("set"), Mapping):
        return given
    made: dict[str, Any] = {}
    for name, value in given["set"].items():
        with faults.at("scenarios", str(given.get("id", "")), "set", str(name)):
            made[name] = parameter_table(value)
    return {**given, "set": made}


def _written(given: object, above: Mapping[str, Any]) -> str | dict[str, Any]:
    """Return what stands for a law.

    Parameters
    ----------
    above : mapping
        What holds for it by the tables around it.
    """
    if isinstance(given, Mapping):
        return _table(given, above)
    law = _law(given, above.get("unit"))
    return law if isinstance(law, str) else _told(law, above)


def _law(given: object, unit: object = None) -> str | dict[str, Any]:
    """Return a law without what is around it, or an id."""
    own = None if unit is None else read_unit(unit)
    if isinstance(given, tuple | list) and len(given) == 2 and not isinstance(given[0], tuple):
        return _law(given[0], given[1])
    if isinstance(given, Distribution):
        return {**given.to_dict(), "unit": own.text if own else "1"}
    if isinstance(given, str):
        return (typed_law(given, own) if own else typed_alone(given)).table
    value = finite(given)
    if value is None:
        raise InputError(Fault(shown(given), f"{FORMS}; a number, a law, (law, unit) or a table"))
    return {"distribution": "constant", "value": value, "unit": own.text if own else "1"}


def _table(given: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table as a file has it: its own, but for `law` and laws by labels in short."""
    table = dict(given)
    if _LAW in table:
        beside = [key for key in _OTHERS if key in table]
        if beside:
            raise InputError(Fault(f"'law' beside {beside[0]!r}", "one of them"))
        law = _law(table.pop(_LAW), table.get("unit", above.get("unit")))
        if isinstance(law, str):
            allowed = f"like = {law!r} where keys beside it change it, or the id alone"
            raise InputError(Fault(f"the id {law!r} as 'law' of a table", allowed, (_LAW,)))
        table |= law
    around = {**above, **table}
    by = table.get("by")
    if isinstance(by, Mapping):
        table["by"] = {dim: _labels(dim, laws, around) for dim, laws in by.items()}
        return table
    if "value" in table and "distribution" not in around:
        table["distribution"] = "constant"
    return _told(table, above) if "distribution" in {**above, **table} else table


def _labels(dim: object, laws: Any, above: Mapping[str, Any]) -> Any:
    """Return the laws of the labels of a dim."""
    if not isinstance(laws, Mapping):
        return laws
    inner = {key: value for key, value in above.items() if key != "by"}
    made: dict[str, Any] = {}
    faults = FaultCollector()
    for label, own in laws.items():
        with faults.at("by", str(dim), str(label)):
            made[str(label)] = _written(own, inner)
    faults.raise_any()
    return made


def _told(law: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return a law that tells what it rests on: an assumption, where nothing names a source."""
    known = {**above, **law}
    if "source" not in known:
        law = {**law, "source": ASSUMED}
        if "rationale" not in known:
            law = {**law, "rationale": WHY}
    return dict(law)
