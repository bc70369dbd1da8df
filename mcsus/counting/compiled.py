"""The compiled functions that count and sort draws and fold sums, for every study the same."""

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

_LAYOUT = "centre, key, start, drop, exact"

_RECORD = f'''"""What is recorded of the draws of every mcsus kernel; generated, safe to delete."""

from numba import njit

from mcsus.counting.recording import RECORD_SIGNATURE, record_slab


@njit(RECORD_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def record(values, n, pivot, {_LAYOUT}, sums, extremes, counts, shares):
    record_slab(values, n, pivot, {_LAYOUT}, sums, extremes, counts, shares)
'''

_SORT = '''"""The sorting of draws in every mcsus run; generated, safe to delete."""

from numba import njit

from mcsus.counting.radix import MERGE_SIGNATURE, ROWS_SIGNATURE, merge_rows, sort_rows


@njit(ROWS_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def rows(values, out):
    sort_rows(values, out)


@njit(MERGE_SIGNATURE, nogil=True, cache=True, error_model="numpy")
def merge(rows, out):
    merge_rows(rows, out)
'''


def folding() -> Callable[..., None]:
    """Return what folds sums in their order: `fold_units` of `mcsus.counting.folding`."""
    return load("fold", _FOLD).fold  # type: ignore[no-any-return]


def recorder() -> Callable[..., None]:
    """Return what records draws: `record_slab` of `mcsus.counting.recording`."""
    return load("record", _RECORD).record  # type: ignore[no-any-return]


def sorting() -> ModuleType:
    """Return what sorts: `rows` and `merge`, which are `mcsus.counting.radix`."""
    return load("sort", _SORT)
