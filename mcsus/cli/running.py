"""The command that runs a study: fresh, resumed, within limits, on threads or a cluster."""

from __future__ import annotations

import shlex
import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcsus.cli.folders import writable
from mcsus.errors import Fault, InputError, McsusError, NotFiniteError

if TYPE_CHECKING:
    from mcsus.result import Result
    from mcsus.runner.checkpoint import FileCheckpoint, Limits
    from mcsus.runner.resuming import Request
    from mcsus.study import Study

_CODES = {"": 0, "interrupted": 130, "out of time": 3, "limit": 3}


def run(
    study: Annotated[
        str | None,
        typer.Argument(help="A .toml file or the id of a shipped study; not needed to resume."),
    ] = None,
    draws: Annotated[
        str | None, typer.Option(help="Draws per replicate: 65536, 2^16 or 1e6.")
    ] = None,
    replicates: Annotated[int | None, typer.Option(help="Independent replicates.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all streams.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Hold a parameter at a value with unit."),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads; results do not change.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder to save to; runs/<id> by default.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Go on with the run that stopped in this folder."),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(metavar="WHERE", help="Dask: local:N, a loopback tcp:// address or tls://."),
    ] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="SHARE", help="Draw until the 95 % range is known this well: 0.1%."),
    ] = None,
    until_output: Annotated[
        list[str] | None, typer.Option(help="The outputs that --until is about; all by default.")
    ] = None,
    max_draws: Annotated[
        str | None, typer.Option(help="Draws per replicate at most: 2^24 or 1e9.")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(min=0.0, help="Seconds of drawing at most; the result is saved.")
    ] = None,
    keep_draws: Annotated[
        bool, typer.Option("--keep-draws", help="Save all draws of the outputs in draws.nc.")
    ] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Save the result only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Run a study: save its result, write its report, print a summary."""
    from mcsus.runner.checkpoint import Limits  # noqa: PLC0415

    limits = Limits(
        _share(until), tuple(until_output or ()), _count(max_draws, "--max-draws"), max_seconds
    )
    changes = {"draws": draws, "replicates": replicates, "seed": seed, "settings": settings or []}
    if study is None and resume is None:
        raise InputError(Fault("no study", "a .toml file or the id of a study", ("STUDY",)))
    with ExitStack() as stack:
        if resume is None:
            assert study is not None  # noqa: S101 - refused above
            prepared = _fresh(study, changes, limits, out, stack, keep_draws=keep_draws)
        else:
            if all(value in (None, []) for value in changes.values()):
                changes = {}
            prepared = _again(study, changes, limits, resume, out, stack, keep_draws=keep_draws)
        asked, target, limits, checkpoint, kept = prepared
        if checkpoint is None:
            from mcsus.result import load_result  # noqa: PLC0415

            typer.echo(f"the run in {target} is complete", err=True)
            result = load_result(target)
        else:
            result = _run(
                asked, target, limits, checkpoint, threads, cluster,
                keep_draws=kept, resumed=resume is not None,
            )  # fmt: skip
            _save(result, target, checkpoint, keep_draws=kept)
        code = _told(result, target, no_report=no_report, as_json=as_json)
        _say_why(result, limits, target)
        return _CODES[result.stopped] or code


Prepared = tuple["Study", Path, "Limits", "FileCheckpoint | None", bool]


def _fresh(
    study: str,
    changes: dict[str, Any],
    limits: Limits,
    out: Path | None,
    stack: ExitStack,
    *,
    keep_draws: bool,
) -> Prepared:
    """Return study, folder, limits, a new checkpoint, and whether draws are kept."""
    from mcsus.runner import check, configured  # noqa: PLC0415
    from mcsus.runner.checkpoint import FileCheckpoint  # noqa: PLC0415
    from mcsus.runner.resuming import Request, begin  # noqa: PLC0415

    asked, _ = check(configured(study, **changes))
    target = writable(out or Path("runs") / asked.id, "--out")
    checkpoint = FileCheckpoint(target)
    stack.enter_context(checkpoint.alone())
    begin(checkpoint, Request.of(study, changes, limits, keep_draws=keep_draws), asked)
    return asked, target, limits, checkpoint, keep_draws


def _again(
    study: str | None,
    changes: dict[str, Any],
    limits: Limits,
    folder: Path,
    out: Path | None,
    stack: ExitStack,
    *,
    keep_draws: bool,
) -> Prepared:
    """Return what `_fresh` does for a run that goes on; without checkpoint if it is complete."""
    from mcsus.runner.checkpoint import FileCheckpoint  # noqa: PLC0415
    from mcsus.runner.resuming import Request, finished, resumed  # noqa: PLC0415

    if out is not None:
        raise InputError(Fault("--out beside --resume", "one of them", ("--out",)))
    if study is None and changes:
        allowed = "the study as well, or --resume without them"
        raise InputError(Fault("changes to an unnamed study", allowed, ("--resume",)))
    request = Request.of(study, changes, limits, keep_draws=False) if study else None
    complete = finished(folder, request)
    if complete is not None:
        from mcsus.study import Study  # noqa: PLC0415

        return Study.from_dict(complete.provenance["document"]), folder, limits, None, False
    before, asked = resumed(folder, request)
    target = writable(folder, "--resume")
    known = _limits(before, limits, keep_draws=keep_draws)
    checkpoint = FileCheckpoint(target)
    stack.enter_context(checkpoint.alone())
    return asked, target, known, checkpoint, before.keep_draws


def _limits(before: Request, now: Limits, *, keep_draws: bool) -> Limits:
    """Return the limits of a run that goes on: those it began with, but for the time."""
    for name in ("until", "until_outputs", "max_draws"):
        if getattr(now, name) and getattr(now, name) != getattr(before.limits, name):
            option = "--" + name.removesuffix("s" if name == "until_outputs" else "").replace(
                "_", "-"
            )
            allowed = "what the run began with, by leaving it out, or a new run, without --resume"
            raise InputError(Fault("another one than before", allowed, (option,)))
    if keep_draws and not before.keep_draws:
        allowed = "it from the beginning, in a new run, without --resume"
        raise InputError(Fault("a run that has not kept its draws", allowed, ("--keep-draws",)))
    return replace(before.limits, max_seconds=now.max_seconds)


def _run(
    study: Study,
    target: Path,
    limits: Limits,
    checkpoint: FileCheckpoint,
    threads: int | None,
    cluster: str | None,
    *,
    keep_draws: bool,
    resumed: bool,
) -> Result:
    """Run with progress on the terminal; a run that cannot be taken up leaves nothing behind."""
    from mcsus.cli.progress import progress  # noqa: PLC0415
    from mcsus.runner import check  # noqa: PLC0415
    from mcsus.runner.draws_file import FILE  # noqa: PLC0415
    from mcsus.runner.execution import Settings, execute  # noqa: PLC0415

    with progress() as told:
        try:
            return execute(
                *check(study),
                Settings(
                    threads=threads,
                    cluster=cluster,
                    limits=limits,
                    checkpoint=checkpoint,
                    keep_draws=target / FILE if keep_draws else None,
                    progress=told,
                    keeps_finished=True,
                ),
            )
        except (KeyboardInterrupt, McsusError) as error:
            if isinstance(error, NotFiniteError) or not (resumed or checkpoint.holds()):
                checkpoint.undo()
            else:
                typer.echo(f"mcsus: {_go_on(target)}", err=True)
            raise


def _save(result: Result, target: Path, checkpoint: FileCheckpoint, *, keep_draws: bool) -> None:
    """Save the result; remove what is not needed, or belongs to a run before."""
    from mcsus.runner.draws_file import FILE  # noqa: PLC0415

    result.save(target)
    if not keep_draws:
        (target / FILE).unlink(missing_ok=True)
    if result.stopped in {"", "limit"}:
        checkpoint.clear()


def _told(result: Result, folder: Path, *, no_report: bool, as_json: bool) -> int:
    """Write the report and print; return the exit code that the claims ask for."""
    if no_report:
        shutil.rmtree(folder / "report", ignore_errors=True)  # it would tell of another run
    else:
        from mcsus.report import write_report  # noqa: PLC0415

        write_report(result, folder / "report")
    if as_json:
        typer.echo(result.to_json())
    else:
        typer.echo(str(result.summary()))
        if cautions := result.provenance["cautions"]:
            typer.echo("\nCautions\n" + "\n".join(f"  {text}" for text in cautions))
        typer.echo(
            f"\nSaved in {folder}" + ("" if no_report else f"; read {folder}/report/index.html")
        )
    return 0 if result.required_claims_hold() else 1


def _say_why(result: Result, limits: Limits, folder: Path) -> None:
    """Say on stderr what a wanted precision led to, and why a run stopped before its end."""
    about = result.provenance
    until, draws = about.get("until"), about["design"]["draws"]
    if until is not None and limits.until is not None:
        known = f"the 95 % range is known to {until['known_to']:.3%}"
        typer.echo(
            f"{known} ({until['least_known_output']} is the least known) after {draws} draws of "
            f"each replicate",
            err=True,
        )
        if not until["reached"]:
            typer.echo(
                f"mcsus: --until {limits.until:.3g} would take about {until['wanted_draws']} "
                f"draws; --max-draws allows {limits.max_draws}",
                err=True,
            )
    if result.stopped in {"interrupted", "out of time"}:
        reason = "out of time; " if result.stopped == "out of time" else ""  # else said at the end
        typer.echo(
            f"mcsus: {reason}kept {draws} draws of each replicate, saved in {folder}; "
            + _go_on(folder),
            err=True,
        )


def _go_on(folder: Path) -> str:
    return f"go on with: mcsus run --resume {shlex.quote(str(folder))}"


def _share(text: str | None) -> float | None:
    """Return a share written as ``0.1%`` or ``0.001``."""
    if text is None:
        return None
    number, percent = text.strip().removesuffix("%"), text.strip().endswith("%")
    try:
        share = float(number) / (100 if percent else 1)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        allowed = "a share above 0 and below 100 %, such as 0.1% or 0.001"
        raise InputError(Fault(repr(text), allowed, ("--until",)))
    return share


def _count(text: str | None, option: str) -> int | None:
    """Return a count written as ``65536``, ``2^16`` or ``1e6``."""
    if text is None:
        return None
    from mcsus.study import parse_count  # noqa: PLC0415

    try:
        count = int(parse_count(text))
    except (InputError, ValueError):
        count = 0
    if count < 1:
        raise InputError(Fault(repr(text), "a count above 0: 65536, 2^16 or 1e6", (option,)))
    return count
