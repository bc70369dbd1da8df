"""Numbers and cells of an explorer as JSON has them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mcsus.runner.explored import Bounds, Cell, ClaimCell, Effects, Paired

Array = NDArray[np.float64]

_DIGITS, _EXACT_POWER = 9, 22


def told_cell(cell: Cell) -> dict[str, Any]:
    """Return a cell as JSON has it."""
    told: dict[str, Any] = {
        "labels": dict(cell.labels),
        "mean": estimate(cell.mean, cell.mean_error) if math.isfinite(cell.mean) else None,
        "sd": number(cell.sd),
        "median": estimate(cell.median, cell.median_error),
        "quantiles": numbers(cell.quantiles),
        "intervals": [_rounded(own) for own in cell.intervals],
        "never": number(cell.never),
        "breakdown": [
            {"id": name, "mean": number(mean), "error": number(error)}
            for name, mean, error in cell.breakdown
        ],
        "before": None if cell.before is None else _before(cell.before),
    }
    if cell.probabilities is not None:
        told["probabilities"] = numbers(cell.probabilities)
    if cell.bounds is not None:
        told["bounds"] = _bounds(cell.bounds)
    return told


def _bounds(own: Bounds) -> dict[str, Any]:
    interval = {"level": own.level, "low": number(own.low), "high": number(own.high)}
    mean = own.mean and [number(end) for end in own.mean]
    return {"mean": mean, "median": [number(end) for end in own.median], "interval": interval}


def _before(own: Paired) -> dict[str, Any]:
    return {
        "mean": number(own.mean),
        "mean_error": number(own.mean_error),
        "quantiles": numbers(own.quantiles),
        "intervals": [_rounded(each) for each in own.intervals],
        "difference": estimate(own.difference, own.difference_error),
        "ratio": number(own.ratio),
        "lower": estimate(own.lower, own.lower_error),
        "higher": {"value": number(own.higher)},
    }


def told_claim(cell: ClaimCell) -> dict[str, Any]:
    """Return a cell of a claim as JSON has it."""
    return {
        "labels": dict(cell.labels),
        "probability": number(cell.judgement.probability),
        "error": number(cell.judgement.error),
        "verdict": str(cell.judgement.verdict),
        "before": number(cell.before),
        "bounds": cell.bounds and list(cell.bounds),
        "undecided_by": cell.undecided_by or None,
    }


def told_effects(effects: Effects) -> dict[str, Any]:
    """Return what changes do as JSON has it."""
    return {name: [_rounded(own) for own in cells] for name, cells in effects.items()}


def _rounded(row: NamedTuple) -> dict[str, Any]:
    """Return a named tuple as JSON has it."""
    return {
        key: dict(value) if isinstance(value, Mapping) else number(value)
        for key, value in row._asdict().items()
    }


def estimate(value: float, error: float) -> dict[str, float | None]:
    """Return a value with its error as JSON has it."""
    return {"value": number(value), "error": number(error)}


def number(value: float) -> float | None:
    """Return a number as JSON has it."""
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None


def numbers(values: Array) -> list[float | None]:
    """Return many numbers of so many digits: the nearest floats to these, as `number` does."""
    known = np.isfinite(values)
    held = np.where(known & (values != 0), values, 1.0)
    powers = _DIGITS - 1 - np.floor(np.log10(np.abs(held))).astype(np.int64)
    if np.abs(powers).max(initial=0) > _EXACT_POWER:
        return list(map(number, values.tolist()))
    up, down = 10.0 ** np.maximum(powers, 0), 10.0 ** np.maximum(-powers, 0)
    near = np.rint(held * up / down) / up * down
    listed: list[float | None] = np.where(values == 0, 0.0, near).tolist()
    return [own if is_known else None for own, is_known in zip(listed, known.tolist(), strict=True)]
