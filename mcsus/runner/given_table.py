"""Which inputs drive the outputs of somebody else's model, from a table of its draws.

Rows are parted into blocks, which take the place of the replicates of a run: what methods make of
them, and how errors come about, is the same.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.base import DrawnValues, Explained, methods, pooled
from mcsus.analysis.given_draws import FromDraws
from mcsus.analysis.ranks import ranked
from mcsus.declared.reader import choices, close
from mcsus.errors import Fault, InputError
from mcsus.result.atomic import replacing
from mcsus.result.document import digest, sensitivity_documents
from mcsus.runner.assembly import analysis_data
from mcsus.runner.given_columns import Columns, columns_of
from mcsus.runner.memory import refuse_if_too_large
from mcsus.runner.rows_of_table import BLOCKS, Rows, rows_of
from mcsus.study.text_tables import Format
from mcsus.vocabulary import Caution

Array = NDArray[np.float64]

FILE = "sensitivity.json"

_TOLD = 3  # pairs of inputs that are named
_SURE = 5.0  # standard errors from which a correlation is none of chance
_METHODS = ("given_data", "delta", "pawn", "rbd_fast", "correlation")


@dataclass(frozen=True)
class GivenTable:
    """What the draws of a table say of its inputs.

    Parameters
    ----------
    about : dict
        Of what it is: table, rows, blocks, inputs, outputs, cautions, and methods with the array
        of each that is shown beside others.
    explained : dict of str to Dataset
        By output and method, as in the tree of a result.
    """

    about: dict[str, Any]
    explained: dict[str, xr.Dataset]

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as a JSON document."""
        document = {**self.about, "sensitivity": sensitivity_documents(self.explained)}
        return document | {"digest": digest(document)}

    def to_json(self) -> str:
        """Return the JSON document as a text."""
        return json.dumps(self.to_dict(), indent=1)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write ``sensitivity.json`` into a folder, whole or not at all."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        with replacing(target / FILE) as temporary:
            temporary.write_text(self.to_json() + "\n", encoding="utf-8")
        return target

    def __str__(self) -> str:
        from mcsus.result.given_text import given_text  # noqa: PLC0415

        return given_text(self.to_dict())


def sensitivity(
    table: Any,
    outputs: str | Sequence[str],
    *,
    inputs: Sequence[str] | None = None,
    methods: Sequence[str] | None = None,
    delimiter: str | None = None,
    decimal: str = ".",
    encoding: str = "utf-8",
) -> GivenTable:
    """Tell which inputs drive the outputs of any model, from its draws alone.

    Parameters
    ----------
    table : path, DataFrame, or mapping of str to array
        Columns of inputs and outputs, a row for each draw.
    outputs : str or sequence of str
        Columns that are explained.
    inputs : sequence of str, optional
        Columns that may explain them; all others by default. Those of texts are categories.
    methods : sequence of str, optional
        Of ``given_data``, ``delta``, ``pawn``, ``rbd_fast``, ``correlation``, ``known`` and
        ``polynomial_chaos``: all by default, but for ``rbd_fast`` and ``polynomial_chaos`` where
        inputs depend on each other.
    delimiter, decimal, encoding : str, optional
        How a file is written.

    Raises
    ------
    InputError
        If a column, a cell or a method is none.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(2, 4000))
    >>> found = sensitivity({"a": draws[0], "b": draws[1], "y": 2 * draws[0] + draws[1]}, "y")
    >>> found.to_dict()["sensitivity"]["y"]["cells"][0]["ranking"]
    ['a', 'b']
    """
    asked = [outputs] if isinstance(outputs, str) else list(outputs)
    chosen = _chosen(methods)
    columns, names = columns_of(table, asked, inputs, Format(delimiter, decimal, encoding))
    names, cautions = _varying(columns, asked, names)
    values = {name: columns.columns[name].values for name in [*names, *asked]}
    refuse_if_too_large(4 * len(values) * columns.rows, "sensitivity")
    ranks = {name: ranked(own) for name, own in values.items()}
    rows = rows_of(values, ranks, names)
    cautions += rows.cautions
    numbers = [name for name in names if not columns.columns[name].labels]
    if dependent := list(_dependent(numbers, ranks, rows.groups)):
        cautions.append(_of_dependence(dependent, methods))
        chosen = [method for method in chosen if not method.is_for_independent]
    explained: dict[str, xr.Dataset] = {}
    for output in asked:
        for method in chosen:
            used = tuple(numbers if method.is_of_numbers else names)
            if used:
                made = _explained(method, used, values, output, rows)
                cautions += _doubted(made, output)
                explained[f"{output}@{method.name}"] = analysis_data(made, {}, "1")
    about = {
        "table": columns.name,
        "sha256": columns.sha256,
        "rows": columns.rows,
        "blocks": BLOCKS,
        "inputs": [_input(columns, name) for name in names],
        "outputs": asked,
        "methods": {method.name: method.measure for method in chosen},
        "cautions": [{"kind": c.kind, "where": c.where, "text": c.text} for c in cautions],
    }
    return GivenTable(about, explained)


