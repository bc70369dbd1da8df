"""A whole run of a study that is explored: what it says of what is shown, and its goal."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mcsus.runner.goals import places_asked, read_goal
from mcsus.runner.settings import Limits
from mcsus.study import Study

if TYPE_CHECKING:
    from mcsus.result.tree import Result
    from mcsus.runner.explored import Snapshot
    from mcsus.runner.explorer import Explorer

Json = Mapping[str, Any]

_MOST_IN_ALL, _MOST_POINTS = 1 << 24, 1 << 16
"""Draws of all replicates, and base points of each, of a run that goes on until something holds."""


@dataclass(frozen=True)
class Settled:
    """What a whole run says of a study with changes.

    Attributes
    ----------
    result : Result
    snapshot : Snapshot
        What is shown of it.
    digest : str
        Of its numbers, as ``mcsus run`` prints it.
    command : str
        That gives the same digest; of the study file where there are changes.
    goal : Limits or None
        Until when it was drawn, if not by its design.
    """

    result: Result
    snapshot: Snapshot
    digest: str
    command: str
    goal: Limits | None = None


def goal_of(until: float | str, study: Study) -> Limits:
    """Return until when a run goes on, within what a page may ask for."""
    goal = read_goal(until)
    most = _MOST_POINTS if places_asked(goal) else _MOST_IN_ALL // study.design.replicates
    return Limits(until=goal, max_draws=max(study.design.draws, most))


def settled_of(
    explorer: Explorer,
    result: Result,
    changes: Sequence[Json] = (),
    visible: Json | None = None,
    goal: Limits | None = None,
) -> Settled:
    """Return what a result says of what is shown of a study with changes.

    Parameters
    ----------
    result : Result
        Of that study.
    goal : Limits, optional
        Until when it was drawn.
    """
    from mcsus.runner.explored_result import settled  # noqa: PLC0415 - xarray
    from mcsus.runner.until_lines import until_lines  # noqa: PLC0415

    file, told = f"{explorer.study.id}.toml", []
    if goal is None:
        words = [] if changes else result.provenance["command"]
        words = words or ["mcsus", "run", file]
    else:
        words = ["mcsus", "run", file if changes else explorer.study.id]
        words += ["--until", str(goal.until), "--max-draws", str(goal.max_draws)]
        told = [line.removeprefix("mcsus: ") for line in until_lines(result, goal)]
    command = shlex.join(words)
    shown = explorer.evaluate(changes, visible, ranking=0)
    snapshot = replace(settled(shown, result, command), until=tuple(told))
    return Settled(result, snapshot, str(snapshot.digest), command, goal)
