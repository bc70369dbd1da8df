"""Few draws of all outputs and a ranking of all inputs, quick enough to follow a hand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
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
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import Plan, Quantity
from mcsus.errors import Fault, InputError
from mcsus.model import Rounding
from mcsus.runner.analyses import apart
from mcsus.runner.box import Box
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.group_sums import owners
from mcsus.runner.group_values import GroupRun, Key
from mcsus.runner.input_groups import joined, sensitivity_groups
from mcsus.runner.replicates import explained, pools, reduced
from mcsus.runner.validity import check_parts
from mcsus.study import Claim
from mcsus.vocabulary import Label, Verdict

if TYPE_CHECKING:
    from mcsus.runner.run import Run

Array = NDArray[np.float64]

_METHOD = "sobol"
_LONG = 1 << 18  # rows times draws of a replicate, from which threads pay

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
    study, model = run.study, run.model
    wanted = CURVE if probabilities is None else np.asarray(probabilities, dtype=np.float64)
    if not np.all((wanted >= 0) & (wanted <= 1)):
        raise InputError(Fault(str(probabilities), "numbers from 0 to 1", ("probabilities",)))
    margins = {claim.equation.name: 1.0 for claim in study.claims}
    scales = {name: 1 / unit.factor for name, unit in study.outputs.items()}
    values = drawn_values(run, kept, scales | margins, draws, replicates)
    outputs = {}
    for name, unit in study.outputs.items():
        own = values[name]
        with np.errstate(invalid="ignore", over="ignore"):
            means = own.mean(axis=2)
        means = np.where(np.isfinite(means), means, np.nan)
        if model.meets_individuals(name):  # each replicate has its own
            each = quantiles_of_sorted(np.sort(own, axis=2), wanted)
            quantiles = each.mean(axis=1)
        else:
            quantiles = quantiles_of_sorted(np.sort(own.reshape(len(own), -1), axis=1), wanted)
        labels = {dim: study.dims[dim] for dim in model.dims_of[name]}
        mean, error = means.mean(axis=1), standard_error(means.T)
        outputs[name] = Evaluated(unit.text, labels, mean, error, wanted, quantiles)
    return Evaluation(outputs, judged(run, kept, values))


def drawn_values(
    run: Run,
    kept: Kept,
    scales: Mapping[str, float],
    draws: int,
    replicates: int,
    cells: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, Array]:
    """Return the first draws of some quantities, shape (cell, replicate, draw).

    Parameters
    ----------
    scales : mapping of str to float
        Name of each quantity -> factor from base units.
    cells : mapping, optional
        Which cells of a quantity; all of those that are not named.

    Raises
    ------
    NotFiniteError
        If any value is not finite.
    """
    kernel, names = run.kernel, list(scales)
    design = replace(run.study.design, draws=draws, replicates=replicates)
    which = [(cells or {}).get(name) for name in names]
    counts = [
        kernel.program.cells(name) if own is None else len(own)
        for name, own in zip(names, which, strict=True)
    ]
    asked = ("plan", tuple(scales.items()), tuple(map(str, which)))
    plan = _once(kept, asked, lambda: _planned(kernel, scales, which))
    out = np.empty((len(plan.quantity), 1, replicates * draws))

    def fill(_: None, replicate: int) -> None:
        kernel.run(plan, design, replicate, out, count=draws, at=replicate * draws)

    if plan.rows * draws < _LONG:
        for replicate in range(replicates):
            fill(None, replicate)
    else:
        list(_threads().ordered(fill, None, range(replicates)))
    values = out.reshape(len(out), replicates, draws)
    ends = np.cumsum(counts)
    if not np.isfinite(values).all():
        for replicate in range(replicates):
            refuse_not_finite(values[:, replicate], names, ends, kernel, design, replicate)
    return {name: values[slice(*at)] for name, at in zip(names, pairwise([0, *ends]), strict=True)}


def _planned(
    kernel: Kernel, scales: Mapping[str, float], which: Sequence[Sequence[int] | None]
) -> Plan:
    """Return the plan of some cells of quantities."""
    plan = kernel.plan([Quantity(name, scale) for name, scale in scales.items()])
    starts = np.cumsum([0, *map(kernel.program.cells, scales)])
    rows = [
        row
        for (first, last), own in zip(pairwise(starts.tolist()), which, strict=True)
        for row in (range(first, last) if own is None else (first + k for k in own))
    ]
    return plan._replace(quantity=plan.quantity[rows], cell=plan.cell[rows], scale=plan.scale[rows])


def judged(
    run: Run,
    kept: Kept,
    values: Mapping[str, Array],
    cells: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, list[Judgement]]:
    """Return what the draws of their margins say of the claims of a study, by id and cell.

    Parameters
    ----------
    values, cells
        Of `drawn_values`.
    """
    study, model = run.study, run.model
    # of the first laws: to work it out for others would take longer than the draws
    rounding = _once(kept, "rounding", lambda: model.rounding if study.claims else {})
    names = [claim.equation.name for claim in study.claims]
    box = Box(model, model.upstream(names) if names else ())
    found = {}
    for claim in study.claims:
        name, meets = claim.equation.name, model.meets_individuals(claim.equation.name)
        known = rounding[name].cells()
        known = [known[k] for k in (cells or {}).get(name, range(len(known)))]
        found[claim.id] = [
            _judged(claim, margins, own, meets=meets)
            for margins, own in zip(values[name], known, strict=True)
        ]
        if box.size and box.reaches(name):  # what its intervals allow is not known
            open_ = Verdict.UNDECIDED
            found[claim.id] = [one._replace(verdict=open_) for one in found[claim.id]]
    return found


def ranking(
    run: Run,
    kept: Kept,
    base_points: int,
    replicates: int,
    on_ranks: Collection[str] = (),
    cells: Mapping[str, Sequence[int]] | None = None,
) -> dict[str, Explained]:
    """Return the Sobol' indices of all inputs for all outputs; see `Run.ranking`.

    Parameters
    ----------
    on_ranks : collection of str
        Outputs whose ranks are analysed in place of their values; so are those that may be never.
    cells : mapping, optional
        The outputs that are asked for, with their cells; all of all by default.
    """
    of = tuple(run.study.outputs if cells is None else cells)
    on_ranks = {*on_ranks, *run.model.may_be_never}
    study, kernel = run.study, run.kernel
    design = replace(study.design, draws=base_points, replicates=replicates)
    constants = frozenset(p.name for p in study.parameters if p.is_constant)

    def planned(outputs: tuple[str, ...], wants: WantsGroups) -> GroupRun:
        asked = replace(
            study.sensitivity,
            outputs=of,
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
    for outputs, wants in apart(of, WantsGroups(summed=True), on_ranks):
        asked = ("inputs", design, constants, of, outputs, wants)
        whole: GroupRun = _once(kept, asked, functools.partial(planned, outputs, wants))
        made = whole.with_kernel(kernel)
        if cells is not None:
            starts = np.cumsum([0, *map(kernel.program.cells, outputs)]).tolist()
            each = zip(outputs, starts[:-1], strict=True)
            made = made.only([start + k for name, start in each for k in cells[name]])
        data: Iterator[Mapping[Key, Data]] = (
            made.sums(_threads(), None, Checkpoint())
            if made.summed
            else made.values(_threads(), None)
        )
        estimates = list(reduced(method, made, data))
        made_of = pools(method, estimates)
        found |= explained(method, wants, made, estimates, owners(kernel, outputs), made_of)
    return {name: found[name] for name in of}


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
