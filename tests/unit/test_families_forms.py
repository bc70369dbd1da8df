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
]


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.99])
@pytest.mark.parametrize(("family", "interval"), INTERVALS, ids=str)
def test_interval_is_covered_with_equal_tails(family, interval, coverage):
    law = distribution(family, **interval, coverage=coverage)
    below, _ = law.tails(interval["low"])
    _, above = law.tails(interval["high"])
    tail = (1 - coverage) / 2
    assert (below, above) == pytest.approx((tail, tail), rel=1e-10)
    assert law.to_dict() == {"distribution": family, **interval, "coverage": coverage} | (
        {} if family != "beta" else {k: law.to_dict()[k] for k in ("minimum", "maximum")}
    )
    assert distribution(law.to_dict()) == law


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
        ("lognormal", {"low": 2, "high": 2, "coverage": 0.9}, "high: found 2.0"),
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
        ({"pedigree": [2] * 5, "pedigree_table": "ecoinvent4"}, "did you mean 'ecoinvent"),
        ({"pedigree": [2] * 5, "gsd": 2}, "gsd: found gsd beside another form"),
    ],
)
def test_faulty_pedigree_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        distribution("lognormal", **({"median": 1, "basic_gsd2": 1.05} | given))


def test_every_form_is_listed():
    assert FAMILIES["lognormal"].forms[3] == ("median", "pedigree", "basic_gsd2", "pedigree_table")
    assert ("low", "high", "coverage") in FAMILIES["normal"].forms
