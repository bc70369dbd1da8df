"""What the page asks of the model behind its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mcsus.declared.reader import finite, shown
from mcsus.errors import Fault, InputError

if TYPE_CHECKING:
    from mcsus.runner.explorer import Explorer

Asked = Mapping[str, Any]


def model(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell the equations, and what was added to them."""
    from mcsus.runner.explained_model import told_model  # noqa: PLC0415 - numba

    return told_model(explorer, asked.get("changes", []))


def means(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell what each equation comes to, and its share of the variance of an output."""
    from mcsus.runner.explained_model import told_means  # noqa: PLC0415 - numba

    output = str(asked.get("output", ""))
    return told_means(explorer, asked.get("changes", []), asked.get("labels", {}), output)


def moves(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell where the output goes as one input at a time is moved."""
    from mcsus.runner.explained_model import told_moves  # noqa: PLC0415 - numba

    changes, output = asked.get("changes", []), str(asked.get("output"))
    return told_moves(explorer, changes, output, asked.get("labels", {}))


def goal(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell what inputs would have to be for the mean of an output to reach a goal."""
    from mcsus.runner.explained_goal import MOST_INPUTS, told_goal  # noqa: PLC0415 - numba

    inputs, ratio = asked.get("inputs"), finite(asked.get("ratio"))
    if ratio is None or not isinstance(inputs, list) or len(inputs) > MOST_INPUTS:
        allowed = f"a ratio, and at most {MOST_INPUTS} inputs"
        raise InputError(Fault(shown(asked.get("ratio")), allowed, ("ratio",)))
    output, changes = str(asked.get("output")), asked.get("changes", [])
    found = told_goal(
        explorer, changes, output, asked.get("labels", {}), list(map(str, inputs)), ratio
    )
    return {"goals": found}


def turns(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell which claims hold as an input is known to be this or that."""
    from mcsus.runner.explained_turns import told_turns  # noqa: PLC0415 - numba

    given = asked.get("ends")
    ends = [finite(end) for end in given] if isinstance(given, list) else []
    match ends:
        case [float(low), float(high)] if low <= high:
            pass
        case _:
            raise InputError(Fault(shown(given), "two numbers, the lower one first", ("ends",)))
    input_, output = str(asked.get("input")), str(asked.get("output"))
    changes = asked.get("changes", [])
    return {
        "claims": told_turns(
            explorer, changes, input_, (low, high), output, asked.get("labels", {})
        )
    }


def checked(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell nothing of changes that can be made; others are refused, in the words of a check."""
    from mcsus.runner.seen import View  # noqa: PLC0415 - numba

    changes = asked.get("changes", [])
    study = explorer.study_of(changes)
    if any("formula" in change for change in changes[-1:]):
        explorer.see(changes, View.read(None, study))  # refuses what is not finite
    return {}
