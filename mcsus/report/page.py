"""The page: everything a template needs, and its rendering."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from mcsus.report import narrative, tables, wording
from mcsus.report.figures import TINY, Figure, Figures, Ranking, contribution_table
from mcsus.report.reading import Reading

_TEMPLATES = Path(__file__).parent / "templates"
_EXPLAINED = 6  # leading inputs whose meaning is told beside the figure
_HIDDEN_VERSIONS = ("python",)  # differs between machines that give the same numbers


def render(reading: Reading, figures: Figures) -> str:
    """Return the page as HTML."""
    text = environment().get_template("page.html.j2").render(context(reading, figures))
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def environment() -> Environment:
    """Return the templates, escaping whatever comes from outside."""
    found = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["svg"] = _drawing
    found.filters["tidy"] = wording.tidy
    return found


def _drawing(figure: Figure) -> Markup:
    """Let a drawing of ours through: it was made by matplotlib, which escapes its text."""
    return Markup(figure.svg)  # noqa: S704 - nothing in it comes from outside unescaped


def context(reading: Reading, figures: Figures) -> dict[str, Any]:
    """Return what the template shows."""
    inputs = tables.input_rows(reading)
    return {
        "study": reading.study,
        "answer": narrative.answer(reading),
        "more": _further_sentences(reading),
        "verdicts": narrative.verdicts(reading),
        "scenarios": narrative.scenarios(reading),
        "figures": figures,
        "contributions": {
            name: contribution_table(reading.outputs[name]) for name in figures.parts
        },
        "claims": tables.claim_rows(reading),
        "meanings": {name: _meanings(reading, name) for name in figures.drivers},
        "indices": {
            name: tables.index_table(reading.sensitivity[name]) for name in figures.drivers
        },
        "tiny": {
            name: narrative.tiny(reading, reading.sensitivity[name]) for name in figures.drivers
        },
        "first_order": tables.first_order_rows(reading),
        "first_order_note": narrative.first_order_note(reading),
        "outputs": tables.output_rows(reading),
        "levels": tables.levels(reading),
        "inputs": inputs,
        "input_note": _input_note(inputs),
        "dependence": [_dependence(found) for found in reading.about.get("dependence", [])],
        "equations": tables.equation_rows(reading),
        "cautions": cautions(reading, inputs),
        "references": _references(reading),
        "reproduce": reproduce(reading, figures.all()),
        "words": wording.words,
        "capital": wording.capital,
    }


def _references(reading: Reading) -> list[dict[str, Any]]:
    """Return the products to compare with, with their figures and sources as text."""
    return [
        {
            "title": found["title"],
            "text": wording.quantity(
                wording.plain(float(found["value"])), reading.outputs[name].unit
            ),
            "sources": [tables.source_row(source) for source in found["sources"]],
        }
        for name, entry in reading.references.items()
        for found in entry
    ]


def _further_sentences(reading: Reading) -> list[str]:
    """Return what drives the other outputs that were analysed."""
    others = [table for table in reading.featured if table is not reading.explained]
    return [text for table in others if (text := narrative.drivers(reading, table))]


def _meanings(reading: Reading, name: str) -> list[tuple[str, str]]:
    """Return what the leading inputs of an output are, in the words of the library."""
    ranking = Ranking.of(reading.sensitivity[name])
    found = []
    for key in ranking.names[:_EXPLAINED]:
        if ranking.range(key)[1] < TINY:
            break
        title = tables.input_title(reading.inputs.get(key, {}).get("cells", []))
        if title:
            found.append((wording.capital(wording.words(key)), title))
    return found


def _dependence(found: dict[str, Any]) -> str:
    """Return one dependence in words."""
    names = wording.listing([wording.words(name) for name in found["parameters"]])
    kind = found["copula"].replace("_", " ")
    matrix = found["correlation"]
    values = {wording.plain(matrix[i][j]) for i in range(len(matrix)) for j in range(i)}
    text = f"{wording.capital(names)}: {kind} copula"
    if found.get("df"):
        text += f" with {wording.plain(float(found['df']))} degrees of freedom"
    if len(values) == 1:
        text += f", correlation of normal scores {values.pop()}"
    elif values:
        rows = "; ".join(", ".join(wording.plain(x) for x in row) for row in matrix)
        text += f", correlation matrix of normal scores [{rows}]"
    return text + "."


def _input_note(inputs: Sequence[dict[str, Any]]) -> str:
    varying = [item for item in inputs if not item["constant"]]
    assumed = [item for item in varying if item["assumed"]]
    text = (
        f"{wording.capital(wording.count(len(inputs), 'input'))}, of which {len(varying)} "
        f"{'varies' if len(varying) == 1 else 'vary'}; of these, {len(assumed)} "
        f"{'rests' if len(assumed) == 1 else 'rest'} on an assumption"
    )
    leading = [item for item in varying[:5] if item["assumed"] and (item["weight"] or 0) >= 0.01]
    if leading:
        names = wording.listing([item["words"].lower() for item in leading])
        text += f", among them {names} of the five that matter most"
    return text + "."


def cautions(reading: Reading, inputs: Sequence[dict[str, Any]]) -> list[str]:
    """Return what a reader should know: what the run noted, and what follows from its inputs."""
    found = [wording.capital(str(text).rstrip(".")) + "." for text in reading.about["cautions"]]
    variable = [i["words"] for i in inputs if i["kind"] == "variability" and not i["constant"]]
    dims = reading.about["document"].get("dims", {})
    inner = any(isinstance(dim, dict) and "draws" in dim for dim in dims.values())
    if variable and not inner:
        amount = wording.count(len(variable), "input differs", "inputs differ")
        found.append(
            f"{wording.capital(amount)} from device to device, and one value is drawn for all "
            "devices at once. That is right for one device taken at random; for a total over many "
            "devices, where such differences even out, the interval is too wide: an upper bound."
        )
    unverified = [item for item in inputs if item["unverified"] and not item["constant"]]
    if unverified:
        amount = wording.count(len(unverified), "input that varies cites", "inputs that vary cite")
        found.append(
            f"{wording.capital(amount)} a source that was not read at first hand; such sources "
            "are marked in the table of inputs."
        )
    found.append(
        "The interval holds for the model and the laws of its inputs; what the model leaves out "
        "is not in it. Inputs are drawn independently, unless they are one and the same value"
        + (" or depend on each other as stated above." if reading.about.get("dependence") else ".")
    )
    return found


def reproduce(reading: Reading, figures: Sequence[Figure]) -> dict[str, Any]:
    """Return what is needed to repeat the run, and a fingerprint of its numbers."""
    design = reading.design
    command = (
        f"mcsus run {reading.study['id']} --draws {design['draws']} "
        f"--replicates {design['replicates']} --seed {design['seed']}"
    )
    streamed = any(t.attrs["estimator"] == "streaming" for t in reading.sensitivity.values())
    ranks = max(data.attrs.get("rank_error", 0.0) for data in reading.outputs.values())
    versions = {k: v for k, v in reading.about["versions"].items() if k not in _HIDDEN_VERSIONS}
    return {
        "command": command,
        "design": design,
        "kind": {
            "sobol": "scrambled Sobol\u2019 points",
            "monte_carlo": "independent draws (Philox)",
        }.get(str(design["kind"]), str(design["kind"])),
        "total": f"{int(design['draws']) * int(design['replicates']):,}",
        "sensitivity_draws": f"{int(reading.about['sensitivity_draws']):,}",
        "estimator": ", added up as they are drawn, by the formulas of SALib" if streamed else "",
        "ranks": f"; the rank of every quantile is right to {ranks:.1g} of the draws"
        if ranks
        else "",
        "versions": versions,
        "study_hash": reading.about["study_hash"],
        "fingerprint": fingerprint(figures),
        "document": json.dumps(reading.about["document"], indent=1, ensure_ascii=False),
        "files": [f"{figure.name}.csv" for figure in figures],
    }


def fingerprint(figures: Sequence[Figure]) -> str:
    """Return the sha256 of the CSV files, one after the other in the order of their names.

    Examples
    --------
    >>> fingerprint([])[:8]
    'e3b0c442'
    """
    content = "".join(figure.csv() for figure in sorted(figures, key=lambda f: f.name))
    return hashlib.sha256(content.encode()).hexdigest()
