"""How the point of one cell is made from the points of independent streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mcsus.dependence.student import distribution_function, scale_law
from mcsus.families import special
from mcsus.vocabulary import SCENARIO

Array = NDArray[np.float64]

_IN_SCENARIO = f"||{SCENARIO}="  # in no key of a stream, where such a sign of a label is marked

LEAST = 2.0**-53
"""Smallest point; the largest is 1 less it, as for the points of a design."""


@dataclass(frozen=True)
class Mix:
    """A point as a mix of streams: ``u' = F(sum of coefficient * normal score of stream)``.

    F is the normal distribution function, or with `df` that of Student's t after division by
    the root of a common chi-square variable over its degrees of freedom. One stream with
    coefficient 1 or -1 is taken as it is, or from the other end.

    Parameters
    ----------
    streams : tuple of str
        Keys of the streams.
    coefficients : tuple of float
        One for each; their squares add up to 1.
    df : float, optional
        Degrees of freedom of a Student-t copula.
    scale : str, optional
        Key of the stream of its chi-square variable.
    """

    streams: tuple[str, ...]
    coefficients: tuple[float, ...]
    df: float | None = None
    scale: str | None = None

    @property
    def needs(self) -> tuple[str, ...]:
        """Keys of all streams that the mix reads."""
        return self.streams if self.scale is None else (*self.streams, self.scale)

    @property
    def is_plain(self) -> bool:
        """Whether the point is that of a stream, or 1 less it."""
        return self.df is None and len(self.streams) == 1

    @property
    def is_mirrored(self) -> bool:
        """Whether the point is 1 less that of a stream."""
        return self.is_plain and self.coefficients[0] < 0


def key_in_scenario(stream: str, scenario: str) -> str:
    """Return the key of a cell that is mixed otherwise in a scenario; it is no stream.

    Examples
    --------
    >>> key_in_scenario("study:power", "apart"), key_of_study("study:power||scenario=apart")
    ('study:power||scenario=apart', 'study:power')
    """
    return f"{stream}{_IN_SCENARIO}{scenario}"


def key_of_study(key: str) -> str:
    """Return the key of the cell in the study as written."""
    return key.partition(_IN_SCENARIO)[0]


def scenario_of(key: str) -> str:
    """Return the scenario of such a key; empty where it is that of the study as written."""
    return key.partition(_IN_SCENARIO)[2]


def gaussian_mixes(
    streams: Sequence[str], matrix: Array, df: float | None = None, scale: str | None = None
) -> dict[str, Mix]:
    """Return the mixes of a group: rows of the Cholesky factor of its correlation matrix.

    Parameters
    ----------
    streams : sequence of str
        Keys, in the order of the matrix. The first keeps its own points, and each depends on
        those before it only.
    matrix : array
        Correlation of the normal scores, positive definite.
    df, scale : optional
        For a Student-t copula; see `Mix`.

    Examples
    --------
    >>> mixes = gaussian_mixes(["a", "b"], np.array([[1.0, 0.6], [0.6, 1.0]]))
    >>> mixes["b"].streams, [round(c, 12) for c in mixes["b"].coefficients]
    (('a', 'b'), [0.6, 0.8])
    """
    factor = np.linalg.cholesky(np.asarray(matrix, dtype=float))
    mixes = {}
    for key, row in zip(streams, factor, strict=True):
        used = [(s, float(c)) for s, c in zip(streams, row, strict=True) if c != 0]
        if len(used) == 1 and df is None:
            continue
        keys, coefficients = zip(*used, strict=True)
        mixes[key] = Mix(keys, coefficients, df, scale)
    return mixes


def score_correlation(one: Mix, other: Mix) -> float:
    """Return the correlation of the normal scores of two mixes."""
    known = dict(zip(other.streams, other.coefficients, strict=True))
    pairs = zip(one.streams, one.coefficients, strict=True)
    return float(sum(c * known.get(key, 0.0) for key, c in pairs))


def transform(mix: Mix, points: Mapping[str, Array]) -> Array:
    """Return the points of a cell from those of its streams: the plain path, in NumPy.

    Parameters
    ----------
    points : mapping of str to array
        Points in (0, 1) of each stream that the mix needs, all of one shape.
    """
    if mix.is_plain:
        u = points[mix.streams[0]]
        return 1 - u if mix.is_mirrored else u
    pairs = zip(mix.streams, mix.coefficients, strict=True)
    scores: Array = np.asarray(sum(c * special.ndtri(points[key]) for key, c in pairs))
    if mix.df is None or mix.scale is None:
        u = special.ndtr(scores)
    else:
        ratio = scale_law(mix.df).quantile(points[mix.scale])
        u = distribution_function(scores / np.sqrt(ratio), mix.df)
    return np.clip(u, LEAST, 1 - LEAST)
