"""Further ways to state a law: intervals with their coverage, scores of data quality."""

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.families import FAMILIES, distribution
from mcsus.families.pedigree import FACTORS, VARIANCES, log_sd

INTERVALS = [
    ("normal", {"low": -5, "high": 20}),
    ("lognormal", {"low": 5, "high": 20}),
    ("lognormal", {"low": 1e-9, "high": 1e9}),
    ("loguniform", {"low": 5, "high": 20}),
    ("beta", {"low": 0.2, "high": 0.3}),
    ("beta", {"low": 0.9, "high": 0.999}),
    ("beta", {"low": 1e-3, "high": 0.9}),
    ("beta", {"low": 12, "high": 18, "minimum": 10, "maximum": 20}),
    ("uniform", {"low": -5, "high": 20}),
    ("triangular", {"low": -5, "mode": 0, "high": 20}),
    ("triangular", {"low": 5, "mode": 5, "high": 20}),
    ("triangular", {"low": 5, "mode": 20, "high": 20}),
    ("pert", {"low": 5, "mode": 6, "high": 20}),
    ("pert", {"low": 5, "mode": 20, "high": 20, "shape": 0.5}),
    ("pert", {"low": -1e6, "mode": 0, "high": 1, "shape": 30}),
    ("gamma", {"low": 5, "high": 20}),
    ("gamma", {"low": 5, "high": 5.001}),
    ("gamma", {"low": 1e-9, "high": 3}),
    ("weibull", {"low": 5, "high": 20}),
    ("weibull", {"low": 1e-9, "high": 3}),
]


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("family", "interval"), INTERVALS, ids=str)
def test_interval_is_covered_with_equal_tails(family, interval, coverage):
    law = distribution(family, **interval, coverage=coverage)
    below, _ = law.tails(interval["low"])
    _, above = law.tails(interval["high"])
    tail = (1 - coverage) / 2
    assert (below, above) == pytest.approx((tail, tail), rel=1e-10)
    written = law.to_dict()
    given = {"distribution": family, **interval, "coverage": coverage}
    assert {key: written[key] for key in given} == given
    assert {*written} - {*given} <= {"minimum", "maximum", "shape"}
    assert distribution(written) == law
    whole = distribution(family, **law.first_form())
    np.testing.assert_allclose(whole.quantile(U), law.quantile(U), rtol=1e-9, atol=1e-9)


U = np.linspace(0.01, 0.99, 9)
CONSTANTS = [
    ("normal", {"mean": 3, "sd": 0}),
    ("normal", {"mean": 3, "relative_sd": "0 %"}),
    ("normal", {"mean": 3, "plus_minus": 0, "coverage": 0.95}),
    ("normal", {"low": 3, "high": 3, "coverage": 0.95}),
    ("lognormal", {"median": 3, "gsd": 1}),
    ("lognormal", {"median": 3, "gsd2": 1}),
    ("lognormal", {"mean": 3, "gsd": 1}),
    ("lognormal", {"mean": 3, "sd": 0}),
    ("lognormal", {"mean": 3, "cv": 0}),
    ("lognormal", {"log_mean": np.log(3), "log_sd": 0}),
    ("lognormal", {"low": 3, "high": 3, "coverage": 0.95}),
    ("lognormal", {"mean": 3, "low": 3, "high": 3, "coverage": 0.95}),
    ("uniform", {"minimum": 3, "maximum": 3}),
    ("uniform", {"low": 3, "high": 3, "coverage": 0.5}),
    ("loguniform", {"minimum": 3, "maximum": 3}),
    ("triangular", {"minimum": 3, "mode": 3, "maximum": 3}),
    ("triangular", {"low": 3, "mode": 3, "high": 3, "coverage": 0.5}),
    ("pert", {"minimum": 3, "mode": 3, "maximum": 3, "shape": 2}),
    ("beta", {"alpha": 1, "beta": 2, "minimum": 3, "maximum": 3}),
    ("gamma", {"low": 3, "high": 3, "coverage": 0.5}),
    ("weibull", {"low": 3, "high": 3, "coverage": 0.5}),
    ("student_t", {"df": 4, "location": 3, "scale": 0}),
    ("gumbel", {"mode": 3, "scale": 0}),
]


