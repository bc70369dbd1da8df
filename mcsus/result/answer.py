"""The answer of a study in sentences: how large and how sure, and what drives the doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mcsus.result.arrays import ON
from mcsus.result.evidence import claim_and_evidence
from mcsus.result.ranking import METHOD, Ranking, leading
from mcsus.result.reading import ResultCell, ResultReading, ResultTable, best_level
from mcsus.result.wording import (
    capital,
    count,
    label_name,
    level_text,
    listing,
    number,
    percent,
    quantity,
    span,
    the,
    verb,
    words,
)
from mcsus.vocabulary import BASE

_SKEWED = 0.1  # distance of mean and median, over the mean, from which both are told


_LITTLE = 0.005  # change along a dim, over the larger end, that is not worth telling


_KINDS = {"mean": "on average.", "median": "by the median; there is no mean that settles."}


_UNSETTLED = "The mean does not settle: a few draws decide it, however many there are."


_INCLUDING = {METHOD: "interactions included"}
_IN_COMMON = "with an equal part of what inputs have in common"
_SPOKEN = 6  # cells that a sentence can hold


def answer(reading: ResultReading) -> list[str]:
    """Return the sentences to quote: how large and how sure; what drives the doubt."""
    return [how_large(reading), *what_drives(reading, [reading.explained])]


def how_large(reading: ResultReading) -> str:
    """Say how large the headline output is and how sure we are, beside what is claimed."""
    return claim_and_evidence(reading) or size(reading)


def what_drives(reading: ResultReading, outputs: Iterable[ResultTable]) -> list[str]:
    """Say what drives the doubt about some outputs, by the analysis that leads."""
    known, told = leading(reading), []
    for output in outputs:
        ranking = Ranking.of(known[output.name]) if output.name in known else None
        if ranking is not None and ranking.cells and ranking.names:
            including = _INCLUDING.get(str(known[output.name].attrs["method"]), _IN_COMMON)
            told.append(drivers(reading, output, ranking, including))
    return told


def size(reading: ResultReading) -> str:
    """Say how large the headline output is and how sure we are."""
    table = reading.headline
    unit_of = reading.study.get("functional_unit") or ""
    start = f"For {unit_of}, {the(table.name)}" if unit_of else capital(the(table.name))
    if not any(cell.varies for cell in table.base):
        return f"{start} {_constant(table)}"
    if table.axis_dim is not None:
        return f"{start} {_course(table)}"
    return f"{start} {_values(table)}"


def _constant(table: ResultTable) -> str:
    shown = table.base[:_SPOKEN]
    told = _with_names(shown, [quantity(number(c.value("mean")), table.unit) for c in shown])
    noun = words(table.name)
    return f"{verb(noun)} {told} in every draw: none of the inputs that vary changes it."


def _values(table: ResultTable) -> str:
    """Return means and intervals of the base cells, the first one in full."""
    shown = table.base[:_SPOKEN]
    texts = []
    for k, cell in enumerate(shown):
        level, low, high = best_level(cell)
        middle = number(cell.value(table.middle))
        if not cell.varies:
            texts.append(f"{quantity(middle, table.unit)} (does not vary)")
        elif k == 0:
            inside = f"{level_text(level)} interval: {span(low, high)}{_skew(cell, shown)}"
            if table.middle == "mean" and "mean_bounds" in cell.data:
                ends = span(*cell.array("mean_bounds"))
                inside += f"; half way in what is not known better, which allows {ends} on average"
            texts.append(f"{quantity(middle, table.unit)} ({inside})")
        else:
            texts.append(f"{middle} ({span(low, high)})")
    rest = len(table.base) - len(shown)
    are = "is" if rest == 1 else "are"
    more = f"; {count(rest, 'more case')} {are} in the tables" if rest else ""
    told = f"{_with_names(shown, texts)}{more}"
    noun = words(table.name)
    if table.middle == "mean":
        return f"{verb(noun)} on average {told}."
    if any(cell.never for cell in table.base):
        return f"{verb(noun)} never{_never(shown)}; the median of the others is {told}."
    return f"{verb(noun, 'has', 'have')} a median of {told}. {_UNSETTLED}"


def _never(shown: Sequence[ResultCell]) -> str:
    """Return how often each cell is never."""
    return f" in {_with_names(shown, [percent(cell.never) for cell in shown])} of the draws"


def _skew(cell: ResultCell, shown: Sequence[ResultCell]) -> str:
    """Return the median where it is far from the mean and there is room to say so."""
    mean, median = cell.value("mean"), cell.value("median") or 0.0
    if mean is None or len(shown) > 1 or abs(mean - median) <= _SKEWED * abs(mean):
        return ""
    return f"; median: {number(median)}"


def _with_names(shown: Sequence[ResultCell], texts: Sequence[str]) -> str:
    names = [f" for {cell.name}" if cell.name not in ("", BASE) else "" for cell in shown]
    return listing([text + name for text, name in zip(texts, names, strict=True)])


def _course(table: ResultTable) -> str:
    """Return how an output goes along a numeric dim, for the first of the other labels."""
    dim = str(table.axis_dim)
    name, cells = next(line for line in table.lines() if line[1][0] is table.base[0])
    first, last = cells[0], cells[-1]
    level, low, high = best_level(first)
    _, low_last, high_last = best_level(last)
    begin, end = first.value(table.middle) or 0.0, last.value(table.middle) or 0.0
    noun = words(table.name)
    change = verb(noun, "changes little", "change little")
    if abs(end - begin) > _LITTLE * max(abs(begin), abs(end)):
        change = f"{verb(noun, 'goes', 'go')} {'up' if end > begin else 'down'}"
    who = "" if name in ("", BASE) else f" ({name})"
    then, now = label_name(first.labels[dim]), label_name(last.labels[dim])
    return (
        f"{change}{who} from {quantity(number(begin), table.unit)} in {then} "
        f"({level_text(level)} interval: {span(low, high)}) to {number(end)} in "
        f"{now} ({span(low_last, high_last)}), {_KINDS[table.middle]}"
    )


_NAMED = 3  # drivers that a sentence names


WHOLE = 1.005  # index above which it is not known: a share is no more than all


_NOTABLE = 0.05  # total-order index from which an input is named as a driver


def drivers(reading: ResultReading, table: ResultTable, ranking: Ranking, including: str) -> str:
    """Say which inputs drive the doubt about an output, and what is included in their share."""
    named = [n for n in ranking.names if ranking.range(n)[1] >= _NOTABLE][:_NAMED]
    named = named or list(ranking.names[:1])
    lead, others = named[0], named[1:]
    most = ranking.range(lead)[0] > 0.505
    drives = verb(words(lead), "drives", "drive")
    drives += " most of the doubt" if most else " the doubt most"
    about = "" if table is reading.headline else f"For {the(table.name)}, "
    of = "variance of its ranks" if is_of_ranks(leading(reading)[table.name]) else "variance"
    share = f"{_share(ranking, lead)} of the {of}, {including}"
    text = capital(f"{about}{the(lead)} {drives} ({share})")
    if others:
        texts = [f"{the(name)} ({_share(ranking, name)})" for name in others]
        text += f", followed by {listing(texts)}"
    if len(ranking.cells) > 1:
        if table.axis_dim is not None or len(ranking.cells) < len(table.base):
            over = listing([cell.name for cell in ranking.cells])
        else:
            over = table.noun(len(ranking.cells))
        text += f"{' in' if table.axis_dim else ', over'} {over}"
    return text + "."


def is_of_ranks(table: ResultTable) -> bool:
    """Tell whether indices are of ranks, as the variance of the values does not settle."""
    return table.attrs.get(ON) == "ranks"


def _share(ranking: Ranking, name: str) -> str:
    low, high = ranking.range(name)
    first, last = ("all" if share > WHOLE else percent(max(share, 0.0)) for share in (low, high))
    if first == last:
        return last
    if low < 0.01:
        return f"up to {last}"
    return f"{first if last == 'all' else first.removesuffix(' %')} to {last}"
