"""The table of families and the one door through which laws are built."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from mcsus.errors import Fault, InputError, nearest
from mcsus.families.base import Distribution
from mcsus.families.fields import Key, name_faults, show
from mcsus.families.truncation import Truncation

Law = TypeVar("Law", bound=type[Distribution])


@dataclass(frozen=True)
class Family:
    """What the list of families says about one of them.

    Parameters
    ----------
    name : str
        As written in a study file.
    parameters : tuple of str
        Names of all its parameters.
    forms : tuple of tuple of str
        The sets of parameters that define a law; most families have one.
    domain : str
        What the parameters may be.
    use : str
        When to use it, in one line.
    law : type
        The class of its laws.
    place : int
        Where it is listed.

    Examples
    --------
    >>> from mcsus.families import FAMILIES
    >>> FAMILIES["normal"].forms
    (('mean', 'sd'), ('low', 'high', 'coverage'))
    """

    name: str
    parameters: tuple[str, ...]
    forms: tuple[tuple[str, ...], ...]
    domain: str
    use: str
    law: type[Distribution]
    place: int

    def keys(self, given: Mapping[str, object]) -> tuple[Key, ...]:
        """Return the keys of the form that `given` fits best (the first, in doubt)."""
        best = max(self.forms, key=lambda form: len(set(form) & set(given)))
        return tuple(key for key in self.law.keys if key.name in best)


LAST = 1000  # the place of a family that names none

FAMILIES: dict[str, Family] = {}


def register(*, domain: str, use: str, place: int = LAST) -> Callable[[Law], Law]:
    """Return a class decorator that enters a family in `FAMILIES`.

    A further family is one module with one decorated class: in `mcsus.families.laws`, where it is
    found, or anywhere else, when it is imported.

    Examples
    --------
    >>> from mcsus.families import FAMILIES
    >>> FAMILIES["normal"].use
    'an error of measurement or a sum of many small effects; can be negative'
    """

    def enter(law: Law) -> Law:
        names = tuple(key.name for key in law.keys)
        forms = law.forms or (names,)
        FAMILIES[law.family] = Family(law.family, names, forms, domain, use, law, place)
        listed = sorted(FAMILIES.values(), key=lambda family: family.place)
        FAMILIES.clear()
        FAMILIES.update((family.name, family) for family in listed)
        return law

    return enter


def distribution(family: str | Mapping[str, object], /, **parameters: object) -> Distribution:
    """Build a law from its family and parameters, or from its study-file form.

    Parameters
    ----------
    family : str or mapping
        Name of the family, or a table with the key ``distribution`` and the parameters.
    **parameters
        Parameters of the family, in one unit; ``truncate`` may hold ``low`` and ``high``.

    Returns
    -------
    Distribution
        The law, checked.

    Raises
    ------
    InputError
        With every fault found, each placed at its key.

    Examples
    --------
    >>> law = distribution("pert", minimum=1, mode=2, maximum=5)
    >>> law == distribution({"distribution": "pert", "minimum": 1, "mode": 2, "maximum": 5})
    True
    >>> distribution("lognormal", median=3, gsd=0.9)
    Traceback (most recent call last):
    mcsus.errors.InputError: gsd: found 0.9; allowed: a finite number above 1
    """
    if isinstance(family, Mapping):
        table = {**family, **parameters}
        if "distribution" not in table:
            allowed = "a value: the name of a family"
            raise InputError(Fault("nothing", allowed, ("distribution",)))
        name = table.pop("distribution")
    else:
        name, table = family, dict(parameters)
    if not isinstance(name, str) or name not in FAMILIES:
        close = nearest(name, FAMILIES) if isinstance(name, str) else None
        raise InputError(Fault(show(name), ", ".join(FAMILIES), ("distribution",), close))
    return _build(FAMILIES[name], table)


def _build(family: Family, table: dict[str, object]) -> Distribution:
    """Check names and values, gather all faults, and build the law."""
    faults: list[Fault] = []
    truncate: Truncation | None = None
    if "truncate" in table:
        try:
            truncate = Truncation.read(table.pop("truncate"))
        except InputError as error:
            faults += error.faults
    keys = family.keys(table)
    allowed = {key.name: key.required for key in keys}
    for name in family.parameters:  # keys of another form: known, but not beside these
        if name in table and name not in allowed:
            others = ", ".join(allowed)
            faults.append(Fault(f"{name} beside another form", f"only {others}", (name,)))
    known = {**allowed, **{n: False for n in family.parameters if n not in allowed}}
    faults += name_faults(table, known, family.name)
    faults += [fault for key in keys if key.name in table for fault in key.faults(table[key.name])]
    if faults:
        # relations between parameters are looked at once each of them is in its domain
        raise InputError(*faults)
    fields = {key.field: table.get(key.name, key.default) for key in keys}
    return family.law(**fields, truncate=truncate)
