"""The tables of a summary: outputs with their density, drivers, comparisons, claims and credits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mcsus.result.answer import is_of_ranks
from mcsus.result.columns import fitted, terminal_width
from mcsus.result.ranking import Ranking
from mcsus.result.reading import ResultCell, ResultReading, ResultTable, best_level
from mcsus.result.sparks import axis, spark
from mcsus.result.wording import (
    MISSING,
    UNSETTLED,
    error,
    is_base,
    label_key,
    label_text,
    number,
    percent,
    probability,
    span,
    unit_text,
    widest,
)
from mcsus.vocabulary import SCENARIO, Verdict

Row = Sequence[str]

_MOST_CELLS = 12  # of all outputs, up to which each has its row
_HEADLINE = 6  # cells of the first output that have one where there are more
_MOST_ROWS = 12  # of any other table
_CASES = " cases"
_OF_INDIVIDUALS = "mean_individuals_error"
_FEW_PAIRS = 6  # that are compared
_SHOWN = 5  # drivers of an output
_WHOLE = 1.005  # what is more does not come of rounding
_SURE = 0.99865  # that an index is above 1, where it is said
_COMPARED = "Compared on the same draws (median, 95 % interval)"
_TITLES = {
    "sobol": "What drives the doubt (total-order Sobol\u2019 index)",
    "shapley": "What drives the doubt (Shapley effect)",
}


@dataclass(frozen=True)
class Table:
    """A table of a summary.

    Parameters
    ----------
    rows : list of rows
        One of a single cell stands across the columns.
    drop : tuple of str
        Heads of the columns that may be left out where they do not fit.
    last : tuple of str
        Heads of those that are left out only where nothing else helps.
    left : int
        How many rows are left out.
    noun : str
        What these are.
    """

    title: str
    header: Row
    rows: Sequence[Row]
    drop: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    left: int = 0
    noun: str = "row"

    def without(self, head: str) -> Table:
        """Return the table without a column."""
        if head not in self.header:
            return self
        k = list(self.header).index(head)
        rows = [row if len(row) == 1 else [*row[:k], *row[k + 1 :]] for row in self.rows]
        return replace(self, header=[own for own in self.header if own != head], rows=rows)

    def shortened(self, full: bool) -> Table:
        """Return the table with no more rows than a person reads, unless all are asked for."""
        rest = len(self.rows) - _MOST_ROWS
        if full or rest <= 1:
            return self
        told = sum(len(row) > 1 for row in self.rows[_MOST_ROWS:])
        return replace(self, rows=self.rows[:_MOST_ROWS], left=self.left + told)


def tables(document: Mapping[str, Any], reading: ResultReading, *, full: bool) -> Iterator[Table]:
    """Yield the tables of a result that have rows."""
    if reading.outputs:
        yield _outputs(reading, full)
    yield from _drivers(reading, full)
    for made in (
        _comparisons(document.get("comparisons", {}), None if full else _FEW_PAIRS),
        _claims(document["claims"], full),
        _credits(document.get("credits", {})),
    ):
        if made.rows:
            yield made.shortened(full)


def _outputs(reading: ResultReading, full: bool) -> Table:
    """Return the outputs: all cells if they are few, else those that tell most."""
    found = list(reading.outputs.values())
    total = sum(len(table.cells) for table in found)
    few, rows = full or total <= _MOST_CELLS, list[Row]()
    theirs = any(cell.meets_individuals for table in found for cell in table.cells)
    shown = found if few else found[:_MOST_CELLS]
    for table in shown:
        groups = [[cell] for cell in table.cells]
        if not few and len(groups) > 1:
            groups = _told(table, table is reading.headline)
        rows += _rows(table, groups, theirs)
    header = ["", "mean", "median", "95 % interval", "density", "error of mean"]
    header += ["from individuals"] if theirs else []
    rest = total - sum(len(row) > 1 for row in rows)
    drop = ("from individuals", "error of mean", "median", "density")
    pooled = any(len(row) > 1 and row[0].endswith(_CASES) for row in rows)
    title = "Outputs (of several cases the lowest and the highest)" if pooled else "Outputs"
    return Table(title, header, rows, drop, ("mean",), 0 if few else rest)


def _told(table: ResultTable, leads: bool) -> list[list[ResultCell]]:
    """Return the cells that share a row: of the output that leads some have one each."""
    if not leads:
        return [table.cells]
    groups = [[cell] for cell in table.spread(_HEADLINE)]
    others = dict.fromkeys(own.labels[SCENARIO] for own in table.cells if not own.is_base)
    groups += [
        [own for own in table.cells if own.labels[SCENARIO] == scenario]
        for scenario in list(others)[:_HEADLINE]
    ]
    return groups


def _rows(table: ResultTable, groups: Sequence[list[ResultCell]], theirs: bool) -> Iterator[Row]:
    """Yield the rows of an output below its name, or the only one beside it."""
    name = ", ".join(own for own in (table.name, unit_text(table.unit)) if own)
    over = axis([cell for group in groups for cell in group])
    for k, cells in enumerate(groups):
        labels = _labels(cells)
        if k == 0 and labels:
            yield [name]
        row = [f"  {labels}" if labels else name, *_numbers(cells), spark(cells, over)]
        row.append(_largest(cells, "mean_error"))
        if theirs:
            row.append(_largest([c for c in cells if c.meets_individuals], _OF_INDIVIDUALS))
        yield row


def _largest(cells: Sequence[ResultCell], key: str) -> str:
    known = [own for own in (cell.value(key) for cell in cells) if own is not None]
    return error(max(known)) if known else ""


def _labels(cells: Sequence[ResultCell]) -> str:
    """Return the labels of a row; of several cells those that they share, and how many they are."""
    first = cells[0].labels
    shared = {dim: own for dim, own in first.items() if all(c.labels[dim] == own for c in cells)}
    named = [label_key(own) for own in shared.values()]
    several = [f"{len(cells)}{_CASES}"] if len(cells) > 1 else []
    return ", ".join([*named, *several])


def _numbers(cells: Sequence[ResultCell]) -> tuple[str, str, str]:
    """Return mean, median and interval; of several cells the lowest and the highest."""
    if len(cells) == 1:
        return _mean(cells[0]), _median(cells), _interval(cells)
    means = [cell.value("mean") for cell in cells]
    known = [own for own in means if own is not None]
    mean = _between(known) if len(known) == len(means) else UNSETTLED
    return mean, _median(cells), _interval(cells)


def _mean(cell: ResultCell) -> str:
    """Return the mean, or why there is none."""
    if cell.has_mean:
        return number(cell.value("mean"))
    return f"never: {percent(cell.never)}" if cell.never else UNSETTLED


def _median(cells: Sequence[ResultCell]) -> str:
    known = [own for own in (cell.value("median") for cell in cells) if own is not None]
    return _between(known) if known else ""


def _between(values: Sequence[float]) -> str:
    """Return the lowest and the highest; one number where nobody would tell them apart."""
    return " to ".join(dict.fromkeys([number(min(values)), number(max(values))]))


def _interval(cells: Sequence[ResultCell]) -> str:
    if not any(cell.varies for cell in cells):
        return "does not vary"
    ends = [best_level(cell)[1:] for cell in cells if len(cell.array("level"))]
    if not ends:
        return ""
    told = span(min(low for low, _ in ends), max(high for _, high in ends))
    return told + (", if ever" if any(cell.never for cell in cells) else "")


def _drivers(reading: ResultReading, full: bool) -> Iterator[Table]:
    """Yield what drives the output that is explained; of the others too if all is asked for."""
    bound = reading.analysis_bound(_SURE)
    for method, title in _TITLES.items():
        found = reading.analyses.get(method, {})
        first = reading.explained.name if reading.outputs else ""
        wanted = [own for own in found if full or own == first] or list(found)[:1]
        rest = len(found) - len(wanted)
        for name in wanted:
            ranking = Ranking.of(found[name])
            if not ranking.cells or not ranking.names:
                continue
            ranks = ", by ranks" if is_of_ranks(found[name]) else ""
            header = [name + ranks, *(_case(cell) for cell in ranking.cells)]
            rows = [
                [f"{place}. {own}", *(_share(ranking, cell, own, bound) for cell in ranking.cells)]
                for place, own in enumerate(ranking.names[:_SHOWN], 1)
            ]
            left = rest if name == wanted[-1] else 0
            yield Table(title, header, rows, left=left, noun="output")


def _case(cell: ResultCell) -> str:
    return ", ".join(map(label_key, cell.labels.values())) or "index"


def _share(ranking: Ranking, cell: ResultCell, name: str, bound: float) -> str:
    """Return an index; above 1 by more than its error, which no share is, it is not known."""
    value = ranking.index(cell, name, ranking.key)
    if value != value:  # noqa: PLR0124 - not a number
        return MISSING
    off = bound * ranking.index(cell, name, f"{ranking.key}_error")
    if value > max(_WHOLE, 1 + (0.0 if off != off else off)):  # noqa: PLR0124
        return "above 1"
    return f"{min(value, 1.0) + 0.0:.2f}"


def compared_text(comparisons: Mapping[str, Any]) -> str:
    """Return what is compared as a table."""
    made = _comparisons(comparisons)
    shown = made.rows[: 3 * _MOST_ROWS]
    rest = len(made.rows) - len(shown)
    more = f"\n... and {rest} more rows with --json" if rest else ""
    rows = fitted([made.header, *shown], terminal_width(), made.drop, made.last)
    return f"{made.title}\n{rows}{more}"


def _comparisons(comparisons: Mapping[str, Any], most: int | None = None) -> Table:
    """Return what is compared; of the first output alone if there is a most of pairs."""
    rows: list[Row] = []
    chosen = list(comparisons.items())[: 1 if most else None]
    total = sum(map(len, comparisons.values()))
    for name, pairs in chosen:
        for k, pair in enumerate(pairs[:most]):
            if k == 0:
                unit = unit_text(pair["difference"]["unit"])
                rows.append([f"{name}, {unit}" if unit else name])
            sides = " - ".join(label_key(*pair[key].values()) for key in ("of", "against"))
            at = ", ".join(map(label_key, pair["labels"].values()))
            rows.append(
                [
                    f"  {sides}{f', {at}' if at else ''}",
                    _middle(pair["difference"]),
                    _middle(pair["ratio"]),
                    probability(pair["probability_less"]["value"]),
                ]
            )
    rest = total - sum(len(row) > 1 for row in rows)
    header = ["", "difference", "ratio", "P(first lower)"]
    return Table(_COMPARED, header, rows, ("ratio",), ("P(first lower)",), rest, "pair")


def _middle(told: Mapping[str, Any]) -> str:
    """Return the median with its interval; a dash where it is no number in any draw."""
    if told["median"] is None:
        return "-"
    middle = number(told["median"]["value"])
    if not told.get("varies", True) or not told["intervals"]:
        return middle
    return f"{middle} ({widest(told['intervals'])})"


def _claims(claims: Mapping[str, Any], full: bool) -> Table:
    """Return the claims: as the study is written, unless all is asked for."""
    rows: list[Row] = []
    total = sum(len(document["cells"]) for document in claims.values())
    for name, document in claims.items():
        at = ", ".join(map(label_key, document.get("at", {}).values()))
        title = f"{name} at {at}" if at else name
        cells = [own for own in document["cells"] if full or is_base(own["labels"])]
        for k, cell in enumerate(cells):
            labels = ", ".join(map(label_key, cell["labels"].values()))
            if k == 0 and labels:
                rows.append([title])
            rows.append(
                [
                    f"  {labels}" if labels else title,
                    probability(cell["probability"]["value"]),
                    error(cell["probability"]["error"]),
                    cell["likelihood"],
                    Verdict(cell["verdict"]).words,
                ]
            )
    header = ["", "probability", "error", "in words", "verdict"]
    rest = total - sum(len(row) > 1 for row in rows)
    return Table("Claims", header, rows, ("error", "in words"), left=rest)


def _credits(credited: Mapping[str, Any]) -> Table:
    rows: list[Row] = [
        [
            label_text(name, cell["labels"]),
            f"{number(cell['credited']['value'])} {unit_text(cell['unit'])}".strip(),
            number(cell["deduction"]["value"]),
            probability(cell["probability_over_credited"]["value"]),
            number(cell["expected_over_credited"]["value"]),
        ]
        for name, document in credited.items()
        for cell in document["cells"]
    ]
    header = ["", "credited", "deduction", "P(less is real)", "not real, on average"]
    return Table("Credits", header, rows, ("deduction", "not real, on average"))
