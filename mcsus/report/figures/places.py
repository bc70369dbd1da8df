"""The place of each input by each method, side by side."""

import functools
from collections.abc import Sequence

from matplotlib.patches import Rectangle

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.style import INK, SOFT, WIDTH, Sheet, clear_of
from mcsus.report.lenses import LENSES, Lens, Seen
from mcsus.result.reading import ResultCell
from mcsus.result.wording import capital, cell_name, listing, words

_MOST = 8  # inputs drawn
_LEFT, _ROW, _HEAD, _NAMES, _GAP = 214.0, 28.0, 100.0, 22.0, 14.0
_SHADES = ("#084a80", "#3182bd", "#7db5dc", "#b5d4ea", "#dfecf7")  # of the first places
_LIGHT = 2  # shades on which figures are white
_HOW = (
    "Numbers are places: 1 is the input that matters most by that method, and has the darkest "
    "field. A dot stands where an input cannot be told from one without bearing, where it has less "
    "than a 2,000th of what the first has, or where a method says nothing. Where all columns are "
    "alike, the methods agree."
)

Cells = Sequence[tuple[ResultCell, Sequence[Seen]]]


def places_figure(output: str, cells: Cells, dims: Sequence[str], names: Sequence[str]) -> Figure:
    """Return the places of inputs, in the order of `names`, in some cells of an output."""
    rows: list[Row] = []
    for cell, found in cells:
        head = {"output": output, **label_columns(cell.labels)}
        for own in found:
            about = {"method": own.lens.method, "array": own.lens.key}
            for name in names:
                if name in own.places:
                    place = own.places[name]
                    said = {"input": name, "place": place.place, "value": place.value}
                    said |= {"error": place.error, "told_apart": int(place.is_sure)}
                    rows.append(head | about | said)

    draw = functools.partial(_draw, dims=dims, names=names[:_MOST])
    more = f"Drawn are the first {_MOST}; all are in the file." if len(names) > _MOST else ""
    title = f"Do the methods agree? {capital(words(output))}"
    return Figure(f"agreement_{output}", title, more, rows, draw, _HOW)


def _draw(rows: Sequence[Row], dims: Sequence[str], names: Sequence[str]) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims)
    named = _NAMES if len(cells) > 1 else 0.0
    each = _HEAD + named + _ROW * len(names) + _GAP
    sheet = Sheet(each * len(cells))
    for k, (labels, own) in enumerate(cells):
        top = k * each
        if named:
            sheet.name(8, top + 18, cell_name(labels), 60)
        _grid(sheet, top + _HEAD + named, own, names)
    firsts = {_lens(row).told: str(row["input"]) for row in cells[0][1] if row["place"] == 1}
    told = listing([f"{words(name)} by {told}" for told, name in firsts.items()])
    return sheet, f"Places of the inputs of {words(rows[0]['output'])}. First is: {told}."


def _grid(sheet: Sheet, top: float, rows: Sequence[Row], names: Sequence[str]) -> None:
    """Draw one cell: a row for each input, a column for each method."""
    columns: dict[str, dict[str, Row]] = {}
    for row in rows:
        columns.setdefault(_lens(row).title, {})[str(row["input"])] = row
    width = min((WIDTH - _LEFT - 64) / len(columns), 72.0)
    ax = sheet.axes(_LEFT, top, width * len(columns), _ROW * len(names))
    ax.set(xlim=(0, len(columns)), ylim=(len(names), 0))
    ax.axis("off")
    for line, name in enumerate(names):
        text = clear_of(capital(words(name)), 27)
        sheet.write(8, top + _ROW * (line + 0.5) + 4, text, color=INK)
    for column, (title, own) in enumerate(columns.items()):
        left = _LEFT + width * (column + 0.5)
        sheet.write(left - 4, top - 8, title, color=INK, rotation=35, rotation_mode="anchor")
        for line, name in enumerate(names):
            said = own.get(name, {})
            place = int(said["place"]) if said.get("told_apart") else 0
            if 0 < place <= len(_SHADES):
                box = Rectangle((column + 0.04, line + 0.06), 0.92, 0.88, color=_SHADES[place - 1])
                ax.add_patch(box)
            tint = "white" if 0 < place <= _LIGHT else INK if place else SOFT
            base = top + _ROW * (line + 0.5) + 4
            sheet.write(left, base, str(place or "\u2022"), ha="center", color=tint)


def _lens(row: Row) -> Lens:
    return next(lens for lens in LENSES if (lens.method, lens.key) == (row["method"], row["array"]))
