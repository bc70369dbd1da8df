"""A law of which some parameters are other quantities: drawn by a standard law."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NoReturn

from mcsus.declared.items import NAME
from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Distribution
from mcsus.families.exact import Exact
from mcsus.families.fields import Key, name_faults, share
from mcsus.families.registry import FAMILIES, Family, distribution

_is_name = re.compile(NAME.replace("$", r"\Z")).match


@dataclass(frozen=True, repr=False)
class Conditional(Distribution):
    """A law given the quantities that are its parameters; it has no numbers of its own.

    Parameters
    ----------
    of : str
        Its family.
    stated : tuple of tuple
        Key -> number or name of a quantity, as given.
    score : Distribution
        The law of what is drawn.
    exact : Exact
        How its value follows.
    """

    family: ClassVar[str] = "conditional"
    keys: ClassVar[tuple[Key, ...]] = ()
    forms: ClassVar[tuple[tuple[str, ...], ...]] = ((),)

    of: str
    stated: tuple[tuple[str, Any], ...]
    score: Distribution
    exact: Exact = field(compare=False)

    @property
    def quantities(self) -> dict[str, str]:
        """Key -> name of the quantity that stands for it."""
        return {key: value for key, value in self._used if isinstance(value, str)}

    @property
    def numbers(self) -> dict[str, float]:
        """Key -> number, of the keys of the formula that are numbers."""
        return {key: value for key, value in self._used if not isinstance(value, str)}

    @property
    def _used(self) -> list[tuple[str, Any]]:
        return [(key, value) for key, value in self.stated if key in self.exact.keys]

    @property
    def drawn(self) -> Distribution:
        """The law of what is drawn."""
        return self.score

    @property
    def is_continuous(self) -> bool:
        """Whether no single value has a probability of its own."""
        return self.exact.is_continuous

    def parameters(self) -> dict[str, Any]:
        """Return the parameters by name, as given."""
        return {key: list(x) if isinstance(x, tuple) else x for key, x in self.stated}

    def to_dict(self) -> dict[str, Any]:
        """Return the study-file form."""
        return {"distribution": self.of, **self.parameters()}

    def _no_numbers(self) -> NoReturn:
        names = ", ".join(map(repr, self.quantities.values()))
        raise InputError(Fault(f"a law of {names}", "a law of numbers", ("distribution",)))

    def _from_tails(self, p: Array, q: Array) -> Array:  # noqa: ARG002 - as every law has it
        self._no_numbers()

    def _tails(self, x: Array) -> tuple[Array, Array]:  # noqa: ARG002 - as every law has it
        self._no_numbers()

    def _whole_moments(self) -> tuple[float, float]:
        self._no_numbers()


def quantities_in(family: str, table: Mapping[str, object]) -> dict[str, str]:
    """Return the keys of numbers under which a table names a quantity, with its name.

    Examples
    --------
    >>> quantities_in("normal", {"mean": "mu", "sd": 2, "coverage": "95 %"})
    {'mean': 'mu'}
    """
    keys = {key.name for key in FAMILIES[family].law.keys if key.kind in ("number", "share")}
    return {
        key: value
        for key, value in table.items()
        if key in keys and isinstance(value, str) and _is_name(value)
    }


def quantity_keys(family: str) -> tuple[str, ...]:
    """Return the keys of a family that may be quantities.

    Examples
    --------
    >>> quantity_keys("gamma"), quantity_keys("pert")
    (('scale',), ())
    """
    return tuple(dict.fromkeys(key for row in FAMILIES[family].exact for key in row.keys))


def conditional(family: str, **table: object) -> Distribution:
    """Build a law of which some parameters are names of quantities; tell every fault.

    Examples
    --------
    >>> law = conditional("normal", mean="mu", sd=2)
    >>> law.quantities, law.numbers, law.score
    ({'mean': 'mu'}, {'sd': 2.0}, normal(mean=0.0, sd=1.0))
    >>> conditional("gamma", shape="k", scale=2)
    Traceback (most recent call last):
    mcsus.errors.InputError: shape: found the quantity 'k'; allowed: a number: of a gamma law ...
    """
    known = FAMILIES[family]
    named = quantities_in(family, table)
    faults = [*_truncated(table), *known.law.beside(n for n in table if n != "truncate")]
    form = known.law.form(table)
    required = {key.name: key.required for key in form}
    names = {**required, **{n: False for n in known.parameters if n not in required}}
    faults += name_faults({k: x for k, x in table.items() if k != "truncate"}, names, family)
    row = _row(known, form)
    allowed = row.keys if row else ()
    faults += [
        Fault(f"the quantity {name!r}", _why_not(known), (key,))
        for key, name in named.items()
        if key not in allowed and key in required
    ]
    given = {key: table.get(key.name, key.default) for key in form}
    numbers = {key: x for key, x in given.items() if key.name not in named and x is not None}
    for key, value in numbers.items():
        if key.name in table and not _is_still(key, value):
            faults += key.faults(value)
    if faults or row is None:
        raise InputError(*faults)
    stated = {key.name: table[key.name] for key in form if key.name in named}
    stated |= {k.name: share(x) if _is_still(k, x) else k.read(x) for k, x in numbers.items()}
    shapes = {key: stated[key] for key in row.fixed if key in stated}
    law = distribution({**row.score, **shapes})
    ordered = ((key.name, stated[key.name]) for key in form if key.name in stated)
    return Conditional(family, tuple(ordered), law, row)


def _is_still(key: Key, value: object) -> bool:
    """Tell whether a number says that there is no spread, which a formula is right about."""
    try:
        return key.still is not None and share(value) == key.still
    except ValueError:
        return False


def _row(family: Family, form: tuple[Key, ...]) -> Exact | None:
    names = {key.name for key in form}
    return next((row for row in family.exact if names == {*row.keys, *row.fixed}), None)


def _truncated(table: Mapping[str, object]) -> list[Fault]:
    if "truncate" not in table:
        return []
    found = "a truncation beside a quantity, with which the part that is cut off changes"
    return [Fault(found, "none: only a law of numbers can be truncated", ("truncate",))]


def _why_not(family: Family) -> str:
    """Say which parameters of a family may be quantities, and why no others."""
    listed = [" and ".join(row.keys) for row in family.exact]
    if not listed:
        return f"a number: with its parameters a {family.name} law changes its shape"
    return (
        f"a number: of a {family.name} law, quantities can stand for {'; or '.join(listed)}, which "
        "move and stretch it; with other parameters it changes its shape"
    )
