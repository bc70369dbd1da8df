"""Where a study's inputs and equations come from: the files of its model, then its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from mcsus.declared.reader import MAX_FAULTS, TableReader, check_content, choices, close
from mcsus.errors import FaultCollector
from mcsus.model import Equation
from mcsus.study.formulas import read_equation
from mcsus.study.study_file import read_toml

LAYER = ("dims", "parameters", "equations", "breakdown")
MODEL_KEYS = ("extends", "title", "description", *LAYER)


class Layer(NamedTuple):
    """The tables of one file that describe a model."""

    faults: FaultCollector
    dims: Mapping[str, Any]
    parameters: Mapping[str, Any]
    equations: Mapping[str, Any]
    breakdown: Mapping[str, Any]


def layer_of(reader: TableReader) -> Layer:
    """Return the layer of a file that has been opened."""
    tables = []
    for key in LAYER:
        value = reader.raw(key)
        inner = TableReader({} if value is None else value, reader.faults, (*reader.where, key))
        tables.append(inner.table)
    return Layer(reader.faults, *tables)


def shipped_models() -> Mapping[str, tuple[Equation, ...]]:
    """Return the sets of equations that ship, by name."""
    from mcsus.footprint import MODELS  # noqa: PLC0415  (a study of formulas needs none of it)

    return MODELS


def model_layers(name: str, place: str = "study", seen: tuple[str, ...] = ()) -> list[Layer]:
    """Return the default inputs of a shipped model, those it extends first.

    Faults are placed in the study: what ships is sound, until a study changes its dims.
    """
    path = _path_of(name)
    if name in seen or not path.is_file():
        return []
    faults = FaultCollector(place, f"model {name}")
    document = _read_once(path)
    reader = TableReader(document, faults, (), MODEL_KEYS)
    check_content(document, faults)
    above = reader.text("extends")
    inherited = model_layers(above, place, (*seen, name)) if above else []
    if above and not inherited:
        reader.fault("extends", repr(above), "a model with default inputs", None)
    return [*inherited, layer_of(reader)]


def model_title(name: str) -> str:
    """Return what a shipped model is of, in its own words."""
    path = _path_of(name)
    return str(_read_once(path).get("title", "")) if path.is_file() else ""


def _path_of(model: str) -> Path:
    from mcsus.library import data_root  # noqa: PLC0415  (a study of formulas needs none of it)

    return Path(data_root()) / "distributions" / "models" / f"{model}.toml"


@lru_cache(maxsize=32)
def _read_once(path: Path) -> dict[str, Any]:
    return read_toml(path)


def check_model(name: str, reader: TableReader) -> str | None:
    """Return the name of a shipped model, None when there is none of that name."""
    models = shipped_models()
    if name in models:
        return name
    reader.fault("model", repr(name), choices(models), nearest=close(name, models))
    return None


@dataclass
class Inputs:
    """What all layers say, by name, in order of position.

    Parameters
    ----------
    dims, parameters : dict
        Name -> what the file says, and where its faults go.
    equations : dict
        Name -> equation; None stands for one that could not be read.
    written : set of str
        Names of the equations that a file writes as formulas, and of their faults.
    """

    dims: dict[str, tuple[Any, FaultCollector]]
    parameters: dict[str, tuple[Any, FaultCollector]]
    equations: dict[str, Equation | None]
    written: dict[str, FaultCollector]


def merge(layers: list[Layer], model: str | None) -> Inputs:
    """Put layers on top of each other: a later one replaces by name, keeping the position."""
    inputs = Inputs({}, {}, {}, {})
    own = layers[-1]
    for layer in layers:
        inputs.dims |= {name: (value, layer.faults) for name, value in layer.dims.items()}
        if layer is own and model is not None:
            _add_model(model, inputs)
        _add_parameters(layer, inputs)
        _add_formulas(layer, inputs)
    return inputs


def _add_model(model: str, inputs: Inputs) -> None:
    """Add the equations of a model; they take the place of inherited inputs of their names."""
    for equation in shipped_models()[model]:
        if equation.name not in inputs.equations:
            inputs.equations[equation.name] = equation
        inputs.parameters.pop(equation.name, None)


def _add_parameters(layer: Layer, inputs: Inputs) -> None:
    for name, value in layer.parameters.items():
        inputs.parameters[name] = (value, layer.faults)
        inputs.equations.pop(name, None)
        inputs.written.pop(name, None)


def _add_formulas(layer: Layer, inputs: Inputs) -> None:
    for name, value in layer.equations.items():
        if name in layer.parameters:
            allowed = "a name that is a parameter or an equation, not both"
            layer.faults.add(f"{name!r}, also in [parameters]", allowed, "equations", name)
            continue
        if len(layer.faults.faults) > MAX_FAULTS:
            return
        inputs.parameters.pop(name, None)
        inputs.equations[name] = read_equation(name, value, layer.faults)
        inputs.written[name] = layer.faults