@pytest.mark.parametrize(("family", "given"), CONSTANTS, ids=str)
def test_law_without_spread_is_a_constant_that_says_so(family, given):
    law = distribution(family, **given)
    assert (law.family, law.stated) == ("constant", family)
    assert law.value == pytest.approx(3, rel=1e-15)
    assert law == distribution(law.to_dict())


@pytest.mark.parametrize(
    ("family", "given", "message"),
    [
        ("lognormal", {"median": -3, "gsd": 1}, "median: found -3"),
        ("normal", {"sd": 0}, "mean: found nothing"),
        ("normal", {"mean": 3, "sd": 0, "truncate": {"low": 4}}, "holds value = 3.0"),
        ("triangular", {"minimum": 3, "mode": 4, "maximum": 3}, "maximum: found 3.0"),
        ("loguniform", {"minimum": 0, "maximum": 0}, "minimum: found 0; .*above 0"),
        (
            "quantiles",
            {"probabilities": [0.1, 0.9], "values": [1, 2], "minimum": 0, "maximum": 0},
            "maximum: found 0.0",
        ),
    ],
)
def test_law_without_spread_has_its_domain_too(family, given, message):
    with pytest.raises(InputError, match=message):
        distribution(family, **given)


def test_gsd2_is_the_square_and_no_other_name_of_gsd():
    squared = distribution("lognormal", median=2, gsd2=1.44)
    assert squared.first_form() == pytest.approx({"median": 2, "gsd": 1.2}, rel=1e-15)
    with pytest.raises(InputError, match="gsd2: found gsd2 beside another form"):
        distribution("lognormal", median=2, gsd=1.2, gsd2=1.44)


def test_interval_beside_a_mean_is_covered_in_whole():
    law = distribution("lognormal", mean=5, low=2, high=11, coverage=0.95)
    assert law.mean() == pytest.approx(5, rel=1e-14)
    assert law.tails(2)[0] + law.tails(11)[1] == pytest.approx(0.05, rel=1e-12)


def test_loguniform_bounds_of_half_the_log_range():
    law = distribution("loguniform", low=10, high=1000, coverage=0.5)
    assert law.support() == pytest.approx((1, 10_000), rel=1e-14)


def test_truncation_comes_after_the_interval():
    law = distribution("normal", low=-1, high=1, coverage=0.9, truncate={"low": 0})
    whole = distribution("normal", low=-1, high=1, coverage=0.9)
    assert law.cdf(1) == pytest.approx(2 * float(whole.cdf(1)) - 1, rel=1e-14)


@pytest.mark.parametrize(
    ("family", "given", "message"),
    [
        ("normal", {"low": 1, "high": 2}, "coverage: found nothing"),
        ("normal", {"low": 2, "high": 1, "coverage": 0.9}, "high: found 1.0; .*above low = 2.0"),
        ("normal", {"low": 1, "high": 2, "coverage": 1}, "coverage: found 1; .*below 1"),
        ("normal", {"low": 1, "high": 2, "coverage": 0}, "coverage: found 0; .*above 0"),
        ("normal", {"low": 1, "high": 2, "coverage": 90}, "coverage: found 90; .*below 1"),
        ("normal", {"mean": 1, "low": 0, "high": 2, "coverage": 0.9}, "mean: .*another form"),
        ("lognormal", {"low": 0, "high": 2, "coverage": 0.9}, "low: found 0; .*above 0"),
        ("gamma", {"low": 1e-300, "high": 1e300, "coverage": 0.1}, "coverage: .*a gamma law"),
        ("weibull", {"low": 1, "high": 1e300, "coverage": 1e-12}, "coverage: .*float64"),
        ("loguniform", {"low": 1, "high": 1e300, "coverage": 0.1}, "coverage: .*float64"),
        ("beta", {"low": 0, "high": 0.5, "coverage": 0.9}, "low: found 0.0; .*between 0.0 and 1.0"),
        ("beta", {"low": 0.5, "high": 2, "coverage": 0.9}, "high: found 2.0; .*between 0.0 and 1"),
    ],
)
def test_faulty_interval_is_refused(family, given, message):
    with pytest.raises(InputError, match=message):
        distribution(family, **given)


