"""The Model: equations wired by name, checked, and put in an order of evaluation."""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, FaultCollector, InputError, nearest
from mcsus.expressions import Expression, dimension, dims, walk
from mcsus.expressions.nodes import At, AtLabel, Reduce, place
from mcsus.model.equations import Equation
from mcsus.model.never import never_of
from mcsus.model.rounding import Rounding, rounding_of
from mcsus.parameters import Parameter
from mcsus.units import DIMENSIONLESS, Dimension
from mcsus.vocabulary import SCENARIO, Label

Array = NDArray[np.float64]


class Model:
    """A closed graph of equations over parameters, with dims and dimensions proven.

    Parameters
    ----------
    equations : sequence of Equation
        Relations, wired by name: an input is a parameter, another equation, or a numeric dim.
    parameters : mapping of str to Parameter
        Leaves of the graph, by the name used in the equations.
    dims : mapping of str to sequence of labels
        Named dims in the order in which cells are laid out.
    required : iterable of str, optional
        Quantities that are asked for. Equations that come with a model set (Python functions) and
        serve none of these are left out; formulas are always kept and checked. By default
        everything is kept.
    inner : str, optional
        The dim of individuals. Parameters of kind variability that have a spread carry it.

    Raises
    ------
    InputError
        With every fault: cycles and missing inputs with the chain that leads to them,
        unlike dimensions, dims that do not fit.

    Examples
    --------
    >>> from mcsus.model import Equation
    >>> from mcsus.expressions import parse
    >>> from mcsus.units import unit
    >>> model = Model([Equation("total", unit("1"), parse("sum(2*year, over=year)"))], {},
    ...               {"year": (2024, 2025)})
    >>> [e.name for e in model.equations], model.dims_of["total"]
    (['total'], ())
    """

    def __init__(
        self,
        equations: Sequence[Equation],
        parameters: Mapping[str, Parameter],
        dims: Mapping[str, Sequence[Label]],
        required: Iterable[str] | None = None,
        inner: str | None = None,
    ) -> None:
        self.parameters = dict(parameters)
        self.dims = {name: tuple(labels) for name, labels in dims.items()}
        self.inner = inner
        self.places = tuple(range(len(self.dims.get(SCENARIO, ()))))
        self._by_name = {e.name: e for e in equations}
        self.dims_of: dict[str, tuple[str, ...]] = {}
        self.dimension_of: dict[str, Dimension] = {}
        faults = FaultCollector()
        roots = (
            list(self._by_name) if required is None else self._roots(equations, required, faults)
        )
        self.equations = self._ordered(roots, faults)
        faults.raise_any()
        self._infer(faults)
        faults.raise_any()

    def with_laws(self, parameters: Mapping[str, Parameter]) -> Model:
        """Return the graph, as it was proven, with other laws in some parameters.

        Parameters
        ----------
        parameters : mapping of str to Parameter
            Those with other laws, on the streams of those that they replace.

        Raises
        ------
        InputError
            When more than laws would change: a parameter that is none of the model, other
            streams, or a spread between individuals where there was none.
        """
        faults = FaultCollector()
        for name in parameters.keys() - self.parameters.keys():
            close = nearest(name, self.parameters)
            faults.add(repr(name), "a parameter of the model", name, nearest=close)
        faults.raise_any()
        other = copy.copy(self)
        other.parameters = self.parameters | dict(parameters)
        vars(other).pop("rounding", None)  # it is of the laws
        for name, parameter in parameters.items():
            streams = self.parameters[name].streams
            if parameter.streams != streams:
                faults.add("cells of other streams", ", ".join(streams), name)
            if other.varies_inside(name) != self.varies_inside(name):
                faults.add("another spread", "a spread between individuals as before", name)
        faults.raise_any()
        return other

    def of_scenarios(self, chosen: Collection[Label]) -> Model:
        """Return the graph in some scenarios alone, and in those that formulas read by name."""
        nodes = [node for own in self.equations for node in walk(own.expression)]
        named = {n.label for n in nodes if isinstance(n, AtLabel) and n.dim == SCENARIO}
        labels = self.dims.get(SCENARIO, ())
        places = [k for k, own in enumerate(labels) if own in chosen or own in named]
        if len(places) == len(labels) or any(
            isinstance(n, Reduce) and n.over == SCENARIO for n in nodes
        ):
            return self
        other = copy.copy(self)
        other.dims = self.dims | {SCENARIO: tuple(labels[k] for k in places)}
        other.places = tuple(places)
        other.parameters = {
            name: parameter.at_places(SCENARIO, len(labels), places)
            for name, parameter in self.parameters.items()
        }
        vars(other).pop("rounding", None)
        return other

    @cached_property
    def rounding(self) -> dict[str, Rounding]:
        """What rounding does to every parameter and equation."""
        return rounding_of(self)

    @cached_property
    def may_be_never(self) -> frozenset[str]:
        """Equations whose value may be never, which is infinite."""
        return never_of(self.equations)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the parameters that the equations use, in the order of `parameters`."""
        used = {name for equation in self.equations for name in equation.inputs}
        return tuple(name for name in self.parameters if name in used)

    def __contains__(self, name: str) -> bool:
        return name in self.dims_of

    def equation(self, name: str) -> Equation:
        """Return the equation called `name` (KeyError when there is none)."""
        return self._by_name[name]

    def is_coordinate(self, name: str) -> bool:
        """Tell whether `name` is a dim read as a number: a numeric one, or that of scenarios."""
        labels = self.dims.get(name, ("",))
        if name == self.inner:
            return False
        if name == SCENARIO and name in self.dims:
            return any(name in equation.inputs for equation in self._by_name.values())
        return name not in self.parameters and not any(isinstance(x, str) for x in labels)

    def coordinate(self, name: str) -> Array:
        """Return the numbers that a coordinate is read as: its labels, of scenarios their places.

        Equations that differ between scenarios are chosen by the place.
        """
        labels = self.dims[name]
        return np.array(self.places if name == SCENARIO else labels, dtype=float)

    def varies_inside(self, name: str) -> bool:
        """Tell whether a parameter differs between individuals: variability, with a spread."""
        parameter = self.parameters.get(name)
        return (
            self.inner is not None
            and parameter is not None
            and parameter.kind == "variability"
            and any(cell.law.family != "constant" for cell in parameter.cells)
        )

    def meets_individuals(self, name: str) -> bool:
        """Tell whether a quantity depends on what differs between individuals.

        What may be never is not told apart: there is no mean of it over individuals.
        """
        if self.inner is None or name in self.may_be_never:
            return False
        return any(map(self.varies_inside, self.upstream([name])))

    def shape(self, name: str) -> tuple[int, ...]:
        """Return the number of labels along each dim of `name`."""
        return tuple(len(self.dims[dim]) for dim in self.dims_of[name])

    def spread(self, values: Array, name: str, target: str) -> Array:
        """Return values of `name` repeated over the dims that only `target` has.

        Parameters
        ----------
        values : array, shape ``(..., *dims of name)``
        name, target : str
            The dims of the first are among those of the second.

        Returns
        -------
        array, shape ``(..., *dims of target)``
        """
        return self._repeated(values, self.dims_of[name], target)

    def laid_out(self, values: Array, name: str) -> Array:
        """Return values of the cells of a parameter over its dims, individuals included.

        Parameters
        ----------
        values : array, shape ``(..., cell)``
        name : str

        Returns
        -------
        array, shape ``(..., *dims of name)``
        """
        own = self.parameters[name].dims
        shape = tuple(len(self.dims[dim]) for dim in own)
        return self._repeated(values.reshape(*values.shape[:-1], *shape), own, name)

    def _repeated(self, values: Array, own: tuple[str, ...], target: str) -> Array:
        lead = values.shape[: values.ndim - len(own)]
        sizes = iter(values.shape[len(lead) :])
        wanted = self.dims_of[target]
        opened = values.reshape(*lead, *(next(sizes) if dim in own else 1 for dim in wanted))
        return np.broadcast_to(opened, (*lead, *self.shape(target)))

    def upstream(self, targets: Iterable[str]) -> set[str]:
        """Return `targets` and every name they depend on."""
        reached: set[str] = set()
        stack = list(targets)
        while stack:
            name = stack.pop()
            if name in reached:
                continue
            reached.add(name)
            if name in self._by_name and name not in self.parameters:
                stack.extend(self._by_name[name].inputs)
        return reached

    def _known(self) -> list[str]:
        return [*self.parameters, *self._by_name, *(d for d in self.dims if self.is_coordinate(d))]

    def _roots(
        self, equations: Sequence[Equation], required: Iterable[str], faults: FaultCollector
    ) -> list[str]:
        roots = [e.name for e in equations if e.function is None]
        for name in required:
            if name in self._by_name or name in self.parameters:
                roots.append(name)
            else:
                allowed = "the name of an equation or a parameter"
                faults.add(
                    repr(name), allowed, "outputs", name, nearest=nearest(name, self._known())
                )
        return roots

    def _ordered(self, roots: Iterable[str], faults: FaultCollector) -> tuple[Equation, ...]:
        """Order the equations so that inputs come first; note cycles and missing inputs.

        Depth first without recursion, so that no chain of equations is too long.
        """
        done: dict[str, Equation] = {}
        broken: set[str] = set()
        chain: dict[str, Iterator[str]] = {}  # from a root down: what is left to look at of each

        def enter(name: str) -> None:
            if name in done or name in broken or name in self.parameters:
                return
            equation = self._by_name.get(name)
            if name in chain:
                broken.add(name)
                faults.add(_cycle([*chain, name]), "a graph without cycles", "equations", name)
            elif equation is not None:
                chain[name] = iter(equation.inputs)
            elif not self.is_coordinate(name):
                broken.add(name)
                faults.add(
                    f"{name!r}, needed along {' <- '.join((name, *reversed(chain)))}",
                    "a parameter, an equation or a numeric dim of this study",
                    "equations",
                    next(reversed(chain), name),
                    nearest=nearest(name, self._known()),
                )

        for root in roots:
            enter(root)
            while chain:
                name, waiting = next(reversed(chain.items()))
                needed = next(waiting, None)
                if needed is None:
                    del chain[name]
                    done[name] = self._by_name[name]
                else:
                    enter(needed)
        return tuple(done.values())

    def _infer(self, faults: FaultCollector) -> None:
        """Find dims and dimension of every name and check them against what is declared."""
        for name, parameter in self.parameters.items():
            carried = {*parameter.dims, self.inner} if self.varies_inside(name) else parameter.dims
            self.dims_of[name] = tuple(dim for dim in self.dims if dim in carried)
            self.dimension_of[name] = parameter.unit.dimension
        for name in filter(self.is_coordinate, self.dims):
            self.dims_of[name] = (name,)
            self.dimension_of[name] = DIMENSIONLESS
        for equation in self.equations:
            declared = equation.unit.dimension
            self.dims_of[equation.name] = ()
            self.dimension_of[equation.name] = declared
            with faults.at("equations", equation.name):
                self._refuse_individuals(equation.expression)
                self.dims_of[equation.name] = dims(equation.expression, self.dims_of, self.dims)
                found = dimension(equation.expression, self.dimension_of, expected=declared)
                if found != declared:
                    faults.add(
                        f"a formula that gives {found.shown}",
                        f"what its unit {equation.unit.text!r} measures",
                        "equations",
                        equation.name,
                    )

    def _refuse_individuals(self, expression: Expression) -> None:
        """Refuse to read one individual: they are evaluated one after the other."""
        for node in walk(expression):
            if isinstance(node, At | AtLabel) and node.dim == self.inner:
                allowed = f"sum, mean or prod over {self.inner!r}"
                raise InputError(Fault(f"one label of {self.inner!r}", allowed, place(node)))


def _cycle(chain: Sequence[str]) -> str:
    """Return the words for a chain that comes back to its last name."""
    return f"a cycle: {' -> '.join(chain[chain.index(chain[-1]) :])}"
