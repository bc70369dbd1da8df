"""A quick look at a study, again at each save of its file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mcsus.cli.printing import clear, printable, say, shortened
from mcsus.errors import Fault, InputError, McsusError

if TYPE_CHECKING:
    from mcsus.study import Study

_EVERY = 0.1  # seconds between two looks at the files
_DRAWS, _REPLICATES, _POINTS = 4096, 8, 1024  # of a quick look, at most


def watched(path: Path, read: Callable[[], Study], threads: int | None, *, full: bool) -> None:
    """Print a quick look at a study, again whenever its file or a table of it is saved.

    Parameters
    ----------
    read : callable
        Returns the study as it stands in the file.

    Raises
    ------
    InputError
        If there is no such file.
    """
    from mcsus.cli.telling import summary_text  # noqa: PLC0415
    from mcsus.runner import Run, Settings  # noqa: PLC0415
    from mcsus.study.told_files import files_of  # noqa: PLC0415

    if not path.is_file():
        raise InputError(Fault(repr(str(path)), "a .toml file to watch", ("--watch",)))
    beside: list[Path] = []

    def look() -> str:
        study = read()
        beside[:] = [path.parent / each["file"] for each in files_of(study.document)]
        few = quick(study)
        [result] = Run(few, Settings(threads=threads, analyses=("outputs",))).results()
        drawn = f"{few.design.draws:,} draws in each of {few.design.replicates} replicates"
        return f"{summary_text(result, full=full)}\n\nA quick look on {drawn}; nothing is saved"

    show(path, look, saves(path, beside))


def show(path: Path, look: Callable[[], str], turns: Iterable[None]) -> None:
    """Print what a look tells at each turn; what is wrong with the file is told too."""
    for _ in turns:
        clear()
        try:
            say(look())
        except McsusError as error:
            lines = [printable(own) for own in str(error).splitlines()]
            say("\n  ".join([f"mcsus: {path} does not run", *shortened(lines, "more")]), err=True)
        say(f"\nWatching {path}; Ctrl-C ends it", err=True)


def quick(study: Study) -> Study:
    """Return a study with so few draws that it runs in tenths of a second."""
    design, asked = study.design, study.sensitivity
    few = replace(
        design, draws=min(design.draws, _DRAWS), replicates=min(design.replicates, _REPLICATES)
    )
    points = replace(
        asked,
        draws=min(asked.draws, _POINTS),
        replicates=min(asked.replicates, _REPLICATES),
        options={**asked.options, "estimator": "streaming"},  # fits nothing beforehand
    )
    return replace(study, design=few, sensitivity=points)


def saves(
    path: Path, beside: Sequence[Path], wait: Callable[[float], object] = time.sleep
) -> Iterator[None]:
    """Yield at once, and then each time one of the files was saved.

    Parameters
    ----------
    beside : sequence of Path
        Further files that are looked at; they may become others meanwhile.
    wait : callable
        Waits so many seconds.
    """
    before = _states([path])
    yield
    while True:
        now = _states([path, *beside])
        is_saved = any(before.get(own, state) != state for own, state in now.items())
        before |= now
        if is_saved:
            yield
        else:
            wait(_EVERY)


def _states(paths: Sequence[Path]) -> dict[Path, tuple[int, int, int]]:
    """Return what changes when a file is saved; nothing of one that is just being replaced."""
    found = {}
    for path in paths:
        try:
            known = path.stat()
        except OSError:
            continue
        found[path] = (known.st_mtime_ns, known.st_size, known.st_ino)
    return found
