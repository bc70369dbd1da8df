"""Quantile tables in pieces, for laws with kinks, gaps and single values of their own.

A table follows a smooth function only; where a quantile function has a kink or a jump a new
table begins, at the exact probability.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache

import numpy as np

from mcsus.errors import Fault, InputError
from mcsus.families.base import Array, Distribution
from mcsus.families.inverse.tabulated import (
    FEWEST_BITS,
    InverseTable,
    Piece,
    best_table,
    move,
    tabulate,
    worst_point,
)
from mcsus.families.loops.cells import TERMS
from mcsus.families.loops.codes import PIECES, QuantileKernel
from mcsus.families.steps import guide_of

PLAIN, LOG = 0.0, 1.0
ABOUT = 16  # numbers that describe a piece
MOST_TABLES = 48
PIECE_BITS = 5  # cells of a piece before it is split
LEAST = 2.0**-54  # narrower pieces hold no point


@lru_cache(maxsize=512)
def table_of(law: Distribution) -> QuantileKernel:
    """Return the table of a law, in pieces where it has kinks; laws of one shape share the work."""
    standard = law._standard() if law.truncate is None else None
    if standard is None:
        return tabulate_pieces(law, pieces_at_breaks(law))
    unit, origin, scale = standard
    return move(tabulate(unit), origin, scale, law.support())


def tabulate_pieces(law: Distribution, pieces: Sequence[Piece]) -> QuantileKernel:
    """Return the kernel of a law that is smooth in each of its pieces."""
    parts = [piece for piece in pieces if piece.end - piece.start > LEAST]
    if len(parts) == 1 and parts[0].low < parts[0].high:
        with suppress(InputError):
            return tabulate(law)
    tables = tables_of(parts)
    parts = [piece for piece, _ in tables]
    ends = np.array([piece.end for piece in parts])
    ends[-1] = 1.0
    guide = guide_of(ends)
    first = 2 + guide.size + ends.size + ABOUT * ends.size
    logs = any(table and table.variant.ends for _, table in tables)
    about, terms = [], []
    for piece, table in tables:
        about.append(describe(piece, table, first))
        if table is None:
            about[-1][0] = LOG if logs else PLAIN
            terms.append(np.array([0.0 if logs else piece.low] + [0.0] * (TERMS - 1)))
        else:
            terms.append(table.terms.ravel())
        first += terms[-1].size
    constants = np.concatenate([[guide.size, ends.size], guide, ends, *about, *terms])
    return QuantileKernel(PIECES, tuple(constants.tolist()))


def tables_of(pieces: Iterable[Piece]) -> list[tuple[Piece, InverseTable | None]]:
    """Return a table for each piece; a piece that one table cannot follow is split.

    Where a quantile function bends sharply without a kink, as beside a narrow component, the
    cells of two tables that meet there are fine enough.
    """
    waiting = list(pieces)[::-1]
    done: list[tuple[Piece, InverseTable | None]] = []
    tables = 0
    while waiting:
        piece = waiting.pop()
        if piece.low == piece.high:
            done.append((piece, None))
            continue
        tables += 1
        if tables > MOST_TABLES:
            allowed = f"at most {MOST_TABLES} smooth pieces between kinks and single values"
            raise InputError(Fault(f"more in {piece.whole!r}", allowed, ("distribution",)))
        try:
            done.append((piece, best_table(piece, PIECE_BITS)))
        except InputError:
            waiting += split(piece)[::-1]
    return done


def split(piece: Piece) -> tuple[Piece, Piece]:
    """Return the two parts of a piece, left and right of where one table fails most."""
    share = worst_point(piece, FEWEST_BITS + 1)
    middle = piece.start + (piece.end - piece.start) * share
    x = float(piece.quantile(share))
    left = Piece(piece.whole, piece.start, middle, piece.low, x)
    return left, Piece(piece.whole, middle, piece.end, x, piece.high)


def describe(piece: Piece, table: InverseTable | None, first: int) -> Array:
    """Return the description of a piece whose cells begin at `first`.

    The description holds kind, start, end, 1 / mass, low, high, bits, cells of a side, first,
    and of both sides the end that distances are stored from and their direction.
    """
    row = np.zeros(ABOUT)
    row[1:6] = piece.start, piece.end, 1 / (piece.end - piece.start), piece.low, piece.high
    if table is None:  # read like a table of one cell, so that the loop has no branch for it
        row[3], row[6], row[8] = 0.0, FEWEST_BITS, first
        row[9:13] = piece.low, 0.0, piece.low, 0.0
        return row
    bits, variant, terms = table
    row[0] = PLAIN if variant.ends is None else LOG
    row[6:9] = bits, terms.shape[1], first
    row[9:13] = np.ravel(variant.ends or np.zeros(4))
    return row


def pieces_at_breaks(law: Distribution) -> list[Piece]:
    """Return the pieces between the kinks of a law without gaps or single values."""
    c = law._conditioning
    inner = sorted(u for p in law._breaks() if 0 < (u := (p - c.below) / c.mass) < 1)
    points = [0.0, *inner, 1.0]
    values = [c.low, *law.quantile(inner).tolist(), c.high] if inner else [c.low, c.high]
    if inner == [0.5]:  # where a table changes sides anyway
        points, values = [0.0, 1.0], [c.low, c.high]
    return [Piece(law, *points[k : k + 2], *values[k : k + 2]) for k in range(len(points) - 1)]
