"""The tables ``[[dependence]]``: parameters that are drawn together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.declared.items import flag, names, number, one_of, raw, text
from mcsus.declared.reader import MAX_FAULTS, TableReader, choices, close, shown
from mcsus.declared.table import Schema, Table
from mcsus.dependence import Mix, gaussian_mixes
from mcsus.dependence.student import LEAST_DF, MOST_DF
from mcsus.errors import FaultCollector
from mcsus.parameters import Parameter
from mcsus.study.correlations import (
    AUTO,
    RANK,
    Correlations,
    read_autocorrelation,
    read_correlations,
)
from mcsus.study.grids import Dims, labelled, shared_dims
from mcsus.study.joints import joint_of
from mcsus.study.matrix_files import MATRIX_FILE
from mcsus.study.parts import COPULAS, CopulaGroup
from mcsus.vocabulary import Caution, Label

MAX_MEMBERS = 100

_NUMBER: Schema = {"type": "number", "minimum": -1, "maximum": 1}
_MATRIX: Schema = {"type": "array", "items": {"type": "array", "items": _NUMBER}}
_CORRELATION: Schema = {"oneOf": [_NUMBER, _MATRIX, MATRIX_FILE.schema()]}

DEPENDENCE = Table(
    "dependence",
    "Parameters, or the labels of one, that are drawn together by a copula",
    {"not": {"required": ["correlation", RANK]}},
    parameters=names(
        "varying",
        "which parameters; one with over",
        "parameters",
        required=True,
        allowed="a list of at least two parameters, or of one with over",
        least=1,
    ),
    over=text("a dim: the labels of one parameter are drawn together"),
    copula=one_of(COPULAS, "how they hang together", required=True),
    df=number(
        "degrees of freedom of a Student-t copula",
        low=LEAST_DF,
        high=MOST_DF,
        allowed=f"a number from {LEAST_DF:g} to {MOST_DF:g}",
    ),
    correlation=raw(
        "of the normal scores, one for all pairs, a matrix, or the file of one", _CORRELATION
    ),
    rank_correlation=raw("Spearman's, of continuous laws", _CORRELATION),
    autocorrelation=number(
        "of the normal scores of neighbouring labels; of others its power by their distance",
        low=-1,
        high=1,
    ),
    repair=flag("whether the nearest valid matrix is taken where this one is not valid"),
)

Array = NDArray[np.float64]


class CopulaGroups:
    """All dependence of a study: the groups, the mixes of streams, and notes for readers."""

    def __init__(self) -> None:
        self.groups: list[CopulaGroup] = []
        self.mixes: dict[str, Mix] = {}
        self.notes: list[Caution] = []

    def fields(self) -> dict[str, Any]:
        """Return the fields of a Study."""
        return {
            "dependence": tuple(self.groups),
            "mixes": self.mixes,
            "notes": tuple(self.notes),
        }


class _Member(NamedTuple):
    """A parameter of a group and its streams by the labels over which they differ."""

    name: str
    dims: tuple[str, ...]
    streams: Mapping[tuple[Label, ...], str]

    def at(self, labels: Mapping[str, Label]) -> str:
        return self.streams[tuple(labels[dim] for dim in self.dims)]


def read_copula_groups(
    value: Sequence[Any],
    parameters: Mapping[str, Parameter],
    unreadable: frozenset[str],
    dims: Dims,
    inner: str | None,
    faults: FaultCollector,
    above: tuple[str, ...] = (),
) -> CopulaGroups:
    """Return the dependence of a study.

    Parameters
    ----------
    parameters : mapping
        The parameters as the study writes them, without scenarios.
    unreadable : frozenset of str
        Parameters with faults that are noted already.
    above : tuple of str
        Where the tables stand in the file.
    """
    groups = CopulaGroups()
    owner: dict[str, str] = {}
    for index, table in enumerate(value):
        here = str(index + 1)
        known = {"varying": (*parameters, *unreadable)}
        reader = DEPENDENCE.read(table, faults, (*above, "dependence", here), known)
        if not reader.is_table or len(faults.faults) > MAX_FAULTS:
            continue
        members = reader["parameters"]
        if not unreadable.isdisjoint(members) or not reader.is_sound:
            continue
        chosen = [parameters[name] for name in members]
        labels = _labels(reader, chosen, dims) if "over" in reader else members
        if reader.is_sound and "over" not in reader and not 2 <= len(members) <= MAX_MEMBERS:
            allowed = f"2 to {MAX_MEMBERS} parameters, or one with over"
            reader.fault("parameters", f"{len(members)} parameters", allowed)
        numbers = _correlations(reader, labels) if reader.is_sound else None
        if numbers is None:
            continue
        _check_laws(reader, chosen, inner)
        ordered = _members(reader, chosen, dims, owner, here)
        if reader.is_sound:
            _add(groups, ordered, reader, numbers.matrix, dims)
            groups.notes += _induced(here, ordered)
            groups.notes += _of_draws(here, chosen)
            if numbers.repaired:
                groups.notes.append(_repaired(here, numbers.repaired))
    return groups


def _labels(reader: TableReader, members: Sequence[Parameter], dims: Dims) -> tuple[Label, ...]:
    """Return the labels of one parameter that are drawn together."""
    dim = reader["over"]
    labels = dims.get(dim, ())
    if len(members) != 1:
        reader.fault("parameters", f"{len(members)} parameters with over", "one parameter")
    elif dim not in members[0].dims:
        own, name = members[0].dims, members[0].name
        found = f"{shown(dim)}, over which {name!r} has no labels"
        allowed = choices(own) if own else f"a dim of {name!r}, which has none"
        reader.fault("over", found, allowed, close(dim, own))
    elif dim in shared_dims(members[0], dims):
        found = f"{dim!r}, over which {members[0].name!r} is one value"
        reader.fault("over", found, f"a dim that is not shared: shared = [] beside by.{dim}")
    elif not 2 <= len(labels) <= MAX_MEMBERS:
        reader.fault("over", f"{len(labels)} labels of {dim!r}", f"2 to {MAX_MEMBERS} labels")
    else:
        along = _along(_member(members[0], dims), dim, dims)
        if any(len(set(streams)) < len(streams) for streams in along):
            found = f"labels of {dim!r} at which {members[0].name!r} is one value"
            reader.fault("over", found, "labels whose laws are drawn apart")
    return labels


def _correlations(reader: TableReader, members: Sequence[Label]) -> Correlations | None:
    """Read the copula and its numbers, between parameters or labels."""
    copula, repair, count = reader["copula"], reader["repair"], len(members)
    df = _degrees(reader, copula)
    given = [key for key in ("correlation", RANK, AUTO) if key in reader]
    if AUTO in given and "over" not in reader:
        reader.fault(AUTO, f"{AUTO} of parameters", f"{AUTO} of labels: over = 'year', or so")
    if copula in {"comonotone", "countermonotone"}:
        for key in (*given, *(["repair"] if "repair" in reader else [])):
            reader.fault(key, f"{key} of a {copula} copula", "none: it has no number to choose")
        if copula == "countermonotone" and count > 2:
            what = "labels" if "over" in reader else "parameters"
            allowed = f"two {what}: three cannot all move against each other"
            reader.fault("parameters", f"{count} {what}", allowed)
    elif copula is not None and len(given) != 1:
        found = " and ".join(given) or "nothing"
        known = f"correlation or {RANK}" + (f" or {AUTO}" if "over" in reader else "")
        reader.fault("correlation", found, f"either {known} (one is required)")
    if copula is None or count < 2 or not reader.is_sound:
        return None
    if not given:
        sign = 1.0 if copula == "comonotone" else -1.0
        return Correlations(np.where(np.eye(count) == 1, 1.0, sign))
    if given == [AUTO]:
        return read_autocorrelation(reader, members)
    return read_correlations(reader, given[0], count, df, repair=repair)


def _degrees(reader: TableReader, copula: str | None) -> float | None:
    """Return the degrees of freedom of a Student-t copula."""
    if copula != "student_t":
        if "df" in reader and copula is not None:
            reader.fault("df", f"df of a {copula} copula", "df with copula = 'student_t' only")
        return None
    df: float | None = reader["df"]
    allowed = DEPENDENCE.items["df"].allowed
    if "df" not in reader:
        reader.missing("df", allowed)
    elif df is not None and not LEAST_DF <= df <= MOST_DF:
        reader.fault("df", repr(df), f"{allowed}; beyond it the copula is gaussian")
    return df


def _check_laws(reader: TableReader, members: Sequence[Parameter], inner: str | None) -> None:
    """Refuse constants, and what has no place in one group."""
    for parameter in members:
        laws = {cell.law for cell in parameter.cells}
        if all(law.drawn.family == "constant" for law in laws):
            found = f"{parameter.name!r}, which is a constant"
            reader.fault("parameters", found, "parameters that vary")
        elif id_ := joint_of(parameter):
            found = f"{parameter.name!r}, which is drawn by the rows of joint {id_!r}"
            reader.fault("parameters", found, "parameters with laws of their own")
        elif RANK in reader and not all(law.is_continuous for law in laws):
            found = f"{RANK} of {parameter.name!r}, whose law has values of their own probability"
            allowed = "continuous laws: ranks that are shared have no such number; use correlation"
            reader.fault(RANK, found, allowed)
    varying = [p.name for p in members if p.kind == "variability"]
    if inner is not None and 0 < len(varying) < len(members):
        uncertain = next(p.name for p in members if p.kind != "variability")
        found = f"{varying[0]!r}, which differs between individuals, beside {uncertain!r}"
        allowed = (
            "parameters of one kind: the same individuals serve every draw, so what differs "
            "between them cannot follow what is drawn"
        )
        reader.fault("parameters", found, allowed)


def _members(
    reader: TableReader, chosen: Sequence[Parameter], dims: Dims, owner: dict[str, str], here: str
) -> list[_Member]:
    """Return the members so that each has the labels of those before it, and maybe more."""
    members = sorted((_member(p, dims) for p in chosen), key=lambda m: len(m.dims))
    for member in members:
        for stream in member.streams.values():
            known = owner.setdefault(stream, f"{member.name!r} in dependence {here}")
            if known != f"{member.name!r} in dependence {here}":
                found = f"{member.name!r}, whose value is that of {known}"
                reader.fault("parameters", found, "each value in one dependence, once")
                break
    for one, other in itertools.pairwise(members):
        if not set(one.dims) <= set(other.dims):
            allowed = (
                "parameters that are apart over the same dims, or one over some of the other's"
            )
        elif one.dims != other.dims and reader["copula"] == "student_t":
            allowed = (
                "parameters apart over the same dims: their common scale has one value a label"
            )
        else:
            continue
        found = f"{one.name!r}, {_apart(one)}, beside {other.name!r}, {_apart(other)}"
        reader.fault("parameters", found, allowed)
    return members


def _repaired(here: str, how: str) -> Caution:
    return Caution("dependence", f"dependence {here}", f"dependence {here}: {how}")


def _induced(here: str, members: Sequence[_Member]) -> list[Caution]:
    """Tell that labels which follow one value are no longer independent of each other."""
    one, other = members[0], members[-1]
    if one.dims == other.dims:
        return []
    dims = ", ".join(dim for dim in other.dims if dim not in one.dims)
    text = (
        f"dependence {here}: the labels of {other.name!r} over {dims} all follow {one.name!r}, so "
        "they are correlated with each other too, by the square of their correlation with it"
    )
    return [Caution("dependence", f"dependence {here}", text)]


def _of_draws(here: str, members: Sequence[Parameter]) -> list[Caution]:
    """Tell of which members the draw of the law alone depends on the others."""
    return [
        Caution(
            "dependent",
            member.name,
            f"dependence {here}: that of {member.name!r} is of the draw of its own law, given the "
            "quantities that the law takes",
        )
        for member in members
        if any(cell.law.drawn is not cell.law for cell in member.cells)
    ]


def _apart(member: _Member) -> str:
    return f"apart over {', '.join(member.dims)}" if member.dims else "one value"


def _member(parameter: Parameter, dims: Dims) -> _Member:
    """Return the streams of a parameter by the dims along which they differ."""
    shared = shared_dims(parameter, dims)
    own = tuple(dim for dim in parameter.dims if dim not in shared)
    cells = zip(labelled(parameter.dims, dims), parameter.cells, strict=True)
    streams = {tuple(labels[dim] for dim in own): cell.stream for labels, cell in cells}
    return _Member(parameter.name, own, streams)


def _add(
    groups: CopulaGroups,
    members: Sequence[_Member],
    row: TableReader,
    correlation: Array,
    dims: Dims,
) -> None:
    """Add the mixes of one group, label by label."""
    listed, copula, df = (row[key] for key in ("parameters", "copula", "df"))
    if row["over"]:
        (member,), matrix = members, correlation
        joined = list(_along(member, row["over"], dims))
    else:
        order = [listed.index(member.name) for member in members]
        matrix = correlation[np.ix_(order, order)]
        every = labelled(members[-1].dims, dims)
        joined = [[member.at(at) for member in members] for at in every]
    for streams in joined:
        if copula in {"gaussian", "student_t"}:
            scale = None if df is None else f"{streams[0]}|scale"
            groups.mixes |= gaussian_mixes(streams, matrix, df, scale)
        else:
            groups.mixes |= {
                stream: Mix((streams[0],), (float(matrix[0, 1 + k]),))
                for k, stream in enumerate(streams[1:])
            }
    rows = tuple(tuple(map(float, row)) for row in correlation)
    streams_of_all = frozenset(key for member in members for key in member.streams.values())
    made = CopulaGroup(listed, copula, rows, df, streams_of_all, row["over"])
    groups.groups.append(made)


def _along(member: _Member, dim: str, dims: Dims) -> Iterator[list[str]]:
    """Yield the streams of the labels of a dim, at each of the other labels of a parameter."""
    others = tuple(name for name in member.dims if name != dim)
    for at in labelled(others, dims):
        yield [member.at({**at, dim: label}) for label in dims[dim]]


def without(tables: Sequence[Mapping[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return ``[[dependence]]`` tables without a parameter; a group of one is none."""
    kept = []
    for table in tables:
        listed = list(table["parameters"])
        if name not in listed:
            kept.append(dict(table))
        elif len(listed) > 2:
            gone = listed.index(name)
            rest = {**table, "parameters": listed[:gone] + listed[gone + 1 :]}
            for key in ("correlation", RANK):
                if isinstance(table.get(key), list | tuple):
                    rows = [row for k, row in enumerate(table[key]) if k != gone]
                    rest[key] = [[x for k, x in enumerate(row) if k != gone] for row in rows]
            kept.append(rest)
    return kept
