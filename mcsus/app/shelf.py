"""The library as a page shows it: a row on each record to be searched, and one record whole."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from mcsus.library import Asked, library, printed
from mcsus.parameters import EVIDENCE, STAGES, Parameter, Source
from mcsus.study.records_used import records_used
from mcsus.units import unit

Json = dict[str, Any]

PROBABILITIES = (0.005, 0.05, 0.15, 0.3, 0.5, 0.7, 0.85, 0.95, 0.995)
"""At which the small curve of a row is told; 5 % and 95 % are its range."""

_DIGITS = 5
_LONGEST = 200  # letters of what is searched for


@lru_cache(maxsize=1)
def rows() -> Json:
    """Return a row on each record of the library.

    Those of the table of grids differ by zone, year and value alone: what they share is told once,
    and their curves are that of a value of 1, times their own.
    """
    shelf = library()
    return {
        "probabilities": list(PROBABILITIES),
        "evidence": list(EVIDENCE),
        "stages": list(STAGES),
        "sources": {own.id: _short(own) for own in shelf.sources()},
        "written": [_row(shelf.get(key)) for key in shelf.written()],
        "grid": _grid(),
    }


def found(asked: Mapping[str, Any]) -> Json:
    """Return which rows have all words and fit, best first, by their places among `rows`.

    Raises
    ------
    InputError
        If no record can be of a unit, stage or evidence that is asked for.
    """
    words, unit_text, stage, evidence = (
        str(asked.get(key) or "")[:_LONGEST] for key in ("words", "unit", "stage", "evidence")
    )
    first, last = (
        year if isinstance(year := asked.get(key), int) else None for key in ("from", "to")
    )
    narrowed = Asked(
        units=(unit(unit_text),) if unit_text else (), stage=stage, evidence=evidence,
        every_year=True, first_year=first, last_year=last,
    )  # fmt: skip
    places = _places()
    return {"places": [places[own.id] for own in library().find(words, narrowed)]}


@lru_cache(maxsize=1)
def _places() -> Mapping[str, int]:
    return {key: k for k, key in enumerate((*library().written(), *library().grid))}


def _short(source: Source) -> str:
    """Return authors and year of a source; of many authors the first."""
    named = source.authors.partition(";")[0]
    first, *others = named.split(", ")
    return f"{f'{first} and others' if len(others) > 1 else named} ({source.year})"


def _grid() -> Json | None:
    """Return what all grids share, and a row of id, zone, year and value on each."""
    values = library().grid
    first = next((own for own in values.values() if own.intensity > 0), None)
    if first is None:
        return None
    shared = _row(library().get(first.id))
    return {
        **shared,
        "name": shared["name"].partition(",")[0],
        "x": [_rounded(x / first.intensity) for x in shared["x"]],
        "rows": [[key, own.zone, own.year, own.intensity] for key, own in values.items()],
    }


def _row(parameter: Parameter) -> Json:
    cell = parameter.cell
    about = cell.provenance
    return {
        "id": parameter.name,
        "name": about.name,
        **_unit(parameter),
        "stage": parameter.stage,
        "kind": parameter.kind,
        "evidence": about.evidence,
        "year": about.year if isinstance(about.year, int) else None,
        "place": about.geography,
        "source": about.sources[0].id if about.sources else None,
        "x": [_rounded(x) for x in cell.law.quantile(np.array(PROBABILITIES)).tolist()],
    }


def _unit(parameter: Parameter) -> Json:
    """Return the unit, its dimension, and how many coherent base units one of it is."""
    unit = parameter.unit
    return {"unit": unit.text, "dimension": str(unit.dimension), "factor": unit.factor}


def record(key: str) -> Json:
    """Return all that the library tells of a record.

    Raises
    ------
    InputError
        If there is none of that id.
    """
    from mcsus.runner.explorable import told_cell, told_origin  # noqa: PLC0415 - numba

    parameter = library().get(key)
    about = parameter.cell.provenance
    return {
        "id": key,
        "name": about.name,
        **_unit(parameter),
        "stage": parameter.stage,
        "kind": parameter.kind,
        "year": about.year,
        "place": about.geography,
        **told_origin(about),
        "law": told_cell(parameter.cell),
        "printed": printed(about.reported),
        "used_in": [own._asdict() for own in records_used().get(key, ())],
    }


def _rounded(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None
