"""A small job of the field: a study file as somebody would bring it, and the answer it should give.

Answers come from closed forms or from SciPy, never from a run. Each is met where the run comes
within `SPREADS` of its own standard errors, or to rounding where it states none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mcsus
from mcsus.errors import McsusError

HEAD = """schema = "mcsus/1"
id = "{id}"
design = {{ draws = 1024, replicates = 16 }}
"""
SPREADS = 6.0
"""Of Student's law with 15 degrees of freedom beyond 6: 2.4e-5, so .01 among 400 numbers."""

SPREADS_OF_SD = 10.0
"""Squares of the largest draws are skewed: where none is large, the error comes out small too."""

_ASKED = re.compile(r"(?P<what>\S+) (?P<name>\w+)(?:\[(?P<labels>.*)\])?(?: (?P<input>\w+))?")
_ROUNDING = 1e-9


@dataclass(frozen=True)
class Job:
    """One study file and what it should give.

    Parameters
    ----------
    name : str
        Also the id of the study.
    text : str
        The study file after `HEAD`.
    answers : mapping of str to number
        ``mean y``, ``sd y``, ``0.975 y`` (a quantile), ``never y``, ``P claim``, ``S1 y x``; with
        labels as in ``mean y[site=north]``. None stands for a number that must not be there.
    refused : str
        Pattern of the message, for a file that is to be refused.
    cautions : tuple of str
        Kinds that the run must tell; those of `silent` it must not.
    files : mapping of str to str
        What stands beside the study.
    """

    name: str
    text: str
    answers: Mapping[str, float | None] = field(default_factory=dict)
    refused: str = ""
    cautions: tuple[str, ...] = ()
    silent: tuple[str, ...] = ("no_mean", "impossible")
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """One number, or one message, that was asked for and what came."""

    job: str
    asked: str
    expected: str
    found: str
    spreads: float
    met: bool


def outcomes(job: Job, folder: Path) -> list[Outcome]:
    """Run one job in an empty folder and compare."""
    for name, text in job.files.items():
        (folder / name).write_text(text, encoding="utf-8")
    path = folder / f"{job.name}.toml"
    text = HEAD.format(id=job.name) + job.text
    path.write_text(text, encoding="utf-8")
    try:
        document = mcsus.run(path).to_dict()
    except McsusError as error:
        found = " | ".join(str(error).splitlines())
        met = bool(job.refused) and error.exit_code == 2 and bool(re.search(job.refused, found))
        expected = job.refused or "an answer"
        return [Outcome(job.name, "refused", expected, found.replace(str(folder), ""), 0.0, met)]
    if job.refused:
        return [Outcome(job.name, "refused", job.refused, "an answer", 0.0, met=False)]
    # a ratio of two labels may have no mean where each of them has one
    told = {one["kind"] for one in document["cautions"] if "@" not in one["where"]}
    rows = [compared(job, asked, document) for asked in job.answers]
    rows += [Outcome(job.name, f"caution {k}", "told", _told(k in told), 0.0, k in told)
             for k in job.cautions]  # fmt: skip
    rows += [Outcome(job.name, f"caution {k}", "silent", _told(k in told), 0.0, k not in told)
             for k in job.silent if k not in job.cautions]  # fmt: skip
    return rows


def _told(is_told: bool) -> str:
    return "told" if is_told else "silent"


def compared(job: Job, asked: str, document: Mapping[str, Any]) -> Outcome:
    """Compare one number of a document."""
    expected = job.answers[asked]
    value, error = _found(asked, document)
    if expected is None or value is None:
        met = expected is value
        return Outcome(job.name, asked, repr(expected), repr(value), 0.0, met)
    allowed = SPREADS_OF_SD if asked.startswith("sd ") else SPREADS
    distance = max(abs(value - expected) - _ROUNDING * abs(expected), 0.0)
    spreads = distance / error if error else (float("inf") if distance else 0.0)
    found = f"{value:.6g} +- {error:.2g}"
    return Outcome(job.name, asked, f"{expected:.6g}", found, spreads, spreads <= allowed)


def _found(asked: str, document: Mapping[str, Any]) -> tuple[float | None, float]:
    match = _ASKED.fullmatch(asked)
    assert match, asked
    what, name = match["what"], match["name"]
    labels = (
        dict(pair.split("=", 1) for pair in match["labels"].split("; ")) if match["labels"] else {}
    )
    group = "claims" if what == "P" else "sensitivity" if what in {"S1", "ST"} else "outputs"
    cell = _cell(document[group][name]["cells"], labels)
    if what == "P":
        known = cell["probability"]
    elif what in {"S1", "ST"}:
        known = cell["indices"].get(match["input"], {}).get(what)
    elif what[0].isdigit():
        known = next((row for row in cell["quantiles"] if row["p"] == float(what)), None)
    else:
        known = cell.get(what)
    return (None, 0.0) if known is None else (known["value"], known.get("error") or 0.0)


def _cell(cells: Sequence[Mapping[str, Any]], labels: Mapping[str, str]) -> Mapping[str, Any]:
    (cell,) = [c for c in cells if {k: str(v) for k, v in c["labels"].items()} == labels]
    return cell
