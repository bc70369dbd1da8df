"""The commands. What a command needs is imported when it runs, so that `--help` is quick."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mcsus.cli import completing
from mcsus.cli.auditing import audit
from mcsus.cli.beginning import new
from mcsus.cli.checking import check
from mcsus.cli.comparing import compare
from mcsus.cli.differing import diff
from mcsus.cli.exporting import export
from mcsus.cli.finding import (
    EvidenceOption,
    JsonOption,
    KindOption,
    SourceOption,
    StageOption,
    UnitOption,
    asked_for,
    find,
)
from mcsus.cli.folders import writable
from mcsus.cli.importing import import_
from mcsus.cli.printing import say
from mcsus.cli.running import run
from mcsus.cli.serving import serve
from mcsus.cli.tables import sensitivity
from mcsus.errors import Fault, InputError

app = typer.Typer(
    name="mcsus",
    help="Monte Carlo uncertainty and sensitivity of life-cycle carbon footprints.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

FolderArgument = Annotated[Path, typer.Argument(help="A folder that a run has saved to.")]


@app.command("list")
def list_(
    what: Annotated[
        str,
        typer.Argument(
            help="studies, models, parameters, families, functions, methods, tables.",
            autocompletion=completing.shelves,
        ),
    ] = "studies",
    words: Annotated[list[str] | None, typer.Argument(help="Only with all these words.")] = None,
    unit: UnitOption = None,
    stage: StageOption = None,
    kind: KindOption = None,
    evidence: EvidenceOption = None,
    source: SourceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what ships, for example the studies, the families or the methods of analysis."""
    from mcsus.cli import listing  # noqa: PLC0415

    asked = asked_for(unit, stage, kind, evidence, source)
    rows = listing.rows(what, " ".join(words or ()), asked)
    say(json.dumps(rows, indent=1) if as_json else listing.table(what, rows))


@app.command()
def show(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="What is listed, a kind of it, a study file, or a folder of a run.",
            autocompletion=completing.ids,
        ),
    ],
    part: Annotated[
        str | None, typer.Argument(help="Of a run: the one output or claim to show.")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Of a run: all rows.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show what ships, such as a parameter, model or family; or a run, one output or claim of it.

    Of a word that nothing is called: what begins so.
    """
    from mcsus.cli import listing  # noqa: PLC0415

    if (Path(name) / "result.nc").is_file():
        from mcsus.cli.telling import summary_text  # noqa: PLC0415
        from mcsus.result.narrowed import only  # noqa: PLC0415 - xarray
        from mcsus.result.tree import load_result  # noqa: PLC0415

        result = load_result(name)
        shown = result if part is None else only(result, part)
        say(shown.to_json() if as_json else summary_text(shown, full=full or part is not None))
        return
    if part is not None:
        raise InputError(Fault(repr(name), "a folder that a run has saved to", ("show",)))
    say(json.dumps(listing.document(name), indent=1) if as_json else listing.describe(name))


app.command()(check)
app.command()(find)
app.command()(new)
app.command()(run)
app.command()(compare)
app.command()(diff)
app.command()(audit)
app.command()(sensitivity)
app.command()(serve)
app.command("import")(import_)
app.command()(export)


@app.command()
def report(
    folder: FolderArgument,
    to: Annotated[
        Path | None, typer.Option(help="Folder to write to; FOLDER/report by default.")
    ] = None,
    live: Annotated[
        bool, typer.Option("--live", help="A page on which inputs can be changed.")
    ] = False,
) -> None:
    """Render the report again from a saved result, without sampling."""
    from mcsus.report import write_report  # noqa: PLC0415
    from mcsus.result.tree import load_result  # noqa: PLC0415

    target = writable(to or folder / "report", "--to")
    page = write_report(load_result(folder), target, live=live)
    say(f"Wrote {page}")


@app.command()
def verify(
    folder: Annotated[
        Path, typer.Argument(help="A folder that a run has saved to, or an evidence bundle.")
    ],
) -> int:
    """Run again from what was saved and compare the numbers."""
    from mcsus.cli.progress import progress  # noqa: PLC0415
    from mcsus.runner.verification import verify as verify_run  # noqa: PLC0415

    with progress() as told:
        if folder.is_file():
            from mcsus.report.audit import verify_audit  # noqa: PLC0415

            outcome = verify_audit(folder, progress=told)
        else:
            outcome = verify_run(folder, progress=told)
    say(outcome.message)
    return 0 if outcome.agrees else 1


@app.command()
def schema() -> None:
    """Print the JSON Schema of the study file, for editors."""
    from mcsus.study import schema as study_schema  # noqa: PLC0415

    document: dict[str, Any] = study_schema()
    say(json.dumps(document, indent=1))


@app.callback(invoke_without_command=True)
def version_option(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Monte Carlo uncertainty and sensitivity of life-cycle carbon footprints."""
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415

        say(installed("mcsus"))
        raise typer.Exit
