"""Whatever a study file holds, it is read or refused as bad input; nothing else happens."""

from __future__ import annotations

import copy
import tomllib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcsus.errors import InputError
from mcsus.runner import check
from mcsus.study import Study, load_study, parse_count, parse_setting

TEXT = """
schema = "mcsus/1"
id = "whole"
title = "All parts"
[dims]
room = ["kitchen", "office"]
year = { first = 2030, last = 2031 }
cohort = { like = "year" }
[parameters]
area = "hsl.processing.0.mcu"
[parameters.power]
unit = "kW"
source = "assumed"
rationale = "r"
shared = ["year"]
[parameters.power.by.room.kitchen.by.year.2030]
distribution = "triangular"
minimum = 1
mode = 2
maximum = 3
[parameters.power.by.room.kitchen.by.year.2031]
distribution = "constant"
value = 2
[parameters.power.by.room.office.by.year.2030]
distribution = "normal"
mean = 2
sd = 1
truncate = { low = 0 }
[parameters.power.by.room.office.by.year.2031]
distribution = "lognormal"
median = 2
gsd = 1.5
[parameters.time]
distribution = "uniform"
minimum = 1
maximum = 2
unit = "h"
source = "clock"
typical = 1.5
[equations]
energy = { formula = "sum(power*time, over=room)", unit = "kWh", stage = "use" }
part = { formula = "at(energy, year=cohort)/2", unit = "kWh" }
[outputs]
energy = "Wh"
part = { unit = "MJ" }
[breakdown]
energy = ["energy"]
[design]
kind = "sobol"
draws = 256
replicates = 2
seed = 1
[intervals]
levels = [0.5]
[sensitivity]
methods = ["sobol"]
outputs = ["energy"]
second_order = false
draws = 256
[sensitivity.groups]
all = ["power", "time"]
[[claims]]
id = "small"
statement = "It is small"
quantity = "energy"
relation = "<"
value = 1
unit = "kWh"
confidence = 0.9
[[scenarios]]
id = "low"
[scenarios.set]
time = { value = 1, unit = "h" }
power = { unit = "kW", by = { room = { office = { value = 1 } } } }
"""
WHOLE = tomllib.loads(TEXT)

words = st.sampled_from(
    [
        *("power", "time", "energy", "room", "year", "kitchen", "2030", "base", "low", "scenario"),
        *("kW", "kg", "degC", "ton", "by", "shared", "value", "distribution", "constant", "pert"),
        *("hsl.processing.0.mcu", "assumed", "sobol", "tinyml_device", "sum(power, over=room)"),
        *("__import__('os')", "power*time", "1/0", "", " ", "\0", "\ud800", "\x1b[31m", "9" * 300),
    ]
)
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, 1, -1, 2**16, 2**63, 10**400]),
    st.floats(),
    words,
    st.text(max_size=8),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(words, st.text(max_size=5), st.integers()), inner, max_size=3),
    ),
    max_leaves=6,
)


def places(value, path=()):
    """All paths into tables and lists."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places(value[key], (*path, key))
    elif isinstance(value, list):
        for index in range(len(value)):
            yield from places(value[index], (*path, index))


PLACES = [place for place in places(WHOLE) if place]


def changed(document, place, value, how):
    """Replace, remove or add at a place; places that are gone are left alone."""
    inner = document
    for key in place[:-1]:
        try:
            inner = inner[key]
        except (KeyError, IndexError, TypeError):
            return
    try:
        if how == "remove":
            del inner[place[-1]]
        elif how == "add" and isinstance(inner, dict):
            inner[value if isinstance(value, str) else "extra"] = copy.deepcopy(inner[place[-1]])
        else:
            inner[place[-1]] = value
    except (KeyError, IndexError, TypeError):
        return


def refusal(function, *args):
    """Return what the function raised as bad input, None when it returned."""
    try:
        function(*args)
    except InputError as error:
        return error
    return None


def read_and_check(document):
    made = Study.from_dict(document)
    check(made)
    assert Study.from_dict(made.to_dict()) == made


def read(document):
    error = refusal(read_and_check, document)
    if error is not None:
        assert error.faults
        assert all(fault.where[0] == "study" for fault in error.faults)
        str(error).encode("utf-8")


def test_the_whole_study_is_read():
    made, model = check(Study.from_dict(WHOLE))
    assert model.dims_of["part"] == ("cohort", "scenario")
    assert made.parameter("power").dims == ("room", "year", "scenario")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(st.sampled_from(PLACES), values, st.sampled_from(["replace", "remove", "add"])),
        min_size=1,
        max_size=4,
    )
)
def test_a_changed_study_is_read_or_refused(changes):
    document = copy.deepcopy(WHOLE)
    for place, value, how in changes:
        changed(document, place, value, how)
    read(document)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.one_of(words, st.sampled_from(list(WHOLE))), values, max_size=6))
def test_any_tables_are_read_or_refused(document):
    read(document)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: t.encode("utf-16"))))
def test_any_bytes_are_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("fuzz") / "study.toml"
    path.write_bytes(content)
    error = refusal(load_study, path)
    assert error is not None
    assert error.faults[0].where[0] == str(path)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(TEXT)), st.integers(0, 20), st.text(max_size=5))
def test_a_damaged_file_is_read_or_refused(tmp_path_factory, at, length, new):
    path = tmp_path_factory.mktemp("fuzz") / "study.toml"
    damaged = TEXT[:at] + new + TEXT[at + length :]
    path.write_bytes(damaged.encode("utf-8", errors="surrogatepass"))
    error = refusal(check, path)
    assert error is None or error.faults


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=30), st.from_regex(r"[0-9.e^*+-]{1,12} ?[a-zA-Z/ ]{0,6}")))
def test_any_typed_text_is_read_or_refused(text):
    for reader in (parse_count, parse_setting):
        error = refusal(reader, text)
        assert error is None or error.faults
