"""The model behind an explorer: its equations, what they come to, and one input moved at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.base import Explained
from mcsus.analysis.moments import settling
from mcsus.analysis.replication import standard_error
from mcsus.counting.averaged import AveragedDraws
from mcsus.counting.draws import Draws, HeldDraws
from mcsus.engine.executors import Threads
from mcsus.engine.plans import parameter_of
from mcsus.errors import NotFiniteError
from mcsus.model import Model
from mcsus.result.wording import words
from mcsus.runner.analyses import Analyses
from mcsus.runner.drawn_inputs import row_of
from mcsus.runner.evaluation import drawn_values
from mcsus.runner.explained_shares import told_shares
from mcsus.runner.explorable import told_input, told_output
from mcsus.runner.explored_json import numbers
from mcsus.runner.explorer import DRAWS, REPLICATES
from mcsus.runner.input_groups import joined, sensitivity_groups
from mcsus.runner.seen import View
from mcsus.runner.some_scenarios import in_scenarios
from mcsus.runner.told_equations import terms_of, told_equations
from mcsus.study.conditional import written_name
from mcsus.vocabulary import SCENARIO, Label

if TYPE_CHECKING:
    from mcsus.runner.explorer import Explorer
    from mcsus.runner.run import Run

Json = dict[str, Any]
Array = NDArray[np.float64]
Changes = Sequence[Mapping[str, Any]]

_INDIVIDUALS = 16
"""Of each replicate, at most, of which a quantity is told that differs between them."""


def told_model(explorer: Explorer, changes: Changes = ()) -> Json:
    """Return the equations of a study with changes, and from what each quantity follows.

    Examples
    --------
    >>> from mcsus.runner.explorer import Explorer
    >>> told = told_model(Explorer("tinyml_table"))
    >>> [own["name"] for own in told["equations"]]
    ['manufacture', 'device_footprint']
    >>> told["equations"][1]["terms"][:2]
    ['ml_training', 'manufacture']
    """
    run, opened = explorer.run_of(changes), explorer.study
    study, model = run.study, run.model
    known = {parameter.name for parameter in opened.parameters}
    equations = told_equations(study, model)
    names = {own["name"] for own in equations} | {own.name for own in study.parameters}
    groups = joined(study, model, sensitivity_groups(study, model))
    return {
        "equations": [
            own | {"title": words(own["name"]), "terms": _known(model, own["name"], names)}
            for own in equations
        ],
        "inputs": {
            own.name: terms for own in study.parameters if (terms := _known(model, own.name, names))
        },
        "groups": {
            name: sorted({written_name(parameter_of(own)) for own in members})
            for name, members in groups.items()
        },
        "added": {
            "outputs": [
                told_output(study, model, name)
                for name in study.outputs
                if name not in opened.outputs
            ],
            "inputs": [
                told_input(study, model, own) for own in study.parameters if own.name not in known
            ],
        },
    }


def _known(model: Model, name: str, names: set[str]) -> list[str]:
    return [term for term in terms_of(model, name) if term in names]


def told_means(
    explorer: Explorer, changes: Changes, labels: Mapping[str, Label], output: str = ""
) -> Json:
    """Return what each equation comes to at some labels: its mean and its widest interval.

    Of what differs between individuals some of these are drawn together.

    Parameters
    ----------
    output : str
        Of whose variance shares pass through quantities: ``of_output``.
    """
    whole = explorer.run_of(changes)
    view = View.read({"labels": {dim: [own] for dim, own in labels.items()}}, whole.study)
    shown = dict(view.labels).get(SCENARIO)
    run = in_scenarios(whole, shown) if shown else whole
    names = [own["name"] for own in told_equations(whole.study, whole.model)]
    level = max(run.study.intervals)
    values = _values(run, names, labels)
    told = {name: _told(run, name, own, level, labels) for name, own in values.items()}
    shares = told_shares(run, output, labels) if output in run.study.outputs else {}
    return {"level": level, "means": told, "of_output": shares}


def _values(run: Run, names: Sequence[str], labels: Mapping[str, Label]) -> dict[str, Array]:
    """Return draws of equations, shape (cell, replicate, draw), without those not finite."""
    model = run.model
    scales = {name: 1 / model.equation(name).unit.factor for name in names}
    cells = {name: _places(model, name, labels) for name in names}
    try:
        return drawn_values(run, run.kept, scales, DRAWS, REPLICATES, cells)
    except NotFiniteError:
        if len(names) == 1:
            return {}
    return {key: own for name in names for key, own in _values(run, [name], labels).items()}


def _places(model: Model, name: str, labels: Mapping[str, Label]) -> list[int]:
    """Return the places of the cells that are told: one, or that of some individuals."""
    if model.inner not in model.dims_of[name]:
        return [row_of(model, name, labels)]
    some = model.dims[str(model.inner)][:_INDIVIDUALS]
    return [row_of(model, name, {**labels, str(model.inner): own}) for own in some]


def _told(run: Run, name: str, values: Array, level: float, labels: Mapping[str, Label]) -> Json:
    """Return mean and interval of the draws of a quantity."""
    together = np.concatenate(list(values), axis=1)
    held = HeldDraws(together)
    averages = len(values) == 1 and run.model.meets_individuals(name)
    draws: Draws = AveragedDraws(held) if averages else held
    ends = np.array([(1 - level) / 2, 0.5, (1 + level) / 2])
    with np.errstate(invalid="ignore", over="ignore"):  # of what is never
        means = draws.means()
        has_mean = bool(np.isfinite(means).all()) and settling(draws).mean
        low, median, high = numbers(draws.quantiles(ends))
        mean, error = numbers(np.array([means.mean(), float(standard_error(means))]))
    known = {dim: labels[dim] for dim in run.model.dims_of[name] if dim in labels}
    own = {dim: run.model.dims[dim][0] for dim in run.model.dims_of[name] if dim != run.model.inner}
    return {
        "labels": own | known,
        "individuals": len(values) if len(values) > 1 else None,
        "mean": {"value": mean, "error": error} if has_mean else None,
        "median": median,
        "low": low,
        "high": high,
    }


def told_moves(
    explorer: Explorer, changes: Changes, output: str, labels: Mapping[str, Label]
) -> Json:
    """Return where an output goes as one input at a time is moved, all others typical.

    Returns
    -------
    dict
        ``typical`` of the output; and of each input that moves it ``low_output`` and
        ``high_output`` with itself at 5 % and 95 %, ``swing``, and ``elasticity``.
    """
    run = explorer.run_of(changes)
    View.of_cell(output, labels, run.study)  # refuses what is not there
    asked = replace(
        run.study.sensitivity,
        outputs=(output,),
        methods=("tornado", "elasticity"),
        also_by=(),
        by_label=(),
    )
    analyses = Analyses(
        replace(run.study, sensitivity=asked), run.model, run.kernel, Threads(1)
    )  # of which none is used: the evaluations are few
    tables = {name: next(iter(analyses.by(name).tables.values())) for name in asked.methods}
    tornado, elasticity = tables["tornado"], tables["elasticity"]
    row = row_of(run.model, output, labels)
    slopes = dict(zip(elasticity.inputs, _row(elasticity, "elasticity", row), strict=True))
    keys = ("low_output", "high_output", "swing", "low_value", "typical_value", "high_value")
    columns = [_row(tornado, key, row) for key in keys]
    units = tornado.values["value_unit"][row].tolist()
    moves = [
        {"input": name, **dict(zip(keys, own, strict=True)), "unit": unit,
         "elasticity": slopes.get(name)}
        for name, unit, *own in zip(tornado.inputs, units, *columns, strict=True)
    ]  # fmt: skip
    typical = numbers(tornado.values["typical"][[row]])[0]
    return {"typical": typical, "moves": [own for own in moves if own["swing"] != 0]}


def _row(table: Explained, key: str, row: int) -> list[float | None]:
    return numbers(table.values[key][row])
