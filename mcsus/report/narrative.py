"""The answer in sentences, made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence

from mcsus.report.figures.drivers import Ranking
from mcsus.report.reading import Cell, Reading, Table, best_level
from mcsus.report.wording import (
    MINUS,
    capital,
    count,
    label_words,
    listing,
    number,
    percent,
    plain,
    probability,
    quantity,
    span,
    unique,
    verb,
    words,
)
from mcsus.vocabulary import BASE, SCENARIO, Verdict

_NAMED = 3  # drivers that a sentence names
_NOTABLE = 0.05  # total-order index from which an input is named as a driver
_SKEWED = 0.1  # distance of mean and median, over the mean, from which both are told
_SPOKEN = 6  # cells that a sentence can hold


def answer(reading: Reading) -> list[str]:
    """Return the two sentences to quote: how large and how sure; what drives the doubt.

    Parameters
    ----------
    reading : Reading

    Returns
    -------
    list of str
        The first is on the headline output, the second, which may be missing, on its drivers.
    """
    return [text for text in (size(reading), drivers(reading, reading.explained)) if text]


def size(reading: Reading) -> str:
    """Say how large the headline output is and how sure we are."""
    table = reading.headline
    unit_of = reading.study.get("functional_unit") or ""
    start = f"For {unit_of}, the {words(table.name)}" if unit_of else f"The {words(table.name)}"
    if not table.base[0].varies and all(not cell.varies for cell in table.base):
        return f"{start} {_constant(table)}"
    if table.axis_dim is not None:
        return f"{start} {_course(table)}"
    return f"{start} {_values(table)}"


def _constant(table: Table) -> str:
    values = [quantity(number(cell.value("mean")), table.unit) for cell in table.base[:_SPOKEN]]
    told = _with_names(table.base[:_SPOKEN], values)
    return (
        f"{verb(words(table.name))} {told} in every draw: none of the inputs that vary changes it."
    )


def _values(table: Table) -> str:
    """Return means and intervals of the base cells, the first one in full."""
    shown = table.base[:_SPOKEN]
    texts = []
    for k, cell in enumerate(shown):
        level, low, high = best_level(cell)
        mean = number(cell.value("mean"))
        if not cell.varies:
            texts.append(f"{quantity(mean, table.unit)} (does not vary)")
        elif k == 0:
            inside = f"{100 * level:g} % interval: {span(low, high)}{_skew(cell, shown)}"
            texts.append(f"{quantity(mean, table.unit)} ({inside})")
        else:
            texts.append(f"{mean} ({span(low, high)})")
    rest = len(table.base) - len(shown)
    more = (
        f"; {count(rest, 'more cell')} {'is' if rest == 1 else 'are'} in the tables" if rest else ""
    )
    noun = words(table.name)
    return f"{verb(noun)} on average {_with_names(shown, texts)}{more}."


def _skew(cell: Cell, shown: Sequence[Cell]) -> str:
    """Return the median where it is far from the mean and there is room to say so."""
    mean, median = cell.value("mean") or 0.0, cell.value("median") or 0.0
    if len(shown) > 1 or abs(mean - median) <= _SKEWED * abs(mean):
        return ""
    return f"; median: {number(median)}"


def _with_names(shown: Sequence[Cell], texts: Sequence[str]) -> str:
    return listing(
        [
            f"{text} for {cell.name}" if cell.name and cell.name != BASE else text
            for cell, text in zip(shown, texts, strict=True)
        ]
    )


def _course(table: Table) -> str:
    """Return how an output goes along a numeric dim, for the first of the other labels."""
    dim = str(table.axis_dim)
    cells = [
        c
        for c in table.base
        if all(c.labels[d] == table.base[0].labels[d] for d in table.dims if d != dim)
    ]
    first, last = cells[0], cells[-1]
    level, low, high = best_level(first)
    _, low_last, high_last = best_level(last)
    begin, end = first.value("mean") or 0.0, last.value("mean") or 0.0
    change = (
        "goes up"
        if end > 1.005 * begin
        else "goes down"
        if end < 0.995 * begin
        else "changes little"
    )
    if verb(words(table.name)) == "are":
        change = {"goes up": "go up", "goes down": "go down"}.get(change, "change little")
    rest = {k: v for k, v in first.labels.items() if k not in (dim, SCENARIO)}
    who = f" ({label_words(rest)})" if rest else ""
    return (
        f"{change}{who} from {quantity(number(begin), table.unit)} in {words(first.labels[dim])} "
        f"({100 * level:g} % interval: {span(low, high)}) to {number(end)} in "
        f"{words(last.labels[dim])} "
        f"({span(low_last, high_last)}), on average."
    )


def drivers(reading: Reading, table: Table) -> str:
    """Say which inputs drive the doubt about an output; empty if indices were not asked for."""
    if table.name not in reading.sensitivity:
        return ""
    ranking = Ranking.of(reading.sensitivity[table.name])
    if not ranking.cells:
        return ""
    named = [n for n in ranking.names if ranking.range(n)[1] >= _NOTABLE][:_NAMED]
    named = named or list(ranking.names[:1])
    lead, others = named[0], named[1:]
    drives = (
        "drives most of the doubt" if ranking.range(lead)[0] > 0.505 else "drives the doubt most"
    )
    about = "" if table is reading.headline else f"For the {words(table.name)}, "
    share = f"{_share(ranking, lead)} of the variance, interactions included"
    text = capital(f"{about}the {words(lead)} {drives} ({share})")
    if others:
        texts = [f"the {words(name)} ({_share(ranking, name)})" for name in others]
        text += f", followed by {listing(texts)}"
    if len(ranking.cells) > 1:
        if table.axis_dim is not None or len(ranking.cells) < len(table.base):
            over = listing([cell.name for cell in ranking.cells])
        else:
            over = table.noun(len(ranking.cells))
        text += f"{' in' if table.axis_dim else ', over'} {over}"
    return text + "."


def _share(ranking: Ranking, name: str) -> str:
    low, high = ranking.range(name)
    first, last = percent(max(low, 0.0)), percent(max(high, 0.0))
    if first == last:
        return last
    if low < 0.01:
        return f"up to {last}"
    return f"{first.removesuffix(' %')} to {last}"


def verdicts(reading: Reading) -> list[dict[str, str]]:
    """Return a sentence on each claim, with its mark.

    Returns
    -------
    list of dict
        ``statement``, ``verdict`` (``supported``, ``not_supported``, ``undecided`` or ``mixed``)
        and ``text``.
    """
    return [_verdict(claim) for claim in reading.claims.values()]


def _verdict(claim: Table) -> dict[str, str]:
    cells = claim.base
    found = [str(cell.data["verdict"].item()) for cell in cells]
    kinds = unique(found)
    asked = f"asked for: {plain(float(claim.attrs['confidence']))}"
    if len(kinds) == 1:
        where = f" for {claim.noun(len(cells))}" if len(cells) > 1 else ""
        text = f"{capital(Verdict(kinds[0]).words)}{where}: {_chances(cells)} ({asked})."
    else:
        parts = []
        for kind in kinds:
            members = [cell for cell, own in zip(cells, found, strict=True) if own == kind]
            names = (
                listing([cell.name for cell in members])
                if len(members) <= _SPOKEN
                else count(len(members), claim.kind)
            )
            parts.append(f"{Verdict(kind).words} for {names} ({_chances(members)})")
        text = f"{capital('; '.join(parts))}; {asked}."
    if Verdict.UNDECIDED in kinds:
        text += " Undecided: the numerical error is too large to tell; more draws could."
    if len(cells) < len(claim.cells):
        text += f" That is the study as written; {_by_scenario(claim)}"
    return {
        "statement": str(claim.attrs["statement"]),
        "verdict": kinds[0] if len(kinds) == 1 else "mixed",
        "required": "yes" if claim.attrs["required"] else "",
        "text": text,
        "name": claim.name,
    }


def _by_scenario(claim: Table) -> str:
    """Return probabilities and verdicts in the other scenarios, or where to find them."""
    others: dict[str, list[Cell]] = {}
    for cell in claim.cells:
        if not cell.is_base:
            others.setdefault(str(cell.labels[SCENARIO]), []).append(cell)
    if len(others) > _SPOKEN:
        return "the scenarios are in the table."
    texts = []
    for scenario, cells in others.items():
        found = unique([str(cell.data["verdict"].item()) for cell in cells])
        verdict = Verdict(found[0]).words if len(found) == 1 else "mixed"
        texts.append(f"{words(scenario)} {_chances(cells)} ({verdict})")
    return f"by scenario: {'; '.join(texts)}."


def _chances(cells: Sequence[Cell]) -> str:
    """Return the probabilities of some cells: one, or the lowest and the highest."""
    values = [cell.value("probability") or 0.0 for cell in cells]
    low, high = probability(min(values)), probability(max(values))
    if low == high:
        return f"probability {low}"
    if high.startswith("above"):
        return f"probability {low} or more"
    if low.startswith("below"):
        return f"probability {high} or less"
    return f"probability {low} to {high}"


def scenarios(reading: Reading) -> list[str]:
    """Say how each scenario changes the mean of the headline output."""
    table = reading.headline
    if not table.has_scenarios:
        return []
    found = []
    for scenario in reading.about["scenarios"]:
        changes = []
        for base in table.base:
            if table.axis_dim and base is not table.base[-1]:
                continue
            other = _counterpart(table, base, scenario["id"])
            if other is None:
                continue
            before, after = base.value("mean"), other.value("mean")
            name = f" for {base.name}" if base.name and base.name != BASE else ""
            changes.append(f"{_change(before, after)}{name}")
        if changes:
            found.append(
                f"{capital(reading.scenario_title(scenario['id']))}: {'; '.join(changes)}."
            )
    return found


def _counterpart(table: Table, base: Cell, scenario: str) -> Cell | None:
    wanted = {**base.labels, SCENARIO: scenario}
    return next((cell for cell in table.cells if dict(cell.labels) == wanted), None)


def _change(before: float | None, after: float | None) -> str:
    """Return a change of the mean in words.

    Examples
    --------
    >>> _change(4.0, 5.0), _change(4.0, 4.0)
    ('mean 5.00 instead of 4.00 (+25 %)', 'no change')
    """
    if before is None or after is None or abs(after - before) <= 1e-9 * abs(before):
        return "no change"
    text = f"mean {number(after)} instead of {number(before)}"
    if before > 0 < after:
        step = percent(after / before - 1)
        step = step if step.startswith((MINUS, "less", "0 ")) else f"+{step}"
        text += f" ({step})"
    return text


def tiny(reading: Reading, table: Table) -> str:
    """Name the inputs that hardly matter to an output; empty if there are none."""
    ranking = Ranking.of(reading.sensitivity[table.name])
    if not ranking.cells or not ranking.tiny:
        return ""
    names = [words(name) for name in ranking.tiny]
    where = " in every cell looked at" if len(ranking.cells) > 1 else ""
    return (
        f"Total order below 1 %{where}, so that knowing them better would hardly narrow the "
        "result: "
        f"{listing(names)}."
    )


def first_order_note(reading: Reading) -> str:
    """Say what the difference between first-order propagation and Monte Carlo means here."""
    cells = [cell for table in reading.outputs.values() for cell in table.base if cell.varies]
    if not cells:
        return "Nothing varies, so the two agree."
    impossible = [
        c
        for c in cells
        if float(c.data["first_order_interval"][0]) < 0 <= c.array("quantile_curve")[0]
    ]
    low_gap = [_gap(cell) for cell in cells]
    if impossible:
        return (
            "First-order propagation assumes a nearly straight model and a symmetric result; "
            f"in {len(impossible)} of "
            f"{len(cells)} cells its interval reaches below zero, which (nearly) no draw does, "
            "so that the Monte Carlo interval, which "
            "follows the skew, is the one to use."
        )
    if max(low_gap) > 0.1:
        return (
            "First-order propagation assumes a nearly straight model and a symmetric result; "
            "an end that differs by more "
            "than a tenth of the width shows that skew or curvature matters there, and that "
            "the Monte Carlo interval is the one to use."
        )
    return (
        "The ends of the two intervals differ by less than a tenth of their width in every "
        "cell: the model is nearly straight "
        "over the range of its inputs, and the simple method would have done."
    )


def _gap(cell: Cell) -> float:
    """Return the largest distance between ends of the intervals, as a share of the width."""
    levels = cell.array("level")
    k = min(range(len(levels)), key=lambda i: abs(levels[i] - 0.95))
    low, high = cell.array("symmetric")[k]
    if not low < high:  # all but a few draws have one value: no interval to compare with
        return float("inf")
    rough = cell.array("first_order_interval")
    return float(max(abs(rough[0] - low), abs(rough[1] - high)) / (high - low))
