"""The table of families and the one door through which laws are built."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast, dataclass_transform

from mcsus.declared.reader import shown
from mcsus.errors import Fault, InputError, nearest
from mcsus.families.base import Distribution
from mcsus.families.between import Between, at_corner, corners, read_between
from mcsus.families.exact import Exact
from mcsus.families.fields import Key, name_faults, share
from mcsus.families.truncation import Truncation

Law = TypeVar("Law", bound=type[Distribution])
Read = Callable[[Mapping[str, float]], dict[str, Any]]
Write = Callable[[Any], dict[str, float]]

MOST_LOG = 700.0  # of a logarithm whose number is in the range of float64
LAST = 1000  # the place of a family that names none


@dataclass(frozen=True)
class Twin:
    """The laws of a family as scipy.stats has them.

    Parameters
    ----------
    name : str
        Name there.
    read : callable or None
        Returns the parameters here from the arguments there, ``loc`` and ``scale`` included;
        None where another family is read from that name.
    write : callable
        Returns the arguments there of a law.
    fixed : mapping of str to float
        Arguments that are one number for every law, as ``loc`` of a law that begins at 0.
    fit : mapping of str to float, optional
        Arguments to be held as well in a fit to data; not fitted when left out.
    truncated : bool
        Whether it stands for truncated laws, and not for whole ones.
    edges : bool
        Whether the likelihood puts the ends of the law at the extremes of the data, where it says
        nothing of what lies beyond.
    """

    name: str
    read: Read | None
    write: Write
    fixed: Mapping[str, float] = field(default_factory=dict)
    fit: Mapping[str, float] | None = None
    truncated: bool = False
    edges: bool = False

    @property
    def held(self) -> dict[str, float]:
        """Arguments that are not found by a fit to data."""
        return {**self.fixed, **(self.fit or {})}

    @property
    def free(self) -> int:
        """How many arguments are found by a fit to data."""
        from scipy import stats  # noqa: PLC0415 - slow to import

        return len(argument_names(getattr(stats, self.name))) - len(self.held)


def argument_names(generic: Any) -> list[str]:
    """Return the names of the arguments of a law of scipy.stats: its shapes, loc and scale."""
    return [*(generic.shapes or "").replace(",", " ").split(), "loc", "scale"]


def renamed(**names: str) -> tuple[Read, Write]:
    """Return `Twin.read` and `Twin.write` where the parameters only have other names there."""

    def read(there: Mapping[str, float]) -> dict[str, Any]:
        return {ours: there[theirs] for ours, theirs in names.items()}

    def write(law: Distribution) -> dict[str, float]:
        return {theirs: law.first_form()[ours] for ours, theirs in names.items()}

    return read, write


@dataclass(frozen=True)
class Family:
    """What the list of families says about one of them.

    Parameters
    ----------
    name : str
        As written in a study file.
    law : type
        The class of its laws.
    forms : tuple of tuple of str
        The sets of parameters that define a law; most families have one.
    domain, use : str
        What the parameters may be, and when to use it, in one line each.
    example : mapping
        Parameters of a law, for the page that shows it.
    words : tuple of str
        How a report tells a law, with its parameters in braces: the first whose parameters are
        all given counts. Else they are listed.
    twins : tuple of Twin
        The same laws in scipy.stats, under one name or more.
    place : int
        Where it is listed.
    exact : tuple of Exact
        How its forms follow from standard laws: so that parameters may be other quantities.
    """

    name: str
    law: type[Distribution]
    forms: tuple[tuple[str, ...], ...]
    domain: str
    use: str
    example: Mapping[str, Any]
    words: tuple[str, ...]
    twins: tuple[Twin, ...]
    place: int
    exact: tuple[Exact, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters."""
        return tuple(key.name for key in self.law.keys)

    def template(self, given: Iterable[str]) -> str | None:
        """Return the words for a law of which these parameters are given, with them in braces."""
        fits = (text for text in self.words if {*re.findall(r"{(\w+)}", text)} <= {*given})
        return next(fits, None)


FAMILIES: dict[str, Family] = {}


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def family(
    name: str,
    *,
    keys: tuple[Key, ...],
    domain: str,
    use: str,
    example: Mapping[str, Any],
    forms: tuple[tuple[str, ...], ...] = (),
    words: tuple[str, ...] = (),
    scipy: tuple[Twin, ...] = (),
    place: int = LAST,
    exact: tuple[Exact, ...] = (),
) -> Callable[[Law], Law]:
    """Return a class decorator that makes a frozen dataclass of a law and enters its family.

    The fields of the class are the parameters (`Key.field`). One module with one such class is
    all that a family needs: in `mcsus.families.laws`, where it is found, or anywhere else, from
    when it is imported. See `Family` for what is given.
    """

    def enter(law: Law) -> Law:
        if name in FAMILIES and FAMILIES[name].law.__module__ != law.__module__:
            raise InputError(Fault(repr(name), "a name that no other family has", ("family",)))
        law.family, law.keys = name, keys
        law.forms = forms or (tuple(key.name for key in keys),)
        dataclass(frozen=True, repr=False)(law)
        entry = Family(name, law, law.forms, domain, use, example, words, scipy, place, exact)
        listed = sorted({**FAMILIES, name: entry}.items(), key=lambda item: item[1].place)
        FAMILIES.clear()
        FAMILIES.update(listed)
        return law

    return enter


