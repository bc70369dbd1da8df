"""The command that runs a study: fresh, resumed, within limits, on threads or a cluster."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mcsus.cli import completing
from mcsus.cli.folders import writable
from mcsus.cli.judging import Verdicts, judge, say_claims
from mcsus.cli.printing import say
from mcsus.cli.telling import go_on, say_why, tell
from mcsus.cli.watching import watched
from mcsus.errors import Fault, InputError, RefusedError

if TYPE_CHECKING:
    from mcsus.engine.beside import Beside
    from mcsus.result.tree import Result
    from mcsus.runner import Run, Settings
    from mcsus.study import Study

_LONGEST = 120  # bytes of the name of a folder
_SPECIAL = re.compile(r"[^\w.=%-]+")  # what has no place in it
_LOST = re.compile(r"[^\w .=%+()/,\[\]-]")  # of it, what may tell two labels apart
_WHOLE = re.compile(r"-?[\w.]+(?: to -?[\w.]+)?(?: [^\W\d][\w/. %*^]*| %)?\Z")  # loses nothing
_CODES = {"": 0, "interrupted": 130, "out of time": 3, "limit": 3, "individuals": 3, "alike": 3}


def run(
    study: Annotated[
        str | None,
        typer.Argument(
            help="A .toml file or the id of a shipped study; not needed to resume.",
            autocompletion=completing.studies,
        ),
    ] = None,
    draws: Annotated[str | None, typer.Option(help="Draws per replicate: 65536 or 2^16.")] = None,
    replicates: Annotated[int | None, typer.Option(help="Independent replicates.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all streams.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help="Another law or value: pue='1.1 to 1.4'; also name[label]=, scenario.name=.",
        ),
    ] = None,
    methods: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Of sensitivity: sobol,pawn,..; all that apply: all.",
            autocompletion=completing.methods,
        ),
    ] = None,
    groups: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT", help="Inputs by stage, source, evidence or label; or g=a,b;.."
        ),
    ] = None,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads; results do not change.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to save to; runs/<id>, or runs/<id>+<changes> with --set."),
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
        typer.Option(
            metavar="GOAL",
            help="Draw until the 95 % range is known this well: 0.1%; or until it is settled which "
            "inputs come first: ranking.",
        ),
    ] = None,
    until_output: Annotated[
        list[str] | None, typer.Option(help="The outputs that --until is about; all by default.")
    ] = None,
    max_draws: Annotated[
        str | None, typer.Option(help="Draws per replicate at most: 2^24 or 1e9.")
    ] = None,
    max_seconds: Annotated[
        float | None, typer.Option(help="Seconds of drawing at most; the result is saved.")
    ] = None,
    keep_draws: Annotated[
        bool, typer.Option("--keep-draws", help="Save all draws of the outputs in draws.nc.")
    ] = False,
    keep_inputs: Annotated[
        bool, typer.Option("--keep-inputs", help="Save the inputs too, beside the outputs.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="A report on which inputs can be changed.")
    ] = False,
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Run the Python module of equations it names.")
    ] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="Save the result only.")] = False,
    open_: Annotated[
        bool, typer.Option("--open", help="Open the report in the browser of this machine.")
    ] = False,
    watch: Annotated[
        bool,
        typer.Option(
            "--watch",
            help="A quick look again at each save of the study file, on few draws; Ctrl-C ends it.",
        ),
    ] = False,
    claims_only: Annotated[
        bool,
        typer.Option(
            "--claims-only",
            help="Draw, judge the claims, save nothing: for continuous integration.",
        ),
    ] = False,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the verdicts of claims as JUnit XML.")
    ] = None,
    annotate: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT", help="Print what fails with its line, for github, azure or gcc."
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Print all rows, also of a big study.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Run a study: save its result, write its report, print a summary."""
    from mcsus.cli.progress import progress  # noqa: PLC0415
    from mcsus.report import write_report  # noqa: PLC0415
    from mcsus.result.drawn import DRAWS_FILE  # noqa: PLC0415
    from mcsus.runner import Limits, Settings  # noqa: PLC0415
    from mcsus.runner.applying import told_evaluations  # noqa: PLC0415
    from mcsus.runner.goals import read_goal  # noqa: PLC0415

    if open_ and no_report:
        raise InputError(Fault("--open beside --no-report", "one of them", ("--open",)))
    if live and no_report:
        raise InputError(Fault("--live beside --no-report", "one of them", ("--live",)))
    if study is None and resume is None:
        raise InputError(Fault("no study", "a .toml file or the id of a study", ("STUDY",)))
    changes: dict[str, Any] = {
        "draws": draws, "replicates": replicates, "seed": seed, "settings": settings,
        "methods": methods, "groups": groups, "allow_code": allow_code,
    }  # fmt: skip
    verdicts = Verdicts(junit, annotate)
    if watch or claims_only:
        unsaved: dict[str, object] = {
            "--out": out, "--resume": resume, "--live": live, "--open": open_, "--until": until,
            "--keep-draws": keep_draws, "--keep-inputs": keep_inputs, "--cluster": cluster,
        }  # fmt: skip
        if watch:
            unsaved |= {"--claims-only": claims_only, "--json": as_json, "--junit": junit}
        _refuse("--watch" if watch else "--claims-only", unsaved)
        assert study is not None  # noqa: S101 - refused above, as there is nothing to resume
        if watch:
            watched(Path(study), partial(_configured, study, **changes), threads, full=full)
            return 0
        return _judged(study, changes, threads, verdicts, as_json=as_json)
    limits = Limits(
        None if until is None else read_goal(until),
        tuple(until_output or ()),
        _count(max_draws, "--max-draws"),
        _seconds(max_seconds),
    )
    with progress() as told, ExitStack() as stack:
        wanted = Settings(
            threads=threads,
            cluster=cluster,
            limits=limits,
            keep_draws=Path(DRAWS_FILE) if keep_draws or keep_inputs else None,
            keep_inputs=keep_inputs,
            progress=told,
            keeps_finished=True,
        )
        made = _prepared(study, changes, wanted, resume, out)
        beside = None if no_report else stack.enter_context(_drawing_beside())
        if told is not None:
            say(told_evaluations(made.study, made.model), err=True)
        result, target = _result(made), made.settings.folder or resume
        assert target is not None  # noqa: S101 - one or the other
        if beside is not None:
            write_report(result, target / "report", live=live, beside=beside)
    if made.finished is not None:
        say(f"the run in {target} is complete", err=True)
    code = tell(result, target, no_report=no_report, as_json=as_json, full=full)
    if open_:
        from mcsus.cli.browsing import open_page  # noqa: PLC0415 - webbrowser

        open_page(target / "report" / "index.html")
    verdicts.tell(result, study, err=as_json)
    say_why(result, made.settings.limits, target)
    return _CODES[result.stopped] or code


