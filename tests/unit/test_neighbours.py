"""Laws to and from stats_arrays, scipy.stats and SALib; the traps of each format."""

import math

import numpy as np
import pytest
import stats_arrays as peer
from SALib.util import scale_samples
from scipy import stats

from mcsus.errors import InputError
from mcsus.families import distribution
from mcsus.neighbours import (
    from_salib,
    from_scipy,
    from_stats_arrays,
    to_salib,
    to_scipy,
    to_stats_arrays,
)

NAN = math.nan
U = np.linspace(0.01, 0.99, 25)

ROWS = {  # uncertainty type: row, and the law by the formulas of the format's documentation
    1: ({"loc": 3.0}, None),
    2: ({"loc": 0.7, "scale": 0.2}, stats.lognorm(0.2, scale=math.exp(0.7))),
    3: ({"loc": -1.0, "scale": 2.0}, stats.norm(-1, 2)),
    4: ({"minimum": 1.0, "maximum": 3.0}, stats.uniform(1, 2)),
    5: ({"loc": 2.0, "minimum": 1.0, "maximum": 5.0}, stats.triang(0.25, 1, 4)),
    6: ({"loc": 0.3}, stats.bernoulli(0.3)),
    7: ({"minimum": 1.0, "maximum": 7.0}, stats.randint(1, 7)),
    8: ({"shape": 1.5, "scale": 2.0, "loc": 0.0}, stats.weibull_min(1.5, scale=2)),
    9: ({"shape": 2.5, "scale": 2.0, "loc": 0.0}, stats.gamma(2.5, scale=2)),
    10: ({"loc": 2.0, "shape": 3.0, "minimum": 1.0, "maximum": 5.0}, stats.beta(2, 3, 1, 4)),
    11: ({"loc": 2.0, "scale": 3.0, "shape": 0.0}, stats.gumbel_r(2, 3)),
    12: ({"loc": 2.0, "scale": 3.0, "shape": 5.0}, stats.t(5, 2, 3)),
}


@pytest.mark.parametrize("kind", ROWS)
def test_row_of_stats_arrays(kind):
    row, expected = ROWS[kind]
    empty = dict.fromkeys(("loc", "scale", "shape", "minimum", "maximum"), NAN)
    law = from_stats_arrays({"uncertainty_type": kind, "negative": False, **empty, **row})
    if expected is not None:
        np.testing.assert_allclose(law.quantile(U), expected.ppf(U), rtol=1e-11, atol=1e-14)
    back = to_stats_arrays(law)
    assert back["uncertainty_type"] == kind
    assert back["negative"] is False
    for name, value in row.items():
        assert back[name] == pytest.approx(value, rel=1e-15)
    again = from_stats_arrays(back)
    np.testing.assert_allclose(again.quantile(U), law.quantile(U), rtol=1e-14)


def test_undefined_uncertainty_is_its_amount():
    assert from_stats_arrays({"uncertainty_type": 0, "loc": 4}).quantile(0.1) == 4


def test_lognormal_is_by_log_mean_and_log_sd():
    law = from_stats_arrays({"uncertainty_type": 2, "loc": 1.0, "scale": 0.5})
    assert law.quantile(0.5) == pytest.approx(math.e, rel=1e-15)


def test_bounds_cut_an_unbounded_law():
    row = {"uncertainty_type": 3, "loc": 1.0, "scale": 2.0, "minimum": 0.0}
    law = from_stats_arrays(row)
    assert law.to_dict()["truncate"] == {"low": 0.0}
    assert to_stats_arrays(law)["minimum"] == 0
    assert math.isnan(to_stats_arrays(law)["maximum"])


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"uncertainty_type": 13}, "uncertainty_type: found 13"),
        ({"uncertainty_type": 2, "loc": 1, "scale": 1, "negative": True}, "negative: found true"),
        ({"uncertainty_type": 9, "loc": 0, "shape": 1, "scale": 1, "negative": True}, "negative"),
        ({"uncertainty_type": 9, "loc": 2, "shape": 1, "scale": 1}, r"gamma.loc: found 2.0; .*0"),
        ({"uncertainty_type": 3, "loc": 1}, "normal.scale: found nothing"),
        ({"uncertainty_type": 4, "maximum": 1}, "uniform.minimum: found nothing"),
        ({"uncertainty_type": 10, "loc": 1, "shape": 2, "scale": 4}, "beta.scale: found 4.0"),
        ({"uncertainty_type": 11, "loc": 1, "shape": 2, "scale": 4}, "value.shape: found 2.0"),
        ({"uncertainty_type": 7, "minimum": 3, "maximum": 2}, "uniform.maximum: found 2"),
        ({"uncertainty_type": 3, "loc": "x", "scale": 1}, "loc: found 'x'"),
        ({"uncertainty_type": 6, "loc": 0.5, "minimum": 0}, "bernoulli.minimum"),
    ],
)
def test_row_that_cannot_be_carried_over_is_refused(row, message):
    with pytest.raises(InputError, match=message):
        from_stats_arrays(row)


