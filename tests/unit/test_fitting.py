"""Fits to data: parameters found again, goodness of fit, and no silent choice."""

import numpy as np
import pytest
from scipy import stats

import mcsus
from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.families.fitting import fitted

LAW = distribution("lognormal", median=3, gsd=1.5)
DATA = LAW.quantile((np.arange(200) + 0.5) / 200)


def test_parameters_are_found_again_and_no_fit_is_preferred():
    fits = mcsus.from_data(DATA, ["normal", "lognormal"], bootstrap=40)
    assert list(fits.fits) == ["normal", "lognormal"]
    law = fits.law("lognormal")
    assert law.parameters()["median"] == pytest.approx(3, rel=1e-6)
    assert law.parameters()["gsd"] == pytest.approx(1.5, rel=0.02)
    good, bad = fits.fits["lognormal"], fits.fits["normal"]
    assert good.aic < bad.aic - 10
    assert good.ad < bad.ad
    assert good.ks_p > 0.5 > 0.05 > bad.ks_p
    assert not hasattr(fits, "best")


def test_bootstrap_interval_has_the_width_of_theory():
    """The log median has standard error log(gsd) / sqrt(n)."""
    fit = mcsus.from_data(DATA, ["lognormal"], bootstrap=200).fits["lognormal"]
    low, high = np.log(fit.interval("median"))
    expected = 2 * 1.96 * np.log(1.5) / np.sqrt(200)
    assert high - low == pytest.approx(expected, rel=4 / np.sqrt(2 * 200) * 2)


def test_same_seed_same_table():
    tables = [repr(mcsus.from_data(DATA[::9], ["gamma"], bootstrap=9)) for _ in range(2)]
    assert tables[0] == tables[1]
    assert "gamma" in tables[0]
    assert "shape" in tables[0]


def test_every_family_of_the_table_is_fitted_or_left_out_with_a_reason():
    fits = mcsus.from_data(DATA - 2, bootstrap=0)
    assert set(fits.fits) | set(fits.left_out) == set(fitted())
    assert fits.left_out["lognormal"] == "a value is not above 0"
    assert "beta left out: a value is not between 0 and 1" in repr(fits)
    assert fits._repr_html_().count("<tr>") == 1 + len(fits.fits)


def test_faulty_data_are_refused():
    with pytest.raises(InputError, match="values: found 2 values"):
        mcsus.from_data([1, 2])
    with pytest.raises(InputError, match="values: found 6 values, 1 of them not finite"):
        mcsus.from_data([1, 2, 3, 4, 5, np.nan])
    with pytest.raises(
        InputError, match=r"families: found 'lognormel'; .*did you mean 'lognormal'"
    ):
        mcsus.from_data(DATA, ["lognormel"])
    with pytest.raises(InputError, match="law: found 'beta': a value is not between 0 and 1"):
        mcsus.from_data(DATA, ["beta", "normal"], bootstrap=0).law("beta")


def test_three_readings_and_what_they_say_of_their_mean():
    """JCGM 101:2008, 6.4.9: Student's law with n - 1 degrees of freedom."""
    data = [10.1, 10.4, 9.8]
    fits = mcsus.from_data(data, ["normal", "student_t", "mean"], bootstrap=20)
    assert list(fits.fits) == ["normal"]
    assert fits.left_out["student_t"] == "3 parameters of 3 values"
    parameters = fits.law("mean").parameters()
    assert parameters["df"] == 2
    assert parameters["location"] == pytest.approx(10.1, rel=1e-14)
    assert parameters["scale"] == pytest.approx(0.3 / np.sqrt(3), rel=1e-12)
    expected = stats.t.interval(0.95, 2, loc=10.1, scale=0.3 / np.sqrt(3))
    assert fits.law("mean").quantile([0.025, 0.975]) == pytest.approx(expected, rel=1e-9)
    assert "of the mean, .law('mean'): student_t, df = 2" in repr(fits)


def test_the_law_of_the_mean_covers_the_mean():
    """Of 400 sets of 4 readings 95 % intervals hold the mean as often as they say, within 4 sd."""
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(400):
        law = mcsus.from_data(rng.normal(5, 2, 4), ["mean"], bootstrap=0).mean
        low, high = law.quantile([0.025, 0.975])
        held += low < 5 < high
    assert abs(held / 400 - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 400)


def test_a_uniform_law_is_never_ranked_by_the_extremes_of_the_data():
    data = distribution("normal", mean=0, sd=1).quantile((np.arange(12) + 0.5) / 12)
    fits = mcsus.from_data(data, ["normal", "uniform"], bootstrap=20)
    uniform = fits.fits["uniform"]
    beyond = np.ptp(data) / 11
    assert uniform.law.support() == pytest.approx((data.min() - beyond, data.max() + beyond))
    assert np.isnan(uniform.aic)
    [row] = [row for row in fits.rows() if row[0] == "uniform"]
    assert row[-2:] == ("", "")
    assert next(row for row in fits.rows() if row[0] == "normal")[-1] == "0"
    assert "uniform has no AIC" in repr(fits)


def test_the_ends_of_a_uniform_law_have_no_bias():
    rng = np.random.default_rng(3)
    ends = [mcsus.from_data(rng.uniform(2, 5, 6), ["uniform"], bootstrap=0).law("uniform").support()
            for _ in range(300)]  # fmt: skip
    spread = np.std(ends, axis=0) / np.sqrt(300)
    assert np.all(np.abs(np.mean(ends, axis=0) - [2, 5]) < 4 * spread)
