"""Runs a saved study again and compares all that was saved of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.result.document import digest
from mcsus.result.sealed import read_json
from mcsus.result.tree import FILE, JSON_FILE, Result, load_result
from mcsus.runner.comparing import TOLERANCE, differences
from mcsus.runner.run import Run
from mcsus.runner.settings import Settings
from mcsus.runner.sides import study_of
from mcsus.study.told_files import changed_files

_SHOWN = 10  # differences


@dataclass(frozen=True)
class Outcome:
    """Whether a run could be repeated, and a sentence that says how."""

    agrees: bool
    message: str


def verify(
    folder: str | os.PathLike[str],
    progress: Callable[[str, int, int], None] | None = None,
    files: Path | None = None,
) -> Outcome:
    """Run again from what a run saved and compare every array: bits first, then to 1e-9.

    What was read of files is saved too, so the numbers do not need them; but a file that is
    another one now does not agree.

    Parameters
    ----------
    files : Path, optional
        Folder of the files that the study has read; by default where it was run, or beside `runs`.

    Raises
    ------
    InputError
        If `folder` holds no result or that of an interrupted run, or its study is no longer valid.
    """
    saved = load_result(folder)
    if not saved.is_whole:
        allowed = f"one that has come to its end: mcsus run --resume {folder}"
        raise InputError(Fault("the result of an interrupted run", allowed, (str(folder),)))
    before = saved.to_dict(timing=False)
    if _document(Path(folder) / JSON_FILE) != before:
        return Outcome(False, f"{JSON_FILE} does not hold the numbers of {FILE}.")
    outcome = _repeated(saved, before, progress)
    from_, target = saved.provenance["files_from"], Path(folder)
    places = [base / from_ for base in (Path(), target.parent.parent)] if files is None else [files]
    changed, gone = _files(saved.provenance, places)
    if gone:
        told = f"Not found beside the study: {', '.join(gone)}; what was saved of it was used."
        outcome = replace(outcome, message=f"{outcome.message}\n{told}")
    if changed:
        told = f"Changed since the run: {', '.join(changed)}. With what was saved of it:"
        return Outcome(False, f"{told} {outcome.message}")
    return outcome


def _repeated(
    saved: Result, before: dict[str, Any], progress: Callable[[str, int, int], None] | None
) -> Outcome:
    """Run again and compare the numbers."""
    [again] = Run(study_of(saved), Settings(progress=progress)).results()
    told = digest(again.to_dict(timing=False))
    if told == digest(before) and not any(differences(saved, again, exact=True)):
        return Outcome(True, f"The same bits: digest {told}.")
    found = list(differences(saved, again, exact=False))
    if not found:
        return Outcome(True, f"Not the same bits, but every number agrees to {TOLERANCE:g}.")
    shown = [f"  {line}" for line in found[:_SHOWN]]
    if len(found) > _SHOWN:
        shown.append(f"  and {len(found) - _SHOWN} more")
    lines = "\n".join(shown)
    return Outcome(False, f"{len(found)} places differ by more than {TOLERANCE:g}:\n{lines}")


def _files(about: Mapping[str, Any], places: Sequence[Path]) -> tuple[list[str], list[str]]:
    """Return the files that have changed and those that are gone, where most are there."""
    found = [changed_files(about["document"], place) for place in places]
    return min(found, key=lambda lists: len(lists[1]))


def _document(path: Path) -> Any:
    """Return what a JSON file holds, or None where it is damaged or not there."""
    try:
        return read_json(path, "the numbers of a result")
    except InputError:
        return None
