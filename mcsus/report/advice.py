"""Why methods of sensitivity analysis do not agree, and what a reader should do about it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np

from mcsus.report.lenses import Seen
from mcsus.report.reading import Reading
from mcsus.result.lines import SETTLED
from mcsus.result.ranking import METHOD
from mcsus.result.reading import ResultCell, ResultTable, best_level
from mcsus.result.wording import listing, number, percent, shortened, the

_FRONT = 3  # places that methods are to agree on
_TOGETHER = 0.1  # share of the variance of interactions from which methods may differ by it
_SKEWED = 2.0  # halves of an interval, one over the other
_TURNS = 0.1  # share of the variance that ranks miss of an input
_MOST = 2  # reasons that are told

_ALONE = ("S1", "kucherenko", "given_data", "rbd_fast", "fast", "correlation", "known", "tornado")
_EVENLY = ("delta", "pawn", "correlation")


def advice(reading: Reading, output: ResultTable, cell: ResultCell, found: Sequence[Seen]) -> str:
    """Return why methods differ on the inputs of a cell, and what follows, from its numbers.

    Parameters
    ----------
    cell : ResultCell
        Of the analysis that ranks the inputs.
    """
    reasons: tuple[Callable[..., str], ...] = (_noise, _dependence, _interplay, _turning, _tails)
    every = (reason(reading, output, cell, found) for reason in reasons)
    told = [text for text in every if text][:_MOST]
    return " ".join(told) or f"get better data on each of these; {_asked(found)}."


def _asked(found: Sequence[Seen]) -> str:
    asks = sorted({own.lens.asks for own in found})
    return f"methods ask different things ({'; '.join(asks)})"


def _noise(_: Reading, __: ResultTable, cell: ResultCell, found: Sequence[Seen]) -> str:
    """Tell of places that a few more draws would change."""
    shared = set.intersection(*(own.contenders for own in found))
    overlaps = bool(shared) and any(own.first not in shared for own in found)
    is_open = "first_three" in cell.data and not float(cell.data["first_three"]) > SETTLED
    if not (overlaps or is_open):
        return ""
    return (
        "Some places are within the errors of their neighbours: make more draws (draws in "
        "[sensitivity], and --draws) before going by the order of these."
    )


def _dependence(reading: Reading, _: ResultTable, __: ResultCell, found: Sequence[Seen]) -> str:
    """Tell of inputs that say something of others."""
    if not (reading.about.get("dependence") or reading.about.get("joints")):
        return ""
    names = [own.lens.told for own in found if own.lens.method in {"shapley", "kucherenko"}]
    if not (names and _divides(found, ("kucherenko", "given_data"))):
        return ""
    return (
        "Inputs depend on each other, so that knowing one tells of others as well: go by first "
        "order to choose what to measure, and by Shapley effects to say where the doubt is from."
    )


def _interplay(
    reading: Reading, output: ResultTable, cell: ResultCell, found: Sequence[Seen]
) -> str:
    """Tell of what inputs do together, which looking at one at a time does not see."""
    own = _beside(reading, output, cell)
    if own is None or not _divides(found, _ALONE):
        return ""
    share = 1 - float(own.array("S1").sum())
    error = float(np.sqrt((own.array("S1_error") ** 2).sum()))
    if not share > max(_TOGETHER, reading.analysis_bound() * error):
        return ""
    blind = [seen.lens.told for seen in found if _is_of(seen, _ALONE)]
    return (
        f"What inputs do together is {percent(share)} of the variance, and is not seen by methods "
        f"that look at one at a time ({shortened(blind)}). Go by total order to choose what may be "
        "fixed, and by first order to choose what alone is worth measuring."
    )


def _turning(reading: Reading, output: ResultTable, cell: ResultCell, found: Sequence[Seen]) -> str:
    """Tell of inputs with which the output rises and falls."""
    own = _beside(reading, output, cell)
    ranks = next((seen for seen in found if seen.lens.method == "correlation"), None)
    if own is None or ranks is None:
        return ""
    shares = dict(zip(map(str, own.data["input"].values), own.array("S1"), strict=True))
    missed = [
        name
        for name, place in ranks.places.items()
        if shares.get(name, 0.0) - place.value**2 > _TURNS and abs(place.value) < math.sqrt(_TURNS)
    ]
    if not missed:
        return ""
    return (
        f"The output rises and falls with {listing([the(name) for name in missed])}, which rank "
        "correlation does not see: do not go by it here."
    )


def _tails(_: Reading, output: ResultTable, cell: ResultCell, found: Sequence[Seen]) -> str:
    """Tell of a few high values, which decide a variance."""
    shown = next((own for own in output.cells if own.labels == cell.labels), None)
    if shown is None or not _divides(found, (*_EVENLY, "tail")):
        return ""
    low, high = best_level(shown)[1:]
    middle = float(shown.data["median"])
    ratio = (high - middle) / (middle - low) if middle > low else math.inf
    evenly = [seen.lens.told for seen in found if _is_of(seen, _EVENLY)]
    if not (math.isfinite(ratio) and ratio > _SKEWED and evenly):
        return ""
    return (
        f"The upper half of the interval is {number(ratio, 2)} times as wide as the lower, and the "
        f"variance is about high values, while all draws count alike by {listing(evenly)}. Go by "
        "total order if high values matter, and by the latter if usual ones do."
    )


def _beside(reading: Reading, output: ResultTable, cell: ResultCell) -> ResultCell | None:
    """Return Sobol' indices of the values at the same labels, if there are any."""
    table = reading.analyses.get(METHOD, {}).get(output.name)
    if table is None:
        return None
    return next((own for own in table.cells if own.labels == cell.labels), None)


def _is_of(seen: Seen, kinds: Sequence[str]) -> bool:
    key = seen.lens.key if seen.lens.method == METHOD else seen.lens.method
    return key in kinds


def _divides(found: Sequence[Seen], kinds: Sequence[str]) -> bool:
    """Tell whether some methods put other inputs in front than the first of the rest does."""
    rest = [seen for seen in found if not _is_of(seen, kinds)]
    return bool(rest) and any(
        seen.first != rest[0].first or seen.leading(_FRONT) != rest[0].leading(_FRONT)
        for seen in found
        if _is_of(seen, kinds)
    )
