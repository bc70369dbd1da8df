"""Describes what is compared: differences and ratios as quantities, and which is lower."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from mcsus.analysis.contrasts import Estimate, effect_size, lower, overlap
from mcsus.analysis.intervals import CURVE, quantile_probabilities
from mcsus.analysis.replication import share_error, standard_error
from mcsus.counting.derived import DIFFERENCE, LOWEST, ORDER, RANK, RATIO
from mcsus.counting.draws import Draws
from mcsus.counting.never import paid_back
from mcsus.engine.executors import default_threads
from mcsus.model import Model, Rounding
from mcsus.model.rounding import TOLERANCE
from mcsus.result.comparison_arrays import COMPARISON
from mcsus.result.labelling import labelled
from mcsus.runner.comparisons import Comparison, comparisons
from mcsus.runner.derivations import Derivations
from mcsus.runner.description import described_cell, never, stacked
from mcsus.study import Study

Array = NDArray[np.float64]

_PARTS = (DIFFERENCE, RATIO)


class Pair(NamedTuple):
    """Two cells that are compared, in base units.

    Parameters
    ----------
    of, against : Draws
        Of the two.
    roundings : tuple of Rounding
        Of the two.
    made : mapping of str to Draws
        Kind of a derived row -> its draws, those that stand for no number among them.
    met : mapping
        The same at the points that meet all individuals, where there are any.
    drawn : int
        Draws of a replicate.
    """

    of: Draws
    against: Draws
    roundings: tuple[Rounding, Rounding]
    made: Mapping[str, Draws]
    met: Mapping[str, Any]
    drawn: int


def contrasts(
    study: Study,
    model: Model,
    drawn: Mapping[str, Sequence[Draws]],
    derived: Derivations,
    threads: int | None = None,
) -> dict[str, xr.Dataset]:
    """Describe what a study compares, by its place in the tree.

    Parameters
    ----------
    drawn : mapping of str to sequence of Draws
        Draws of every cell of the outputs, in base units.
    derived : Derivations
        What follows from them.
    threads : int, optional
        How many sort at a time; the numbers do not depend on it.
    """
    made = comparisons(study, model)
    with ThreadPoolExecutor(threads or default_threads()) as pool:
        return {
            f"comparisons/{each.name}": _dataset(study, model, each, drawn, derived, pool)
            for each in made
        }


def _dataset(
    study: Study,
    model: Model,
    made: Comparison,
    drawn: Mapping[str, Sequence[Draws]],
    derived: Derivations,
    pool: ThreadPoolExecutor,
) -> xr.Dataset:
    unit, confidence = study.outputs[made.output], study.compared.confidence
    roundings, first = model.rounding[made.output].cells(), int(made.rows.min())

    def described(at: tuple[int, int]) -> dict[str, Array]:
        rest, place = at
        own, other = (row - first for row in made.pair_rows(rest, made.pairs[place]))
        places = {kind: made.place(rest, place, kind) for kind in made.kinds}
        raw = {kind: derived.draws(k) for kind, k in places.items()}
        shown = {kind: paid_back(raw[kind]) for kind in _PARTS}
        whole = {
            kind: derived.averaged(places[kind], draws) if draws is raw[kind] else draws
            for kind, draws in shown.items()
        }
        order = ORDER if ORDER in raw else DIFFERENCE
        pair = Pair(
            drawn[made.output][own],
            drawn[made.output][other],
            (roundings[own], roundings[other]),
            whole | {ORDER: derived.averaged(places[order], raw[order])},
            {kind: derived.met(places[kind]) for kind in _PARTS},
            study.design.draws,
        )
        return describe_pair(pair, 1 / unit.factor, study.intervals, confidence)

    places = [(rest, k) for rest in range(len(made.rows)) for k in range(len(made.pairs))]
    values = table_of(list(pool.map(described, places)), len(made.pairs))
    if made.is_ranked:
        values |= _ranked(made, derived, study.design.draws)
    return compared_dataset(
        values, made, {dim: study.dims[dim] for dim in made.rest}, unit.text, study.intervals
    ).assign_attrs(confidence=confidence)


def describe_pair(
    pair: Pair, scale: float, levels: Sequence[float], confidence: float
) -> dict[str, Array]:
    """Return what describes two cells that are compared, by names of `COMPARISON`."""
    one, other = pair.roundings
    together = Rounding(np.maximum(one.usual, other.usual), np.maximum(one.most, other.most))
    difference, ratio = pair.made[DIFFERENCE], pair.made[RATIO]
    known = {
        DIFFERENCE: described_cell(difference, together, pair.met[DIFFERENCE], scale, levels),
        RATIO: described_cell(ratio, _of_ratio(pair, ratio), _finite(pair.met[RATIO]), 1, levels),
    }
    for kind, own in known.items():
        own |= {key: array[0] for key, array in never([pair.made[kind]], pair.drawn).items()}
    values = {f"{kind}_{key}": array for kind, own in known.items() for key, array in own.items()}
    probability, apart = lower(pair.made[ORDER], confidence, together)
    spread = known[DIFFERENCE]["sd"]
    size = effect_size(difference) if spread > 0 else Estimate(np.nan, np.nan)
    found = {"probability_less": probability, "overlap": overlap(pair.of, pair.against)}
    for name, told in (found | {"effect_size": size}).items():
        values |= {name: np.asarray(told.value), f"{name}_error": np.asarray(told.error)}
    return values | {"apart": np.asarray(apart.value)}


def _of_ratio(pair: Pair, ratio: Draws) -> Rounding:
    """Return what rounding does to a ratio, from what it does to both, at their middle."""
    divisor, size = abs(_middle(pair.against)), abs(_middle(ratio))
    one, other = (float(own.most) for own in pair.roundings)
    doubt = max(one, size * other) / divisor if divisor > 0 else 0.0
    doubt = max(doubt, TOLERANCE * size)
    known = np.asarray(doubt if np.isfinite(doubt) else 0.0)
    return Rounding(known, known)


def _middle(draws: Draws) -> float:
    """Return the median of the first replicate."""
    return float(draws.each()[0].replicate_quantiles(np.array([0.5]))[0, 0])


def _finite(met: Any) -> Any:
    """Return the draws that meet all individuals, unless some of them stand for no number."""
    return met if met is not None and np.isfinite(met.values).all() else None


def table_of(cells: Sequence[Mapping[str, Array]], pairs: int) -> dict[str, Array]:
    """Return what describes all pairs as arrays, shape (cell of the other dims, pair, ...)."""
    known = [own.name for entry in COMPARISON for own in entry.variables]
    names = [name for name in known if all(name in cell for cell in cells)]
    for kind in _PARTS:
        if not any(cell[f"{kind}_never"] > 0 for cell in cells):
            names = [name for name in names if not name.startswith(f"{kind}_never")]
    whole = {name: stacked([np.atleast_1d(cell[name]) for cell in cells]) for name in names}
    sizes = {name: np.shape(cells[0][name]) for name in names}
    return {name: a.reshape(-1, pairs, *sizes[name]) for name, a in whole.items()}


def _ranked(made: Comparison, derived: Derivations, draws: int) -> dict[str, Array]:
    """Return in how many draws each is the lowest, and its expected place among all."""
    rest, labels = range(len(made.rows)), range(len(made.labels))
    each = {
        kind: np.stack([derived.means(made.ranked(r, k, kind)) for r in rest for k in labels], 1)
        for kind in (LOWEST, RANK)
    }
    errors = {LOWEST: share_error(each[LOWEST], draws), RANK: standard_error(each[RANK])}
    shape = (len(made.rows), len(made.labels))
    found: dict[str, Array] = {}
    for kind, values in each.items():
        found |= {kind: values.mean(axis=0).reshape(shape)}
        found |= {f"{kind}_error": errors[kind].reshape(shape)}
    return found


def compared_dataset(
    values: Mapping[str, Array],
    made: Comparison,
    dims: Mapping[str, Sequence[Any]],
    unit: str,
    levels: Sequence[float],
) -> xr.Dataset:
    """Return the dataset of a comparison."""
    texts = [[str(label) for label in pair] for pair in made.pairs]
    own = {
        "compared_pair": [" - ".join(pair) for pair in texts],
        "quantile": quantile_probabilities(levels),
        "level": np.array(levels),
        "bound": ["low", "high"],
        "curve": CURVE,
    }
    if made.is_ranked:
        own["compared_label"] = [str(label) for label in made.labels]
    return labelled(COMPARISON, values, dims, own, unit).assign_attrs(
        output=made.output,
        dim=made.dim,
        pairs=json.dumps(list(made.pairs)),
        labels=json.dumps(list(made.labels)),
    )