@pytest.mark.parametrize(
    "law",
    [
        distribution("pert", minimum=1, mode=2, maximum=3),
        distribution("uniform", minimum=1, maximum=2, truncate={"low": 1.5}),
        distribution("empirical", values=[1, 2, 4]),
        distribution("discrete", values=[1, 2], weights=[1, 2]),
    ],
    ids=str,
)
def test_law_without_a_row_is_refused(law):
    with pytest.raises(InputError, match="allowed: a law of stats_arrays"):
        to_stats_arrays(law)


def test_peer_reads_the_rows_as_this_does():
    for kind in (2, 3, 4, 5, 10):
        row, _ = ROWS[kind]
        array = peer.UncertaintyBase.from_dicts({**row, "uncertainty_type": kind})
        law = from_stats_arrays({**row, "uncertainty_type": kind})
        values = peer.uncertainty_choices[kind].ppf(array, U.reshape(1, -1))
        np.testing.assert_allclose(law.quantile(U), values[0], rtol=1e-11)


FROZEN = [
    stats.uniform(1, 3),
    stats.norm(loc=1, scale=3),
    stats.lognorm(0.5, scale=2),
    stats.gamma(2, scale=3),
    stats.weibull_min(c=2, scale=3),
    stats.expon(scale=3),
    stats.gumbel_r(1, 2),
    stats.t(4, 1, 2),
    stats.beta(2, 3, 1, 4),
    stats.triang(0.25, 1, 4),
    stats.bernoulli(0.3),
    stats.loguniform(1, 100),
    stats.truncnorm(-1, 2, loc=3, scale=2),
    stats.johnsonsu(1, 2, loc=3, scale=4),
]


@pytest.mark.parametrize("frozen", FROZEN, ids=lambda law: law.dist.name)
def test_frozen_law_there_and_back(frozen):
    law = from_scipy(frozen)
    np.testing.assert_allclose(law.quantile(U), frozen.ppf(U), rtol=1e-11)
    np.testing.assert_allclose(to_scipy(law).ppf(U), frozen.ppf(U), rtol=1e-11)


def test_frozen_law_that_cannot_be_carried_over_is_refused():
    with pytest.raises(InputError, match=r"loc: found loc = 1.0 of gamma"):
        from_scipy(stats.gamma(2, loc=1))
    with pytest.raises(InputError, match="name: found 'skewnorm'"):
        from_scipy(stats.skewnorm(2))
    with pytest.raises(InputError, match="allowed: an untruncated law"):
        to_scipy(distribution("gamma", shape=1, scale=1, truncate={"low": 1}))


PROBLEM = {
    "num_vars": 6,
    "names": ["a", "b", "c", "d", "e", "f"],
    "bounds": [[1, 3], [0, 4, 0.25], [1, 2], [0.5, 0.2], [1, 100], [-1, 2, 0, 1]],
    "dists": ["unif", "triang", "norm", "lognorm", "logunif", "truncnorm"],
}


def test_problem_of_salib_means_what_salib_draws():
    laws = from_salib(PROBLEM)
    cube = np.tile(U[:, None], (1, 6))
    drawn = scale_samples(cube.copy(), PROBLEM)
    for k, law in enumerate(laws.values()):
        np.testing.assert_allclose(law.quantile(U), drawn[:, k], rtol=1e-9, atol=1e-12)
    back = to_salib(laws)
    assert back["names"] == PROBLEM["names"]
    assert back["dists"] == PROBLEM["dists"]
    for row, expected in zip(back["bounds"], PROBLEM["bounds"], strict=True):
        assert row == pytest.approx(expected, rel=1e-14)


def test_problem_of_salib_without_dists_is_uniform():
    laws = from_salib({"num_vars": 1, "names": ["x"], "bounds": [[0, 2]]})
    assert laws == {"x": distribution("uniform", minimum=0, maximum=2)}


def test_faulty_problem_of_salib_is_refused():
    with pytest.raises(InputError, match="problem: found 1 names, 2 bounds"):
        from_salib({"names": ["x"], "bounds": [[0, 1], [0, 1]]})
    with pytest.raises(InputError, match=r"dists.x: found 'gamma'"):
        from_salib({"names": ["x"], "bounds": [[0, 1]], "dists": ["gamma"]})
    with pytest.raises(InputError, match="as SALib has them"):
        to_salib({"x": distribution("gamma", shape=1, scale=1)})
