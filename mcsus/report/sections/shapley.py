"""Shapley effects as bars, beside what each input says alone and what it alone could still say."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import BLUE, INK, WIDTH, Sheet, clear_of, only_bottom
from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.drivers import TOP, inputs_in_words, tiny
from mcsus.result.answer import what_drives
from mcsus.result.arrays import BETWEEN, OTHERS
from mcsus.result.ranking import METHOD, Ranking
from mcsus.result.reading import ResultCell, ResultTable
from mcsus.result.wording import capital, cell_name, listing, words

_OWN, _BESIDE = "shapley", "kucherenko"
_LEGEND, _ROW, _NAMES, _LEFT, _GAP = 36.0, 26.0, 28.0, 196.0, 20.0
_WHISKERS: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 1, "capsize": 2}
_ENDS = (("S1", "o"), ("ST", "s"))
"""Arrays at the ends of the thin lines, and how they are marked."""
_HOW = (
    "Shapley effects share out the whole variance: what inputs have in common, because they depend "
    "on each other or because they interact, is divided among them equally, so that the shares add "
    "up to one."
)
_HOW_ENDS = (
    " The thin line below a bar ends at a round mark, what would go of the variance if the input "
    "alone were known, with what it tells of others, and at a square one, what would remain if all "
    "others were."
)


@register
class ShapleyEffects(Section):
    """Shapley effects of the outputs that were analysed."""

    name, order, title, link = "shapley", 41, "How is the doubt shared out?", "Shares"
    method = _OWN
    template = "shapley.html.j2"

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        if METHOD not in reading.analyses:
            self.title, self.link = "What drives the doubt?", "Drivers"
        rankings = {
            name: Ranking.of(table) for name, table in reading.analyses.get(_OWN, {}).items()
        }
        self.rankings = {name: own for name, own in rankings.items() if own.cells and own.names}

    @property
    def applies(self) -> bool:
        """Whether an output that varies was analysed."""
        return bool(self.rankings)

    def make_figures(self) -> list[Figure]:
        """Return the effects of each output."""
        tables = self.reading.analyses[_OWN]
        rankings = self.rankings.items()
        return [shapley_figure(self.reading, name, tables[name], own) for name, own in rankings]

    def answer(self) -> list[str]:
        """Say what drives the doubt about the headline output, where Sobol\u2019 indices do not."""
        leads = METHOD not in self.reading.analyses
        return what_drives(self.reading, [self.reading.explained]) if leads else []

    def further(self) -> list[str]:
        """Say what drives the doubt about the others that are featured."""
        leads = METHOD not in self.reading.analyses
        return what_drives(self.reading, self.reading.featured_further) if leads else []

    def context(self) -> Mapping[str, Any]:
        """Return each figure with its ranking, its rows by cell, and what is said below it."""
        told = []
        for figure, (name, ranking) in zip(self.figures, self.rankings.items(), strict=True):
            table = self.reading.analyses[_OWN][name]
            shown = by_cell(figure.rows, table.dims, table.places(ranking.cells))
            cells = [
                (cell_name(labels), {str(row["input"]): row for row in rows})
                for labels, rows in shown
            ]
            told.append((figure, ranking, cells, _notes(table, ranking)))
        why = [c["text"] for c in self.reading.about["cautions"] if c["kind"] == "dependent"]
        return {"drawn": told, "ends": _ENDS, "why": why}


def shapley_figure(reading: Reading, name: str, table: ResultTable, ranking: Ranking) -> Figure:
    """Return the effects of an output as its ranking says, with whiskers of 95 % bounds."""
    beside = reading.analyses.get(_BESIDE, {}).get(name)
    rows = _rows(name, table, beside, reading.analysis_bound())
    shown = table.places(ranking.cells)
    draw = partial(_draw, dims=table.dims, shown=shown, names=ranking.names)
    more = len(ranking.names) > TOP
    caption = f"Drawn are the {TOP} largest effects, and the sum of the others." if more else ""
    where = f"shapley_{name}".replace("@", "_by_")
    how = _HOW if beside is None else _HOW + _HOW_ENDS
    return Figure(where, capital(words(name)), caption, rows, draw, how)


def _rows(name: str, table: ResultTable, beside: ResultTable | None, t: float) -> list[Row]:
    rows: list[Row] = []
    others = {} if beside is None else {cell.name: _ends_of(cell) for cell in beside.cells}
    for cell in table.cells:
        effects, errors, ranks = (cell.array(k) for k in (_OWN, f"{_OWN}_error", "rank"))
        names = [str(name) for name in cell.data["input"].values]
        for k in np.argsort(ranks, kind="stable"):
            row: dict[str, object] = {"output": name, **label_columns(cell.labels)}
            row |= {"rank": int(ranks[k]), "input": names[k]}
            row |= {
                _OWN: round(float(effects[k]), 6) + 0.0,
                f"{_OWN}_error": round(float(errors[k]), 6),
                f"{_OWN}_margin_95": round(t * float(errors[k]), 6),
            }
            nothing = {key: float("nan") for key, _ in _ENDS} if others else {}
            rows.append(row | others.get(cell.name, {}).get(names[k], nothing))
    return rows


def _ends_of(cell: ResultCell) -> dict[str, dict[str, float]]:
    """Return the full first order and the independent total order of each input."""
    names = [str(name) for name in cell.data["input"].values]
    arrays = {key: cell.array(key) for key, _ in _ENDS}
    return {
        name: {key: round(float(array[k]), 6) + 0.0 for key, array in arrays.items()}
        for k, name in enumerate(names)
    }


def _notes(table: ResultTable, ranking: Ranking) -> list[str]:
    """Return what is to be said below a figure."""
    told = [text] if (text := tiny(ranking)) else []
    if others := str(table.attrs.get(OTHERS, "")):
        names = listing(inputs_in_words(others.split(BETWEEN)))
        told.append(
            "All others are one input here, as each of them has a total order below 1 %, and all "
            f"together below 5 %: {names}."
        )
    return told


def _draw(
    rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int], names: Sequence[str]
) -> tuple[Sheet, str]:
    cells = [
        (labels, {str(row["input"]): row for row in own})
        for labels, own in by_cell(rows, dims, shown)
    ]
    top, rest = names[:TOP], names[TOP:]
    texts = [clear_of(capital(words(name)), 25) for name in top]
    texts += [f"All the rest ({len(rest)})"] if rest else []
    width = (WIDTH - _LEFT - 16 - _GAP * (len(cells) - 1)) / len(cells)
    head = _LEGEND + (_NAMES if any(cell_name(labels) for labels, _ in cells) else 0.0)
    sheet = Sheet(head + _ROW * len(texts) + 44)
    sheet.key(_LEFT, 18, "Shapley effect", BLUE)
    highest = max(0.05, *(_reach(own[name]) for _, own in cells for name in top))
    for column, (labels, own) in enumerate(cells):
        x = _LEFT + column * (width + _GAP)
        ax = sheet.axes(x, head, width, _ROW * len(texts))
        _draw_panel(ax, [own[name] for name in top], [own[name] for name in rest])
        ax.set_yticks(range(len(texts)), [] if column else texts)
        ax.set_ylim(len(texts) - 0.45, -0.55)
        ax.set_xlim(0, 1.04 * highest)
        if cell_name(labels):
            sheet.name(x, head - 14, cell_name(labels), round(width / 7.2))
    sheet.note(WIDTH - 16, sheet.height - 6, "share of the variance", ends=True)
    return sheet, _described(str(rows[0]["output"]), [own for _, own in cells], names)


def _reach(row: Row) -> float:
    """Return how far the bar of an input reaches, with its whisker and the thin line."""
    whisker = row[_OWN] + float(np.nan_to_num(row[f"{_OWN}_margin_95"]))
    return float(np.nanmax([whisker, *(row.get(key, 0.0) for key, _ in _ENDS)]))


def _draw_panel(ax: Axes, top: Sequence[Row], rest: Sequence[Row]) -> None:
    only_bottom(ax)
    values = [max(row[_OWN], 0.0) for row in top]
    margins = [row[f"{_OWN}_margin_95"] for row in top]
    if rest:
        values.append(max(sum(row[_OWN] for row in rest), 0.0))
        margins.append(float("nan"))
    places = np.arange(len(values))
    ax.barh(places, values, 0.5, color=BLUE)
    known = np.isfinite(margins)
    if known.any():
        ax.errorbar(
            np.array(values)[known], places[known], xerr=np.array(margins)[known], **_WHISKERS
        )
    for place, row in enumerate(top):
        ends = [row[key] for key, _ in _ENDS if np.isfinite(row.get(key, np.nan))]
        if len(ends) == len(_ENDS):
            ax.plot(ends, [place + 0.36] * len(ends), color=INK, linewidth=1)
            for end, (_, mark) in zip(ends, _ENDS, strict=True):
                ax.plot([end], [place + 0.36], mark, color=INK, markersize=4)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _described(output: str, cells: Sequence[Mapping[str, Row]], names: Sequence[str]) -> str:
    parts = []
    for name in names[:5]:
        values = [float(own[name][_OWN]) for own in cells]
        more = f" to {max(values):.2f}" if max(values) - min(values) >= 0.005 else ""
        parts.append(f"{words(name)} {min(values):.2f}{more}")
    return f"Shapley effects of {words(output)}: {', '.join(parts)}."
