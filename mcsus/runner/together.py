"""Two sides drawn at the same points: the outputs that both have, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.counting.finite import refuse_not_finite
from mcsus.engine.executors import default_threads
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import Fault, InputError, RefusedError
from mcsus.model import Model
from mcsus.runner.sides import Shared, Side, inputs_of, on_shared_streams, refuse_other_units
from mcsus.runner.validity import breakdowns, check
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.study.conditional import written_name
from mcsus.vocabulary import SCENARIO, Label

Array = NDArray[np.float64]

_MOST_VALUES = 1 << 27  # of both: one GiB


Values = tuple[dict[str, Array], dict[str, Array]]
"""By output, shape (cell, replicate, draw), of each side."""


class AlignedOutput(NamedTuple):
    """An output that both have: its cells in each, one pair for each combination of labels."""

    name: str
    dims: tuple[str, ...]
    labels: Mapping[str, tuple[Label, ...]]
    cells: tuple[NDArray[np.int64], NDArray[np.int64]]


class Together(NamedTuple):
    """Two sides, drawn at the same points.

    Parameters
    ----------
    outputs : list
        That both have: their cells in each side.
    left : list of dict
        Why others are not compared.
    values : tuple of dict
        Draws of each side, in base units.
    shared, apart : list
        Inputs that share draws, and those of one name that do not.
    """

    sides: tuple[Side, Side]
    models: tuple[Model, Model]
    outputs: list[AlignedOutput]
    left: list[dict[str, str]]
    design: Design
    values: Values
    shared: list[Shared]
    apart: list[Shared]


def drawn_together(
    one: Side,
    other: Side,
    *,
    only: str | None = None,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
) -> Together:
    """Return the draws of two sides, of outputs that both have; see `compare`.

    Parameters
    ----------
    only : str, optional
        The one output that is drawn, with what it is the sum of.
    """
    refuse_other_units(one, other)
    given, (moved, reasons) = (one, other), on_shared_streams(one.study, other.study)
    (first, model), (second, against) = check(one.study), check(moved)
    one, other, models = one._replace(study=first), other._replace(study=second), (model, against)
    outputs, left = aligned_outputs((one, other), models)
    outputs = [own for own in outputs if only in (None, own.name)]
    if not outputs:
        told = "; ".join(f"{own['output']}: {own['reason']}" for own in left)
        raise InputError(Fault(told, "an output of the same name and unit", ("A", "B")))
    design = _design(one.study, other.study, draws, replicates, seed)
    names = [output.name for output in outputs]
    wanted = [
        (*names, *(parts_of(side.study, own, only) if only else ()))
        for side, own in zip((one, other), models, strict=True)
    ]
    values = _values((one.study, other.study), models, wanted, design, threads)
    used = [inputs_behind(model, names) for model in models]
    shared, apart = inputs_of(given, reasons, (used[0], used[1]))
    return Together((one, other), models, outputs, left, design, values, shared, apart)


def parts_of(study: Study, model: Model, output: str) -> tuple[str, ...]:
    """Return what an output is the sum of, as far as the model works it out."""
    parts = breakdowns(study, model).get(output, ())
    return tuple(parts) if all(part in model.dims_of for part in parts) else ()


def inputs_behind(model: Model, outputs: Sequence[str]) -> set[str]:
    """Return the inputs of what is compared, as a study writes them."""
    reached = model.upstream(outputs)
    return {written_name(name) for name in reached.intersection(model.parameters)}


def _design(
    one: Study, other: Study, draws: int | str | None, replicates: int | None, seed: int | None
) -> Design:
    """Return the design of both: the fewest draws and replicates, unless others are asked for."""
    fewest = min(one.design.draws, other.design.draws)
    fewer = min(one.design.replicates, other.design.replicates)
    asked = draws or fewest, replicates or fewer
    return one.with_changes(draws=asked[0], replicates=asked[1], seed=seed).design


def aligned_outputs(
    sides: tuple[Side, Side], models: tuple[Model, Model]
) -> tuple[list[AlignedOutput], list[dict[str, str]]]:
    """Return the outputs that both have, and why others are not compared."""
    one, other = (side.study for side in sides)
    found, left = [], []
    for name in dict.fromkeys([*one.outputs, *other.outputs]):
        missing = [study.id for study in (one, other) if name not in study.outputs]
        if missing:
            left.append({"output": name, "reason": f"no output of {missing[0]}"})
        elif one.outputs[name].dimension != other.outputs[name].dimension:
            units = " and ".join(study.outputs[name].text for study in (one, other))
            left.append({"output": name, "reason": f"in units unlike each other: {units}"})
        elif made := _aligned(name, sides, models):
            found.append(made)
        else:
            left.append({"output": name, "reason": "at no label that both have"})
    return found, left


def _aligned(
    name: str, sides: tuple[Side, Side], models: tuple[Model, Model]
) -> AlignedOutput | None:
    """Return the cells of an output at the labels that both sides have, if there are any."""
    own = [model.dims_of[name] for model in models]
    dims = tuple(dict.fromkeys(dim for each in own for dim in each if dim != SCENARIO))
    labels: dict[str, tuple[Label, ...]] = {}
    for dim in dims:
        known = [m.dims[dim] for m, each in zip(models, own, strict=True) if dim in each]
        labels[dim] = tuple(label for label in known[0] if label in known[-1])
        if not labels[dim]:
            return None
    cells = tuple(
        cells_at(name, side, model, dims, labels) for side, model in zip(sides, models, strict=True)
    )
    return AlignedOutput(name, dims, labels, (cells[0], cells[1]))


def cells_at(
    name: str,
    side: Side,
    model: Model,
    dims: Sequence[str],
    labels: Mapping[str, tuple[Label, ...]],
) -> NDArray[np.int64]:
    """Return the numbers of the cells of an output at labels, over all dims, row-major."""
    places = np.arange(int(np.prod(model.shape(name)))).reshape(model.shape(name))
    own = list(model.dims_of[name])
    if SCENARIO in own:
        at = model.dims[SCENARIO].index(side.scenario)
        places = np.take(places, at, axis=own.index(SCENARIO))
        own.remove(SCENARIO)
    for axis, dim in enumerate(own):
        wanted = [model.dims[dim].index(label) for label in labels[dim]]
        places = np.take(places, wanted, axis=axis)
    order = [own.index(dim) for dim in dims if dim in own]
    shape = [len(labels[dim]) if dim in own else 1 for dim in dims]
    spread = places.transpose(order).reshape(shape)
    return np.broadcast_to(spread, [len(labels[dim]) for dim in dims]).ravel()


def _values(
    studies: tuple[Study, Study],
    models: tuple[Model, Model],
    names: Sequence[Sequence[str]],
    design: Design,
    threads: int | None,
) -> Values:
    """Return the draws of both sides, of some quantities of each, at the same points."""
    positions = [stream_positions({p.name: p for p in study.parameters}) for study in studies]
    for key in positions[1]:
        positions[0].setdefault(key, len(positions[0]))
    cells = [
        sum(int(np.prod(model.shape(name))) for name in own)
        for model, own in zip(models, names, strict=True)
    ]
    each = design.draws * design.replicates
    if sum(cells) * each > _MOST_VALUES:
        msg = (
            f"compare: found {each} draws of {sum(cells)} values; allowed: "
            f"{_MOST_VALUES // sum(cells)} draws of all replicates, as all are held; "
            "ask for fewer with --draws"
        )
        raise RefusedError(msg)
    one, other = (
        _drawn(Kernel(model, positions[0], study.mixes), own, design, threads)
        for study, model, own in zip(studies, models, names, strict=True)
    )
    return one, other


def _drawn(
    kernel: Kernel, names: Sequence[str], design: Design, threads: int | None
) -> dict[str, Array]:
    """Return the draws of some quantities, in base units."""
    plan = kernel.plan([Quantity(name) for name in names])
    ends = np.cumsum([kernel.program.cells(name) for name in names])
    out = np.empty((len(plan.quantity), design.replicates, design.draws))

    def draw(replicate: int) -> None:
        rows = kernel.run(plan, design, replicate)[:, 0]
        refuse_not_finite(rows, list(names), ends, kernel, design, replicate)
        out[:, replicate] = rows

    with ThreadPoolExecutor(threads or default_threads()) as pool:
        list(pool.map(draw, range(design.replicates)))
    return dict(zip(names, np.split(out, ends[:-1]), strict=True))
