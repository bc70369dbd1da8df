"""The smaller nouns of a study: what is asked of its outputs, and its scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from mcsus.analysis.base import DEFAULT_METHODS
from mcsus.expressions import Expression
from mcsus.faces import card_of
from mcsus.model import Equation
from mcsus.streams import Design
from mcsus.units import Unit
from mcsus.vocabulary import Label, Relation

GROUPINGS = ("none", "stage", "source", "evidence", "label")
ALL = "all"
"""In the place of the names of methods: all that apply."""

TOGETHER = " & "
"""Between names of parameters that are one input."""

COPULAS = ("gaussian", "student_t", "comonotone", "countermonotone")


@dataclass(frozen=True)
class Sensitivity:
    """Which sensitivity analyses are asked for.

    Parameters
    ----------
    methods : tuple of str
        Names, or `ALL`.
    group_by : {"none", "stage", "source", "evidence", "label"}
        How parameters are put together; ignored when `groups` is given. By label, what all of them
        draw for a label is one group.
    groups : mapping of str to tuple of str
        Explicit groups: name -> names of parameters. A parameter in no group stands alone.
    also_by : tuple of str
        Further groupings whose indices stand beside, from the same points: stage, source, evidence,
        label.
    by_label : bool or tuple of str
        Parameters of which every label that is drawn by itself is an input; True for those whose
        total order, over their labels, is a tenth or more.
    draws : int
        Base points per replicate, a power of two.
    replicates : int
        Independent repetitions, from which the errors come; those of the design by default.
    options : mapping
        What the methods are asked for beside: the values of their own keys.
    """

    methods: tuple[str, ...] = DEFAULT_METHODS
    outputs: tuple[str, ...] = ()
    group_by: str = "none"
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    also_by: tuple[str, ...] = ()
    by_label: bool | tuple[str, ...] = ()
    draws: int = 4096
    replicates: int = Design.replicates
    options: Mapping[str, Any] = field(default_factory=dict)

    OWN: ClassVar = (
        *("methods", "outputs", "group_by", "groups", "also_by", "by_label"),
        *("draws", "replicates"),
    )

    @property
    def is_all(self) -> bool:
        """Whether all methods are asked for that apply."""
        return ALL in self.methods

    def labelled(self, names: Iterable[str]) -> list[str]:
        """Return which of some parameters are split by their labels."""
        asked = self.by_label
        return list(names) if asked is True else [n for n in names if asked and n in asked]

    @property
    def table(self) -> dict[str, Any]:
        """What the table of a file would say."""
        return {**{key: getattr(self, key) for key in self.OWN}, **self.options}


class CopulaGroup(NamedTuple):
    """Parameters that are drawn together.

    Parameters
    ----------
    correlation : tuple of tuple of float
        Of the normal scores, in the order of the names, after conversion and repair.
    streams : frozenset of str
        Keys of the streams of all their cells.
    over : str
        The dim whose labels are drawn together, of one parameter; empty for parameters.
    scenario : str
        Where it holds in the place of that of the study; empty for the study as written.
    """

    parameters: tuple[str, ...]
    copula: str
    correlation: tuple[tuple[float, ...], ...]
    df: float | None = None
    streams: frozenset[str] = frozenset()
    over: str = ""
    scenario: str = ""

    @property
    def title(self) -> str:
        """Name of the parameters together."""
        return TOGETHER.join(self.parameters)


def together(dependence: Iterable[CopulaGroup]) -> dict[str, tuple[str, ...]]:
    """Return the parameters that hang together somewhere, by the title of all of them.

    Examples
    --------
    >>> groups = [CopulaGroup(names, "gaussian", ()) for names in (("a", "b"), ("c", "b"))]
    >>> together(groups)
    {'a & b & c': ('a', 'b', 'c')}
    """
    sets: list[tuple[str, ...]] = []
    for group in dependence:
        if group.over:  # one parameter
            continue
        met = [known for known in sets if not set(known).isdisjoint(group.parameters)]
        whole = dict.fromkeys(name for known in (*met, group.parameters) for name in known)
        sets = [known for known in sets if known not in met] + [tuple(whole)]
    return {TOGETHER.join(names): names for names in sets}


class Reading(NamedTuple):
    """A dim that a claim reads a quantity along, so that the quantity has to carry it.

    Parameters
    ----------
    keys : tuple of str
        Where the claim says so, in its table.
    """

    keys: tuple[str, ...]
    dim: str
    expression: Expression


class Margin(NamedTuple):
    """What a claim comes to: a number for each draw whose sign decides.

    Parameters
    ----------
    expression : Expression
        In coherent base units: above 0 where the claim holds, 0 at equality.
    quantity : str
        What a picture of the claim shows, in the words of the study.
    relation : Relation
        How that compares with `value`; says whether the claim holds at equality.
    value : float
        In `unit`; the quantity shown is `value` plus or minus the margin.
    beside : Expression, optional
        What is told of the draws beside the margin, in `unit`, where the quantity shown is not it:
        a payback that is compared with an uncertain life.
    beside_name : str
        Its name.
    reads : tuple of Reading
        Dims that the claim reads its quantities along.
    is_sign : bool
        Whether only its sign means something, as where claims in unlike units are joined.
    is_ratio : bool
        Whether it is about a ratio, which is without bound where the divisor is not above 0.
    tested : str
        What must hold, where that is not said by quantity, relation and value.
    """

    expression: Expression
    unit: Unit
    quantity: str
    relation: Relation
    value: float = 0.0
    beside: Expression | None = None
    beside_name: str = ""
    reads: tuple[Reading, ...] = ()
    is_sign: bool = False
    is_ratio: bool = False
    tested: str = ""

    @property
    def condition(self) -> str:
        """What must hold, in the words of the study."""
        unit = "" if self.unit.text == "1" else f" {self.unit.text}"
        return self.tested or f"{self.quantity} {self.relation.symbol} {self.value:g}{unit}"


class Claim(NamedTuple):
    """A statement and the confidence it must reach.

    Parameters
    ----------
    confidence : float
        Probability, strictly between 0 and 1, that it must reach.
    required : bool
        Whether the run fails (exit code 1) when a cell of the claim is not supported.
    table : mapping
        The values of its keys in a study file.
    """

    id: str
    statement: str
    confidence: float
    required: bool
    margin: Margin
    table: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"Claim {self.id}: {self.statement}\n  {self.tested}, at {self.confidence:g}"

    def _repr_html_(self) -> str:
        return card_of(self)

    @property
    def equation(self) -> Equation:
        """The margin as an equation of the model."""
        name = f"claim:{self.id}"
        return Equation(name, self.margin.unit, self.margin.expression, self.statement)

    @property
    def at(self) -> dict[str, Label]:
        """The labels at which alone it is to hold."""
        return dict(self.table.get("at") or {})

    @property
    def tested(self) -> str:
        """What must hold and where, in the words of the study."""
        each = [
            f"{dim} {label if isinstance(label, str) else format(label, '.12g')}"
            for dim, label in self.at.items()
        ]
        return f"{self.margin.condition}, at {', '.join(each)}" if each else self.margin.condition

    @property
    def equations(self) -> tuple[Equation, ...]:
        """The margin, and what is told beside it."""
        margin = self.equation
        if self.margin.beside is None:
            return (margin,)
        beside = Equation(f"{margin.name}:beside", self.margin.unit, self.margin.beside)
        return margin, beside


LabelPair = tuple[Label, Label]
"""A label, and the one that it is compared with."""


class Compared(NamedTuple):
    """What is compared, draw by draw.

    Parameters
    ----------
    pairs : mapping of str to tuple
        Dim -> pairs of its labels.
    outputs : tuple of str
        The outputs that are asked for; empty for all, as far as they are few.
    confidence : float
        Share of the draws from which two are told apart.
    unlike : mapping of str to tuple
        Dim -> two labels whose functional units differ, so that its labels have no ranks.
    """

    pairs: Mapping[str, tuple[LabelPair, ...]]
    outputs: tuple[str, ...] = ()
    confidence: float = 0.95
    unlike: Mapping[str, LabelPair] = {}


NOTHING_COMPARED = Compared({})


class Scenario(NamedTuple):
    """A variant of the study: some parameters with other laws, on the same draws.

    Parameters
    ----------
    id : str
        Its label on the dim `scenario`.
    title : str
        Its name for people; the id when the file gives none.
    """

    id: str
    title: str
    changes: tuple[str, ...] = ()
