"""The parts of a Study, as they were read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcsus.dependence import Mix
from mcsus.model import Equation
from mcsus.parameters import Parameter
from mcsus.streams import Design
from mcsus.study.credits import Credit
from mcsus.study.parts import NOTHING_COMPARED, Claim, Compared, CopulaGroup, Scenario, Sensitivity
from mcsus.units import NO_UNITS, OwnUnits, Unit
from mcsus.vocabulary import Caution, Label


@dataclass(frozen=True, repr=False)
class StudyFields:
    """The parts of a Study.

    Parameters
    ----------
    id, title, question, functional_unit, system_boundary, characterisation : str
        As the file says.
    dims : mapping of str to tuple
        Labels of every dim, in the order of the file; ``scenario`` comes last.
    parameters : tuple of Parameter
        In order of position: those of the model first.
    outputs : mapping of str to Unit
        Quantity -> unit to show it in.
    breakdown : mapping of str to tuple of str
        Quantity -> the quantities that add up to it.
    scenarios : tuple of Scenario
        Without the base.
    document : mapping
        The tables of the file, as its author wrote them.
    inner : str, optional
        The dim of individuals, over which variability is averaged.
    mixes : mapping of str to Mix
        Stream key of a dependent cell -> how its points are made.
    notes : tuple of Caution
        What a reader should know of the dependence.
    assessment : mapping of str to str
        What is answered of avoided emissions, by row.
    compared : Compared
        What is compared, pair by pair.
    variant : mapping of str to str
        What is held at another value than the file says -> that value, as it is typed.
    read : mapping
        The parts as they were read from `document`.
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
    document: Mapping[str, Any] = field(repr=False, compare=False)
    inner: str | None = None
    place: str = "study"
    dependence: tuple[CopulaGroup, ...] = ()
    mixes: Mapping[str, Mix] = field(default_factory=dict, repr=False)
    notes: tuple[Caution, ...] = ()
    units: OwnUnits = NO_UNITS
    assessment: Mapping[str, str] = field(default_factory=dict)
    credits: tuple[Credit, ...] = ()
    compared: Compared = NOTHING_COMPARED
    variant: Mapping[str, str] = field(default_factory=dict, compare=False)
    read: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
