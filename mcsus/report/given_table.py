"""The page of a table of somebody else's draws: what drives its outputs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.report import write_texts

if TYPE_CHECKING:
    import xarray as xr


def write_given_table(
    about: Mapping[str, Any], explained: Mapping[str, xr.Dataset], folder: str | os.PathLike[str]
) -> Path:
    """Write ``index.html`` and a CSV file for each figure; return the page.

    Parameters
    ----------
    about : mapping
        What the table is: see `mcsus.runner.given_table`.
    explained : mapping of str to Dataset
        By output and method.
    """
    from mcsus.report.page import render  # noqa: PLC0415 - Jinja2
    from mcsus.report.reading import Explained  # noqa: PLC0415 - xarray
    from mcsus.report.sections.given import GivenDrivers, GivenRows  # noqa: PLC0415 - matplotlib

    reading = Explained(dict(about), dict(explained))
    shown = [GivenDrivers(reading), GivenRows(reading)]
    texts = {f"{figure.name}.csv": figure.csv() for own in shown for figure in own.figures}
    return write_texts(Path(folder), {**texts, "index.html": render(reading, shown)})
