"""Runs a saved study again and compares the numbers."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.result.document import digest
from mcsus.result.tree import FILE, JSON_FILE, Result, load_result
from mcsus.runner.run import Run
from mcsus.runner.settings import Settings
from mcsus.study import Study
from mcsus.study.told_files import changed_files

_TOLERANCE = 1e-9  # of a number computed on another machine or with other versions
_ABOUT_THE_RUN = {".digest", ".mcsus", ".until", ".stopped"}  # not numbers of the study


@dataclass(frozen=True)
class Outcome:
    """Whether a run could be repeated, and a sentence that says how."""

    agrees: bool
    message: str


def verify(
    folder: str | os.PathLike[str], progress: Callable[[str, int, int], None] | None = None
) -> Outcome:
    """Run again from what a run saved and compare: bits first, then to a relative 1e-9.

    What was read of files is saved too, so the numbers do not need them; but a file that is
    another one now does not agree.

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
    changed, gone = _files(saved.provenance, Path(folder))
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
    about = saved.provenance
    study = replace(Study.from_dict(about["document"]), variant=about.get("variant", {}))
    [result] = Run(study, Settings(progress=progress)).results()
    after = result.to_dict(timing=False)
    if digest(before) == digest(after):
        return Outcome(True, f"The same bits: digest {digest(after)}.")
    differences = list(_differences(before, after, ""))
    if not differences:
        return Outcome(True, f"Not the same bits, but every number agrees to {_TOLERANCE:g}.")
    shown = "\n".join(f"  {line}" for line in differences[:10])
    return Outcome(
        False, f"{len(differences)} numbers differ by more than {_TOLERANCE:g}:\n{shown}"
    )


def _files(about: Mapping[str, Any], folder: Path) -> tuple[list[str], list[str]]:
    """Return the files that have changed and those that are gone, from here or beside `runs`."""
    places = [base / about.get("files_from", "") for base in (Path(), folder.parent.parent)]
    found = [changed_files(about["document"], place) for place in places]
    return min(found, key=lambda lists: len(lists[1]))


def _document(path: Path) -> Any:
    """Return what a JSON file holds, or None where it is damaged or not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _differences(before: Any, after: Any, place: str) -> Iterator[str]:
    """Yield a line for each place where two documents disagree."""
    if place in _ABOUT_THE_RUN:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from _differences(before.get(key), after.get(key), f"{place}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for k, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(one, other, f"{place}[{k}]")
    elif isinstance(before, float) and isinstance(after, float):
        scale = max(abs(before), abs(after))
        close = math.isclose(before, after, rel_tol=_TOLERANCE, abs_tol=0.0)
        if not close and not (place.endswith(".error") and scale < _TOLERANCE):
            yield f"{place[1:]}: {before!r} then, {after!r} now"
    elif before != after:
        yield f"{place[1:]}: {before!r} then, {after!r} now"
