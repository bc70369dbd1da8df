"""Every array of what is compared: see `mcsus.result.arrays`."""

from __future__ import annotations

from dataclasses import replace

from mcsus.result.arrays import OUTPUT, UNIT, Entry
from mcsus.vocabulary import Apart

_OF_PAIRS = (
    "mean", "sd", "median", "quantiles", "symmetric", "shortest", "quantile_curve", "varies",
    "never",
)  # fmt: skip


def _of_pairs(kind: str, unit: str) -> tuple[Entry, ...]:
    """Return the arrays of a quantity that is made of pairs of cells, under names of its own."""
    return tuple(
        replace(
            entry,
            name=f"{kind}_{entry.name}",
            dims=("compared_pair", *entry.dims),
            unit=entry.unit.replace(UNIT, unit),
            meaning=f"{kind} of a pair: {entry.meaning}",
            is_finite=False,
        )
        for entry in OUTPUT
        if entry.name in _OF_PAIRS
    )


COMPARISON = (
    *_of_pairs("difference", UNIT),
    *_of_pairs("ratio", "1"),
    Entry(
        "probability_less",
        ("compared_pair",),
        "1",
        "share of the draws in which the first of a pair is lower",
        has_error=True,
        is_finite=True,
    ),
    Entry(
        "apart",
        ("compared_pair",),
        "",
        "whether the first of a pair is lower or higher in more draws than asked for",
        holds=Apart,
    ),
    Entry(
        "overlap",
        ("compared_pair",),
        "1",
        "integral of the smaller of the densities of a pair",
        has_error=True,
    ),
    Entry(
        "effect_size",
        ("compared_pair",),
        "1",
        "size of the mean of the difference over its standard deviation",
        has_error=True,
    ),
    Entry(
        "lowest",
        ("compared_label",),
        "1",
        "share of the draws in which a label is the lowest of all",
        has_error=True,
        is_optional=True,
        is_finite=True,
    ),
    Entry(
        "rank",
        ("compared_label",),
        "1",
        "expected place of a label among all, 1 for the lowest",
        has_error=True,
        is_optional=True,
        is_finite=True,
    ),
)
"""Arrays of what is compared: cells of an output that differ in the label of one dim."""
