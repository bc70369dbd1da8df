"""The Study: what is asked, read from a file and checked."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mcsus.declared.reader import close, read_unit, shown, unlike
from mcsus.dependence import Mix
from mcsus.errors import Fault, InputError
from mcsus.model import Equation
from mcsus.parameters import Parameter
from mcsus.streams import Design
from mcsus.study.fields import pinned, read_fields
from mcsus.study.parts import Claim, CopulaGroup, Scenario, Sensitivity
from mcsus.study.quantities import parse_count, parse_quantity
from mcsus.study.study_file import find_study, read_toml
from mcsus.units import Unit
from mcsus.vocabulary import Label


@dataclass(frozen=True)
class Study:
    """What is asked: model, parameters, outputs, design, claims.

    Made by `load_study` or `Study.from_dict`, which check it whole. The wiring and the
    dimensions of its equations are proven when a Model is built from it.

    Parameters
    ----------
    id, title, question, functional_unit, system_boundary, characterisation : str
        As the file says.
    dims : mapping of str to tuple
        Labels of every dim, in the order of the file; ``scenario`` comes last.
    parameters : tuple of Parameter
        In order of position: those of the model first.
    equations : tuple of Equation
        Those of the model and the file's formulas.
    outputs : mapping of str to Unit
        Quantity -> unit to show it in.
    design : Design
        The sampling plan.
    intervals : tuple of float
        Levels of the intervals.
    sensitivity : Sensitivity
        Which indices are asked for.
    claims : tuple of Claim
        Statements to be judged.
    breakdown : mapping of str to tuple of str
        Quantity -> the quantities that add up to it.
    scenarios : tuple of Scenario
        Without the base.
    cautions : tuple of str
        What a reader should know.
    document : mapping
        The file as read.
    inner : str, optional
        The dim of individuals, over which variability is averaged.
    place : str
        Name of the file, for messages.
    dependence : tuple of CopulaGroup
        Parameters that are drawn together.
    mixes : mapping of str to Mix
        Stream key of a dependent cell -> how its points are made.

    Examples
    --------
    >>> study = Study.from_dict({
    ...     "schema": "mcsus/1", "id": "one", "outputs": {"y": "g"},
    ...     "parameters": {"a": {"distribution": "constant", "value": 1, "unit": "kg",
    ...                          "source": "a scale"}},
    ...     "equations": {"y": {"formula": "2*a", "unit": "kg"}},
    ... })
    >>> study.outputs["y"].text, [parameter.name for parameter in study.parameters]
    ('g', ['a'])
    """

    id: str
    title: str
    question: str
    functional_unit: str
    system_boundary: str
    characterisation: str
    dims: Mapping[str, tuple[Label, ...]]
    parameters: tuple[Parameter, ...]
    equations: tuple[Equation, ...]
    outputs: Mapping[str, Unit]
    design: Design
    intervals: tuple[float, ...]
    sensitivity: Sensitivity
    claims: tuple[Claim, ...]
    breakdown: Mapping[str, tuple[str, ...]]
    scenarios: tuple[Scenario, ...]
    cautions: tuple[str, ...]
    document: Mapping[str, Any] = field(repr=False)
    inner: str | None = None
    place: str = "study"
    dependence: tuple[CopulaGroup, ...] = ()
    mixes: Mapping[str, Mix] = field(default_factory=dict, repr=False)

    @classmethod
    def from_dict(cls, document: Mapping[str, Any], place: str = "study") -> Study:
        """Return the study that the tables of a file describe.

        Parameters
        ----------
        document : mapping
            As `tomllib` reads a study file.
        place : str
            What to call it in messages.

        Raises
        ------
        InputError
            With every fault of the document.

        Examples
        --------
        >>> Study.from_dict({"schema": "mcsus/2"})
        Traceback (most recent call last):
        mcsus.errors.InputError: study.schema: found 'mcsus/2'; allowed: 'mcsus/1'...
        """
        if not isinstance(document, Mapping):
            raise InputError(Fault(shown(document), "the tables of a study file", (place,)))
        fields = read_fields(document, place)
        return cls(**fields, document=copy.deepcopy(dict(document)), place=place)

    def to_dict(self) -> dict[str, Any]:
        """Return the tables of the study file; `Study.from_dict` reads them back.

        Examples
        --------
        >>> load_study("tinyml_table").to_dict()["id"]
        'tinyml_table'
        """
        return copy.deepcopy(dict(self.document))

    def parameter(self, name: str) -> Parameter:
        """Return one parameter.

        Raises
        ------
        InputError
            If there is none of that name; the nearest one is named.

        Examples
        --------
        >>> load_study("tinyml_device").parameter("processor_area").unit.text
        'mm**2'
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if name in known:
            return known[name]
        found = f"unknown parameter {shown(name)}"
        if any(equation.name == name for equation in self.equations):
            found = f"{name!r}, which is an equation"
        raise InputError(
            Fault(found, "a parameter of the study", (self.place,), close(name, known))
        )

    def with_changes(
        self,
        *,
        draws: int | str | None = None,
        replicates: int | None = None,
        seed: int | None = None,
        pins: Mapping[str, str | tuple[float, str]] | None = None,
    ) -> Study:
        """Return the study with another design, or with parameters held at a value.

        A pin takes the place of what the study writes for a parameter; its position is kept, so
        all other draws stay as they are. A scenario that sets the parameter still does.

        Parameters
        ----------
        draws : int or str, optional
            Draws per replicate; also as text: ``"2^16"``, ``"1e6"``.
        replicates, seed : int, optional
            Of the design.
        pins : mapping, optional
            Name of a parameter -> value with unit, as text or as ``(50, "g CO2e/kWh")``.

        Raises
        ------
        InputError
            If a name, a unit or the design is wrong.

        Examples
        --------
        >>> study = load_study("tinyml_device").with_changes(
        ...     draws="2^10", pins={"pue": "1.1", "use_grid_intensity": (50, "g CO2e/kWh")})
        >>> study.design.draws, study.parameter("use_grid_intensity").cells[0].law.typical()
        (1024, 50.0)
        """
        given = {
            "draws": parse_count(draws) if isinstance(draws, str) else draws,
            "replicates": replicates,
            "seed": seed,
        }
        changes = {key: value for key, value in given.items() if value is not None}
        if not changes and not pins:
            return self
        document = self.to_dict()
        if changes:
            _check_design(self.design, changes)
            document["design"] = {**document.get("design", {}), **changes}
        for name, value in (pins or {}).items():
            document = self._pinned(document, name, value)
        study = Study.from_dict(document, self.place)
        return replace(study, cautions=(*study.cautions, *self._overruled(pins or {})))

    def _pinned(self, document: dict[str, Any], name: str, value: object) -> dict[str, Any]:
        where = f"--set {name}"
        parameter = self.parameter(name)
        if isinstance(value, str):
            value = parse_quantity(value, where)
        if not isinstance(value, tuple | list) or len(value) != 2:
            raise InputError(Fault(shown(value), "a value with its unit", (where,)))
        number, unit = value
        found = read_unit(unit, where)
        if found.dimension != parameter.unit.dimension:
            raise InputError(Fault(*unlike(found, parameter.unit.dimension), (where,)))
        return pinned(document, parameter, number, unit, self.dims)

    def _overruled(self, pins: Mapping[str, object]) -> list[str]:
        return [
            f"scenario {scenario.id!r} sets {name!r} itself, so there its own value holds"
            for name in pins
            for scenario in self.scenarios
            if name in scenario.changes
        ]


def _check_design(design: Design, changes: Mapping[str, Any]) -> None:
    """Refuse a design in the words of the command line, where the change came from."""
    try:
        replace(design, **changes)
    except InputError as error:
        faults = [
            replace(fault, where=(f"--{fault.where[0]}",)) if fault.where[0] in changes else fault
            for fault in error.faults
        ]
        raise InputError(*faults) from None


def load_study(path_or_id: str | os.PathLike[str]) -> Study:
    """Return a study from its file, or from its id when it ships.

    Parameters
    ----------
    path_or_id : str or path
        Path to a ``.toml`` file, or the id of a shipped study.

    Raises
    ------
    InputError
        With every fault of the file.

    Examples
    --------
    >>> load_study("tinyml_device").functional_unit
    'one device over its service life'
    """
    given = path_or_id if isinstance(path_or_id, str) else Path(path_or_id)
    path = find_study(given)
    return Study.from_dict(read_toml(path), str(path))
