"""Few draws of all outputs and a ranking of all inputs, quick enough to follow a hand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.analysis.base import Data, Explained, methods
from mcsus.analysis.claims import Judgement, judge
from mcsus.analysis.groups import WantsGroups
from mcsus.analysis.intervals import CURVE
from mcsus.analysis.replication import standard_error
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import HeldDraws
from mcsus.counting.finite import refuse_not_finite
from mcsus.counting.ordered import quantiles_of_sorted
from mcsus.engine.executors import Threads, default_threads
from mcsus.engine.plans import Quantity
from mcsus.errors import Fault, InputError
from mcsus.model import Rounding
from mcsus.runner.analyses import apart, explained, reduced
from mcsus.runner.box import Box
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.group_sums import owners
from mcsus.runner.group_values import GroupRun, Key
from mcsus.runner.input_groups import joined, sensitivity_groups
from mcsus.runner.validity import check_parts
from mcsus.study import Claim
from mcsus.vocabulary import Label, Verdict

if TYPE_CHECKING:
    from mcsus.runner.run import Run

Array = NDArray[np.float64]

_METHOD = "sobol"

Kept = dict[Hashable, Any]
"""What does not depend on laws, kept for the runs with other laws."""


@dataclass(frozen=True)
class Evaluated:
    """What some draws of an output say, in its unit.

    Attributes
    ----------
    unit : str
    labels : mapping of str to tuple
        Labels of its dims; the cells follow them, row-major.
    mean, error : array, shape (cell,)
        Mean, and its standard error from the replicates; NaN of what may be never, and is.
    probabilities : array
    quantiles : array, shape (cell, probability)
        Of all draws; infinite where they are never.
    """

    unit: str
    labels: Mapping[str, tuple[Label, ...]]
    mean: Array
    error: Array
    probabilities: Array
    quantiles: Array

    def density(self) -> tuple[Array, Array]:
        """Return the edges of bins between the quantiles and the density there, by cell."""
        with np.errstate(invalid="ignore"):  # of what is never
            widths = np.diff(self.quantiles, axis=1)
        parts = np.broadcast_to(np.diff(self.probabilities), widths.shape)
        density = np.zeros(widths.shape)
        np.divide(parts, widths, out=density, where=widths > 0)
        return self.quantiles, density


@dataclass(frozen=True)
class Evaluation:
    """What some draws say.

    Attributes
    ----------
    outputs : dict of str to Evaluated
    claims : dict of str to list of Judgement
        By id, one for each cell; undecided where it depends on numbers between two, whose bounds
        a whole run tells.
    """

    outputs: dict[str, Evaluated]
    claims: dict[str, list[Judgement]]


def evaluate(
    run: Run, kept: Kept, draws: int, replicates: int, probabilities: ArrayLike | None
) -> Evaluation:
    """Return what a few draws of every replicate say; see `Run.evaluate`."""
    study, kernel = run.study, run.kernel
    design = replace(study.design, draws=draws, replicates=replicates)
    names = [*study.outputs, *(claim.equation.name for claim in study.claims)]
    scales = [1 / unit.factor for unit in study.outputs.values()] + [1.0] * len(study.claims)
    wanted = CURVE if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    if not np.all((wanted >= 0) & (wanted <= 1)):
        raise InputError(Fault(str(probabilities), "numbers from 0 to 1", ("probabilities",)))
    plan = _once(kept, "outputs", lambda: kernel.plan(list(map(Quantity, names, scales))))
    out = np.empty((len(plan.quantity), 1, replicates * draws))
    for replicate in range(replicates):
        kernel.run(plan, design, replicate, out, count=draws, at=replicate * draws)
    values = out.reshape(len(out), replicates, draws)
    means = values.mean(axis=2)
    ends = np.cumsum([kernel.program.cells(name) for name in names])
    if not np.isfinite(means).all():
        for replicate in range(replicates):
            refuse_not_finite(values[:, replicate], names, ends, kernel, design, replicate)
        means = np.where(np.isfinite(means), means, np.nan)
    rows = {name: slice(*at) for name, at in zip(names, pairwise([0, *ends]), strict=True)}
    of_outputs = out[: ends[len(study.outputs) - 1], 0]
    quantiles = quantiles_of_sorted(np.sort(of_outputs, axis=1), wanted)
    for name in filter(run.model.meets_individuals, study.outputs):  # each replicate has its own
        each = quantiles_of_sorted(np.sort(values[rows[name]], axis=2), wanted)
        quantiles[rows[name]] = each.mean(axis=1)
    mean, error = means.mean(axis=1), standard_error(means.T)
    outputs = {
        name: Evaluated(
            unit.text,
            {dim: study.dims[dim] for dim in run.model.dims_of[name]},
            mean[rows[name]],
            error[rows[name]],
            wanted,
            quantiles[rows[name]],
        )
        for name, unit in study.outputs.items()
    }
    # of the first laws: to work it out for others would take longer than the draws
    rounding = _once(kept, "rounding", lambda: kernel.model.rounding if study.claims else {})
    box = Box(run.model, run.model.upstream(names))
    claims = {
        claim.id: [
            _judged(claim, *known, meets=run.model.meets_individuals(claim.equation.name))
            for known in zip(
                values[rows[claim.equation.name]],
                rounding[claim.equation.name].cells(),
                strict=True,
            )
        ]
        for claim in study.claims
    }
    for claim in study.claims:
        if box.size and box.reaches(claim.equation.name):  # what its intervals allow is not known
            open_ = Verdict.UNDECIDED
            claims[claim.id] = [one._replace(verdict=open_) for one in claims[claim.id]]
    return Evaluation(outputs, claims)


def ranking(
    run: Run, kept: Kept, base_points: int, replicates: int, on_ranks: Collection[str] = ()
) -> dict[str, Explained]:
    """Return the Sobol' indices of all inputs for all outputs; see `Run.ranking`.

    Parameters
    ----------
    on_ranks : collection of str
        Outputs whose ranks are analysed in place of their values; so are those that may be never.
    """
    on_ranks = {*on_ranks, *run.model.may_be_never}
    study, kernel = run.study, run.kernel
    design = replace(study.design, draws=base_points, replicates=replicates)
    constants = frozenset(p.name for p in study.parameters if p.is_constant)

    def planned(outputs: tuple[str, ...], wants: WantsGroups) -> GroupRun:
        asked = replace(
            study.sensitivity,
            outputs=tuple(study.outputs),
            methods=(_METHOD,),
            also_by=(),
            draws=base_points,
            replicates=replicates,
        )
        whole = replace(study, sensitivity=asked)
        check_parts(whole, run.model)
        groups = joined(whole, run.model, sensitivity_groups(whole, run.model))
        return GroupRun(kernel, outputs, {"": groups}, design, wants)

    method = _once(kept, _METHOD, lambda: methods()[_METHOD])
    found: dict[str, Explained] = {}
    for outputs, wants in apart(tuple(study.outputs), WantsGroups(summed=True), on_ranks):
        asked = ("inputs", design, constants, outputs, wants)
        made: GroupRun = _once(kept, asked, functools.partial(planned, outputs, wants)).with_kernel(
            kernel
        )
        data: Iterator[Mapping[Key, Data]] = (
            made.sums(_threads(), None, Checkpoint())
            if made.summed
            else made.values(_threads(), None)
        )
        estimates = list(reduced(method, made, data))
        found |= explained(method, wants, made, estimates, owners(kernel, outputs))
    return {name: found[name] for name in study.outputs}


def _judged(claim: Claim, margins: Array, rounding: Rounding, *, meets: bool) -> Judgement:
    at_equality = not claim.margin.relation.is_strict
    draws = AveragedDraws(HeldDraws(margins)) if meets else HeldDraws(margins)
    return judge(draws, claim.confidence, rounding, holds_at_equality=at_equality)


@functools.cache
def _threads() -> Threads:
    """Return threads that stay: to start some takes as long as what they do here."""
    return Threads(default_threads())


def _once(kept: Kept, asked: Hashable, make: Callable[[], Any]) -> Any:
    if asked not in kept:
        kept[asked] = make()
    return kept[asked]
