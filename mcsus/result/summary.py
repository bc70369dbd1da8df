"""The main numbers of a run: the answer in sentences, and tables that fit where they are read."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.result.answer import answer
from mcsus.result.claimed import compared, ratio_line
from mcsus.result.columns import fitted, terminal_width, wrapped
from mcsus.result.lines import (
    assessment_line,
    bounds_line,
    breaking_line,
    credit_line,
    rare_line,
    robustness_line,
    settled_line,
)
from mcsus.result.reading import ResultReading
from mcsus.result.summary_tables import Table, tables
from mcsus.result.verdicts import verdicts
from mcsus.result.wording import count

_MOST_CAUTIONS = 6


class Summary:
    """The answer, outputs, drivers, claims, credits and cautions, to be printed or shown.

    Parameters
    ----------
    document : mapping
        What ``mcsus run --json`` prints.
    reading : ResultReading
        The same result as a reader sees it.
    full : bool
        Whether all rows are shown, also of a big study.
    """

    def __init__(
        self, document: Mapping[str, Any], reading: ResultReading, *, full: bool = False
    ) -> None:
        self.title, self.full = str(reading.study["title"]), full
        self.answer = " ".join(answer(reading)) if reading.outputs else ""
        self.verdicts = [
            f"{own['statement']}: {own['text']}" for own in verdicts(reading, scenarios=full)
        ]
        self.tables: list[Table] = list(tables(document, reading, full=full))
        means = {
            name: [(cell["labels"], (cell["mean"] or {}).get("value")) for cell in output["cells"]]
            for name, output in document["outputs"].items()
        }
        told = (
            ratio_line(compared(means)),
            bounds_line(document),
            settled_line(document["sensitivity"]),
            breaking_line(document["claims"]),
            robustness_line(document["claims"]),
            rare_line(document["claims"]),
            credit_line(document.get("credits", {})),
            assessment_line(document.get("assessment", {})),
        )
        self.lines = [line for line in told if line]
        self.cautions = [str(own["text"]) for own in document["cautions"]]

    def text(
        self, width: int | None = None, *, sparks: bool = True, more: str = "summary(full=True)"
    ) -> str:
        """Return it as text.

        Parameters
        ----------
        width : int, optional
            Columns; by default those of the terminal.
        sparks : bool
            Whether densities are drawn, by block characters.
        more : str
            What shows the rows that are left out.
        """
        columns = terminal_width() if width is None else width
        blocks = [wrapped(self.title, columns)]
        if self.answer:
            blocks.append(wrapped(self.answer, columns))
        if self.verdicts:
            blocks.append("\n".join(wrapped(own, columns, "  ", "- ") for own in self.verdicts))
        for table in self.tables:
            shown = table.without("density") if not sparks else table
            noun = f"more {table.noun}"
            left = f"\n  ... and {count(table.left, noun)}: {more}"
            rows = fitted([shown.header, *shown.rows], columns, shown.drop, shown.last)
            blocks.append(f"{wrapped(table.title, columns)}\n{rows}{left if table.left else ''}")
        blocks += [wrapped(line, columns, "  ", "") for line in self.lines]
        if self.cautions:
            most = len(self.cautions) if self.full else _MOST_CAUTIONS
            told = [wrapped(own, columns, "    ", "  - ") for own in self.cautions[:most]]
            rest = len(self.cautions) - len(told)
            told += [f"  ... and {rest} more: {more}"] if rest > 0 else []
            blocks.append("\n".join(["Cautions", *told]))
        return "\n\n".join(blocks)

    def __str__(self) -> str:
        return self.text()

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = [f"<h3>{html.escape(self.title)}</h3>"]
        parts += [f"<p>{html.escape(own)}</p>" for own in (self.answer, *self.verdicts) if own]
        for table in self.tables:
            head = _line("th", table.header)
            body = "".join(
                _line("td", row) if len(row) > 1 else _line("th", row, len(table.header))
                for row in table.rows
            )
            parts.append(f"<h4>{html.escape(table.title)}</h4><table>{head}{body}</table>")
        parts += [f"<p>{html.escape(line)}</p>" for line in self.lines]
        return "".join(parts)


def _line(kind: str, cells: Sequence[str], across: int = 1) -> str:
    span = f' colspan="{across}"' if across > 1 else ""
    return f"<tr>{''.join(f'<{kind}{span}>{html.escape(own)}</{kind}>' for own in cells)}</tr>"
