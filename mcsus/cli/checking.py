"""The command that checks a study, for a person and for an editor."""

from __future__ import annotations

import json
import shlex
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from mcsus.cli import completing
from mcsus.cli.printing import say, shortened
from mcsus.errors import InputError


def check(
    study: Annotated[
        str,
        typer.Argument(
            help="A .toml file or the id of a shipped study.", autocompletion=completing.studies
        ),
    ],
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print one JSON document: faults with line and column."),
    ] = False,
    allow_code: Annotated[
        bool, typer.Option("--allow-code", help="Run the Python module of equations it names.")
    ] = False,
) -> int:
    """Validate a study and prove its units; say what will run; run nothing."""
    from mcsus.runner import check as check_study  # noqa: PLC0415
    from mcsus.runner.cautions import before_drawing  # noqa: PLC0415
    from mcsus.runner.checked import told  # noqa: PLC0415
    from mcsus.study import load_study  # noqa: PLC0415

    try:
        read, model = check_study(load_study(study, allow_code=allow_code))
    except InputError as error:
        if not as_json:
            raise
        say(_document(_faults(error, study), []))
        return error.exit_code
    cautions = before_drawing(read, model)
    if as_json:
        say(_document([], [asdict(own) for own in cautions]))
        return 0
    for line in told(read, model):
        say(line)
    say(f"Next: mcsus run {shlex.quote(study)}{' --allow-code' if allow_code else ''}")
    texts = [f"caution: {own.text}" for own in cautions]
    for line in shortened(texts, "more cautions; run's result.json has all"):
        say(line, err=True)
    return 0


def _document(faults: list[dict[str, Any]], cautions: list[dict[str, str]]) -> str:
    return json.dumps({"valid": not faults, "faults": faults, "cautions": cautions}, indent=1)


def _faults(error: InputError, study: str) -> list[dict[str, Any]]:
    """Return the faults with the places in their files."""
    from mcsus.declared.lines import fault_row  # noqa: PLC0415

    rows = []
    for fault in error.faults:
        file = next((own for own in (*fault.where[:1], study) if Path(own).is_file()), study)
        text = Path(file).read_text("utf-8", "replace") if Path(file).is_file() else ""
        rows.append(fault_row(fault, file, text))
    return rows
