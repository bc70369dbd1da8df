"""How large a study is: what its kernel, tables and results will take, before any is made.

The seconds are those of one processor of 2026, fitted to chains and sums of 50 to 800 steps,
tables of 10 to 160 laws, mixtures of 50 to 400 components and outputs of 100 to 3,000 cells.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mcsus.engine.lowering import lower
from mcsus.errors import RefusedError
from mcsus.expressions import walk
from mcsus.families.laws.mixture import Mixture
from mcsus.model import Model
from mcsus.runner.memory import allowed_bytes
from mcsus.study import Study
from mcsus.study.beside import kept_beside

MOST_SECONDS = 600
"""Estimated time to compile, tabulate and describe from which a study is refused."""

LONG = 60
"""Estimated time from which a person is told before it begins."""

_BLOCK = 64  # draws that a kernel computes at a time, at least
_REGIONS = 3  # values of two matrices of points, and of one with columns of the other
_OF_A_CELL, _OF_A_LEVEL = 4 * 700, 4 * 8  # numbers that describe a cell, and an interval of it
_STEP, _STEPS, _NODE = 6e-3, 3e-5, 3e-4  # seconds to compile, of the steps, their square, the nodes
_TABLE, _COMPONENTS = 0.02, 1e-4  # seconds to tabulate a law, and of the square of components
_CELL, _LEVEL = 3e-3, 5e-5  # seconds to describe a cell of an output or a claim; an interval of it


class Size(NamedTuple):
    """What a study amounts to.

    Attributes
    ----------
    equations, cells : int
        Equations, with the reductions in them, and values of all quantities at one draw.
    shown, levels : int
        Cells of outputs and claims, and intervals of each.
    compiling, tabulating, describing : float
        Seconds that each is estimated to take.
    """

    equations: int
    cells: int
    shown: int
    levels: int
    compiling: float
    tabulating: float
    describing: float

    @property
    def seconds(self) -> float:
        """Estimated time besides that of drawing."""
        return self.compiling + self.tabulating + self.describing

    @property
    def bytes(self) -> int:
        """Estimated memory of one block of draws, and of what describes the results."""
        described = _OF_A_CELL + _OF_A_LEVEL * self.levels
        return 8 * (_BLOCK * _REGIONS * self.cells + described * self.shown)

    @property
    def text(self) -> str:
        """The amounts in words."""
        parts = [f"{self.equations:,} equations", f"{self.cells:,} values a draw"]
        parts += [f"{self.shown:,} of them in outputs and claims"]
        parts += [f"{self.levels:,} intervals of each"]
        seconds = (self.compiling, self.tabulating, self.describing)
        _, worst = max(zip(seconds, ("compile", "tabulate", "describe"), strict=True))
        took = f"about {_duration(self.seconds)} besides the draws, most of it to {worst} them"
        return f"{', '.join(parts)}: {took}; {self.bytes / 2**30:,.1f} GiB"


def size_of(study: Study, model: Model) -> Size:
    """Return what a study amounts to; nothing is compiled, tabulated or drawn.

    Examples
    --------
    >>> from mcsus.runner import check
    >>> size_of(*check("tinyml_table")).shown
    48
    """
    program = lower(model)
    steps = len(program.steps)
    nodes = sum(1 for step in program.steps for _ in walk(step.expression))
    shown = [*study.outputs, *(equation.name for equation in kept_beside(study))]
    cells = sum(program.cells(name) for name in shown)
    laws = {cell.law for parameter in study.parameters for cell in parameter.cells}
    tabulated = [law for law in laws if law.is_tabulated]
    components = sum(len(law.components) ** 2 for law in tabulated if isinstance(law, Mixture))
    return Size(
        equations=steps,
        cells=sum(program.cells(name) for name in program.quantities),
        shown=cells,
        levels=len(study.intervals),
        compiling=_STEP * steps + _STEPS * steps**2 + _NODE * nodes,
        tabulating=_TABLE * len(tabulated) + _COMPONENTS * components,
        describing=(_CELL + _LEVEL * len(study.intervals)) * cells,
    )


def refuse_too_large(study: Study, size: Size) -> None:
    """Refuse a study that this machine could not hold, or that would not begin for very long.

    Raises
    ------
    RefusedError
        With what it amounts to.
    """
    memory = allowed_bytes()
    if size.bytes <= memory and size.seconds <= MOST_SECONDS:
        return
    msg = (
        f"{study.place}: found {size.text}; allowed: {_duration(MOST_SECONDS)} and "
        f"{memory / 2**30:.1f} GiB on this machine; ask for fewer labels, scenarios, equations "
        "or components"
    )
    raise RefusedError(msg)


def _duration(seconds: float) -> str:
    """Return a time to one digit or so, in the unit in which people say it."""
    for limit, length, word in ((90, 1, "s"), (5400, 60, "minutes"), (172_800, 3600, "hours")):
        if seconds < limit:
            return f"{math.ceil(seconds / length)} {word}"
    return f"{math.ceil(seconds / 86_400):,} days"
