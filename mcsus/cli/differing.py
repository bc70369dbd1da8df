"""The command that tells what differs between two studies, and what each difference does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import typer

from mcsus.cli import completing
from mcsus.cli.comparing import WHAT
from mcsus.cli.finding import JsonOption
from mcsus.cli.printing import MOST_LINES, say

Json = Mapping[str, Any]

_HEADS = {
    "inputs": "Inputs that differ", "equations": "Equations that differ",
    "dependence": "Another dependence of inputs", "scenarios": "Scenarios that differ",
    "claims": "Claims that differ",
}  # fmt: skip

_LEAST = 0.0005  # of the mean: what is told of an effect
_NONE = "-"
_LONGEST = 60  # letters of a value of another key


def diff(
    a: Annotated[str, typer.Argument(metavar="A", help=WHAT, autocompletion=completing.studies)],
    b: Annotated[
        str,
        typer.Argument(
            metavar="B",
            help="What it is held against; the same.",
            autocompletion=completing.studies,
        ),
    ],
    draws: Annotated[
        str | None, typer.Option(help="Draws per replicate, on which effects are seen.")
    ] = None,
    replicates: Annotated[int | None, typer.Option(help="Independent replicates.")] = None,
    seed: Annotated[int | None, typer.Option(help="Seed of all streams.")] = None,
    full: Annotated[bool, typer.Option("--full", help="All outputs and differences.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell which inputs, equations, scenarios and claims differ, and what each does alone."""
    from mcsus.runner.differing import differing  # noqa: PLC0415 - numba
    from mcsus.runner.sides import side_of  # noqa: PLC0415

    sides = side_of(a, "A"), side_of(b, "B")
    found = differing(*sides, draws=draws, replicates=replicates, seed=seed)
    if as_json:
        say(json.dumps(found, indent=1, allow_nan=False, default=str))
        return
    most = len(found["outputs"]) + len(found["inputs"]) if full else MOST_LINES
    say(f"{a} (A) and {b} (B)\n")
    say("\n\n".join(_blocks(found, most)))


def _blocks(found: Json, most: int) -> Iterator[str]:
    """Yield the parts of what is printed."""
    from mcsus.cli.titled import titled  # noqa: PLC0415

    if not any(found[kind] for kind in (*_HEADS, "others")):
        yield "Nothing differs."
        return
    header = ("mean of", "A", "B", "B less A", "unit")
    rows = [_output(row) for row in found["outputs"][:most]]
    left = len(found["outputs"]) - len(rows)
    yield titled(rows, header) + (f"\n... and {left} more: --full" if left > 0 else "")
    for kind, told in (("inputs", _input), ("equations", _equation), ("dependence", _dependence)):
        if listed := found[kind]:
            lines = [line for row in listed[:most] for line in told(row)]
            if len(listed) > most:
                lines.append(f"  ... and {len(listed) - most} more: --full")
            many = f" ({len(listed)})" if len(listed) > 1 else ""
            yield "\n".join([f"{_HEADS[kind]}{many}:", *map(_wrapped, lines)])
    for kind in ("scenarios", "claims"):
        if found[kind]:
            yield "\n".join([f"{_HEADS[kind]}:", *map(_wrapped, _listed(found[kind]))])
    if found["others"]:
        lines = [
            f"  {own['key']}: {_short(own['a'])} -> {_short(own['b'])}" for own in found["others"]
        ]
        yield "\n".join(["Also:", *map(_wrapped, lines)])


def _wrapped(line: str) -> str:
    """Return a line that goes on below, a little further in, where it is too long."""
    from mcsus.result.columns import terminal_width, wrapped  # noqa: PLC0415

    indent = " " * (len(line) - len(line.lstrip()))
    return wrapped(line.lstrip(), terminal_width(), f"{indent}  ", indent)


def _output(row: Json) -> tuple[str, ...]:
    from mcsus.result.wording import label_text, number, unit_text  # noqa: PLC0415

    values = (row[key]["value"] for key in ("a", "b", "difference"))
    return (label_text(row["output"], row["labels"]), *map(number, values), unit_text(row["unit"]))


def _input(row: Json) -> Iterator[str]:
    from mcsus.result.wording import label_text  # noqa: PLC0415

    more = f" (and at {row['more']} more)" if row["more"] else ""
    yield f"  {label_text(row['name'], row['labels'])}{more}"
    if row["b"] is None:
        yield f"    only in A: {_law(row['a'])}"
        return
    yield f"    A  {_law(row['a'])}"
    yield f"    B  {_law(row['b'])}"
    yield from _effect(row)


def _law(told: Json | None) -> str:
    from mcsus.result.law_words import law_text  # noqa: PLC0415
    from mcsus.result.wording import number, span, unit_text  # noqa: PLC0415

    if told is None:
        return "not there"
    unit, named = unit_text(told["unit"]), told["library"] or law_text(told["law"])
    if "typical" not in told:
        return f"{named} {unit}"
    typical = f"{number(told['typical'])} {unit}".strip()
    if told["low"] == told["high"]:
        return f"{typical}, {told['library'] or 'a constant'}"
    return f"{typical} ({span(told['low'], told['high'])}), {named}"


def _equation(row: Json) -> Iterator[str]:
    yield f"  {row['name']}"
    if row["b"] is None:
        yield f"    only in A: {row['a']}"
        return
    for key in ("a", "b"):
        yield f"    {key.upper()}  {row[key] or 'not there'}"
    if row["with"]:
        yield f"    with {', '.join(row['with'])}"
    yield from _effect(row)


def _dependence(row: Json) -> Iterator[str]:
    yield from _effect(row)


def _effect(row: Json) -> Iterator[str]:
    """Yield what a difference does by itself, by output: least to most of its cells."""
    from mcsus.result.wording import MINUS, percent  # noqa: PLC0415

    if row["effect"] is None:
        yield f"    effect not known: {row['why_not']}"
        return
    told: dict[str, list[Json]] = {}
    for own in row["effect"]:
        told.setdefault(own["output"], []).append(own)
    said = []
    for name, cells in told.items():
        shares = [own["share"] or 0.0 for own in cells]
        if max(map(abs, shares)) >= _LEAST:
            low, high = (percent(own) for own in (min(shares), max(shares)))
            ends = low if low == high else f"{low} to {high}"
            said.append(f"{name} {ends}".replace(f" {MINUS}0 %", " 0 %"))
    yield f"    alone: {'; '.join(said) or 'no output changes'}"


def _listed(rows: Sequence[Json]) -> Iterator[str]:
    for row in rows:
        if row["only_in"]:
            yield f"  {row['id']}: only in {row['only_in'].upper()}"
        for own in row["keys"]:
            yield f"  {row['id']}: {own['key']} {_short(own['a'])} -> {_short(own['b'])}"


def _short(value: Any) -> str:
    text = _NONE if value is None else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
