"""Scrambled Sobol' points on 52 bits.

Point `i` of dimension `d`, as a 52-bit integer, is the shift of `d` XOR the direction numbers
``matrix[d, b]`` of the set bits `b` of `i` (natural order, so a block of 2^10 draws is one table
XOR one offset). Direction numbers: S. Joe, F. Y. Kuo, "Constructing Sobol' sequences with better
two-dimensional projections", SIAM J. Sci. Comput. 30 (2008) 2635-2654, doi:10.1137/070709359
(file new-joe-kuo-6.21201), as SciPy ships them. Scramble: J. Matousek, "On the L2-discrepancy
for anchored boxes", J. Complexity 14 (1998) 527-556, doi:10.1006/jcom.1998.0489: each dimension's
digits are multiplied by a random lower unit triangular binary matrix, then a random digital
shift is added. It keeps the stratification of the points and makes each of them uniform.
"""

import importlib.util
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcsus.errors import Fault, InputError, McsusError
from mcsus.streams.philox import Words, random_words
from mcsus.streams.stream_keys import SCRAMBLE, key_words

BITS = 52
"""Digits of a point: with the half that is added, all that a double holds below 1."""

MAX_DIMENSIONS = 21_201
"""Dimensions in the table of Joe and Kuo."""

TABLE_BITS = 10
BLOCK = 1 << TABLE_BITS
"""Draws that share one offset."""

_CHUNK = 256  # dimensions scrambled together, so that the temporaries stay in cache


