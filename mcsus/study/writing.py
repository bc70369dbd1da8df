"""From the parts of a study back to the tables of its file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from mcsus.declared.table import plain
from mcsus.errors import Fault, InputError
from mcsus.parameters import Cell, Parameter
from mcsus.study.changes import as_written, suffixes, write_equation
from mcsus.study.claims import write_claim
from mcsus.study.copula_groups import without
from mcsus.study.grids import Dims, shared_dims
from mcsus.study.joints import written_apart
from mcsus.study.laws import ASSUMED, LAW
from mcsus.study.whole_file import TEXTS

if TYPE_CHECKING:
    from mcsus.study.definition import Study


def tables_of(study: Study) -> dict[str, Any]:
    """Return the tables of a study's file, with those parts written anew that are not as read."""
    read, tables = study.read, dict(study.document)
    for key in ("dims", "scenarios"):
        if getattr(study, key) != read[key]:
            found = f"other {key} than those of its file"
            raise InputError(Fault(found, "a study made from its tables", (study.place, key)))
    for key in TEXTS:
        if getattr(study, key) != read[key]:
            tables[key] = getattr(study, key)
    if study.claims != read["claims"]:
        tables["claims"] = [write_claim(claim) for claim in study.claims]
    if study.intervals != read["intervals"]:
        tables["intervals"] = {"levels": list(study.intervals)}

    bound = {name for group in study.dependence for name in group.parameters}
    joined = dict.fromkeys(name for group in read["dependence"] for name in group.parameters)
    for name in (name for name in joined if name not in bound):
        for table in _with_dependence(tables):
            table["dependence"] = without(table["dependence"], name)

    if "joint" in tables:
        tables["joint"] = written_apart(tables, study.parameters)

    def put(key: str, table: Mapping[str, Any]) -> None:
        if table != tables.get(key, {}):
            tables[key] = dict(table)

    for key in ("outputs", "breakdown", "design"):
        put(key, amended(tables.get(key, {}), read[key], getattr(study, key)))
    asked = study.asked()
    if study.sensitivity != asked:
        before = asked if "sensitivity" in tables else replace(asked, groups={})
        written = tables.get("sensitivity", {})
        put("sensitivity", amended(written, before.table, study.sensitivity.table))
    put("equations", _parts(study, "equations", write_equation))
    put("parameters", _parts(study, "parameters", partial(write_parameter, dims=study.dims)))
    return tables


def _with_dependence(tables: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the tables that have a dependence, of the study and of scenarios, to be changed."""
    if "scenarios" in tables:
        tables["scenarios"] = [dict(scenario) for scenario in tables["scenarios"]]
    return [table for table in (tables, *tables.get("scenarios", ())) if "dependence" in table]


def by_name(parts: Iterable[Any]) -> dict[str, Any]:
    """Return equations or parameters by their names."""
    return {part.name: part for part in parts}


def write_parameter(parameter: Parameter, dims: Dims) -> str | dict[str, Any]:
    """Return what stands for a parameter in a study file, without what scenarios set."""
    base = as_written(parameter, dims)
    own = f"study:{parameter.name}"
    cells, apart = iter(base.cells), iter(suffixes(base, dims))

    def below(rest: tuple[str, ...]) -> Any:
        if not rest:
            key = (cell := next(cells)).stream.removesuffix(next(apart))
            return _law(cell, None if key == own else key)
        return {"by": {rest[0]: {str(label): below(rest[1:]) for label in dims[rest[0]]}}}

    table: str | dict[str, Any] = below(base.dims)
    if isinstance(table, str):
        return table
    if base.dims:
        table |= {"unit": parameter.unit.text, "shared": shared_dims(base, dims)}
    table["kind"] = parameter.kind
    return table | ({"stage": parameter.stage} if parameter.stage else {})


def _law(cell: Cell, stream: str | None) -> str | dict[str, Any]:
    """Return the table of a law, or its id in the library."""
    about = cell.provenance
    if about.id is not None and about.id == stream:
        return about.id
    sources = [f"{s.id}, {s.locator}" if s.locator else s.id for s in about.sources]
    told = {
        "unit": cell.unit,
        "source": sources or ASSUMED,
        "evidence": about.evidence if about.sources else None,
        "rationale": about.rationale,
        "title": about.name,
        "note": about.note,
        "physical": about.physical,
        "typical": cell.typical,
        "stream": stream,
    }
    return cell.law.to_dict() | LAW.write(told)


def amended(table: Mapping[str, Any], before: Any, after: Any) -> dict[str, Any]:
    """Return the table that `before` was read from, as it says `after`; all else as written."""
    one, other = plain(before), plain(after)
    kept = {key: value for key, value in table.items() if key in other or key not in one}
    return kept | {key: value for key, value in other.items() if one.get(key) != value}


def _parts(study: Study, key: str, write: Callable[[Any], Any]) -> dict[str, Any]:
    """Return the table of the equations or parameters; those as read keep their words."""
    before, after = by_name(study.read[key]), by_name(getattr(study, key))
    table = study.document.get(key, {})
    kept = {name: value for name, value in table.items() if name in after or name not in before}
    changed = {
        name: write(part)
        for name, part in after.items()
        if part is not before.get(name) and part != before.get(name)
    }
    return kept | changed
