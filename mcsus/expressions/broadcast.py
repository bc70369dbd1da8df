"""Named dims of formulas: which dims the result of a formula carries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions.nodes import At, Expression, Name, Reduce, place, unknown_name


def dims(
    expression: Expression,
    dims_of: Mapping[str, tuple[str, ...]],
    order: Sequence[str],
) -> tuple[str, ...]:
    """Return the dims that the result of a formula carries, in the study's order.

    Operands broadcast by the names of their dims. A reduction removes its dim;
    ``at(x, year=cohort)`` puts `cohort` in the place of `year`.

    Parameters
    ----------
    expression : Expression
        The formula.
    dims_of : mapping of str to tuple of str
        Dims of each free name.
    order : sequence of str
        Every dim of the study, in its order.

    Returns
    -------
    tuple of str
        Dims of the result.

    Raises
    ------
    InputError
        Where a dim is reduced or replaced that is not there; the fault names the column.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> carried = {"sales": ("year",), "share": ("application", "year")}
    >>> dims(parse("sum(sales*share, over=year)"), carried, ("application", "year"))
    ('application',)
    """
    found = _of(expression, dims_of, order)
    return tuple(dim for dim in order if dim in found)


def _of(
    node: Expression, dims_of: Mapping[str, tuple[str, ...]], order: Sequence[str]
) -> frozenset[str]:
    if isinstance(node, Name):
        if node.id not in dims_of:
            raise unknown_name(node.id, tuple(dims_of), place(node))
        for dim in dims_of[node.id]:
            _check(node, dim, order)
        return frozenset(dims_of[node.id])
    found = frozenset[str]().union(*(_of(child, dims_of, order) for child in node.children()))
    if isinstance(node, Reduce):
        _check(node, node.over, order)
        return _without(node, node.over, found, f"{node.kind} over {node.over!r}")
    if isinstance(node, At):
        for dim in (node.dim, node.source):
            _check(node, dim, order)
        rest = _without(node, node.dim, found, f"at with {node.dim}={node.source}")
        if node.source in found:
            carried = f"a value that carries {node.dim!r} and {node.source!r} already"
            raise InputError(Fault(carried, f"one without {node.source!r}", place(node)))
        return rest | {node.source}
    return found


def _check(node: Expression, dim: str, order: Sequence[str]) -> None:
    if dim not in order:
        allowed = f"one of {', '.join(order)}" if order else "no dim: the study has none"
        raise InputError(Fault(f"unknown dim {dim!r}", allowed, place(node), nearest(dim, order)))


def _without(node: Expression, dim: str, found: frozenset[str], what: str) -> frozenset[str]:
    if dim not in found:
        carried = f"dims {', '.join(sorted(found))}" if found else "no dims"
        raise InputError(
            Fault(f"{what} of a value with {carried}", f"a value that carries {dim!r}", place(node))
        )
    return found - {dim}
