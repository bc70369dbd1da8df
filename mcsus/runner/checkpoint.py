"""What a long run writes down as it goes, so that it can be taken up again where it was killed.

Every file is written whole or not at all. The draws are a function of the study, so a checkpoint
holds accumulators and how far each replicate has come, never the state of a generator.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, InputError, RefusedError
from mcsus.result.atomic import replacing

fcntl: ModuleType | None
try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None

Arrays = dict[str, NDArray[Any]]

FOLDER = "checkpoint"
_RUN = "run.json"
_LOCK = "lock"
_EVERY = 3.0  # seconds
_SHARE = 20  # a checkpoint takes at most one part in so many of the time


class Checkpoint:
    """Keeps nothing: the run is short, or nobody asked."""

    stays = False
    """Whether what is kept outlives the run."""

    def due(self) -> bool:
        """Tell whether it is time to save."""
        return False

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Replace the arrays of a name."""

    def append(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add arrays to those saved under a name before."""

    def load(self, name: str) -> Arrays | None:  # noqa: ARG002
        """Return what was saved under a name."""
        return None

    def each(self, name: str) -> Iterator[Arrays]:  # noqa: ARG002
        """Yield what was appended to a name, in order."""
        return iter(())

    def drop(self, name: str) -> None:
        """Forget what was appended to a name."""

    def holds(self) -> bool:
        """Tell whether anything is saved."""
        return False

    def part(self, path: Path) -> Path:
        """Return where a file is made that gets the name `path` when it is whole."""
        return path.with_name(f".{path.name}.part")

    def clear(self) -> None:
        """Remove all files: the run is complete."""


class FileCheckpoint(Checkpoint):
    """Keeps arrays in a folder beside the results of a run.

    Parameters
    ----------
    target : Path
        Folder that the run saves to.
    """

    stays = True

    def __init__(self, target: Path) -> None:
        self.folder = Path(target) / FOLDER
        self._next = time.monotonic() + _EVERY
        self._made: list[Path] = []

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other runs out of the folder, which is made if it is not there.

        The system forgets the lock of a process that is killed. Where it has no such locks, two
        runs in one folder are not noticed.

        Raises
        ------
        InputError
            If a run goes on there, or nothing can be written there.
        """
        places = [self.folder, *self.folder.parents]
        self._made = [place for place in places if not place.exists()]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            found = f"where nothing can be written ({error.strerror})"
            where = (str(self.folder.parent),)
            raise InputError(Fault(found, "a folder to write to", where)) from error
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            found, allowed = "a folder in which a run goes on", "another folder, or to wait"
            raise InputError(Fault(found, allowed, (str(self.folder.parent),))) from error
        finally:
            os.close(descriptor)

    def begin(self, about: Mapping[str, Any]) -> None:
        """Start anew: forget another run's files, write down what is run."""
        for path in self.folder.iterdir():
            if path.name != _LOCK:
                path.unlink()
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

    def undo(self) -> None:
        """Remove all files and the folders that were made for them, unless they hold others."""
        self.clear()
        for place in self._made[1:]:
            with suppress(OSError):
                place.rmdir()

    def due(self) -> bool:
        """Tell whether some seconds have passed since the last time, more if saving is slow."""
        return time.monotonic() >= self._next

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Replace the arrays of a name."""
        started = time.monotonic()
        path = self.folder / f"{name}.npz"
        try:
            with replacing(path) as temporary, temporary.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
        except OSError as error:
            msg = f"{path}: cannot be written ({error.strerror}); what was saved before is kept"
            raise RefusedError(msg) from error
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

    def holds(self) -> bool:
        """Tell whether anything is saved."""
        return any(self.folder.glob("*.npz"))

    def part(self, path: Path) -> Path:
        """Return a file in the folder, which goes on where a run was killed."""
        return self.folder / path.name

    def _files(self, name: str) -> list[Path]:
        return sorted(self.folder.glob(f"{name}-*.npz"))


def _read(path: Path) -> Arrays:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            return {key: file[key] for key in file.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        allowed = "a checkpoint as it was written, or a new run, without --resume"
        raise InputError(Fault("a damaged file", allowed, (str(path),))) from error
