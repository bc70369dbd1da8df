"""What methods make of the replicates of a run, and of all of them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from mcsus.analysis.base import (
    DEFAULT_METHODS,
    Data,
    Explained,
    Method,
    Pooled,
    Wants,
    pooled,
    stacked,
)
from mcsus.model import Rounding
from mcsus.result.arrays import CONSTANT, ON, POINTS, REASON
from mcsus.runner.fixed_values import FixedRun
from mcsus.runner.given_values import DrawRun, PointRun
from mcsus.runner.group_values import GroupRun, Key
from mcsus.runner.narrowed_values import NarrowedRun
from mcsus.runner.redrawn_values import RedrawRun
from mcsus.runner.terms_values import TermsRun
from mcsus.runner.typical_values import TypicalRun

Evaluated = (
    GroupRun | DrawRun | PointRun | RedrawRun | TypicalRun | FixedRun | TermsRun | NarrowedRun
)

Replicates = list[dict[Key, Any]]
"""What a method makes of each replicate."""

Pools = dict[Key, Pooled]
"""What a method makes of all replicates, by cell."""


def reduced(
    method: Method, run: Evaluated, data: Iterable[Mapping[Key, Data]]
) -> Iterator[dict[Key, Any]]:
    """Yield what a method makes of the data of each replicate."""
    for replicate in data:
        yield {
            key: _reduced(method, own, run.places.get(key), run.rounding[key[1]])
            for key, own in replicate.items()
        }


def pools(method: Method, replicates: Replicates) -> Pools:
    """Return what a method makes of all replicates, by cell."""
    return {key: pooled(method, [each[key] for each in replicates]) for key in replicates[0]}


def explained(
    method: Method,
    wants: Wants,
    run: Evaluated,
    estimates: Sequence[Mapping[Key, Any]],
    outputs: Sequence[str],
    cells: Pools,
) -> dict[str, Explained]:
    """Return what a method says of each output, by grouping, from what it makes of replicates.

    Parameters
    ----------
    cells : mapping of tuple to Pooled
        What it makes of all of them, by cell.
    """
    mark = "" if method.name in DEFAULT_METHODS else f"@{method.name}"
    tables = {}
    for grouping in dict.fromkeys(key for key, _ in run.inputs):
        for output in dict.fromkeys(outputs):
            places = [(grouping, row) for row, own in enumerate(outputs) if own == output]
            keys = [key for key in places if key in run.inputs]
            names = run.inputs[keys[0]]
            replicates = [[each[key] for each in estimates] for key in keys]
            values = stacked([cells[key].values for key in keys])
            told: dict[str, str | int] = dict(method.told(wants))
            if isinstance(run, GroupRun | PointRun):
                told |= run.told(keys)
            if isinstance(run, RedrawRun):
                told |= run.told(grouping)
            if isinstance(run, FixedRun):
                told |= run.told()
            if isinstance(run, NarrowedRun):
                values |= run.beside(keys)
            if isinstance(run, TermsRun):
                told |= run.told(output)
            if isinstance(run, GroupRun | DrawRun | RedrawRun) and run.ranked:
                told |= {ON: "ranks", POINTS: run.run.design.draws}
            told |= _silent(method, replicates)
            if reason := next(filter(None, map(method.reason, replicates)), ""):
                told[REASON] = reason
            doubts = [cells[key].doubt for key in keys]
            tables[f"{output}{mark}{grouping}"] = Explained(method, names, values, told, doubts)
    return tables


def _silent(method: Method, cells: Sequence[Sequence[Any]]) -> dict[str, str]:
    """Say in how many replicates an output that varies does not, if in any."""
    counts = [sum(map(method.is_still, replicates)) for replicates in cells]
    some = [k for k, own in zip(counts, cells, strict=True) if k < len(own)]
    return {CONSTANT: f"{max(some)} of {len(cells[0])}"} if any(some) else {}


def _reduced(method: Method, data: Data, places: Sequence[int] | None, rounding: Rounding) -> Any:
    """Return what one replicate says, of some of the inputs alone."""
    estimates = method.estimate(data)
    if not rounding.varies(data.spread):
        estimates = method.still(estimates)
    if places is None:
        return estimates
    return method.of_inputs(estimates, places)
