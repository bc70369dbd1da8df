"""Draws and values with a unit, as they are typed."""

from __future__ import annotations

import pytest

from mcsus.errors import InputError
from mcsus.study import parse_count, parse_setting


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("65536", 65536),
        ("65_536", 65536),
        (" 2^16 ", 65536),
        ("2**16", 65536),
        ("1e6", 10**6),
        ("1E+6", 10**6),
        ("1.5e3", 1500),
        ("2.50e1", 25),
        ("9223372036854775807", 2**63 - 1),
    ],
)
def test_counts(text, count):
    assert parse_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        *("", "0", "-1", "1.5", "1.25e1", "1e-3", "2^99", "9^99", "1e99", "nan", "inf", "many"),
        *("2^16^2", "0x10", "1e", "9" * 30, "9" * 5000, "१२", "1e6 draws"),
    ],
)
def test_no_counts(text):
    with pytest.raises(InputError, match=r"--draws: found .*allowed: a whole number such as"):
        parse_count(text)


def test_settings():
    assert parse_setting("a = 3 kW") == ("a", "3 kW")
    with pytest.raises(InputError, match="NAME=VALUE"):
        parse_setting("a 3 kW")
    with pytest.raises(InputError, match=r"--set: found 'lambda'"):
        parse_setting("lambda=3")