def _joe_kuo() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return SciPy's table: polynomials with all their bits, and initial direction numbers.

    Only the file is read: importing scipy.stats takes about a second.
    """
    spec = importlib.util.find_spec("scipy")
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0] if folders else "scipy") / "stats" / "_sobol_direction_numbers.npz"
    try:
        with np.load(path) as table:
            polynomials, initial = table["poly"], table["vinit"]
    except (OSError, KeyError) as error:
        message = f"the Sobol' direction numbers of SciPy cannot be read from {path}: {error}"
        raise McsusError(message) from error
    if polynomials.shape != (MAX_DIMENSIONS,) or initial.shape != (MAX_DIMENSIONS, 18):
        message = f"the Sobol' direction numbers in {path} do not have the known shape"
        raise McsusError(message)
    return polynomials, initial


@lru_cache(maxsize=2)
def _first_directions(count: int) -> Words:
    """Return the direction numbers of dimensions 0 to ``count - 1``, shape (count, 52).

    The recurrence of Joe and Kuo (2008), equation 2, runs on all dimensions whose primitive
    polynomial has the same degree at once.
    """
    polynomials, initial = (table[:count] for table in _joe_kuo())
    degrees = np.array([int(polynomial).bit_length() - 1 for polynomial in polynomials])
    numbers = np.ones((count, BITS), dtype=np.uint64)  # dimension 0 keeps the ones
    for degree in range(1, int(degrees.max()) + 1):
        rows = np.flatnonzero(degrees == degree)
        numbers[rows, :degree] = initial[rows, :degree]
        for j in range(degree, BITS):
            number = numbers[rows, j - degree].copy()
            for k in range(1, degree + 1):
                coefficient = (polynomials[rows] >> (degree - k) & 1).astype(np.uint64)
                number ^= (numbers[rows, j - k] << np.uint64(k)) * coefficient
            numbers[rows, j] = number
    numbers <<= np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    numbers.flags.writeable = False
    return numbers


def directions(dimensions: ArrayLike) -> Words:
    """Return the direction numbers, not scrambled, of the given dimensions.

    Parameters
    ----------
    dimensions : array of int, shape (k,)
        Dimension indices from 0 to 21,200.

    Returns
    -------
    array of uint64, shape (k, 52)
        Column `b` belongs to bit `b` of the index of a point; 52-bit integers.

    Raises
    ------
    InputError
        For a dimension outside the table.

    Examples
    --------
    >>> directions([0, 1])[:, :3] >> np.uint64(49)
    array([[4, 2, 1],
           [4, 6, 5]], dtype=uint64)
    """
    wanted = np.asarray(dimensions, dtype=np.int64).reshape(-1)
    if wanted.size == 0:
        return np.empty((0, BITS), dtype=np.uint64)
    low, high = int(wanted.min()), int(wanted.max())
    if low < 0 or high >= MAX_DIMENSIONS:
        found = f"Sobol' dimension {low if low < 0 else high}"
        allowed = f"0 to {MAX_DIMENSIONS - 1}; a design of kind 'monte_carlo' has no such limit"
        raise InputError(Fault(found, allowed, ("dimension",)))
    # One cached table serves every replicate; powers of two, so that few are ever made.
    return _first_directions(min(max(64, 1 << high.bit_length()), MAX_DIMENSIONS))[wanted]


def scrambled_directions(
    dimensions: ArrayLike, keys: Sequence[str], seed: int, replicate: int
) -> tuple[Words, Words]:
    """Return the scrambled direction numbers and the digital shifts of some dimensions.

    Parameters
    ----------
    dimensions : array of int, shape (k,)
        Dimension indices from 0 to 21,200.
    keys : sequence of str
        Stream key of each dimension, no two alike. The scramble depends on the key, the seed
        and the replicate, not on the dimension: the second matrix of a Sobol' index design
        needs keys of its own, or its points would be tied to those of the first.
    seed : int
        Seed of the design.
    replicate : int
        Index of the replicate, from 0.

    Returns
    -------
    matrix : array of uint64, shape (k, 52)
        Column `b` belongs to bit `b` of the index of a point; 52-bit integers.
    shift : array of uint64, shape (k,)
        52-bit integers.
    """
    plain = directions(dimensions)
    if len(keys) != len(plain):
        found = f"{len(keys)} stream keys for {len(plain)} dimensions"
        raise InputError(Fault(found, "one stream key for each dimension", ("stream",)))
    # Words 0 to 51 of the stream are the columns of the scrambling matrix, word 52 the shift.
    words = random_words(*key_words(SCRAMBLE, seed, keys, replicate), 0, BITS + 1).T
    words = np.ascontiguousarray(words) >> np.uint64(64 - BITS)
    columns = _unit_triangular(words[:, :BITS])
    matrix = np.empty_like(plain)
    for first in range(0, len(plain), _CHUNK):
        chunk = slice(first, first + _CHUNK)
        matrix[chunk] = _multiply(columns[chunk], plain[chunk])
    return matrix, words[:, BITS].copy()


def _unit_triangular(words: Words) -> Words:
    """Return columns of lower unit triangular binary matrices from random 52-bit words.

    Row 0 of a matrix is the most significant digit, so column `c` has no bit above place
    ``51 - c``, a one there, and random bits below.
    """
    diagonal = np.uint64(1) << np.arange(BITS - 1, -1, -1, dtype=np.uint64)
    columns: Words = (words & (diagonal - np.uint64(1))) | diagonal
    return columns


def _multiply(columns: Words, vectors: Words) -> Words:
    """Return binary matrices times 52-bit vectors, for each row of both; all of shape (k, 52)."""
    product = np.zeros_like(vectors)
    for c in range(BITS):
        digit = (vectors >> np.uint64(BITS - 1 - c)) & np.uint64(1)
        product ^= digit * columns[:, c, None]
    return product


def block_table(matrix: Words, shift: Words) -> Words:
    """Return the integers of draws 0 to 1023, shift included.

    Parameters
    ----------
    matrix, shift : arrays of uint64, shapes (k, 52) and (k,)
        From `scrambled_directions`.

    Returns
    -------
    array of uint64, shape (k, 1024)
        Draw `i` is ``table[d, i & 1023]`` XOR ``matrix[d, b]`` of each bit `b` from 10 up in `i`.
    """
    table = np.empty((len(matrix), BLOCK), dtype=np.uint64)
    table[:, 0] = shift
    for bit in range(TABLE_BITS):
        half = 1 << bit
        table[:, half : 2 * half] = table[:, :half] ^ matrix[:, bit, None]
    return table


def integers(matrix: Words, shift: Words, start: int, count: int) -> Words:
    """Return 52-bit integers, shape (count, k), of draws `start` to ``start + count - 1``.

    Straight from the definition, without table and offset: the kernels are tested against it.

    Parameters
    ----------
    matrix, shift : arrays of uint64, shapes (k, 52) and (k,)
        From `scrambled_directions`.
    """
    index = np.arange(start, start + count, dtype=np.uint64)[:, None]
    points = np.repeat(shift[None, :], count, axis=0)
    for bit in range(max(start + count - 1, 0).bit_length()):
        digit = (index >> np.uint64(bit)) & np.uint64(1)
        points ^= digit * matrix[:, bit]
    return points
