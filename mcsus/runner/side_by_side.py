"""Two studies or runs against each other, on the draws that they share."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.derived import DIFFERENCE, ORDER, RATIO, DerivedRow
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.counting.finite import refuse_not_finite
from mcsus.counting.never import paid_back
from mcsus.engine.executors import default_threads
from mcsus.engine.kernel import Kernel, stream_positions
from mcsus.engine.plans import Quantity
from mcsus.errors import Fault, InputError, RefusedError
from mcsus.model import Model
from mcsus.result.atomic import replacing
from mcsus.result.compared import comparison_documents
from mcsus.runner.comparisons import Comparison
from mcsus.runner.contrast_cautions import of_contrasts
from mcsus.runner.contrasts import Pair, compared_dataset, describe_pair, table_of
from mcsus.runner.sides import Side, inputs_of, on_shared_streams, refuse_other_units, side_of
from mcsus.runner.validity import check
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.study.conditional import written_name
from mcsus.vocabulary import SCENARIO, Caution, Label

if TYPE_CHECKING:
    from mcsus.result.tree import Result

Array = NDArray[np.float64]

_MOST_VALUES = 1 << 27  # of both: one GiB
STUDY = "study"
"""What is compared, as a dim of the JSON."""


class _Output(NamedTuple):
    """An output that both have: its cells in each, one pair for each combination of labels."""

    name: str
    dims: tuple[str, ...]
    labels: Mapping[str, tuple[Label, ...]]
    cells: tuple[NDArray[np.int64], NDArray[np.int64]]


class SideBySide:
    """Two studies, compared draw by draw.

    Attributes
    ----------
    about : dict
        What is compared, on which design, and which inputs share draws.
    comparisons : dict of str to Dataset
        By output: the arrays of `mcsus.result.comparison_arrays`.
    """

    def __init__(self, about: dict[str, Any], comparisons: dict[str, xr.Dataset]) -> None:
        self.about, self.comparisons = about, comparisons

    def to_dict(self) -> dict[str, Any]:
        """Return the document that ``mcsus compare --json`` prints."""
        return {**self.about, "comparisons": comparison_documents(self.comparisons)}

    def to_json(self) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=1, allow_nan=False)

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write ``compare.json`` into a folder, whole or not at all."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        with replacing(target / "compare.json") as temporary:
            temporary.write_text(self.to_json() + "\n", encoding="utf-8")
        return target

    def __str__(self) -> str:
        from mcsus.result.summary import compared_text  # noqa: PLC0415

        one, other = (side["name"] for side in self.about["compared"])
        shared = [own["of"] for own in self.about["shared"]]
        told = ", ".join(shared) or "none, so the two are drawn apart"
        lines = [f"{one} against {other}", compared_text(self.to_dict()["comparisons"])]
        lines.append(f"Inputs that share draws ({len(shared)}): {told}")
        lines += [f"Not compared: {own['output']}, {own['reason']}" for own in self._left]
        return "\n\n".join(lines)

    @property
    def _left(self) -> list[dict[str, str]]:
        left: list[dict[str, str]] = self.about["not_compared"]
        return left


def compare(
    a: Study | Result | str | os.PathLike[str],
    b: Study | Result | str | os.PathLike[str],
    *,
    draws: int | str | None = None,
    replicates: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
) -> SideBySide:
    """Compare two studies draw by draw: a less b, a over b, and how often a is lower.

    Inputs that come from one record of the library, or from one stream, have the same draws in
    both. Outputs of the same name and dimension are compared, at the labels that both have.

    Parameters
    ----------
    a, b : Study, Result, path, id, folder of a run, or ``STUDY:scenario``
        Of a study with scenarios, that as written unless a scenario is named.
    draws, replicates, seed : optional
        By default the fewest of both designs, and the seed of the first.
    threads : int, optional
        How many; the numbers do not depend on it.

    Raises
    ------
    InputError
        If the functional units differ, or no output can be compared.
    RefusedError
        If the draws of both would not fit in memory.

    Examples
    --------
    >>> found = compare("mcu_chip", "mcu_chip:renewable_fab", draws=256, replicates=2)
    >>> found.to_dict()["comparisons"]["chip_footprint"][0]["of"]
    {'study': 'mcu_chip'}
    """
    one, other = side_of(a, "A"), side_of(b, "B")
    refuse_other_units(one, other)
    names = one.name, other.name
    given, (moved, reasons) = (one, other), on_shared_streams(one.study, other.study)
    (first, model), (second, against) = check(one.study), check(moved)
    one, other, models = one._replace(study=first), other._replace(study=second), (model, against)
    outputs, left = _outputs((one, other), models)
    design = _design(one.study, other.study, draws, replicates, seed)
    values = _values((one.study, other.study), models, outputs, design, threads)
    comparisons = {
        f"{output.name}@{STUDY}": _compared(one.study, models, output, names, values)
        for output in outputs
    }
    used = [_inputs(model, outputs) for model in models]
    shared, apart = inputs_of(given, reasons, (used[0], used[1]))
    about = {
        "compared": [_told(side, name) for side, name in zip((one, other), names, strict=True)],
        "functional_unit": one.functional_unit,
        "design": {key: design.to_dict()[key] for key in ("kind", "draws", "replicates")},
        "seed": design.seed,
        "shared": [own._asdict() for own in shared],
        "drawn_apart": [own._asdict() for own in apart],
        "not_compared": left,
        "cautions": [
            {"kind": c.kind, "where": c.where, "text": c.text}
            for c in (
                *_unknown_unit(given),
                *of_contrasts({f"comparisons/{n}": d for n, d in comparisons.items()}),
            )
        ],
    }
    return SideBySide(about, comparisons)


def _unknown_unit(sides: tuple[Side, Side]) -> Iterator[Caution]:
    """Say where neither side tells what its numbers are for."""
    if not sides[0].functional_unit and sides[0].study.id != sides[1].study.id:
        text = "neither study says its functional_unit, so whether both are for the same is unknown"
        yield Caution("functional_unit", "", text)


def _inputs(model: Model, outputs: Sequence[_Output]) -> set[str]:
    """Return the inputs of what is compared, as a study writes them."""
    reached = model.upstream(output.name for output in outputs)
    return {written_name(name) for name in reached.intersection(model.parameters)}


def _told(side: Side, name: str) -> dict[str, Any]:
    study = side.study
    told = {"name": name, "study": study.id, "title": study.title, "scenario": side.scenario}
    return told | ({"variant": dict(study.variant)} if study.variant else {})


def _design(
    one: Study, other: Study, draws: int | str | None, replicates: int | None, seed: int | None
) -> Design:
    """Return the design of both: the fewest draws and replicates, unless others are asked for."""
    fewest = min(one.design.draws, other.design.draws)
    fewer = min(one.design.replicates, other.design.replicates)
    asked = draws or fewest, replicates or fewer
    return one.with_changes(draws=asked[0], replicates=asked[1], seed=seed).design


def _outputs(
    sides: tuple[Side, Side], models: tuple[Model, Model]
) -> tuple[list[_Output], list[dict[str, str]]]:
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
    if not found:
        told = "; ".join(f"{own['output']}: {own['reason']}" for own in left)
        raise InputError(Fault(told, "an output of the same name and unit", ("A", "B")))
    return found, left


def _aligned(name: str, sides: tuple[Side, Side], models: tuple[Model, Model]) -> _Output | None:
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
        _cells_at(name, side, model, dims, labels)
        for side, model in zip(sides, models, strict=True)
    )
    return _Output(name, dims, labels, (cells[0], cells[1]))


def _cells_at(
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


Values = tuple[dict[str, Array], dict[str, Array]]
"""By output, shape (cell, replicate, draw), of each side."""


def _values(
    studies: tuple[Study, Study],
    models: tuple[Model, Model],
    outputs: Sequence[_Output],
    design: Design,
    threads: int | None,
) -> Values:
    """Return the draws of both sides, at the same points."""
    positions = [stream_positions({p.name: p for p in study.parameters}) for study in studies]
    for key in positions[1]:
        positions[0].setdefault(key, len(positions[0]))
    names = [output.name for output in outputs]
    cells = [sum(int(np.prod(model.shape(name))) for name in names) for model in models]
    each = design.draws * design.replicates
    if sum(cells) * each > _MOST_VALUES:
        msg = (
            f"compare: found {each} draws of {sum(cells)} values; allowed: "
            f"{_MOST_VALUES // sum(cells)} draws of all replicates, as all are held; "
            "ask for fewer with --draws"
        )
        raise RefusedError(msg)
    one, other = (
        _drawn(Kernel(model, positions[0], study.mixes), names, design, threads)
        for study, model in zip(studies, models, strict=True)
    )
    return one, other


def _drawn(
    kernel: Kernel, names: list[str], design: Design, threads: int | None
) -> dict[str, Array]:
    """Return the draws of some quantities, in base units."""
    plan = kernel.plan([Quantity(name) for name in names])
    ends = np.cumsum([kernel.program.cells(name) for name in names])
    out = np.empty((len(plan.quantity), design.replicates, design.draws))

    def draw(replicate: int) -> None:
        rows = kernel.run(plan, design, replicate)[:, 0]
        refuse_not_finite(rows, names, ends, kernel, design, replicate)
        out[:, replicate] = rows

    with ThreadPoolExecutor(threads or default_threads()) as pool:
        list(pool.map(draw, range(design.replicates)))
    return dict(zip(names, np.split(out, ends[:-1]), strict=True))


def _compared(
    study: Study,
    models: tuple[Model, Model],
    output: _Output,
    names: tuple[str, str],
    values: Values,
) -> xr.Dataset:
    """Return what describes one output of both sides."""
    name, unit = output.name, study.outputs[output.name]
    kinds = (DIFFERENCE, RATIO, ORDER)
    meets = any(model.meets_individuals(name) for model in models)
    roundings = [model.rounding[name].cells() for model in models]

    def described(at: tuple[int, int]) -> dict[str, Array]:
        rows = np.stack([own[name][k] for own, k in zip(values, at, strict=True)])
        made = {kind: HeldDraws(DerivedRow(kind, 0, (1,)).values(rows)) for kind in kinds}
        raw: list[Draws] = [HeldDraws(own) for own in rows]
        pair = Pair(
            paid_back(raw[0]),
            paid_back(raw[1]),
            (roundings[0][at[0]], roundings[1][at[1]]),
            {kind: _told_apart(own, kind, meets=meets) for kind, own in made.items()},
            dict.fromkeys(kinds),
            rows.shape[-1],
        )  # fmt: skip
        return describe_pair(pair, 1 / unit.factor, study.intervals, study.compared.confidence)

    cells = [described((int(a), int(b))) for a, b in zip(*output.cells, strict=True)]
    made = Comparison(
        name, STUDY, (names,), output.dims, names, np.zeros((len(cells), 2), np.int64), kinds
    )
    data = compared_dataset(table_of(cells, 1), made, output.labels, unit.text, study.intervals)
    return data.assign_attrs(confidence=study.compared.confidence)


def _told_apart(draws: HeldDraws, kind: str, *, meets: bool) -> Draws:
    """Return draws of which statistics are told, of each replicate where individuals differ."""
    told = draws if kind == ORDER else paid_back(draws)
    return AveragedDraws(told) if meets and told is draws and draws.draws > 1 else told
