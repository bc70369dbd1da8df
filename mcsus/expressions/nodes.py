"""The nodes of a formula: one small tree that formulas and Python equations share.

Nodes are immutable, compare by content (their `position` in the text does not count) and
hash in constant time, so that a compiler can number equal subtrees. Comparing and hashing
use no recursion: a sum of 250 terms is a deep tree.
"""

from __future__ import annotations

import itertools
import keyword
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, TypeAlias

from mcsus.errors import Fault, InputError, nearest
from mcsus.expressions.language import is_reserved
from mcsus.units import DIMENSIONLESS, Dimension
from mcsus.vocabulary import Label

MAX_CHARACTERS = 2000
MAX_NODES = 500

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


class Node:
    """Base of the nodes: equality, hash and children."""

    __slots__ = ("_hash",)
    _hash: int

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((type(self).__name__, *self.content())))

    def content(self) -> tuple[object, ...]:
        """Return the fields that make two nodes equal, in order."""
        kind: Any = type(self)
        return tuple(getattr(self, name) for name in _content_names(kind))

    def children(self) -> tuple[Expression, ...]:
        """Return the nodes directly below, from left to right."""
        below: list[Expression] = []
        for item in self.content():
            below.extend(item if isinstance(item, tuple) else [item])  # type: ignore[list-item]
        return tuple(item for item in below if isinstance(item, Node))

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Rebuilt, not restored: hashes of text differ from one process to the next.
        return type(self), tuple(getattr(self, item.name) for item in fields(type(self)))  # type: ignore[arg-type]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Node):
            return NotImplemented
        pairs: list[tuple[object, object]] = [(self, other)]
        while pairs:
            one, two = pairs.pop()
            if one is two:
                continue
            if isinstance(one, Node) and isinstance(two, Node):
                if type(one) is not type(two) or one._hash != two._hash:
                    return False
                one, two = one.content(), two.content()
            if isinstance(one, tuple) and isinstance(two, tuple):
                if len(one) != len(two):
                    return False
                pairs.extend(zip(one, two, strict=True))
            elif one != two:
                return False
        return True


@cache
def _content_names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind) if item.compare)


@dataclass(frozen=True, eq=False)
class Number(Node):
    """A finite number; of a formula, without a unit.

    Parameters
    ----------
    value : float
        The number, in coherent base units; `0` without a unit takes any.
    position : int
        1-based column in the text the node came from, 0 if there is none.
    dimension : Dimension
        Of a value that a study gives with its unit, such as what a claim compares with.
    """

    value: float
    position: int = field(default=0, compare=False)
    dimension: Dimension = field(default=DIMENSIONLESS, repr=False)

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise InputError(Fault(f"the number {self.value}", "a finite number", place(self)))
        super().__post_init__()


@dataclass(frozen=True, eq=False)
class Name(Node):
    """A parameter, an equation, or a numeric dim read as a plain number."""

    id: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Negate(Node):
    """Minus its argument."""

    arg: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Binary(Node):
    """``left op right`` with `op` one of ``+ - * / **``."""

    op: str
    left: Expression
    right: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Compare(Node):
    """``left op right`` with `op` one of ``< <= > >= == !=``; only the condition of a `where`."""

    op: str
    left: Expression
    right: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Logical(Node):
    """Two conditions joined by `op`, one of ``and or``; itself a condition of a `where`."""

    op: str
    left: Expression
    right: Expression
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Call(Node):
    """A function of `FUNCTIONS` applied to its arguments."""

    function: str
    args: tuple[Expression, ...]
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class Reduce(Node):
    """A reduction (`kind` one of `REDUCTIONS`) over one dim."""

    kind: str
    arg: Expression
    over: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class At(Node):
    """``at(arg, dim=source)``: `arg`, which carries `dim`, read along the dim `source`."""

    arg: Expression
    dim: str
    source: str
    position: int = field(default=0, compare=False)


