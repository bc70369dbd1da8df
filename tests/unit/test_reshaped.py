"""Laws moved, stretched and bent, in the words of their families."""

import numpy as np
import pytest

from mcsus.errors import InputError
from mcsus.families import FAMILIES, distribution
from mcsus.families.reshaped import around, narrowed, scaled, shifted, with_ends

U = np.array([0.001, 0.05, 0.3, 0.5, 0.8, 0.95, 0.999])
AT_ZERO = {"lognormal", "loguniform", "gamma", "weibull", "exponential"}
STEPS = {"bernoulli", "discrete", "empirical"}


@pytest.fixture(params=sorted(FAMILIES))
def law(request):
    return distribution(request.param, **FAMILIES[request.param].example)


def near(law):
    return pytest.approx(law, rel=1e-9, abs=1e-9)


def test_a_multiple(law):
    assert scaled(law, 1.7).quantile(U) == near(1.7 * law.quantile(U))


def test_a_law_that_begins_at_zero_is_not_shifted(law):
    if law.family in AT_ZERO or law.family == "mixture":  # whose second law begins there
        with pytest.raises(InputError, match=r"found \+ 2 of .*whose family has no such law"):
            shifted(law, 2)
    else:
        assert shifted(law, 2).quantile(U) == near(law.quantile(U) + 2)


def test_a_narrower_law_keeps_its_median(law):
    made = narrowed(law, 0.5)
    assert made.quantile(0.5) == near(law.quantile(0.5))
    low, high = (own.quantile(0.95) - own.quantile(0.05) for own in (made, law))
    assert low < high or law.family == "constant"


def test_ends(law):
    if law.family == "mixture":
        with pytest.raises(InputError):
            with_ends(law, 2, 7)
    else:
        made = with_ends(law, 2, 7)
        assert made.quantile([0.05, 0.95]) == near([2, 7])
        assert law.family in AT_ZERO | STEPS | {"constant"} or made.family == law.family


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ({"distribution": "normal", "mean": 4, "relative_sd": 0.5}, {"mean": 14.0, "sd": 2.0}),
        ({"distribution": "beta", "alpha": 2, "beta": 2}, {"minimum": 10.0, "maximum": 11.0}),
        (
            {"distribution": "normal", "mean": 1, "sd": 1, "truncate": {"low": 0}},
            {"mean": 11.0, "truncate": {"low": 10.0}},
        ),
    ],
)
def test_what_a_law_leaves_out_is_moved_as_well(given, made):
    assert made.items() <= shifted(distribution(given), 10).to_dict().items()


def test_other_forms_of_the_lognormal_law():
    for form in (
        {"mean": 5, "sd": 2},
        {"mean": 5, "cv": 0.4},
        {"low": 1, "high": 9, "coverage": 0.8},
        {"log_mean": 1, "log_sd": 0.5},
        {"median": 3, "gsd2": 4},
    ):
        law = distribution("lognormal", **form)
        score = np.log(law.quantile(U) / law.quantile(0.5))
        for made in (narrowed(law, 0.25), narrowed(scaled(law, 3), 0.25)):
            assert np.log(made.quantile(U) / made.quantile(0.5)) == near(score / 4)


@pytest.mark.parametrize(("ends", "family"), [((5, 20), "lognormal"), ((0, 20), "normal")])
def test_a_range(ends, family):
    made = around(*ends)
    assert (made.family, made.quantile([0.05, 0.95])) == (family, near(ends))


@pytest.mark.parametrize("move", [lambda x: scaled(x, 0), lambda x: scaled(x, np.inf)])
def test_a_multiple_that_is_none(move):
    with pytest.raises(InputError, match="a finite number above 0 after x"):
        move(distribution("normal", mean=1, sd=1))


def test_ends_the_wrong_way_round():
    with pytest.raises(InputError, match="a lower end below the upper one"):
        with_ends(distribution("normal", mean=1, sd=1), 3, 2)
