"""Parameters: a law in each cell, with where it comes from.

A Parameter is what the library and a study file describe: an input of a model with a unit, a
life-cycle stage and a kind. Over dims it has one Cell for each combination of labels; without
dims it has one. Every Cell carries the provenance of its law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from mcsus.declared.items import number, one_of, raw, text, unit
from mcsus.declared.reader import TableReader
from mcsus.declared.table import Schema, Table
from mcsus.errors import Fault, InputError, nearest
from mcsus.faces import Shown
from mcsus.families import Distribution, Truncation
from mcsus.units import Unit

Kind = Literal["uncertainty", "variability"]
Evidence = Literal["reported", "measured", "elicited", "assumed"]

KINDS: tuple[str, ...] = get_args(Kind)
"""``uncertainty``: one unknown value; ``variability``: it differs from device to device."""

EVIDENCE: tuple[str, ...] = get_args(Evidence)
"""How well a figure is founded: read in a source, measured, asked of experts, or assumed."""

STAGES: tuple[str, ...] = (
    "development",
    "production",
    "distribution",
    "use",
    "maintenance",
    "end_of_life",
    "deployment",
)
"""Stages of a life cycle (ISO 14040:2006, clause 3.1); deployment tags the market."""


def _physical(reader: TableReader, key: str) -> Truncation | None:
    with reader.faults.at(*reader.where):
        return Truncation.read_as(key, reader.raw(key))
    return None


_RANGE: Schema = {
    "type": "object",
    "properties": {"low": {"type": "number"}, "high": {"type": "number"}},
    "additionalProperties": False,
    "minProperties": 1,
}

ABOUT = Table(
    "about",
    "What stands beside a law: its unit, and where it comes from",
    unit=unit("of the values of the law", required=True),
    stage=one_of(STAGES, "stage of the life cycle"),
    kind=one_of(KINDS, "one unknown value, or what differs from device to device"),
    evidence=one_of(EVIDENCE, "how well the figure is founded"),
    rationale=text("why the law is reasonable; required of an assumption"),
    derivation=text("how the law follows from the figures of the source"),
    note=text("what a user must know"),
    geography=text("where the figures hold"),
    typical=number("value in a deterministic run, instead of that of the law"),
    physical=raw(
        "values that can be, in the unit of the law: { low, high }",
        _RANGE,
        "a table { low, high }",
        read=_physical,
    ),
)
"""Keys that laws of a study and records of the library share."""


def check_typical(row: TableReader, law: Distribution) -> None:
    """Note a value of a deterministic run that the law cannot take."""
    typical, (low, high) = row["typical"], law.support()
    if typical is not None and not low <= typical <= high:
        row.fault("typical", repr(typical), f"a value the law can take, {low!r} to {high!r}")


@dataclass(frozen=True)
class Source:
    """A publication or data set that figures were read in.

    Parameters
    ----------
    id : str
        Short name, for example ``"pirson2021"``.
    year : int or str
        Year of publication; ``"n.d."`` when undated.
    url : str
        Address or DOI; ``"not recorded"`` when there is none.
    licence : str
        Terms under which the figures may be used; ``"none stated"`` when none was found.
    locator : str
        Where in the source: a table, a page, a file. Empty for the source as a whole.
    verified : bool
        Whether the figures were read in the source itself, with complete bibliographic data.
    is_own : bool
        Whether a study names it in words of its own, which are its title; nothing else is known.
    """

    id: str
    title: str
    authors: str
    year: int | str
    url: str
    licence: str
    locator: str = ""
    verified: bool = False
    is_own: bool = False

    def __str__(self) -> str:
        if self.is_own:
            return self.title
        place = f", {self.locator}" if self.locator else ""
        mark = "" if self.verified else " (not verified)"
        return f"{self.authors} ({self.year}), {self.title}{place}{mark}"


@dataclass(frozen=True)
class Provenance:
    """Where a law comes from and how it follows from what was found there.

    The words are those of a record of the library, and None where nothing says them.

    Parameters
    ----------
    id : str, optional
        Id in the library; None for a law written in a study.
    reported : mapping, optional
        The figures as printed in the source.
    physical : Truncation, optional
        Range of values that can be, in the unit of the law; a law that reaches beyond it is
        allowed, with a caution.
    instead : mapping of str to str or float, optional
        Another choice of method -> the record, or the value, that stands in its place by that.
    """

    id: str | None = None
    stage: str | None = None
    kind: Kind = "uncertainty"
    evidence: Evidence | None = None
    sources: tuple[Source, ...] = ()
    rationale: str | None = None
    derivation: str | None = None
    reported: Mapping[str, Any] | None = None
    name: str | None = None
    note: str | None = None
    geography: str | None = None
    year: int | None = None
    physical: Truncation | None = None
    instead: Mapping[str, str | float] | None = None

    def __post_init__(self) -> None:
        checks = (("kind", KINDS), ("stage", STAGES), ("evidence", EVIDENCE))
        faults = [
            Fault(repr(found), ", ".join(allowed), (key,), nearest(str(found), allowed))
            for key, allowed in checks
            if (found := getattr(self, key)) not in allowed
            and not (found is None and key != "kind")
        ]
        if faults:
            raise InputError(*faults)


@dataclass(frozen=True)
class Cell:
    """One law of a parameter.

    Parameters
    ----------
    stream : str
        Key of the random stream; equal keys are one and the same value.
    typical : float, optional
        Replaces the law's own typical value in a deterministic run, in the unit of the cell.
    """

    law: Distribution
    unit: Unit
    stream: str
    provenance: Provenance
    typical: float | None = None

    @property
    def deterministic(self) -> float:
        """Value in a deterministic run, in the unit of the cell."""
        return self.law.typical() if self.typical is None else self.typical


@dataclass(frozen=True, repr=False)
class Parameter(Shown):
    """An input of a model.

    Parameters
    ----------
    name : str
        Name in the study, or the id in the library.
    unit : Unit
        Unit in which the parameter is shown; cells may use others of the same dimension.
    dims : tuple of str
        Named dims, in the order of the study; empty for a scalar.
    cells : tuple of Cell
        One for each combination of labels, row-major over `dims`.
    """

    name: str
    unit: Unit
    dims: tuple[str, ...]
    cells: tuple[Cell, ...]
    kind: Kind
    stage: str | None

    def __post_init__(self) -> None:
        faults = []
        if not self.cells or (len(self.cells) > 1 and not self.dims):
            allowed = "one cell for each combination of labels"
            faults.append(Fault(f"{len(self.cells)} cells", allowed, (self.name,)))
        wanted = self.unit.dimension
        for other in dict.fromkeys(cell.unit for cell in self.cells):
            if other.dimension != wanted:
                allowed = f"a unit like {self.unit.text!r}"
                faults.append(Fault(repr(other.text), allowed, (self.name, "unit")))
        if faults:
            raise InputError(*faults)

    def __repr__(self) -> str:
        laws = {cell.law: cell for cell in self.cells}
        law, cell = next(iter(laws.items()))
        about = ", ".join(filter(None, (f"in {self.unit.text}", self.stage, self.kind)))
        by = f"{len(laws)} laws over {', '.join(self.dims)}, first " if len(laws) > 1 else ""
        source = cell.provenance.sources[0].id if cell.provenance.sources else ""
        found = ", ".join(filter(None, (cell.provenance.evidence, source)))
        return f"Parameter {self.name}, {about}\n  {by}{law!r}{f'; {found}' if found else ''}"

    @property
    def is_constant(self) -> bool:
        """Whether it has one value at every label."""
        return all(cell.law.family == "constant" for cell in self.cells)

    @property
    def streams(self) -> tuple[str, ...]:
        """Streams of the cells; cells of one stream are drawn as one."""
        return tuple(cell.stream for cell in self.cells)

    def at_places(self, dim: str, count: int, places: Sequence[int]) -> Parameter:
        """Return the parameter at some labels of its last dim, which has so many; else itself."""
        if self.dims[-1:] != (dim,):
            return self
        kept = (k + place for k in range(0, len(self.cells), count) for place in places)
        return replace(self, cells=tuple(self.cells[k] for k in kept))

    @property
    def cell(self) -> Cell:
        """The only cell of a parameter without dims."""
        if len(self.cells) != 1:
            found = f"{len(self.cells)} cells over {', '.join(self.dims)}"
            raise InputError(Fault(found, "a parameter without dims", (self.name,)))
        return self.cells[0]
