"""The command that makes a claim card, its appendix and the evidence bundle of a study."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mcsus.cli import completing
from mcsus.cli.folders import writable
from mcsus.cli.printing import say
from mcsus.errors import Fault, InputError

if TYPE_CHECKING:
    from mcsus.result.tree import Result


def audit(
    study: Annotated[
        str,
        typer.Argument(
            help="A .toml file, the id of a shipped study, or a folder that a run has saved to.",
            autocompletion=completing.studies,
        ),
    ],
    to: Annotated[
        Path | None, typer.Option(help="Folder to write to; audits/<id> by default.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the card as JSON.")] = False,
) -> int:
    """Make the claim card of a study (one page), its appendix and the evidence as one zip."""
    from mcsus.report.audit import EVIDENCE, card_text, write_audit  # noqa: PLC0415
    from mcsus.report.card import claim_card  # noqa: PLC0415

    if to is not None:
        writable(to, "--to")
    result, files = _found(study)
    if not result.is_whole:
        allowed = f"one that has come to its end: mcsus run --resume {study}"
        raise InputError(Fault("the result of an interrupted run", allowed, (study,)))
    folder = writable(to or Path("audits") / result.provenance["study"]["id"], "--to")
    page = write_audit(result, folder, files)
    card = claim_card(result)
    say(json.dumps(card, indent=1) if as_json else card_text(card))
    if not as_json:
        say(f"\nWrote {page}, the appendix and {folder / EVIDENCE}; mcsus verify reads the latter")
    return 0 if result.required_claims_hold() else 1


def _found(study: str) -> tuple[Result, dict[str, bytes]]:
    """Return the result of a folder, or of running a study, and the files that the study is."""
    from mcsus.result.tree import FILE, load_result  # noqa: PLC0415
    from mcsus.study import find_study  # noqa: PLC0415

    saved = Path(study)
    if (saved / FILE).is_file():
        result = load_result(saved)
        about = result.provenance
        places = [base / about["files_from"] for base in (Path(), saved.parent.parent)]
        return result, _files(about["document"], places)
    result = _run(study)
    file = find_study(study)
    own = _files(result.provenance["document"], [file.parent])
    return result, {file.name: file.read_bytes(), **own}


def _run(study: str) -> Result:
    from mcsus.cli.progress import progress  # noqa: PLC0415
    from mcsus.runner import Run, Settings  # noqa: PLC0415

    with progress() as told:
        [result] = Run(study, Settings(progress=told)).results()
    return result


def _files(document: dict[str, object], places: list[Path]) -> dict[str, bytes]:
    """Return the files that a study has read, those that are there and are still the same."""
    from mcsus.study.told_files import changed_files, files_of  # noqa: PLC0415

    found = {}
    for place in places:
        changed, gone = changed_files(document, place)
        for each in files_of(document):
            name = each["file"]
            if name not in changed and name not in gone:
                found[name] = (place / name).read_bytes()
    return found
