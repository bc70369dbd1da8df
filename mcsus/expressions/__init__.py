"""The formula language: one small tree for formulas in study files and equations in Python."""

from mcsus.expressions.broadcast import dims
from mcsus.expressions.dimensions import constant, dimension
from mcsus.expressions.nodes import (
    FUNCTIONS,
    REDUCTIONS,
    RESERVED,
    At,
    Binary,
    Call,
    Compare,
    Expression,
    Name,
    Negate,
    Number,
    Reduce,
    check_name,
    names,
    walk,
)
from mcsus.expressions.parser import parse
from mcsus.expressions.text import to_text

__all__ = [
    "FUNCTIONS",
    "REDUCTIONS",
    "RESERVED",
    "At",
    "Binary",
    "Call",
    "Compare",
    "Expression",
    "Name",
    "Negate",
    "Number",
    "Reduce",
    "check_name",
    "constant",
    "dimension",
    "dims",
    "names",
    "parse",
    "to_text",
    "walk",
]
