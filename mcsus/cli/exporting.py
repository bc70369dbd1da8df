"""The command that writes the laws of a study as a file of another tool."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcsus.cli.printing import say
from mcsus.errors import Fault, InputError

if TYPE_CHECKING:
    from mcsus.families import Distribution
    from mcsus.neighbours.exported import Row
    from mcsus.parameters import Cell
    from mcsus.study.definition import Study
    from mcsus.vocabulary import Label


def export(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="For what tool: salib, stats_arrays or openlca.")
    ],
    study: Annotated[str, typer.Argument(help="A study file, or the id of one that ships.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The file to write; its end says the form.")
    ],
) -> None:
    """Write the laws of a study as a file of another tool; a law that is not there is refused."""
    from mcsus.neighbours.exported import write  # noqa: PLC0415
    from mcsus.result.atomic import replacing  # noqa: PLC0415
    from mcsus.result.wording import count  # noqa: PLC0415
    from mcsus.study.definition import load_study  # noqa: PLC0415

    if out.exists():
        raise InputError(Fault(f"{out}, which is there", "a file that is not", ("-o",)))
    read = load_study(study)
    rows = list(_rows(read))
    text, told = write(kind, rows, out.suffix)
    out.parent.mkdir(parents=True, exist_ok=True)
    with replacing(out) as temporary:
        temporary.write_text(text, encoding="utf-8")
    lost = [count(len(read.equations), "equation")]
    lost += [name for name in ("dependence", "scenarios", "claims") if getattr(read, name)]
    for line in [f"not carried over: {', '.join(lost)}", *told]:
        say(f"told: {line}", err=True)
    say(f"Wrote {out}, from {count(len(rows), 'input')} of {read.id}.")


def _rows(study: Study) -> Iterator[Row]:
    """Return the inputs of a study, one for each law that is drawn by itself."""
    from mcsus.neighbours.exported import Row  # noqa: PLC0415

    for own in study.parameters:
        labels = itertools.product(*(study.dims[dim] for dim in own.dims))
        cells: dict[tuple[str, Distribution], tuple[tuple[Label, ...], Cell]] = {}
        for at, cell in zip(labels, own.cells, strict=True):
            cells.setdefault((cell.stream, cell.law), (at, cell))
        for at, cell in cells.values():
            by = f"[{', '.join(map(str, at))}]" if len(cells) > 1 else ""
            sources = "; ".join(source.id for source in cell.provenance.sources)
            yield Row(f"{own.name}{by}", cell.law, cell.unit.text, sources)
