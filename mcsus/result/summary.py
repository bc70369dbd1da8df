"""The main numbers of a run as a plain table."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from mcsus.result.arrays import ON
from mcsus.result.claimed import compared, ratio_line
from mcsus.result.lines import (
    assessment_line,
    bounds_line,
    breaking_line,
    credit_line,
    rare_line,
    robustness_line,
    settled_line,
)
from mcsus.result.wording import (
    MISSING,
    UNSETTLED,
    error,
    label_key,
    label_text,
    number,
    percent,
    probability,
    widest,
)
from mcsus.vocabulary import Verdict

_WHOLE = 1.005  # what is more does not come of rounding
_ERRORS = 3  # standard errors that an index of all may be above 1
Row = tuple[str, ...]

_SHOWN = 5  # drivers named for each output
_FEW_PAIRS = 12
_COMPARED = "Compared on the same draws (median, 95 % interval)"
_ALL_CELLS = 40  # beyond this many cells the table says how many were left out


class Summary:
    """Outputs, drivers, claims and credits as tables that print well and render in a notebook."""

    def __init__(self, document: Mapping[str, Any], study: Mapping[str, Any]) -> None:
        self.title = str(study["title"])
        sensitivity = document["sensitivity"]
        tables = (
            ("Outputs", *_output_table(document["outputs"])),
            *((title, _DRIVER_HEADER, _driver_rows(sensitivity, *own)) for title, *own in _DRIVERS),
            (_COMPARED, _COMPARED_HEADER, _compared_rows(document.get("comparisons", {}))),
            ("Claims", _CLAIM_HEADER, _claim_rows(document["claims"])),
            ("Credits", _CREDIT_HEADER, _credit_rows(document.get("credits", {}))),
        )
        self.tables = [(title, header, rows) for title, header, rows in tables if rows]
        means = {
            name: [(cell["labels"], (cell["mean"] or {}).get("value")) for cell in output["cells"]]
            for name, output in document["outputs"].items()
        }
        told = (
            ratio_line(compared(means)),
            bounds_line(document),
            settled_line(sensitivity),
            breaking_line(document["claims"]),
            robustness_line(document["claims"]),
            rare_line(document["claims"]),
            credit_line(document.get("credits", {})),
            assessment_line(document.get("assessment", {})),
        )
        self.lines = [line for line in told if line]

    def __str__(self) -> str:
        blocks = [self.title]
        for title, header, rows in self.tables:
            shown = rows[: _FEW_PAIRS if title == _COMPARED else _ALL_CELLS]
            blocks.append(f"{title}\n{aligned([header, *shown])}")
            if len(rows) > len(shown):
                blocks.append(f"... and {len(rows) - len(shown)} more rows in result.json")
        blocks += self.lines
        return "\n\n".join(blocks)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        parts = [f"<h3>{html.escape(self.title)}</h3>"]
        for title, header, rows in self.tables:
            head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
            body = "".join(
                "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
                for row in rows
            )
            parts.append(f"<h4>{html.escape(title)}</h4><table><tr>{head}</tr>{body}</table>")
        parts += [f"<p>{html.escape(line)}</p>" for line in self.lines]
        return "".join(parts)


_OUTPUT_HEADER: Row = ("output", "mean", "median", "95 % interval", "unit", "error of mean")
_OF_INDIVIDUALS = "from individuals"
_DRIVERS = (
    ("What drives the doubt (total-order Sobol\u2019 index)", "sobol", "ST"),
    ("What drives the doubt (Shapley effect)", "shapley", "shapley"),
)
_DRIVER_HEADER = ("output", *(f"{k + 1}." for k in range(_SHOWN)))
_COMPARED_HEADER = ("output", "compared", "difference", "unit", "ratio", "P(first lower)")
_CLAIM_HEADER = ("claim", "probability", "error", "in words", "verdict")
_CREDIT_HEADER = (
    "credit", "credited", "unit", "deduction", "P(less is real)", "not real, on average",
)  # fmt: skip


def _interval(cell: Mapping[str, Any]) -> str:
    if not cell.get("varies", True):
        return "does not vary"
    if not cell["intervals"]:
        return ""
    return widest(cell["intervals"]) + (", if ever" if _never(cell) else "")


def _output_table(outputs: Mapping[str, Any]) -> tuple[Row, list[Row]]:
    """Return header and rows; where there are individuals, with what of the error is theirs."""
    means = [cell["mean"] or {} for output in outputs.values() for cell in output["cells"]]
    rows, parts = _output_rows(outputs), [mean.get("individuals_error") for mean in means]
    if all(part is None for part in parts):
        return _OUTPUT_HEADER, rows
    theirs = ["" if part is None else error(part) for part in parts]
    header = (*_OUTPUT_HEADER, _OF_INDIVIDUALS)
    return header, [(*row, part) for row, part in zip(rows, theirs, strict=True)]


def _never(cell: Mapping[str, Any]) -> float:
    """Return the probability that it is never."""
    return float((cell.get("never") or {"value": 0.0})["value"])


def _mean(cell: Mapping[str, Any]) -> str:
    """Return the mean, or why there is none."""
    if cell["mean"]:
        return number(cell["mean"]["value"])
    never = _never(cell)
    return f"never: {percent(never)}" if never else UNSETTLED


def _output_rows(outputs: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, cell["labels"]),
            _mean(cell),
            number(cell["median"]["value"]) if cell["median"] else "",
            _interval(cell),
            output["unit"],
            error(cell["mean"]["error"]) if cell["mean"] else "",
        )
        for name, output in outputs.items()
        for cell in output["cells"]
    ]


def _driver_rows(sensitivity: Mapping[str, Any], method: str, index: str) -> list[tuple[str, ...]]:
    rows = []
    for name, document in sensitivity.items():
        for cell in document["cells"]:
            if cell["method"] == method and (first := cell["ranking"][:_SHOWN]):
                named = [f"{key} {_share(**cell['indices'][key][index])}" for key in first]
                missing = [""] * (_SHOWN - len(named))
                ranks = ", by ranks" if cell.get(ON) == "ranks" else ""
                rows.append((label_text(name, cell["labels"]) + ranks, *named, *missing))
    return rows


def _share(value: float | None, error: float | None) -> str:  # by the keys of an index
    """Return an index; above 1 by more than its error, which no share is, it is not known."""
    if value is None:
        return MISSING
    if value > max(_WHOLE, 1 + _ERRORS * (error or 0.0)):
        return "above 1"
    return f"{min(value, 1.0):.2f}"


def compared_text(comparisons: Mapping[str, Any]) -> str:
    """Return what is compared as a table."""
    rows = _compared_rows(comparisons)
    shown = rows[:_ALL_CELLS]
    more = f"\n... and {len(rows) - len(shown)} more rows with --json" if shown != rows else ""
    return f"{_COMPARED}\n{aligned([_COMPARED_HEADER, *shown])}{more}"


def _compared_rows(comparisons: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, pair["labels"]),
            " - ".join(label_key(*pair[key].values()) for key in ("of", "against")),
            _middle(pair["difference"]),
            pair["difference"]["unit"],
            _middle(pair["ratio"]),
            probability(pair["probability_less"]["value"]),
        )
        for name, pairs in comparisons.items()
        for pair in pairs
    ]


def _middle(told: Mapping[str, Any]) -> str:
    """Return the median with its interval; a dash where it is no number in any draw."""
    if told["median"] is None:
        return "-"
    middle = number(told["median"]["value"])
    if not told.get("varies", True) or not told["intervals"]:
        return middle
    return f"{middle} ({widest(told['intervals'])})"


def _claim_rows(claims: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, cell["labels"]) + _at(document),
            probability(cell["probability"]["value"]),
            error(cell["probability"]["error"]),
            cell["likelihood"],
            Verdict(cell["verdict"]).words,
        )
        for name, document in claims.items()
        for cell in document["cells"]
    ]


def _at(claim: Mapping[str, Any]) -> str:
    """Return the labels at which alone a claim is to hold."""
    labels = ", ".join(map(label_key, claim.get("at", {}).values()))
    return f" at {labels}" if labels else ""


def _credit_rows(credits_: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, cell["labels"]),
            number(cell["credited"]["value"]),
            cell["unit"],
            number(cell["deduction"]["value"]),
            probability(cell["probability_over_credited"]["value"]),
            number(cell["expected_over_credited"]["value"]),
        )
        for name, document in credits_.items()
        for cell in document["cells"]
    ]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """Return rows in columns: text to the left, numbers to the right."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    numeric = [all(_is_number(row[k]) for row in rows[1:]) for k in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  " + "  ".join(cells).rstrip())
    return "\n".join(lines)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return True
