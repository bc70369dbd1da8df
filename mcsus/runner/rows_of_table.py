"""Rows of a table in blocks that are as good as independent of each other, and what they are.

Blocks are of rows that follow each other, so that errors are honest where neighbouring rows depend
on each other, as those of a chain. Rows that share exact values of inputs, as those of a design
after Saltelli or Morris, are never parted: else what they have in common is counted as effect. Rows
that lie in an order, as sorted ones do, or that fill the space of the inputs evenly, as Sobol'
points do, are dealt out instead. Rows that follow a curve, as those of FAST do, are not independent
however they are parted. All that is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mcsus.analysis.even_draws import are_even
from mcsus.errors import Fault, InputError
from mcsus.vocabulary import Caution

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

BLOCKS = 16
"""Of rows, from which errors come."""

_IN_ORDER = 5.0  # variance between blocks, over what independent rows have, from which they lie so
_DEALT = 0x6465616C74  # a seed
_OFTEN = 0.25  # other values that rows share beyond chance on average, from which it is a design
_FEW = 32  # values of an input, that rows may share by nature
_ROUNDING = 1e-12  # of the variance of ranks
_LOOKED_AT = 12  # inputs, whose equal values lead to rows that share others
_GOES_ON = 0.6  # of rows, at which an input rises or falls on: a half of those of a random walk
_BEYOND = 3.0  # times as many rows repeat others as those of few values do by nature


class Rows(NamedTuple):
    """How the rows of a table are parted.

    Attributes
    ----------
    blocks : array of int, shape (row,)
    groups : int
        How many groups of rows are as good as independent of each other.
    are_even : bool
        Whether they fill the space of the inputs more evenly than independent ones.
    cautions : list of Caution
        What is to be known of them.
    """

    blocks: Integers
    groups: int
    are_even: bool
    cautions: list[Caution]


def rows_of(values: Mapping[str, Array], ranks: Mapping[str, Array], inputs: Sequence[str]) -> Rows:
    """Return the block of each row, with what is to be known of the rows.

    Parameters
    ----------
    values, ranks : mapping of str to array, shape (row,)
        Of inputs and outputs.

    Raises
    ------
    InputError
        If too few of them differ.
    """
    groups, cautions = _groups(values, inputs)
    first = np.unique(groups, return_index=True)[1]
    count = len(first)
    if count < BLOCKS * 2:
        found = f"{count} different rows" + ("" if count < 2 else ", or groups of rows")
        raise InputError(Fault(found, "draws that differ", ("table",)))
    even = are_even([ranks[name][first] for name in inputs])
    blocks = _in_blocks(groups, np.arange(count))
    spread = {name: _between(own[first], blocks[first]) for name, own in ranks.items()}
    worst = max(spread, key=lambda name: spread[name])
    curve = _follow_a_curve([values[name] for name in inputs])
    if curve:
        cautions.append(_CURVE)
    if even or curve or spread[worst] > _IN_ORDER:
        blocks = _in_blocks(groups, np.random.default_rng(_DEALT).permutation(count))
        if even or not curve:
            cautions.append(_EVEN if even else _order_of(worst))
    return Rows(blocks, count, even, cautions)


_EVEN = Caution(
    "even_rows",
    "",
    "rows fill the space of the inputs more evenly than independent ones, as Sobol' points do: "
    "what noise they have is told from the output, and errors are those of independent rows, "
    "which are too large rather than too small",
)

_CURVE = Caution(
    "curve_rows",
    "",
    "rows follow a curve through the inputs, as those of FAST do, so that inputs move together: "
    "what is told may be off by many of its errors, and an input without bearing may seem to have "
    "some; analyse such rows by the method that they are made for, or draw independent ones",
)


def _follow_a_curve(inputs: Sequence[Array]) -> bool:
    """Tell whether all inputs with many values rise and fall smoothly from row to row.

    Of independent rows a third goes on as before, of a random walk a half; of sorted rows one input
    does, or all do without a turn.
    """
    signs = [np.sign(np.diff(own)) for own in inputs if len(np.unique(own)) > _FEW]
    on = [own[1:] * own[:-1] > 0 for own in signs]
    turns = any((own[1:] * own[:-1] < 0).sum() > 1 for own in signs)
    return len(on) > 1 and turns and min(own.mean() for own in on) > _GOES_ON


def _order_of(name: str) -> Caution:
    text = (
        f"rows lie in an order ({name!r} differs along the table), so they are dealt out to "
        "blocks: errors hold if rows are independent of each other"
    )
    return Caution("row_order", name, text)


def _in_blocks(groups: Integers, order: Integers) -> Integers:
    """Return the block of each row, as whole groups follow in an order."""
    sizes = np.bincount(groups)
    before = np.empty(len(sizes), dtype=np.int64)
    by_place = np.argsort(order)
    before[by_place] = np.cumsum(sizes[by_place]) - sizes[by_place]
    return np.asarray((before * BLOCKS // len(groups))[groups])


def _between(ranks: Array, blocks: Integers) -> float:
    """Return how far means of blocks lie apart, over how far those of independent rows do."""
    counts = np.bincount(blocks, minlength=BLOCKS)
    means = np.bincount(blocks, ranks, minlength=BLOCKS) / np.maximum(counts, 1)
    apart = (counts * (means - ranks.mean()) ** 2).sum() / (BLOCKS - 1)
    return float(apart / max(ranks.var(), _ROUNDING))


def _groups(values: Mapping[str, Array], inputs: Sequence[str]) -> tuple[Integers, list[Caution]]:
    """Return the group of each row, numbered as they begin, and what is to be known of the rows."""
    own = np.column_stack([_numbered(values[name]) for name in inputs])
    copies, several = _copies(np.column_stack(list(values.values())), own)
    cautions = []
    if several:
        text = f"{several:,} of {len(own):,} rows repeat others, which thus count more"
        cautions.append(Caution("repeated_rows", "", text))
    groups = _joined(np.arange(len(own)), copies)
    pairs = _sharing(own)
    if not pairs.size:
        return groups, cautions
    joined = _joined(*np.hstack([pairs, [np.arange(len(own)), copies]]))
    sizes = np.bincount(joined)
    text = "rows share exact values of inputs, as those of a design after Saltelli or Morris do"
    if sizes.max() * BLOCKS <= len(own):
        groups = joined
        text += f": {len(sizes):,} groups of them are taken as independent of each other"
    else:
        text += (
            ", and make no groups that are apart: what is told may be off by more than its error; "
            "analyse such a design by the method that it is made for"
        )
    return groups, [*cautions, Caution("shared_values", "", text)]


def _numbered(values: Array) -> Integers:
    return np.asarray(np.unique(values, axis=0, return_inverse=True)[1].ravel(), dtype=np.int64)


def _chance(own: Integers) -> float:
    """Return the probability that two rows have the same value of an input."""
    return float(((np.bincount(own) / len(own)) ** 2).sum())


def _copies(table: Array, own: Integers) -> tuple[Integers, int]:
    """Return the first row that each one repeats, and how many repeat others.

    Rows of inputs with few values are the same by nature.
    """
    rows, numbers = np.arange(len(own)), _numbered(table)
    counts = np.bincount(numbers)
    by_nature = np.prod([_chance(k) if k.max() < _FEW else 0.0 for k in own.T])
    if (counts * (counts - 1)).sum() <= _BEYOND * by_nature * len(own) ** 2 + (by_nature > 0):
        return rows, 0
    first = np.unique(numbers, return_index=True)[1]
    return first[numbers], len(own) - len(first)


def _sharing(own: Integers) -> Integers:
    """Return pairs of rows that share values of several inputs beyond chance, shape (2, pair).

    Rows with the same value of an input that has many share others in a design, and only by chance
    where values are rounded; rows that follow each other do so in one of few values.

    Parameters
    ----------
    own : array of int, shape (row, input)
        Number of the value of each input.
    """
    rows, inputs = own.shape
    chances = np.array([_chance(k) for k in own.T])
    many = [k for k in range(inputs) if _FEW <= own[:, k].max() < rows - 1]
    found = [np.empty((2, 0), dtype=np.int64)]
    next_to = np.array([np.arange(rows - 1), np.arange(1, rows)])
    for k in many[:_LOOKED_AT]:
        pairs = _equal(own[:, k])
        others = (own[pairs[0]] == own[pairs[1]]).sum(axis=1) - 1
        if others.mean() > chances.sum() - chances[k] + _OFTEN:
            found.append(pairs[:, others > 0])
    if len(found) > 1:  # the last row of a block of Saltelli shares one value with that before
        found.append(next_to[:, (own[:-1, many] == own[1:, many]).any(axis=1)])
    apart = own[:-1] != own[1:]
    if inputs > 2 and inputs - apart.sum(axis=1).mean() > chances.sum() + _OFTEN:
        step_by_step = apart.sum(axis=1) <= 1
        steps = apart[step_by_step].sum(axis=0)  # of each input: else rows lie in an order
        if steps.min() > steps.mean() / 2:
            found.append(next_to[:, step_by_step])
    return np.hstack(found)


def _equal(numbers: Integers) -> Integers:
    """Return pairs of rows with the same number: each with the one before, and with the first."""
    order = np.argsort(numbers, kind="stable")
    ordered = numbers[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] > ordered[:-1]])
    firsts = np.repeat(order[starts], np.diff(np.r_[starts, len(order)]))
    same = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    return np.hstack([[order[same - 1], order[same]], [firsts[same], order[same]]])


def _joined(one: Integers, other: Integers) -> Integers:
    """Return the group of each row, as pairs are in one; groups are numbered as they begin.

    Every row is in a pair.
    """
    rows = int(max(one.max(), other.max())) + 1
    links = coo_array((np.ones(len(one), dtype=bool), (one, other)), shape=(rows, rows))
    groups = connected_components(links, directed=False)[1]
    order = np.argsort(np.argsort(np.unique(groups, return_index=True)[1]))
    return np.asarray(order[groups], dtype=np.int64)
