"""The model of a study with all its equations, whatever its outputs need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcsus.model import Model
from mcsus.study import Study
from mcsus.study.conditional import split


def whole_model(study: Study, dims: Mapping[str, tuple[Any, ...]] | None = None) -> Model:
    """Return the model of a study, with other dims where they are given."""
    made = split(study.parameters)
    equations = [*study.equations, *made.equations]
    known = study.dims if dims is None else dims
    return Model(equations, made.parameters, known, inner=study.inner)
