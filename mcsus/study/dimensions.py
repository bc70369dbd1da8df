"""The table ``[dims]``: named dims and their labels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from mcsus.analysis.base import taken_names
from mcsus.declared.items import text, whole
from mcsus.declared.reader import TableReader, choices, close, finite, shown
from mcsus.declared.table import Table
from mcsus.errors import FaultCollector, InputError
from mcsus.expressions import check_name
from mcsus.vocabulary import LABEL_WORDS, MAX_LABEL, SCENARIO, Label, is_label

DIM = Table(
    "dim",
    "Labels: a list of texts or of numbers, a range, those of another dim, or individuals",
    first=whole("first label of a range of numbers"),
    last=whole("last label of a range of numbers"),
    step=whole("from one label of a range to the next; 1 by default", 1),
    like=text("a dim above whose labels it has"),
    draws=whole("individuals over which variability is averaged: a power of two", 2),
)

MAX_LABELS = 10_000
_EVEN = 1e-9  # of a step: what rounding does to labels such as 0.1, 0.2, 0.3
_NUMBERS = "numbers that go up from one label to the next"


def is_numeric(labels: Sequence[Label]) -> bool:
    """Tell whether a dim is numeric: a plain number in formulas."""
    return not any(isinstance(label, str) for label in labels)


def is_consecutive(labels: Sequence[Label]) -> bool:
    """Tell whether labels are numbers of which each is one more than that before it."""
    numbers = [label for label in labels if not isinstance(label, str)]
    return len(numbers) == len(labels) and all(b - a == 1 for a, b in pairwise(numbers))


def is_even(labels: Sequence[Label]) -> bool:
    """Tell whether numbers are all equally far apart, rounding apart."""
    steps = [float(b) - float(a) for a, b in pairwise(labels)]
    return not steps or max(steps) - min(steps) <= _EVEN * max(steps)


def read_dims(tables: Mapping[str, tuple[Any, FaultCollector]]) -> dict[str, tuple[Label, ...]]:
    """Return the labels of every dim that could be read, in order.

    Parameters
    ----------
    tables : mapping
        Name of the dim -> what the file says, and where its faults go.
    """
    dims: dict[str, tuple[Label, ...]] = {}
    for name, (value, faults) in tables.items():
        if not name_is_free(name, faults, "dims"):
            continue
        if name in taken_names():
            faults.add(
                f"the name {name!r}", "another name: results use this one themselves", "dims", name
            )
            continue
        labels = _labels(name, value, dims, faults)
        if labels:
            dims[name] = labels
    return dims


def name_is_free(name: str, faults: FaultCollector, section: str) -> bool:
    """Note a name that the language does not allow, or that is taken by the scenarios."""
    before = len(faults.faults)
    try:
        check_name(name)
    except InputError as error:
        for fault in error.faults:
            faults.add(fault.found, fault.allowed, section, name[:MAX_LABEL], nearest=fault.nearest)
    if name == SCENARIO:
        allowed = "another name: 'scenario' is the dim that [[scenarios]] become"
        faults.add(f"the name {name!r}", allowed, section, name)
    return len(faults.faults) == before


def _labels(
    name: str, value: Any, dims: Mapping[str, tuple[Label, ...]], faults: FaultCollector
) -> tuple[Label, ...]:
    if isinstance(value, list | tuple):
        return _written(name, value, faults)
    if not isinstance(value, Mapping):
        allowed = "a list of labels, { first = .., last = .. } or { like = '..' }"
        faults.add(shown(value), allowed, "dims", name)
        return ()
    reader = TableReader(value, faults, ("dims", name), tuple(DIM))
    if "draws" in reader:
        return _individuals(value, reader)
    if "like" in reader:
        return _alike(reader, dims)
    if not {"first", "last", "step"}.isdisjoint(value):
        return _range(reader)
    if not value:
        faults.add("an empty table", "{ first = .., last = .. } or { like = '..' }", "dims", name)
    return ()


def _individuals(value: Mapping[str, Any], reader: TableReader) -> tuple[Label, ...]:
    """Return the numbers of the individuals: inner draws, a power of two as they are Sobol'."""
    draws = value["draws"]
    if len(value) > 1:
        reader.fault("draws", "other keys beside draws", "draws alone")
    if isinstance(draws, bool) or not isinstance(draws, int) or draws.bit_count() != 1:
        reader.fault("draws", shown(draws), f"a power of two, up to {MAX_LABELS}")
        return ()
    if not 2 <= draws <= MAX_LABELS:
        reader.fault("draws", shown(draws), f"a power of two from 2 to {MAX_LABELS}")
        return ()
    return tuple(range(draws))


