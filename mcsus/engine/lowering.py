"""From a checked graph to a flat program: rows of a work array and the steps that fill them.

Every quantity owns one row per cell (one per combination of its labels). A step fills the rows of
one equation from the rows of its inputs; a reduction inside a formula becomes a step of its own.
"""

from dataclasses import dataclass, replace

from mcsus.errors import Fault, InputError
from mcsus.expressions import dims as dims_of_expression
from mcsus.expressions import names, nodes
from mcsus.expressions.nodes import Expression
from mcsus.model import Model


@dataclass(frozen=True)
class Step:
    """One equation, or one reduction lifted out of it, filling the rows of quantity `target`.

    ``reduce`` is ``(kind, dim)`` when the expression is folded over a dim, else None. The label of
    an `AtLabel` in the expression is its place among the labels of the dim.
    """

    target: str
    dims: tuple[str, ...]  # of the rows: without the dim of individuals
    expression: Expression
    reduce: tuple[str, str] | None
    inputs: tuple[str, ...]


@dataclass(frozen=True)
class Program:
    """The steps in order, and the layout of quantities: parameters first, then step targets.

    Attributes
    ----------
    parameters, steps
        Names of the parameters and the steps.
    dims : dict of str to tuple of str
        Dims of every quantity.
    sizes : dict of str to int
        Number of labels of each dim.
    coordinates : dict of str to tuple of float
        Labels of the numeric dims that formulas read as plain numbers.
    inner : str or None
        The dim of individuals. Quantities that carry it have rows for one individual at a time.
    inside : tuple of bool
        For each step, whether it is evaluated once for each individual.
    """

    parameters: tuple[str, ...]
    steps: tuple[Step, ...]
    dims: dict[str, tuple[str, ...]]
    sizes: dict[str, int]
    coordinates: dict[str, tuple[float, ...]]
    inner: str | None
    inside: tuple[bool, ...]

    def cells(self, name: str) -> int:
        """Return the number of rows of `name`."""
        count = 1
        for dim in self.dims[name]:
            count *= self.sizes[dim]
        return count

    @property
    def quantities(self) -> tuple[str, ...]:
        """Parameters and step targets, in the order in which locations are numbered."""
        return (*self.parameters, *(step.target for step in self.steps))

    @property
    def folded(self) -> tuple[int, ...]:
        """Steps that average over individuals."""
        steps = enumerate(self.steps)
        return tuple(k for k, s in steps if s.reduce is not None and s.reduce[1] == self.inner)

    @property
    def late(self) -> tuple[int, ...]:
        """Steps that wait for an average over individuals."""
        waiting = {self.steps[k].target for k in self.folded}
        late = []
        for k, step in enumerate(self.steps):
            if not (self.inside[k] or waiting.isdisjoint(step.inputs)):
                waiting.add(step.target)
                late.append(k)
        return tuple(late)

    def downstream(self, changed: set[str]) -> list[bool]:
        """Tell for each step whether it is evaluated again when `changed` parameters change.

        Rows hold the last individual only, so that steps for individuals are evaluated again all
        together or not at all.
        """
        dirty = set(changed)
        flags = []
        for step in self.steps:
            flags.append(not dirty.isdisjoint(step.inputs))
            if flags[-1]:
                dirty.add(step.target)
        again = any(flag for flag, inside in zip(flags, self.inside, strict=True) if inside)
        return [flag or (again and inside) for flag, inside in zip(flags, self.inside, strict=True)]


def lower(model: Model) -> Program:
    """Turn the equations of `model` into steps whose reductions stand alone.

    Examples
    --------
    >>> from mcsus.expressions import parse
    >>> from mcsus.model import Equation, Model
    >>> from mcsus.units import unit
    >>> model = Model([Equation("y", unit("1"), parse("1 + sum(year, over=year)"))], {},
    ...               {"year": (1, 2)})
    >>> [(step.target, step.reduce) for step in lower(model).steps]
    [('y@1', ('sum', 'year')), ('y', None)]
    """
    dims = {name: model.dims_of[name] for name in model.inputs}
    coordinates = {
        name: tuple(model.coordinate(name).tolist())
        for name in model.dims
        if model.is_coordinate(name)
    }
    dims.update({name: (name,) for name in coordinates})
    places = {dim: range(len(labels)) for dim, labels in model.dims.items()}
    sizes = {dim: len(labels) for dim, labels in model.dims.items()}
    steps: list[Step] = []
    inside: list[bool] = []

    def add(target: str, expression: Expression, reduction: tuple[str, str] | None) -> None:
        within = dims_of_expression(expression, dims, places)
        dims[target] = tuple(d for d in within if reduction is None or d != reduction[1])
        own = tuple(d for d in dims[target] if d != model.inner)
        inside.append(model.inner in within)
        needed = tuple(n for n in names(expression) if n not in coordinates)
        steps.append(Step(target, own, expression, reduction, needed))

    for equation in model.equations:
        lifted = 0

        def lift(node: Expression, owner: str = equation.name) -> Expression:
            nonlocal lifted
            if isinstance(node, nodes.Reduce):
                lifted += 1
                target = f"{owner}@{lifted}"
                add(target, lift(node.arg), (node.kind, node.over))
                return nodes.Name(target)
            if isinstance(node, nodes.AtLabel):
                node = replace(node, label=float(node.index(model.dims[node.dim])))
            return _mapped(node, lift)

        expression = equation.expression
        if isinstance(expression, nodes.Reduce):
            add(equation.name, lift(expression.arg), (expression.kind, expression.over))
        else:
            add(equation.name, lift(expression), None)
    rows = {
        name: tuple(d for d in dims[name] if d != model.inner)
        for name in dims
        if name not in coordinates
    }
    _refuse_feedback(steps, inside, model.inner)
    return Program(model.inputs, tuple(steps), rows, sizes, coordinates, model.inner, tuple(inside))


def _refuse_feedback(steps: list[Step], inside: list[bool], inner: str | None) -> None:
    """Refuse an individual that depends on a mean over individuals: one pass cannot do it."""
    averaged: set[str] = set()
    for step, is_inside in zip(steps, inside, strict=True):
        depends = not averaged.isdisjoint(step.inputs)
        if is_inside and depends:
            equation = step.target.partition("@")[0]
            found = f"{equation!r}, which depends on an average over {inner!r}"
            allowed = f"averages over {inner!r} that no individual depends on"
            raise InputError(Fault(found, allowed, ("equations", equation)))
        folded = step.reduce is not None and step.reduce[1] == inner
        if depends or folded:
            averaged.add(step.target)


def _mapped(node: Expression, function) -> Expression:  # type: ignore[no-untyped-def]
    """Return `node`, which is no Reduce, with `function` applied to its children."""
    match node:
        case nodes.Negate(arg) | nodes.At(arg) | nodes.AtLabel(arg):
            return replace(node, arg=function(arg))
        case (
            nodes.Binary(_, left, right)
            | nodes.Compare(_, left, right)
            | nodes.Logical(_, left, right)
        ):
            return replace(node, left=function(left), right=function(right))
        case nodes.Call(_, args):
            return replace(node, args=tuple(function(a) for a in args))
    return node
