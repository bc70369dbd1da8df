"""Which earlier changes another one may need: what they add, it may speak of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mcsus.study.altered import MORE

if TYPE_CHECKING:
    from mcsus.study import Study


def additions_for(
    change: Mapping[str, Any], earlier: Sequence[Mapping[str, Any]], study: Study
) -> list[Mapping[str, Any]]:
    """Return earlier changes that a change may need: inputs and equations that were added.

    A change of an input of the study needs none of them; that of one that was added, and a formula,
    which may speak of it, need all.

    Parameters
    ----------
    study : Study
        As it was opened.

    Examples
    --------
    >>> from mcsus.study import load_study
    >>> added = {"add": "constant", "name": "courier"}
    >>> study = load_study("tinyml_device")
    >>> additions_for({"input": "courier", "scale": 2}, [added], study) == [added]
    True
    >>> additions_for({"input": "pue", "scale": 2}, [added], study)
    []
    """
    known = {own.name for own in study.parameters}
    if change.get("input") in known and not any(key in change for key in MORE):
        return []
    return [own for own in earlier if any(key in own for key in MORE)]
