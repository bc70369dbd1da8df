"""Sobol' indices with a surrogate as control: no bias, less noise, none where it is of no use."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from mcsus.analysis.base import methods
from mcsus.analysis.groups import GroupValues, WantsGroups
from mcsus.analysis.methods.sobol import _sums, streaming_parts
from mcsus.analysis.surrogate_fits import found_surrogate
from mcsus.analysis.surrogates import (
    BOUNDED,
    DEGREES,
    UNBOUNDED,
    Features,
    Polynomial,
    Product,
    polynomials,
)
from mcsus.families import special
from mcsus.runner import Run, run
from mcsus.runner.controls import pilot_draws
from mcsus.runner.group_values import GroupRun
from mcsus.runner.input_groups import sensitivity_groups
from tests.coverage.index_cases import CASES

BY_NAME = {case.name: case for case in CASES}
SOBOL = methods()["sobol"]


def drawn(streams, draws, seed=1):
    return Features(np.random.default_rng(seed).random((streams, draws)))


@pytest.mark.parametrize("family", [BOUNDED, UNBOUNDED])
def test_polynomials_are_orthonormal(family):
    nodes, weights = special.roots_legendre(200)
    points = (nodes + 1) / 2
    weights = weights / 2
    if family == UNBOUNDED:
        nodes, weights = special.roots_hermitenorm(60)
        points, weights = special.ndtr(nodes), weights / weights.sum()
        inside = (points > 0) & (points < 1)
        points, weights = points[inside], weights[inside]
    columns = np.vstack([np.ones_like(points), polynomials(points, family)])
    assert (columns * weights) @ columns.T == pytest.approx(np.eye(DEGREES[family] + 1), abs=1e-7)


GROUPS = [frozenset({0}), frozenset({1, 2}), frozenset({3})]
SURROGATES = [
    Polynomial(
        2.0,
        [((0, 1),), ((1, 2),), ((0, 1), (1, 1)), ((1, 1), (2, 1)), ((0, 2), (2, 1), (3, 1))],
        np.array([1.0, 0.5, -0.4, 0.3, 0.2]),
        np.array([0, 1, 0, 1]),
    ),
    Product(3.0, {0: (BOUNDED, np.array([0.3, -0.1])), 1: (UNBOUNDED, np.array([0.4])),
                  3: (BOUNDED, np.array([0.2, 0.1, 0.05]))}),
]  # fmt: skip


@pytest.mark.parametrize("surrogate", SURROGATES, ids=lambda own: own.words)
def test_what_a_surrogate_has_exactly(surrogate):
    """Its indices by very many points are what it says; five standard errors."""
    a, b = drawn(4, 1 << 18, 1), drawn(4, 1 << 18, 2)
    values = surrogate.evaluations(a, b, GROUPS, second_order=True)
    exact = surrogate.exact(GROUPS, second_order=True)
    parts = [
        streaming_parts(_sums(GroupValues(own, 3, second_order=True)))
        for own in np.split(values, 16, axis=1)
    ]

    def agrees(each, wanted):
        each = np.array(each)
        error = each.std(axis=0, ddof=1) / 4
        assert np.all(np.abs(each.mean(axis=0) - wanted) <= 5 * error + 1e-12)

    agrees([own.mean for own in parts], exact.mean)
    agrees([own.variance for own in parts], exact.variance)
    for key in ("S1", "ST"):
        agrees([own.amounts[key] for own in parts], exact.amounts[key])
    above = np.triu_indices(3, 1)
    agrees([own.amounts["S2"][above] for own in parts], exact.amounts["S2"][above])


def test_a_control_of_itself_leaves_what_is_exact():
    surrogate, a, b = SURROGATES[0], drawn(4, 512, 1), drawn(4, 512, 2)
    values = surrogate.evaluations(a, b, GROUPS, second_order=False)
    own = streaming_parts(_sums(GroupValues(values, 3)))
    exact = surrogate.exact(GROUPS, second_order=False)
    found = own.controlled(own, exact)
    assert (found.mean, found.variance) == pytest.approx((exact.mean, exact.variance))
    for key in ("S1", "ST"):
        assert found.amounts[key] == pytest.approx(exact.amounts[key], abs=1e-12)
        assert found.slopes[key] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("size", [1e-3, 1e-8, 1e-12])
def test_a_product_of_little_spread_has_its_parts(size):
    """To first order in its exponents, a variance of the squares of their weights."""
    narrow = Product(1e9, {0: (BOUNDED, np.array([size])), 1: (UNBOUNDED, np.array([2 * size]))})
    exact = narrow.exact([frozenset({0}), frozenset({1})], second_order=False)
    assert exact.variance == pytest.approx(5 * (1e9 * size) ** 2, rel=10 * size + 1e-9)
    assert exact.amounts["S1"] / exact.variance == pytest.approx([0.2, 0.8], rel=10 * size + 1e-9)
    assert exact.amounts["ST"] / exact.variance == pytest.approx([0.2, 0.8], rel=10 * size + 1e-9)


@pytest.mark.parametrize("level", [1.0, 1e3, 1e5, 1e6, 1e9])
def test_a_small_spread_beside_a_large_mean(study, level):
    """What is added to an output changes no index by more than a few of its roundings."""
    laws = {"a": ("normal", 0, 1), "b": ("normal", 0, 2)}
    asked = study(
        laws, {"y": f"{level:.0f} + 0.001 * (a + b)"}, sensitivity={"draws": 1024, "replicates": 4}
    )
    (cell,) = run(asked, replicates=4).to_dict()["sensitivity"]["y"]["cells"]
    found = [cell["indices"][name][key]["value"] for name in "ab" for key in ("S1", "ST")]
    rounding = np.finfo(float).eps * level / (0.001 * math.sqrt(5))
    assert found == pytest.approx([0.2, 0.2, 0.8, 0.8], abs=1e-9 + 4 * rounding)


class TestFound:
    @staticmethod
    def found(function, draws=1024, streams=3):
        own = [drawn(streams, draws, seed) for seed in (1, 2)]
        return found_surrogate(*((each, function(each.points)) for each in own), range(streams))

    def test_a_product_of_lognormals_is_found_to_be_one(self):
        scores = special.ndtri
        made = self.found(lambda u: 2 * np.exp(0.1 * scores(u[0]) + scores(u[1]) - scores(u[2])))
        assert isinstance(made, Product)
        exact = made.exact([frozenset({k}) for k in range(3)], second_order=False)
        assert exact.mean == pytest.approx(2 * math.exp(0.005 + 0.5 + 0.5), rel=1e-9)

    def test_a_sum_of_products_is_a_polynomial(self):
        made = self.found(lambda u: u[0] * u[1] - u[2] ** 2)
        assert isinstance(made, Polynomial)
        assert {term for term in made.terms if len(term) == 2} == {((0, 1), (1, 1))}
        assert all(s == 2 for term in made.terms for s, degree in term if degree == 2)

    def test_noise_is_no_effect(self):
        made = self.found(lambda u: u[0] + 1e-3 * np.sin(1e6 * u[1]), draws=4096)
        assert isinstance(made, Polynomial)
        assert {s for term in made.terms for s, _ in term} == {0}

    @pytest.mark.parametrize(
        "function",
        [
            lambda u: np.sin(40 * u[0]) * np.sin(40 * u[1]),
            lambda u: np.where(u.prod(axis=0) > 0.6, 100.0, 0.0),
            lambda u: np.tan(np.pi * (u[0] - 0.5)),
        ],
    )
    def test_none_where_it_says_little(self, function):
        assert self.found(function) is None


def indices(case, size, seed, estimator, **options):
    """Return S1 and ST of a run, shape (2, input), and what estimated them."""
    replicates, draws = size
    asked = case.study(estimator=estimator, draws=draws, replicates=replicates, **options)
    result = run(asked, seed=seed, draws=256, replicates=replicates).to_dict()
    (cell,) = result["sensitivity"]["y"]["cells"]
    named = cell["indices"]
    return {k: {n: v["value"] for n, own in named.items() if (v := own.get(k))} for k in
            ("S1", "ST")}, cell  # fmt: skip


def test_a_wide_product_of_lognormals_at_2_to_the_14_evaluations():
    """Of SALib's estimators the largest total order has a relative error of about .1."""
    case = BY_NAME["products"]
    wanted, size = case.exact["ST"]["x3"], (4, 512)
    assert 4 * 512 * 5 + 2 * pilot_draws(4 * 512, 3) <= 2**14
    off = []
    for seed in range(4):
        found, cell = indices(case, size, seed, "auto")
        assert cell["estimator"] == "SALib with a product as control"
        off.append(found["ST"]["x3"] / wanted - 1)
    assert math.sqrt(np.mean(np.square(off))) < 0.13 / 3


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("footprint", 2), ("ishigami", 2)])
def test_the_error_is_that_of_more_points(name, least):
    """Mean squared errors over seeds, all inputs together, at 4 x 2048."""
    case, squares = BY_NAME[name], {"auto": 0.0, "salib": 0.0}
    for estimator, seed in itertools.product(squares, range(10)):
        found, _ = indices(case, (4, 2048), seed, estimator)
        squares[estimator] += sum(
            (found[key][n] - case.exact[key][n]) ** 2 for key in found for n in found[key]
        )
    assert squares["salib"] > least * squares["auto"]


