"""A page of text on a model that ships: equations, inputs with their laws, outputs."""

import itertools
import textwrap
import tomllib
from collections.abc import Sequence
from typing import Any

from mcsus.cli.pages import WIDTH, law_text
from mcsus.expressions import to_text
from mcsus.library import data_root, library
from mcsus.model import Equation
from mcsus.parameters import Parameter
from mcsus.study import load_study
from mcsus.study.grids import Dims
from mcsus.study.layers import model_title, shipped_models
from mcsus.study.whole_file import model_inputs
from mcsus.vocabulary import Label

_MOST_LABELS = 8


def model_rows() -> list[dict[str, Any]]:
    """Return a row on each model: what it is of, how many equations, the studies that use it."""
    return [
        {
            "id": name,
            "title": model_title(name),
            "equations": len(equations),
            "studies": [*studies_of(name)],
        }
        for name, equations in shipped_models().items()
    ]


def studies_of(model: str) -> dict[str, list[str]]:
    """Return the shipped studies of a model, each with the names of its outputs."""
    paths = sorted((data_root() / "studies").glob("*.toml"))
    documents = [tomllib.loads(path.read_text(encoding="utf-8")) for path in paths]
    return {each["id"]: [*each["outputs"]] for each in documents if each.get("model") == model}


def model_page(name: str) -> str:
    """Return equations, inputs with units and default laws, and outputs of a model.

    Examples
    --------
    >>> print(model_page("tinyml_table").splitlines()[0])
    Model tinyml_table
    """
    model, studies = model_inputs(name), studies_of(name)
    used = dict.fromkeys(key for each in model.equations.values() for key in each.inputs)
    lines = [f"Model {name}", model_title(name), "", f'In a study: model = "{name}"']
    if studies:
        lines += _wrapped(f"Studies that use it: {', '.join(studies)}")
        shown = dict.fromkeys(output for outputs in studies.values() for output in outputs)
        lines += _wrapped(f"Outputs of these studies: {', '.join(shown)}")
    for dim, labels in model.dims.items():
        told = f"{len(labels)} draws" if dim == model.inner else _labels_text(labels)
        lines += _wrapped(f"Dim {dim}: {told}")
    ends = [f"{e.name} [{e.unit.text}]" for e in model.equations.values() if e.name not in used]
    lines += _wrapped(f"Outputs that no equation uses: {', '.join(ends)}")
    lines += ["", "Equations, each of which may be an output:"]
    lines += [line for each in model.equations.values() for line in _equation_lines(each)]
    inputs = [key for key in used if key not in model.equations]
    if given := [model.parameters[key] for key in inputs if key in model.parameters]:
        lines += ["", "Inputs, and what they are unless a study says otherwise:"]
        lines += [line for each in given for line in _input_lines(each, model.dims)]
    if open_ := [key for key in inputs if key not in {*model.parameters, *model.dims}]:
        lines += ["", "Inputs that a study gives:", *_open_lines(open_, [*studies])]
    return "\n".join(lines)


def _equation_lines(equation: Equation) -> list[str]:
    """Return name, unit and formula of an equation; below, what it means and where it is from."""
    written = f"  {equation.name} [{equation.unit.text}] = {to_text(equation.expression)}"
    words, _, rest = equation.doc.partition("\n\n")
    _, mark, source = rest.partition("Source: ")
    told = " ".join(f"{words} {mark}{source}".split())
    return [*_wrapped(written, 8), *_wrapped(f"    {told}", 4)]


def _input_lines(parameter: Parameter, dims: Dims) -> list[str]:
    """Return law, unit and record of an input, by label where they differ."""
    told: dict[str, list[str]] = {}
    places = itertools.product(*(dims[dim] for dim in parameter.dims))
    for cell, labels in zip(parameter.cells, places, strict=True):
        record = f" ({cell.stream})" if cell.stream in library().ids() else ""
        law = f"{law_text(cell.law.to_dict())} {cell.unit.text}{record}"
        told.setdefault(law, []).append("/".join(map(str, labels)))
    lines = []
    for law, where in told.items():
        at = f"[{', '.join(where)}]" if len(told) > 1 else ""
        lines += _wrapped(f"  {parameter.name}{at}: {law}", 6)
    return lines


def _open_lines(names: Sequence[str], studies: Sequence[str]) -> list[str]:
    """Return what a study must give, in the unit in which the first that ships gives it."""
    units: dict[str, str] = {}
    for each in map(load_study, studies):
        known = {p.name: p.unit for p in each.parameters} | {e.name: e.unit for e in each.equations}
        units = {key: known[key].text for key in names if key in known} | units
    return [f"  {key} [{units[key]}]" if key in units else f"  {key}" for key in names]


def _labels_text(labels: Sequence[Label]) -> str:
    if len(labels) <= _MOST_LABELS:
        return ", ".join(map(str, labels))
    return f"{labels[0]} to {labels[-1]}, {len(labels)} in all"


def _wrapped(text: str, indent: int = 2) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=" " * indent, break_on_hyphens=False)
