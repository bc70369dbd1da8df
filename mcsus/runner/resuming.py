"""What a run writes down of itself to be taken up again, and refuses to be mixed with."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import mcsus
from mcsus.engine.store import fingerprint
from mcsus.errors import Fault, InputError
from mcsus.result.drawn import DRAWS_FILE
from mcsus.result.shapes import Shape, unlike
from mcsus.result.tree import FILE, Result, load_result
from mcsus.runner.checkpoint import FOLDER, RUN_FILE, FileCheckpoint
from mcsus.runner.draws_file import holds
from mcsus.runner.settings import Limits, Settings
from mcsus.study import Study
from mcsus.study.audit import with_day_as_text
from mcsus.study.study_file import read_toml
from mcsus.study.told_files import changed_files

_FORMAT = 3
_SHOWN = ("cli", "report")  # what shows numbers, and makes none
_ABOUT: dict[Any, Shape] = {
    "format": int, "made_by": str, "place": str, "file": {}, "variant": {...: str}, "study": {},
    "request": {
        "limits": {
            "until": (float, str, None), "until_outputs": [str], "max_draws": (int, None),
            "max_seconds": (float, None),
        },
        "keep_draws": bool, "keep_inputs": bool,
    },
}  # fmt: skip


def description(study: Study, settings: Settings) -> dict[str, Any]:
    """Return what is run, as it is written down before anything is drawn."""
    place = Path(study.place)
    return {
        "format": _FORMAT,
        "made_by": _version(),
        "place": str(place.resolve()) if place.is_file() else study.place,
        "file": with_day_as_text(read_toml(place)) if place.is_file() else study.document,
        "variant": dict(study.variant),
        "study": study.to_dict(),
        "request": {
            "limits": asdict(settings.limits),
            "keep_draws": settings.keep_draws is not None,
            "keep_inputs": settings.keep_inputs,
        },
    }


@functools.cache
def _version() -> str:
    """Hash all that the bits of a run depend on: the code, its compiler and the processor."""
    root = Path(mcsus.__file__).parent
    digest = hashlib.sha256(fingerprint())
    for path in sorted(root.rglob("*.py")):
        if path.relative_to(root).parts[0] not in _SHOWN:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def taken_up(folder: Path, settings: Settings, study: Study | None) -> tuple[Study, Settings]:
    """Return study and settings of a run that goes on in a folder.

    Raises
    ------
    InputError
        If there is no checkpoint, or another study, version or limit began it.
    """
    about = FileCheckpoint(folder).about()
    if about.get("format") != _FORMAT or about.get("made_by") != _version():
        found = "a checkpoint of another version of mcsus, or of another processor"
        raise InputError(Fault(found, "a new run, without --resume", (str(folder),)))
    odd = [
        Fault(found, allowed, (str(folder / FOLDER / RUN_FILE), *where))
        for found, allowed, where in unlike(about, _ABOUT)
    ]
    if odd:
        raise InputError(*odd)
    request, place = about["request"], Path(about["place"])
    limits = request["limits"] | {"until_outputs": tuple(request["limits"]["until_outputs"])}
    before, kept, kept_inputs = Limits(**limits), request["keep_draws"], request["keep_inputs"]
    changed = [] if study is None else _differences(about["study"], study.to_dict())
    if study is None and place.is_file():
        changed = _differences(about["file"], with_day_as_text(read_toml(place)))
        changed += changed_files(about["study"], place.parent)[0]
    if changed:
        found = f"a study that has changed since: {', '.join(changed)}"
        allowed = "the study as it was when the run began, or a new run, without --resume"
        raise InputError(Fault(found, allowed, (str(folder),)))
    _refuse_more(settings, draws=kept, inputs=kept_inputs)
    settings = replace(
        settings,
        limits=_limits(before, settings.limits),
        folder=folder,
        keep_draws=folder / DRAWS_FILE if kept else None,
        keep_inputs=kept_inputs,
    )
    if study is None:
        study = Study.from_dict(about["study"], str(place))
        study = replace(study, variant=about["variant"])
    return study, settings


def _refuse_more(settings: Settings, *, draws: bool, inputs: bool) -> None:
    """Refuse to keep draws that the run up to here has not kept."""
    kept = {"--keep-draws": draws, "--keep-inputs": inputs}
    asked = {"--keep-draws": settings.keep_draws is not None, "--keep-inputs": settings.keep_inputs}
    for option, wanted in asked.items():
        if wanted and not kept[option]:
            found = f"a run that has not kept its {option.removeprefix('--keep-')}"
            allowed = "it from the beginning, in a new run, without --resume"
            raise InputError(Fault(found, allowed, (option,)))


def finished(folder: Path, settings: Settings, study: Study | None) -> Result | None:
    """Return the result of a run that needs no resuming, or None.

    Raises
    ------
    InputError
        If it is of another study than the one asked for, or draws are to be kept that it has not.
    """
    if not (folder / FILE).is_file() or FileCheckpoint(folder).folder.is_dir():
        return None
    result = load_result(folder)
    if not result.is_whole:
        return None
    if study is not None:
        about = result.provenance
        if about.get("drawn_on", {}).get("asked") == study.design.draws:  # more were made since
            study = study.with_changes(draws=about["design"]["draws"])
        changed = _differences(about["document"], study.to_dict())
        if changed:
            found = f"the result of another study: {', '.join(changed)} differ"
            raise InputError(Fault(found, "the folder of this study", (str(folder),)))
    if settings.keep_draws is not None:
        path = folder / DRAWS_FILE
        there, more = holds(path, inputs=False), holds(path, inputs=True)
        _refuse_more(settings, draws=there, inputs=more)
    return result


def _limits(before: Limits, now: Limits) -> Limits:
    """Return the limits of a run that goes on: those it began with, but for the time."""
    options = {"until": "--until", "until_outputs": "--until-output", "max_draws": "--max-draws"}
    for name, option in options.items():
        if getattr(now, name) and getattr(now, name) != getattr(before, name):
            allowed = "what the run began with, by leaving it out, or a new run, without --resume"
            raise InputError(Fault("another one than before", allowed, (option,)))
    return replace(before, max_seconds=now.max_seconds)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the tables of a study file that differ."""
    one, other = (json.loads(json.dumps(x, default=str)) for x in (before, after))
    return sorted(k for k in {*one, *other} if one.get(k) != other.get(k))
