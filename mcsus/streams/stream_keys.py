"""Keys of the random streams: what is drawn depends on names, never on order or threads.

A stream is named by its purpose, the seed, the stream key of a parameter cell and the
replicate. BLAKE2b hashes these to the 64-bit key of a Philox generator::

    digest = BLAKE2b(seed as 8 bytes, replicate as 8 bytes, stream key in UTF-8;
                     digest of 8 bytes, personalisation = purpose)
    key0, key1 = the digest read as two 32-bit integers

All integers are little-endian. The fields of fixed length come first, so two different names
never give the same message. The purposes keep Monte Carlo draws apart from Sobol' scrambles.
No seed is special. Among a million streams two share a key with probability 3e-8.

BLAKE2: M.-J. Saarinen, J.-P. Aumasson, RFC 7693 (2015), doi:10.17487/RFC7693.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mcsus.errors import Fault, InputError

MONTE_CARLO = b"mcsus/1 draws"
"""Purpose of the keys of Monte Carlo draws; the number is the version of the streams."""

SCRAMBLE = b"mcsus/1 scramble"
"""Purpose of the keys of Sobol' scrambles."""


def stream_words(purpose: bytes, seed: int, key: str, replicate: int) -> tuple[int, int]:
    """Return the two 32-bit words of the Philox key of one stream.

    Parameters
    ----------
    purpose : bytes
        `MONTE_CARLO` or `SCRAMBLE`.
    seed : int
        Seed of the design, 0 to 2^63 - 1.
    key : str
        Stream key of a parameter cell.
    replicate : int
        Index of the replicate, from 0.
    """
    message = seed.to_bytes(8, "little") + replicate.to_bytes(8, "little") + key.encode()
    digest = hashlib.blake2b(message, digest_size=8, person=purpose).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:], "little")


def key_words(
    purpose: bytes, seed: int, keys: Sequence[str], replicate: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return `stream_words` of several stream keys as two arrays.

    Raises
    ------
    InputError
        When a stream key stands twice: its streams would be one and the same, so two
        parameters that should be independent would move together.
    """
    if len(set(keys)) != len(keys):
        twice = next(key for index, key in enumerate(keys) if key in keys[:index])
        allowed = "distinct stream keys; the same key gives the same draws"
        raise InputError(Fault(f"{twice!r} twice", allowed, ("stream",)))
    words = np.array(
        [stream_words(purpose, seed, key, replicate) for key in keys], dtype=np.uint64
    ).reshape(-1, 2)
    return words[:, 0].copy(), words[:, 1].copy()