@dataclass(frozen=True, eq=False)
class AtLabel(Node):
    """``at(arg, dim=label)``: `arg`, which carries `dim`, read at one label of it.

    A value that does not carry the dim of scenarios is the same in each of them.
    """

    arg: Expression
    dim: str
    label: str | float
    position: int = field(default=0, compare=False)

    def index(self, labels: Sequence[Label]) -> int:
        """Return the place of the label among those of the dim, or refuse it.

        Examples
        --------
        >>> AtLabel(Name("sales"), "year", 2025.0).index((2024, 2025))
        1
        """
        if self.label in labels:
            return labels.index(self.label)
        texts = [label for label in labels if isinstance(label, str)]
        if not texts:
            even = all(b - a == 1 for a, b in itertools.pairwise(map(float, labels)))
            ends = f"{labels[0]} to {labels[-1]}"
            known = ", ".join(map(str, labels)) if len(labels) <= 12 else f"the labels from {ends}"
            allowed = f"a number from {ends}" if even else f"one of {known}"
            allowed += ", without quotes"
        elif len(texts) <= 12:
            allowed = f"one of {', '.join(map(repr, texts))}"
        else:
            allowed = f"one of the {len(texts)} labels of {self.dim!r}"
        numbers = [label for label in labels if not isinstance(label, str)]
        if numbers and isinstance(self.label, float):
            wanted = self.label
            near: str | None = str(min(numbers, key=lambda label: abs(label - wanted)))
        else:
            near = nearest(str(self.label), [str(label) for label in labels])
        found = f"unknown label {label_text(self.label)} of {self.dim!r}"
        raise InputError(Fault(found, allowed, place(self), near))


Expression: TypeAlias = (
    Number | Name | Negate | Binary | Compare | Logical | Call | Reduce | At | AtLabel
)


def label_text(label: str | float) -> str:
    r"""Write a label as formulas do.

    Examples
    --------
    >>> label_text("coin"), label_text(2030.0)
    ('"coin"', '2030')
    >>> print(label_text('a "large" one'))
    "a \"large\" one"
    """
    if isinstance(label, str):
        return '"' + re.sub(r'(["\\])', r"\\\1", label) + '"'
    return repr(label).removesuffix(".0")


def label_of(text: str) -> str:
    """Return the label that stands in quotes: a backslash goes before a quote or a backslash.

    Examples
    --------
    >>> label_of(label_text('a "large" one'))
    'a "large" one'
    """
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield every node in the order in which the text names them, without recursion."""
    pending = [expression]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.children()))


def names(expression: Expression) -> tuple[str, ...]:
    """Return the free names in order of first appearance; dims of `over` and `at` are none.

    Examples
    --------
    >>> names(Binary("*", Name("power"), Binary("+", Name("power"), Name("standby"))))
    ('power', 'standby')
    """
    return tuple(dict.fromkeys(node.id for node in walk(expression) if isinstance(node, Name)))


def check_name(name: str) -> None:
    """Refuse a name that the formula language cannot use.

    Parameters
    ----------
    name : str
        A letter, then letters, digits and underscores; no word of the language or of Python.

    Examples
    --------
    >>> check_name("fab_yield")
    >>> check_name("yield")
    Traceback (most recent call last):
    mcsus.errors.InputError: name: found 'yield', a word of Python; allowed: ...
    """
    if not isinstance(name, str) or not _NAME.match(name):
        raise InputError(
            Fault(f"the name {name!r}", "a letter, then letters, digits or '_'", ("name",))
        )
    if is_reserved(name):
        kind = "word of Python" if keyword.iskeyword(name) else "word of the formula language"
        raise InputError(Fault(f"{name!r}, a {kind}", "another name", ("name",), f"{name}_value"))


def unknown_name(name: str, known: tuple[str, ...], where: tuple[str, ...]) -> InputError:
    """Return the error for a name that nothing defines."""
    allowed = f"one of {', '.join(sorted(known))}" if 0 < len(known) <= 12 else "a defined name"
    return InputError(Fault(f"unknown name {name!r}", allowed, where, nearest(name, known)))


def place(node: Node) -> tuple[str, ...]:
    """Return where a node stands, as the `where` of a fault."""
    column: int = getattr(node, "position", 0)
    return (f"column {column}",) if column else ()