def _refuse(option: str, given: dict[str, object]) -> None:
    """Refuse what an option that saves nothing leaves without a meaning."""
    for name, value in given.items():
        if value:
            raise InputError(Fault(f"{name} beside {option}", "one of them", (name,)))


def _judged(
    study: str, changes: dict[str, Any], threads: int | None, verdicts: Verdicts, *, as_json: bool
) -> int:
    """Draw a study, say what its claims come to; return the exit code that they ask for."""
    result = judge(_configured(study, **changes), threads)
    if as_json:
        say(result.to_json())
    else:
        say_claims(result)
    verdicts.tell(result, study, err=as_json)
    return 0 if result.required_claims_hold() else 1


def _prepared(
    study: str | None,
    changes: dict[str, Any],
    settings: Settings,
    resume: Path | None,
    out: Path | None,
) -> Run:
    """Return a new run, or one that goes on."""
    from mcsus.runner import Run  # noqa: PLC0415

    if resume is None:
        assert study is not None  # noqa: S101 - refused by the caller
        made = Run(_configured(study, **changes), settings)
        folder = writable(out or Path("runs") / _folder_name(made.study), "--out")
        _say_what_is_replaced(folder, made.study)
        kept = folder / settings.keep_draws if settings.keep_draws else None
        made.settings = replace(settings, folder=folder, keep_draws=kept)
        return made
    if out is not None:
        raise InputError(Fault("--out beside --resume", "one of them", ("--out",)))
    if study is None and any(
        own is not None and own is not False for own in changes.values() if own != []
    ):
        allowed = "the study as well, or --resume without them"
        raise InputError(Fault("changes to an unnamed study", allowed, ("--resume",)))
    made = Run.resume(resume, settings, None if study is None else _configured(study, **changes))
    writable(resume, "--resume")
    return made


