"""The command that finds a law in the library, and rows on parameters of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcsus.cli import completing
from mcsus.cli.printing import say

if TYPE_CHECKING:
    from mcsus.library import Asked
    from mcsus.parameters import Parameter
    from mcsus.units import Unit

Row = dict[str, Any]

MOST = 20
RANGE = 0.05, 0.95
"""The probabilities whose quantiles are told as the range of a law."""

UnitOption = Annotated[
    str | None, typer.Option("--unit", help="Only in units like this: g/kWh finds kg CO2e/MWh.")
]
StageOption = Annotated[
    str | None,
    typer.Option(
        "--stage", help="Only of this stage, for example use.", autocompletion=completing.stages
    ),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        help="Only of this kind: uncertainty or variability.",
        autocompletion=completing.kinds,
    ),
]
EvidenceOption = Annotated[
    str | None,
    typer.Option(
        "--evidence",
        help="Only of this evidence, for example measured.",
        autocompletion=completing.evidence,
    ),
]
SourceOption = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="Only of this source: its id, or words of it.",
        autocompletion=completing.sources,
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def find(
    words: Annotated[list[str], typer.Argument(help="Words of id, title, place, note or source.")],
    unit: UnitOption = None,
    stage: StageOption = None,
    kind: KindOption = None,
    evidence: EvidenceOption = None,
    source: SourceOption = None,
    full: Annotated[bool, typer.Option("--full", help=f"All, not the first {MOST}.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Find laws in the library, carbon intensities of all grids and years among them."""
    from mcsus.errors import InputError  # noqa: PLC0415 - so that help is quick
    from mcsus.library import library  # noqa: PLC0415

    text = " ".join(words)
    asked = asked_for(unit, stage, kind, evidence, source)
    found = library().find(text, asked)
    if as_json:
        say(json.dumps(rows_of([own.id for own in found], asked.units), indent=1))
    if not found:
        raise InputError(library().why_nothing(text).within("find"))
    if not as_json:
        shown = found if full else found[:MOST]
        say(table(rows_of([own.id for own in shown], asked.units)))
        if more := len(found) - len(shown):
            say(f"... and {more:,} more: further words, or --full")
        say(f"\nIn a study: {named(found[0].id)}\nAll of it: mcsus show {found[0].id}")


def asked_for(
    unit: str | None = None,
    stage: str | None = None,
    kind: str | None = None,
    evidence: str | None = None,
    source: str | None = None,
) -> Asked:
    """Return what narrows a search, from what was written.

    Raises
    ------
    InputError
        If the unit is none.
    """
    from mcsus.errors import InputError  # noqa: PLC0415
    from mcsus.library import Asked, like_units  # noqa: PLC0415

    try:
        units = () if unit is None else like_units(unit)
    except InputError as error:
        faults = (replace(fault, where=("--unit",)) for fault in error.faults)
        raise InputError(*faults) from error
    return Asked(units, stage or "", kind or "", evidence or "", source or "")


def rows_of(ids: Sequence[str], units: Sequence[Unit] = ()) -> list[Row]:
    """Return a row on each parameter of the library, in the unit that was asked for.

    Examples
    --------
    >>> (row,) = rows_of(["grid.de.2024"])
    >>> row["typical"] > row["low"], row["unit"], row["evidence"]
    (True, 'g CO2e/kWh', 'reported')
    """
    from mcsus.library import library  # noqa: PLC0415

    return [_row(library().get(key), units) for key in ids]


def _row(parameter: Parameter, units: Sequence[Unit]) -> Row:
    cell = parameter.cell
    about = cell.provenance
    as_asked = (own for own in units if own.dimension == cell.unit.dimension)
    unit = next(as_asked, cell.unit)
    scale = cell.unit.factor / unit.factor
    low, high = (scale * float(cell.law.quantile(p)) for p in RANGE)
    return {
        "id": parameter.name,
        "name": about.name,
        "value": f"{scale * cell.deterministic:.4g}",
        "unit": unit.text,
        "typical": scale * cell.deterministic,
        "low": low,
        "high": high,
        "stage": parameter.stage,
        "kind": parameter.kind,
        "evidence": about.evidence,
        "year": about.year,
        "place": about.geography,
        "law": {**cell.law.to_dict(), "unit": cell.unit.text},
        "sources": [source.id for source in about.sources],
    }


def table(rows: Sequence[Row]) -> str:
    """Return rows on parameters as text: id, typical value, 90 % range, unit, evidence, title."""
    from mcsus.cli.titled import titled  # noqa: PLC0415
    from mcsus.result.wording import number, span  # noqa: PLC0415

    def spread(row: Row) -> str:
        low, high = row["low"], row["high"]
        return span(low, high) if low < high else "constant"

    header = ("id", "typical", "90 % range", "unit", "evidence", "title")
    body = [
        (row["id"], number(row["typical"]), spread(row), row["unit"], row["evidence"] or "",
         row["name"] or "")
        for row in rows
    ]  # fmt: skip
    return titled(body, header=header)


def named(key: str) -> str:
    """Return the line of a study that takes a law of the library.

    Examples
    --------
    >>> named("grid.de.2024")
    'grid_intensity = "grid.de.2024" under [parameters]'
    """
    name = (
        "grid_intensity"
        if re.fullmatch(r"grid\.\w+\.\d{4}", key)
        else re.sub(r"\W+", "_", key).strip("_")
    )
    return f'{name} = "{key}" under [parameters]'
