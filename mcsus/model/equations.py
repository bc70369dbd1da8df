"""Equations: one named relation each, from a Python function or from a formula."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from mcsus.expressions import Expression, names, trace
from mcsus.expressions.nodes import Reduce
from mcsus.units import Unit
from mcsus.units import unit as parse_unit


@dataclass(frozen=True)
class Equation:
    """One named relation with a unit; its inputs are the names its expression uses.

    Parameters
    ----------
    name : str
        Name of the quantity it computes.
    unit : Unit
        Unit of the quantity; only its dimension matters inside the kernel, which works in
        coherent base units.
    expression : Expression
        What is computed.
    doc : str
        What it means and where it comes from.
    stage : str, optional
        Life-cycle stage that the quantity is a contribution of.
    function : callable, optional
        The Python function it was traced from; calling the Equation calls it.
    typical : Expression, optional
        What stands for it in a deterministic run, where that is not `expression`.

    Examples
    --------
    >>> @equation(unit="kg CO2e")
    ... def use_stage(power, lifetime, grid_intensity):
    ...     return power * lifetime * grid_intensity
    >>> use_stage.inputs
    ('power', 'lifetime', 'grid_intensity')
    >>> use_stage(1.0, 2.0, 3.0)
    6.0
    """

    name: str
    unit: Unit
    expression: Expression
    doc: str = ""
    stage: str | None = None
    function: Callable[..., Any] | None = field(default=None, compare=False, repr=False)
    typical: Expression | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[type[Equation], tuple[Any, ...]]:
        """Travel without the Python function, whose name now stands for the Equation."""
        told = (self.name, self.unit, self.expression, self.doc, self.stage, None, self.typical)
        return type(self), told

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """Names that the expression uses, in order of first appearance."""
        return names(self.expression)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the Python function the Equation was made from."""
        if self.function is None:
            msg = f"equation {self.name!r} was made from a formula and cannot be called"
            raise TypeError(msg)
        return self.function(*args, **kwargs)


def equation(
    *, unit: str, stage: str | None = None, over: str | None = None
) -> Callable[[Callable[..., Any]], Equation]:
    """Turn a Python function into an Equation: its name is the output, its arguments the inputs.

    Parameters
    ----------
    unit : str
        Unit of the result.
    stage : str, optional
        Life-cycle stage the result belongs to.
    over : str, optional
        Dim to sum over after the function has been applied elementwise.

    Examples
    --------
    >>> @equation(unit="kg CO2e", over="year")
    ... def total(yearly):
    ...     return yearly
    >>> total.expression
    Reduce(kind='sum', arg=Name(id='yearly'...), over='year'...)
    """

    def wrap(function: Callable[..., Any]) -> Equation:
        expression = trace(function)
        if over is not None:
            expression = Reduce("sum", expression, over)
        return Equation(
            name=function.__name__,
            unit=parse_unit(unit),
            expression=expression,
            doc=inspect.getdoc(function) or "",
            stage=stage,
            function=function,
        )

    return wrap
