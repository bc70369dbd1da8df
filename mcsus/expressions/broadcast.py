"""Named dims of formulas: which dims the result of a formula carries."""

from collections.abc import Collection, Mapping, Sequence

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions import nodes
from mcsus.expressions.nodes import Expression, label_text, place, unknown_name
from mcsus.vocabulary import SCENARIO, Label


def dims(
    expression: Expression,
    dims_of: Mapping[str, tuple[str, ...]],
    labels: Mapping[str, Sequence[Label]],
) -> tuple[str, ...]:
    """Return the dims that the result of a formula carries, in the study's order.

    Operands broadcast by the names of their dims. A reduction removes its dim, as does
    ``at(x, year=2030)``; ``at(x, year=cohort)`` puts `cohort` in the place of `year`.

    Parameters
    ----------
    dims_of : mapping of str to tuple of str
        Dims of each free name.
    labels : mapping of str to sequence of labels
        Every dim of the study, in its order.

    Raises
    ------
    InputError
        Where a dim is reduced or replaced that is not there; the fault names the column.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> carried = {"sales": ("year",), "share": ("application", "year")}
    >>> dims(parse("sum(sales*share, over=year)"), carried,
    ...      {"application": ("watch", "phone"), "year": (2024, 2025)})
    ('application',)
    """
    carried = _of(expression, dims_of, labels)
    return tuple(dim for dim in labels if dim in carried)


def _of(
    node: Expression, dims_of: Mapping[str, tuple[str, ...]], labels: Mapping[str, Sequence[Label]]
) -> frozenset[str]:
    if isinstance(node, nodes.Name):
        if node.id not in dims_of:
            raise unknown_name(node.id, tuple(dims_of), place(node))
        for dim in dims_of[node.id]:
            _check(node, dim, labels)
        return frozenset(dims_of[node.id])
    carried = frozenset[str]().union(*(_of(child, dims_of, labels) for child in node.children()))
    match node:
        case nodes.Reduce(kind, _, over):
            _check(node, over, labels)
            return _without(node, over, carried, f"{kind} over {over!r}")
        case nodes.AtLabel(_, dim, label):
            _check(node, dim, labels)
            node.index(labels[dim])
            if dim == SCENARIO:
                return carried - {dim}
            return _without(node, dim, carried, f"at with {dim}={label_text(label)}")
        case nodes.At(_, dim, source):
            _check(node, dim, labels)
            _check(node, source, labels)
            rest = _without(node, dim, carried, f"at with {dim}={source}")
            if source in carried:
                both = f"a value that carries {dim!r} and {source!r} already"
                raise InputError(Fault(both, f"one without {source!r}", place(node)))
            return rest | {source}
    return carried


def _check(node: Expression, dim: str, known: Collection[str]) -> None:
    if dim not in known:
        allowed = f"one of {', '.join(known)}" if known else "no dim: the study has none"
        raise InputError(Fault(f"unknown dim {dim!r}", allowed, place(node), nearest(dim, known)))


def _without(node: Expression, dim: str, carried: frozenset[str], what: str) -> frozenset[str]:
    if dim not in carried:
        dims = f"dims {', '.join(sorted(carried))}" if carried else "no dims"
        raise InputError(
            Fault(f"{what} of a value with {dims}", f"a value that carries {dim!r}", place(node))
        )
    return carried - {dim}
