"""Words that every part of the code shares: labels, relations, verdicts, scenarios."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Label = str | int | float
"""A label of a dim: text, or a number on a numeric dim."""

MAX_LABEL = 200
"""Characters of a label at most."""

LABEL_WORDS = (
    f"texts in quotes of at most {MAX_LABEL} characters, without line breaks or signs that cannot "
    "be seen, and without spaces at their ends"
)
"""What a label that is a text may be."""


def is_label(text: str) -> bool:
    r"""Tell whether a text can be a label: a name that can be read and typed.

    Examples
    --------
    >>> is_label("electricity, high voltage {DE}| market for | Cut-off, U"), is_label("two\nlines")
    (True, False)
    """
    return 0 < len(text) <= MAX_LABEL and text == text.strip() and text.isprintable()


SCENARIO = "scenario"
"""Name of the dim that scenarios become."""

BASE = "base"
"""Label of the study as written on the dim `scenario`."""

IN_EVIDENCE, NOT_ASSESSED = "in the evidence", "not assessed"
"""Answers of an assessment that are no text of their own; a reason may follow a colon."""

_STANDING = re.compile(rf"({IN_EVIDENCE}|{NOT_ASSESSED})(?:[.]?\Z|[:;,.(]\s*)", re.IGNORECASE)


def standing(answer: str) -> tuple[str, str]:
    """Return whether an answer says in the evidence or not assessed, and what it says beside.

    Examples
    --------
    >>> standing("Not assessed: less heat"), standing("0.1 to 0.3")
    (('not assessed', 'less heat'), ('', '0.1 to 0.3'))
    """
    found = _STANDING.match(answer.strip())
    return (found[1].lower(), answer.strip()[found.end() :]) if found else ("", answer)


Progress = Callable[[str, int, int], None]
"""Called with what is being done, the draws done and the draws in all."""


@dataclass(frozen=True)
class Caution:
    """What a reader should know before quoting a result.

    Parameters
    ----------
    kind : str
        What it warns of, one word for programs: ``no_mean``, ``impossible``, ``unused`` ...
    where : str
        Name of the output, parameter, claim or scenario; empty for the whole study.
    text : str
        A sentence without its full stop.
    """

    kind: str
    where: str
    text: str


class _Word(StrEnum):
    """A word of a study or a result: it is the text, also where it is quoted."""

    def __repr__(self) -> str:
        return repr(self.value)


class Relation(_Word):
    """How a claim compares a quantity with a value.

    Examples
    --------
    >>> Relation("<=").words, Relation("<=").symbol, Relation("<=").sign
    ('at most', '≤', -1)
    """

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="

    @property
    def sign(self) -> int:
        """1 where the quantity is to be large, -1 where it is to be small."""
        return 1 if self in {Relation.MORE, Relation.AT_LEAST} else -1

    @property
    def is_below(self) -> bool:
        """Whether the relation holds below the value."""
        return self.sign < 0

    @property
    def is_strict(self) -> bool:
        """Whether the relation does not hold at the value itself."""
        return self in {Relation.LESS, Relation.MORE}

    @property
    def words(self) -> str:
        """The relation in words."""
        return _RELATIONS[self][0]

    @property
    def symbol(self) -> str:
        """The relation as one mathematical sign."""
        return _RELATIONS[self][1]

    def holds(self, quantity: Any, value: Any) -> Any:
        """Tell where a quantity, or each of an array of them, satisfies the relation."""
        return _RELATIONS[self][2](quantity, value)


_RELATIONS: dict[Relation, tuple[str, str, Callable[[Any, Any], Any]]] = {
    Relation.LESS: ("below", "<", operator.lt),
    Relation.AT_MOST: ("at most", "≤", operator.le),
    Relation.MORE: ("above", ">", operator.gt),
    Relation.AT_LEAST: ("at least", "≥", operator.ge),
}


class Verdict(_Word):
    """What follows of a claim.

    Examples
    --------
    >>> Verdict("not_supported").words
    'not supported'
    """

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    UNDECIDED = "undecided"

    @property
    def words(self) -> str:
        """The verdict in words."""
        return self.value.replace("_", " ")

    @property
    def is_open(self) -> bool:
        """Whether more draws could turn it."""
        return self is Verdict.UNDECIDED


EFFECT = 0.2
"""Size of an effect, a mean over its standard deviation, below which it is called small.

A. Mendoza Beltran et al. (2018), doi:10.1021/acs.est.7b06365; more draws do not change it, as they
do a p-value: R. Heijungs (2021), doi:10.1007/s11367-020-01848-7.
"""


class Apart(_Word):
    """Whether one of two is lower in so many draws that they are told apart."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"
    UNDECIDED = "undecided"


_LIKELIHOOD = (
    (0.99, "virtually certain"),
    (0.95, "extremely likely"),
    (0.9, "very likely"),
    (0.66, "likely"),
    (0.33, "about as likely as not"),
    (0.1, "unlikely"),
    (0.05, "very unlikely"),
    (0.01, "extremely unlikely"),
)

LIKELIHOOD_SOURCE = (
    "M. D. Mastrandrea et al. (2010), Guidance Note for Lead Authors of the IPCC Fifth Assessment "
    "Report on Consistent Treatment of Uncertainties, table 1"
)
"""Where the words for probabilities are from."""


def likelihood(probability: float) -> str:
    """Return the calibrated word for a probability, the narrowest that holds.

    The scale of the IPCC (`LIKELIHOOD_SOURCE`), whose ranges hold each other: what is very likely
    is likely too. At an end the stronger word holds, as it does there: 90 to 100 % is very likely.

    Examples
    --------
    >>> [likelihood(p) for p in (1.0, 0.95, 0.9, 0.6, 0.2, 0.1, 0.001)]
    ... # doctest: +NORMALIZE_WHITESPACE
    ['virtually certain', 'extremely likely', 'very likely', 'about as likely as not', 'unlikely',
     'very unlikely', 'exceptionally unlikely']
    """
    for least, words in _LIKELIHOOD[:5]:
        if probability >= least:
            return words
    for least, words in _LIKELIHOOD[5:]:
        if probability > least:
            return words
    return "exceptionally unlikely"


def likelihood_between(low: float, high: float) -> str:
    """Return the words for a probability that is known to lie between two.

    Examples
    --------
    >>> likelihood_between(0.001, 0.95), likelihood_between(0.995, 0.999)
    ('exceptionally unlikely to extremely likely', 'virtually certain')
    """
    ends = dict.fromkeys((likelihood(low), likelihood(high)))
    return " to ".join(ends)
