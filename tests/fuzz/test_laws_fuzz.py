"""What `check` calls valid, `run` draws: laws of every family, truncated at random."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mcsus
from mcsus.errors import InputError
from mcsus.families import FAMILIES, Distribution, distribution
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
    mean = float(result.tree["outputs/y"]["mean"])
    low, high = distribution(law).support()
    rounding = 1e-12 * abs(mean)  # of a sum of draws
    assert low - rounding <= mean <= high + rounding
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
    law = {"distribution": "student_t", "df": 0.01, "location": 3, "scale": 2}
    with pytest.raises(InputError, match=r"parameters.x.distribution: found student_t\(df=0.01"):
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
