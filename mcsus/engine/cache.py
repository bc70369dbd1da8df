"""The folder of generated kernels: of this user alone, and nothing in it is run unseen.

Code is loaded from it. So the folder, and every file that is used, belongs to this user, and no
other can reach into it; the text of a module is the one that its name is a hash of, or it is
written anew; and machine code is loaded only if it is what was written down when it was made.
"""

import atexit
import contextlib
import functools
import hashlib
import json
import os
import shutil
import stat
import tempfile
from pathlib import Path

from mcsus.numba_private import MACHINE_CODE, machine_code

_OURS = "mcsus_*"
_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_ONLY_THIS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def cache_folder() -> Path:
    """Return the folder of generated kernels, made for this user alone.

    ``MCSUS_CACHE`` names another folder. One that belongs to somebody else, that cannot be written
    to or that others could put in another's place is not used; what lies in one that others could
    write to is forgotten.
    """
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        folder = Path(os.environ.get("MCSUS_CACHE") or home / "mcsus")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_mine(folder.stat()) and os.access(folder, os.W_OK) and _stays(folder):
            if folder.stat().st_mode & _OTHERS:
                folder.chmod(0o700)
                _forget(folder)
            folder.chmod(0o700)
            _refuse_other(folder / MACHINE_CODE)
            return folder
    except (OSError, RuntimeError):  # no home
        pass
    return private_folder()


@functools.lru_cache(maxsize=1)
def private_folder() -> Path:
    """Return a folder that lasts as long as this process."""
    folder = Path(tempfile.mkdtemp(prefix="mcsus-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _is_mine(info: os.stat_result) -> bool:
    return not hasattr(os, "getuid") or info.st_uid == os.getuid()


def _stays(folder: Path) -> bool:
    """Tell whether nobody else can put another folder in its place."""
    above = (place.stat().st_mode for place in folder.resolve().parents)
    return all(not mode & stat.S_IWOTH or mode & stat.S_ISVTX for mode in above)


def _forget(folder: Path) -> None:
    """Remove what others may have put there under a name of ours."""
    inner = folder / MACHINE_CODE
    if inner.is_symlink():
        inner.unlink()
    for path in [*folder.glob(_OURS), *inner.glob(_OURS)]:
        with contextlib.suppress(OSError):
            path.unlink()


def _refuse_other(inner: Path) -> None:
    """Refuse a folder of machine code that is somebody else's."""
    with contextlib.suppress(FileNotFoundError):
        info = inner.lstat()
        if not stat.S_ISDIR(info.st_mode) or not _is_mine(info):
            raise PermissionError(inner)


def module_file(folder: Path, name: str, source: str) -> tuple[Path, bool]:
    """Return the file of a module whose text is `source`, and whether its machine code is there.

    Where the one or the other is not as it was written down the text is written, and whatever
    machine code there is of that name removed.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    path = folder / f"{name}.py"
    known = _read(path) == source.encode() and has_code(folder, name)
    if not known:
        for old in [_sums(folder, name), *machine_code(folder, name)]:
            old.unlink(missing_ok=True)
        _write(path, source.encode())
    return path, known


def remember_code(folder: Path, name: str) -> None:
    """Write down what the machine code of a module is, after it was made."""
    found = {path.name: _sum(path) for path in machine_code(folder, name)}
    with contextlib.suppress(OSError):
        _write(_sums(folder, name), json.dumps(found).encode())


def has_code(folder: Path, name: str) -> bool:
    """Tell whether the machine code of a module is there, as it was written down."""
    try:
        known = json.loads(_read(_sums(folder, name)) or b"null")
    except (ValueError, RecursionError):
        return False
    kept = folder / MACHINE_CODE
    is_told = isinstance(known, dict) and bool(known)
    return is_told and all(of and _sum(kept / own) == of for own, of in known.items())


def _sums(folder: Path, name: str) -> Path:
    return folder / f"{name}.sha256"


def _sum(path: Path) -> str:
    """Return the sha256 of a file; other than ours have none."""
    content = _read(path)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _read(path: Path) -> bytes | None:
    """Return what a file of this user holds; None where there is no such file."""
    try:
        descriptor = os.open(path, _ONLY_THIS)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        info = os.fstat(descriptor)
        return file.read() if stat.S_ISREG(info.st_mode) and _is_mine(info) else None


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for this user alone."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix="mcsus_", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
