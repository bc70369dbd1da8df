"""What a long run writes down as it goes, so that it can be taken up again where it was killed.

Every file is written whole or not at all. The draws are a function of the study, so a checkpoint
holds accumulators and how far each replicate has come, never the state of a generator.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, InputError
from mcsus.result.files import replacing

Arrays = dict[str, NDArray[Any]]

FOLDER = "checkpoint"
_RUN = "run.json"
_EVERY = 3.0  # seconds
_SHARE = 20  # a checkpoint takes at most one part in so many of the time


class Checkpoint(Protocol):
    """Keeps named arrays, or nothing."""

    def due(self) -> bool:
        """Tell whether it is time to save."""

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Replace the arrays of a name."""

    def append(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add arrays to those saved under a name before."""

    def load(self, name: str) -> Arrays | None:
        """Return what was saved under a name."""

    def each(self, name: str) -> Iterator[Arrays]:
        """Yield what was appended to a name, in order."""

    def drop(self, name: str) -> None:
        """Forget what was appended to a name."""


class NoCheckpoint:
    """Keeps nothing: the run is short, or nobody asked.

    Examples
    --------
    >>> NoCheckpoint().due()
    False
    """

    def due(self) -> bool:
        """Tell that it is never time to save."""
        return False

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Do nothing."""

    def append(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Do nothing."""

    def load(self, name: str) -> Arrays | None:  # noqa: ARG002
        """Return nothing."""
        return None

    def each(self, name: str) -> Iterator[Arrays]:  # noqa: ARG002
        """Yield nothing."""
        return iter(())

    def drop(self, name: str) -> None:
        """Do nothing."""


class FileCheckpoint:
    """Keeps arrays in a folder beside the results of a run.

    Parameters
    ----------
    target : Path
        Folder that the run saves to.

    Examples
    --------
    >>> import tempfile
    >>> kept = FileCheckpoint(Path(tempfile.mkdtemp()))
    >>> kept.begin({"study": "one"})
    >>> kept.save("sums", {"total": np.ones(2)})
    >>> kept.load("sums")["total"]
    array([1., 1.])
    >>> kept.about()
    {'study': 'one'}
    """

    def __init__(self, target: Path) -> None:
        self.folder = Path(target) / FOLDER
        self._next = time.monotonic() + _EVERY

    def begin(self, about: Mapping[str, Any]) -> None:
        """Start anew: forget another run's files, write down what is run."""
        self.clear()
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self.folder / _RUN) as temporary:
            temporary.write_text(json.dumps(about, indent=1), encoding="utf-8")

    def about(self) -> dict[str, Any]:
        """Return what `begin` was told.

        Raises
        ------
        InputError
            If the folder holds no checkpoint.
        """
        path = self.folder / _RUN
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            allowed = "the folder of a run that was interrupted or killed"
            where = (str(self.folder.parent),)
            raise InputError(Fault("no checkpoint", allowed, where)) from error

    def clear(self) -> None:
        """Remove all files: the run is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def due(self) -> bool:
        """Tell whether some seconds have passed since the last time, more if saving is slow."""
        return time.monotonic() >= self._next

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Replace the arrays of a name."""
        started = time.monotonic()
        with replacing(self.folder / f"{name}.npz") as temporary, temporary.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        ended = time.monotonic()
        self._next = ended + max(_EVERY, _SHARE * (ended - started))

    def append(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add arrays to those saved under a name before."""
        self.save(f"{name}-{len(self._files(name)):06}", arrays)

    def load(self, name: str) -> Arrays | None:
        """Return what was saved under a name."""
        path = self.folder / f"{name}.npz"
        return _read(path) if path.is_file() else None

    def each(self, name: str) -> Iterator[Arrays]:
        """Yield what was appended to a name, in order."""
        return map(_read, self._files(name))

    def drop(self, name: str) -> None:
        """Forget what was appended to a name."""
        for path in self._files(name):
            path.unlink(missing_ok=True)

    def _files(self, name: str) -> list[Path]:
        return sorted(self.folder.glob(f"{name}-*.npz"))


def _read(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as file:
        return {key: file[key] for key in file.files}


@dataclass(frozen=True)
class Limits:
    """When a run stops before, or goes on after, the draws of its design.

    Attributes
    ----------
    until : float, optional
        How well the 95 % range is to be known, as a share; see `mcsus.runner.stopping`.
    until_outputs : tuple of str
        Of which outputs; all when empty.
    max_draws : int, optional
        Draws per replicate.
    max_seconds : float, optional
        Of drawing.

    Examples
    --------
    >>> Limits(until=0.001).max_draws is None
    True
    """

    until: float | None = None
    until_outputs: tuple[str, ...] = ()
    max_draws: int | None = None
    max_seconds: float | None = None
