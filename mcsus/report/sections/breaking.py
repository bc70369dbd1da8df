"""What would break a claim: how each input moves its probability, and where that turns it."""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from mcsus.report.figures.base import Figure, Row, by_cell, label_columns
from mcsus.report.figures.pairs import pair_figure
from mcsus.report.figures.style import BLUE, INK, ORANGE, WIDTH, Sheet, line_axes
from mcsus.report.reading import Reading
from mcsus.report.sections.base import Section, register
from mcsus.result.of_claims import units_of
from mcsus.result.reading import ResultCell
from mcsus.result.wording import (
    capital,
    cell_name,
    listing,
    number,
    percent,
    plain,
    probability,
    quantity,
    unit_text,
    words,
)
from mcsus.vocabulary import Verdict

_CELLS, _INPUTS = 3, 6  # that are drawn and told of a claim
_BEARING = 0.02  # range of a probability from which an input is told
_ROW, _LEFT, _RIGHT, _TOP, _FOOT = 26.0, 216.0, 190.0, 30.0, 44.0
_HOW = (
    "A bar spans the probability of the claim over the plausible values of one input, the others "
    "uncertain; the dot is the probability as it stands. An input whose bar crosses the line of "
    "the confidence asked for can turn the claim alone: to the right is where it holds."
)


@register
class Breaking(Section):
    """What would break a claim, and what to measure next."""

    name, order, title, link = "breaking", 36, "What would break it?", "Breaking points"
    template = "breaking.html.j2"

    @property
    def applies(self) -> bool:
        """Whether a claim holds in some draws and fails in others."""
        return any(self._told)

    @cached_property
    def _told(self) -> list["ClaimBreaking"]:
        known = self.reading.claim_analyses.get("break_even", {})
        made = [ClaimBreaking(self.reading, name) for name in known]
        return [own for own in made if own.cells]

    def make_figures(self) -> list[Figure]:
        """Return a figure for each claim that may fall, and one of two inputs that decide it."""
        made: list[Figure] = []
        pairs = self.reading.claim_analyses.get("break_even_pair", {})
        for own in self._told:
            pair = pair_figure(pairs[own.claim.name], own.statement)
            made += [figure for figure in (own.figure(), pair) if figure]
        return made

    def context(self) -> dict[str, Any]:
        """Return the sentences on each claim, and the inputs of its table."""
        told = self._told
        return {
            "told": {own.statement: own.sentences() for own in told},
            "tables": [(own.statement, own.lines()) for own in told],
        }


