"""The main numbers of a run as a plain table."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mcsus.result.arrays import ON
from mcsus.result.claimed import compared, ratio_line
from mcsus.vocabulary import NOT_ASSESSED, Verdict, likelihood, standing

UNSETTLED = "does not settle"
"""What is printed for the mean of an output that has none."""

_WHOLE = 1.005  # what is more does not come of rounding
_ERRORS = 3  # standard errors that an index of all may be above 1
Row = tuple[str, ...]

_SHOWN = 5  # drivers named for each output
_MOST_DIGITS = 12
_FEW_PAIRS = 12
_MOST_BOUNDS = 12
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
            breaking_line(document["claims"]),
            robustness_line(document["claims"]),
            assessment_line(document.get("assessment", {})),
        )
        self.lines = [line for line in told if line]

    def __str__(self) -> str:
        blocks = [self.title]
        for title, header, rows in self.tables:
            shown = rows[: _FEW_PAIRS if title == _COMPARED else _ALL_CELLS]
            blocks.append(f"{title}\n{_aligned([header, *shown])}")
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


def breaking_line(claims: Mapping[str, Any]) -> str:
    """Return in a line which value of the input that moves a claim most turns it.

    Examples
    --------
    >>> row = {"input": "works", "value": {"value": 0.35}, "unit": "1", "holds": "above",
    ...        "reachable": True}
    >>> breaking_line({"pays_back": {"break_even": [row]}})
    'A claim holds with the confidence asked for: pays_back where works is above 0.350'
    """
    told = []
    for name, document in claims.items():
        row = next((own for own in document.get("break_even", ()) if own["reachable"]), None)
        if row is not None:
            ends = [own for own in (row["value"]["value"], row.get("until")) if own is not None]
            joined = " to ".join(map(significant, sorted(ends)))
            value = f"{joined} {row['unit']}".removesuffix(" 1")
            where = label_text(name, row.get("labels", {}))
            side = row["holds"] if len(ends) == 1 else "from"
            told.append(f"{where} where {row['input']} is {side} {value}")
    if not told:
        return ""
    return f"A claim holds with the confidence asked for: {'; '.join(told[:3])}"


def bounds_line(document: Mapping[str, Any]) -> str:
    """Return in a line between what outputs and claims lie, as far as intervals tell.

    Examples
    --------
    >>> ends = {"low": {"value": 0.1587}, "high": {"value": 0.5}}
    >>> cell = {"labels": {}, "bounds": ends, "undecided_by": "ignorance"}
    >>> bounds_line({"outputs": {}, "claims": {"low": {"cells": [cell]}}})
    'Within intervals: P(low) 0.159 to 0.500 (undecided by ignorance)'
    """
    told = []
    for name, output in document["outputs"].items():
        for cell in output["cells"]:
            bounds = cell.get("bounds", {})
            kind = next((key for key in ("mean", "median") if cell[key] and key in bounds), None)
            if kind is not None:
                named = f"{kind} of {label_text(name, cell['labels'])}"
                told.append(f"{named} {_ends(bounds[kind])} {output['unit']}".removesuffix(" 1"))
    for name, claim in document["claims"].items():
        for cell in claim["cells"]:
            if "bounds" in cell:
                why = f" (undecided by {cell['undecided_by']})" if "undecided_by" in cell else ""
                told.append(f"P({label_text(name, cell['labels'])}) {_ends(cell['bounds'])}{why}")
    more = f"; and {len(told) - _MOST_BOUNDS} more" if len(told) > _MOST_BOUNDS else ""
    return f"Within intervals: {'; '.join(told[:_MOST_BOUNDS])}{more}" if told else ""


def _ends(bounds: Mapping[str, Any]) -> str:
    low, high = (bounds[end]["value"] for end in ("low", "high"))
    if low is None or high is None:
        return f"{significant(low)} to {significant(high)}"
    return " to ".join(ends_apart(low, high))


def assessment_line(answers: Mapping[str, str]) -> str:
    """Return what is not assessed of avoided emissions, in a line; nothing where nothing is asked.

    Examples
    --------
    >>> assessment_line({"baseline": "a boiler", "double_counting": "not assessed: two claim it"})
    'Not assessed of avoided emissions: double counting (1 of 2 questions)'
    """
    if not answers:
        return ""
    left = [key for key, answer in answers.items() if standing(answer)[0] == NOT_ASSESSED]
    named = ", ".join(left).replace("_", " ") or "nothing"
    return f"Not assessed of avoided emissions: {named} ({len(left)} of {len(answers)} questions)"


def robustness_line(claims: Mapping[str, Any]) -> str:
    """Return how wrong the laws may be before the verdicts turn, in a line; nothing if unknown.

    Examples
    --------
    >>> robustness_line({"saves": {"robustness": {"breakdown_radius": {"value": 0.0605}}}})
    'Breakdown radius (Kullback-Leibler) of the laws: saves 0.0605'
    """
    radii = {
        name: (told.get("robustness", {}).get("breakdown_radius") or {}).get("value")
        for name, told in claims.items()
    }
    named = ", ".join(f"{name} {significant(r)}" for name, r in radii.items() if r is not None)
    return f"Breakdown radius (Kullback-Leibler) of the laws: {named}" if named else ""


def significant(value: float | None, digits: int = 3) -> str:
    """Return a number to a few significant digits, without exponent where that reads better.

    Examples
    --------
    >>> significant(1234.5), significant(0.012345), significant(1.2e-7), significant(None)
    ('1,230', '0.0123', '1.2e-07', 'unknown')
    >>> significant(-0.0)
    '0.00'
    """
    if value is None:
        return "unknown"
    if value == 0 or 1e-3 <= abs(value) < 1e6:
        rounded = float(f"{value:.{digits - 1}e}")
        decimals = max(0, digits - 1 - _exponent(rounded))
        return f"{rounded + 0.0:,.{decimals}f}"
    return f"{value:.{digits}g}"


def ends_apart(
    low: float, high: float, digits: int = 3, shown: Callable[[float, int], str] = significant
) -> tuple[str, str]:
    """Return both ends of an interval, with one digit more than tells them apart.

    Examples
    --------
    >>> ends_apart(1.0, 2.0), ends_apart(9055445.0, 9055683.0)
    (('1.00', '2.00'), ('9.0554e+06', '9.0557e+06'))
    """
    own = digits
    while low < high and own < _MOST_DIGITS and shown(low, own) == shown(high, own):
        own += 1
    own += own > digits
    return shown(low, own), shown(high, own)


def _exponent(value: float) -> int:
    return int(f"{value:e}".split("e")[1]) if value else 0


def label_text(name: str, labels: Mapping[str, Any]) -> str:
    """Return a quantity with its labels.

    Examples
    --------
    >>> label_text("total", {"year": 2030, "application": "keyword_spotting"})
    'total [2030, keyword spotting]'
    """
    if not labels:
        return name
    return f"{name} [{', '.join(map(_label, labels.values()))}]"


def _label(label: Any) -> str:
    """Return a label; an identifier as words."""
    if isinstance(label, float):
        return f"{label:.12g}"
    text = str(label)
    return text.replace("_", " ") if text.isidentifier() else text


def _widest(intervals: Sequence[Mapping[str, Any]]) -> str:
    """Return the 95 % interval, or else the one of the highest level."""
    best = max(intervals, key=lambda own: (own["level"] == 0.95, own["level"]))
    if best["low"] is None or best["high"] is None:
        return significant(None)
    return " to ".join(ends_apart(best["low"], best["high"]))


def _interval(cell: Mapping[str, Any]) -> str:
    if not cell.get("varies", True):
        return "does not vary"
    if not cell["intervals"]:
        return ""
    return _widest(cell["intervals"]) + (", if ever" if _never(cell) else "")


def _output_table(outputs: Mapping[str, Any]) -> tuple[Row, list[Row]]:
    """Return header and rows; where there are individuals, with what of the error is theirs."""
    means = [cell["mean"] or {} for output in outputs.values() for cell in output["cells"]]
    rows, parts = _output_rows(outputs), [mean.get("individuals_error") for mean in means]
    if all(part is None for part in parts):
        return _OUTPUT_HEADER, rows
    theirs = ["" if part is None else significant(part, 1) for part in parts]
    header = (*_OUTPUT_HEADER, _OF_INDIVIDUALS)
    return header, [(*row, part) for row, part in zip(rows, theirs, strict=True)]


def _never(cell: Mapping[str, Any]) -> float:
    """Return the probability that it is never."""
    return float((cell.get("never") or {"value": 0.0})["value"])


def _mean(cell: Mapping[str, Any]) -> str:
    """Return the mean, or why there is none."""
    if cell["mean"]:
        return significant(cell["mean"]["value"])
    never = _never(cell)
    return f"never: {never:.1%}".replace("%", " %") if never else UNSETTLED


def _output_rows(outputs: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, cell["labels"]),
            _mean(cell),
            significant(cell["median"]["value"]) if cell["median"] else "",
            _interval(cell),
            output["unit"],
            significant(cell["mean"]["error"], 1) if cell["mean"] else "",
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


def _share(value: float | None, error: float | None) -> str:
    """Return an index; above 1 by more than its error, which no share is, it is not known."""
    if value is None:
        return "unknown"
    if value > max(_WHOLE, 1 + _ERRORS * (error or 0.0)):
        return "above 1"
    return f"{min(value, 1.0):.2f}"


def compared_text(comparisons: Mapping[str, Any]) -> str:
    """Return what is compared as a table."""
    rows = _compared_rows(comparisons)
    shown = rows[:_ALL_CELLS]
    more = f"\n... and {len(rows) - len(shown)} more rows with --json" if shown != rows else ""
    return f"{_COMPARED}\n{_aligned([_COMPARED_HEADER, *shown])}{more}"


def _compared_rows(comparisons: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, pair["labels"]),
            " - ".join(_label(*pair[key].values()) for key in ("of", "against")),
            _middle(pair["difference"]),
            pair["difference"]["unit"],
            _middle(pair["ratio"]),
            f"{pair['probability_less']['value']:.4f}",
        )
        for name, pairs in comparisons.items()
        for pair in pairs
    ]


def _middle(told: Mapping[str, Any]) -> str:
    """Return the median with its interval; a dash where it is no number in any draw."""
    if told["median"] is None:
        return "-"
    middle = significant(told["median"]["value"])
    if not told.get("varies", True) or not told["intervals"]:
        return middle
    return f"{middle} ({_widest(told['intervals'])})"


def _claim_rows(claims: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, cell["labels"]),
            f"{cell['probability']['value']:.4f}",
            significant(cell["probability"]["error"], 1),
            likelihood(cell["probability"]["value"]),
            Verdict(cell["verdict"]).words,
        )
        for name, document in claims.items()
        for cell in document["cells"]
    ]


def _credit_rows(credits_: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            label_text(name, cell["labels"]),
            significant(cell["credited"]["value"]),
            cell["unit"],
            significant(cell["deduction"]["value"]),
            significant(cell["probability_over_credited"]["value"]),
            significant(cell["expected_over_credited"]["value"]),
        )
        for name, document in credits_.items()
        for cell in document["cells"]
    ]


def _aligned(rows: Sequence[Sequence[str]]) -> str:
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