def distribution(family: str | Mapping[str, object], /, **parameters: object) -> Distribution:
    """Build a law from its family and parameters, or from its study-file form; tell every fault.

    Parameters
    ----------
    family : str or mapping
        Name of the family, or a table with the key ``distribution`` and the parameters.
    **parameters
        Parameters of the family, in one unit; ``truncate`` may hold ``low`` and ``high``. A number
        may be an interval, ``{"between": [1, 2]}``: the law is that of the number half way, and
        `Distribution.quantile_bounds` tells what the interval allows.

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
        raise InputError(Fault(shown(name), ", ".join(FAMILIES), ("distribution",), close))
    return _build(FAMILIES[name], table)


def _build(family: Family, table: dict[str, object]) -> Distribution:
    """Check names and values, gather all faults, and build the law."""
    between = read_between(family.law.keys, table)
    return _imprecise(family, table, between) if between else _precise(family, table)


def _imprecise(
    family: Family, table: dict[str, object], between: tuple[Between, ...]
) -> Distribution:
    """Build the law half way between the ends of intervals, if there is one at every end."""
    for corner in corners(between):
        _at_corner(family, table, corner)
    middle = {own.key: own.middle for own in between}
    law = _at_corner(family, table, middle)
    if type(law) is not family.law:
        allowed = "a law that has a spread; or a constant whose value is between two numbers"
        raise InputError(Fault("an interval of a law without spread", allowed, (between[0].key,)))
    return replace(law, between=between)


def _at_corner(
    family: Family, table: dict[str, object], corner: Mapping[str, float]
) -> Distribution:
    try:
        return _precise(family, {**table, **corner})
    except InputError as error:
        known = family.parameters
        faults = (at_corner(f, corner) if f.where[0] in known else f for f in error.faults)
        raise InputError(*faults) from None


def _precise(family: Family, table: dict[str, object]) -> Distribution:
    """Build a law of numbers."""
    table = dict(table)
    faults: list[Fault] = []
    truncate: Truncation | None = None
    if "truncate" in table:
        try:
            truncate = Truncation.read(table.pop("truncate"))
        except InputError as error:
            faults += error.faults
    keys = family.law.form(table)
    faults += family.law.beside(table)
    required = {key.name: key.required for key in keys}
    known = {**required, **{n: False for n in family.parameters if n not in required}}
    faults += name_faults(table, known, family.name)
    value, still = _single_value(keys, table)
    faults += [
        fault
        for key in keys
        if key.name in table and key.name not in still
        for fault in key.faults(table[key.name])
    ]
    if faults:
        # relations between parameters are looked at once each of them is in its domain
        raise InputError(*faults)
    if value is not None:
        constant: Any = FAMILIES["constant"].law
        return cast("Distribution", constant(value=value, stated=family.name, truncate=truncate))
    fields: dict[str, Any] = {key.field: table.get(key.name, key.default) for key in keys}
    return family.law(**fields, truncate=truncate)


_ENDS = (("minimum", "maximum"), ("low", "high"))
_CENTRES = ("median", "mean", "mode", "location", "log_mean")


def _single_value(
    keys: Iterable[Key], table: Mapping[str, object]
) -> tuple[float | None, set[str]]:
    """Return the one value that a law without spread has, and the keys that say so.

    Either its spread is nothing, as with ``sd = 0`` or ``gsd = 1``, or its bounds are equal and
    so is the value between them.
    """
    numbers: dict[str, float] = {}
    still = set()
    for key in keys:
        if key.kind not in ("number", "share"):
            return None, set()
        with suppress(ValueError):
            numbers[key.name] = share(table.get(key.name))
            if key.still is not None and numbers[key.name] == key.still:
                still.add(key.name)
    centres = [name for name in _CENTRES if name in numbers]
    for low, high in _ENDS:
        if low in numbers and numbers[low] == numbers.get(high):
            inside = all(numbers[name] == numbers[low] for name in centres)
            return (numbers[low] if inside else None), set()
    if not still or not centres:
        return None, set()
    centre = numbers[centres[0]]
    if centres[0] == "log_mean":  # any other one is refused where it stands
        centre = math.exp(centre) if abs(centre) <= MOST_LOG else 1.0
    return centre, still