class ClaimBreaking:
    """What analyses say of a claim, of some cells in which it may fall.

    Attributes
    ----------
    cells : list of tuple
        Of the claim, and of what stands below it: break-evens, separation, information.
    """

    def __init__(self, reading: Reading, name: str) -> None:
        self.claim = reading.claims[name]
        self.statement = str(self.claim.attrs["statement"])
        self.asked = float(self.claim.attrs["confidence"])
        below = reading.claim_analyses
        self.tables = [below[key][name] for key in ("break_even", "separation", _INFORMATION)]
        self.units = units_of(self.tables[0].data)
        self.every = [
            (own, *parts)
            for own, *parts in zip(self.claim.cells, *(t.cells for t in self.tables), strict=True)
            if np.isfinite(parts[1].value("dummy_distance") or np.nan)
        ]
        self.cells = [own for own in self.every if own[0].is_base][:_CELLS] or self.every[:_CELLS]

    def order(self, breaking: ResultCell) -> list[int]:
        """Return the places of inputs, the one that moves the probability most first."""
        reach = breaking.array("given_high") - breaking.array("given_low")
        return [int(k) for k in np.argsort(-reach, kind="stable") if np.isfinite(reach[k])]

    def told(self, breaking: ResultCell) -> list[int]:
        """Return the places of inputs that are told: those with any bearing, the first of them."""
        reach = breaking.array("given_high") - breaking.array("given_low")
        return [k for k in self.order(breaking) if reach[k] >= _BEARING][:_INPUTS]

    def named(self, k: int) -> str:
        """Return the name of an input in words."""
        return words(list(self.units)[k])

    def amount(self, k: int, value: float) -> str:
        """Return a value of an input with its unit."""
        return quantity(number(value), list(self.units.values())[k])

    def turn(self, breaking: ResultCell, k: int) -> str:
        """Return where the claim holds, as one input says; empty if no plausible value turns it."""
        value = float(breaking.array("break_even")[k])
        if not np.isfinite(value):
            return ""
        included = breaking.array("break_even_included")[k] > 0
        sides = ["at least", "at most"] if included else ["above", "below"]
        side, other = sides if breaking.array("break_even_side")[k] > 0 else sides[::-1]
        until = float(breaking.array("break_even_until")[k])
        if until == value:  # of an input that steps, the only one
            return self.amount(k, value)
        end = f" and {other} {self.amount(k, until)}" if np.isfinite(until) else ""
        return f"{side} {self.amount(k, value)}{end}"

    def _tied(self, breaking: ResultCell, k: int) -> str:
        """Return that a value of an input also tells of others, where it does."""
        return ", drawn with others" if breaking.array("is_dependent")[k] > 0 else ""

    def sentences(self) -> list[str]:
        """Return what would break the claim in words."""
        return [text for own in self.cells for text in self._sentences(*own)]

    def _sentences(
        self, claim: ResultCell, breaking: ResultCell, separation: ResultCell, value: ResultCell
    ) -> Iterator[str]:
        where = f"{capital(claim.name)}: " if claim.name else ""
        yield f"{where}{self._turning(claim, breaking)}"
        if box := self._box(separation):
            yield f"{where}{box}"
        change = np.nan_to_num(value.array("evppi_change"))
        k = int(np.argmax(change))
        if change[k] >= _BEARING / 2:
            yield f"{where}{self._worth(value, k, change[k])}"

    def _turning(self, claim: ResultCell, breaking: ResultCell) -> str:
        found = [(k, turn) for k in self.told(breaking) if (turn := self.turn(breaking, k))]
        if not found:
            return "no plausible value of one input alone turns the claim."
        verdict = Verdict(claim.data["verdict"].item())
        supported = verdict is Verdict.SUPPORTED
        holds, when = ("holds", "as long as") if supported else ("would hold", "if")
        rank, until = (breaking.array(f"break_even_{own}") for own in ("rank", "until_rank"))
        parts = []
        for k, turn in found[:3]:
            above = float(breaking.array("break_even_side")[k] > 0)
            share = abs((until[k] if np.isfinite(until[k]) else above) - rank[k])
            parts.append(f"the {self.named(k)} is {turn} (it is with {probability(float(share))})")
        joined = parts[0] if len(parts) == 1 else f"{', or '.join(parts)}"
        return f"the claim {holds} with {plain(self.asked)} {when} {joined}."

    def _box(self, separation: ResultCell) -> str:
        """Return where most draws of the rarer kind lie."""
        tests = separation.array("quasi_p")
        limits = []
        for k in np.flatnonzero(np.isfinite(tests)):
            low, high = (float(separation.array(f"box_{end}")[k]) for end in ("low", "high"))
            name = f"the {self.named(int(k))} is"
            if np.isfinite(low) and np.isfinite(high):
                limits.append(f"{name} between {number(low)} and {self.amount(int(k), high)}")
            else:
                side = f"above {self.amount(int(k), low)}" if np.isfinite(low) else ""
                limits.append(f"{name} {side or f'below {self.amount(int(k), high)}'}")
        if not limits:
            return ""
        of_success = bool(separation.value("box_of_success"))
        verb, draws = ("holds", "successes") if of_success else ("fails", "failures")
        covered = percent(separation.value("box_coverage") or 0.0)
        dense = percent(separation.value("box_density") or 0.0)
        return (
            f"{draws} gather where {listing(limits)}: {covered} of them lie there, and of the "
            f"draws there it {verb} in {dense}."
        )

    def _worth(self, value: ResultCell, k: int, change: float) -> str:
        """Return what is most worth knowing."""
        text = f"to know the {self.named(k)} would move the probability most, by {change:.2f}"
        worth = float(value.array("evppi")[k])
        if np.isfinite(worth) and worth > 0:
            text += f" on average, and is worth {quantity(number(worth), self.tables[0].unit)}"
        halved = float(value.array("halved")[k])
        if np.isfinite(halved):
            text += f"; with half its spread the probability is {probability(halved)}"
        return f"{text}."

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the table of the page."""
        return [
            {
                "case": claim.name if not n else "",
                "input": capital(self.named(k)) + self._tied(breaking, k),
                "unit": unit_text(list(self.units.values())[k]),
                "holds": self.turn(breaking, k) or "not turned",
                "error": _known(breaking.array("break_even_error")[k]),
                "low": breaking.array("given_low")[k],
                "high": breaking.array("given_high")[k],
                "worth": _known(value.array("evppi")[k]),
                "worth_unit": unit_text(self.tables[0].unit),
                "change": _known(value.array("evppi_change")[k]),
                "halved": _known(value.array("halved")[k]),
            }
            for claim, breaking, _, value in self.cells
            for n, k in enumerate(self.told(breaking))
        ]

    def figure(self) -> Figure | None:
        """Return the probability of the claim over the values of each input that moves it."""
        if not any(self.told(breaking) for _, breaking, *_ in self.cells):
            return None
        caption = f"Asked for: {plain(self.asked)} (orange line)."
        if len(self.cells) < len(self.claim.cells):
            caption += " Drawn are some of the cases; all that were looked at are in the file."
        shown = [self.every.index(own) for own in self.cells]
        draw = partial(_draw, dims=self.claim.dims, shown=shown, statement=self.statement)
        name = f"breaking_{self.claim.name}"
        return Figure(name, self.statement, caption, self.rows(), draw, _HOW)

    def rows(self) -> list[Row]:
        """Return all that is known of each input in each cell."""
        rows: list[Row] = []
        for claim, *parts in self.every:
            head = {"claim": self.claim.name, **label_columns(claim.labels)}
            head |= {"probability": claim.value("probability"), "confidence": self.asked}
            arrays = {
                str(key): part.array(str(key))
                for part in parts
                for key, array in part.data.data_vars.items()
                if array.dims == ("input",)
            }
            told = self.told(parts[0])
            for rank, k in enumerate(self.order(parts[0]), 1):
                own = {key: _known(values[k]) for key, values in arrays.items()}
                names = {"rank": rank, "input": list(self.units)[k]}
                unit = {"unit": list(self.units.values())[k], "value_unit": self.tables[0].unit}
                turn = {"holds": self.turn(parts[0], k), "drawn": int(k in told)}
                rows.append(head | names | unit | turn | own)
        return rows


_INFORMATION = "value_of_information"


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _draw(
    rows: Sequence[Row], dims: Sequence[str], shown: Sequence[int], statement: str
) -> tuple[Sheet, str]:
    cells = by_cell(rows, dims, shown)
    several = len(cells) > 1
    lines: list[tuple[str, int | None]] = []
    drawn: list[Row] = []
    for labels, own in cells:
        if several:
            lines.append((cell_name(labels), None))
        for row in own:
            if row["drawn"]:
                lines.append((words(row["input"]), len(drawn)))
                drawn.append(row)
    height = _TOP + _ROW * len(lines) + _FOOT
    sheet = Sheet(height)
    sheet.note(8, 16, "Probability of the claim over the values of one input")
    sheet.note(WIDTH - 8, 16, "holds where the input is", ends=True)
    ax = line_axes(sheet, lines, (_LEFT, _TOP, WIDTH - _RIGHT, _ROW))
    ax.set_xlim(-0.01, 1.01)
    ax.axvline(rows[0]["confidence"], color=ORANGE, linewidth=1.6)
    for line, (_, k) in enumerate(lines):
        if k is None:
            continue
        row = drawn[k]
        ends = [row["given_low"], row["given_high"]]
        ax.plot(ends, [line] * 2, color=BLUE, linewidth=6, solid_capstyle="butt", alpha=0.6)
        ax.plot([row["probability"]], [line], marker="o", markersize=7, color=INK)
        text = unit_text(row["holds"]) or "not turned"
        sheet.note(WIDTH - 8, _TOP + _ROW * line + round(_ROW / 3 + 9.3), text, ends=True)
    sheet.note(WIDTH - _RIGHT, height - 8, "probability", ends=True)
    described = "; ".join(
        f"{words(row['input'])} {row['given_low']:.2f} to {row['given_high']:.2f}"
        for row in drawn[:12]
    )
    return sheet, f"{statement}. Probability over the values of an input: {described}."
