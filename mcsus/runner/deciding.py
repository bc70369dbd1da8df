"""How many draws more decide the claims that the draws of a design leave undecided.

As in `mcsus.runner.stopping`, the draws so far say once how many are needed, and nothing is looked
at in between: who looks after every few draws finds in the end what chance allows. If the claim is
undecided after these, more are planned from where it stands, up to the limit of the design.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.claims import Judgement, hold_shares, judge
from mcsus.analysis.replication import student_quantile
from mcsus.counting.draws import Draws
from mcsus.model import Model
from mcsus.study import Claim, Study
from mcsus.vocabulary import Verdict

Array = NDArray[np.float64]


def judged(model: Model, claim: Claim, drawn: Sequence[Draws]) -> list[Judgement]:
    """Return the judgement on every cell of a claim.

    Parameters
    ----------
    drawn : sequence of Draws
        Of its margin, in base units.
    """
    at_equality = not claim.margin.relation.is_strict
    roundings = model.rounding[claim.equation.name].cells()
    return [
        judge(cell, claim.confidence, rounding, holds_at_equality=at_equality)
        for cell, rounding in zip(drawn, roundings, strict=True)
    ]


def shares_that_hold(
    study: Study, model: Model, drawn: Mapping[str, Sequence[Draws]]
) -> dict[str, list[Array]]:
    """Return, by claim and cell, in what share of the draws of each replicate it holds."""
    return {
        claim.id: [
            hold_shares(cell, own, holds_at_equality=not claim.margin.relation.is_strict)
            for cell, own in zip(
                drawn[claim.equation.name],
                model.rounding[claim.equation.name].cells(),
                strict=True,
            )
        ]
        for claim in study.claims
    }


def undecided(study: Study, model: Model, drawn: Mapping[str, Sequence[Draws]]) -> dict[str, float]:
    """Return the undecided claims, each with how many times the draws would decide all its cells.

    Those that depend on individuals are left out: their noise is the same for any draws. So is
    everything where one replicate leaves the errors unknown.
    """
    found = {}
    bound = student_quantile(study.design.replicates)
    for claim in study.claims:
        name = claim.equation.name
        if study.design.replicates < 2 or model.meets_individuals(name):
            continue
        open_ = [
            one
            for one in judged(model, claim, drawn[name])
            if one.verdict == Verdict.UNDECIDED and math.isfinite(one.error)
        ]
        if open_:
            found[claim.id] = max(_times(one, claim.confidence, bound) for one in open_)
    return found


def _times(one: Judgement, confidence: float, bound: float) -> float:
    """Return how many times the draws tell a probability from the confidence asked for.

    The error is taken to fall with the square root, as it does for Monte Carlo; with Sobol' points
    it falls faster.
    """
    distance = abs(one.probability - confidence)
    return (bound * one.error / distance) ** 2 if distance > 0 else math.inf


def planned(times: Mapping[str, float], draws: int, most: int) -> int:
    """Return how many draws of a replicate are to decide some claims, after so many.

    The claim that needs most decides; where that is beyond the limit, the limit is reached.

    Examples
    --------
    >>> planned({"a": 3.0}, 1024, 8192), planned({"a": 100.0}, 1024, 8192)
    (4096, 8192)
    """
    wanted = max(times.values()) * draws
    if wanted >= most:
        return most
    return min(max(2 * draws, 1 << math.ceil(math.log2(wanted))), most)
