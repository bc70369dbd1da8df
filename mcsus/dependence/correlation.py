"""Correlation matrices: validity, the nearest valid one, and rank correlations."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.families import special

Array = NDArray[np.float64]

LEAST_EIGENVALUE = 1e-8
"""A matrix with a smaller eigenvalue is refused: its inputs are one value, or no law has it."""

REPAIRED_EIGENVALUE = 1e-4
"""Smallest eigenvalue of a repaired matrix, so that its six printed digits are valid as well."""

_ROUNDS = 1000  # of the alternating projections; tens are usual
_TOLERANCE = 1e-10
_NODES = 48  # of a Gauss rule in each of three mixing variables


def is_valid(matrix: ArrayLike) -> bool:
    """Tell whether a symmetric matrix with ones on its diagonal is positive definite."""
    return bool(np.linalg.eigvalsh(np.asarray(matrix, dtype=float))[0] > LEAST_EIGENVALUE)


def nearest_correlation(matrix: ArrayLike) -> Array:
    """Return the correlation matrix nearest to a symmetric one, in the Frobenius norm.

    Alternating projections with Dykstra's correction: N. J. Higham, "Computing the nearest
    correlation matrix - a problem from finance" (2002), doi:10.1093/imanum/22.3.329. Eigenvalues
    are held at `REPAIRED_EIGENVALUE` or above, so the matrix is positive definite.

    Examples
    --------
    >>> print(nearest_correlation([[1, 1, 0], [1, 1, 1], [0, 1, 1]]).round(2))
    [[1.   0.76 0.16]
     [0.76 1.   0.76]
     [0.16 0.76 1.  ]]
    """
    near: Array = np.array(matrix, dtype=float)
    correction = np.zeros_like(near)
    identity = np.eye(len(near))
    for _ in range(_ROUNDS):
        start = near - correction
        values, vectors = np.linalg.eigh(start)
        definite = (vectors * np.maximum(values, REPAIRED_EIGENVALUE)) @ vectors.T
        correction = definite - start
        near = definite.copy()
        np.fill_diagonal(near, 1.0)
        if np.linalg.norm(near - definite) < _TOLERANCE * len(near):
            break
    near = (near + near.T) / 2
    least = float(np.linalg.eigvalsh(near)[0])
    if least < REPAIRED_EIGENVALUE / 2:  # not converged: what is left goes towards independence
        part = (REPAIRED_EIGENVALUE - least) / (1 - least)
        near = (1 - part) * near + part * identity
    return near


def distance(one: ArrayLike, other: ArrayLike) -> float:
    """Return the Frobenius norm of the difference of two matrices."""
    return float(np.linalg.norm(np.asarray(one, dtype=float) - np.asarray(other, dtype=float)))


def normal_from_rank(rank: ArrayLike) -> Array:
    """Return the correlation of normal scores from Spearman's rank correlation.

    K. Pearson (1907); W. H. Kruskal, "Ordinal measures of association" (1958),
    doi:10.1080/01621459.1958.10501481.
    """
    correlation: Array = 2 * np.sin(np.pi / 6 * np.asarray(rank, dtype=float))
    return correlation


def rank_from_normal(correlation: ArrayLike) -> Array:
    """Return Spearman's rank correlation under a Gaussian copula."""
    rank: Array = 6 / np.pi * np.arcsin(np.asarray(correlation, dtype=float) / 2)
    return rank


def rank_from_student(correlation: float, df: float) -> float:
    """Return Spearman's rank correlation under a Student-t copula.

    Spearman's coefficient compares a pair with two independent copies of its halves. Given the
    three mixing variables the differences are normal, so that the coefficient is ``6 / pi`` times
    the mean of ``asin(r a b)``, with ``a**2 = W2 / (W1 + W2)``, ``b**2 = W3 / (W1 + W3)`` and W
    independent chi-square variables: the case without skewness of arXiv:2412.20013. The mean is
    taken by a Gauss rule in each of the three, good to 1e-6.

    Parameters
    ----------
    correlation : float
        Of the normal scores behind the copula.
    df : float
        Degrees of freedom.

    Examples
    --------
    >>> round(rank_from_student(0.5, 4), 4), round(float(rank_from_normal(0.5)), 4)
    (0.469, 0.4826)
    """
    weights, shares = _mixing_rule(df)
    inner = np.arcsin(correlation * shares[:, :, None] * shares[:, None, :])
    mean = np.einsum("i,j,k,ijk->", weights, weights, weights, inner)
    return float(6 / np.pi * mean)


@lru_cache(maxsize=16)
def _mixing_rule(df: float) -> tuple[Array, Array]:
    """Return weights, and ``sqrt(W_other / (W + W_other))`` at the nodes (W, W_other)."""
    nodes, weights = special.roots_legendre(_NODES)
    u = (nodes + 1) / 2
    stretched = u**2 * (3 - 2 * u)  # nodes crowd at both ends, where the roots are steep
    weight = weights / 2 * 6 * u * (1 - u)
    upper = (1 - u) ** 2 * (1 + 2 * u)
    lower = stretched < 0.5
    w = np.where(lower, special.gammaincinv(df / 2, stretched), special.gammainccinv(df / 2, upper))
    return weight, np.sqrt(w[None, :] / (w[:, None] + w[None, :]))


@lru_cache(maxsize=256)
def student_from_rank(rank: float, df: float) -> float:
    """Return the correlation of normal scores behind a Student-t copula of a rank correlation."""
    if rank == 0:
        return 0.0
    end = rank_from_student(1.0, df)
    if abs(rank) >= end:  # rounding of the rule, next to 1
        return float(np.sign(rank))
    from scipy.optimize import brentq  # noqa: PLC0415 - not needed to check other studies

    size = brentq(lambda r: rank_from_student(r, df) - abs(rank), 0.0, 1.0, xtol=1e-12)
    return float(np.sign(rank) * size)
