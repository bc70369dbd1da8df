"""What a method of sensitivity analysis is, what it may ask for, and the register of methods.

A further method is one module of `mcsus.analysis.methods` with one class under `register`; its
arrays, their means and errors over the replicates, the JSON, the tree and the names that a study
may ask for follow.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, MutableMapping, Sequence
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mcsus.analysis.fixed import FixedValues, WantsFixed
from mcsus.analysis.groups import GroupSums, GroupValues, WantsGroups
from mcsus.analysis.narrowed import NarrowedValues, WantsNarrowed
from mcsus.analysis.places import places
from mcsus.analysis.redraws import RedrawnValues, WantsRedraws
from mcsus.analysis.terms import Terms, WantsTerms
from mcsus.analysis.typical import TypicalValues, WantsTypical
from mcsus.declared.table import Item
from mcsus.modules import import_all
from mcsus.result import arrays, of_claims
from mcsus.result.arrays import Entry
from mcsus.result.comparison_arrays import COMPARISON
from mcsus.vocabulary import Label

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

DEFAULT_METHODS: tuple[str, ...] = ("sobol",)
"""What a study asks for that says nothing; it stands under the name of an output alone."""

RANK = Entry(
    "rank",
    ("input",),
    "1",
    "place of an input: 1 for the one that matters most, shared by those that are the same but for "
    "rounding; 0 where the output does not vary",
    is_printed=False,
)


class WantsDraws(NamedTuple):
    """Draws of the outputs, and of the inputs beside them.

    Parameters
    ----------
    most : int
        Draws of a replicate at most: the first ones.
    ranked : bool
        Whether ranks of the output are wanted in its place, which may be infinite then.
    together : bool
        Whether those of all replicates are held at once.
    """

    most: int = 1 << 16
    ranked: bool = False
    together: bool = False


class WantsPoints(NamedTuple):
    """Values at points of its own.

    Parameters
    ----------
    make : callable
        Takes the input that each column belongs to, by number, and a generator of random
        numbers; returns points inside the unit cube, shape (point, column).
    size : callable, optional
        Takes how many inputs there are and returns how many points there will be.
    is_single : bool
        Whether an input must be one number in a cell; else nothing is told of the cell.
    """

    make: Callable[[Integers, np.random.Generator], Array]
    size: Callable[[int], int] | None = None
    is_single: bool = False


Wants = (
    WantsGroups
    | WantsDraws
    | WantsPoints
    | WantsRedraws
    | WantsTypical
    | WantsFixed
    | WantsTerms
    | WantsNarrowed
)


class Asked(NamedTuple):
    """What a study asks of a method.

    Parameters
    ----------
    sizes : tuple of int
        Numbers of groups of inputs: of the study's grouping, and of those that stand beside.
    options : mapping of str to object
        Values of the method's own keys.
    """

    draws: int
    sizes: tuple[int, ...] = ()
    options: Mapping[str, Any] = {}


class DrawnValues(NamedTuple):
    """Draws of one replicate: inputs, shape (input, draw), and an output, shape (draw,).

    Parameters
    ----------
    kept : mutable mapping
        One of all replicates and outputs, for what is made of the inputs alone.
    varies : bool
        Whether the output does, rounding apart.
    is_even : bool
        Whether replicates fill the space of the inputs evenly together, as parts of a table may.
    independent : float
        Share of the draws that are as good as independent of each other.
    """

    inputs: Array
    output: Array
    kept: MutableMapping[Hashable, Any] | None = None
    varies: bool = True
    is_even: bool = False
    independent: float = 1.0

    @property
    def spread(self) -> float:
        """Range of the output."""
        return float(np.ptp(self.output))


class PointValues(NamedTuple):
    """Values of a cell of an output at the points of a method, and the input of each column.

    Parameters
    ----------
    seen : array of int, shape (input,)
        The column that the cell depends on; -1 where these are several.
    """

    points: Array
    owner: Integers
    output: Array
    seen: Integers

    @property
    def spread(self) -> float:
        """Range of the output."""
        return float(np.ptp(self.output))


Data = (
    GroupValues
    | GroupSums
    | DrawnValues
    | PointValues
    | RedrawnValues
    | TypicalValues
    | FixedValues
    | NarrowedValues
    | Terms
)


class Pooled(NamedTuple):
    """What all replicates say of one cell.

    Parameters
    ----------
    doubt : str
        Why that is not known, if so.
    """

    values: dict[str, Array]
    doubt: str = ""


class Method(ABC):
    """A method of sensitivity analysis.

    Attributes
    ----------
    arrays : tuple of Entry
        What it estimates; where one says so, its standard error from the replicates is beside.
    options : mapping of str to Item
        Its own keys in ``[sensitivity]``, as a table of a file declares them.
    labels : mapping of str to sequence of str or number
        Those of dims of its own, other than ``input`` and ``other_input``.
    is_for_independent : bool
        Whether inputs that depend on each other must stand in one group.
    is_for_dependent : bool
        Whether another method says the same of inputs that do not.
    is_for_claims : bool
        Whether it explains the claims of a study, and not its outputs.
    in_its_place : tuple of str
        Methods that take its place where they do not; without any, it is refused.
    least_draws : int
        Draws of a replicate below which it is refused.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    words: ClassVar[str]
    arrays: ClassVar[tuple[Entry, ...]]
    options: ClassVar[Mapping[str, Item]] = {}
    labels: ClassVar[Mapping[str, Sequence[Label]]] = {}
    is_for_independent: ClassVar[bool] = False
    is_for_dependent: ClassVar[bool] = False
    is_for_claims: ClassVar[bool] = False
    in_its_place: ClassVar[tuple[str, ...]] = ()
    least_draws: ClassVar[int] = 1

    @abstractmethod
    def wants(self, asked: Asked) -> Wants:
        """Return what is evaluated for it."""

    @abstractmethod
    def estimate(self, data: Any) -> Any:
        """Return what one replicate of what it wants says: its arrays, or what `pool` takes."""

    def to_arrays(self, estimates: Any) -> dict[str, Array]:
        """Return what one replicate says as arrays by name, to be written down."""
        return dict(estimates)

    def from_arrays(self, arrays: Mapping[str, Array]) -> Any:
        """Return what one replicate says, whose `to_arrays` these are."""
        return dict(arrays)

    def still(self, estimates: Any) -> Any:
        """Return what a replicate says in which only rounding varies."""
        return {name: np.full(np.shape(array), np.nan) for name, array in estimates.items()}

    def is_still(self, estimates: Any) -> bool:
        """Tell whether a replicate says nothing, as the output does not vary in it."""
        return not any(bool(np.isfinite(array).any()) for array in estimates.values())

    def of_inputs(self, estimates: Any, places: Sequence[int]) -> Any:
        """Return what a replicate says of some inputs alone."""
        arrays, axes = dict(estimates), {"input", "other_input"}
        for entry in (own for own in self.arrays if own.name in arrays):
            for axis in (k for k, dim in enumerate(entry.dims) if dim in axes):
                arrays[entry.name] = arrays[entry.name].take(places, axis)
        return arrays

    def pool(self, replicates: Sequence[Any]) -> Pooled:
        """Return means over the replicates in which the output varies, and standard errors."""
        from mcsus.analysis.replication import standard_error  # noqa: PLC0415 - SciPy

        known = {entry.name: entry for entry in self.arrays}
        values: dict[str, Array] = {}
        told = [own for own in replicates if not self.is_still(own)] or replicates[:1]
        for key in told[0]:
            each = np.array([estimates[key] for estimates in told])
            values[key] = each.mean(axis=0)
            if known[key].has_error:
                values[known[key].error] = standard_error(each)
        return Pooled(values)

    def reason(self, replicates: Sequence[Any]) -> str:  # noqa: ARG002 - others tell more
        """Return why replicates of a cell that varies say nothing, if so."""
        return ""

    @abstractmethod
    def ranking(self, means: Mapping[str, Array]) -> Array:
        """Return one number for each input: the larger, the more it matters."""

    def told(self, wants: Wants) -> dict[str, str]:  # noqa: ARG002 - others tell more
        """Return what stands beside its arrays."""
        return {}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All arrays of its results."""
        return (*self.arrays, RANK)


class Explained(NamedTuple):
    """What a method says of one output.

    Parameters
    ----------
    inputs : list of str
        In the order of the arrays.
    values : mapping of str to array, shape (cell, ...)
        By name, as `Method.entries` declares them.
    doubts : sequence of str
        Why the numbers of a cell are not known, by cell; empty where they are.
    """

    method: Method
    inputs: list[str]
    values: Mapping[str, Array]
    told: Mapping[str, str | int]
    doubts: Sequence[str] = ()


def pooled(method: Method, replicates: Sequence[Any]) -> Pooled:
    """Return the arrays of one cell, ranks among them, from what each replicate says."""
    values, doubt = method.pool(replicates)
    weights = np.asarray(method.ranking(values))
    ranks = np.zeros(len(weights))
    if np.isfinite(weights).all():  # else the output does not vary: nothing drives it
        ranks[:] = places(weights)
    return Pooled({**values, RANK.name: ranks}, doubt)


def stacked(cells: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """Return the arrays of all cells in one, shape (cell, ...).

    A cell that lacks one, as nothing varies in it, has NaN there, or no text.
    """
    first = {name: array for cell in reversed(cells) for name, array in cell.items()}
    nothing = {
        name: np.full_like(array, "" if np.asarray(array).dtype.kind == "U" else np.nan)
        for name, array in first.items()
    }
    names = dict.fromkeys(name for cell in cells for name in cell)
    return {name: np.stack([cell.get(name, nothing[name]) for cell in cells]) for name in names}


_METHODS: dict[str, Method] = {}

Kind = TypeVar("Kind", bound=type[Method])


def register(kind: Kind) -> Kind:
    """Enter a method; a decorator of its class."""
    _METHODS[kind.name] = kind()
    arrays.ANALYSES[kind.name] = _METHODS[kind.name].entries
    taken_names.cache_clear()
    return kind


def methods() -> Mapping[str, Method]:
    """Return the methods there are, by name: one for each module of `mcsus.analysis.methods`."""
    import_all("mcsus.analysis.methods")
    return _METHODS


@functools.cache
def taken_names() -> frozenset[str]:
    """Return the names that no dim of a study may have: those of results and of analyses."""
    of_methods = [entry for method in methods().values() for entry in method.entries]
    below = [entry for own in of_claims.declared().values() for entry in own.entries]
    return arrays.taken_names([*of_methods, *below, *COMPARISON])
