"""Result -> report: one page that stands alone, and the numbers behind its figures."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcsus.engine.beside import Beside
    from mcsus.result.tree import Result
    from mcsus.runner.live import Live

__all__ = ["prepare", "write_report"]

_PAGE = "index.html"


def write_report(
    result: Result,
    folder: str | os.PathLike[str],
    *,
    live: bool = False,
    beside: Beside | None = None,
) -> Path:
    """Write the report of a run: ``index.html``, ``headline.svg``, and a CSV file for each figure.

    Nothing in these files depends on when or where they are written, so that writing them again
    changes nothing.

    Parameters
    ----------
    result : Result
        Of a run, or loaded from its folder.
    folder : str or path
        Made if it does not exist.
    live : bool
        Whether the page carries the model with few draws, so that a reader changes inputs.
    beside : Beside, optional
        A process that draws some of the figures meanwhile.

    Raises
    ------
    InputError
        If a live report is asked for and the saved study is no longer valid, or one of its
        formulas has no JavaScript.

    Examples
    --------
    >>> import tempfile
    >>> from mcsus.runner import run
    >>> page = write_report(run("mcu_chip", draws=256, replicates=2), tempfile.mkdtemp())
    >>> page.read_text(encoding="utf-8").startswith("<!doctype html>")
    True
    """
    from mcsus.report.figures.handed import handed  # noqa: PLC0415 - matplotlib
    from mcsus.report.figures.svg import standalone  # noqa: PLC0415 - matplotlib
    from mcsus.report.page import render  # noqa: PLC0415 - Jinja2
    from mcsus.report.reading import Reading  # noqa: PLC0415 - xarray
    from mcsus.report.sections import sections  # noqa: PLC0415 - the same

    target = Path(folder)
    reading = Reading(result, _live(result) if live else None)
    shown = sections(reading)
    figures = [figure for section in shown for figure in section.figures]
    texts = {f"{figure.name}.csv": figure.csv() for figure in figures}
    texts[_PAGE] = render(reading, shown, handed(figures, beside) if beside else None)
    texts["headline.svg"] = standalone(figures[0].svg) + "\n"
    known = (target / _PAGE).exists()
    page = write_texts(target, texts)
    if known:  # figures that are no longer drawn
        for old in target.glob("*.csv"):
            if old.name not in texts:
                old.unlink()
    return page


def prepare() -> None:
    """Import what writes a report, so that a process that is handed figures begins at once."""
    import mcsus.report.figures.handed  # noqa: F401, PLC0415 - matplotlib


def _live(result: Result) -> Live:
    from mcsus.runner.live import live_of  # noqa: PLC0415 - numba
    from mcsus.runner.run import Run  # noqa: PLC0415
    from mcsus.runner.sides import study_of  # noqa: PLC0415

    return live_of(Run(study_of(result)))


def write_texts(folder: Path, texts: Mapping[str, str]) -> Path:
    """Write files of text into a folder, all of them or none; return the page in it.

    The folder is made if it does not exist.

    Raises
    ------
    RefusedError
        If they cannot be written.
    """
    from mcsus.result.atomic import made_folder, replacing  # noqa: PLC0415

    made_folder(folder)
    with ExitStack() as files:
        for name in sorted(texts, key=lambda name: name != _PAGE):  # what enters first goes last
            temporary = files.enter_context(replacing(folder / name))
            temporary.write_text(texts[name], encoding="utf-8", newline="\n")
    return folder / _PAGE
