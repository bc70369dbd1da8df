"""An index page of many reports, with their answers, and their main numbers in one file."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcsus.report import write_texts
from mcsus.report.page import answer, environment
from mcsus.report.reading import Reading
from mcsus.report.sections import sections
from mcsus.result.verdicts import verdicts

if TYPE_CHECKING:
    from mcsus.result.tree import Result

_DIGITS = 6


def write_gallery(results: Sequence[Result], folder: str | os.PathLike[str]) -> Path:
    """Write ``index.html`` and ``numbers.json`` for reports that lie in folders below.

    Parameters
    ----------
    results : sequence of Result
        The report of each is in a folder called by the id of its study.
    folder : str or path
        Made if it does not exist.
    """
    cards = [_card(Reading(result)) for result in results]
    page = environment().get_template("gallery.html.j2").render(cards=cards)
    every = {result.provenance["study"]["id"]: numbers(result) for result in results}
    texts = {
        "index.html": "\n".join(line for line in page.splitlines() if line.strip()) + "\n",
        "numbers.json": json.dumps(every, indent=1) + "\n",
    }
    return write_texts(Path(folder), texts)


def numbers(result: Result) -> dict[str, Any]:
    """Return mean and median of every cell with their errors, to six digits."""
    outputs = result.to_dict()["outputs"]
    return {name: [_main(cell) for cell in told["cells"]] for name, told in outputs.items()}


def _main(cell: dict[str, Any]) -> dict[str, Any]:
    main = {"labels": cell["labels"]}
    if cell.get("never"):
        main["never"] = _rounded(cell["never"]["value"])
    for key in ("mean", "median"):
        told = cell[key] or {"value": None, "error": None}  # a mean that does not settle
        main[key] = _rounded(told["value"])
        main[f"{key}_error"] = _rounded(told["error"])
    return main


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_DIGITS}g}")


def _card(reading: Reading) -> dict[str, Any]:
    return {
        **{key: reading.study[key] for key in ("id", "title", "question")},
        "answer": answer(sections(reading)),
        "verdicts": verdicts(reading),
    }
