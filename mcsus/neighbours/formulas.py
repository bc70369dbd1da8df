"""Formulas as other tools write them, in the language of formulas here."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions import names as names_of
from mcsus.expressions import parse
from mcsus.neighbours.imported import Imported, constant

_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_SHOWN = 80  # letters of a formula
_SAME = {
    **{name: name for name in ("exp", "log10", "sqrt", "abs", "min", "max", "floor")},
    **{name: name for name in ("sin", "cos", "tan", "tanh")},
}


@dataclass(frozen=True)
class Dialect:
    """How a tool writes formulas.

    Parameters
    ----------
    functions : mapping of str to str
        Functions there by name, and what they are here.
    folds : bool
        Whether capital and small letters are the same.
    """

    functions: Mapping[str, str]
    folds: bool = False


SHEET = Dialect(
    {**_SAME, "ln": "log", "lg": "log10", "ceil": "ceil", "ceiling": "ceil"}
    | {"arctan": "atan", "atan": "atan", "if": "where"},
    folds=True,
)
"""As a spreadsheet: ``^``, ``;`` between arguments, ``ln``; ``log`` has no one meaning there."""

PYTHON = Dialect(
    {**_SAME, "log": "log", "ln": "log", "ceil": "ceil", "ceiling": "ceil", "where": "where"}
    | {"atan": "atan", "arctan": "atan", "Abs": "abs", "Max": "max", "Min": "min"}
    | {"minimum": "min", "maximum": "max", "Piecewise": "Piecewise"},
)
"""As Python, numpy or sympy print them."""


def enter(found: Imported, given: Mapping[str, tuple[str, float | None]], dialect: Dialect) -> None:
    """Enter equations of a file; one that cannot be read is replaced by its value, and told.

    Parameters
    ----------
    found : Imported
        What the file says besides; the equations are entered here.
    given : mapping of str to tuple of str and float
        A formula and the value that the file has for it, by name.
    dialect : Dialect
        How the formulas are written.

    Raises
    ------
    InputError
        If a formula without a value cannot be read.
    """
    known = [*found.laws, *found.formulas, *given]
    for name, (text, value) in given.items():
        try:
            formula = translated(text, known, dialect)
        except InputError as error:
            why = "; ".join(str(fault) for fault in error.faults)
            if value is None:
                raise InputError(*(fault.within(name) for fault in error.faults)) from None
            found.told.append(
                f"the formula of {name!r} is not read, its value {value:g} is ({why})"
            )
            found.take(name, lambda value=value: constant(value))  # type: ignore[misc]
        else:
            found.formulas[name] = formula


def translated(text: str, known: list[str], dialect: Dialect) -> str:
    """Return a formula in the language here, with the names of the file.

    Raises
    ------
    InputError
        If it is none, or takes what the file does not say.

    Examples
    --------
    >>> translated("IF(a > 1; Mass^2; ln(a))", ["a", "mass"], SHEET)
    'where(a > 1, mass ** 2, log(a))'
    >>> translated("Piecewise((a, a > 1), (2.0*a, True))", ["a"], PYTHON)
    'where(a > 1, a, 2.0 * a)'
    """
    fold = str.lower if dialect.folds else str
    functions = {fold(name): own for name, own in dialect.functions.items()}
    names = {fold(name): name for name in known}

    def own(match: re.Match[str]) -> str:
        word, after = fold(match.group()), text[match.end() :].lstrip()[:1]
        if after == "(" and word in functions:
            return functions[word]
        return names.get(word, match.group())

    plain = _WORD.sub(own, text)
    if dialect is SHEET:
        plain = plain.replace("^", "**").replace(";", ",")
    try:
        made = ast.unparse(_Rewritten().visit(ast.parse(plain.strip(), mode="eval")))
        taken = names_of(parse(made))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        short = text if len(text) < _SHOWN else f"{text[:_SHOWN]}..."
        raise InputError(Fault(repr(short), "a formula, not too deep")) from None
    if unknown := [name for name in taken if name not in known and name != "pi"]:
        allowed = f"names of the file: {', '.join(known)}"
        raise InputError(Fault(repr(unknown[0]), allowed, (), nearest(unknown[0], known)))
    return made


class _Rewritten(ast.NodeTransformer):
    """Piecewise of sympy, as nested choices."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Return a call, or the choices it stands for."""
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id == "Piecewise"):
            return node
        pairs = [own.elts for own in node.args if isinstance(own, ast.Tuple) and len(own.elts) == 2]
        is_last = isinstance(pairs[-1][1], ast.Constant) if pairs else False
        if len(pairs) != len(node.args) or not is_last:
            raise InputError(Fault(ast.unparse(node), "pieces of which the last is for all else"))
        made: ast.expr = pairs[-1][0]
        for value, condition in reversed(pairs[:-1]):
            made = ast.Call(ast.Name("where", ast.Load()), [condition, value, made], [])
        return made
