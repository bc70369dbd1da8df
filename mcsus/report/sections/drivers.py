"""What drives the doubt: Sobol' indices as bars, as a table and in sentences."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import BLUE, INK, WIDTH, Sheet, clear_of, only_bottom
from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.report.sections.inputs import input_title
from mcsus.result.answer import WHOLE, is_of_ranks, what_drives
from mcsus.result.ranking import METHOD, TINY, Ranking, order_of
from mcsus.result.reading import ResultTable
from mcsus.result.wording import capital, cell_name, listing, words

TOP = 12
_FIRST = "#56B4E9"
_BARS = ((-0.19, "ST", BLUE, "total order"), (0.19, "S1", _FIRST, "first order"))
_WHISKERS: dict[str, Any] = {"fmt": "none", "ecolor": INK, "elinewidth": 1, "capsize": 2}
_ROW, _LEGEND, _NAMES = 30.0, 36.0, 28.0
_EXPLAINED = 6  # leading inputs whose meaning is told beside the figure
_FEW = 3  # labels of one parameter that are listed
_RANKS = (
    "These are indices of the ranks of the values (never ranks highest), since the variance of the "
    "values themselves does not settle."
)


@register
class Drivers(Section):
    """Sobol' indices of the outputs that were analysed."""

    name, order, title, link = "drivers", 40, "What drives the doubt?", "Drivers"
    method = METHOD
    template = "drivers.html.j2"

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading)
        self.tables = reading.analyses.get(METHOD, {})
        rankings = {name: Ranking.of(table) for name, table in self.tables.items()}
        self.rankings = {
            name: ranking for name, ranking in rankings.items() if ranking.cells and ranking.names
        }

    @property
    def applies(self) -> bool:
        """Whether an output that varies was analysed."""
        return bool(self.rankings)

    def make_figures(self) -> list[Figure]:
        """Return the indices of each output."""
        t = self.reading.analysis_bound()
        return [driver_figure(self.tables[name], own, t) for name, own in self.rankings.items()]

    def answer(self) -> list[str]:
        """Say what drives the doubt about the headline output."""
        return what_drives(self.reading, [self.reading.explained])

    def further(self) -> list[str]:
        """Say what drives the doubt about the others that are featured."""
        return what_drives(self.reading, self.reading.featured_further)

    def context(self) -> dict[str, Any]:
        """Return each figure with what the leading inputs are, and their ranking."""
        pairs = zip(self.figures, self.rankings.values(), strict=True)
        return {
            "drawn": [
                (figure, ranking, _meanings(self.reading, ranking), tiny(ranking))
                for figure, ranking in pairs
            ]
        }


def driver_figure(table: ResultTable, ranking: Ranking, t: float) -> Figure:
    """Return the indices of an output as its ranking says, with whiskers of `t` errors."""
    shown = table.places(ranking.cells)
    draw = partial(_draw, dims=table.dims, shown=shown, names=ranking.names)
    name = f"drivers_{table.name}".replace("@", "_by_")
    caption, title = _caption(table, ranking), capital(words(table.name))
    return Figure(name, title, caption, _rows(table, t), draw, _how(t))


def _draw(
    rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int], names: Sequence[str]
) -> tuple[Sheet, str]:
    cells = [
        (labels, {str(row["input"]): row for row in own})
        for labels, own in by_cell(rows, dims, shown)
    ]
    top, others = names[:TOP], names[TOP:]
    labels = [capital(words(name)) for name in top]
    if others:
        labels.append(f"All others ({len(others)})")
    panels, left, gap = len(cells), 196.0, 20.0
    width = (WIDTH - left - 16 - gap * (panels - 1)) / panels
    head = _LEGEND + (_NAMES if any(cell_name(own) for own, _ in cells) else 0.0)
    height = head + _ROW * len(labels) + 44
    sheet = Sheet(height)
    for (_, _, tint, text), x in zip(_BARS, (left, left + 116), strict=True):
        sheet.key(x, 18, text, tint)
    highest = max(0.1, *(_reach(own[name]) for _, own in cells for name in top))
    for column, (own_labels, own) in enumerate(cells):
        x = left + column * (width + gap)
        ax = sheet.axes(x, head, width, _ROW * len(labels))
        _draw_panel(ax, [own[name] for name in top], [own[name] for name in others])
        texts = ["" if column else clear_of(text, 25) for text in labels]
        ax.set_yticks(range(len(labels)), texts)
        ax.set_ylim(len(labels) - 0.45, -0.55)
        ax.set_xlim(0, 1.04 * highest)
        if cell_name(own_labels):
            sheet.name(x, head - 14, cell_name(own_labels), round(width / 7.2))
    sheet.note(WIDTH - 16, height - 6, "share of the variance", ends=True)
    return sheet, _described(str(rows[0]["output"]), [own for _, own in cells], names)


