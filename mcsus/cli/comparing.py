"""The command that compares two studies or runs on the draws that they share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mcsus.cli import completing
from mcsus.cli.folders import writable
from mcsus.cli.printing import say, shortened

WHAT = "A .toml file, the id of a shipped study, a folder of a run, or STUDY:scenario."


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help=WHAT, autocompletion=completing.studies)],
    b: Annotated[
        str,
        typer.Argument(
            metavar="B",
            help="What it is compared with; the same.",
            autocompletion=completing.studies,
        ),
    ],
    draws: Annotated[
        str | None, typer.Option(help="Draws per replicate; by default the fewer of both.")
    ] = None,
    replicates: Annotated[int | None, typer.Option(help="Independent replicates.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all streams.")] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads; results do not change.")
    ] = None,
    to: Annotated[Path | None, typer.Option(help="Folder for a page, CSV and JSON.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Compare two studies or runs, draw by draw on the same draws of what they share."""
    from mcsus.runner.side_by_side import compare as compared  # noqa: PLC0415

    folder = None if to is None else writable(to, "--to")
    found = compared(a, b, draws=draws, replicates=replicates, seed=seed, threads=threads)
    page = None
    if folder is not None:
        from mcsus.report.side_by_side import write_comparison  # noqa: PLC0415 - matplotlib

        found.save(folder)
        page = write_comparison(found.about, found.comparisons, folder)
    if as_json:
        say(found.to_json())
        return
    say(str(found))
    if told := [caution["text"] for caution in found.about["cautions"]]:
        say("\n  ".join(["\nCautions", *shortened(told, "more with --json")]))
    if page is not None:
        say(f"\nWrote {page}")
