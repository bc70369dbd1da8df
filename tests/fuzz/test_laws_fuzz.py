"""What `check` calls valid, `run` draws: laws of every family, truncated at random."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mcsus
from mcsus.engine import store
from mcsus.errors import InputError
from mcsus.families import FAMILIES, Distribution, distribution
from mcsus.families.limits import check_draws
from mcsus.study import Study
from mcsus.vocabulary import Caution

MOST = int(os.environ.get("MCSUS_LAWS", "10"))  # of each family
WHERE = ("parameters", "x")


def study_of(law: dict) -> Study:
    """Return a study whose output is its only input."""
    return Study.from_dict(
        {
            "schema": "mcsus/1",
            "id": "law",
            "parameters": {"x": {**law, "unit": "kg", "source": "a test"}},
            "equations": {"y": {"formula": "x", "unit": "kg"}},
            "outputs": {"y": "kg"},
            "design": {"draws": 256, "replicates": 2},
            "sensitivity": {"methods": []},
        }
    )


def draws_or_is_refused(law: dict) -> bool:
    """Whether it is drawn; a law that is not is refused by `check`, which names file and key."""
    try:
        study, _ = mcsus.check(study_of(law))
    except InputError as error:
        for fault in error.faults:
            assert fault.where[1:3] == WHERE or fault.where[:2] == WHERE, str(fault)
        return False
    result = mcsus.run(study)
    output = result.tree["outputs/y"]
    middle = next(float(output[key]) for key in ("mean", "median") if np.isfinite(output[key]))
    low, high = distribution(law).support()
    rounding = 1e-12 * abs(middle)  # of a sum of draws
    assert low - rounding <= middle <= high + rounding
    return True


MAGNITUDES = st.floats(-4, 4).map(lambda power: 10.0**power)
MIDDLING = st.floats(-2, 2).map(lambda power: 10.0**power)
NUMBERS = st.one_of(MAGNITUDES, MAGNITUDES.map(lambda x: -x), st.just(0.0))
SHAPES = st.one_of(
    st.floats(-0.5, 12).map(lambda power: 10.0**power), st.sampled_from([1, 2, 4, 6])
)
COVERAGES = st.floats(0.05, 0.99)


def ordered(*names: str, values=NUMBERS):
    """Return parameters that increase."""
    several = st.lists(values, min_size=len(names), max_size=len(names), unique=True)
    return several.map(lambda drawn: dict(zip(names, sorted(drawn), strict=True)))


def interval(*names: str, values=NUMBERS, **more):
    """Return an interval with its coverage."""
    rest = st.fixed_dictionaries({"coverage": COVERAGES} | more)
    return st.tuples(ordered(*names, values=values), rest).map(lambda two: two[0] | two[1])


def table(**keys):
    return st.fixed_dictionaries(keys)


WEIGHTS = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)
THREE = st.lists(NUMBERS, min_size=3, max_size=3)
LAWS = {
    "constant": [table(value=NUMBERS)],
    "uniform": [ordered("minimum", "maximum"), interval("low", "high")],
    "loguniform": [
        ordered("minimum", "maximum", values=MAGNITUDES),
        interval("low", "high", values=MAGNITUDES),
    ],
    "triangular": [ordered("minimum", "mode", "maximum"), interval("low", "mode", "high")],
    "pert": [
        ordered("minimum", "mode", "maximum"),
        interval("low", "mode", "high", shape=MAGNITUDES),
    ],
    "normal": [
        table(mean=NUMBERS, sd=MAGNITUDES),
        table(mean=MAGNITUDES, relative_sd=MAGNITUDES),
        table(mean=NUMBERS, plus_minus=MAGNITUDES, coverage=COVERAGES),
        interval("low", "high"),
    ],
    "lognormal": [
        table(median=MAGNITUDES, gsd=st.floats(1.001, 20)),
        table(mean=MAGNITUDES, gsd2=st.floats(1.001, 20)),
        table(mean=MAGNITUDES, cv=st.floats(1e-3, 30)),
        table(log_mean=st.floats(-9, 9), log_sd=st.floats(1e-3, 3)),
        interval("low", "high", values=MIDDLING, coverage=st.floats(0.5, 0.99)),
        interval("low", "mean", "high", values=MIDDLING, coverage=st.floats(0.5, 0.99)),
    ],
    "beta": [
        table(alpha=SHAPES, beta=SHAPES),
        interval("low", "high", values=st.floats(0.01, 0.9)),
    ],
    "gamma": [table(shape=SHAPES, scale=MAGNITUDES), interval("low", "high", values=MAGNITUDES)],
    "exponential": [table(mean=MAGNITUDES)],
    "weibull": [
        table(shape=st.floats(0.05, 1e3), scale=MAGNITUDES),
        interval("low", "high", values=MAGNITUDES),
    ],
    "gumbel": [table(mode=NUMBERS, scale=MAGNITUDES)],
    "student_t": [table(df=SHAPES, location=NUMBERS, scale=MAGNITUDES)],
    "bernoulli": [table(probability=st.floats(0.01, 0.99))],
    "discrete": [table(values=THREE, weights=WEIGHTS)],
    "empirical": [table(values=THREE)],
    "quantiles": [
        ordered("a", "b", "c").map(
            lambda drawn: {"probabilities": [0.05, 0.5, 0.95], "values": [*drawn.values()]}
        )
    ],
    "mixture": [
        table(
            components=st.tuples(
                table(distribution=st.just("normal"), mean=NUMBERS, sd=MAGNITUDES),
                table(distribution=st.just("gamma"), shape=SHAPES, scale=MAGNITUDES),
            ).map(list),
            weights=st.lists(st.floats(0.01, 1), min_size=2, max_size=2),
        )
    ],
    "scipy": [
        table(
            name=st.just("johnsonsu"),
            arguments=table(a=st.floats(-3, 3), b=st.floats(0.5, 5), scale=MAGNITUDES),
        ),
        table(name=st.just("logistic"), arguments=table(loc=NUMBERS, scale=MAGNITUDES)),
        table(name=st.just("genextreme"), arguments=table(c=st.floats(-0.3, 0.3))),
    ],
}


def test_every_family_is_drawn():
    shipped = {n for n, f in FAMILIES.items() if f.law.__module__.startswith("mcsus.")}
    assert {*LAWS} == shipped


@st.composite
def laws(draw, family):
    """Return a law as a table, cut below, above, on both sides or not at all."""
    given_ = draw(st.one_of(LAWS[family]))
    ends = draw(st.sampled_from([(), ("low",), ("high",), ("low", "high")]))
    start, width = draw(st.sampled_from([0.5, 1e-6, 0.1, 0.9])), draw(st.sampled_from([0.01, 0.09]))
    whole = {"distribution": family, **given_}
    try:
        law: Distribution = distribution(whole)
    except InputError:
        return whole
    low, high = (float(x) for x in law.quantile([start, start + width]))
    cut = {name: {"low": low, "high": high}[name] for name in ends}
    return {**whole, "truncate": cut} if cut and np.isfinite([low, high]).all() else whole


@pytest.mark.slow  # every family, many laws of each
@pytest.mark.parametrize("family", LAWS)
def test_a_law_that_is_valid_is_drawn(family):
    drawn = []

    @settings(
        max_examples=MOST,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
        database=None,
    )
    @given(laws(family))
    def draws(law):
        drawn.append(draws_or_is_refused(law))

    draws()
    assert sum(drawn) >= len(drawn) / 3


@pytest.mark.parametrize(
    "law",
    [
        {"distribution": "student_t", "df": 4, "location": 3, "scale": 2, "truncate": {"low": 3}},
        {"distribution": "student_t", "df": 6, "location": 3, "scale": 2, "truncate": {"low": 3}},
        {"distribution": "student_t", "df": 6, "location": 0, "scale": 2, "truncate": {"high": 0}},
        {"distribution": "gamma", "shape": 1e8, "scale": 1},
        {"distribution": "gamma", "shape": 1e6, "scale": 1, "truncate": {"low": 1e6}},
    ],
    ids=str,
)
def test_a_law_that_run_refused_is_drawn(law):
    assert draws_or_is_refused(law)


def test_a_law_without_a_table_is_refused_where_it_stands():
    law = {"distribution": "student_t", "df": 0.08, "location": 3, "scale": 2}
    with pytest.raises(InputError, match=r"parameters.x.distribution: found student_t\(df=0.08"):
        mcsus.check(study_of(law))
    about = {"unit": "kg", "source": "a test"}
    here = {"distribution": "constant", "value": 1}
    document = study_of(here).to_dict() | {
        "dims": {"site": ["north", "south"]},
        "parameters": {"x": {"by": {"site": {"north": here | about, "south": law | about}}}},
        "outputs": {"y": "kg"},
    }
    with pytest.raises(InputError, match=r"parameters.x.by.site.south.distribution: found stud"):
        mcsus.check(Study.from_dict(document))


def test_a_law_without_spread_has_a_caution():
    study = study_of({"distribution": "lognormal", "median": 3, "gsd2": 1})
    text = "the lognormal law of parameter 'x' has no spread: it is read as the constant 3"
    assert Caution("no_spread", "x", text) in study.cautions
    assert not study_of({"distribution": "constant", "value": 3}).cautions


EXTREMES = [
    *(0.0, 5e-324, 1e-308, 1e-200, 1e-100, 1e-16, 0.5, 1.0, 1 + 1e-10, 2.0, 100.0, 700.0, 1e8),
    *(1e16, 1e100, 1e200, 1e300, 1.7e308, -1.0, -1e300, -1.7e308),
]
PROBABILITIES = [1e-320, 1e-12, 0.1, 0.5, 0.99, 1 - 1e-12]
CLOSED = [
    *("uniform", "loguniform", "triangular", "normal", "lognormal"),
    *("exponential", "weibull", "gumbel", "bernoulli"),
]
POINTS = np.array([2.0**-53, 1e-10, 1e-3, 0.25, 0.5, 0.75, 0.999, 1 - 1e-10, 1 - 2.0**-53])


@st.composite
def extreme_laws(draw, family):
    """Return a law of numbers at the ends of floating point, some of them cut."""
    form = draw(st.sampled_from(FAMILIES[family].forms))
    lists = ("pedigree", "basic_gsd2", "pedigree_table")
    given_ = {
        key: draw(
            st.sampled_from(PROBABILITIES if key in ("coverage", "probability") else EXTREMES)
        )
        for key in form
        if key not in lists
    }
    if "pedigree" in form:
        given_ |= {"pedigree": [1, 2, 3, 4, 5], "basic_gsd2": 1.05}
    ends = draw(st.sampled_from([(), (), ("low",), ("high",), ("low", "high")]))
    cut = {end: draw(st.sampled_from(EXTREMES)) for end in ends}
    return {"distribution": family, **given_, **({"truncate": cut} if cut else {})}


def kernel_is_finite_or_law_is_refused(table: dict) -> bool:
    """Whether a law is legal; then its draws, and those of the plain path, are numbers."""
    try:
        law = distribution(table)
        check_draws(law)
        kernel = law.kernel()
    except InputError:
        return False
    row = POINTS.copy()
    store.shared("quantile")(kernel.code, row, np.array(kernel.constants))
    exact = law.quantile(POINTS)
    assert np.isfinite(row).all()
    assert np.all(np.abs(row - exact) <= 1e-7 * np.abs(exact).max() + 1e-310)
    told = [law.typical(), *law.support()]
    if table.get("df", 2) > 1:  # else Student's law has no mean
        told += [law.mean(), law.sd()]
    assert not np.isnan(told).any()
    law.first_form()
    return True


@pytest.mark.parametrize("family", CLOSED)
def test_a_law_of_extreme_numbers_is_drawn_or_refused(family):
    legal = []

    @settings(max_examples=5 * MOST, deadline=None, derandomize=True, database=None)
    @given(extreme_laws(family))
    def holds(table):
        legal.append(kernel_is_finite_or_law_is_refused(table))

    holds()
    assert any(legal)


@pytest.mark.slow
@pytest.mark.parametrize("family", ["beta", "pert", "gamma", "student_t"])
def test_a_tabulated_law_of_extreme_numbers_is_drawn_or_refused(family):
    @settings(max_examples=3 * MOST, deadline=None, derandomize=True, database=None)
    @given(extreme_laws(family))
    def holds(table):
        kernel_is_finite_or_law_is_refused(table)

    holds()


EXTREME = st.sampled_from(EXTREMES)
EXTREME_LISTS = {
    "discrete": table(
        values=st.lists(EXTREME, min_size=3, max_size=3),
        weights=st.lists(EXTREME.map(abs), min_size=3, max_size=3),
    ),
    "empirical": table(values=st.lists(EXTREME, min_size=1, max_size=4)),
    "quantiles": table(
        probabilities=st.sampled_from([[0.05, 0.5, 0.95], [1e-12, 0.5, 0.9], [0.49, 0.5, 0.51]]),
        values=st.lists(EXTREME, min_size=3, max_size=3, unique=True).map(sorted),
    ),
    "scipy": table(name=st.just("logistic"), arguments=table(loc=EXTREME, scale=EXTREME)),
}


@pytest.mark.slow
@pytest.mark.parametrize("family", EXTREME_LISTS)
def test_a_list_of_extreme_numbers_is_drawn_or_refused(family):
    @settings(max_examples=5 * MOST, deadline=None, derandomize=True, database=None)
    @given(EXTREME_LISTS[family])
    def holds(given_):
        kernel_is_finite_or_law_is_refused({"distribution": family, **given_})

    holds()


@pytest.mark.parametrize(
    ("law", "told"),
    [
        ({"distribution": "lognormal", "median": 1, "gsd": 1e300}, r"gsd: found 1e\+300, with whi"),
        ({"distribution": "lognormal", "mean": 1, "sd": 1e300, "truncate": {"low": 5}}, r"sd: fou"),
        ({"distribution": "normal", "mean": 0, "sd": 1e308}, r"sd: found 1e\+308, with which dra"),
        ({"distribution": "normal", "low": 1, "high": 2, "coverage": 1e-320}, r"coverage: found "),
        ({"distribution": "weibull", "shape": 1e-3, "scale": 1}, r"shape: found 0.001, with which"),
        (
            {"distribution": "weibull", "shape": 1e-16, "scale": 1},
            r"shape: found 1e-16; allowed: a",
        ),
        ({"distribution": "exponential", "mean": 1.7e308}, r"mean: found 1.7e\+308, with which dr"),
        ({"distribution": "student_t", "df": 0.01, "location": 0, "scale": 1}, r"df: found 0.01;"),
        (
            {"distribution": "normal", "mean": 1, "sd": 1e16, "truncate": {"low": -1, "high": 9}},
            r"truncate: found {'low': -1.0, 'high': 9.0}; allowed: an interval to which normal",
        ),
        ({"distribution": "discrete", "values": [1, 2], "weights": [1.7e308] * 2}, r"weights: fo"),
        (
            {"distribution": "quantiles", "probabilities": [0.1, 0.5], "values": [0, 1.7e308]},
            r"values: found 1.7e\+308; allowed: values whose distances",
        ),
        (
            {
                "distribution": "mixture",
                "components": [{"distribution": "lognormal", "median": 1, "gsd": 1e300}],
                "weights": [1],
            },
            r"gsd: found 1e\+300, with which draws",
        ),
    ],
    ids=lambda one: one["distribution"] if isinstance(one, dict) else "",
)
def test_a_law_beyond_floating_point_is_refused_where_it_stands(law, told):
    with pytest.raises(InputError, match=rf"parameters\.x\.{told}"):
        mcsus.check(study_of(law))


def test_the_unit_counts():
    table = study_of({"distribution": "uniform", "minimum": 1e305, "maximum": 2e305}).to_dict()
    mcsus.check(Study.from_dict(table))
    table["parameters"]["x"]["unit"] = "kt"
    with pytest.raises(InputError, match=r"parameters.x.maximum: found 2e\+305, with which draws"):
        mcsus.check(Study.from_dict(table))
