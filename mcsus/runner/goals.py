"""What a run may be asked to go on until: a share that is known, or a ranking that is settled."""

from __future__ import annotations

import re

from mcsus.errors import Fault, InputError, nearest

RANKING = "ranking"
"""What is asked for in the place of a share."""

_PLACES = 3  # of which nobody says how many
_RANKING = re.compile(rf"{RANKING}(?: +([1-9]\d{{0,5}}))?")
_ALLOWED = (
    f"a share above 0 and below 100 %, such as 0.1% or 0.001; or {RANKING}, of the first three "
    f'inputs, or "{RANKING} 5"'
)


def read_goal(asked: float | str) -> float | str:
    """Return what a run is to go on until: a share, or a ranking of so many places.

    Raises
    ------
    InputError

    Examples
    --------
    >>> read_goal("0.1%"), read_goal("0.25"), read_goal("ranking"), read_goal(" ranking  5")
    (0.001, 0.25, 'ranking', 'ranking 5')
    """
    text = str(asked).strip()
    if is_ranking := _RANKING.fullmatch(text):
        places = int(is_ranking[1] or _PLACES)
        return RANKING if places == _PLACES else f"{RANKING} {places}"
    number = text.removesuffix("%")
    try:
        share = float(number) / (100 if number != text else 1)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        words = re.sub(r"[\W\d_]+", " ", text.lower()).strip()
        raise InputError(Fault(repr(asked), _ALLOWED, ("--until",), nearest(words, [RANKING])))
    return share


def places_asked(goal: float | str | None) -> int | None:
    """Return how many places of a ranking are to be settled; None of another goal.

    Examples
    --------
    >>> places_asked("ranking"), places_asked("ranking 5"), places_asked(0.01)
    (3, 5, None)
    """
    found = _RANKING.fullmatch(goal.strip()) if isinstance(goal, str) else None
    return int(found[1] or _PLACES) if found else None
