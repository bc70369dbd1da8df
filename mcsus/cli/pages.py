"""A page of text on one thing that ships."""

import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np

from mcsus.analysis.base import methods
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.between import BETWEEN, PLAIN_KINDS, is_between
from mcsus.families.conditional import quantity_keys
from mcsus.library import library, printed
from mcsus.study.shares import SHARES
from mcsus.study.tables import tables_by_name
from mcsus.study.told_files import told_law

WIDTH = 100
_MOST_LISTED = 8
_BARS = " ▁▂▃▄▅▆▇█"


def law_text(law: Mapping[str, Any]) -> str:
    """Return a law in one line.

    Examples
    --------
    >>> law_text({"distribution": "uniform", "minimum": 1, "maximum": 2.5})
    'uniform(minimum=1, maximum=2.5)'
    >>> law_text({"distribution": "normal", "mean": {"between": [0.0, 1.0]}, "sd": 1.0})
    'normal(mean between 0 and 1, sd=1)'
    """
    keys = (key for key in law if key != "distribution")
    values = (
        f"{key} between {' and '.join(map(_shown, law[key][BETWEEN]))}"
        if is_between(law[key])
        else f"{key}={_shown(law[key])}"
        for key in keys
    )
    return f"{law['distribution']}({', '.join(values)})"


def _shown(value: Any) -> str:
    if isinstance(value, list) and len(value) > _MOST_LISTED:
        return f"[{', '.join(map(_shown, value[:_MOST_LISTED]))}, ... {len(value)} in all]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def family_lines(row: Mapping[str, Any]) -> str:
    """Return name and use on one line, parameters and domain wrapped below."""
    lines = [f"{row['id']}: {row['use']}"]
    for text in (row["signature"], row["domain"]):
        lines += textwrap.wrap(text, WIDTH - 2, initial_indent=" " * 4, subsequent_indent=" " * 6)
    return "\n".join(lines)


def family_rows() -> list[dict[str, Any]]:
    """Return the families, and the laws of shares: blocks over a dim, not laws of one number."""
    keys = ("id", "parameters", "signature", "domain", "use")
    rows: list[tuple[Any, ...]] = []
    for name, family in FAMILIES.items():
        written = " or ".join(f"{name}({', '.join(form)})" for form in family.forms)
        rows.append((name, list(family.parameters), written, family.domain, family.use))
    for name, words in SHARES.items():
        told = {"over": "a dim"} | dict(words)
        domain = "; ".join(f"{key}: {text}" for key, text in told.items())
        use = "shares over a dim that add up to one"
        rows.append((name, list(told), f"{name}({', '.join(told)})", domain, use))
    return [dict(zip(keys, row, strict=True)) for row in rows]


def family_page(name: str) -> str:
    """Return domain, use, keys and an example of a family, with its density."""
    if name in SHARES:
        return family_lines(next(row for row in family_rows() if row["id"] == name))
    family = FAMILIES[name]
    forms = [f"{name}({', '.join(form)})" for form in family.forms]
    lines = [*forms, "", *textwrap.wrap(f"Domain: {family.domain}", WIDTH)]
    lines += textwrap.wrap(f"Use: {family.use}", WIDTH)
    if ends := [key.name for key in family.law.keys if key.kind in PLAIN_KINDS]:
        lines.append(f"May lie between two numbers, {{ between = [1, 2] }}: {', '.join(ends)}")
    if keys := quantity_keys(name):
        lines.append(f"May be names of other quantities of a study: {', '.join(keys)}")
    lines += ["Truncation: truncate = { low = .., high = .. }; either key may be left out", ""]
    for key in family.law.keys:
        default = "" if key.default in (None, ()) else f"; {key.default} when left out"
        optional = "; may be left out" if key.optional else ""
        lines += textwrap.wrap(f"{key.name}: {key.allowed}{default}{optional}", WIDTH)
    law = distribution({"distribution": name, **family.example})
    given = ", ".join(f"{k} = {v}" for k, v in family.example.items())
    lines += ["", *textwrap.wrap(f"Example: {given}", WIDTH)]
    lines.append(f"typical {law.typical():.6g}, mean {law.mean():.6g}, sd {law.sd():.6g}")
    return "\n".join([*lines, *_plot(law)])


def method_page(name: str) -> str:
    """Return what a method of sensitivity analysis tells, and its arrays."""
    method = methods()[name]
    lines = [f"{entry.name}: {entry.meaning}" for entry in method.arrays]
    lines += [f"[sensitivity] {key}: {item.words}" for key, item in method.options.items()]
    return "\n".join([method.name, method.title, "", f"Tells {method.words}.", "", *lines])


def table_page(name: str) -> str:
    """Return the keys of a table of a study file, and what may stand under them."""
    lines = tables_by_name()[name].page()
    return "\n".join("\n".join(textwrap.wrap(line, WIDTH)) for line in lines)


def study_page(name: str) -> str:
    """Return what a study asks, and its dims, outputs, claims and inputs."""
    from mcsus.runner import check  # noqa: PLC0415 - the whole study is read

    study, model = check(name)
    lines = [study.id, study.title, "", study.question, ""]
    lines += [f"Functional unit: {study.functional_unit}", f"Boundary: {study.system_boundary}"]
    for dim, labels in study.dims.items():
        told = f"{len(labels)} draws" if dim == study.inner else ", ".join(map(str, labels))
        lines.append(f"Dim {dim}: {told}")
    written = study.to_dict()
    lines += [f"As written: {written['as_written']}"] if "as_written" in written else []
    lines += [f"Scenario {one.id}: {one.title}" for one in study.scenarios]
    lines.append("Outputs: " + ", ".join(f"{n} [{u.text}]" for n, u in study.outputs.items()))
    lines += [f"Claim {c.id}: {c.statement}" for c in study.claims]
    for key, answer in study.assessment.items():
        told = f"Assessment, {key.replace('_', ' ')}: {answer}"
        lines += textwrap.wrap(told, WIDTH, subsequent_indent="  ")
    lines += ["", "Inputs:"]
    used = {key for equation in model.equations for key in equation.inputs}
    for parameter in (one for one in study.parameters if one.name in used):
        cell = parameter.cells[0]
        more = f" (and {len(parameter.cells) - 1} more)" if len(parameter.cells) > 1 else ""
        first = {dim: study.dims[dim][0] for dim in parameter.dims}
        law = told_law(written, parameter.name, first, cell.law.to_dict())
        lines.append(f"  {parameter.name}: {law_text(law)}{more} {cell.unit.text}")
    return "\n".join(lines)


def parameter_page(name: str) -> str:
    """Return value, law, density and sources of a parameter of the library."""
    parameter = library().get(name)
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
    for key in ("derivation", "rationale", "note"):
        if text := getattr(about, key):
            lines += textwrap.wrap(f"{key.capitalize()}: {text}", WIDTH)
    if about.reported:
        lines += textwrap.wrap(f"As reported: {printed(about.reported)}", WIDTH)
    for source in about.sources:
        mark = "" if source.verified else " (not verified at first hand)"
        text = f"Source: {source.authors} ({source.year}). {source.title}. {source.locator}."
        lines += textwrap.wrap(f"{text} {source.url}{mark}. Licence: {source.licence}.", WIDTH)
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
