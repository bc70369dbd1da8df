"""Small pages of studies, results, laws, parameters and claims, as notebooks show them."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from mcsus.errors import InputError
from mcsus.families import Distribution
from mcsus.parameters import Cell, Parameter
from mcsus.report.figures.base import Figure
from mcsus.report.figures.densities import density_figure
from mcsus.report.figures.differences import difference_figure
from mcsus.report.figures.laws import law_table
from mcsus.report.figures.ranges import fan_figure
from mcsus.report.figures.sparks import spark
from mcsus.report.page import environment
from mcsus.report.plots import law_figure
from mcsus.report.reading import Reading
from mcsus.report.sections.comparisons import pairs_table
from mcsus.report.sections.inputs import source_row
from mcsus.result.answer import answer
from mcsus.result.law_words import law_text
from mcsus.result.ranking import Ranking, leading
from mcsus.result.reading import ResultCell, best_level
from mcsus.result.tree import Result
from mcsus.result.verdicts import verdicts
from mcsus.result.wording import (
    MISSING,
    TIMES,
    capital,
    count,
    label_words,
    listing,
    number,
    percent,
    plain,
    shortened,
    span,
    unit_text,
    words,
)
from mcsus.runner.side_by_side import SideBySide
from mcsus.study import Claim, Study

_MOST = 40  # rows of a table
_DRIVERS = 8
_SHARED = 8
_OF_EACH = 3  # cells of an output
_BAR = 160  # points of a share that is all

Row = Sequence[str | Markup]


@dataclass(frozen=True)
class Table:
    """Rows of texts or of what is drawn in their height.

    Parameters
    ----------
    more : str
        What is not shown.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Row]
    more: str = ""


@dataclass(frozen=True)
class Card:
    """What is shown: a title, sentences, a figure, tables."""

    title: str
    lines: Sequence[str]
    tables: Sequence[Table] = ()
    figure: Figure | None = None


def card_of(shown: object) -> str:
    """Return what a notebook shows of an object, as HTML that stands alone.

    Examples
    --------
    >>> from mcsus.families import distribution
    >>> text = card_of(distribution("normal", mean=10, sd=1))
    >>> "mean 10, standard deviation 1" in text, "<script" in text
    (True, False)
    """
    make = next(make for kind, make in _CARDS.items() if isinstance(shown, kind))
    card = make(shown)
    if card.figure is not None:  # ids of a drawing are those of the whole notebook
        mark = hashlib.sha256(card.figure.csv().encode()).hexdigest()[:8]
        card = replace(card, figure=replace(card.figure, name=f"mcsus_{mark}"))
    return environment().get_template("notebook.html.j2").render(card=card)


def _result(result: Result) -> Card:
    reading = Reading(result)
    table, dim = reading.headline, reading.headline.axis_dim
    figure = density_figure(table) if dim is None else fan_figure(table, dim)
    told = [f"{capital(own['statement'])}: {own['text']}" for own in verdicts(reading)]
    design = reading.design
    drawn = f"{_drawn(design['replicates'], design['draws'])}, seed {design['seed']}"
    lines = [*answer(reading), *told, drawn]
    return Card(reading.study["title"], lines, [_outputs(reading), *_drivers(reading)], figure)


def _outputs(reading: Reading) -> Table:
    rows = [
        (
            _named(name, cell.name),
            Markup(spark(cell)),  # noqa: S704 - numbers alone
            number(cell.value("median")),
            _interval(cell),
            unit_text(table.unit),
        )
        for name, table in reading.outputs.items()
        for cell in (table.cells if len(table.cells) <= _OF_EACH else table.spread(_OF_EACH))
    ]
    every = sum(len(table.cells) for table in reading.outputs.values())
    return _table("Outputs", _OUTPUTS, rows, 'result.to_dataframe("outputs")', every)


