"""Problems of SALib: a dictionary as JSON, or its parameter file.

A parameter file has a line for each input: name, two or more bounds, and after them a group and a
distribution in words, where there are any (https://salib.readthedocs.io, `read_param_file`).
"""

import csv
import json
from functools import partial
from pathlib import Path
from typing import Any

from mcsus.errors import Fault, InputError
from mcsus.families import Distribution
from mcsus.neighbours.exported import Row, each, json_text, writes
from mcsus.neighbours.files import text_of
from mcsus.neighbours.imported import Imported, register
from mcsus.neighbours.salib import from_salib, to_salib

_KEYS = ("names", "bounds", "dists", "groups", "num_vars", "outputs", "sample_scaled")


@register("salib", "a problem of SALib")
def read(path: Path) -> Imported:
    """Return the laws of a problem."""
    text = text_of(path)
    problem = _json(text) if text.lstrip().startswith("{") else _lines(text)
    found = Imported()
    for key in ("names", "bounds"):
        if not isinstance(problem.get(key), list) or not problem[key]:
            raise InputError(Fault(f"no {key}", "a list of them", (key,)))
    names = [str(name) for name in problem["names"]]
    bounds, dists = problem["bounds"], problem.get("dists") or ["unif"] * len(names)
    if not len(names) == len(bounds) == len(dists):
        counts = f"{len(names)} names, {len(bounds)} bounds, {len(dists)} dists"
        raise InputError(Fault(counts, "as many of each"))
    for name, row, dist in zip(names, bounds, dists, strict=True):
        found.take(name, partial(_law, name, row, dist))
    if any(problem.get("groups") or ()):
        found.told.append("groups of inputs: --groups, or sensitivity.groups in the file, has them")
    if unknown := sorted(set(problem) - set(_KEYS)):
        found.told.append(f"not read: {', '.join(unknown)}")
    return found


def _law(name: str, bounds: list[float], dist: str) -> Distribution:
    return from_salib({"names": [name], "bounds": [bounds], "dists": [dist]})[name]


def _json(text: str) -> dict[str, Any]:
    try:
        problem = json.loads(text)
    except ValueError as error:
        raise InputError(Fault(f"no JSON ({error})", "a problem of SALib as JSON")) from None
    return dict(problem)


def _lines(text: str) -> dict[str, Any]:
    """Return the problem of a parameter file."""
    rows = [row for row in csv.reader(_stripped(text), skipinitialspace=True) if row]
    names, bounds, dists, groups = [], [], [], []
    for number, row in enumerate(rows, 1):
        numbers = []
        for cell in row[1:]:
            try:
                numbers.append(float(cell))
            except ValueError:
                break
        words = [cell.strip() for cell in row[1 + len(numbers) :] if cell.strip()]
        if len(numbers) < 2 or len(words) > 2:
            allowed = "a name, two to four bounds, then a group and a distribution or none"
            raise InputError(Fault(repr(",".join(row)), allowed, (f"row {number}",)))
        names.append(row[0].strip())
        bounds.append(numbers)
        dists.append(words[1] if len(words) > 1 else "unif")
        groups.append(words[0] if words and words[0] != "NA" else "")
    return {"names": names, "bounds": bounds, "dists": dists, "groups": groups}


def _stripped(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


@writes("salib", ".json")
def write(rows: list[Row], told: list[str]) -> str:
    """Return the problem of laws; a constant is no input there."""
    fixed = [row for row in rows if row.law.family == "constant"]
    if fixed:
        values = ", ".join(f"{row.name} = {row.law.typical():g} {row.unit}" for row in fixed)
        told.append(f"constants are no inputs there: {values}")
    rows = [row for row in rows if row not in fixed]
    problems = each(rows, lambda law: to_salib({"x": law}))
    return json_text(
        {
            "num_vars": len(rows),
            "names": [row.name for row in rows],
            "bounds": [list(own["bounds"][0]) for own in problems],
            "dists": [own["dists"][0] for own in problems],
        }
    )
