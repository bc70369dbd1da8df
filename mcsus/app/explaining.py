"""What the page asks of the model behind its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

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
    return told_means(explorer, asked.get("changes", []), _labels(asked), output)


def moves(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell where the output goes as one input at a time is moved."""
    from mcsus.runner.explained_model import told_moves  # noqa: PLC0415 - numba

    changes, output = asked.get("changes", []), str(asked.get("output"))
    return told_moves(explorer, changes, output, _labels(asked))


def checked(explorer: Explorer, asked: Asked) -> dict[str, Any]:
    """Tell nothing of changes that can be made; others are refused, in the words of a check."""
    explorer.study_of(asked.get("changes", []))
    return {}


def _labels(asked: Asked) -> dict[str, Any]:
    labels = asked.get("labels")
    return dict(labels) if isinstance(labels, Mapping) else {}
