"""Parameters whose laws take other quantities: what is drawn, and an equation for the value.

``mean = "mu"`` makes a parameter an equation of ``mu`` and of its score, a parameter of the model
whose law is the standard one and whose stream, kind, stage and labels are those that the study
gives. Units, dims, kernels and indices follow from that.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from mcsus.declared.reader import close
from mcsus.errors import Fault, FaultCollector, InputError
from mcsus.expressions import Expression, names, parse
from mcsus.expressions.nodes import Binary, Call, Compare, Name, Negate, Number
from mcsus.families import FAMILIES, distribution
from mcsus.families.conditional import Conditional
from mcsus.families.exact import SCORE, UNIT
from mcsus.model import Equation
from mcsus.parameters import Cell, Parameter
from mcsus.study.grids import Dims, labelled
from mcsus.units import Dimension, Unit, unit
from mcsus.vocabulary import BASE, SCENARIO, Label

MOST_FORMULAS = 50  # of one parameter: each is worked out at every label

_TYPICAL = "typical"
_PLAIN = unit("1")


class Guard(NamedTuple):
    """What must not happen, lest a law has no meaning.

    Parameters
    ----------
    holds : Expression
        1 where it does, else 0.
    keys : mapping of str to str
        Key -> name of the quantity that stands for it.
    text : str
        What must not hold, of the keys.
    """

    parameter: str
    holds: Expression
    keys: Mapping[str, str]
    text: str


class Split(NamedTuple):
    """The parameters of a study as its model has them, and the equations that this takes."""

    parameters: dict[str, Parameter]
    equations: tuple[Equation, ...]
    guards: tuple[Guard, ...]


def written_name(name: str) -> str:
    """Return the name that a study writes for an input of its model.

    Examples
    --------
    >>> written_name("score:site_rate"), written_name("site_rate")
    ('site_rate', 'site_rate')
    """
    return name.removeprefix(f"{SCORE}:")


def is_written(name: str) -> bool:
    """Tell whether an input of a model is one that the study writes, and no number of a law."""
    return ":" not in written_name(name)


def quantities_of(parameter: Parameter) -> set[str]:
    """Return the quantities that the laws of a parameter take."""
    laws = (cell.law for cell in parameter.cells)
    return {q for law in laws if isinstance(law, Conditional) for q in law.quantities.values()}


def split(parameters: Iterable[Parameter]) -> Split:
    """Return the parameters of a study as what is drawn, with equations for the values.

    Raises
    ------
    InputError
        If the laws of one parameter follow from too many different formulas.
    """
    known: dict[str, Parameter] = {}
    equations: list[Equation] = []
    guards: list[Guard] = []
    for parameter in parameters:
        if quantities_of(parameter):
            own = _Formulas(parameter)
            equations.append(own.equation())
            guards += own.guards()
            known |= own.parameters()
        else:
            known[parameter.name] = parameter
    return Split(known, tuple(equations), tuple(guards))


class _Formula(NamedTuple):
    """How some cells of a parameter follow from their scores: they differ in numbers alone."""

    text: str
    typical: str
    refused: tuple[str, ...]
    quantities: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str], ...]


class _Formulas:
    """A parameter as its score, the numbers that differ between labels, and an equation."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.name = parameter.name
        told = [_read(cell) for cell in parameter.cells]
        self.formulas = list(dict.fromkeys(formula for formula, _ in told))
        if len(self.formulas) > MOST_FORMULAS:
            found = f"{len(self.formulas)} formulas, one for each set of quantities that laws take"
            allowed = f"at most {MOST_FORMULAS}; or one quantity over the same dim for all labels"
            raise InputError(Fault(found, allowed, ("parameters", self.name)))
        self.places = [self.formulas.index(formula) for formula, _ in told]
        self.numbers = [numbers for _, numbers in told]
        self.constants: dict[str, Parameter] = {}
        self.operands = [self._operands(k) for k in range(len(self.formulas))]

    def parameters(self) -> dict[str, Parameter]:
        """Return the score, and the numbers that differ between labels."""
        cells = (
            replace(cell, law=cell.law.drawn, unit=_PLAIN, typical=_kept_typical(cell))
            for cell in self.parameter.cells
        )
        name = f"{SCORE}:{self.name}"
        score = replace(self.parameter, name=name, unit=_PLAIN, cells=tuple(cells))
        used = {name: score} if name in self.equation().inputs else {}
        return used | {constant.name: constant for constant in self.constants.values()}

    def equation(self) -> Equation:
        """Return the equation of the value."""
        parts = zip(self.formulas, self.operands, strict=True)
        values = [_filled(_guarded(formula), operands) for formula, operands in parts]
        value, typical = self._chosen(values), None
        if any(formula.typical for formula in self.formulas):
            told = zip(self.formulas, self.operands, values, strict=True)
            typical = self._chosen(
                [
                    _filled(_parsed(formula.typical), operands) if formula.typical else whole
                    for formula, operands, whole in told
                ]
            )
        unit, stage = self.parameter.unit, self.parameter.stage
        return Equation(self.name, unit, value, "", stage, typical=typical)

    def guards(self) -> list[Guard]:
        """Return what must not happen."""
        made = []
        for place, (formula, operands) in enumerate(zip(self.formulas, self.operands, strict=True)):
            for text in formula.refused:
                condition = _condition(text)
                used = names(condition)
                keys = {key: q for key, q in formula.quantities if _field(formula, key) in used}
                if not keys:
                    continue
                holds = _filled(Call("where", (condition, Number(1.0), Number(0.0))), operands)
                here: list[Expression] = [Number(0.0)] * len(self.formulas)
                here[place] = holds
                made.append(Guard(self.name, self._chosen(here), keys, text.replace("_ ", " ")))
        return made

    def _operands(self, place: int) -> dict[str, Expression]:
        """Return what stands for the fields of a formula."""
        formula = self.formulas[place]
        cells = [k for k, own in enumerate(self.places) if own == place]
        operands: dict[str, Expression] = {SCORE: Name(f"{SCORE}:{self.name}")}
        operands |= {_field(formula, key): Name(name) for key, name in formula.quantities}
        for key in self.numbers[cells[0]]:
            known = {self.numbers[k][key][0] * self.numbers[k][key][1].factor for k in cells}
            if len(known) == 1:
                dimension = self.numbers[cells[0]][key][1].dimension
                operands[_field(formula, key)] = Number(known.pop(), dimension=dimension)
            else:
                operands[_field(formula, key)] = self._constant(key, cells[0])
        return operands

    def _constant(self, key: str, example: int) -> Name:
        """Return the name of a number that differs between labels."""
        other = self.numbers[example][key]
        return self._by_cell(key, [own.get(key, other) for own in self.numbers])

    def _by_cell(self, key: str, values: Sequence[tuple[float, Unit]]) -> Name:
        """Return the name of constants, one for each cell."""
        name = f"{key}:{self.name}"
        cells = tuple(
            replace(cell, law=distribution("constant", value=value), unit=unit, typical=None)
            for cell, (value, unit) in zip(self.parameter.cells, values, strict=True)
        )
        self.constants[key] = replace(
            self.parameter, name=name, unit=values[0][1], cells=cells, kind="uncertainty"
        )
        return Name(name)

    def _chosen(self, parts: Sequence[Expression]) -> Expression:
        """Return the expression that is one of `parts` in each cell."""
        if len(parts) == 1:
            return parts[0]
        which = self._by_cell("formula", [(float(place), _PLAIN) for place in self.places])
        chosen = parts[-1]
        for place in reversed(range(len(parts) - 1)):
            condition = Compare("==", which, Number(float(place)))
            chosen = Call("where", (condition, parts[place], chosen))
        return chosen


