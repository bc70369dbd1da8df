"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mcsus.errors import Fault, InputError, RefusedError


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary path that replaces `target` when the block ends well.

    The file is on disk (fsync) before it gets its name, so that a reader never sees half of it.

    Raises
    ------
    RefusedError
        If it cannot be written; what was there before is kept.
    """
    temporary = None
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".tmp")
        os.close(descriptor)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as error:
        msg = f"{target}: cannot be written ({error.strerror}); what was there before is kept"
        raise RefusedError(msg) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def made_folder(folder: Path) -> Path:
    """Return a folder, which is made if it does not exist.

    Raises
    ------
    InputError
        If a file stands there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(Fault(f"{folder}, at or under a file", "a folder to write to")) from None
    return folder