def test_pedigree_of_the_reference_case():
    law = distribution("lognormal", median=2, pedigree=[2, 3, 1, 2, 3], basic_gsd2=1.05)
    sigma = np.log(law.quantile(0.8413447460685429) / 2)
    assert sigma == pytest.approx(0.100600, abs=5e-7)
    assert np.exp(sigma) == pytest.approx(1.105834, abs=5e-7)
    assert np.exp(2 * sigma) == pytest.approx(1.222870, abs=5e-7)
    assert law.typical() == 2
    assert distribution(law.to_dict()) == law


def test_pedigree_of_the_second_table():
    """Scores 3, 4, 3, 3, 4 with basic GSD2 1.05: variance 0.0467, GSD2 1.541."""
    sigma = log_sd((3, 4, 3, 3, 4), 1.05, "ecoinvent3")
    assert sigma**2 == pytest.approx(0.0467, abs=5e-5)
    assert np.exp(2 * sigma) == pytest.approx(1.541, abs=5e-4)


def test_variances_are_the_rounded_factors():
    """As the guideline says: variance = (ln(factor) / 2)**2, rounded to one digit."""
    differ = []
    for row, variances in enumerate(VARIANCES["ecoinvent3"]):
        for place, variance in enumerate(variances):
            exact = (np.log(FACTORS["ecoinvent2"][row][place]) / 2) ** 2
            if abs(variance - exact) > 0.16 * max(variance, 1e-9):
                differ.append((row, place + 1))
    assert differ == [(3, 4), (4, 2)]  # not defined in the older table


def test_tables_differ_and_are_chosen_by_name():
    widths = [
        distribution(
            "lognormal", median=1, pedigree=[4] * 5, basic_gsd2=1.05, pedigree_table=table
        ).sd()
        for table in ("ecoinvent2", "ecoinvent3", "empirical")
    ]
    assert len(set(widths)) == 3
    assert max(widths) == widths[2]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"pedigree": [1, 2, 3, 4]}, r"pedigree: found \[1, 2, 3, 4\]; .*five scores"),
        ({"pedigree": [1, 2, 3, 4, 6]}, r"pedigree.\[5\]: found 6; .*from 1 to 5, for further"),
        ({"pedigree": [1, 2.5, 3, 4, 5]}, r"pedigree.\[2\]: found 2.5; .*for completeness"),
        ({"pedigree": [1] * 5, "basic_gsd2": 1}, "pedigree: found the best scores"),
        ({"pedigree": [1] * 5, "basic_gsd2": 0.9}, "basic_gsd2: found 0.9; .*at least 1"),
        ({"pedigree": [2] * 5, "pedigree_table": "ecoinvnet3"}, "did you mean 'ecoinvent3'"),
        ({"pedigree": [2] * 5, "gsd": 2}, "gsd: found gsd beside another form"),
    ],
)
def test_faulty_pedigree_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        distribution("lognormal", **({"median": 1, "basic_gsd2": 1.05} | given))


def test_every_form_is_listed():
    pedigree = ("median", "pedigree", "basic_gsd2", "pedigree_table")
    assert FAMILIES["lognormal"].forms[-1] == pedigree
    assert ("low", "high", "coverage") in FAMILIES["normal"].forms