def _drivers(reading: Reading) -> Iterable[Table]:
    """Yield the shares of the variance of the output that the answer is about."""
    name = reading.explained.name
    if name not in leading(reading):
        return
    ranking = Ranking.of(leading(reading)[name])
    for cell in ranking.cells[:1]:
        order = sorted(ranking.names, key=lambda own: -ranking.index(cell, own, ranking.key))
        rows = []
        for own in order[:_DRIVERS]:
            share = min(max(ranking.index(cell, own, ranking.key), 0.0), 1.0)
            error = ranking.index(cell, own, f"{ranking.key}_error")
            bar = Markup('<i style="width: {:.0f}px"></i>').format(_BAR * share)
            told = f"± {percent(error)}" if math.isfinite(error) else MISSING
            rows.append((_named(own), bar, percent(share), told))
        title = f"What drives the doubt: {_named(name, cell.name)}"
        more = len(ranking.names) - len(rows)
        left_out = f"and {more:,} more: result.indices()" if more > 0 else ""
        columns = ("", "share of the variance", "", "error")
        yield Table(title, columns, rows, left_out)


def _compared(compared: SideBySide) -> Card:
    one, other = (side["name"] for side in compared.about["compared"])
    shared = [words(own["of"]) for own in compared.about["shared"]]
    lines = [f"{capital(count(len(shared), 'input'))} with the same draws in both"]
    lines[0] += f": {shortened(shared, _SHARED)}." if shared else "."
    tables, columns = [], ("", "difference", "ratio", "P(first lower)")
    for data in compared.comparisons.values():
        told = pairs_table(data)
        rows = [
            (
                capital(own["case"]) or own["pair"],
                own["difference"],
                own["ratio"],
                own["probability"],
            )
            for own in told["rows"]
        ]
        tables.append(_table(told["name"], columns, rows, "comparison.to_dataframe()"))
    first = next(iter(compared.comparisons.values()), None)
    figure = None if first is None else difference_figure(first)
    return Card(f"{one} against {other}", lines, tables, figure)


def _study(study: Study) -> Card:
    lines = [study.question] if study.question else []
    outputs = listing([_of(name, unit.text) for name, unit in study.outputs.items()])
    unit_of = study.functional_unit or "no functional unit"
    lines.append(capital(f"{unit_of}; outputs: {outputs}."))
    dims = [f"{count(len(own), 'label')} of {words(dim)}" for dim, own in study.dims.items()]
    lines.append("; ".join([_drawn(study.design.replicates, study.design.draws), *dims]))
    laws = [
        own
        for parameter in sorted(study.parameters, key=lambda own: own.is_constant)
        for own in _laws(parameter, [study.dims[dim] for dim in parameter.dims])
    ]
    claims = [(own.statement, own.tested, plain(own.confidence)) for own in study.claims]
    tables = [
        Table("Claims", ("", "tested", "asked for"), claims),
        _table("Inputs", _LAW, _rows(laws), "study.parameters", len(laws)),
    ]
    return Card(study.title, lines, tables)


def _parameter(parameter: Parameter) -> Card:
    about = parameter.cells[0].provenance
    told = [
        ", ".join(filter(None, (words(parameter.stage or ""), parameter.kind))),
        *(text for text in (about.rationale, about.derivation, about.note) if text),
    ]
    places = [tuple(range(1, len(parameter.cells) + 1))] if parameter.dims else []
    laws = list(_laws(replace(parameter, dims=("",)) if places else parameter, places))
    figure = None
    if len(parameter.cells) == 1 and parameter.cell.law.family != "constant":
        figure = _figure_of(parameter.cell.law, parameter.cell.unit.text)
    table = _table("", _LAW, _rows(laws), "parameter.cells", len(laws))
    return Card(capital(about.name or words(parameter.name)), told, [table], figure)


def _law(law: Distribution) -> Card:
    figure = _figure_of(law, "")
    lines = [f"{law_text(law.to_dict())}."]
    if figure is not None:
        low, high = law.support()
        lines.append(
            f"Mean {number(law.mean())}, standard deviation {number(law.sd())}; "
            f"values from {_end(low)} to {_end(high)}."
        )
    return Card(capital(words(law.family)), lines, (), figure)


