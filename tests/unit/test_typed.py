"""Laws as they are typed in one line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcsus.errors import InputError
from mcsus.families import FAMILIES, distribution
from mcsus.study.typed import typed_law
from mcsus.study.typed_text import typed_text
from mcsus.units import unit

GRAMS = unit("g CO2e/kWh")
NUMBERS = st.floats(1e-3, 1e6, allow_nan=False)


def table(text, own=GRAMS):
    return typed_law(text, own).table


@pytest.mark.parametrize(
    ("text", "law"),
    [
        ("50 g CO2e/kWh", {"distribution": "constant", "value": 50.0}),
        ("-3", {"distribution": "constant", "value": -3.0}),
        ("5 to 20", {"distribution": "lognormal", "low": 5.0, "high": 20.0, "coverage": 0.9}),
        ("-5 to 20", {"distribution": "normal", "low": -5.0, "high": 20.0, "coverage": 0.9}),
        ("2/3/10", {"distribution": "triangular", "minimum": 2.0, "mode": 3.0, "maximum": 10.0}),
        ("2 // 3 // 10", {"distribution": "pert", "minimum": 2.0, "mode": 3.0, "maximum": 10.0}),
        ("12 +- 3", {"distribution": "normal", "mean": 12.0, "sd": 3.0}),
        ("12 \u00b1 25 %", {"distribution": "normal", "mean": 12.0, "sd": 3.0}),
        (
            "p10 4, p50 7, p90 15",
            {
                "distribution": "quantiles",
                "probabilities": [0.1, 0.5, 0.9],
                "values": [4.0, 7.0, 15.0],
            },
        ),
        ("5\u201320", {"distribution": "lognormal", "low": 5.0, "high": 20.0, "coverage": 0.9}),
        ("-5 \u2014 -2", {"distribution": "normal", "low": -5.0, "high": -2.0, "coverage": 0.9}),
        ("3.1 3.4 2.9", {"distribution": "empirical", "values": [3.1, 3.4, 2.9]}),
        ("3.1, 3.4, 2.9", {"distribution": "empirical", "values": [3.1, 3.4, 2.9]}),
        ("lognormal(median=19, gsd=2)", {"distribution": "lognormal", "median": 19.0, "gsd": 2.0}),
        (
            "normal(mean=1, sd=2, truncate={low=0})",
            {"distribution": "normal", "mean": 1.0, "sd": 2.0, "truncate": {"low": 0.0}},
        ),
        (
            "0.6: 2 to 4 | 40 %: 0",
            {
                "distribution": "mixture",
                "components": [
                    {"distribution": "lognormal", "low": 2.0, "high": 4.0, "coverage": 0.9},
                    {"distribution": "constant", "value": 0.0},
                ],
                "weights": [0.6, 0.4],
            },
        ),
    ],
)
def test_what_a_text_means(text, law):
    own = {key: value for key, value in table(text).items() if key != "shape"}
    assert own == law | {"unit": GRAMS.text}


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("0.05 kg CO2e/kWh", 0.05, "kg CO2e/kWh"),
        ("5 g CO2e/kWh to 0.02 kg CO2e/kWh", (0.005, 0.02), "kg CO2e/kWh"),
        ("1: 2 kg CO2e/kWh | 1: 3000 g CO2e/kWh", (2000, 3000), "g CO2e/kWh"),
    ],
)
def test_units_are_converted(text, value, shown):
    typed = typed_law(text, GRAMS)
    found = typed.law.quantile([0.05, 0.95]) if isinstance(value, tuple) else typed.law.value
    assert (found, typed.unit.text) == (pytest.approx(value), shown)


def test_a_law_of_the_library():
    typed = typed_law("grid.de.2024", GRAMS)
    assert (typed.table, typed.law.family) == ("grid.de.2024", "lognormal")
    assert typed_law("/iceland electricity", GRAMS).id.startswith("grid.is.")


def test_the_law_in_force():
    before = distribution("triangular", minimum=1, mode=2, maximum=3), unit("kg CO2e/kWh")
    assert typed_law("x 2", GRAMS, before).law.maximum == 6
    assert typed_law("+ 3000", GRAMS, before).law.minimum == 4
    assert typed_law("- 1", GRAMS, before).law.mode == pytest.approx(1.999)
    assert typed_law("spread x 0.5", GRAMS, before).law.minimum == 1.5
    with pytest.raises(InputError, match="there is none in force"):
        typed_law("x 2", GRAMS)


def test_the_choice_is_told():
    typed = typed_law("5 to 20", GRAMS)
    assert typed.because == "both ends are above 0"
    assert [law.family for law in typed.instead] == ["normal", "loguniform", "uniform"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: found nothing"),
        ("5 to", "column 5: found nothing; allowed: a number"),
        ("20 to 5", "column 7.high: found 5.0; allowed: a number above low = 20.0"),
        ("5 kg", "column 3: found 'kg'; allowed: a unit like g CO2e/kWh"),
        ("5 to 20 kgg", "column 9: found unknown unit 'kgg'"),
        ("5-20", "column 2: found '-20'; allowed: 5 to 20, as a hyphen may be a minus"),
        ("3,5 to 4", "column 1: found '3,5'; allowed: a point as decimal sign"),
        ("2 / 1 / 10", "column 5.mode: found 1.0"),
        ("lognormel(median=1)", "column 1: found 'lognormel'.*did you mean 'lognormal'"),
        ("lognormal(median=19, gsd=0.5)", "column 22.gsd: found 0.5; allowed: a finite number"),
        ("uniform(minimum=1, maximun=3)", "column 20.maximun.*did you mean 'maximum'"),
        ("lognormal(19, 2)", r"column 13: found '19, 2'; allowed: lognormal\(median=.., gsd"),
        ("normal(mean=1, sd=2", r"column 20: found no '\)' at the end"),
        ("normal", "column 1: found 'normal' without its parameters"),
        ("grid.dee.2024", "column 1: found 'grid.dee.2024'.*did you mean 'grid."),
        ("/no such thing", "column 1: found 0 records for 'no such thing'"),
        ("1e999", "column 1: found '1e999'; allowed: a finite number"),
        ("p10 4, p50 3", r"values.\[2\]: found 3.0; allowed: a number above the one before"),
        ("0.6: 2 to 4 | 5", "column 14: found '5'; allowed: WEIGHT: LAW"),
        ("0.6: 2 to 4 | 0.4:", "column 19: found nothing; allowed: a law after the weight"),
        ("normal(distribution=1)", "column 8: found 'distribution'"),
        ("1" * 5000, "found 5000 characters"),
    ],
)
def test_faults(text, message):
    with pytest.raises(InputError, match=message):
        typed_law(text, GRAMS)


def test_weights_that_are_scaled_are_told():
    assert typed_law("0.6: 2 to 4 | 0.6: 0", GRAMS).because == "weights are 1.2 in all, scaled to 1"
    assert typed_law("60 %: 2 to 4 | 40 %: 0", GRAMS).because == ""


def test_a_percentage_beside_a_plain_number_is_refused():
    with pytest.raises(InputError, match="column 8: found 10 % beside a plain number"):
        typed_law("0.5 +- 10 %", unit("1"))
    assert typed_law("50 % +- 10 %", unit("1")).law == distribution("normal", mean=50, sd=10)


def read_back(law, own):
    typed = typed_law(typed_text(law, own), own)
    return typed.law, typed.unit


@pytest.mark.parametrize("own", ["1", "%", "kg CO2e/(device year)"])
@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_is_read_back(family, own):
    law = distribution(family, **FAMILIES[family].example)
    assert read_back(law, unit(own)) == (law, unit(own))


def simple():
    ordered = st.lists(NUMBERS, min_size=3, max_size=3, unique=True).map(sorted)
    return st.one_of(
        NUMBERS.map(lambda x: distribution("constant", value=x)),
        ordered.map(lambda x: distribution("normal", mean=x[0], sd=x[1])),
        ordered.map(lambda x: distribution("lognormal", low=x[0], high=x[2], coverage=0.9)),
        ordered.map(lambda x: distribution("normal", low=-x[0], high=x[2], coverage=0.9)),
        ordered.map(lambda x: distribution("normal", low=x[0], high=x[2], coverage=0.9)),
        ordered.map(lambda x: distribution("triangular", minimum=x[0], mode=x[1], maximum=x[2])),
        ordered.map(lambda x: distribution("pert", minimum=x[0], mode=x[1], maximum=x[2])),
        ordered.map(lambda x: distribution("empirical", values=x)),
        ordered.map(lambda x: distribution("quantiles", probabilities=[0.07, 0.5, 0.93], values=x)),
        ordered.map(
            lambda x: distribution("normal", mean=x[1], sd=x[1], truncate={"high": 2 * x[1]})
        ),
    )


def mixed(laws):
    return st.lists(laws, min_size=2, max_size=4).map(
        lambda own: distribution(
            "mixture", components=[law.to_dict() for law in own], weights=[0.5] * len(own)
        )
    )


@settings(max_examples=60, deadline=None)
@given(law=st.one_of(simple(), mixed(simple())), own=st.sampled_from(["1", "%", "kg CO2e"]))
def test_a_text_is_read_back_as_the_same_law(law, own):
    assert read_back(law, unit(own)) == (law, unit(own))


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="0123456789.,:|/+-x to%pP()=[]{}\"'#abc\n\t\u00b1", max_size=40))
def test_any_text_is_a_law_or_a_fault_with_its_column(text):
    try:
        typed_law(text, GRAMS, (distribution("normal", mean=1, sd=1), GRAMS))
    except InputError as error:
        for fault in error.faults:
            assert not fault.where or fault.where[0].startswith("column ")