def test_pairs_and_groups_with_a_control():
    case = BY_NAME["products"]
    _, cell = indices(case, (4, 512), 1, "auto", second_order=True)
    assert cell["estimator"] == "SALib with a product as control"
    assert len(cell["second_order"]) == 3
    for own in cell["second_order"]:
        wanted = case.exact["S2"][" ".join(own["inputs"])]
        assert own["S2"]["value"] == pytest.approx(wanted, abs=1e-6)
    found, _ = indices(case, (4, 512), 1, "auto", groups={"both": ["x1", "x2"]})
    squares = {"both": 0.3**2 + 0.6**2, "x3": 1.0}
    whole = math.expm1(sum(squares.values()))
    assert found["S1"] == pytest.approx(
        {n: math.expm1(s) / whole for n, s in squares.items()}, abs=1e-6
    )


class TestNone:
    @staticmethod
    def told(study):
        cells = run(study).to_dict()["sensitivity"]["y"]["cells"]
        return [cell["estimator"] for cell in cells]

    def test_of_few_draws(self):
        case = BY_NAME["products"]
        assert indices(case, (2, 256), 1, "auto")[1]["estimator"] == "SALib"

    @pytest.mark.parametrize("estimator", ["salib", "streaming"])
    def test_where_another_is_asked_for(self, estimator):
        _, cell = indices(BY_NAME["products"], (4, 512), 1, estimator)
        assert cell["estimator"].lower() == estimator

    def test_of_what_does_not_vary(self, study):
        laws = {"a": ("uniform", 1, 2)}
        options = {"sensitivity": {"draws": 1024, "replicates": 4}, "design": {"draws": 1024}}
        (told,) = self.told(study(laws, {"y": "a - a + 1"}, **options))
        assert told == "SALib"

    def test_of_ranks(self):
        case = BY_NAME["products"]
        ready = Run(case.study())
        design = replace(ready.study.design, draws=1024, replicates=4)
        groups = {"": sensitivity_groups(ready.study, ready.model)}
        wants = WantsGroups(ranked=True, controlled=True)
        made = GroupRun(ready.kernel, ("y",), groups, design, wants)
        assert made.controls is None


def test_cells_have_controls_of_their_own(study):
    laws = {"a": ("lognormal", 1, 1.5), "b": ("lognormal", 1, 1.5)}
    options = {"sensitivity": {"draws": 2048, "replicates": 4}, "dims": {"form": ["easy", "hard"]}}
    asked = study(laws, {"y": "a*b", "z": "sin(1000*a)*b"}, ["y", "z"], **options)
    found = run(asked, replicates=4).to_dict()["sensitivity"]
    told = {name: own["cells"][0]["estimator"] for name, own in found.items()}
    assert told == {"y": "SALib with a product as control", "z": "SALib"}