def _chosen(asked: Sequence[str] | None) -> list[FromDraws]:
    """Return the methods that are asked for."""
    known = {n: m for n, m in methods().items() if isinstance(m, FromDraws)}
    order = [*(name for name in _METHODS if name in known), *sorted(set(known) - set(_METHODS))]
    faults = []
    for name in asked or ():
        if name not in known:
            allowed = f"methods that draws are enough for: {choices(order)}"
            faults.append(Fault(repr(name), allowed, ("methods",), close(name, order)))
    if faults:
        raise InputError(*faults)
    return [known[name] for name in (dict.fromkeys(asked) if asked else order)]


def _varying(
    columns: Columns, outputs: Sequence[str], names: Sequence[str]
) -> tuple[list[str], list[Caution]]:
    """Return the inputs that vary, with a caution of the others; refuse outputs that do not."""
    still = [name for name, own in columns.columns.items() if np.ptp(own.values) == 0]
    faults = [
        Fault(f"column {name!r}, which has one value", "an output that varies", (columns.name,))
        for name in outputs
        if name in still
    ]
    kept = [name for name in names if name not in still]
    if not kept and not faults:
        found = "inputs that all have one value"
        faults.append(Fault(found, "an input that varies", (columns.name,)))
    if faults:
        raise InputError(*faults)
    left = [name for name in names if name in still]
    cautions = []
    if left:
        text = f"left out, as they have one value in all rows: {', '.join(left)}"
        cautions.append(Caution("constant_inputs", left[0], text))
    return kept, cautions


def _dependent(
    names: Sequence[str], ranks: Mapping[str, Array], independent: int
) -> Iterator[tuple[float, str, str]]:
    """Yield rank correlations of inputs that are none of chance, the strongest first."""
    if len(names) < 2:
        return
    table = np.corrcoef([ranks[name] for name in names])
    limit = _SURE / np.sqrt(independent)
    pairs = [
        (float(table[j, k]), names[j], names[k])
        for j, k in combinations(range(len(names)), 2)
        if abs(table[j, k]) > limit
    ]
    yield from sorted(pairs, key=lambda own: -abs(own[0]))


def _of_dependence(pairs: Sequence[tuple[float, str, str]], asked: Sequence[str] | None) -> Caution:
    """Say which inputs depend on each other; refuse what is asked for and does not allow it."""
    named = "; ".join(f"{a} and {b}, rank correlation {r:.2f}" for r, a, b in pairs[:_TOLD])
    if len(pairs) > _TOLD:
        named += f"; and {len(pairs) - _TOLD} more pairs"
    known = methods()
    if refused := [name for name in asked or () if known[name].is_for_independent]:
        found = f"{' and '.join(refused)} of inputs that are not: {named}"
        allowed = "inputs that are independent of each other, or other methods"
        raise InputError(Fault(found, allowed, ("methods",)))
    text = (
        f"inputs depend on each other ({named}): what is told of one holds with what it says of "
        "those, so shares may add up to more than the whole"
    )
    return Caution("dependent", pairs[0][1], text)


def _explained(
    method: FromDraws,
    inputs: tuple[str, ...],
    values: Mapping[str, Array],
    output: str,
    rows: Rows,
) -> Explained:
    """Return what a method says of an output."""
    parts: list[DrawnValues] = []
    share = rows.groups / len(rows.blocks)
    for block in range(BLOCKS):
        at = rows.blocks == block
        own = np.array([values[name][at] for name in inputs])
        parts.append(DrawnValues(own, values[output][at], is_even=rows.are_even, independent=share))
    found = pooled(method, parts)
    arrays = {key: own[np.newaxis] for key, own in found.values.items()}
    return Explained(method, list(inputs), arrays, {}, [found.doubt])


def _doubted(made: Explained, output: str) -> Iterator[Caution]:
    """Say why what a method says is not known, if so."""
    if made.doubts[0]:
        text = f"{made.method.title} of {output!r} are not settled: {made.doubts[0]}"
        yield Caution("unsettled_indices", output, text)


def _input(columns: Columns, name: str) -> dict[str, Any]:
    labels = columns.columns[name].labels
    return {"name": name} | ({"categories": list(labels)} if labels else {})
