"""Evidence in one file: a zip of what a claim rests on, with the checksum of each file in it.

It holds the result with all that its study has read, so it can be verified wherever this version
is. The checksums are no signature: they find damage and edits.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import NoReturn

from mcsus.errors import Fault, InputError
from mcsus.result.sealed import regular

DIGESTS = "digests.txt"
"""Checksums of the other files, as ``sha256sum`` writes them."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold; a file says nothing of when
_MOST_FILES, _MOST_BYTES = 1000, 1 << 32
_ALLOWED = "an evidence bundle as mcsus audit wrote it"


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of files that depends on what they hold alone."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            about = zipfile.ZipInfo(name, _EPOCH)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(about, content)
    return stream.getvalue()


def bundle(files: Mapping[str, bytes]) -> bytes:
    """Return a bundle of files by their names.

    Examples
    --------
    >>> made = zipfile.ZipFile(io.BytesIO(bundle({"a.txt": b"one"})))
    >>> made.namelist()
    ['digests.txt', 'a.txt']
    """
    lines = [f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files)]
    return zipped({DIGESTS: "".join(lines).encode(), **files})


@contextmanager
def unpacked(path: Path) -> Iterator[Path]:
    """Give a folder with the files of a bundle, each with the checksum that it was packed with.

    Raises
    ------
    InputError
        If it is no bundle, or a file in it was changed, added or removed.
    """
    with regular(path, _ALLOWED) as file, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            with zipfile.ZipFile(file) as archive:
                _extract(archive, folder, path)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError) as error:
            raise InputError(Fault("a file that is no zip", _ALLOWED, (str(path),))) from error
        yield folder


def _extract(archive: zipfile.ZipFile, folder: Path, path: Path) -> None:
    entries = archive.infolist()
    if len(entries) > _MOST_FILES or sum(own.file_size for own in entries) > _MOST_BYTES:
        _refuse(path, "more than a result holds")
    names = [own.filename for own in entries]
    if DIGESTS not in names or len(set(names)) < len(names):
        _refuse(path, f"no {DIGESTS}")
    known = _digests(archive.read(DIGESTS))
    if set(known) != set(names) - {DIGESTS}:
        _refuse(path, f"other files than those of {DIGESTS}")
    for name in names:
        place = PurePosixPath(name)
        if place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
            _refuse(path, f"a file named {name!r}")
        content = archive.read(name)
        if name != DIGESTS and hashlib.sha256(content).hexdigest() != known[name]:
            _refuse(path, f"{name}, which was changed since it was packed")
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _digests(content: bytes) -> dict[str, str]:
    lines = content.decode("utf-8", "replace").splitlines()
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def _refuse(path: Path, found: str) -> NoReturn:
    raise InputError(Fault(found, _ALLOWED, (str(path),)))
