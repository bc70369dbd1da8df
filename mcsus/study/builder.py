"""A study from Python alone: `mcsus.study` makes the tables of a file of shorter words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.declared.reader import close, shown
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.expressions import names, parse
from mcsus.model import Equation
from mcsus.study.builder_equations import equation_table
from mcsus.study.builder_laws import parameter_table, scenario_table
from mcsus.study.own_units import read_own_units
from mcsus.study.tables import SCHEMA

if TYPE_CHECKING:
    from mcsus.study.builder_laws import Given
    from mcsus.study.definition import Study

Equations = Mapping[str, Any] | Sequence[Equation | Callable[..., Any]]

_PLACE = "study"


def study(
    id: str,  # noqa: A002 - the key of a file
    *,
    parameters: Mapping[str, Given] | None = None,
    equations: Equations = (),
    outputs: Mapping[str, Any] | Sequence[str] | str = (),
    folder: str | Path | None = None,
    **tables: Any,
) -> Study:
    """Return a study, checked as a study file is.

    Parameters
    ----------
    id : str
        Its name.
    parameters : mapping
        Name -> a law as it is typed, with its unit (``"5 to 20 kg"``; without one it is a plain
        number), ``("5 to 20", "kg")``, a number, a Distribution, either of them with its unit
        as ``(law, "kg")``, an id of the library, or a table as in a file. A table may write
        ``law`` for its distribution: ``{"law": "5 to 20 kg", "source": "data sheet"}``. What names
        no source is an assumption, and the result says so.
    equations : mapping or sequence
        Name -> a formula with its unit, ``"power*life [kWh]"`` or ``("power*life", "kWh")``, a
        function with its unit, ``(function, "kWh")``, an Equation, or a table; or a list of
        Equations.
    outputs : sequence or mapping, optional
        Names, or names with units as in a file; by default the equations that no other takes.
    folder : path, optional
        Where the files are that its tables name.
    **tables
        All other keys of a study file: ``title``, ``functional_unit``, ``dims``, ``claims``,
        ``scenarios``, ``dependence``, ``design`` and so on; ``mcsus show study`` lists them.

    Raises
    ------
    InputError
        With every fault.

    Examples
    --------
    >>> kettle = study(
    ...     "kettle",
    ...     parameters={"energy": "0.1 to 0.12 kWh", "grid": "grid.de.2024"},
    ...     equations={"footprint": "energy*grid [kg CO2e]"},
    ... )
    >>> kettle.parameter("energy").cell.law
    lognormal(low=0.1, high=0.12, coverage=0.9)
    >>> print(kettle.to_toml().splitlines()[-1])
    footprint = "kg CO2e"
    """
    from mcsus.study.definition import Study  # noqa: PLC0415 - it is above

    faults = FaultCollector(_PLACE)
    made: dict[str, Any] = {"schema": SCHEMA, "id": id, **tables}
    with read_own_units(tables.get("units", {}), faults).in_use():
        if parameters is not None:
            made["parameters"] = _each(parameters, _parameter, faults, "parameters")
        written = _each(_named(equations), equation_table, faults, "equations")
        if isinstance(tables.get("scenarios"), list | tuple):
            made["scenarios"] = [scenario_table(own, faults) for own in tables["scenarios"]]
        faults.raise_any()
        if written:
            made["equations"] = written
        made["outputs"] = _outputs(outputs, written)
    return Study.from_dict(made, _PLACE, folder)


def _parameter(_: str, given: object) -> Any:
    return parameter_table(given)


def _each(
    given: object, read: Callable[[str, Any], Any], faults: FaultCollector, key: str
) -> dict[str, Any]:
    """Return what stands for each in a file; what cannot be read is noted."""
    if not isinstance(given, Mapping):
        faults.add(shown(given), f"a mapping of names to {key}", key)
        return {}
    made: dict[str, Any] = {}
    for name, value in given.items():
        with faults.at(key, str(name)):
            made[name] = read(name, value)
    return made


def _named(equations: object) -> object:
    """Return equations by name."""
    if isinstance(equations, Mapping | str) or not isinstance(equations, Sequence):
        return equations
    made: dict[str, Any] = {}
    for own in equations:
        name = getattr(own, "name", getattr(own, "__name__", shown(own)))
        if name in made:
            fault = Fault(f"{name!r} twice", "a name of its own for each", (_PLACE, "equations"))
            raise InputError(fault)
        made[name] = own
    return made


def _outputs(asked: object, equations: Mapping[str, Any]) -> Any:
    """Return the table of outputs: names have the unit of their equation."""
    if isinstance(asked, Mapping):
        return dict(asked)
    units = {name: own.get("unit") for name, own in equations.items()}
    wanted = [asked] if isinstance(asked, str) else asked or _last(equations)
    faults = FaultCollector(_PLACE)
    made: dict[str, Any] = {}
    for name in wanted if isinstance(wanted, Sequence) else [wanted]:
        if isinstance(name, str) and name in units:
            made[name] = units[name]
        else:
            allowed = 'the name of an equation, or a mapping such as {"life": "year"}'
            faults.add(shown(name), allowed, "outputs", nearest=close(name, units))
    faults.raise_any()
    return made


def _last(equations: Mapping[str, Any]) -> list[str]:
    """Return the equations that no other takes; all of them where each is taken."""
    taken: set[str] = set()
    for own in equations.values():
        if isinstance(own.get("formula"), str):
            try:
                taken |= {*names(parse(own["formula"]))}
            except InputError:  # told where the study is read
                continue
    return [name for name in equations if name not in taken] or list(equations)
