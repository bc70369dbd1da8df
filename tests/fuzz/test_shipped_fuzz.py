"""Shipped studies with bytes and lines changed are valid or refused; nothing else happens.

MCSUS_MUTATIONS says how many changes are tried, MCSUS_FIRST where their seeds begin.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

import mcsus
from mcsus.errors import McsusError
from mcsus.runner import check
from mcsus.runner.cautions import before_drawing

MUTATIONS = int(os.environ.get("MCSUS_MUTATIONS", "100"))
FIRST = int(os.environ.get("MCSUS_FIRST", "0"))
SHIPPED = sorted((Path(mcsus.__file__).parents[1] / "studies").glob("*.toml"))

WORDS = """0 -1 1e308 1e-320 nan inf [] {} true [ ]] = 1e400 10000000000000000000000 2020-01-01 ..
"" "kg" ''' # \\ sum( ) % CO₂"""
TOKENS = [*WORDS.encode().split(), b"\x00", b"\xff", b", over=year", b"\n["]


def changed(content, rng):
    """Return a text with one to six changes of bytes or lines."""
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        content = rng.choice([_bytes_changed, _lines_changed, _lines_changed])(content, rng)
    return content


def _bytes_changed(content, rng):
    made = bytearray(content)
    if not made:
        return b""
    at, other = rng.randrange(len(made)), rng.randrange(len(made))
    match rng.randrange(4):
        case 0:
            made[at] ^= 1 << rng.randrange(8)
        case 1:
            del made[at : at + rng.randrange(1, 20)]
        case 2:
            made[at:at] = rng.choice(TOKENS)
        case 3:
            made[at:at] = made[other : other + rng.randrange(1, 60)]
    return bytes(made)


def _lines_changed(content, rng):
    lines = content.split(b"\n")
    at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    key, _, _ = lines[at].partition(b"=")
    match rng.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(other, lines[at])
        case 2:
            lines[at], lines[other] = lines[other], lines[at]
        case 3:
            lines[at] = key + b"= " + rng.choice(TOKENS)
        case 4:
            lines[at] = key + b"=" + lines[other].partition(b"=")[2]
    return b"\n".join(lines)


@pytest.mark.parametrize("part", range(4))
def test_a_changed_study_is_valid_or_refused(tmp_path, part):
    valid = 0
    for seed in range(FIRST + part, FIRST + MUTATIONS, 4):
        rng = random.Random(seed)
        path = tmp_path / "study.toml"
        path.write_bytes(changed(rng.choice(SHIPPED).read_bytes(), rng))
        try:
            study, model = check(path)
            before_drawing(study, model)
            valid += 1
        except McsusError as error:
            str(error).encode()
        except Exception as error:
            raise AssertionError(seed) from error
    assert valid < MUTATIONS


def test_a_breakdown_of_what_no_output_is_made_of(study):
    """As fuzzing found: a model may be shared by studies that show other outputs."""
    made = study(
        {"a": ("uniform", 0, 1), "b": ("uniform", 0, 1)},
        {"total": "a + b", "other": "2*a"},
        outputs=["other"],
        breakdown={"total": ["a", "b"]},
    )
    assert check(made)[0].breakdown == {"total": ("a", "b")}
