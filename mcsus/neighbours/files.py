"""What stands in files, folders and zips, which are read and never unpacked."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from mcsus.errors import Fault, InputError

MOST_BYTES = 64 * 1024 * 1024  # of what is read


def bytes_of(path: Path) -> bytes:
    """Return what a file holds.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            Fault(f"a file that cannot be read ({error.strerror})", "one that can")
        ) from None


def text_of(path: Path) -> str:
    """Return the text of a file, in UTF-8 with or without a mark of it.

    Raises
    ------
    InputError
        If it cannot be read as such.
    """
    return decoded(bytes_of(path))


def decoded(data: bytes) -> str:
    """Return bytes as text, in UTF-8 with or without a mark of it.

    Raises
    ------
    InputError
        If they are no such text.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            Fault(f"byte {error.start + 1} that is no UTF-8", "text in UTF-8")
        ) from None


def packed(path: Path, ending: str) -> Iterator[tuple[str, bytes]]:
    """Return names and bytes of the files in a folder or a zip, nothing of which is unpacked.

    Raises
    ------
    InputError
        If one of them is too big or cannot be read.
    """
    if path.is_dir():
        files = sorted(path.rglob(f"*{ending}"))
        _bound(sum(own.stat().st_size for own in files))
        yield from ((own.relative_to(path).as_posix(), bytes_of(own)) for own in files)
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [own for own in archive.infolist() if own.filename.endswith(ending)]
            _bound(sum(own.file_size for own in entries))
            for entry in sorted(entries, key=lambda own: own.filename):
                yield entry.filename, archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, NotImplementedError) as error:
        raise InputError(Fault(f"a zip that cannot be read ({error})", "one that can")) from None


def _bound(size: int) -> None:
    if size > MOST_BYTES:
        raise InputError(Fault(f"{size:,} bytes", f"files of {MOST_BYTES:,} at most"))
