"""The formula language: one small tree for formulas in study files and equations in Python."""

from mcsus.expressions.broadcast import dims
from mcsus.expressions.dimensions import constant, dimension
from mcsus.expressions.functions import (
    at,
    at_label,
    atan,
    atan2,
    ceil,
    cos,
    exp,
    floor,
    log,
    log10,
    maximum,
    mean_over,
    minimum,
    mod,
    payback,
    prod_over,
    sin,
    sqrt,
    sum_over,
    tan,
    tanh,
    where,
)
from mcsus.expressions.language import FUNCTIONS, REDUCTIONS, Function, described, words
from mcsus.expressions.nodes import Expression, check_name, names, walk
from mcsus.expressions.parser import parse
from mcsus.expressions.text import to_text
from mcsus.expressions.tracing import trace

__all__ = [
    "FUNCTIONS",
    "REDUCTIONS",
    "Expression",
    "Function",
    "at",
    "at_label",
    "atan",
    "atan2",
    "ceil",
    "check_name",
    "constant",
    "cos",
    "described",
    "dimension",
    "dims",
    "exp",
    "floor",
    "log",
    "log10",
    "maximum",
    "mean_over",
    "minimum",
    "mod",
    "names",
    "parse",
    "payback",
    "prod_over",
    "sin",
    "sqrt",
    "sum_over",
    "tan",
    "tanh",
    "to_text",
    "trace",
    "walk",
    "where",
    "words",
]
