"""Laws as they are typed: each text is a law that is written back, or is refused at a column."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from mcsus.errors import InputError
from mcsus.study.typed import typed_law
from mcsus.study.typed_alone import typed_alone
from mcsus.study.typed_text import typed_text
from mcsus.units import unit

UNITS = ("kg", "g CO2e/kWh", "kWh", "m**2", "%", "year")
NUMBERS = st.one_of(
    st.integers(1, 999).map(str), st.floats(0.001, 1e6).map(lambda x: f"{x:.4g}")
)  # fmt: skip
SIGNS = st.sampled_from(
    ["to", "/", "//", "+-", "%", ":", "|", ",", "(", ")", "=", "-", "x", "p10", "p90", "lognormal("]
)
PIECES = st.lists(st.one_of(NUMBERS, SIGNS, st.sampled_from(UNITS)), max_size=9).map(" ".join)
JUNK = st.text(st.sampled_from("0159.e+-/|:%()[]{}= ,_tokgpx\"'\u00b1\u2013é\n"), max_size=25)


@st.composite
def typed_texts(draw):
    """Return a text of one of the forms without its unit, whose numbers rise."""
    low, mode, high = sorted(draw(st.lists(st.integers(1, 10**6), min_size=3, max_size=3)))
    mode, high = mode + 1, high + 2
    return draw(
        st.sampled_from(
            [
                f"{low}",
                f"{low} to {high}",
                f"{low}\u2013{high}",
                f"{low} / {mode} / {high}",
                f"{low} // {mode} // {high}",
                f"{high} +- {low}",
                f"{low} {mode} {high}",
                f"lognormal(median={low}, gsd=1.5)",
                f"uniform(minimum={low}, maximum={high})",
            ]
        )
    )


@settings(max_examples=300, deadline=None)
@given(st.one_of(PIECES, JUNK))
def test_a_text_is_a_law_or_is_refused_at_a_column(text):
    for read in (typed_alone, lambda own: typed_law(own, unit("kg"))):
        try:
            typed = read(text)
        except InputError as error:
            for fault in error.faults:
                assert re.match(r"column [0-9]+\Z", fault.where[0]), str(fault)
        else:
            assert isinstance(typed.table, str | dict)


@settings(max_examples=200, deadline=None)
@given(typed_texts(), st.sampled_from(UNITS))
def test_a_unit_that_is_written_is_found(text, name):
    own = unit(name)
    written = f"{text.replace(' +- ', f' {name} +- ')} {name}"
    alone = typed_alone(written)
    assert alone == typed_law(written, own)
    assert (alone.law, alone.unit) == (typed_law(text, own).law, own)
    assert typed_alone(typed_text(alone.law, own)).law == alone.law
