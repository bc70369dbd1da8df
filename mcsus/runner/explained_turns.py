"""Which claims hold as one input is known to be this or that, and from which value on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import McsusError
from mcsus.runner.explored_json import number, numbers
from mcsus.runner.seen import View
from mcsus.vocabulary import Label

if TYPE_CHECKING:
    from mcsus.runner.explorer import Explorer

Json = dict[str, Any]
Changes = Sequence[Mapping[str, Any]]
Array = NDArray[np.float64]

_DRAWS = 1024
_VALUES, _STEPS = 17, 10
_BEYOND = 10.0
"""So far beyond its law, as a factor, an input above 0 is moved; others by the width of the law."""


def told_turns(
    explorer: Explorer,
    changes: Changes,
    input_: str,
    ends: tuple[float, float],
    output: str,
    labels: Mapping[str, Label],
) -> list[Json]:
    """Return how likely each claim is with an input held at values over and beyond its law.

    Parameters
    ----------
    ends : tuple of float
        Of the law, in its unit.

    Returns
    -------
    list of dict
        Of each claim its ``id``; ``values`` and ``probabilities``; and ``turns``, the values at
        which the probability passes what is asked for, with the side on which it ``holds``.

    Examples
    --------
    >>> from mcsus.runner.explorer import Explorer
    >>> told = told_turns(Explorer("offset_thermostat"), [], "works", (0, 1), "net_footprint", {})
    >>> sorted(told[0])
    ['confidence', 'id', 'probabilities', 'turns', 'values']
    """
    study = explorer.study_of(changes)
    view, claims = View.of_cell(output, labels, study), study.claims

    def chances(value: float) -> Array:
        held = {"input": input_, "lock": value}
        try:
            seen = explorer.see([*changes, held], view, _DRAWS)
        except McsusError:  # it cannot be that, or the model has no value there
            return np.full(len(claims), np.nan)
        return np.array([seen.judgements[claim.id][0].probability for claim in claims])

    values = _values(*ends)
    table = np.array([chances(value) for value in values]).reshape(len(values), len(claims))
    known = np.isfinite(table).all(axis=1)
    values, table = values[known], table[known]
    found = []
    for k, claim in enumerate(claims):
        own_chances, asked = table[:, k], float(claim.confidence)
        passed = np.flatnonzero((own_chances[1:] >= asked) != (own_chances[:-1] >= asked))

        def chance(value: float, k: int = k) -> float:
            return float(chances(value)[k])

        turns = [
            {
                "value": number(_between(chance, values[at], values[at + 1], asked)),
                "holds": "below" if own_chances[at] >= asked else "above",
            }
            for at in passed
        ]
        found.append(
            {"id": claim.id, "values": numbers(values), "probabilities": numbers(own_chances),
             "confidence": asked, "turns": turns}
        )  # fmt: skip
    return found


def _values(low: float, high: float) -> Array:
    """Return values over and beyond a law, rising."""
    if low > 0:
        beyond = np.geomspace(low / _BEYOND, high * _BEYOND, _VALUES)
        return np.concatenate([[0.0], beyond])
    width = high - low or 1.0
    least = low if low == 0 else low - width
    return np.unique(np.concatenate([np.linspace(least, high + width, _VALUES), [low, high]]))


def _between(chance: Callable[[float], float], low: float, high: float, asked: float) -> float:
    """Return the value between two at which a probability passes what is asked for."""
    holds = chance(low) >= asked
    for _ in range(_STEPS):
        middle = float(np.sqrt(low * high)) if low > 0 else (low + high) / 2
        if (chance(middle) >= asked) == holds:
            low = middle
        else:
            high = middle
    return (low + high) / 2
