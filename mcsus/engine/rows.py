"""Reads and writes of the rows of a work array, for loops that LLVM turns into vector code.

A step of a model never reads the row that it fills, other than to add to it. Told so, LLVM needs no
checks before a loop, which it gives up on when a formula has many inputs.
"""

from __future__ import annotations

from typing import Any

from mcsus.families.loops.intrinsics import alias_scope


def _inputs(builder: Any, step: int) -> Any:
    """Return the alias scope of what a step reads."""
    return alias_scope(builder, "mcsus.engine", str(step))


def load(builder: Any, place: Any, step: int, *, own: bool) -> Any:
    """Return the number at a place: an input of a step or, if `own`, what the step has written."""
    value = builder.load(place)
    value.set_metadata("noalias" if own else "alias.scope", _inputs(builder, step))
    return value


def store(builder: Any, value: Any, place: Any, step: int) -> None:
    """Write a number of a step to its place."""
    builder.store(value, place).set_metadata("noalias", _inputs(builder, step))
