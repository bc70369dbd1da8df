"""What many tests share: studies of formulas alone, and runs of them by the NumPy path."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from mcsus.families import FAMILIES
from mcsus.model import Model, evaluate
from mcsus.runner import check
from mcsus.streams import points
from mcsus.study import Study
from tests.chromium import opened

DESIGN = {"kind": "sobol", "draws": 256, "replicates": 2, "seed": 1}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser; a module at a time, as its event loop runs in the thread of the tests."""
    with opened() as own:
        yield own


def _law(spec: Any) -> Any:
    """``("uniform", 0, 1)`` becomes the table of a dimensionless parameter."""
    if isinstance(spec, tuple):
        family, *values = spec
        names = FAMILIES[family].forms[0]
        spec = {"distribution": family, **dict(zip(names, values, strict=False))}
    if isinstance(spec, dict):
        return {"unit": "1", "source": "a test", **spec}
    return spec


def make_document(
    parameters: Mapping[str, Any],
    equations: Mapping[str, Any],
    outputs: Sequence[str] | Mapping[str, str] | None = None,
    **tables: Any,
) -> dict[str, Any]:
    """Return the tables of a study of formulas.

    Laws may be short, as ``("uniform", 0, 1)``; formulas without a unit are dimensionless; by
    default every equation is an output, there are no indices, and the design is the smallest.
    """
    written = {
        name: {"formula": given, "unit": "1"}
        if isinstance(given, str)
        else {"formula": given[0], "unit": given[1]}
        for name, given in equations.items()
    }
    chosen = list(equations) if outputs is None else outputs
    if not isinstance(chosen, Mapping):
        chosen = {name: written[name]["unit"] for name in chosen}
    return {
        "schema": "mcsus/1",
        "id": "formulas",
        "parameters": {name: _law(spec) for name, spec in parameters.items()},
        "equations": written,
        "outputs": dict(chosen),
        "sensitivity": {"methods": []},
        **tables,
        "design": {**DESIGN, **tables.get("design", {})},
    }


@pytest.fixture(scope="session")
def document() -> Callable[..., dict[str, Any]]:
    return make_document


@pytest.fixture(scope="session")
def study() -> Callable[..., Study]:
    return lambda *args, **tables: Study.from_dict(make_document(*args, **tables))


class ByHand:
    """A study evaluated by definition: points of the reference, quantiles and formulas in NumPy."""

    def __init__(self, study: Study) -> None:
        self.study, self.model = check(study)
        self.streams: dict[str, int] = {}
        for parameter in study.parameters:
            for cell in parameter.cells:
                self.streams.setdefault(cell.stream, len(self.streams))

    def cube(self, replicate: int, count: int, matrix: str = "A", start: int = 0) -> Any:
        """Return points by stream: A on the first dimensions, B on those after."""
        suffix, shift = ("", 0) if matrix == "A" else ("|matrix=B", len(self.streams))
        keys = [key + suffix for key in self.streams]
        dimensions = [k + shift for k in self.streams.values()]
        columns = points(self.study.design, dimensions, keys, replicate, start, count).T
        return dict(zip(self.streams, columns, strict=True))

    def inputs(self, cube: Mapping[str, Any]) -> dict[str, Any]:
        """Return every parameter, in base units, shape ``(draw, *dims)``."""
        found = {}
        for name, parameter in self.model.parameters.items():
            cells = [c.law.quantile(cube[c.stream]) * c.unit.factor for c in parameter.cells]
            draws = len(next(iter(cube.values())))
            stacked = np.stack(np.broadcast_arrays(*cells, np.empty(draws))[:-1], axis=-1)
            found[name] = stacked.reshape(draws, *self.model.shape(name))
        return found

    def draws(self, name: str, inputs: Mapping[str, Any]) -> Any:
        """Return an equation, shape ``(cell, draw)``, in base units."""
        values = evaluate(self.model, {n: inputs[n] for n in self.model.inputs})[name]
        return values.reshape(len(values), -1).T


@pytest.fixture(scope="session")
def by_hand() -> type[ByHand]:
    return ByHand


@pytest.fixture(scope="session")
def model_of() -> Callable[[Study], Model]:
    return lambda study: check(study)[1]


@pytest.fixture
def bare_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what would break a claim and the like, which is two thirds of a small run."""
    monkeypatch.setattr("mcsus.runner.claim_analyses.claim_analyses", dict)
