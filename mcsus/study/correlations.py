"""The correlations of a ``[[dependence]]`` table: a number or a matrix, valid or repaired."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mcsus.declared.reader import TableReader, finite, shown
from mcsus.dependence.correlation import (
    distance,
    is_valid,
    nearest_correlation,
    normal_from_rank,
    rank_from_normal,
    rank_from_student,
    student_from_rank,
)
from mcsus.vocabulary import Label

Array = NDArray[np.float64]

_EVEN = 1e-9  # of a step: what rounding does to labels such as 0.1, 0.2, 0.3

RANK = "rank_correlation"
AUTO = "autocorrelation"


class Correlations(NamedTuple):
    """Correlation of normal scores, and what was repaired in it."""

    matrix: Array
    repaired: str = ""


def read_correlations(
    reader: TableReader, key: str, count: int, df: float | None, *, repair: bool
) -> Correlations | None:
    """Return the correlations under `key`, or None when something is wrong (then it is noted).

    Parameters
    ----------
    key : {"correlation", "rank_correlation"}
        Of normal scores, or Spearman's.
    repair : bool
        Whether an invalid matrix is replaced by the nearest valid one.
    """
    value = reader.raw(key)
    is_list = isinstance(value, list | tuple)
    given = _from_list(reader, key, value, count) if is_list else _alike(reader, key, count)
    if given is None:
        return None
    scores = _scores(given, df) if key == RANK else given
    if is_valid(scores):
        return Correlations(scores)
    nearest = nearest_correlation(scores)
    shown_nearest = _as_asked(nearest, key, df)
    text = _text(shown_nearest) if is_list else f"{shown_nearest[0, 1]:.6g}"
    far = f"{distance(scores, nearest):.3g}"
    if repair:
        return Correlations(
            nearest, f"{key} was no valid one and is now {text}, at a distance of {far}"
        )
    allowed = (
        f"a positive definite matrix; the nearest is {text}, at a distance of {far} (Frobenius "
        "norm); repair = true takes it"
    )
    if np.any(np.abs(scores[np.triu_indices(count, 1)]) == 1):
        allowed += "; for a correlation of 1 or -1 take copula = 'comonotone' or 'countermonotone'"
    found = "correlations that cannot hold together"
    if not is_list:
        found = f"{shown(value)} between each two of {count}"
    reader.fault(key, found, allowed)
    return None


def read_autocorrelation(reader: TableReader, labels: Sequence[Label]) -> Correlations | None:
    """Return the correlations of the labels of a dim, or None when something is wrong.

    That of two labels is a power of the number: their distance, in units of that of the nearest
    two. It is the number itself between neighbours, and ``number**abs(i - j)`` for even labels.
    """
    number, allowed = reader[AUTO], "a number above -1 and below 1"
    if number is None or not -1 < number < 1:
        reader.fault(AUTO, shown(reader.raw(AUTO)), f"{allowed}; for 1 copula = 'comonotone'")
        return None
    steps = _steps(labels)
    even = steps.round()
    is_even = np.abs(steps - even) < _EVEN
    if number < 0 and not is_even.all():
        found = f"{number!r} of labels whose distances are no multiples of the smallest"
        reader.fault(AUTO, found, "a number from 0, or correlation with a matrix")
        return None
    steps = np.where(is_even, even, steps)
    signs = np.where((number < 0) & (even % 2 == 1), -1.0, 1.0)
    matrix = signs * np.abs(number) ** steps
    if is_valid(matrix):
        return Correlations(matrix)
    reader.fault(AUTO, f"{number!r}, too near to 1", f"{allowed}; for 1 copula = 'comonotone'")
    return None


def _steps(labels: Sequence[Label]) -> Array:
    """Return how far labels are apart: texts by their places, numbers by the nearest two."""
    numbers = [label for label in labels if not isinstance(label, str)]
    places = np.array(numbers if len(numbers) == len(labels) else range(len(labels)), dtype=float)
    apart: Array = np.abs(places[:, np.newaxis] - places)
    return apart / float(np.diff(places).min())


def _alike(reader: TableReader, key: str, count: int) -> Array | None:
    """Return the matrix of one correlation for all pairs."""
    number = finite(reader.raw(key))
    if number is None or abs(number) > 1:
        reader.fault(key, shown(reader.raw(key)), "a number from -1 to 1, or a matrix")
        return None
    matrix = np.full((count, count), number)
    np.fill_diagonal(matrix, 1.0)
    return matrix


def _from_list(reader: TableReader, key: str, rows: Sequence[object], count: int) -> Array | None:
    allowed = f"{count} rows of {count} numbers, in the order in which they are listed"
    if len(rows) != count:
        reader.fault(key, f"{len(rows)} rows", allowed)
        return None
    table = []
    for row in rows:
        numbers = [finite(x) for x in row] if isinstance(row, list | tuple) else []
        kept = [x for x in numbers if x is not None]
        if len(kept) != count or len(numbers) != count:
            reader.fault(key, f"a row {shown(row)}", allowed)
            return None
        table.append(kept)
    matrix = np.array(table)
    if np.any(np.diag(matrix) != 1):
        reader.fault(
            key,
            f"{float(next(x for x in np.diag(matrix) if x != 1))!r} on the diagonal",
            "1 on the diagonal",
        )
    elif np.any(matrix != matrix.T):
        i, j = np.argwhere(matrix != matrix.T)[0]
        found = f"{float(matrix[i, j])!r} and {float(matrix[j, i])!r} for one pair"
        reader.fault(key, found, "a symmetric matrix")
    elif np.any(np.abs(matrix) > 1):
        worst = float(matrix.ravel()[np.argmax(np.abs(matrix))])
        reader.fault(key, repr(worst), "numbers from -1 to 1")
    else:
        return matrix
    return None


def _scores(rank: Array, df: float | None) -> Array:
    """Return the correlation of normal scores from rank correlations."""
    if df is None:
        return _converted(rank, lambda r: float(normal_from_rank(r)))
    return _converted(rank, lambda r: student_from_rank(r, df))


def _as_asked(matrix: Array, key: str, df: float | None) -> Array:
    """Return correlations of normal scores in the terms of the file."""
    if key != RANK:
        return matrix
    if df is None:
        return rank_from_normal(matrix)
    return _converted(matrix, lambda r: rank_from_student(r, df))


def _converted(matrix: Array, convert: Callable[[float], float]) -> Array:
    """Return a correlation matrix with each pair converted."""
    converted = np.eye(len(matrix))
    for i, j in zip(*np.triu_indices(len(matrix), 1), strict=True):
        converted[i, j] = converted[j, i] = convert(float(matrix[i, j]))
    return converted


def _text(matrix: Array) -> str:
    """Return a matrix as TOML."""
    rows = (", ".join(f"{x:.6g}" for x in row) for row in matrix)
    return "[" + ", ".join(f"[{row}]" for row in rows) + "]"