def _folder_name(study: Study) -> str:
    """Return the name of the folder of a study: its id, and what is set to another law.

    Examples
    --------
    >>> from mcsus.study import load_study
    >>> _folder_name(load_study("tinyml_device").with_changes(pins={"pue": "1.1"}))
    'tinyml_device+pue=1.1'
    """
    changes = [f"{name}={value}" for name, value in study.variant.items()]
    told = [_SPECIAL.sub("-", change).replace("-=", "=") for change in changes]
    name = "+".join([study.id, *told])
    is_whole = not any(map(_LOST.search, study.variant)) and all(
        map(_WHOLE.match, study.variant.values())
    )
    if is_whole and len(name.encode()) <= _LONGEST:
        return name
    whole = hashlib.sha256("+".join([study.id, *changes]).encode()).hexdigest()
    return f"{name.encode()[:_LONGEST].decode(errors='ignore')}-{whole[:8]}"


def _say_what_is_replaced(folder: Path, study: Study) -> None:
    """Say on stderr whose result a run takes the place of, where that is another study's."""
    from mcsus.result.sealed import read_json  # noqa: PLC0415
    from mcsus.result.tree import JSON_FILE  # noqa: PLC0415

    try:
        there = read_json(folder / JSON_FILE, "the numbers of a result")
        before = there["study"], dict(there.get("variant", {}))
    except (InputError, ValueError, KeyError, TypeError, AttributeError):
        return
    if before != (study.id, dict(study.variant)):
        changes = "".join(f", {name} = {value}" for name, value in before[1].items())
        say(f"mcsus: replacing the result of {before[0]}{changes} in {folder}", err=True)


def _configured(
    study: str,
    draws: str | None,
    replicates: int | None,
    seed: int | None,
    settings: list[str] | None,
    methods: str | None,
    groups: str | None,
    *,
    allow_code: bool,
) -> Study:
    """Load a study and apply what the command line changes."""
    from mcsus.study import load_study, parse_setting  # noqa: PLC0415

    pins = {}
    for name, law in map(parse_setting, settings or []):
        if name in pins:
            raise InputError(Fault(f"{name!r} twice", "one law for each", ("--set",)))
        pins[name] = law
    return load_study(study, allow_code=allow_code).with_changes(
        draws=draws, replicates=replicates, seed=seed, pins=pins, methods=methods, groups=groups
    )


def _result(run: Run) -> Result:
    """Return the result of a run; say how one that failed goes on."""
    from mcsus.runner.checkpoint import FOLDER  # noqa: PLC0415

    try:
        [result] = run.results()
    except (KeyboardInterrupt, RefusedError):
        if run.settings.folder is not None and (run.settings.folder / FOLDER).is_dir():
            say(f"mcsus: {go_on(run.settings.folder)}", err=True)
        raise
    return result


@contextmanager
def _drawing_beside() -> Iterator[Beside]:
    """Have a process ready that draws figures of the report."""
    from mcsus.engine.beside import Beside  # noqa: PLC0415
    from mcsus.report import prepare  # noqa: PLC0415

    with Beside() as beside:
        beside.submit(prepare)
        yield beside


def _seconds(seconds: float | None) -> float | None:
    """Return a time limit; what is no time is refused, `nan` too."""
    if seconds is not None and not seconds >= 0:
        found = f"{seconds:g}"
        raise InputError(Fault(repr(found), "seconds, 0 or more", ("--max-seconds",)))
    return seconds


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
        raise InputError(Fault(repr(text), "a count above 0: 65536 or 2^16", (option,)))
    return count
