"""Hands each method of sensitivity analysis what it wants, and pools what it makes of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np

from mcsus.analysis.base import (
    DEFAULT_METHODS,
    Asked,
    Data,
    Explained,
    Method,
    Wants,
    WantsDraws,
    WantsPoints,
    methods,
    pooled,
    stacked,
)
from mcsus.analysis.fixed import WantsFixed
from mcsus.analysis.groups import WantsGroups
from mcsus.analysis.narrowed import WantsNarrowed
from mcsus.analysis.one_at_a_time import with_interactions
from mcsus.analysis.redraws import WantsRedraws
from mcsus.analysis.terms import WantsTerms
from mcsus.analysis.typical import WantsTypical
from mcsus.engine.executors import Executor
from mcsus.engine.kernel import Kernel
from mcsus.engine.plans import parameter_of
from mcsus.model import Model, Rounding
from mcsus.result.arrays import CONSTANT, ON, POINTS, REASON
from mcsus.runner.applying import analysed_by
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.estimates import EstimatesKept
from mcsus.runner.fixed_values import FixedRun
from mcsus.runner.given_values import DrawRun, PointRun
from mcsus.runner.group_sums import owners
from mcsus.runner.group_values import Groupings, GroupRun, Key
from mcsus.runner.input_groups import (
    further_groupings,
    groupings,
    groupings_of_claims,
    is_apart_by_label,
    sensitivity_groups,
)
from mcsus.runner.narrowed_values import NarrowedRun
from mcsus.runner.redrawn_values import RedrawRun
from mcsus.runner.terms_values import TermsRun
from mcsus.runner.typical_values import TypicalRun
from mcsus.streams import Design
from mcsus.study import Study
from mcsus.study.conditional import written_name
from mcsus.vocabulary import Progress

_MOST_HELD = 1 << 23  # values of a replicate that are looked at together: 64 MiB
_LEAST_HELD = 256  # base points
_LOOK = Design(draws=512, replicates=4)  # that tells which parameters are split by label
_TOP = 0.1  # total-order index of these

W = TypeVar("W", bound=Wants)

Evaluated = (
    GroupRun | DrawRun | PointRun | RedrawRun | TypicalRun | FixedRun | TermsRun | NarrowedRun
)

_AGAIN = (DrawRun, TypicalRun, TermsRun)
"""Runs that are made again in less time than they are written down."""

Replicates = list[dict[Key, Any]]
"""What a method makes of each replicate."""

Drawn = dict[tuple[tuple[str, ...], Wants], tuple[Evaluated, Replicates]]
"""Draws of outputs, which are the same for all methods that look at draws."""


class Made(NamedTuple):
    """What a method says of outputs, and the runs that it says it by.

    Parameters
    ----------
    tables : dict of str to Explained
    replicates : list of tuple
        The outputs of each run, the run, and what the method makes of its replicates.
    """

    tables: dict[str, Explained]
    replicates: list[tuple[tuple[str, ...], Evaluated, Replicates]]


class Analyses:
    """The analyses that a study asks for, a method at a time.

    Parameters
    ----------
    on_ranks : collection of str
        Outputs whose ranks are analysed in place of their values, by methods that ask for groups.
    """

    def __init__(
        self,
        study: Study,
        model: Model,
        kernel: Kernel,
        executor: Executor,
        checkpoint: Checkpoint | None = None,
        on_ranks: Collection[str] = (),
    ) -> None:
        self.study, self.model, self.kernel, self.executor = study, model, kernel, executor
        self.checkpoint, self.on_ranks = checkpoint or Checkpoint(), on_ranks
        if study.sensitivity.by_label is True:
            self.study = _with_top_labels(study, model, kernel, executor, on_ranks)
        self.every = groupings(self.study, model)

    def with_draws(self, draws: int) -> Analyses:
        """Return the same analyses with so many base points in a replicate."""
        other = copy.copy(self)
        asked = replace(self.study.sensitivity, draws=draws)
        other.study = replace(self.study, sensitivity=asked)
        return other

    def all(
        self, progress: Progress | None = None, known: Mapping[str, Made] | None = None
    ) -> dict[str, Explained]:
        """Return what all methods say of the outputs, in their order.

        By name of the output; what a further grouping or another method says under
        ``<output>@<grouping>`` and ``<output>@<method>``.

        Parameters
        ----------
        known : mapping of str to Made, optional
            By method, what need not be made again.
        """
        tables: dict[str, Explained] = {}
        drawn: Drawn = {}
        for name in analysed_by(self.study, self.model) if self.every[""] else ():
            made = (known or {}).get(name) or self.by(name, progress, drawn=drawn)
            tables |= made.tables
        return with_interactions(tables)

    def by(
        self,
        name: str,
        progress: Progress | None = None,
        doing: str = "sensitivity",
        drawn: Drawn | None = None,
    ) -> Made:
        """Return what one method says of the outputs.

        Parameters
        ----------
        doing : str
            What `progress` is told.
        drawn : dict, optional
            Draws that other methods looked at; those that this one looks at are added.
        """
        study, asked, method = self.study, self.study.sensitivity, methods()[name]
        design = replace(study.design, draws=asked.draws, replicates=asked.replicates)
        options = {key: asked.options[key] for key in method.options}
        wants = method.wants(Asked(asked.draws, tuple(map(len, self.every.values())), options))
        parts = apart(_explained_by(study, wants), wants, self.on_ranks)
        made = Made({}, [])
        looked = {} if drawn is None or not isinstance(wants, WantsDraws) else drawn
        told = _teller(progress, doing, design, len(parts))
        for number, (outputs, own) in enumerate(parts):
            if (outputs, own) not in looked:
                run = _run_of(study, self.kernel, outputs, self.every, design, own)
                looked[outputs, own] = run, self._replicates(method, run, number, told)
            run, each = looked[outputs, own]
            made.replicates.append((outputs, run, each))
            made.tables.update(explained(method, own, run, each, owners(self.kernel, outputs)))
        return made._replace(tables=_in_order(study, made.tables))

    def _replicates(
        self, method: Method, run: Evaluated, number: int, told: Callable[[int], None] | None
    ) -> Replicates:
        """Return what a method makes of each replicate: what is kept, and then the rest."""
        kept = self.checkpoint
        if isinstance(run, _AGAIN):
            kept, told = Checkpoint(), None
        if isinstance(run, GroupRun) and run.summed:
            return list(reduced(method, run, run.sums(self.executor, told, kept)))
        part = f"{method.name}-{number}-{run.run.design.draws}"
        known = EstimatesKept(kept, part, method, run.inputs)
        data = run.values(self.executor, told, first=len(known.estimates))
        for each in reduced(method, run, data):
            known.add(each)
        return known.estimates


def _explained_by(study: Study, wants: Wants) -> tuple[str, ...]:
    """Return the quantities of the model that a method looks at: outputs, or margins of claims."""
    if isinstance(wants, WantsGroups) and wants.of_claims:
        return tuple(claim.equation.name for claim in study.claims)
    return study.sensitivity.outputs


def _run_of(
    study: Study,
    kernel: Kernel,
    outputs: tuple[str, ...],
    every: Groupings,
    design: Design,
    wants: Wants,
) -> Evaluated:
    """Return the run that evaluates what is wanted of some outputs."""
    if isinstance(wants, WantsGroups):
        if wants.of_claims:
            every = groupings_of_claims(study, kernel.model)
        return _group_run(study, kernel, outputs, every, design, wants)
    shown = {output: study.outputs[output] for output in outputs}
    if isinstance(wants, WantsDraws):
        return DrawRun(kernel, shown, study.design, wants)
    if isinstance(wants, WantsRedraws):
        return RedrawRun(kernel, outputs[0], every, design, wants)
    if isinstance(wants, WantsFixed):
        return FixedRun(study, kernel, outputs[0], every[""], design, wants)
    if isinstance(wants, WantsNarrowed):
        every = further_groupings(study, kernel.model, every, wants.groupings)
        return NarrowedRun(kernel, shown, every, design, wants)
    if isinstance(wants, WantsTerms):
        return TermsRun(study, kernel, outputs, every[""], design)
    if isinstance(wants, WantsTypical):
        return TypicalRun(kernel, shown, every[""], design, wants)
    return PointRun(kernel, shown, every[""], design, wants)


def apart(
    outputs: tuple[str, ...], wants: W, on_ranks: Collection[str]
) -> list[tuple[tuple[str, ...], W]]:
    """Return the outputs that are analysed together, and what is evaluated for them."""
    if isinstance(wants, WantsRedraws):  # each has inputs of its own
        return [((name,), wants._replace(ranked=name in on_ranks)) for name in outputs]
    if isinstance(wants, WantsFixed):
        return [((name,), wants._replace(is_settled=name not in on_ranks)) for name in outputs]
    if isinstance(wants, WantsTypical | WantsTerms):
        return [(outputs, wants)]
    on_values = tuple(name for name in outputs if name not in on_ranks)
    others = tuple(name for name in outputs if name in on_ranks)
    if isinstance(wants, WantsNarrowed):
        both = [(on_values, wants), (others, wants._replace(is_settled=False))]
        return [(names, own) for names, own in both if names]
    if isinstance(wants, WantsPoints):  # whose measures are of values
        return [(on_values, wants)] if on_values else []
    on = {"ranked": True}
    if isinstance(wants, WantsGroups):
        on = {"may_be_never": True} if wants.is_held else {"ranked": True, "summed": False}
    ranked = cast("W", wants._replace(**on))
    parts = [(on_values, wants), (others, ranked)]
    return [(names, own) for names, own in parts if names]


def _with_top_labels(
    study: Study, model: Model, kernel: Kernel, executor: Executor, on_ranks: Collection[str]
) -> Study:
    """Return the study with the parameters named that are split by label: those that matter."""
    whole = replace(study.sensitivity, by_label=())
    every = {"": sensitivity_groups(replace(study, sensitivity=whole), model)}
    method = methods()[DEFAULT_METHODS[0]]
    top = set[str]()
    for outputs, own in apart(whole.outputs, WantsGroups(summed=True), on_ranks):
        design = replace(study.design, draws=_LOOK.draws, replicates=_LOOK.replicates)
        run = _group_run(study, kernel, outputs, every, design, own)
        data = run.sums(executor, None, Checkpoint()) if run.summed else run.values(executor, None)
        estimates = list(reduced(method, run, data))
        for table in explained(method, own, run, estimates, owners(kernel, outputs)).values():
            largest = np.nan_to_num(table.values["ST"]).max(axis=0, initial=0.0)
            top |= {
                written_name(parameter_of(member))
                for name, index in zip(table.inputs, largest, strict=True)
                for member in every[""][name]
                if index >= _TOP
            }
    named = tuple(p.name for p in study.parameters if p.name in top and is_apart_by_label(p))
    return replace(study, sensitivity=replace(whole, by_label=named))


def _group_run(
    study: Study,
    kernel: Kernel,
    outputs: tuple[str, ...],
    groupings: Groupings,
    design: Design,
    wants: WantsGroups,
) -> GroupRun:
    """Return the run over groups; of fewer base points where what is held would fill the memory."""
    claims = {own.equation.name: not own.margin.relation.is_strict for own in study.claims}
    shown = {name: 1 / unit.factor for name, unit in study.outputs.items()}
    made = GroupRun(
        kernel, outputs, groupings, design, wants,
        claims if wants.of_claims else None, shown if wants.may_be_never else None,
    )  # fmt: skip
    while wants.is_held and design.draws > _LEAST_HELD:
        if made.run.values * design.draws <= _MOST_HELD:
            break
        design = replace(design, draws=design.draws // 2)
        made.run = replace(made.run, design=design)
    return made


def _in_order(study: Study, tables: Mapping[str, Explained]) -> dict[str, Explained]:
    """Return tables by grouping, then in the order of the outputs; those of claims by their ids."""
    ids = {claim.equation.name: claim.id for claim in study.claims}
    marks = list(dict.fromkeys(name.partition("@")[2] for name in tables))
    place = {name: k for k, name in enumerate([*study.sensitivity.outputs, *ids])}
    split = {name: name.partition("@") for name in tables}
    order = sorted(tables, key=lambda name: (marks.index(split[name][2]), place[split[name][0]]))
    return {"".join((ids.get(split[n][0], split[n][0]), *split[n][1:])): tables[n] for n in order}


def _teller(
    progress: Progress | None, doing: str, design: Design, runs: int
) -> Callable[[int], None] | None:
    """Return a function that adds up the draws done and passes them on."""
    if progress is None:
        return None
    done = 0
    total = design.draws * design.replicates * runs

    def tell(count: int) -> None:
        nonlocal done
        done += count
        progress(doing, done, total)

    return tell


def reduced(
    method: Method, run: Evaluated, data: Iterable[Mapping[Key, Data]]
) -> Iterator[dict[Key, Any]]:
    """Yield what a method makes of the data of each replicate."""
    for replicate in data:
        yield {
            key: _reduced(method, own, run.places.get(key), run.rounding[key[1]])
            for key, own in replicate.items()
        }


def explained(
    method: Method,
    wants: Wants,
    run: Evaluated,
    estimates: Sequence[Mapping[Key, Any]],
    outputs: Sequence[str],
) -> dict[str, Explained]:
    """Return what a method says of each output, by grouping, from what it makes of replicates."""
    mark = "" if method.name in DEFAULT_METHODS else f"@{method.name}"
    tables = {}
    for grouping in dict.fromkeys(key for key, _ in run.inputs):
        for output in dict.fromkeys(outputs):
            places = [(grouping, row) for row, own in enumerate(outputs) if own == output]
            keys = [key for key in places if key in run.inputs]
            names = run.inputs[keys[0]]
            replicates = [[each[key] for each in estimates] for key in keys]
            cells = [pooled(method, own) for own in replicates]
            values = stacked([cell.values for cell in cells])
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
            doubts = [cell.doubt for cell in cells]
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