def _read(cell: Cell) -> tuple[_Formula, dict[str, tuple[float, Unit]]]:
    """Return the formula of a cell, and the numbers in it with their units."""
    law, one = cell.law, (1.0, cell.unit)
    if not isinstance(law, Conditional):
        return _Formula(f"{UNIT}*{SCORE}", "", (), (), ()), {UNIT: one}
    exact = law.exact
    numbers = {UNIT: one} | {
        key: (number, _PLAIN if key in exact.plain else cell.unit)
        for key, number in law.numbers.items()
    }
    typical = exact.typical
    if cell.typical is not None:
        typical = _TYPICAL
        numbers[_TYPICAL] = (cell.typical, cell.unit)
    fields = tuple((key.name, key.field) for key in FAMILIES[law.of].law.keys)
    named = tuple(law.quantities.items())
    return _Formula(exact.formula, typical, exact.refused, named, fields), numbers


def _field(formula: _Formula, key: str) -> str:
    return dict(formula.fields).get(key, key)


def _kept_typical(cell: Cell) -> float | None:
    return None if isinstance(cell.law, Conditional) else cell.typical


@lru_cache(maxsize=64)
def _parsed(text: str) -> Expression:
    return parse(text)


@lru_cache(maxsize=64)
def _condition(text: str) -> Expression:
    call = parse(f"where({text}, 1, 0)")
    assert isinstance(call, Call)  # noqa: S101 - it was written so
    return call.args[0]


