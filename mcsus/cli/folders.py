"""Folders that commands write to, looked at before anything is computed."""

import os
import tempfile
from pathlib import Path

from mcsus.errors import Fault, InputError


def writable(folder: Path, option: str) -> Path:
    """Return `folder` if it can be written to or made.

    Raises
    ------
    InputError
    """
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    what = "a folder without write permission" if there.is_dir() else "a file"
    if there.is_dir() and os.access(there, os.W_OK):
        try:  # some folders, such as /proc, promise more than they hold
            with tempfile.TemporaryFile(dir=there):
                return folder
        except OSError as error:
            what = f"where nothing can be written ({error.strerror})"
    raise InputError(Fault(f"{there}, {what}", "a folder to write to", (option,)))
