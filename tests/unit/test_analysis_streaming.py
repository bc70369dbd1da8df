"""Indices from sums alone are those of SALib on the same values."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mcsus.analysis.groups import GroupSums
from mcsus.analysis.methods.sobol import salib_indices, streaming_parts
from mcsus.analysis.shares import pooled_shares
from mcsus.counting.compiled import folding
from mcsus.engine.plans import FOLD
from mcsus.engine.saltelli import columns
from mcsus.engine.store import index_sums

N = 8192


def evaluations(function, inputs, *, second_order=False, draws=N):
    """Return the values at A, B, A with each input from B, and B with each input from A."""
    a, b = np.random.default_rng(2).random((2, draws, inputs))
    points = [a, b]
    for base, other in [(a, b), (b, a)][: 2 if second_order else 1]:
        for k in range(inputs):
            mixed = base.copy()
            mixed[:, k] = other[:, k]
            points.append(mixed)
    return function(np.array(points))


def streamed_parts(values, groups, *, second_order=False):
    """Return the parts of the variance from the sums that the engine makes."""
    add_up, fold = index_sums(), folding()
    draws, paired = values.shape[1], groups if second_order else 0
    parts = np.empty((-(-draws // FOLD), 1, columns(groups, paired)))
    add_up(np.ascontiguousarray(values[None]), draws, values[:1, 0].copy(), groups, paired, parts)
    total, carry = np.zeros((2, parts.shape[2]))
    fold(total, carry, parts[:, 0].copy())
    sums = GroupSums(total + carry, draws, groups, second_order, float(values[0, 0]))
    return streaming_parts(sums)


def streamed(values, groups, *, second_order=False):
    """Return the indices of one replicate from sums."""
    return pooled_shares([streamed_parts(values, groups, second_order=second_order)]).values


def ishigami(u):
    x = math.pi * (2 * u - 1)
    return np.sin(x[..., 0]) * (1 + 0.1 * x[..., 2] ** 4) + 7 * np.sin(x[..., 1]) ** 2


def g_function(u):
    """Sobol' (1993), with the coefficients that are usual."""
    a = np.array([0, 1, 4.5, 9, 99, 99, 99, 99])
    return np.prod((np.abs(4 * u - 2) + a) / (1 + a), axis=-1)


def heavy(u):
    return np.exp(3 * u.sum(axis=-1)) / (1.001 - u[..., 0])


FUNCTIONS = {
    "ishigami": (ishigami, 3),
    "g": (g_function, 8),
    "mean 1e6 sd": (lambda u: 1e6 + ishigami(u) / 3.7208, 3),
    "mean -1e6 sd": (lambda u: -1e6 + ishigami(u) / 3.7208, 3),
    "heavy": (heavy, 3),
    "tiny": (lambda u: 1e-40 * ishigami(u), 3),
    "one input": (lambda u: u[..., 0] ** 2, 1),
    "an input that does nothing": (lambda u: u[..., 0] ** 2, 2),
}


@pytest.mark.parametrize("second_order", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_same_numbers_as_salib(name, second_order):
    function, groups = FUNCTIONS[name]
    values = evaluations(function, groups, second_order=second_order)
    wanted = salib_indices(values, groups, second_order=second_order)
    found = streamed(values, groups, second_order=second_order)
    assert set(found) == set(wanted)
    for key, expected in wanted.items():
        assert found[key].shape == expected.shape
        assert np.allclose(found[key], expected, rtol=0, atol=1e-12, equal_nan=True), key


@pytest.mark.parametrize("draws", [2, 256, 1024, 2048])
def test_the_same_numbers_at_any_size(draws):
    values = evaluations(ishigami, 3, second_order=True, draws=draws)
    wanted = salib_indices(values, 3, second_order=True)
    found = streamed(values, 3, second_order=True)
    for key, expected in wanted.items():
        assert np.allclose(found[key], expected, rtol=1e-12, atol=1e-12, equal_nan=True), key


@pytest.mark.parametrize("second_order", [False, True])
def test_an_output_that_does_not_vary_has_no_indices(second_order):
    values = np.full((6 if second_order else 4, 2048), 0.1)
    found = streamed(values, 2, second_order=second_order)
    assert set(found) == ({"S1", "ST", "S2"} if second_order else {"S1", "ST"})
    assert all(np.isnan(value).all() for value in found.values())


@pytest.mark.parametrize("evaluation", [2, 3, 4, 5])
def test_what_varies_outside_a_and_b_alone_has_no_variance_to_share(evaluation):
    values = np.full((6, 2048), 0.1)
    values[evaluation, 7] = 0.2
    wanted = salib_indices(values, 2, second_order=True)
    found = streamed(values, 2, second_order=True)
    for each in (*wanted.values(), *found.values()):
        assert np.isnan(each).all()


def test_pairs_are_in_the_upper_triangle():
    found = streamed(evaluations(ishigami, 3, second_order=True), 3, second_order=True)["S2"]
    assert np.isfinite(found).tolist() == [[i < j for j in range(3)] for i in range(3)]


@pytest.mark.parametrize(("count", "second_order"), [(12, False), (13, True), (0, False)])
def test_sums_that_do_not_fit_are_refused(count, second_order):
    with pytest.raises(ValueError, match=rf"\({count},\) sums do not fit 3 groups"):
        streaming_parts(GroupSums(np.ones(count), N, 3, second_order))
