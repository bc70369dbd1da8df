"""What each input by itself would have to be for the mean of an output to reach a goal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mcsus.errors import McsusError
from mcsus.runner.explored_json import number
from mcsus.runner.seen import View
from mcsus.vocabulary import Label

if TYPE_CHECKING:
    from mcsus.runner.explorer import Explorer

Json = dict[str, Any]
Changes = Sequence[Mapping[str, Any]]

MOST_INPUTS = 16
"""How many inputs are asked at a time."""

_DRAWS = 1024
_FACTORS = (1 / 16, 1 / 4, 4.0, 16.0)
"""As far as an input is moved: each way the nearer one first, then the farther."""
_STEPS, _NEAR = 12, 1e-3


def told_goal(
    explorer: Explorer,
    changes: Changes,
    output: str,
    labels: Mapping[str, Label],
    inputs: Sequence[str],
    ratio: float,
) -> list[Json]:
    """Return by what each input has to be multiplied for the mean to be so much of what it is.

    All its draws are, so its spread stays in proportion; all else is as it is.

    Parameters
    ----------
    inputs : sequence of str
        That are asked, at most `MOST_INPUTS`.
    ratio : float
        Wanted mean over the mean now.

    Returns
    -------
    list of dict
        Of each input ``factor``, None where none from a sixteenth to sixteen times will do; then
        ``nearest`` is the ratio that comes nearest and ``at`` the factor of it.

    Examples
    --------
    >>> from mcsus.runner.explorer import Explorer
    >>> explorer = Explorer("mcu_chip")
    >>> [own] = told_goal(explorer, [], "chip_factor", {}, ["silicon_study_ratio"], 0.5)
    >>> 0.3 < own["factor"] < 0.5
    True
    """
    view = View.of_cell(output, labels, explorer.study_of(changes))

    def mean(*more: Mapping[str, Any]) -> float:
        seen = explorer.see([*changes, *more], view, _DRAWS)
        return float(seen.values[output][0].mean())

    now = mean()
    if not np.isfinite(now) or now == 0:
        return []

    def of(name: str) -> Callable[[float], float]:
        return lambda by: mean({"input": name, "scale": by}) / now

    return [{"input": name, **_reached(of(name), ratio)} for name in inputs[:MOST_INPUTS]]


def _reached(ratio_at: Callable[[float], float], wanted: float) -> Json:
    """Return the factor at which a ratio is what is wanted, or how near to it one comes."""

    def known(by: float) -> float:
        try:
            return ratio_at(by)
        except McsusError:  # the law cannot be, or the model has no value there
            return np.nan

    ratios = {by: known(by) for by in _FACTORS} | {1.0: 1.0}
    found = [by for by in sorted(ratios, key=lambda by: abs(np.log(by))) if np.isfinite(ratios[by])]
    for by in found[1:]:
        inner = by**0.5 if by in (1 / 16, 16.0) and (by**0.5) in found else 1.0
        if (ratios[inner] - wanted) * (ratios[by] - wanted) <= 0:
            return {"factor": number(_between(known, inner, by, ratios[inner], wanted))}
    nearest = min(found, key=lambda by: abs(ratios[by] - wanted))
    return {"factor": None, "nearest": number(ratios[nearest]), "at": nearest}


def _between(
    ratio_at: Callable[[float], float], one: float, other: float, at_one: float, wanted: float
) -> float:
    """Return the factor between two at which a ratio is what is wanted, by halving."""
    for _ in range(_STEPS):
        middle = float(np.sqrt(one * other))
        at_middle = ratio_at(middle)
        if abs(at_middle - wanted) < _NEAR:
            return middle
        if (at_one - wanted) * (at_middle - wanted) <= 0:
            other = middle
        else:
            one, at_one = middle, at_middle
    return float(np.sqrt(one * other))