def _reach(row: Row) -> float:
    """Return how far the bars of an input reach, with their whiskers."""
    return float(
        max(row[key] + float(np.nan_to_num(row[f"{key}_margin_95"])) for _, key, *_ in _BARS)
    )


def _draw_panel(ax: Axes, top: Sequence[Row], others: Sequence[Row]) -> None:
    only_bottom(ax)
    for shift, key, tint, _ in _BARS:
        values = [max(row[key], 0.0) for row in top]
        margins = [row[f"{key}_margin_95"] for row in top]
        if others:
            values.append(max(sum(row[key] for row in others), 0.0))
            margins.append(float("nan"))
        places = np.arange(len(values)) + shift
        ax.barh(places, values, 0.36, color=tint)
        known = np.isfinite(margins)
        if known.any():
            ends = np.array(margins)[known]
            ax.errorbar(np.array(values)[known], places[known], xerr=ends, **_WHISKERS)
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _how(t: float) -> str:
    text = (
        "Sobol\u2019 indices. First order: the share of the variance that would go if this "
        "input alone were known. Total order: the share that would remain if all but this input "
        "were known, interactions included; these can add up to more than one."
    )
    return text + (" Whiskers are 95 % bounds of the numerical error." if np.isfinite(t) else "")


def _caption(table: ResultTable, ranking: Ranking) -> str:
    texts = [_RANKS] if is_of_ranks(table) else []
    if len(ranking.cells) < len(table.cells):
        drawn = listing([cell.name or "base" for cell in ranking.cells])
        texts.append(f"Drawn: {drawn}; the rest is in the file.")
    if len(ranking.names) > TOP:
        texts.append(
            f"Drawn are the {TOP} inputs with the largest total order, and sums of the others."
        )
    return " ".join(texts)


def _described(output: str, cells: Sequence[Mapping[str, Row]], names: Sequence[str]) -> str:
    parts = []
    for name in names[:5]:
        totals = [own[name]["ST"] for own in cells]
        low, high = min(totals), max(totals)
        last = "above 1" if high > WHOLE else f"{high:.2f}"
        more = f" to {last}" if high - low >= 0.005 else ""
        told = "above 1" if low > WHOLE else f"{low:.2f}{more}"
        parts.append(f"{words(name)} {told}")
    return f"Total-order indices of {words(output)}: {', '.join(parts)}."


def _rows(table: ResultTable, t: float) -> list[Row]:
    rows: list[Row] = []
    for cell in table.cells:
        names = [str(name) for name in cell.data["input"].values]
        arrays = {key: cell.array(key) for key in ("S1", "S1_error", "ST", "ST_error")}
        for k in order_of(names, arrays["ST"]):
            row: dict[str, object] = {"output": table.name, **label_columns(cell.labels)}
            row |= {"rank": int(cell.array("rank")[k]), "input": names[k]}
            for key in ("S1", "ST"):
                error = float(arrays[f"{key}_error"][k])
                row[key] = round(float(arrays[key][k]), 6) + 0.0
                row[f"{key}_error"] = round(error, 6)
                row[f"{key}_margin_95"] = round(t * error, 6)
            rows.append(row)
    return rows


def _meanings(reading: Reading, ranking: Ranking) -> list[tuple[str, str]]:
    """Return what the leading inputs of an output are, in the words of the library."""
    told = []
    for key in ranking.names[:_EXPLAINED]:
        if ranking.range(key)[1] < TINY:
            break
        known = (reading.inputs.get(name, {}).get("cells", []) for name in reading.members(key))
        titles = [title for cells in known if (title := input_title(cells))]
        if titles:
            told.append((capital(words(key)), "; ".join(titles)))
    return told


def inputs_in_words(names: Iterable[str]) -> list[str]:
    """Return inputs in words; many labels of one parameter as their number.

    Examples
    --------
    >>> inputs_in_words(["loss", *(f"removal [{k}]" for k in range(9)), "x [a]"])
    ['loss', '9 labels of removal', 'x [a]']
    """
    by_stem: dict[str, list[str]] = {}
    for name in names:
        by_stem.setdefault(name.partition(" [")[0], []).append(name)
    told = (
        [f"{len(own)} labels of {words(stem)}"] if len(own) > _FEW else list(map(words, own))
        for stem, own in by_stem.items()
    )
    return [text for texts in told for text in texts]


def tiny(ranking: Ranking) -> str:
    """Name the inputs that hardly matter to an output; empty if there are none."""
    if not ranking.tiny:
        return ""
    names = inputs_in_words(ranking.tiny)
    where = " in every case looked at" if len(ranking.cells) > 1 else ""
    hardly = "so that knowing them better would hardly narrow the result"
    what = "Total order" if ranking.key == "ST" else "Shapley effect"
    return f"{what} below 1 %{where}, {hardly}: {listing(names)}."
