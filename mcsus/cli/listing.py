"""What ships, as rows and as text."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions import described, words
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.library import data_root, library
from mcsus.parameters import Parameter

Row = dict[str, Any]

_WIDTH = 100
_BARS = " ▁▂▃▄▅▆▇█"


def rows(what: str, evidence: str | None = None) -> list[Row]:
    """Return what ships of one kind.

    Parameters
    ----------
    what : {"studies", "parameters", "families"}
    evidence : str, optional
        Keep the parameters of this evidence.

    Examples
    --------
    >>> [row["id"] for row in rows("families")][:2]
    ['constant', 'uniform']
    """
    makers: Mapping[str, Callable[[], list[Row]]] = {
        "studies": _studies,
        "parameters": _parameters,
        "families": _families,
    }
    if what not in makers:
        found = Fault(repr(what), ", ".join(makers), ("list",), nearest(what, makers))
        raise InputError(found)
    made = makers[what]()
    return [row for row in made if evidence is None or row.get("evidence") == evidence]


def table(what: str, found: list[Row]) -> str:
    """Return rows as aligned text.

    Examples
    --------
    >>> print(table("studies", [{"id": "a", "title": "A study"}]))
    a  A study
    """
    if what == "families":
        return "\n".join(_family_lines(row) for row in found)
    columns = {
        "studies": ("id", "title"),
        "parameters": ("id", "value", "unit", "stage", "kind", "evidence"),
    }[what]
    lines = [[str(row.get(c, "")) for c in columns] for row in found]
    widths = [max((len(line[k]) for line in lines), default=0) for k in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def describe(name: str) -> str:
    """Return a page of text on a parameter, a family, a study or a word of formulas.

    Examples
    --------
    >>> print(describe("hsl.processing.0.mcu").splitlines()[0])
    hsl.processing.0.mcu
    """
    shares = {row["id"]: row for row in _shares()}
    if name in shares:
        return _family_lines(shares[name])
    if name in FAMILIES:
        return _family_page(name)
    if name in {row["id"] for row in _studies()} or name.endswith(".toml"):
        return _study_page(name)
    if name in library():
        return _parameter_page(library().get(name))
    if name in words():
        return described(name)
    known = [*library().ids(), *(row["id"] for row in _studies()), *FAMILIES, *words()]
    close = library().nearest(name) or nearest(name, known)
    raise InputError(
        Fault(
            repr(name),
            "the id of a parameter, a family, a study or a word of formulas",
            ("show",),
            close,
        )
    )


def law_text(law: Mapping[str, Any]) -> str:
    """Return a law in one line.

    Examples
    --------
    >>> law_text({"distribution": "uniform", "minimum": 1, "maximum": 2.5})
    'uniform(minimum=1, maximum=2.5)'
    """
    inner = ", ".join(
        f"{k}={v:.6g}" if isinstance(v, float) else f"{k}={v}"
        for k, v in law.items()
        if k != "distribution"
    )
    return f"{law['distribution']}({inner})"


def _studies() -> list[Row]:
    import tomllib  # noqa: PLC0415 - only here

    found = []
    for path in sorted((data_root() / "studies").glob("*.toml")):
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        row = {"id": document["id"], "title": document.get("title", "")}
        found.append(row | {"question": document.get("question", "")})
    return found


def _parameters() -> list[Row]:
    found = []
    for parameter in library().records():
        about = parameter.cell.provenance
        found.append(
            {
                "id": parameter.name,
                "name": about.name,
                "value": f"{parameter.cell.deterministic:.4g}",
                "unit": parameter.unit.text,
                "stage": parameter.stage,
                "kind": parameter.kind,
                "evidence": about.evidence,
                "law": parameter.cell.law.to_dict(),
                "sources": [source.id for source in about.sources],
            }
        )
    return found


def _family_lines(row: Row) -> str:
    """Return name and use on one line, parameters and domain wrapped below."""
    below = [
        line
        for text in (row["signature"], row["domain"])
        for line in textwrap.wrap(text, _WIDTH - 6, initial_indent="", subsequent_indent="  ")
    ]
    return "\n".join([f"{row['id']}: {row['use']}", *(f"    {line}" for line in below)])


def _families() -> list[Row]:
    return [*_laws(), *_shares()]


def _shares() -> list[Row]:
    """Return the laws of shares that add up to one: blocks over a dim, not laws of one number."""
    use = "shares over a dim that add up to one"
    rows = [
        (
            "dirichlet",
            ["over", "concentration"],
            "over: a dim; concentration: above 0, each or all",
        ),
        ("logistic_normal", ["over", "mean", "sd"], "over: a dim; mean and sd of the log-ratios"),
    ]
    return [
        {
            "id": name,
            "parameters": keys,
            "signature": f"{name}({', '.join(keys)})",
            "domain": domain,
            "use": use,
        }
        for name, keys, domain in rows
    ]


def _laws() -> list[Row]:
    return [
        {
            "id": family.name,
            "parameters": list(family.parameters),
            "signature": " or ".join(f"{family.name}({', '.join(form)})" for form in family.forms),
            "domain": family.domain,
            "use": family.use,
        }
        for family in FAMILIES.values()
    ]


def _family_page(name: str) -> str:
    family = FAMILIES[name]
    forms = [f"{name}({', '.join(form)})" for form in family.forms]
    lines = [*forms, "", *textwrap.wrap(f"Domain: {family.domain}", _WIDTH)]
    lines += textwrap.wrap(f"Use: {family.use}", _WIDTH)
    lines += ["Truncation: truncate = { low = .., high = .. }; either key may be left out", ""]
    for key in family.law.keys:
        default = "" if key.default in (None, ()) else f"; {key.default} when left out"
        optional = "; may be left out" if key.optional else ""
        lines += textwrap.wrap(f"{key.name}: {key.allowed}{default}{optional}", _WIDTH)
    law = distribution({"distribution": name, **family.example})
    given = ", ".join(f"{k} = {v}" for k, v in family.example.items())
    lines += ["", *textwrap.wrap(f"Example: {given}", _WIDTH)]
    lines.append(f"typical {law.typical():.6g}, mean {law.mean():.6g}, sd {law.sd():.6g}")
    return "\n".join([*lines, *_plot(law)])


def _study_page(name: str) -> str:
    from mcsus.runner import check  # noqa: PLC0415 - the whole study is read

    study, model = check(name)
    lines = [study.id, study.title, "", study.question, ""]
    lines += [f"Functional unit: {study.functional_unit}", f"Boundary: {study.system_boundary}"]
    for dim, labels in study.dims.items():
        lines.append(f"Dim {dim}: {', '.join(str(label) for label in labels)}")
    lines.append("Outputs: " + ", ".join(f"{n} [{u.text}]" for n, u in study.outputs.items()))
    lines += [f"Claim {c.id}: {c.statement}" for c in study.claims]
    lines += ["", "Inputs:"]
    for key in model.inputs:
        parameter = model.parameters[key]
        cell = parameter.cells[0]
        more = f" (and {len(parameter.cells) - 1} more)" if len(parameter.cells) > 1 else ""
        lines.append(f"  {key}: {law_text(cell.law.to_dict())}{more} {cell.unit.text}")
    return "\n".join(lines)


def _parameter_page(parameter: Parameter) -> str:
    cell = parameter.cell
    about = cell.provenance
    law = cell.law
    lines = [
        parameter.name,
        about.name or "",
        "",
        f"{law_text(law.to_dict())} {cell.unit.text}",
        f"typical {cell.deterministic:.6g}, mean {law.mean():.6g}, sd {law.sd():.6g}",
        f"95 % from {float(law.quantile(0.025)):.6g} to {float(law.quantile(0.975)):.6g}",
        *_plot(law),
        "",
        f"stage {parameter.stage}, kind {parameter.kind}, evidence {about.evidence}",
    ]
    for title, text in (
        ("Derivation", about.derivation),
        ("Rationale", about.rationale),
        ("Note", about.note),
    ):
        if text:
            lines += textwrap.wrap(f"{title}: {text}", _WIDTH)
    if about.reported:
        figures = ", ".join(f"{k} {v}" for k, v in about.reported.items())
        lines += textwrap.wrap(f"As reported: {figures}", _WIDTH)
    for source in about.sources:
        mark = "" if source.verified else " (not verified at first hand)"
        text = f"Source: {source.authors} ({source.year}). {source.title}. {source.locator}."
        lines += textwrap.wrap(f"{text} {source.url}{mark}. Licence: {source.licence}.", _WIDTH)
    return "\n".join(lines)


def _plot(law: Distribution, columns: int = 60) -> list[str]:
    """Return the density as a line of bars over its central 99 %, with the ends below."""
    low, high = (float(law.quantile(p)) for p in (0.005, 0.995))
    if not low < high:
        return []
    mass = np.diff(law.cdf(np.linspace(low, high, columns + 1)))
    if not law.is_continuous:
        mass[0] += float(law.cdf(low)) - float(law.cdf(np.nextafter(low, -np.inf)))
    top = len(_BARS) - 1
    bars = "".join(_BARS[int(np.ceil(top * m / mass.max()))] for m in np.maximum(mass, 0))
    ends = f"{low:.4g}".ljust(columns - len(f"{high:.4g}")) + f"{high:.4g}"
    return ["", bars, ends]
