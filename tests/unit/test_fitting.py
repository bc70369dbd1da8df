"""Fits to data: parameters found again, goodness of fit, and no silent choice."""

import numpy as np
import pytest

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
    with pytest.raises(InputError, match="values: found 3 values"):
        mcsus.from_data([1, 2, 3])
    with pytest.raises(InputError, match="values: found 6 values, 1 of them not finite"):
        mcsus.from_data([1, 2, 3, 4, 5, np.nan])
    with pytest.raises(
        InputError, match=r"families: found 'lognormel'; .*did you mean 'lognormal'"
    ):
        mcsus.from_data(DATA, ["lognormel"])
    with pytest.raises(InputError, match="law: found 'beta': a value is not between 0 and 1"):
        mcsus.from_data(DATA, ["beta", "normal"], bootstrap=0).law("beta")
