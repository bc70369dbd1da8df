"""The table of how often bounds of indices hold, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.coverage.event_cases import ATOMS, CLAIMS
from tests.coverage.index_cases import BY_NAME
from tests.coverage.tables import LEAST, MOST, WORDS, outcome, share, write_numbers

_SHOWN = 40  # of the worst, on the page
_TITLES = {case.name: case.title for case in (*BY_NAME.values(), *CLAIMS, *ATOMS)}
_TOP = """\
# How often 95 % bounds of indices hold

The share of runs in which an index and Student's t times its error hold what it is exactly, or by
2^22 points, of {runs} runs of other seeds, made by `python -m tests.coverage.indices`. Wanted is
{0} to {1}; a share within two deviations of chance of that holds, and so does what every run states
exactly (`sure`: with no error but that of rounding). All numbers: `indices.csv`.

| method | indices | within {0} to {1} | hold, with chance | least | most |
| --- | ---: | ---: | ---: | ---: | ---: |"""
_WORST = """
## The worst first

| method | model | size | index | exact | share | |
| --- | --- | --- | --- | ---: | ---: | --- |"""


def write(rows: Sequence[dict[str, Any]], to: Path) -> None:
    """Write ``indices.csv`` and ``indices.md`` into a folder."""
    to.mkdir(parents=True, exist_ok=True)
    rows = sorted(rows, key=_badness)
    write_numbers(rows, to / "indices.csv")
    (to / "indices.md").write_text(page(rows), encoding="utf-8")


def page(rows: Sequence[dict[str, Any]]) -> str:
    """Return the tables as a page of Markdown: of the methods, and of the worst indices."""
    runs = max(int(float(row["runs"])) for row in rows)
    lines = [_TOP.format(LEAST, MOST, runs=runs)]
    for method in dict.fromkeys(sorted(row["method"] for row in rows)):
        own = [row for row in rows if row["method"] == method]
        shares = [share(row) for row in own]
        inside = sum(LEAST <= held <= MOST for held in shares)
        holds = Counter(map(outcome, own))["holds"]
        ends = f"{min(shares):.3f} | {max(shares):.3f}"
        lines.append(f"| {method} | {len(own)} | {inside} | {holds} | {ends} |")
    lines.append(_WORST)
    for row in rows[:_SHOWN]:
        size = f"{row['replicates']} x {row['draws']}"
        index, exact = f"{row['index']} {row['input']}", float(row["exact"])
        said = f"{share(row):.3f} | {WORDS[outcome(row)]}"
        lines.append(
            f"| {row['method']} | {_TITLES.get(row['model'], row['model'])} | {size} | {index} "
            f"| {exact:.3g} | {said} |"
        )
    return "\n".join(lines) + "\n"


def _badness(row: dict[str, Any]) -> tuple[int, float]:
    """Order rows: bounds that hold too rarely come first, then those too wide, then others."""
    held = share(row)
    if float(row.get("sure") or 0) == float(row["runs"]):
        return 3, 0.0
    if held < LEAST:
        return 0, held
    return (1, -held) if held > MOST else (2, -abs(held - 0.95))
