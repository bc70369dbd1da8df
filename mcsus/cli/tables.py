"""The command that tells what drives the outputs of somebody else's model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcsus.cli import completing
from mcsus.cli.folders import writable
from mcsus.cli.printing import say, shortened


def sensitivity(
    table: Annotated[
        Path,
        typer.Argument(
            metavar="TABLE.csv",
            help="Columns of inputs and outputs of any model, with their names in the first row.",
        ),
    ],
    outputs: Annotated[str, typer.Option(help="Columns that are explained: y or y,z.")],
    inputs: Annotated[
        str | None, typer.Option(help="Columns that may explain them; all others by default.")
    ] = None,
    methods: Annotated[
        str | None,
        typer.Option(
            help="Methods, such as given_data,pawn; by default all.",
            autocompletion=completing.methods,
        ),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="Between cells: , ; or tab. Found by itself if left out.")
    ] = None,
    decimal: Annotated[str, typer.Option(help="Decimal mark of numbers: . or ,")] = ".",
    encoding: Annotated[str, typer.Option(help="utf-8, utf-16, latin-1 or cp1252.")] = "utf-8",
    to: Annotated[Path | None, typer.Option(help="Folder for a page, CSV and JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Tell which inputs drive the outputs of any model, from a table of its draws."""
    from mcsus.runner.given_table import sensitivity as explained  # noqa: PLC0415

    folder = None if to is None else writable(to, "--to")
    found = explained(
        table, _names(outputs), inputs=None if inputs is None else _names(inputs),
        methods=None if methods is None else _names(methods),
        delimiter="\t" if delimiter == "tab" else delimiter, decimal=decimal, encoding=encoding,
    )  # fmt: skip
    page = None
    if folder is not None:
        from mcsus.report.given_table import write_given_table  # noqa: PLC0415 - matplotlib

        found.save(folder)
        page = write_given_table(found.about, found.explained, folder)
    if as_json:
        say(found.to_json())
        return
    say(str(found))
    if told := [caution["text"] for caution in found.about["cautions"]]:
        say("\n  ".join(["\nCautions", *shortened(told, "more with --json")]))
    if page is not None:
        say(f"\nWrote {page}")


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]
