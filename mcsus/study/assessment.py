"""What an auditor asks of avoided emissions, and what a study answers: ``[assessment]``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from mcsus.declared.reader import TableReader
from mcsus.declared.table import Item, Table
from mcsus.errors import FaultCollector
from mcsus.model import Equation
from mcsus.parameters import Parameter
from mcsus.study.credits import Credit
from mcsus.study.parts import Claim
from mcsus.units import DIMENSIONLESS, Dimension, unit
from mcsus.vocabulary import IN_EVIDENCE, NOT_ASSESSED

ALLOWED = f"a text that answers it, {IN_EVIDENCE!r} or {NOT_ASSESSED!r}"

_AVOIDED = re.compile(r"(^|_)avoided($|_)")
_SAID = re.compile(r"\b(avoid(s|ed|ing|ance)?|abate(s|d|ment)?|offset(s|ting)?)\b", re.IGNORECASE)
_ENERGY = (unit("kWh").dimension, unit("W").dimension)


def _answer(words: str) -> Item:
    """Return an item that takes an answer, which may not be blank."""

    def read(reader: TableReader, key: str) -> str:
        return reader.text(key, required=True).strip()

    return Item(words, ALLOWED, read, {"type": "string", "minLength": 1}, default="")


ASSESSMENT = Table(
    "assessment",
    "What is answered of avoided emissions; required where a claim or a credit is about them",
    baseline=_answer("what would be without the device"),
    additionality=_answer("what would have come anyway"),
    rebound=_answer("what of a saving is spent again"),
    leakage=_answer("what is emitted elsewhere instead"),
    double_counting=_answer("who else claims the same tonne"),
    permanence=_answer("how long a saving lasts, and what reverses it"),
    emission_factor=_answer("marginal or average; short-run or long-run"),
    boundary=_answer("what is counted, where not as the study's system_boundary says"),
    gwp=_answer("warming potentials, where not as the study's characterisation says"),
)

TOLD_ELSEWHERE = {"boundary": "system_boundary", "gwp": "characterisation"}
"""Rows that a text of the study answers where the table does not."""

REQUIRED = tuple(key for key in ASSESSMENT if key not in TOLD_ELSEWHERE)


def read_assessment(
    table: object, about_avoided: Mapping[str, str], faults: FaultCollector
) -> dict[str, str]:
    """Return the answers that a study gives, by row; what is required and missing is noted.

    Parameters
    ----------
    about_avoided : mapping of str to str
        Claims and credits on avoided emissions -> what makes them so.
    """
    row = ASSESSMENT.read({} if table is None else table, faults, ("assessment",))
    missing = [key for key in REQUIRED if key not in row]
    if about_avoided and missing and row.is_table:
        what, sign = next(iter(about_avoided.items()))
        why = f"required, since {what} is about avoided emissions ({sign})"
        found = f"nothing for {', '.join(map(repr, missing))}"
        faults.add(found, f"for each of them {ALLOWED}; {why}", "assessment")
    return {key: row[key] for key in ASSESSMENT if row[key]}


def answers(assessment: Mapping[str, str], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the answer of every row, with those that texts of the study give.

    Examples
    --------
    >>> told = answers({"baseline": "a gas boiler"}, {"characterisation": "GWP100"})
    >>> told["baseline"], told["leakage"], told["gwp"]
    ('a gas boiler', 'not assessed', 'GWP100')
    """
    elsewhere = {key: texts.get(text, "") for key, text in TOLD_ELSEWHERE.items()}
    return {key: assessment.get(key) or elsewhere.get(key) or NOT_ASSESSED for key in ASSESSMENT}


def about_avoided(
    claims: Iterable[Claim],
    credited: Iterable[Credit],
    equations: Mapping[str, Equation | None],
    variants: Mapping[str, Mapping[str, Equation]],
    parameters: Mapping[str, Parameter],
) -> dict[str, str]:
    """Return the claims and credits that are about avoided emissions -> what makes them so.

    Such a claim, or credit, depends, in the study or in a scenario, on a quantity whose name has
    the word ``avoided`` and which is an amount of CO2e, or has no unit; or it depends on an amount
    of CO2e, and on energy of such a name, or it says that something is avoided, abated or offset.

    Parameters
    ----------
    variants : mapping
        Equation -> what takes its place in each scenario.
    """

    def inputs(name: str) -> Iterable[str]:
        each = [equations.get(name), *variants.get(name, {}).values()]
        return (key for equation in each if equation is not None for key in equation.inputs)

    def dimension(name: str) -> Dimension | None:
        known = equations.get(name) or parameters.get(name)
        return None if known is None else known.unit.dimension

    def emits(name: str) -> bool:
        return _has_emissions(dimension(name))

    def is_avoided(name: str) -> bool:
        counts = emits(name) or dimension(name) == DIMENSIONLESS
        return counts and bool(_AVOIDED.search(name))

    def is_energy_avoided(name: str) -> bool:
        return dimension(name) in _ENERGY and bool(_AVOIDED.search(name))

    stated = [(f"claim {claim.id!r}", claim.equations, claim.statement) for claim in claims]
    stated += [(f"credit {own.id!r}", own.equations, own.id.replace("_", " ")) for own in credited]
    told = {}
    for what, own, statement in stated:
        first = partial(_first, [name for equation in own for name in equation.inputs], inputs)
        sign = first(is_avoided)
        if sign is None and first(emits):
            said = _SAID.search(statement)
            sign = f"it says {said[0]!r}" if said else first(is_energy_avoided)
        if sign is not None:
            told[what] = sign
    return told


def _has_emissions(dimension: Dimension | None) -> bool:
    """Tell whether a dimension is that of emissions, or of emissions over something."""
    return dimension is not None and "CO2e" in dict(dimension.exponents)


def _first(
    names: Iterable[str], inputs: Callable[[str], Iterable[str]], wanted: Callable[[str], bool]
) -> str | None:
    """Return the first of some quantities, and of what they are made of, that is wanted."""
    left, met = list(names), set[str]()
    while left:
        name = left.pop(0)
        if name in met:
            continue
        if wanted(name):
            return name
        met.add(name)
        left.extend(inputs(name))
    return None
