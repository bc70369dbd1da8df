"""The page of two studies that are compared on the draws that they share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.report import write_texts

if TYPE_CHECKING:
    import xarray as xr


def write_comparison(
    about: Mapping[str, Any], comparisons: Mapping[str, xr.Dataset], folder: str | os.PathLike[str]
) -> Path:
    """Write ``index.html`` and a CSV file for each figure.

    Parameters
    ----------
    about : mapping
        What is compared, and which inputs share draws: see `mcsus.runner.side_by_side`.
    comparisons : mapping of str to Dataset
        By output.
    """
    from mcsus.report.page import render  # noqa: PLC0415 - Jinja2
    from mcsus.report.reading import Compared  # noqa: PLC0415 - xarray
    from mcsus.report.sections.comparisons import Comparisons  # noqa: PLC0415 - matplotlib
    from mcsus.report.sections.shared import SharedDraws  # noqa: PLC0415 - matplotlib

    reading = Compared(dict(about), dict(comparisons))
    shown = [Comparisons(reading), SharedDraws(reading)]
    texts = {f"{figure.name}.csv": figure.csv() for own in shown for figure in own.figures}
    return write_texts(Path(folder), {**texts, "index.html": render(reading, shown)})
