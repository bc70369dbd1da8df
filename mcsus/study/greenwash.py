"""Words that Directive (EU) 2024/825 forbids in public claims, in what a study says of itself.

The Directive (https://eur-lex.europa.eu/eli/dir/2024/825/oj) adds to Annex I of Directive
2005/29/EC: generic environmental claims without recognised excellent performance (4a; examples in
recital 9), and claims that a product has a neutral, reduced or positive impact on the environment
by greenhouse gases, based on offsetting (4c; examples in recital 12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from mcsus.vocabulary import Caution

if TYPE_CHECKING:
    from mcsus.study.definition import Study

KIND = "greenwash"

_GAS = r"(?:carbon|climate|CO2e?|CO₂e?|GHG|greenhouse[ -]gas)"


class _Rule(NamedTuple):
    """Words that one ban covers, and what it says of them."""

    words: re.Pattern[str]
    why: str


def _rule(patterns: list[str], why: str) -> _Rule:
    return _Rule(re.compile(rf"\b(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE), why)


_RULES = (
    _rule(
        [
            rf"{_GAS}[ -]neutral(?:ity|ly)?",
            rf"{_GAS}[ -](?:positive|negative|compensated|free)",
            rf"(?:{_GAS}[ -])?net[ -]zero",
            rf"zero[ -](?:{_GAS}|emissions?)",
            r"reduced climate impact",
            r"limited CO2 footprint",
            r"emissions?[ -]free",
            rf"{_GAS}(?: emissions?)?[ -](?:compensated|offset) for",
        ],
        "in a claim to the public where it rests on offsetting (Annex I, 4c)",
    ),
    _rule(
        [
            r"(?:environmentally|eco|climate|carbon|planet|earth)[ -]?friendly",
            r"(?:environmentally|climate|eco)[ -](?:correct|conscious)",
            r"nature['\u2019]s friend",
            r"(?:gentle on|good for|kind to) the (?:environment|climate|planet)",
            r"green(?! (?:deal|hydrogen|roofs?|light))",
            r"ecological(?:ly)?",
            r"sustainabl[ey]",
            r"energy[ -]efficient",
            r"biodegradable",
            r"bio[ -]?based",
        ],
        "in a claim to the public as a general word, without recognised excellent environmental "
        "performance (Annex I, 4a)",
    ),
)


def forbidden(text: str) -> tuple[str, str] | None:
    """Return the first words of a text that a public claim may not have, and why; None if none.

    Examples
    --------
    >>> forbidden("A carbon-neutral thermostat")[0], forbidden("Greenhouse heating")
    ('carbon-neutral', None)
    """
    found = ((match, rule.why) for rule in _RULES if (match := rule.words.search(text)))
    first = min(found, key=lambda pair: pair[0].start(), default=None)
    return None if first is None else (first[0][0], first[1])


def greenwash(study: Study) -> Iterator[Caution]:
    """Yield a caution for each text of a study that says what a public claim may not."""
    for where, what, text in _texts(study):
        told = forbidden(text)
        if told is not None:
            yield Caution(
                KIND,
                where,
                f"{what} says {told[0]!r}, which Directive (EU) 2024/825 forbids {told[1]}; say "
                "what is avoided, against what, and how surely",
            )


def _texts(study: Study) -> Iterator[tuple[str, str, str]]:
    """Yield where each text stands, what it is called and the text."""
    for key in ("title", "question", "functional_unit"):
        yield "", f"the {key.replace('_', ' ')} of the study", getattr(study, key)
    for claim in study.claims:
        yield claim.id, f"the statement of the claim {claim.id!r}", claim.statement
    for scenario in study.scenarios:
        yield scenario.id, f"the title of the scenario {scenario.id!r}", scenario.title
    outputs = study.document.get("outputs", {})
    for name in study.outputs:
        table = outputs.get(name)
        title = table.get("title", "") if isinstance(table, dict) else ""
        yield name, f"the title of the output {name!r}", title
