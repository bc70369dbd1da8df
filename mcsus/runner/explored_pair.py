"""Two sides of a page beside each other: before and now, a scenario, another study.

Sides of one study are drawn by its explorer, those of two studies as `mcsus.compare` draws them, so
that what they share has the same draws in both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.replication import share_error, standard_error, student_quantile
from mcsus.errors import Fault, InputError
from mcsus.result.wording import words
from mcsus.runner.explored import described
from mcsus.runner.explored_json import estimate, told_cell
from mcsus.runner.explorer import DRAWS, REPLICATES
from mcsus.runner.parties import Party
from mcsus.runner.seen import Seen
from mcsus.runner.sides import Side, inputs_of, on_shared_streams, refuse_other_units
from mcsus.runner.together import cells_at, drawn_together, inputs_behind
from mcsus.runner.why_apart import laws_behind, why_apart
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Json = dict[str, Any]

_NEVER = "it may be never, so that no difference is known"
_NOT_ABOVE_0 = "A is not above 0 in all draws"


class Drawn(NamedTuple):
    """Draws of one cell of both sides at the same points, in the unit of the first.

    Parameters
    ----------
    values : tuple of array, shape (replicate, draw)
    parts : tuple of dict
        Draws of what each is the sum of.
    """

    values: tuple[Array, Array]
    parts: tuple[dict[str, Array], dict[str, Array]]
    labels: Mapping[str, Label]
    meets: bool


def told_pair(a: Party, b: Party, output: str, labels: Mapping[str, Label]) -> Json:
    """Return what a page shows of two sides: both, how they differ, and why.

    Parameters
    ----------
    labels : mapping
        Of the cell; what a study does not have of them is left out.

    Raises
    ------
    InputError
        If functional units or dimensions differ, or one has no such output.

    Examples
    --------
    >>> from mcsus.runner.explorer import Explorer
    >>> explorer = Explorer("tinyml_table")
    >>> now = Party(explorer, [{"input": "ml_training", "scale": 2}])
    >>> told = told_pair(Party(explorer), now, "device_footprint", {})
    >>> told["difference"]["mean"]["value"] > 0, told["why"]["steps"][0]["input"]
    (True, 'ml_training')
    """
    one, other = a.side, b.side
    refuse_other_units(one, other)
    for side in (one, other):
        if output not in side.study.outputs:
            raise InputError(Fault(f"{side.name} has no output {output!r}", "one that both have"))
    seen = a.seen(output, labels), b.seen(output, labels)
    if a.explorer is b.explorer:
        drawn = _of_one_study(seen, output)
    else:
        drawn = _of_two_studies(one, other, output, labels)
    return {
        "output": output,
        "unit": one.study.outputs[output].text,
        "labels": dict(drawn.labels),
        "draws": DRAWS,
        "replicates": REPLICATES,
        "t": student_quantile(REPLICATES),
        "functional_unit": one.functional_unit,
        **_apart(drawn, one.study.intervals),
        "stages": _stages(drawn),
        **_shared((a, b), seen, output, labels),
        **why_apart(a, b, output, labels, drawn.values),
        "claims": _claims(seen),
    }


def _of_one_study(seen: tuple[Seen, Seen], output: str) -> Drawn:
    """Return the draws that an explorer has of both sides."""
    one, other = seen
    labels = [own.view.labelled(own.model, output)[0] for own in seen]
    parts = [own.made_of(output, at) for own, at in zip(seen, labels, strict=True)]
    factor = other.scales[output] / one.scales[output]
    return Drawn(
        (one.values[output][0], other.values[output][0] / factor),
        (parts[0], {name: own / factor for name, own in parts[1].items()}),
        labels[0],
        one.model.meets_individuals(output),
    )


def _of_two_studies(one: Side, other: Side, output: str, labels: Mapping[str, Label]) -> Drawn:
    """Return the draws of two studies at the labels that both have, those they share the same."""
    both = drawn_together(one, other, only=output, draws=DRAWS, replicates=REPLICATES)
    own = both.outputs[0]
    known = [own.labels[dim] for dim in own.dims]
    chosen = [
        at.index(labels[dim]) if labels.get(dim) in at else 0
        for dim, at in zip(own.dims, known, strict=True)
    ]
    place = int(np.ravel_multi_index(chosen, [len(at) for at in known])) if known else 0
    factor = both.sides[0].study.outputs[output].factor
    rows, parts = [], []
    for side, model, values in zip(both.sides, both.models, both.values, strict=True):
        at = {
            name: cells_at(name, side, model, own.dims, own.labels)[place]
            for name in values
            if {*model.dims_of[name]} <= {*own.dims, "scenario"}
        }
        held = {name: values[name][k] / factor for name, k in at.items()}
        rows.append(held.pop(output))
        parts.append(held)
    at_labels = {dim: at[k] for dim, at, k in zip(own.dims, known, chosen, strict=True)}
    meets = any(model.meets_individuals(output) for model in both.models)
    return Drawn((rows[0], rows[1]), (parts[0], parts[1]), at_labels, meets)


def _apart(drawn: Drawn, levels: Sequence[float]) -> Json:
    """Return what the draws say of both sides, of the difference and of the ratio."""
    a, b = drawn.values

    def cell(values: Array) -> Json:
        told = told_cell(described(values, drawn.labels, levels, {}, meets=drawn.meets))
        return {key: told[key] for key in ("mean", "median", "quantiles", "intervals", "never")}

    finite = bool(np.isfinite(a).all() and np.isfinite(b).all())
    less = (b < a).mean(axis=1)
    means = cell(a)["mean"], cell(b)["mean"]
    known = finite and (a > 0).all()
    return {
        "a": cell(a),
        "b": cell(b),
        "difference": cell(b - a) if finite else None,
        "ratio": cell(b / a) if known else None,
        "ratio_of_means": means[1]["value"] / means[0]["value"] if known and all(means) else None,
        "less": estimate(float(less.mean()), float(share_error(less, a.shape[1]))),
        "equal": float((a == b).mean()),
        "reason": "" if known else _NOT_ABOVE_0 if finite else _NEVER,
    }


def _stages(drawn: Drawn) -> list[Json]:
    """Return how what both are the sum of differs; nothing where one is no sum."""
    one, other = drawn.parts
    if not one or not other:
        return []
    nothing = np.zeros_like(drawn.values[0])
    found = []
    for name in dict.fromkeys([*one, *other]):
        pair = one.get(name, nothing).mean(axis=1), other.get(name, nothing).mean(axis=1)
        each = pair[1] - pair[0]
        apart = estimate(float(each.mean()), float(standard_error(each)))
        ends = {"a": float(pair[0].mean()), "b": float(pair[1].mean())}
        found.append({"id": name, "title": words(name), **ends, "apart": apart})
    return found


def _shared(
    parties: tuple[Party, Party], seen: tuple[Seen, Seen], output: str, labels: Mapping[str, Label]
) -> Json:
    """Return which inputs have the same draws in both, and which vary in one alone."""
    sides = parties[0].side, parties[1].side
    _, reasons = on_shared_streams(sides[0].study, sides[1].study)
    used = [inputs_behind(own.model, [output]) for own in seen]
    shared, apart = inputs_of(sides, reasons, (used[0], used[1]))
    varying = [
        {
            name
            for name, cells in laws_behind(party, output, labels).items()
            if any(own.cell.law.family not in ("constant", "conditional") for own in cells.values())
        }
        for party in parties
    ]
    known = {own.of for own in shared}, {own.against for own in shared}
    return {
        "shared": [own._asdict() for own in shared],
        "drawn_apart": [own._asdict() for own in apart],
        "only_a": sorted(varying[0] - known[0]),
        "only_b": sorted(varying[1] - known[1]),
    }


def _claims(seen: tuple[Seen, Seen]) -> list[Json]:
    """Return the claims of both sides, with what is known of each in either."""
    found: dict[str, Json] = {}
    for key, own in zip(("a", "b"), seen, strict=True):
        for claim in own.run.study.claims:
            judgement = own.judgements[claim.id][0]
            row = found.setdefault(
                claim.id,
                {"id": claim.id, "statement": claim.statement, "confidence": claim.confidence},
            )
            row[key] = {
                "probability": judgement.probability,
                "error": judgement.error,
                "verdict": str(judgement.verdict),
            }
    return list(found.values())
