"""Which cells of an output are looked at closely, where there are many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np


def chosen_cells(
    labels: Sequence[Mapping[str, Any]], sizes: Sequence[float], most: int
) -> list[int]:
    """Return the places of not more than so many cells, in their order.

    Along a numeric dim, such as years, these are the first, the last and some between; else those
    of the largest size.

    Parameters
    ----------
    labels : sequence of mapping of str to str or number
    sizes : sequence of float
        How large the quantity is in each cell.

    Examples
    --------
    >>> years = [{"year": float(year)} for year in range(2020, 2025)]
    >>> chosen_cells(years, [0.0] * 5, 3)
    [0, 2, 4]
    >>> chosen_cells([{"at": name} for name in "abcd"], [1.0, 9.0, 2.0, 3.0], 2)
    [1, 3]
    """
    count = len(labels)
    if count <= most:
        return list(range(count))
    if any(_is_axis([own[dim] for own in labels]) for dim in labels[0]):
        return [int(k) for k in np.unique(np.linspace(0, count - 1, most).round())]
    known = np.nan_to_num(np.abs(np.asarray(sizes, dtype=float)), posinf=0.0)
    return sorted(int(k) for k in np.argsort(-known, kind="stable")[:most])


def _is_axis(labels: Sequence[Any]) -> bool:
    return len(set(labels)) > 1 and not any(isinstance(label, str) for label in labels)