def _claim(claim: Claim) -> Card:
    asked = f"Asked for: a probability of at least {plain(claim.confidence)}"
    required = ", or the run fails." if claim.required else "."
    return Card(capital(claim.statement), [f"Tested: {claim.tested}.", asked + required])


_CARDS: dict[type, Callable[[Any], Card]] = {
    Study: _study,
    Result: _result,
    Parameter: _parameter,
    Distribution: _law,
    Claim: _claim,
    SideBySide: _compared,
}
_OUTPUTS = ("", "density", "median", "95 % interval", "unit")
_LAW = ("", "density", "typical", "95 % interval", "unit", "law", "evidence")


def _rows(laws: Sequence[tuple[str, Cell]]) -> list[Row]:
    """Return a row for each of the first laws, which take a while to draw."""
    return [(name, *_described(cell)) for name, cell in laws[:_MOST]]


def _laws(parameter: Parameter, labels: Sequence[Sequence[Any]]) -> Iterable[tuple[str, Cell]]:
    """Yield each law of a parameter, called by the parameter and the labels that have it."""
    named: dict[int, list[str]] = {}
    laws: dict[tuple[Any, ...], int] = {}
    for k, (cell, label) in enumerate(
        zip(parameter.cells, itertools.product(*labels), strict=True)
    ):
        place = laws.setdefault((cell.law, cell.typical, cell.provenance.sources), k)
        told = dict(zip(parameter.dims, label, strict=True))
        named.setdefault(place, []).append(label_words(told))
    for place, own in named.items():
        where = "" if len(named) == 1 else "; ".join(own)
        yield _named(parameter.name, where), parameter.cells[place]


def _described(cell: Cell) -> Row:
    """Return what is told of a law: its curve, numbers, words and source."""
    law, unit = cell.law, unit_text(cell.unit.text)
    evidence = _evidence(cell)
    if law.family == "constant":
        return "", number(cell.deterministic), "", unit, "does not vary", evidence
    try:
        shown = law_table("", {"": law}, cell.unit.text).cells[0]
    except InputError:  # its parameters are other quantities
        return "", "", "", unit, law_text(law.to_dict()), evidence
    curve = Markup(spark(shown))  # noqa: S704 - numbers alone
    text = law_text(law.to_dict())
    return curve, number(cell.deterministic), _interval(shown), unit, text, evidence


def _evidence(cell: Cell) -> Markup:
    """Return how well a law is founded, with its first source as a link."""
    about = cell.provenance
    told = escape(about.evidence or "")
    if about.sources and about.evidence != "assumed":
        source = source_row(asdict(about.sources[0]))
        link = Markup('<a href="{}">{}</a>').format(source["url"], source["short"])
        named = link if source["url"] else escape(source["short"])
        told = told + ", " + named if told else named
    more = len(about.sources) - 1
    return told + f" and {more} more" if more > 0 and about.evidence != "assumed" else told


def _figure_of(law: Distribution, unit: str) -> Figure | None:
    """Return the figure of a law, or none where its parameters are other quantities."""
    try:
        return law_figure(law, unit)
    except InputError:
        return None


def _table(
    title: str, columns: Sequence[str], rows: Sequence[Row], where: str = "", every: int = 0
) -> Table:
    """Return a table of not too many rows, of `every` that there is to show."""
    more = max(every, len(rows)) - min(len(rows), _MOST)
    left_out = f"and {more:,} more rows" if more > 0 else ""
    left_out += f": {where}" if left_out and where else ""
    return Table(title, columns, rows[:_MOST], left_out)


def _named(name: str, where: str = "") -> str:
    text = capital(words(name))
    return f"{text}, {where}" if where else text


def _of(name: str, unit: str) -> str:
    return f"{words(name)} ({unit_text(unit)})" if unit_text(unit) else words(name)


def _end(value: float) -> str:
    return plain(value).replace("inf", "∞")


def _drawn(replicates: int, draws: int) -> str:
    return f"{replicates} {TIMES} {draws:,} draws"


def _interval(cell: ResultCell) -> str:
    if not cell.varies:
        return "does not vary"
    _, low, high = best_level(cell)
    return span(low, high)
