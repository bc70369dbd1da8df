"""What the numbers are for: the functional unit of a study, and of labels that serve another one.

A difference or a ratio between amounts for different things says nothing, so what is compared must
have one functional unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

from mcsus.declared.reader import TableReader, choices, close
from mcsus.errors import FaultCollector
from mcsus.vocabulary import Label

if TYPE_CHECKING:
    from mcsus.study.definition import Study

KEY = "functional_units"

ALLOWED = (
    "two of one functional unit: a difference or a ratio between amounts for different things "
    "says nothing"
)


class FunctionalUnits(NamedTuple):
    """The functional unit of a study, and those of labels that have one of their own.

    Parameters
    ----------
    usual : str
        Of the study; empty where it says none.
    own : mapping of str to mapping
        Dim -> label, as text -> its functional unit.
    """

    usual: str = ""
    own: Mapping[str, Mapping[str, str]] = {}

    def of(self, dim: str, label: Label) -> str:
        """Return the functional unit at a label.

        Examples
        --------
        >>> units = FunctionalUnits("one cup", {"size": {"pot": "one pot"}})
        >>> units.of("size", "pot"), units.of("size", "mug")
        ('one pot', 'one cup')
        """
        return self.own.get(dim, {}).get(_text(label), self.usual)

    def against(self, dim: str, one: Label, other: Label) -> str:
        """Return how the functional units at two labels differ, empty if they do not."""
        return unlike((str(one), self.of(dim, one)), (str(other), self.of(dim, other)))

    def first_unlike(self, dim: str, labels: Iterable[Label]) -> tuple[Label, Label] | None:
        """Return two labels of a dim whose functional units differ, if there are any."""
        pairs = combinations(labels, 2) if dim in self.own else ()
        return next((pair for pair in pairs if self.against(dim, *pair)), None)


def unlike(one: tuple[str, str], other: tuple[str, str]) -> str:
    """Return how two functional units differ in words, each with the name of what it is of.

    Examples
    --------
    >>> unlike(("a", "one  Cup"), ("b", "one cup")), unlike(("a", "one cup"), ("b", "one pot"))
    ('', "'one cup' (a) against 'one pot' (b)")
    """
    told = [(" ".join(text.split()), name) for name, text in (one, other)]
    if told[0][0].casefold() == told[1][0].casefold():
        return ""
    shown = [f"{repr(text) if text else 'none'} ({name})" for text, name in told]
    return " against ".join(shown)


def read_functional_units(
    table: object, usual: str, dims: Mapping[str, tuple[Label, ...]], faults: FaultCollector
) -> FunctionalUnits:
    """Return what a study says of functional units.

    Parameters
    ----------
    dims : mapping
        Those of the study, with `scenario` as the last where there is one.
    """
    own: dict[str, Mapping[str, str]] = {}
    whole = TableReader({} if table is None else table, faults, (KEY,))
    for dim in whole.table:
        if dim not in dims:
            whole.fault(dim, f"unknown dim {dim!r}", choices(dims), close(dim, dims))
            continue
        row = TableReader(whole.raw(dim), faults, (KEY, dim))
        known = [_text(label) for label in dims[dim]]
        for label in row.table:
            if label not in known:
                found = f"unknown label {label!r}"
                row.fault(label, found, choices(known), close(label, known))
        own[dim] = {label: row.text(label, required=True) for label in row.table}
    return FunctionalUnits(usual, own)


def _text(label: Label) -> str:
    return label if isinstance(label, str) else f"{label:.12g}"


def functional_units_of(study: Study) -> FunctionalUnits:
    """Return what a study says of functional units."""
    return FunctionalUnits(study.functional_unit, study.document.get(KEY, {}))
