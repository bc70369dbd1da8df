"""A page for each parameter of the library, and a list for each group of them.

The lists are pages like others, so that search finds every parameter by its title. The pages of
parameters are written from one template by the theme alone: a thousand of them take seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape

from mcsus.cli.pages import law_text
from mcsus.library import library, printed
from mcsus.parameters import Parameter
from tools.pages.curves import curve

FOLDER = "library"
_HEAD = "| id | what it is | typical | unit | evidence |", "| --- | --- | --- | --- | --- |"
_SMALLEST = 3  # parameters that make a group of their own


def group_of(key: str, counts: dict[str, int]) -> str:
    """Return the group of an id: its first word, unless few begin so."""
    first = key.split(".", maxsplit=1)[0]
    return first if counts[first] >= _SMALLEST else "others"


def groups() -> dict[str, list[Parameter]]:
    """Return the parameters by group."""
    counts: dict[str, int] = defaultdict(int)
    records = list(library().records())
    for record in records:
        counts[record.name.split(".")[0]] += 1
    grouped: dict[str, list[Parameter]] = defaultdict(list)
    for record in records:
        grouped[group_of(record.name, counts)].append(record)
    return dict(sorted(grouped.items(), key=lambda item: (item[0] == "others", item[0])))


def lists() -> dict[str, str]:
    """Return a page in Markdown for each group."""
    pages = {}
    for group, records in groups().items():
        rows = [
            f"| {{parameter}}`{record.name}` | "
            f"{_cell(record.cell.provenance.name)} | "
            f"{record.cell.deterministic:.4g} | {_cell(record.unit.text)} | "
            f"{record.cell.provenance.evidence} |"
            for record in records
        ]
        pages[group] = "\n".join([f"# Library: {group}", "", *_HEAD, *rows, ""])
    return pages


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


def records_as_pages() -> Iterator[tuple[str, dict[str, Any], str]]:
    """Return name, context and template of the page of each parameter."""
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=select_autoescape()
    ).get_template("parameter.html")
    for group, records in groups().items():
        for record in records:
            body = template.render(told=_told(record), group=group)
            yield f"{FOLDER}/{record.name}", {"title": record.name, "body": body}, "page.html"


def _told(record: Parameter) -> dict[str, Any]:
    cell, law = record.cell, record.cell.law
    low, high = (float(end) for end in law.quantile([0.025, 0.975]))
    about = cell.provenance
    return {
        "id": record.name,
        "title": about.name,
        "law": f"{law_text(law.to_dict())} {record.unit.text}",
        "unit": record.unit.text,
        "typical": f"{cell.deterministic:.6g}",
        "mean": f"{law.mean():.6g}",
        "sd": f"{law.sd():.6g}",
        "low": f"{low:.6g}",
        "high": f"{high:.6g}",
        "curve": "" if record.is_constant else curve(law, record.unit.text, record.name),
        "stage": record.stage,
        "kind": record.kind,
        "evidence": about.evidence,
        "texts": {
            name: getattr(about, name)
            for name in ("derivation", "rationale", "note", "geography")
            if getattr(about, name)
        },
        "reported": printed(about.reported) if about.reported else "",
        "sources": about.sources,
    }
