"""Laws to and from stats_arrays, scipy.stats and SALib; the traps of each format."""

import csv
import io
import math

import numpy as np
import pandas
import pytest
import stats_arrays as peer
from SALib.util import scale_samples
from scipy import stats

import mcsus
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
    13: ({"loc": 2.0, "scale": 3.0, "minimum": 1.0, "maximum": 5.0}, stats.beta(1.75, 3.25, 1, 4)),
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
    assert from_stats_arrays({"amount": 4}).quantile(0.1) == 4
    assert from_stats_arrays({"uncertainty type": 1, "amount": 4, "loc": 4}).quantile(0.1) == 4


EXCHANGE = {  # as an importer of ecoSpold 2 writes it
    "flow": "7f4c5f6d-5b1e-4b3c-8e21-0fd2a2ee6a0e",
    "type": "technosphere",
    "name": "market for electricity, medium voltage",
    "classifications": {"CPC": ["17100: Electrical energy"]},
    "production volume": 0.0,
    "properties": {"dry mass": {"amount": 0.0, "unit": "kg"}},
    "activity": "8a3d29ab-0d2a-4ea4-9ee6-8d9a3ebd9c4c",
    "unit": "kilowatt hour",
    "amount": 0.5,
    "comment": "Literature value",
    "pedigree": {"reliability": 2, "completeness": 2},
    "uncertainty type": 2,
    "loc": math.log(0.5),
    "scale": 0.2,
    "scale without pedigree": 0.1,
    "negative": False,
    "input": ("ecoinvent", "a"),
    "output": ("ecoinvent", "b"),
    "id": 5,
}
LOG_LAW = stats.lognorm(0.2, scale=0.5)


def rows():
    """The same row, as each tool hands it over."""
    columns = {"loc": math.log(0.5), "scale": 0.2, "shape": NAN, "minimum": NAN, "maximum": NAN}
    row = {**columns, "negative": False, "uncertainty_type": 2}
    array = peer.UncertaintyBase.from_dicts(row)
    frame = pandas.DataFrame([{**EXCHANGE, "shape": NAN, "minimum": NAN, "maximum": NAN}])
    text = io.StringIO()
    pandas.DataFrame([row]).to_csv(text, index=False)
    text.seek(0)
    return {
        "exchange": EXCHANGE,
        "both spellings": {**EXCHANGE, "uncertainty_type": 2},
        "row of an array": array[0],
        "array of one row": array,
        "record": array.view(np.recarray)[0],
        "series": frame.iloc[0],
        "named tuple": next(pandas.DataFrame([row]).itertuples()),
        "row of a CSV": next(csv.DictReader(text)),
    }


@pytest.mark.parametrize("tool", rows())
def test_row_of_any_kind_is_the_same_law(tool):
    law = from_stats_arrays(rows()[tool])
    np.testing.assert_allclose(law.quantile(U), LOG_LAW.ppf(U), rtol=1e-13)
    assert mcsus.from_stats_arrays is from_stats_arrays


def test_several_rows_are_refused():
    array = peer.UncertaintyBase.from_dicts({"loc": 1}, {"loc": 2})
    frame = pandas.DataFrame([{"loc": 1}, {"loc": 2}])
    for several in (array, frame):
        with pytest.raises(InputError, match=r"row: found a .*; allowed: one row"):
            from_stats_arrays(several)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"uncertainty type": 2, "loc": math.log(3), "scale": 0}, 3),
        ({"uncertainty type": 2, "loc": math.log(3), "scale": 0, "negative": True}, -3),
        ({"uncertainty type": 3, "loc": 3, "scale": 0.0}, 3),
        ({"uncertainty type": 4, "amount": 3, "loc": 3, "minimum": 3, "maximum": 3}, 3),
        ({"uncertainty type": 5, "loc": 3, "minimum": 3, "maximum": 3}, 3),
        ({"uncertainty type": 13, "loc": 3, "minimum": 3, "maximum": 3}, 3),
        ({"uncertainty type": 12, "loc": 3, "scale": 0, "shape": 4}, 3),
    ],
)
def test_row_without_spread_is_a_constant(row, value):
    law = from_stats_arrays(row)
    assert law.family == "constant"
    assert law.value == pytest.approx(value, rel=1e-15)


def test_exported_rows_come_back_as_they_were():
    """Rows of an array of stats_arrays, as a database of Brightway holds its exchanges."""
    array = peer.UncertaintyBase.from_dicts(
        {"uncertainty_type": 0, "loc": 0.0217},
        {"uncertainty_type": 2, "loc": -3.83, "scale": 0.0954},
        {"uncertainty_type": 2, "loc": 1.09861, "scale": 0.5493, "minimum": 0.5, "maximum": 40},
        {"uncertainty_type": 3, "loc": 12.4, "scale": 1.7},
        {"uncertainty_type": 3, "loc": 0.2, "scale": 0.3, "minimum": 0.0},
        {"uncertainty_type": 4, "minimum": 0.18, "maximum": 0.31},
        {"uncertainty_type": 5, "loc": 0.9, "minimum": 0.7, "maximum": 1.0},
        {"uncertainty_type": 9, "loc": 0.0, "scale": 1.3, "shape": 2.2},
        {"uncertainty_type": 10, "loc": 2.0, "shape": 5.0, "minimum": 0.0, "maximum": 1.0},
        {"uncertainty_type": 13, "loc": 2.0, "scale": 4.0, "minimum": 1.0, "maximum": 7.0},
    )
    laws = [from_stats_arrays(row) for row in array]
    back = peer.UncertaintyBase.from_dicts(*(to_stats_arrays(law) for law in laws[1:]))
    for name in array.dtype.names:
        np.testing.assert_allclose(back[name], array[1:][name], rtol=1e-14, err_msg=name)


def test_form_of_a_law_does_not_change_its_row():
    law = distribution("pert", low=1, mode=2, high=3, coverage=0.8)
    row = to_stats_arrays(law)
    assert (row["uncertainty_type"], row["loc"], row["scale"]) == (13, 2, 4)
    np.testing.assert_allclose(from_stats_arrays(row).quantile(U), law.quantile(U), rtol=1e-12)


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
        ({"uncertainty_type": 14}, "uncertainty_type: found 14"),
        ({"uncertainty type": 2.5}, "uncertainty type: found 2.5"),
        ({"uncertainty type": 2, "uncertainty_type": 3}, "found 'uncertainty type' 2 and"),
        ({"id": 2, "loc": 0, "scale": 1}, "uncertainty type: found nothing; .*loc, scale"),
        ({"uncertainty typ": 2}, "uncertainty typ: found an unknown key.*mean 'uncertainty type'"),
        ({"uncertainty type": 3, "loc": 1, "sclae": 1}, "sclae: .*did you mean 'scale'"),
        ({"uncertainty type": 0, "amount": 2, "loc": 3}, "loc: found 3.0; allowed: 2.0, as amount"),
        ({"uncertainty type": 2, "amount": -1, "loc": 0, "scale": 1}, "negative: found true"),
        ({"uncertainty type": 2, "loc": 0, "scale": 1, "negative": "maybe"}, "negative: .*maybe"),
        ({"uncertainty type": 13, "loc": 2, "minimum": 1, "maximum": 3, "shape": 3}, "PERT.shape"),
        ({"uncertainty type": 3, "loc": "1,5", "scale": 1}, "loc: found '1,5'"),
        ({}, "value: found nothing|value: found null|value: found None"),
        ([("loc", 1)], "row: found a list; allowed: one row"),
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
        distribution("loguniform", minimum=1, maximum=3),
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
    for kind in (2, 3, 4, 5, 10, 13):
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
