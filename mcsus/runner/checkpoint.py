"""What a long run writes down as it goes, so that it can be taken up again where it was killed.

Every file is written whole or not at all, and sealed: with what it holds, its name and the run
that it belongs to. The draws are a function of the study, so a checkpoint holds accumulators and
how far each replicate has come, never the state of a generator.

A run that goes on repeats what was drawn since the last time something was saved: at most 3
seconds of drawing and a twentieth of what was drawn, and what was being drawn then.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, InputError
from mcsus.result.atomic import replacing
from mcsus.result.sealed import read_json, seal, unsealed

fcntl: ModuleType | None
try:
    import fcntl
except ModuleNotFoundError:  # Windows
    fcntl = None

Arrays = dict[str, NDArray[Any]]

FOLDER = "checkpoint"
RUN_FILE = "run.json"
_LOCK = "lock"
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)
_ALLOWED = "a checkpoint as it was written, or a new run, without --resume"
_CHECKSUM = "checksum"
_EVERY = 3.0  # seconds
_SHARE = 20  # a checkpoint takes at most one part in so many of the time, unless more is at stake
_AT_STAKE = 20  # one part in so many of what was drawn


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

    @contextmanager
    def understood(self, name: str) -> Iterator[None]:
        """Refuse what was saved under a name where the block cannot make sense of it.

        Raises
        ------
        InputError
        """
        try:
            yield
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            found = f"what no run saves ({error})"
            raise InputError(Fault(found, _ALLOWED, (self.place(name),))) from error

    def place(self, name: str) -> str:
        """Return where it is kept what is saved under a name."""
        return name

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
        self._began = time.monotonic()
        self._next = self._began + _EVERY
        self._made: list[Path] = []
        self._run = ""

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
            descriptor = os.open(self.folder / _LOCK, os.O_RDWR | os.O_CREAT | _NO_WAIT, 0o644)
        except OSError as error:
            found = f"where nothing can be written ({error.strerror})"
            where = (str(self.folder.parent),)
            raise InputError(Fault(found, "a folder to write to", where)) from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                allowed = "what a run has made there, or nothing"
                raise InputError(Fault("no regular file", allowed, (str(self.folder / _LOCK),)))
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
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            elif path.name != _LOCK:
                path.unlink()
        plain = json.loads(json.dumps(about))
        self._run = _checksum(plain)
        with replacing(self.folder / RUN_FILE) as temporary:
            whole = json.dumps({_CHECKSUM: self._run, **plain}, indent=1)
            temporary.write_text(whole, encoding="utf-8")

    def about(self) -> dict[str, Any]:
        """Return what `begin` was told.

        Raises
        ------
        InputError
            If the folder holds no checkpoint, or one that was changed.
        """
        path = self.folder / RUN_FILE
        if not path.exists():
            allowed = "the folder of a run that was interrupted or killed"
            raise InputError(Fault("no checkpoint", allowed, (str(self.folder.parent),)))
        about = read_json(path, _ALLOWED)
        known = about.pop(_CHECKSUM, None) if isinstance(about, dict) else None
        self._run = _checksum(about)
        if known != self._run:
            found = "a file that was changed since it was written, or is of another version"
            raise InputError(Fault(found, _ALLOWED, (str(path),)))
        return dict(about)

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
        """Tell whether it is time to save: some seconds after the last time, or more if it is slow.

        Never later than what would be lost by a kill is a twentieth of what was done, and some
        seconds.
        """
        return time.monotonic() >= self._next

    def save(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Replace the arrays of a name."""
        started = time.monotonic()
        path = self.folder / f"{name}.npz"
        with replacing(path) as temporary:
            with temporary.open("wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
            seal(temporary, self._owner(path))
        ended = time.monotonic()
        most = _EVERY + (ended - self._began) / _AT_STAKE
        self._next = ended + min(max(_EVERY, _SHARE * (ended - started)), most)

    def append(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Add arrays to those saved under a name before."""
        self.save(f"{name}-{len(self._files(name)):06}", arrays)

    def load(self, name: str) -> Arrays | None:
        """Return what was saved under a name."""
        path = self.folder / f"{name}.npz"
        return self._read(path) if os.path.lexists(path) else None

    def place(self, name: str) -> str:
        """Return the file that is kept under a name."""
        return str(self.folder / f"{name}.npz")

    def each(self, name: str) -> Iterator[Arrays]:
        """Yield what was appended to a name, in order."""
        return map(self._read, self._files(name))

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

    def _owner(self, path: Path) -> str:
        """Return what the file belongs to: a run, under its name."""
        return f"{self._run}/{path.name}"

    def _read(self, path: Path) -> Arrays:
        with unsealed(path, _ALLOWED, self._owner(path)) as opened:
            try:
                with np.load(opened, allow_pickle=False) as file:
                    return {key: file[key] for key in file.files}
            except Exception as error:  # whatever a library says of a file that is none of ours
                raise InputError(Fault("a damaged file", _ALLOWED, (str(path),))) from error


def _checksum(about: Any) -> str:
    return hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()


def like(
    arrays: Mapping[str, NDArray[Any]],
    name: str,
    kind: type,
    shape: tuple[int | None, ...],
    *,
    is_finite: bool = True,
) -> NDArray[Any]:
    """Return an array by its name, of a type and a shape, whose None is any length.

    Raises
    ------
    KeyError, ValueError
    """
    array = arrays[name]
    fits = len(array.shape) == len(shape) and all(
        wanted in (None, there) for wanted, there in zip(shape, array.shape, strict=True)
    )
    if array.dtype != kind or not fits or (is_finite and not np.isfinite(array).all()):
        msg = f"{name}: {array.dtype} {array.shape}"
        raise ValueError(msg)
    return array
