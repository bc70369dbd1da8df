"""The parts of the reference that the program tells of itself, as Markdown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import typer
from typer.cli import get_docs_for_click

from mcsus.analysis.base import methods
from mcsus.cli.commands import app
from mcsus.declared.table import Either, Item, Table
from mcsus.errors import InputError
from mcsus.expressions import described, words
from mcsus.expressions.language import ARITHMETIC, COMPARISONS, LOGIC
from mcsus.families import FAMILIES, distribution
from mcsus.families.conditional import quantity_keys
from mcsus.runner import check
from mcsus.study import load_study
from mcsus.study.tables import tables_by_name
from mcsus.units.known import PREFIXES, unit_rows
from tools.pages.curves import curve
from tools.pages.examples import ROOT, Examples, examples, keys_of, written

_OF_ARITHMETIC = {
    "+": "sum; both of one unit", "-": "difference; both of one unit", "*": "product",
    "/": "quotient", "**": "power; the exponent is a plain number, written out where the base has "
    "a unit",
}  # fmt: skip


def study_file() -> str:
    """Return every table of a study file with its keys."""
    found = examples()
    parts = []
    for name, table in tables_by_name().items():
        parts += [f"(table-{name})=", f"## {_title(name)}", "", f"{_sentence(table.words)}", ""]
        parts += _one_table(name, table, found)
    return "\n".join(parts)


def _title(name: str) -> str:
    return "The file itself" if name == "study" else f"`[{name}]`"


def _one_table(name: str, table: Table | Either, found: Examples) -> list[str]:
    if isinstance(table, Table):
        return _keys(name, table, found)
    tables = table.tables
    shared = set(tables[0].items) if tables else set()
    for each in tables[1:]:
        shared &= set(each.items)
    lines: list[str] = []
    for each in tables:
        own = {key: item for key, item in each.items.items() if key not in shared}
        if own:
            lines += [f"### {_sentence(each.words).rstrip('.')}", "", *_listed(name, own, found)]
    if shared and len(tables) > 1:
        items = {key: item for key, item in keys_of(table).items() if key in shared}
        lines += ["### In each of them", "", *_listed(name, items, found)]
    return lines


def _keys(name: str, table: Table, found: Examples) -> list[str]:
    return _listed(name, dict(table.items), found)


def _listed(name: str, items: dict[str, Item], found: Examples) -> list[str]:
    lines = []
    for key, item in items.items():
        lines += [f"`{key}`{' (required)' if item.required else ''}", f": {_told(item)}"]
        example = written(key, item, found.get(name, {}).get(key))
        if example:
            lines += ["", f"  `{example}`"]
        elif item.below() is not None and key in tables_by_name():
            lines += ["", f"  See [`[{key}]`](#table-{key})."]
        lines.append("")
    return lines


def _told(item: Item) -> str:
    told = _sentence(item.words)
    if item.allowed and item.allowed not in item.words:
        told += f" Allowed: {item.allowed}."
    if item.default not in (None, (), "", False) and isinstance(item.default, int | float | str):
        told += f" If left out: {item.default}."
    return told


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def functions() -> str:
    """Return the words of the formula language."""
    rows = [f"| `{text.partition(': ')[0]}` | {text.partition(': ')[2]} |" for text in _described()]
    return "\n".join(["| written | gives |", "| --- | --- |", *rows])


def _described() -> Iterable[str]:
    return (described(word).replace("|", "\\|") for word in words())


def operators() -> str:
    """Return the operators of the formula language."""
    rows = [f"| `a {sign} b` | {_OF_ARITHMETIC[sign]} |" for sign in ARITHMETIC]
    signs = ", ".join(f"`{sign}`" for sign in COMPARISONS)
    rows.append(f"| {signs} | comparison, inside `where`; both of one unit |")
    joined = ", ".join(f"`{sign}`" for sign in reversed(LOGIC))
    rows.append(f"| {joined} | join comparisons; `and` binds tighter than `or` |")
    return "\n".join(["| written | is |", "| --- | --- |", *rows])


def families() -> str:
    """Return the families with their curves."""
    parts = []
    for name, family in FAMILIES.items():
        law = distribution(name, **family.example)
        forms = [f"`{', '.join(form)}`" for form in family.forms]
        free = ", ".join(f"`{key}`" for key in quantity_keys(name))
        parts += [
            f"(family-{name})=", f"## {name}", "", _sentence(family.use), "",
            '<div class="law-box">' + curve(law, "1", f"Curve of {name}") + "</div>", "",
            f"`distribution = \"{name}\"` {_toml(family.example)}", "",
            f"Given by {' or '.join(forms)}. {_sentence(family.domain)}", "",
        ]  # fmt: skip
        for key in family.law.keys:
            left_out = f"; {key.default} when left out" if key.default is not None else ""
            parts += [f"`{key.name}`", f": {_sentence(key.allowed + left_out)}", ""]
        if free:
            parts += [f"May be the name of another quantity: {free}.", ""]
    return "\n".join(parts)


def _toml(example: object) -> str:
    from tools.pages.examples import _inline  # noqa: PLC0415

    text = _inline(dict(example))  # type: ignore[call-overload]
    return f"with `{text[2:-2]}`:"


def command_line() -> str:
    """Return the commands and their options, as the program declares them."""
    command = typer.main.get_command(app)
    text = get_docs_for_click(obj=command, ctx=typer.Context(command), name="mcsus")
    _, _, commands = text.partition("\n## ")
    return f"## {commands}".replace("--help`: Show this message and exit.", "--help`: Tell this.")


def methods_table() -> str:
    """Return the methods of sensitivity analysis."""
    rows = (f"| `{m.name}` | {m.title} | {m.words} |" for m in methods().values())
    return "\n".join(["| name | method | tells |", "| --- | --- | --- |", *rows])


def errors() -> str:
    """Return what is said of faulty files, by the table they are faulty in."""
    by_table: dict[str, list[str]] = {}
    for path in sorted((ROOT / "tests" / "data" / "bad").glob("*.toml")):
        message = _message(path)
        if message is None:
            continue
        place = re.match(r"\S+\.toml: (\w+)[.:\[]", message)
        table = place[1] if place and place[1] in tables_by_name() else "study"
        message = message.replace("`", "'")
        by_table.setdefault(table, []).append(f"{path.stem.replace('_', ' ')}\n: `{message}`\n")
    names = [name for name in tables_by_name() if name in by_table]
    parts = [f"## {_title(name)}\n\n" + "\n".join(by_table[name]) for name in names]
    return "\n".join(parts)


def _message(path: Path) -> str | None:
    try:
        check(load_study(path))
    except InputError as error:
        first = str(error).splitlines()[0]
        return first.replace(str(path), "study.toml").replace("\t", " ")
    return None


def studies() -> str:
    """Return the studies that ship."""
    parts = []
    for path in sorted((ROOT / "studies").glob("*.toml")):
        study = tomllib.loads(path.read_text(encoding="utf-8"))
        name = study["id"]
        picture = ROOT / "reports" / name / "headline.svg"
        parts += [f"(study-{name})=", f"## {name}", "", f"**{study.get('title', name)}**", ""]
        parts += [study["question"], ""] if "question" in study else []
        if picture.is_file():
            parts += [f"![{study.get('title', name)}](../../reports/{name}/headline.svg)", ""]
        for key in ("functional_unit", "system_boundary", "characterisation", "model"):
            if key in study:
                parts += [f"{key.replace('_', ' ')}", f": {_sentence(study[key])}", ""]
        outputs = ", ".join(f"`{output}`" for output in study.get("outputs", {}))
        parts += ["outputs", f": {outputs}", ""]
        for claim in study.get("claims", []):
            parts += [f"claim `{claim['id']}`", f": {_sentence(claim['statement'])}", ""]
        parts += [
            "````{dropdown} The file",
            f"```{{literalinclude}} ../../studies/{path.name}",
            ":language: toml", "```", "````", "",
        ]  # fmt: skip
    return "\n".join(parts)


def units() -> str:
    """Return the units that are read, by what they measure."""
    lines = ["| symbols | words | prefixes | in base units |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {_quoted(row.symbols)} | {_quoted(row.words)} | {' '.join(row.prefixes)} | "
        f"{row.factor} {row.dimension} |"
        for row in unit_rows()
    ]
    prefixes = ", ".join(f"`{short}` {long} ({size})" for short, (long, size) in PREFIXES.items())
    return "\n".join([*lines, "", f"Prefixes: {prefixes}."])


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


PARTS: dict[str, Callable[[], str]] = {
    "study_file": study_file,
    "functions": functions,
    "operators": operators,
    "families": families,
    "command_line": command_line,
    "methods": methods_table,
    "errors": errors,
    "studies": studies,
    "units": units,
}
"""What is written before Sphinx reads, by the name of its file."""
