"""The compiled functions that count draws and fold sums, for every study the same."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType

from mcsus.engine.store import load

_FOLD = '''"""The folding of sums in every mcsus run; generated, safe to delete."""

from numba import njit

from mcsus.counting.folding import FOLD_SIGNATURE, fold_units


@njit(FOLD_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def fold(total, carry, parts):
    fold_units(total, carry, parts)
'''

_BINS = "centre, key, node, low, factor, size, first, child"
_LAYOUT = f"{_BINS}, threshold"

_RECORD = f'''"""What is recorded of the draws of every mcsus kernel; generated, safe to delete."""

from numba import njit

from mcsus.counting import recording


@njit(recording.RECORD_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def record(values, n, pivot, {_LAYOUT}, sums, extremes, counts, shares):
    recording.record_slab(values, n, pivot, {_LAYOUT}, sums, extremes, counts, shares)


@njit(recording.LOCATE_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def locate(x, row, {_BINS}, out):
    recording.locate_values(x, row, {_BINS}, out)
'''


def folding() -> Callable[..., None]:
    """Return what folds sums in their order: `fold_units` of `mcsus.counting.folding`.

    Examples
    --------
    >>> import numpy as np
    >>> total, carry = np.zeros((2, 1))
    >>> folding()(total, carry, np.array([[1.0], [1e100], [1.0], [-1e100]]))
    >>> total + carry
    array([2.])
    """
    return load("fold", _FOLD).fold  # type: ignore[no-any-return]


def recorders() -> ModuleType:
    """Return what records draws: ``record`` and ``locate`` of `mcsus.counting.recording`.

    Examples
    --------
    >>> callable(recorders().record)
    True
    """
    return load("record", _RECORD)
