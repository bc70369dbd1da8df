"""The JSON of shipped studies stays what it was: every key, label and number.

The files are written by ``tools/golden.py``. Another processor may round a transcendental function
otherwise, which sums, roots and divisions enlarge; a change of a law, of a stream or of an
equation changes digits far above the tolerances.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mcsus

FOLDER = Path(__file__).parents[1] / "data" / "golden"
RELATIVE = 1e-9
OF_INDICES = 1e-9  # indices and errors are differences of numbers of the size of 1


def leaves(value: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every leaf of a document with its place."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{place}.{key}")
    elif isinstance(value, list):
        for k, item in enumerate(value):
            yield from leaves(item, f"{place}[{k}]")
    else:
        yield place, value


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_nothing_has_changed(path):
    before = dict(leaves(json.loads(path.read_text(encoding="utf-8"))))
    after = dict(leaves(mcsus.run(path.stem, draws=256, replicates=2).to_dict(timing=False)))
    del after[".mcsus"], after[".digest"]
    assert after.keys() == before.keys()
    for place, value in before.items():
        if isinstance(value, float):
            floor = OF_INDICES if ".sensitivity" in place else 0.0
            assert after[place] == pytest.approx(value, rel=RELATIVE, abs=floor), place
        else:
            assert after[place] == value, place


def test_there_are_files_to_hold_against():
    assert len(list(FOLDER.glob("*.json"))) >= 5