def _guarded(formula: _Formula) -> Expression:
    """Return a formula that is no number outside the domain of its law."""
    value = _parsed(formula.text)
    fields = {_field(formula, key) for key, _ in formula.quantities}
    for text in formula.refused:
        condition = _condition(text)
        if not fields.isdisjoint(names(condition)):
            none = Binary("*", Name(UNIT), Call("sqrt", (Number(-1.0),)))
            value = Call("where", (condition, none, value))
    return value


def _filled(node: Expression, operands: Mapping[str, Expression]) -> Expression:
    """Return a formula with what stands for its names."""
    match node:
        case Name(name):
            return operands[name]
        case Negate(arg):
            return replace(node, arg=_filled(arg, operands))
        case Binary(_, left, right) | Compare(_, left, right):
            return replace(node, left=_filled(left, operands), right=_filled(right, operands))
        case Call(_, args):
            return replace(node, args=tuple(_filled(arg, operands) for arg in args))
    return node


def place_of(name: str, labels: Mapping[str, Label]) -> tuple[str, ...]:
    """Return where a study file writes the law of a parameter at some labels."""
    scenario = labels.get(SCENARIO, BASE)
    by = (("by", dim, str(x)) for dim, x in labels.items() if dim != SCENARIO)
    below = itertools.chain(*by)
    if scenario == BASE:
        return ("parameters", name, *below)
    return ("scenarios", str(scenario), "set", name, *below)


def check_quantities(
    parameter: Parameter,
    known: Collection[str],
    declared: Mapping[str, Dimension],
    dims: Dims,
    faults: FaultCollector,
) -> None:
    """Note names that stand for no quantity, and quantities of another dimension.

    Parameters
    ----------
    known : collection of str
        Names of all quantities.
    declared : mapping of str to Dimension
        Those of them whose dimension is known.
    """
    if not quantities_of(parameter):
        return
    told: set[tuple[str, str]] = set()
    for labels, cell in zip(labelled(parameter.dims, dims), parameter.cells, strict=True):
        law = cell.law
        if not isinstance(law, Conditional):
            continue
        for key, name in law.quantities.items():
            if (key, name) in told:
                continue
            told.add((key, name))
            where = (*place_of(parameter.name, labels), key)
            wanted = _PLAIN if key in law.exact.plain else cell.unit
            if name not in known:
                allowed = "a number, or the name of a parameter or an equation of this study"
                faults.add(f"unknown name {name!r}", allowed, *where, nearest=close(name, known))
            elif name in declared and declared[name] != wanted.dimension:
                found = f"the quantity {name!r}, which is {declared[name].shown}"
                faults.add(found, f"one in a unit like {wanted.text!r}", *where)