def inner_dim(tables: Mapping[str, tuple[Any, FaultCollector]]) -> str | None:
    """Return the dim of individuals, the one that is written as inner draws; at most one."""
    inner = [n for n, (v, _) in tables.items() if isinstance(v, Mapping) and "draws" in v]
    for name in inner[1:]:
        faults = tables[name][1]
        faults.add("a second dim of inner draws", "one", "dims", name)
    return inner[0] if inner else None


def _written(name: str, labels: Sequence[Any], faults: FaultCollector) -> tuple[Label, ...]:
    """Return labels that are listed: texts, or numbers."""
    if not labels or len(labels) > MAX_LABELS:
        faults.add(f"{len(labels)} labels", f"1 to {MAX_LABELS} labels", "dims", name)
        return ()
    texts = [label for label in labels if isinstance(label, str)]
    if texts and len(texts) < len(labels):
        faults.add("texts beside numbers", "either texts or numbers", "dims", name)
    return _texts(name, texts, faults) if texts else _numbers(name, labels, faults)


def _texts(name: str, labels: Sequence[str], faults: FaultCollector) -> tuple[Label, ...]:
    kept: dict[str, None] = {}
    for label in labels:
        if not is_label(label):
            faults.add(shown(label), LABEL_WORDS, "dims", name)
        elif label in kept:
            faults.add(f"label {shown(label)} twice", "distinct labels", "dims", name)
        else:
            kept[label] = None
    return tuple(kept)


def _numbers(name: str, labels: Sequence[Any], faults: FaultCollector) -> tuple[Label, ...]:
    """Return labels that are numbers; whole ones are plain integers however they are written."""
    kept: list[Label] = []
    last = -math.inf
    for label in labels:
        value = finite(label)
        if value is None:
            faults.add(shown(label), f"{_NUMBERS}; or texts in quotes", "dims", name)
        elif value <= last:
            found = f"{shown(label)} after {shown(kept[-1])}"
            faults.add(found, _NUMBERS, "dims", name)
        else:
            kept.append(int(value) if value.is_integer() else value)
            last = value
    return tuple(kept)


def _alike(reader: TableReader, dims: Mapping[str, tuple[Label, ...]]) -> tuple[Label, ...]:
    other = reader.raw("like")
    for key in ("first", "last", "step"):
        if key in reader:
            reader.fault(key, f"{key} beside like", "one or the other")
    if not isinstance(other, str) or other not in dims:
        allowed = f"a dim written above, {choices(dims)}" if dims else "a dim written above"
        reader.fault("like", shown(other), allowed, nearest=close(other, dims))
        return ()
    return dims[other]


def _range(reader: TableReader) -> tuple[Label, ...]:
    ends = []
    for key, default in (("first", None), ("last", None), ("step", 1)):
        value = reader.table.get(key, default)
        if value is None:
            reader.missing(key, "a whole number")
        elif isinstance(value, bool) or not isinstance(value, int):
            reader.fault(key, shown(value), "a whole number")
        else:
            ends.append(value)
    if len(ends) < 3:
        return ()
    first, last, step = ends
    if last < first:
        reader.fault("last", str(last), f"a whole number from {first}, the first label")
    elif step < 1:
        reader.fault("step", str(step), "a whole number from 1")
    elif (last - first) // step >= MAX_LABELS:
        count = (last - first) // step + 1
        reader.fault("last", f"{count} labels", f"at most {MAX_LABELS} labels")
    elif (last - first) % step:
        met = last - (last - first) % step
        allowed = f"a label that steps of {step} from {first} meet: {met} or {met + step}"
        reader.fault("last", str(last), allowed)
    else:
        return tuple(range(first, last + 1, step))
    return ()
