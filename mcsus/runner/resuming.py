"""Takes up a run that was killed, and refuses to mix it with another one."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mcsus.engine.store import fingerprint
from mcsus.errors import Fault, InputError
from mcsus.result import FILE, Result, load_result
from mcsus.runner import configured
from mcsus.runner.checkpoint import FileCheckpoint, Limits
from mcsus.study import Study

_FORMAT = 1


@dataclass(frozen=True)
class Request:
    """What a run was asked for.

    Attributes
    ----------
    source : str
        Id of a shipped study or absolute path of a file.
    changes : dict
        Arguments of `mcsus.runner.configured`.
    limits : Limits
    keep_draws : bool

    Examples
    --------
    >>> Request.of("tinyml_table", {}, Limits(), keep_draws=False).source
    'tinyml_table'
    """

    source: str
    changes: dict[str, Any]
    limits: Limits
    keep_draws: bool

    @classmethod
    def of(
        cls,
        study: str | os.PathLike[str],
        changes: Mapping[str, Any],
        limits: Limits,
        *,
        keep_draws: bool,
    ) -> Request:
        """Return the request with the path of a file made absolute."""
        path = Path(study)
        source = str(path.resolve()) if path.is_file() else str(study)
        return cls(source, dict(changes), limits, keep_draws)

    def study(self) -> Study:
        """Return the study that is asked for, as its file stands now."""
        return configured(self.source, **self.changes)


def begin(checkpoint: FileCheckpoint, request: Request, study: Study) -> None:
    """Write down what is run, before anything is drawn.

    Examples
    --------
    >>> import tempfile
    >>> from mcsus.study import load_study
    >>> folder = Path(tempfile.mkdtemp())
    >>> asked = Request.of("tinyml_table", {}, Limits(), keep_draws=False)
    >>> checkpoint = FileCheckpoint(folder)
    >>> with checkpoint.alone():
    ...     begin(checkpoint, asked, load_study("tinyml_table"))
    >>> again, study = resumed(folder, None)
    >>> study.id, again.limits
    ('tinyml_table', Limits(until=None, until_outputs=(), max_draws=None, max_seconds=None))
    """
    checkpoint.begin(
        {
            "format": _FORMAT,
            "made_by": fingerprint().hex(),
            "request": asdict(request),
            "study": study.to_dict(),
        }
    )


def resumed(folder: Path, request: Request | None) -> tuple[Request, Study]:
    """Return what the run in a folder was asked for, and its study.

    Parameters
    ----------
    request : Request, optional
        What is asked for now; by default what was asked for then.

    Raises
    ------
    InputError
        If there is no checkpoint, or another study or version began it.
    """
    about = FileCheckpoint(folder).about()
    if about.get("format") != _FORMAT or about.get("made_by") != fingerprint().hex():
        found = "a checkpoint of another version of mcsus, or of another processor"
        raise InputError(Fault(found, "a new run, without --resume", (str(folder),)))
    try:
        known = about["request"]
        limits = known["limits"] | {"until_outputs": tuple(known["limits"]["until_outputs"])}
        before = Request(**(known | {"limits": Limits(**limits)}))
        about["study"]["id"]
    except (KeyError, TypeError) as error:
        allowed = "one as it was written, or a new run, without --resume"
        raise InputError(Fault("a damaged checkpoint", allowed, (str(folder),))) from error
    now = (request or before).study() if request or _is_there(before) else None
    study = now or Study.from_dict(about["study"])
    changed = _differences(about["study"], study.to_dict())
    if changed:
        found = f"a study that has changed since: {', '.join(changed)}"
        allowed = "the study as it was when the run began, or a new run, without --resume"
        raise InputError(Fault(found, allowed, (str(folder),)))
    return before, study


def finished(folder: Path, request: Request | None) -> Result | None:
    """Return the result of a run that needs no resuming, or None.

    Raises
    ------
    InputError
        If it is of another study than the one asked for.

    Examples
    --------
    >>> finished(Path("nowhere"), None) is None
    True
    """
    if not (folder / FILE).is_file() or FileCheckpoint(folder).folder.is_dir():
        return None
    result = load_result(folder)
    if request is not None:
        changed = _differences(result.provenance["document"], request.study().to_dict())
        if changed:
            found = f"the result of another study: {', '.join(changed)} differ"
            raise InputError(Fault(found, "the folder of this study", (str(folder),)))
    return result


def _is_there(request: Request) -> bool:
    """Tell whether the file of a study is still where it was."""
    path = Path(request.source)
    return not path.is_absolute() or path.is_file()


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the tables of a study file that differ."""
    one, other = (json.loads(json.dumps(x, default=str)) for x in (before, after))
    return sorted(k for k in {*one, *other} if one.get(k) != other.get(k))
