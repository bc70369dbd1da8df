"""Hands each method of sensitivity analysis what it wants, and pools what it makes of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar, cast

import numpy as np

from mcsus.analysis.base import (
    DEFAULT_METHODS,
    Asked,
    Explained,
    Method,
    Wants,
    WantsDraws,
    WantsPoints,
    methods,
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
from mcsus.model import Model
from mcsus.runner.applying import analysed_by
from mcsus.runner.checkpoint import Checkpoint
from mcsus.runner.drawn_outputs import DrawnOutputs, Part
from mcsus.runner.estimates import EstimatesKept
from mcsus.runner.fixed_values import FixedRun
from mcsus.runner.given_values import DrawRun, PointRun
from mcsus.runner.group_sums import owners
from mcsus.runner.group_values import Groupings, GroupRun
from mcsus.runner.input_groups import (
    further_groupings,
    groupings,
    groupings_of_claims,
    is_apart_by_label,
    sensitivity_groups,
)
from mcsus.runner.narrowed_values import NarrowedRun
from mcsus.runner.redrawn_values import RedrawRun
from mcsus.runner.replicates import Evaluated, Replicates, explained, pools, reduced
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

_AGAIN = (DrawRun, TypicalRun, TermsRun)
"""Runs that are made again in less time than they are written down."""


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
        names = analysed_by(self.study, self.model) if self.every[""] else ()
        made = {name: own for name, own in (known or {}).items() if name in names}
        parts = {name: self._parts(methods()[name]) for name in names if name not in made}
        looking = [
            (name, (of, own)) for name, each in parts.items() for of, own in each
            if isinstance(own, WantsDraws)
        ]  # fmt: skip
        last = {name for name, _ in looking}
        with DrawnOutputs(self._drawn) as drawn:
            drawn.begin(looking, self.executor)
            for name in sorted(parts, key=last.__contains__):  # a stable order
                made[name] = self.by(name, progress, drawn=drawn)
        tables: dict[str, Explained] = {}
        for name in names:
            tables |= made[name].tables
        return with_interactions(tables)

    def by(
        self,
        name: str,
        progress: Progress | None = None,
        doing: str = "sensitivity",
        drawn: DrawnOutputs | None = None,
    ) -> Made:
        """Return what one method says of the outputs.

        Parameters
        ----------
        doing : str
            What `progress` is told.
        drawn : DrawnOutputs, optional
            Draws that other methods look at too.
        """
        study, method = self.study, methods()[name]
        design, parts = self._design, self._parts(method)
        made = Made({}, [])
        told = _teller(progress, doing, design, len(parts))
        run: Evaluated
        for number, (outputs, own) in enumerate(parts):
            if drawn is not None and isinstance(own, WantsDraws):
                run, each = drawn.of(method, (outputs, own))
                found = drawn.pools(method, (outputs, own))
            else:
                run = _run_of(study, self.kernel, outputs, self.every, design, own)
                each = self._replicates(method, run, number, told)
                found = pools(method, each)
            made.replicates.append((outputs, run, each))
            of = owners(self.kernel, outputs)
            made.tables.update(explained(method, own, run, each, of, found))
        return made._replace(tables=_in_order(study, made.tables))

    @property
    def _design(self) -> Design:
        asked = self.study.sensitivity
        return replace(self.study.design, draws=asked.draws, replicates=asked.replicates)

    def _parts(self, method: Method) -> list[tuple[tuple[str, ...], Wants]]:
        """Return the outputs that a method looks at together, and what is evaluated for them."""
        asked = self.study.sensitivity
        options = {key: asked.options[key] for key in method.options}
        wants = method.wants(Asked(asked.draws, tuple(map(len, self.every.values())), options))
        return apart(_explained_by(self.study, wants), wants, self.on_ranks)

    def _drawn(self, method: Method, part: Part) -> tuple[DrawRun, Replicates]:
        """Return draws of outputs, and what any method that looks at draws makes of them."""
        run = _run_of(self.study, self.kernel, part[0], self.every, self._design, part[1])
        assert isinstance(run, DrawRun)  # noqa: S101 - as draws are wanted
        return run, self._replicates(method, run, 0, None)

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
        cells = pools(method, estimates)
        told = explained(method, own, run, estimates, owners(kernel, outputs), cells)
        for table in told.values():
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
