"""Draws in rising order: by digits as by comparisons, and sorted once for what shows them."""

from __future__ import annotations

import numpy as np
import pytest

from mcsus.counting import sorting
from mcsus.counting.draws import HeldDraws
from mcsus.counting.prefixes import Convergence

ODD = [np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 5e-324, -1e308]


@pytest.mark.slow  # it is compiled
@pytest.mark.parametrize("shape", [(3, 700), (16, 5000), (1, 9)])
def test_digits_sort_as_comparisons_do(shape, monkeypatch):
    monkeypatch.setattr(sorting, "MANY", 0)
    rng = np.random.default_rng(1)
    laws = (
        rng.lognormal(size=shape),
        -rng.lognormal(0, 300, shape),
        rng.normal(size=shape) + 100.0 * np.arange(shape[0])[:, np.newaxis],
        rng.integers(0, 3, shape).astype(float),
        rng.choice([*ODD, *rng.normal(size=20)], shape),
    )
    for values in laws:
        rows = sorting.sorted_rows(values)
        assert np.array_equal(rows, np.sort(values, axis=1), equal_nan=True)
        assert np.array_equal(sorting.merged(rows), np.sort(values, axis=None), equal_nan=True)


def test_what_is_sorted_is_shown_in_another_unit_without_sorting(monkeypatch):
    values = np.random.default_rng(1).lognormal(size=(4, 256))
    at = np.array([0.1, 0.5, 0.9])
    known, plain = HeldDraws(values), HeldDraws(values * 0.3)
    known.quantiles(at)
    expected = plain.quantiles(at), plain.replicate_quantiles(at)
    monkeypatch.setattr("mcsus.counting.draws.sorted_rows", None)
    monkeypatch.setattr("mcsus.counting.draws.merged", None)
    shown = known.times(0.3)
    assert np.array_equal(shown.quantiles(at), expected[0])
    assert np.array_equal(shown.replicate_quantiles(at), expected[1])


@pytest.mark.parametrize("probability", [1e-9, 0.025, 0.5, 0.975])
def test_the_last_of_all_draws_is_known_where_these_are_sorted(probability):
    values = np.random.default_rng(1).lognormal(size=(4, 500))
    apart = Convergence.of_prefixes(values, probability)
    known = Convergence.of_prefixes(values, probability, np.sort(values, axis=1))
    assert np.array_equal(apart.tails, known.tails)
